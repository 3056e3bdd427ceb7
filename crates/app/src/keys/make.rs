//! Making a key pair with its self-signed certificate.

use crate::context::App;
use crate::error::Error;
use crate::vault::{Place, Purpose};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::account::Account;
use vestibule_model::connection::{Settings, SigningKeyKind};
use vestibule_model::id::{AccountId, ConnectionId, SpKeyId};
use vestibule_model::rotation::Life;
use vestibule_saml::{Certificate, KeyKind, SigningKey};
use vestibule_store::sp_keys::SpKey;

/// How long a certificate of ours is valid. Each change costs those who bring it to their identity provider by hand an
/// appointment, so not every year; and a key that is never changed becomes one that nobody dares to change.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);

/// For which connection a key pair is made.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) account: &'a Account,
    pub(crate) connection: ConnectionId,
    pub(crate) settings: &'a Settings,
}

impl App {
    /// A new key pair. This takes long for RSA, so it is done before a transaction, never in one.
    pub(crate) fn fresh_key(
        &self,
        wanted: Wanted<'_>,
        kind: SigningKeyKind,
        life: Life,
        now: Timestamp,
    ) -> Result<SpKey, Error> {
        let Wanted { account, connection, settings } = wanted;
        let kind_of_key = as_key_kind(kind).ok_or_else(|| Error::internal("an imported key is not made"))?;
        let key = self.random().key(kind_of_key)?;
        let name = self.account_host(settings.reach.vanity_url.as_ref().unwrap_or(&account.label));
        let certificate = key.self_signed(&name, now, now + LIFETIME).map_err(Error::internal)?;
        self.sealed((account.id, connection), (kind, life), &key, &certificate, now)
    }

    /// A key pair as it is kept.
    pub(super) fn sealed(
        &self,
        (account, connection): (AccountId, ConnectionId),
        (kind, life): (SigningKeyKind, Life),
        key: &SigningKey,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<SpKey, Error> {
        let id = SpKeyId::from_bytes(self.fresh_id(now));
        let place = Place { purpose: Purpose::PrivateKey, account, row: id.to_bytes() };
        let pkcs8 = key.to_pkcs8().map_err(Error::internal)?;
        let sealed_key = self.inner.vault.seal(place, self.random(), &pkcs8)?;
        let certificate = certificate.der().to_vec();
        Ok(SpKey { id, connection, kind, life, created_at: now, certificate, sealed_key })
    }
}

/// The kind of key, as the keys themselves name it; `None` for those that are not made here.
fn as_key_kind(kind: SigningKeyKind) -> Option<KeyKind> {
    match kind {
        SigningKeyKind::Rsa2048 => Some(KeyKind::Rsa2048),
        SigningKeyKind::Rsa3072 => Some(KeyKind::Rsa3072),
        SigningKeyKind::EcdsaP256 => Some(KeyKind::EcdsaP256),
        SigningKeyKind::Imported => None,
    }
}
