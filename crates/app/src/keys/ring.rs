//! The key pairs of a connection, opened.

use super::decryption_kind;
use crate::context::App;
use crate::error::Error;
use crate::vault::{Place, Purpose};
use jiff::Timestamp;
use vestibule_model::connection::{Settings, SigningKeyKind};
use vestibule_model::id::{AccountId, ConnectionId, SpKeyId};
use vestibule_model::rotation::{KeyState, Life};
use vestibule_saml::{Certificate, DecryptionKey, SigningKey};
use vestibule_store::{self as store, sp_keys::SpKey};

/// The key pairs of a connection in the order in which they were made, of every kind: a draft that wants another kind
/// must not change what the published version signs with, and a kind that was used before comes back with the certificate
/// that the identity provider knows. All of them decrypt, as far as they can.
#[derive(Clone)]
pub(crate) struct Ring(Vec<OwnKey>);

/// How many keys of our own are tried: each costs a private operation for everything that is encrypted for somebody else.
const MOST_DECRYPTING: usize = 4;

/// A key pair of ours. A clone shares the key.
#[derive(Clone)]
pub(crate) struct OwnKey {
    pub(crate) id: SpKeyId,
    pub(crate) kind: SigningKeyKind,
    pub(crate) life: Life,
    pub(crate) created_at: Timestamp,
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
}

impl Ring {
    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &OwnKey> {
        self.0.iter()
    }

    /// The one of this kind that signs.
    pub(crate) fn signing(&self, kind: SigningKeyKind) -> Option<&OwnKey> {
        self.in_state(kind, KeyState::Active).next()
    }

    /// The certificates by which the identity provider verifies what we sign: of the one that signs, first because some
    /// read no further, of the next one, and of former ones, so that going back needs nothing of the identity provider.
    /// Beside an imported one stand ours, so that going over to them needs nothing of it either.
    pub(crate) fn signing_certificates(&self, settings: &Settings, now: Timestamp) -> Vec<Certificate> {
        let (imported, kind) = match settings.signing_key {
            SigningKeyKind::Imported => (self.signing(SigningKeyKind::Imported), decryption_kind(settings)),
            made => (None, made),
        };
        let in_turn = [KeyState::Active, KeyState::Next].into_iter();
        let in_turn = in_turn.flat_map(|state| self.in_state(kind, state));
        let valid = |key: &&OwnKey| key.certificate.not_after() > now;
        let former = self.in_state(kind, KeyState::Former).filter(valid);
        imported.into_iter().chain(in_turn).chain(former).map(|key| key.certificate.clone()).collect()
    }

    /// The certificates that the identity provider may encrypt for: of the one in use, and of the next one. Former ones
    /// decrypt, but nothing should be encrypted for them any more.
    pub(crate) fn encryption_certificates(&self, settings: &Settings) -> Vec<Certificate> {
        let kind = decryption_kind(settings);
        let in_turn = [KeyState::Active, KeyState::Next].into_iter();
        in_turn.flat_map(|state| self.in_state(kind, state)).map(|key| key.certificate.clone()).collect()
    }

    /// The keys that decrypt, in the order in which they are tried: imported ones first, because they are there for an
    /// identity provider that uses them; then the one that it should use, and of the others the newest.
    pub(crate) fn decryption(&self, settings: &Settings) -> Result<Vec<DecryptionKey>, Error> {
        let wanted = decryption_kind(settings);
        let (imported, mut made): (Vec<&OwnKey>, Vec<&OwnKey>) = self
            .0
            .iter()
            .rev()
            .filter(|key| key.kind != SigningKeyKind::EcdsaP256)
            .partition(|key| key.kind == SigningKeyKind::Imported);
        made.sort_by_key(|key| (key.kind != wanted, order(key.life.state)));
        let decrypting = |key: &OwnKey| DecryptionKey::new(&key.key, Some(key.certificate.clone()));
        imported
            .into_iter()
            .chain(made.into_iter().take(MOST_DECRYPTING))
            .map(decrypting)
            .collect::<Result<_, _>>()
            .map_err(Error::internal)
    }

    fn in_state(&self, kind: SigningKeyKind, state: KeyState) -> impl Iterator<Item = &OwnKey> {
        self.0.iter().filter(move |key| key.kind == kind && key.life.state == state)
    }
}

pub(super) fn order(state: KeyState) -> u8 {
    match state {
        KeyState::Active => 0,
        KeyState::Next => 1,
        KeyState::Former => 2,
    }
}

impl App {
    /// The key pairs of a connection.
    pub(crate) async fn ring(&self, account: AccountId, connection: ConnectionId) -> Result<Ring, Error> {
        let scope = self.store().account(account);
        let keys = scope.read(move |tx| Box::pin(store::sp_keys::list(tx, connection))).await?;
        keys.into_iter().map(|key| self.open(account, key)).collect::<Result<_, _>>().map(Ring)
    }

    fn open(&self, account: AccountId, stored: SpKey) -> Result<OwnKey, Error> {
        let SpKey { id, kind, life, created_at, .. } = stored;
        let place = Place { purpose: Purpose::PrivateKey, account, row: id.to_bytes() };
        let pkcs8 = self.inner.vault.open(place, &stored.sealed_key)?;
        let key = SigningKey::from_pkcs8(&pkcs8).map_err(Error::internal)?;
        let certificate = Certificate::from_der(&stored.certificate).map_err(Error::internal)?;
        Ok(OwnKey { id, kind, life, created_at, key, certificate })
    }
}
