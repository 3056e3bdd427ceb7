//! The walk through the response log, newest first and page by page: of everybody the latest verified response.
//!
//! What is held is a page, a fingerprint for each person who was met, and what there is to tell.

use super::compare::{self, Verdict};
use super::sides::{Side, Sides};
use super::totals::Totals;
use super::{MOST_LISTED, MOST_NAMED, Progress, Scope, Simulated, Simulation};
use crate::context::App;
use crate::error::Error;
use crate::response_log::{Kept, is_verified};
use crate::sign_in::{Person, look_up, no_sub_account};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use vestibule_model::account::{Account, Label};
use vestibule_model::admission::{self, Destination, Facts, Outcome, Place};
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::id::{ConnectionId, UserId};
use vestibule_model::license::Inventory;
use vestibule_model::mapping::{self, Asserted, Identity, Mapping, NAME_ID};
use vestibule_model::response_log::Entry;
use vestibule_model::trace::{Step, Text, shown};
use vestibule_store::{self as store, Tx, sub_accounts};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// Decides about everybody twice, and tells what differs.
pub(super) async fn run(
    app: &App,
    account: &Account,
    sides: Sides,
    Scope { since, budget, watch }: Scope<'_>,
) -> Result<Simulation, Error> {
    let begun = app.now();
    let is_over = || budget.is_some_and(|budget| app.now().duration_since(begun) >= budget);
    let scope = || app.store().account(account.id);
    let counting =
        scope().read(move |tx| Box::pin(async move { store::response_log::count(tx, since).await }));
    let total = counting.await.map_err(Error::from)?;
    let simulation =
        Simulation { account: account.label.to_string(), since, responses: total, ..Simulation::default() };
    let mut walk = Walk {
        app,
        account,
        sides,
        chance: (app.now(), app.fresh_seed()),
        seen: Seen::default(),
        totals: Totals::default(),
        simulation,
    };
    let (mut before, mut done, mut is_at_end) = (None, 0, false);
    loop {
        watch(Progress { done, total });
        let reading = scope().read(move |tx| {
            Box::pin(async move { store::response_log::page(tx, since, before, PAGE).await })
        });
        let page: Vec<(Entry, Vec<u8>)> = reading.await.map_err(Error::from)?;
        let Some((last, _)) = page.last() else {
            is_at_end = true;
            break;
        };
        before = Some(last.id);
        done += page.len() as u64;
        walk.page(page).await?;
        if is_over() {
            break;
        }
    }
    // Rows may have come or gone since they were counted.
    walk.simulation.looked_at = if is_at_end { total } else { done.min(total) };
    watch(Progress { done: total, total });
    walk.simulation.totals = walk.totals.sorted();
    Ok(walk.simulation)
}

struct Walk<'a> {
    app: &'a App,
    account: &'a Account,
    sides: Sides,
    /// The time of every decision, and what expressions draw chance from: the same for both sides.
    chance: (Timestamp, [u8; 32]),
    seen: Seen,
    totals: Totals,
    simulation: Simulation,
}

/// Who was met already.
#[derive(Default)]
struct Seen {
    names: HashSet<String>,
    users: HashSet<UserId>,
}

/// Somebody's latest response.
struct Latest {
    entry: Entry,
    connection: ConnectionId,
    asserted: Asserted,
    /// Who is meant by what is in force, and by what is wanted.
    meant: (Meant, Meant),
}

/// Who is meant, and what was looked at.
#[derive(Clone, PartialEq, Eq)]
struct Meant {
    identity: Identity,
    trace: Vec<Step>,
}

/// Somebody who is meant, as the store knows them.
struct Found {
    person: Person,
    /// Who is meant by what is wanted, if it is somebody else.
    other: Option<Person>,
    /// Where each side sends them.
    going: (Going, Going),
}

/// Where a sign-in is decided, and who the person is there.
enum Going {
    /// In the account itself.
    Nowhere,
    /// In the sub-account with this label, by this rule.
    To(Label, Text, Box<Person>),
    /// Nowhere: the rule is too much work, or names no sub-account.
    Refused(Code, String),
}

