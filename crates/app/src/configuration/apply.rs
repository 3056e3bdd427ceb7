//! Writing what a plan wants: all of it in one transaction, as one version of the account.

use super::plan::{Difference, Planned, differences};
use super::state::{ConnectionState, State};
use super::{AppliedFile, limits};
use crate::audit::{self, Author};
use crate::context::{App, OperatorCtx};
use crate::domains;
use crate::error::{Error, Kind};
use crate::idp_metadata;
use crate::keys::{self, Wanted};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::group::{GroupKind, Settings};
use vestibule_model::id::{ConnectionId, GroupId};
use vestibule_model::rotation::Life;
use vestibule_store::sp_keys::SpKey;
use vestibule_store::{self as store, Tx};

/// What was applied.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// The label of the account.
    pub account: String,
    /// The version of the account after it.
    pub version: i64,
    /// What changed, key by key.
    pub changes: Vec<Difference>,
}

/// Applies a plan. When the account changed since it was made, nothing is written.
///
/// # Errors
/// [`Kind::Conflict`] when the account changed meanwhile, a domain belongs to another account, or more seats are taken
/// than would be left; [`Kind::Invalid`] when SSO is configured before the vanity URL is approved.
pub async fn apply(ctx: &OperatorCtx, planned: Planned) -> Result<Applied, Error> {
    let Planned { account, changes, file, sections, to, mut wanted, .. } = planned;
    if changes.is_empty() {
        return Ok(Applied { account, version: to.version, changes });
    }
    wanted.configuration.applied = Some(AppliedFile { at: ctx.app.now(), sections });
    let act = Act { author: ctx.author(), deed: Deed::AccountFileApplied, subject: Subject::account(&to) };
    let version = write(&ctx.app, act, (to, file), wanted).await?;
    Ok(Applied { account, version, changes })
}

/// What is done by writing, and who does it.
#[derive(Clone)]
pub(super) struct Act {
    pub(super) author: Author,
    pub(super) deed: Deed,
    pub(super) subject: Subject,
}

/// Writes what is wanted, as the version of the account that follows the one that was seen.
pub(super) async fn write(
    app: &App,
    act: Act,
    (to, file): (Account, String),
    wanted: State,
) -> Result<i64, Error> {
    if !wanted.connections.is_empty() && to.state != VanityState::Approved {
        return Err(Error::new(Kind::Invalid, "SSO cannot be configured before the vanity URL is approved.")
            .hint(format!("Approve it with `vestibule account approve {}`.", to.label)));
    }
    let now = app.now();
    let prepared = prepare(app, &to, &wanted, now).await?;
    let approve = app.inner.deployment.approve_vanity_urls;
    let seen = to.version;
    let scope = app.store().account(to.id);
    let app = app.clone();
    scope
        .write(move |tx| {
            let (app, act) = (app.clone(), act.clone());
            let (to, file, wanted, prepared) = (to.clone(), file.clone(), wanted.clone(), prepared.clone());
            Box::pin(async move {
                let version = store::accounts::bump(tx).await?;
                if version != seen + 1 {
                    return Err(Error::new(
                        Kind::Conflict,
                        "The account changed while this was being applied.",
                    )
                    .hint("Run it again: nothing was written."));
                }
                let current = State::read(tx).await?;
                limits::check(tx, &to, &file, &wanted).await?;
                claim_labels(tx, &file, &wanted, approve, now).await?;
                write_connections(tx, &current, &wanted, &prepared, now).await?;
                write_imported(tx, &current, &wanted, &prepared, now).await?;
                write_domains(tx, &current, &wanted).await?;
                write_seats(tx, &wanted).await?;
                write_groups(tx, &app, (&current, &wanted), now).await?;
                crate::roles::take_back(tx, (&current.configuration.roles, &wanted.configuration.roles), now)
                    .await?;
                store::accounts::put_configuration(tx, &wanted.configuration.to_stored()?).await?;
                tell(tx, act, (&current, &wanted)).await?;
                Ok(version)
            })
        })
        .await
}

/// Writes the audit record.
async fn tell(tx: &Tx<'_>, act: Act, (current, wanted): (&State, &State)) -> Result<(), Error> {
    let changes = differences(&current.pairs(), &wanted.pairs());
    if changes.is_empty() {
        return Ok(());
    }
    let changes = changes.into_iter().map(Into::into).collect();
    Ok(audit::record(tx, &act.author, (act.deed, act.subject), changes).await?)
}

/// The id of a connection, the key pairs that are made for it, and the imported ones that may be new.
#[derive(Clone)]
struct Prepared {
    id: ConnectionId,
    fresh: Vec<SpKey>,
    imported: Vec<SpKey>,
}

