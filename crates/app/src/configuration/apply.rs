//! Writing what a plan wants: all of it in one transaction, as one version of the account.

use super::limits;
use super::plan::{Difference, Planned};
use super::state::{Sso, State};
use crate::context::{App, OperatorCtx};
use crate::error::{Error, Kind};
use crate::live::key_kind;
use crate::vault::{Place, Purpose};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use vestibule_model::account::{Account, VanityState};
use vestibule_model::id::{ConnectionId, SpKeyId};
use vestibule_saml::SigningKey;
use vestibule_store::sp_keys::{SpKey, SpKeyState};
use vestibule_store::{self as store, Tx};

/// How long a certificate of ours is valid.
const CERTIFICATE_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);

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
    let Planned { account, changes, file, to, wanted } = planned;
    if changes.is_empty() {
        return Ok(Applied { account, version: to.version, changes });
    }
    if wanted.sso.is_some() && to.state != VanityState::Approved {
        return Err(Error::new(Kind::Invalid, "SSO cannot be configured before the vanity URL is approved.")
            .hint(format!("Approve it with `vestibule account approve {account}`.")));
    }
    let now = ctx.app.now();
    let connection = wanted.connection.unwrap_or_else(|| ConnectionId::from_bytes(ctx.app.fresh_id(now)));
    let fresh = fresh_key(&ctx.app, (&to, connection), &wanted, now).await?;
    let seen = to.version;
    let scope = ctx.app.store().account(to.id);
    let version = scope
        .write(move |tx| {
            let (file, wanted, fresh) = (file.clone(), wanted.clone(), fresh.clone());
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
                limits::check(tx, to.id, &file, &wanted).await?;
                write_sso(tx, &current, &wanted, (connection, fresh), now).await?;
                write_domains(tx, &current, &wanted).await?;
                write_seats(tx, &wanted).await?;
                store::accounts::put_configuration(tx, &wanted.configuration.to_stored()?).await?;
                Ok(version)
            })
        })
        .await?;
    Ok(Applied { account, version, changes })
}

/// A key pair for the connection, unless it has one of the wanted kind. It is made before the transaction because that
/// takes long; whoever makes one meanwhile changes the version of the account, and this is not written.
async fn fresh_key(
    app: &App,
    (to, connection): (&Account, ConnectionId),
    wanted: &State,
    now: Timestamp,
) -> Result<Option<SpKey>, Error> {
    let Some(sso) = &wanted.sso else { return Ok(None) };
    if app.find_signing(to.id, connection, sso.settings.signing_key).await?.is_some() {
        return Ok(None);
    }
    let key = SigningKey::generate(key_kind(sso.settings.signing_key)).map_err(Error::internal)?;
    let name = app.account_host(&to.label);
    let certificate = key.self_signed(&name, now, now + CERTIFICATE_LIFETIME).map_err(Error::internal)?;
    let id = SpKeyId::from_bytes(app.fresh_id(now));
    let place = Place { purpose: Purpose::PrivateKey, account: to.id, row: id.to_bytes() };
    let sealed_key = app.inner.vault.seal(place, app.random(), &key.to_pkcs8().map_err(Error::internal)?)?;
    let certificate = certificate.der().to_vec();
    Ok(Some(SpKey { id, connection, state: SpKeyState::Active, sealed_key, certificate, created_at: now }))
}

async fn write_sso(
    tx: &Tx<'_>,
    current: &State,
    wanted: &State,
    (connection, fresh): (ConnectionId, Option<SpKey>),
    now: Timestamp,
) -> Result<(), Error> {
    let Some(Sso { settings, draft }) = &wanted.sso else { return Ok(()) };
    if current.sso == wanted.sso {
        return Ok(());
    }
    if current.connection.is_none() {
        store::connections::create(tx, connection, now).await?;
    }
    if let Some(fresh) = fresh {
        store::sp_keys::insert(tx, &fresh).await?;
    }
    let number = store::connections::save_draft(tx, connection, settings, now).await?;
    if !draft {
        store::connections::publish(tx, connection, number, now).await?;
    }
    Ok(())
}

async fn write_domains(tx: &Tx<'_>, current: &State, wanted: &State) -> Result<(), Error> {
    for domain in current.domains.keys().filter(|domain| !wanted.domains.contains_key(*domain)) {
        store::domains::remove(tx, domain).await?;
    }
    for (domain, policy) in &wanted.domains {
        if current.domains.get(domain) != Some(policy) {
            store::domains::associate(tx, domain, policy).await?;
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
