//! How an account does, on one page: sign-ins, seats, domains, what needs somebody, and what to do next.
//!
//! Nothing here walks along people or along the log: sign-ins were counted as they came (`tallies`), seats and users are
//! counts, and of the refusals the newest [`MOST_REFUSALS`] are looked at.

mod notices;

pub use notices::{Notice, WARNED};

use crate::configuration::Configuration;
use crate::context::AdminCtx;
use crate::error::Error;
use crate::tallies;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use vestibule_model::code::Code;
use vestibule_model::connection::Connection;
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::State;
use vestibule_model::first_steps::{FirstStep, Reached, Standing, standings};
use vestibule_model::id::ConnectionId;
use vestibule_model::license::Inventory;
use vestibule_model::permission::Permission;
use vestibule_model::response_log::{OutcomeWord, TrackingId};
use vestibule_store::response_log::Refused;
use vestibule_store::tallies::Tally;
use vestibule_store::{self as store, Tx};

/// What whoever opens it has to be allowed to look at: it shows something of all of them.
pub const NEEDS: [Permission; 6] = [
    Permission::SsoRead,
    Permission::MappingRead,
    Permission::DomainRead,
    Permission::UserRead,
    Permission::LicenseRead,
    Permission::LogRead,
];
/// How many days are shown.
pub const DAYS: usize = 7;
/// How many refusals are looked at.
pub const MOST_REFUSALS: u32 = 2_000;
/// How many people and codes are shown.
const MOST_SHOWN: usize = 6;
/// From how many refusals on somebody is said to fail again and again.
const REPEATEDLY: usize = 2;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How an account does.
#[derive(Debug, Clone)]
pub struct Overview {
    /// How many users it has.
    pub users: i64,
    /// The last [`DAYS`] days, the oldest first.
    pub days: Vec<Day>,
    /// What there is to do once, and how it stands.
    pub steps: [(FirstStep, Standing); 6],
    /// The connection that the steps are about: the first one.
    pub connection: Option<ConnectionId>,
    /// The seats.
    pub seats: Inventory,
    /// The domains, by name.
    pub domains: Vec<DomainLine>,
    /// What needs somebody, the most urgent first.
    pub notices: Vec<Notice>,
    /// Who was refused again and again, the latest first.
    pub failing: Vec<Failing>,
    /// Why responses were refused, the most frequent code first.
    pub reasons: Vec<(Code, usize)>,
}

/// How the responses of a day (UTC) ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Its beginning.
    pub day: Timestamp,
    /// Somebody came in.
    pub accepted: i64,
    /// Nobody was let in.
    pub refused: i64,
    /// They answered no request, and a sign-in of our own began.
    pub restarted: i64,
    /// They answered test sign-ins.
    pub tested: i64,
}

impl Day {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.accepted + self.refused + self.restarted + self.tested
    }
}

/// A domain in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainLine {
    /// The domain.
    pub domain: Domain,
    /// How far it is proved.
    pub state: State,
    /// Whether SSO is enforced.
    pub enforced: bool,
}

/// Somebody who is known to be meant, for the responses were verified, and who is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The address.
    pub person: String,
    /// How often.
    pub times: usize,
    /// Why, the last time.
    pub code: Code,
    /// The row of the last time.
    pub tracking_id: TrackingId,
    /// When that was.
    pub last_at: Option<Timestamp>,
}

/// What is read of an account.
struct Read {
    users: i64,
    tallies: Vec<Tally>,
    seats: Inventory,
    connections: Vec<Connection>,
    keys: notices::Keys,
    metadata: Vec<store::idp_metadata::Record>,
    claims: Vec<vestibule_model::domain::claim::Claim>,
    domains: Vec<store::domains::Held>,
    configuration: Configuration,
    refused: Vec<Refused>,
}

/// How the account does now.
///
/// # Errors
/// When the store does not answer.
pub async fn now(ctx: &AdminCtx) -> Result<Overview, Error> {
    NEEDS.iter().try_for_each(|look| ctx.must(*look))?;
    let app = ctx.app();
    let now = app.now();
    let today = tallies::day(now);
    let first = today - DAY * (DAYS as i32 - 1);
    let scope = app.store().account(ctx.account().id);
    let read = scope.read(move |tx| Box::pin(async move { Read::from(tx, first, now).await })).await?;
    let waiting = app.inner.tallies.waiting(ctx.account().id);
    let (failing, reasons) = refusals(&read.refused, |row| app.inner.vault.tracking_id(row))?;
    let domains = domains(&read);
    Ok(Overview {
        users: read.users,
        days: days(first, read.tallies.iter().chain(&waiting)),
        steps: standings(reached(&read, &domains)),
        connection: in_use(&read.connections).next().map(|connection| connection.id),
        notices: notices::of(&read, &domains, now),
        seats: read.seats,
        domains,
        failing,
        reasons,
    })
}

