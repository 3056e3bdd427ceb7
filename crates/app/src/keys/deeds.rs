//! What an administrator sees of our key pairs, and does with them.

use super::make::Wanted;
use super::ring::order;
use super::{decryption_kind, is_used, job, pairs, wanted_kinds};
use crate::audit::{self, Author};
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use crate::sso::CertificateView;
use jiff::Timestamp;
use vestibule_model::audit::Deed;
use vestibule_model::connection::{CertificateRotation, Connection, Settings, SigningKeyKind};
use vestibule_model::id::{ConnectionId, SpKeyId};
use vestibule_model::permission::Permission;
use vestibule_model::rotation::{self, KeyState, Life, MOST_KEYS, Reader};
use vestibule_saml::Certificate;
use vestibule_store::sp_keys::SpKey;
use vestibule_store::{self as store, Tx};

/// The key pairs of a connection.
#[derive(Debug, Clone)]
pub struct KeysView {
    /// The connection.
    pub connection: ConnectionId,
    /// Who replaces them.
    pub rotation: CertificateRotation,
    /// The pairs: the one that signs, the next one, the former ones, the newest first.
    pub keys: Vec<KeyView>,
    /// Who reads our metadata, with whether it counts as the identity provider.
    pub readers: Vec<(Reader, bool)>,
}

/// A key pair.
#[derive(Debug, Clone)]
pub struct KeyView {
    /// Its id.
    pub id: SpKeyId,
    /// Its life.
    pub life: Life,
    /// What kind of key it is.
    pub kind: SigningKeyKind,
    /// Whether its kind signs under the settings.
    pub signs: bool,
    /// Whether its kind decrypts under the settings; one that does neither is kept for the case that its kind comes back.
    pub decrypts: bool,
    /// Whether the identity provider has any use for it under the settings.
    pub used: bool,
    /// When its successor is made by itself.
    pub prepared_at: Option<Timestamp>,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// When it takes over by itself.
    pub takes_over_at: Option<Timestamp>,
    /// When it is removed.
    pub removed_at: Option<Timestamp>,
    /// Its certificate.
    pub certificate: CertificateView,
    /// The same as PEM.
    pub pem: String,
}

/// The key pairs of a connection of the account, or of the first one; `None` where there is no connection.
///
/// # Errors
/// When the store does not answer.
pub async fn overview(ctx: &AdminCtx, connection: Option<ConnectionId>) -> Result<Option<KeysView>, Error> {
    ctx.must(Permission::SsoRead)?;
    let now = ctx.app().now();
    let Some((id, settings)) = chosen(ctx, connection).await? else { return Ok(None) };
    let scope = ctx.app().store().account(ctx.account().id);
    let (stored, readers) = scope
        .read(move |tx| {
            Box::pin(async move {
                let keys = store::sp_keys::list(tx, id).await?;
                Ok::<_, store::Error>((keys, store::metadata_readers::list(tx, id).await?))
            })
        })
        .await?;
    let rotation = settings.certificate_rotation;
    let viewed = stored.iter().rev().map(|key| view(key, &stored, &settings));
    let mut keys = viewed.collect::<Result<Vec<_>, _>>()?;
    keys.sort_by_key(|key| (!key.signs, !key.decrypts, order(key.life.state)));
    Ok(Some(KeysView {
        connection: id,
        rotation,
        keys,
        readers: readers.into_iter().map(|reader| (reader.clone(), reader.counts(now))).collect(),
    }))
}

fn view(key: &SpKey, all: &[SpKey], settings: &Settings) -> Result<KeyView, Error> {
    let active = key.life.state == KeyState::Active && wanted_kinds(settings).contains(&key.kind);
    let prepared_at = rotation::prepared_at(&pairs(all, key.kind)?, settings.certificate_rotation);
    let certificate = Certificate::from_der(&key.certificate).map_err(Error::internal)?;
    let is_imported = key.kind == SigningKeyKind::Imported;
    Ok(KeyView {
        id: key.id,
        life: key.life,
        kind: key.kind,
        signs: key.kind == settings.signing_key && (!is_imported || key.life.state == KeyState::Active),
        decrypts: is_imported || key.kind == decryption_kind(settings),
        used: is_used(settings, key.kind),
        prepared_at: prepared_at.filter(|_| active),
        created_at: key.created_at,
        takes_over_at: key.life.takes_over_at(settings.certificate_rotation),
        removed_at: key.life.removed_at(),
        pem: certificate.to_pem(),
        certificate: CertificateView::from(&certificate),
    })
}

/// The connection that was asked for, or the first one, with the settings in use.
async fn chosen(
    ctx: &AdminCtx,
    wanted: Option<ConnectionId>,
) -> Result<Option<(ConnectionId, Settings)>, Error> {
    let scope = ctx.app().store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let mut in_use = connections.into_iter().filter_map(|Connection { id, published, draft, .. }| {
        published.or(draft).map(|version| (id, version.settings))
    });
    Ok(in_use.find(|(id, _)| wanted.is_none_or(|wanted| wanted == *id)))
}