/// An id for each connection that has none, and a key pair for each that has none of a wanted kind. Key pairs are made
/// before the transaction because that takes long; whoever makes one meanwhile changes the version of the account, and
/// these are not written.
async fn prepare(
    app: &App,
    to: &Account,
    wanted: &State,
    now: Timestamp,
) -> Result<BTreeMap<String, Prepared>, Error> {
    let mut prepared = BTreeMap::new();
    for (name, ConnectionState { settings, .. }) in &wanted.connections {
        let id = wanted.ids.get(name).copied();
        let id = id.unwrap_or_else(|| ConnectionId::from_bytes(app.fresh_id(now)));
        let known = app.ring(to.id, id).await?;
        let needed = Wanted { account: to, connection: id, settings };
        let missing = keys::wanted_kinds(settings).into_iter().filter(|kind| known.signing(*kind).is_none());
        let make = |kind| app.fresh_key(needed, kind, Life::first(now), now);
        let fresh = missing.map(make).collect::<Result<_, _>>()?;
        let seal = |imported| app.seal_imported(to.id, id, imported, now).transpose();
        let imported = wanted.imported(name).iter().filter_map(seal).collect::<Result<_, _>>()?;
        prepared.insert(name.clone(), Prepared { id, fresh, imported });
    }
    Ok(prepared)
}

/// Takes the vanity URLs that connections name besides the account's own.
async fn claim_labels(
    tx: &Tx<'_>,
    file: &str,
    wanted: &State,
    approve: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let state = if approve { VanityState::Approved } else { VanityState::Requested };
    let named = wanted.connections.values().filter_map(|wanted| wanted.settings.reach.vanity_url.as_ref());
    for label in named {
        if !store::accounts::claim_label(tx, label, state, now).await? {
            return Err(label_taken(file, label));
        }
    }
    Ok(())
}

fn label_taken(file: &str, label: &Label) -> Error {
    Error::new(Kind::Conflict, format!("{file}: `vanity_url`: \"{label}\" belongs to another account."))
        .hint("Choose another one.")
}

async fn write_connections(
    tx: &Tx<'_>,
    current: &State,
    wanted: &State,
    prepared: &BTreeMap<String, Prepared>,
    now: Timestamp,
) -> Result<(), Error> {
    for (name, ConnectionState { settings, draft }) in &wanted.connections {
        let Some(Prepared { id, fresh, .. }) = prepared.get(name) else { continue };
        if current.connections.get(name) == wanted.connections.get(name) {
            continue;
        }
        if !current.ids.contains_key(name) {
            store::connections::create(tx, *id, name, now).await?;
        }
        for key in fresh {
            store::sp_keys::insert(tx, key).await?;
        }
        keys::schedule(tx, *id, now).await?;
        let number = store::connections::save_draft(tx, *id, settings, now).await?;
        idp_metadata::follow(tx, *id, now).await?;
        if !draft {
            store::connections::publish(tx, *id, number, now).await?;
        }
    }
    for name in current.connections.keys().filter(|name| !wanted.connections.contains_key(*name)) {
        if let Some(id) = current.ids.get(name) {
            store::connections::retire(tx, *id).await?;
        }
    }
    Ok(())
}

async fn write_imported(
    tx: &Tx<'_>,
    current: &State,
    wanted: &State,
    prepared: &BTreeMap<String, Prepared>,
    now: Timestamp,
) -> Result<(), Error> {
    for name in wanted.connections.keys() {
        let Some(Prepared { id, imported, .. }) = prepared.get(name) else { continue };
        keys::keep(tx, *id, wanted.imported(name), imported, now).await?;
        if current.imported(name) != wanted.imported(name) {
            keys::schedule(tx, *id, now).await?;
        }
    }
    Ok(())
}

async fn write_domains(tx: &Tx<'_>, current: &State, wanted: &State) -> Result<(), Error> {
    for domain in current.domains.keys().filter(|domain| !wanted.domains.contains_key(*domain)) {
        domains::forget_claim(tx, domain).await?;
        store::domains::remove(tx, domain).await?;
    }
    for (domain, policy) in &wanted.domains {
        let before = current.domains.get(domain);
        if before.is_none() {
            // The operator's word needs no proof, and is not lost with one.
            domains::forget_claim(tx, domain).await?;
        }
        if before != Some(policy) {
            store::domains::associate(tx, domain, policy).await?;
            domains::enforce::end_passwords(tx, domain, policy).await?;
        }
    }
    Ok(())
}

async fn write_seats(tx: &Tx<'_>, wanted: &State) -> Result<(), Error> {
    for license in store::licenses::inventory(tx).await?.0.into_keys() {
        if !wanted.seats.contains_key(&license) {
            store::licenses::set_total(tx, license, 0).await?;
        }
    }
    for (license, total) in &wanted.seats {
        store::licenses::set_total(tx, *license, *total).await?;
    }
    Ok(())
}

/// Writes the settings of groups; a group that is not there is made.
async fn write_groups(
    tx: &Tx<'_>,
    app: &App,
    (current, wanted): (&State, &State),
    now: Timestamp,
) -> Result<(), Error> {
    let none = Settings::new();
    let gone = current.groups.iter().filter(|(folded, _)| !wanted.groups.contains_key(*folded));
    let gone = gone.map(|(_, group)| (&group.name, &none));
    let changed = wanted.groups.iter().filter(|(folded, group)| current.groups.get(*folded) != Some(*group));
    let changed = changed.map(|(_, group)| (&group.name, &group.settings));
    for (name, settings) in gone.chain(changed) {
        let id = GroupId::from_bytes(app.fresh_id(now));
        let group = store::groups::ensure(tx, (GroupKind::UserGroup, name), id, now).await?;
        let record = store::groups::locked(tx, group.id).await?.ok_or(store::Error::Stale)?;
        let record = store::groups::Record { settings: settings.clone(), ..record };
        store::groups::update(tx, &record, now).await?;
    }
    Ok(())
}