impl Read {
    async fn from(tx: &Tx<'_>, first: Timestamp, now: Timestamp) -> Result<Self, Error> {
        let connections = store::connections::list(tx).await?;
        let keys = notices::Keys::read(tx, in_use(&connections)).await?;
        Ok(Self {
            users: store::users::count(tx).await?,
            tallies: store::tallies::since(tx, first).await?,
            seats: store::licenses::inventory(tx).await?,
            keys,
            metadata: store::idp_metadata::list(tx).await?,
            claims: store::domain_claims::list(tx).await?,
            domains: store::domains::all(tx).await?,
            configuration: Configuration::read(tx).await?,
            refused: store::response_log::refused(tx, now - DAY * DAYS as i32, MOST_REFUSALS).await?,
            connections,
        })
    }
}

/// Those that were not retired.
fn in_use(connections: &[Connection]) -> impl Iterator<Item = &Connection> {
    connections.iter().filter(|connection| connection.published.is_some() || connection.draft.is_some())
}

fn reached(read: &Read, domains: &[DomainLine]) -> Reached {
    let mapping = &read.configuration.mapping;
    let versions = |connection: &Connection| connection.draft.as_ref().is_some_and(|v| v.tested.is_some());
    Reached {
        connected: in_use(&read.connections).next().is_some(),
        domain: domains.iter().any(|line| line.state == State::Verified),
        tested: in_use(&read.connections).any(versions),
        published: read.connections.iter().any(|connection| connection.published.is_some()),
        mapped: !(mapping.fields.is_empty() && mapping.categories.is_empty() && mapping.auto.is_empty()),
        enforced: domains.iter().any(|line| line.enforced),
    }
}

fn domains(read: &Read) -> Vec<DomainLine> {
    let mut lines: BTreeMap<Domain, DomainLine> = BTreeMap::new();
    for claim in &read.claims {
        let domain = claim.domain.clone();
        lines.insert(domain.clone(), DomainLine { domain, state: State::Verifying, enforced: false });
    }
    for held in &read.domains {
        let state = if held.is_associated() { State::Verified } else { State::Suspended };
        let line = DomainLine { domain: held.domain.clone(), state, enforced: held.policy.enforce_sso };
        lines.insert(held.domain.clone(), line);
    }
    lines.into_values().collect()
}

/// The days in a row, also those on which nobody came.
fn days<'t>(first: Timestamp, tallies: impl Iterator<Item = &'t Tally>) -> Vec<Day> {
    let empty = |day| Day { day, accepted: 0, refused: 0, restarted: 0, tested: 0 };
    let mut days: Vec<Day> = (0..DAYS).map(|count| empty(first + DAY * count as i32)).collect();
    for Tally { day, outcome, total } in tallies {
        let Some(known) = days.iter_mut().find(|known| known.day == *day) else { continue };
        *match outcome {
            OutcomeWord::Accepted => &mut known.accepted,
            OutcomeWord::Refused => &mut known.refused,
            OutcomeWord::Restarted => &mut known.restarted,
            OutcomeWord::Tested => &mut known.tested,
        } += total;
    }
    days
}

/// Who fails, and how often there was which reason.
type Refusals = (Vec<Failing>, Vec<(Code, usize)>);

/// Who fails again and again, and why responses were refused at all.
fn refusals(
    refused: &[Refused],
    tracking_id: impl Fn(vestibule_model::id::LogId) -> Result<TrackingId, Error>,
) -> Result<Refusals, Error> {
    let mut people: Vec<(&str, &Refused, Code, usize)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<u16, (Code, usize)> = BTreeMap::new();
    for row in refused {
        let Some(code) = row.code else { continue };
        reasons.entry(code.number()).or_insert((code, 0)).1 += 1;
        // Under any other code a stranger may have written the name.
        let Some(person) = row.person.as_deref().filter(|_| code.is_about_the_person()) else { continue };
        match places.get(person).and_then(|place| people.get_mut(*place)) {
            Some((.., times)) => *times += 1,
            None => {
                places.insert(person, people.len());
                people.push((person, row, code, 1));
            }
        }
    }
    let repeatedly = people.into_iter().filter(|(.., times)| *times >= REPEATEDLY).take(MOST_SHOWN);
    let failing = repeatedly.map(|(person, last, code, times)| {
        let (person, last_at) = (person.to_owned(), last.id.made_at());
        Ok::<_, Error>(Failing { person, times, code, tracking_id: tracking_id(last.id)?, last_at })
    });
    let mut reasons: Vec<(Code, usize)> = reasons.into_values().collect();
    reasons.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    reasons.truncate(MOST_SHOWN);
    Ok((failing.collect::<Result<_, _>>()?, reasons))
}