impl Walk<'_> {
    async fn page(&mut self, page: Vec<(Entry, Vec<u8>)>) -> Result<(), Error> {
        let mut latest = Vec::new();
        for (entry, sealed) in page.into_iter().filter(|(entry, _)| is_verified(entry)) {
            latest.extend(self.latest(entry, &sealed)?);
        }
        let latest = Arc::new(latest);
        let found = self.find(&latest).await?;
        for (latest, found) in latest.iter().zip(found) {
            self.decide(latest, &found);
        }
        Ok(())
    }

    /// Looks up whom the responses are about.
    async fn find(&self, latest: &Arc<Vec<Latest>>) -> Result<Vec<Found>, Error> {
        let account = self.account.id;
        // Memberships are read if either side looks at them.
        let (before, after) = self.mapping();
        let eyes = Arc::new(if after.looks_at_groups() { after.clone() } else { before.clone() });
        let routes = before.routes() || after.routes();
        let rules = Arc::new(routes.then(|| (before.clone(), after.clone())));
        let chance = self.chance;
        let finding = self.app.store().account(account).read(move |tx| {
            let (latest, eyes, rules) = (Arc::clone(latest), Arc::clone(&eyes), Arc::clone(&rules));
            Box::pin(async move {
                let mut found: Vec<Found> = Vec::with_capacity(latest.len());
                for Latest { meant: (before, after), asserted, .. } in latest.iter() {
                    let person = Person::find(tx, account, &eyes, &before.identity).await?;
                    let other = match after.identity == before.identity {
                        true => None,
                        false => Some(Person::find(tx, account, &eyes, &after.identity).await?),
                    };
                    let wanted = other.as_ref().unwrap_or(&person);
                    let by_each = [(&before.identity, &person), (&after.identity, wanted)];
                    let going =
                        Going::of_both(tx, rules.as_ref().as_ref(), (by_each, asserted), chance).await?;
                    found.push(Found { person, other, going });
                }
                Ok::<_, store::Error>(found)
            })
        });
        Ok(finding.await?)
    }

    fn mapping(&self) -> (&Mapping, &Mapping) {
        (&self.sides.before.configuration.mapping, &self.sides.after.configuration.mapping)
    }

    /// The row as somebody's latest response, if it is one and says who came.
    fn latest(&mut self, entry: Entry, sealed: &[u8]) -> Result<Option<Latest>, Error> {
        let name = entry.user.as_deref().map(folded);
        if name.as_ref().is_some_and(|name| self.seen.names.contains(name)) {
            return Ok(None);
        }
        let Some(connection) = entry.connection else { return Ok(None) };
        let kept = Kept::open(self.app, self.account.id, entry.id, sealed)?;
        // Whoever has no address is told apart by the NameID.
        let name_id = kept.as_ref().and_then(|kept| kept.name_id.as_ref());
        let name = name.or_else(|| name_id.map(|name_id| format!("{NAME_ID} {name_id}")));
        if !name.is_none_or(|name| self.seen.names.insert(name)) {
            return Ok(None);
        }
        let Some(kept) = kept else {
            self.not_kept(&entry);
            return Ok(None);
        };
        let asserted = Asserted { name_id: kept.name_id, attributes: kept.attributes };
        let meant = |side: &Side| {
            let mapping = &side.configuration.mapping;
            let (identity, trace) = mapping::identity(mapping, &asserted, &side.context(self.chance));
            Meant { identity, trace }
        };
        let meant = (meant(&self.sides.before), meant(&self.sides.after));
        Ok(Some(Latest { entry, connection, asserted, meant }))
    }

    fn not_kept(&mut self, entry: &Entry) {
        let not_kept = &mut self.simulation.not_kept;
        not_kept.people += 1;
        if not_kept.named.len() < MOST_NAMED {
            not_kept.named.push(entry.user.clone().unwrap_or_else(|| entry.tracking_id.to_string()));
        }
    }

    fn decide(&mut self, latest: &Latest, Found { person, other, going }: &Found) {
        let other = other.as_ref().unwrap_or(person);
        // Somebody whose address changed is known by an older one too.
        if going.0.person().unwrap_or(person).user().is_some_and(|user| !self.seen.users.insert(user.id)) {
            return;
        }
        let (meant_before, meant_after) = &latest.meant;
        let before = (meant_before, person, &going.0);
        let before = judge(&mut self.sides.before, latest, before, self.chance);
        let after = judge(&mut self.sides.after, latest, (meant_after, other, &going.1), self.chance);
        if matches!(before, Verdict::NotInUse) {
            self.simulation.not_in_use += 1;
            return;
        }
        self.simulation.people += 1;
        let concealed = |field: &str| {
            compare::is_redacted(self.mapping().0, field) || compare::is_redacted(self.mapping().1, field)
        };
        let changes = compare::changes((&before, person), (&after, other), concealed);
        let (before, after) = (before.fate(), after.fate());
        if changes.is_empty() && before.admitted == after.admitted && before.code == after.code {
            return;
        }
        self.simulation.changed += 1;
        self.totals.count(&before, &after, &changes);
        if self.simulation.items.len() == MOST_LISTED {
            self.simulation.left_out += 1;
            return;
        }
        let asserted = latest.entry.user.clone().or_else(|| latest.asserted.name_id.as_deref().map(shown));
        self.simulation.items.push(Simulated {
            user: asserted.unwrap_or_default(),
            tracking_id: latest.entry.tracking_id.to_string(),
            time: latest.entry.time,
            before,
            after,
            changes: changes.into_iter().map(|difference| difference.change).collect(),
        });
    }
}

