//! The walk through the response log, newest first and page by page: of everybody the latest verified response.
//!
//! What is held is a page, a fingerprint for each person who was met, and what there is to tell.

use super::compare::{self, Verdict};
use super::found::{Found, Latest, Meant};
use super::judge::{Whom, judge};
use super::sides::{Side, Sides};
use super::totals::Totals;
use super::{MOST_LISTED, MOST_NAMED, Progress, Scope, Simulated, Simulation};
use crate::context::App;
use crate::error::Error;
use crate::response_log::{Kept, is_verified};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use vestibule_model::account::Account;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::mapping::{self, Asserted, Mapping, NAME_ID};
use vestibule_model::response_log::Entry;
use vestibule_model::trace::shown;
use vestibule_store as store;

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
                for latest in latest.iter() {
                    found.push(
                        Found::read(tx, account, (&eyes, rules.as_ref().as_ref()), latest, chance).await?,
                    );
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

    fn decide(&mut self, latest: &Latest, found: &Found) {
        let Found { person, other, kept_elsewhere, going } = found;
        let other = other.as_ref().unwrap_or(person);
        // Somebody whose address changed is known by an older one too.
        if going.0.person().unwrap_or(person).user().is_some_and(|user| !self.seen.users.insert(user.id)) {
            return;
        }
        let (meant_before, meant_after) = &latest.meant;
        let before = Whom { latest, meant: meant_before, person, kept_elsewhere, going: &going.0 };
        let after = Whom { meant: meant_after, person: other, going: &going.1, ..before };
        let before = judge(&mut self.sides.before, before, self.chance);
        let after = judge(&mut self.sides.after, after, self.chance);
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

fn folded(user: &str) -> String {
    Email::parse(user).map_or_else(|_| user.to_lowercase(), |email| email.folded().to_owned())
}