/// Makes the next key pair of a connection: it is published in the metadata at once, and signs when its turn comes.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such connection; [`Kind::Conflict`] when there is a next one already, or too many.
pub async fn prepare(ctx: &AdminCtx, connection: ConnectionId) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let (app, account, now) = (ctx.app(), ctx.account(), ctx.app().now());
    let Some((_, settings)) = chosen(ctx, Some(connection)).await? else {
        return Err(Error::new(Kind::NotFound, "There is no such connection.")
            .hint("Open the page of the connection anew."));
    };
    let wanted = Wanted { account, connection, settings: &settings };
    let make = |kind| app.fresh_key(wanted, kind, Life::next(), now);
    let fresh = wanted_kinds(&settings).into_iter().map(make).collect::<Result<Vec<_>, _>>()?;
    let author = ctx.author();
    let prepared = app.store().account(account.id).write(move |tx| {
        let (fresh, author) = (fresh.clone(), author.clone());
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            let known = store::sp_keys::list(tx, connection).await?;
            let comes: Vec<_> = fresh.iter().map(|key| may_come(&known, key.kind).map(|()| key)).collect();
            if comes.iter().all(Result::is_err) {
                comes.into_iter().collect::<Result<Vec<_>, _>>()?;
                return Ok(());
            }
            for key in comes.iter().flatten() {
                store::sp_keys::insert(tx, key).await?;
            }
            job::schedule(tx, connection, now).await?;
            let made: Vec<&SpKey> = comes.into_iter().flatten().collect();
            told(tx, &author, (Deed::KeyPrepared, connection), &made).await
        })
    });
    prepared.await
}

/// Writes the audit record of something that was done with key pairs of a connection: it names them, and their certificates.
pub(super) async fn told(
    tx: &Tx<'_>,
    author: &Author,
    (deed, connection): (Deed, ConnectionId),
    keys: &[&SpKey],
) -> Result<(), Error> {
    let mut changes = Vec::new();
    for key in keys {
        let certificate = Certificate::from_der(&key.certificate).map_err(Error::internal)?;
        let shown =
            format!("{} ({}), SHA-256 {}", key.kind.as_str(), key.id, certificate.fingerprint_sha256());
        let (before, after) =
            if deed == Deed::KeyRemoved { (Some(shown), None) } else { (None, Some(shown)) };
        changes.extend(audit::change("certificate", before, after));
    }
    let subject = audit::named_connection(tx, connection).await?;
    Ok(audit::record(tx, author, (deed, subject), changes).await?)
}

fn may_come(known: &[SpKey], kind: SigningKeyKind) -> Result<(), Error> {
    let of_kind = || known.iter().filter(|key| key.kind == kind);
    if of_kind().any(|key| key.life.state == KeyState::Next) {
        return Err(Error::new(Kind::Conflict, "There is a next certificate already.")
            .hint("Use it, or remove it first."));
    }
    if of_kind().count() >= MOST_KEYS {
        return Err(Error::new(Kind::Conflict, "There are too many former certificates.")
            .hint("Remove one that is not needed any more."));
    }
    Ok(())
}

/// Has a key pair sign from now on: the next one, or a former one that is gone back to.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such key pair; [`Kind::Conflict`] when it was imported.
pub async fn activate(ctx: &AdminCtx, key: SpKeyId) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let (now, author) = (ctx.app().now(), ctx.author());
    let scope = ctx.app().store().account(ctx.account().id);
    let activated = scope.write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            let found = found(tx, key).await?;
            let (connection, kind) = (found.connection, found.kind);
            if kind == SigningKeyKind::Imported {
                return Err(Error::new(Kind::Conflict, "Imported certificates take no turns.").hint(
                    "The first of `imported_keys` in the account file signs, if `signing_key` says so.",
                ));
            }
            let pairs = pairs(&store::sp_keys::list(tx, connection).await?, kind)?;
            for change in rotation::activate(&pairs, key, now).ok_or_else(not_there)? {
                store::sp_keys::change(tx, &change).await?;
            }
            job::schedule(tx, connection, now).await?;
            told(tx, &author, (Deed::KeyUsed, connection), &[&found]).await
        })
    });
    activated.await
}

/// Removes a key pair for good, the next one or a former one: it leaves the metadata and decrypts no more.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such key pair; [`Kind::Conflict`] when it is the one that signs.
pub async fn remove(ctx: &AdminCtx, key: SpKeyId) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let scope = ctx.app().store().account(ctx.account().id);
    let author = ctx.author();
    let removed = scope.write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            let found = found(tx, key).await?;
            if signs(tx, &found).await? {
                return Err(Error::new(Kind::Conflict, "This certificate is in use.")
                    .hint("Use another one first, then remove this one."));
            }
            store::sp_keys::remove(tx, key, found.life.state).await?;
            told(tx, &author, (Deed::KeyRemoved, found.connection), &[&found]).await
        })
    });
    removed.await
}

/// Whether a key pair signs. An imported one does if the settings say so, in use or in the draft.
async fn signs(tx: &Tx<'_>, key: &SpKey) -> Result<bool, Error> {
    if key.life.state != KeyState::Active || key.kind != SigningKeyKind::Imported {
        return Ok(key.life.state == KeyState::Active);
    }
    let connections = store::connections::list(tx).await?;
    let of_it = connections.iter().filter(|connection| connection.id == key.connection);
    let mut versions = of_it.flat_map(|connection| connection.published.iter().chain(&connection.draft));
    Ok(versions.any(|version| version.settings.signing_key == SigningKeyKind::Imported))
}

async fn found(tx: &Tx<'_>, key: SpKeyId) -> Result<SpKey, Error> {
    store::sp_keys::by_id(tx, key).await?.ok_or_else(not_there)
}

fn not_there() -> Error {
    Error::new(Kind::NotFound, "There is no such certificate.")
        .hint("It may have been removed: look at the page anew.")
}