impl Going {
    /// Finds out where each side sends somebody; nowhere, unless either side sends anybody anywhere.
    async fn of_both(
        tx: &Tx<'_>,
        rules: Option<&(Mapping, Mapping)>,
        (by_each, asserted): ([(&Identity, &Person); 2], &Asserted),
        chance: (Timestamp, [u8; 32]),
    ) -> Result<(Self, Self), store::Error> {
        let Some((before, after)) = rules else { return Ok((Self::Nowhere, Self::Nowhere)) };
        let [(was, person), (is, wanted)] = by_each;
        let first = Self::find(tx, before, (was, person, asserted), chance).await?;
        Ok((first, Self::find(tx, after, (is, wanted, asserted), chance).await?))
    }

    /// Finds out where a mapping sends somebody.
    async fn find(
        tx: &Tx<'_>,
        mapping: &Mapping,
        (identity, person, asserted): (&Identity, &Person, &Asserted),
        chance: (Timestamp, [u8; 32]),
    ) -> Result<Self, store::Error> {
        if !mapping.routes() {
            return Ok(Self::Nowhere);
        }
        let unseen = Inventory::default();
        let routing = admission::route(mapping, identity, person.facts(&unseen, chance), asserted);
        let failed = |step: Option<&Step>| step.map(|step| step.found.to_string()).unwrap_or_default();
        Ok(match routing.to {
            Destination::Own => Self::Nowhere,
            Destination::Refused(code) => Self::Refused(code, failed(routing.trace.last())),
            Destination::SubAccount(label, reason) => match sub_accounts::by_label(tx, &label).await? {
                Some(inside) => Self::To(label, reason, Box::new(look_up(tx, &inside, identity).await?)),
                None => Self::Refused(Code::NotHere, failed(Some(&no_sub_account(&label)))),
            },
        })
    }

    /// The person in the sub-account.
    fn person(&self) -> Option<&Person> {
        match self {
            Self::To(_, _, person) => Some(person),
            Self::Nowhere | Self::Refused(..) => None,
        }
    }
}

fn folded(user: &str) -> String {
    Email::parse(user).map_or_else(|_| user.to_lowercase(), |email| email.folded().to_owned())
}

/// What one side makes of a response, and of the seats.
fn judge(
    side: &mut Side,
    latest: &Latest,
    (meant, person, going): (&Meant, &Person, &Going),
    chance: (Timestamp, [u8; 32]),
) -> Verdict {
    let Some(rules) = side.rules(latest.connection) else { return Verdict::NotInUse };
    let asserted = meant.identity.email.as_ref();
    let known = person.by_employee_id().map(|user| &user.email);
    let mut named = asserted.into_iter().chain(known);
    if let Some(email) = named.find(|email| !side.vouches(latest.connection, email.domain())) {
        let reason = format!("the connection does not speak for addresses of {}", email.domain());
        return Verdict::Refused { code: Code::NotHere, reason: Some(reason) };
    }
    let associated = asserted.is_some_and(|email| side.has(email.domain()));
    let decision = match going {
        Going::Nowhere => {
            let facts = Facts { domain_associated: associated, ..person.facts(&side.seats, chance) };
            admission::decide(rules, &meant.identity, facts, &latest.asserted)
        }
        Going::Refused(code, reason) => {
            return Verdict::Refused { code: *code, reason: Some(reason.clone()) };
        }
        Going::To(label, reason, there) => {
            let Some(beneath) = side.below.get(label) else { return Verdict::NotInUse };
            if let Some(step) = beneath.below.hindrance(&meant.identity, there) {
                return Verdict::Refused { code: Code::NotHere, reason: Some(step.found.to_string()) };
            }
            let place = Place::SubAccount { label, reason: reason.as_str(), above: person.user() };
            let own = asserted.is_some_and(|email| beneath.domains.contains(email.domain()));
            let facts =
                Facts { place, domain_associated: associated || own, ..there.facts(&beneath.seats, chance) };
            admission::decide(beneath.below.rules(rules), &meant.identity, facts, &latest.asserted)
        }
    };
    match decision.outcome {
        Outcome::Refuse(code) => {
            let failed = decision.trace.iter().chain(&meant.trace).rev().find(|step| !step.ok);
            Verdict::Refused { code, reason: failed.map(|step| step.found.to_string()) }
        }
        Outcome::Admit(after) => {
            side.settle(after.sub_account.as_ref(), &after.take, &after.free);
            Verdict::Admitted { after, changes: decision.changes }
        }
    }
}
