//! Key pairs that another product had, for an account that moved here and left its identity provider as it was: it goes
//! on encrypting for their certificates, and may verify our requests by one of them.
//!
//! How an account file names them is in `configuration::imported`. The one thing to know: like the pairs that are made
//! here they belong to the connection, not to a version of its settings. They never take turns: one that the file does
//! not name any more is removed for good.

use super::ring::order;
use crate::context::App;
use crate::error::Error;
use jiff::Timestamp;
use std::fmt;
use vestibule_model::connection::SigningKeyKind;
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_model::rotation::{Change, KeyState, Life};
use vestibule_saml::{Certificate, SigningKey};
use vestibule_store::sp_keys::SpKey;
use vestibule_store::{self as store, Tx};

/// The most that a connection has: the one that the identity provider uses, and one that it was about to change to. Each
/// is tried for everything that is encrypted for another one.
pub(crate) const MOST_IMPORTED: usize = 2;

/// An imported key pair as it is wanted. Equal to another one if the certificate is.
#[derive(Clone)]
pub(crate) struct Imported {
    pub(crate) certificate: Certificate,
    /// The private key; `None` where it is kept already.
    pub(crate) key: Option<SigningKey>,
}

impl PartialEq for Imported {
    fn eq(&self, other: &Self) -> bool {
        self.certificate == other.certificate
    }
}

impl Eq for Imported {}

impl fmt::Debug for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Imported({:?})", self.certificate)
    }
}

/// Those of a connection; the first is the one that signs where the settings say so.
pub(crate) async fn imported(tx: &Tx<'_>, connection: ConnectionId) -> Result<Vec<Imported>, Error> {
    let read = |key: SpKey| {
        let certificate = Certificate::from_der(&key.certificate).map_err(Error::internal)?;
        Ok(Imported { certificate, key: None })
    };
    kept(tx, connection).await?.into_iter().map(read).collect()
}

async fn kept(tx: &Tx<'_>, connection: ConnectionId) -> Result<Vec<SpKey>, store::Error> {
    let mut keys = store::sp_keys::list(tx, connection).await?;
    keys.retain(|key| key.kind == SigningKeyKind::Imported);
    keys.sort_by_key(|key| order(key.life.state));
    Ok(keys)
}

impl App {
    /// An imported key pair as it is kept; `None` for one that is kept already.
    pub(crate) fn seal_imported(
        &self,
        account: AccountId,
        connection: ConnectionId,
        imported: &Imported,
        now: Timestamp,
    ) -> Result<Option<SpKey>, Error> {
        let Some(key) = &imported.key else { return Ok(None) };
        let kept = (SigningKeyKind::Imported, in_turn(KeyState::Former, now));
        self.sealed((account, connection), kept, key, &imported.certificate, now).map(Some)
    }
}

/// The life of an imported key pair: it signs, or waits without an end.
fn in_turn(state: KeyState, now: Timestamp) -> Life {
    Life { state, activated_at: (state == KeyState::Active).then_some(now), ..Life::next() }
}

/// Has a connection hold these and no others; `sealed` are those among them that may be new. The caller raises the
/// version of the account.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    connection: ConnectionId,
    wanted: &[Imported],
    sealed: &[SpKey],
    now: Timestamp,
) -> Result<(), Error> {
    let is_of = |key: &SpKey, wanted: &Imported| key.certificate == wanted.certificate.der();
    let before = kept(tx, connection).await?;
    for key in before.iter().filter(|key| !wanted.iter().any(|wanted| is_of(key, wanted))) {
        store::sp_keys::remove(tx, key.id, key.life.state).await?;
    }
    for key in sealed.iter().filter(|key| !before.iter().any(|known| known.certificate == key.certificate)) {
        store::sp_keys::insert(tx, key).await?;
    }
    // At no time do two of them sign.
    let now_there = kept(tx, connection).await?;
    let first = |key: &SpKey| wanted.first().is_some_and(|first| is_of(key, first));
    for (signs, state) in [(false, KeyState::Former), (true, KeyState::Active)] {
        for key in now_there.iter().filter(|key| first(key) == signs && key.life.state != state) {
            let change = Change { id: key.id, before: key.life.state, after: in_turn(state, now) };
            store::sp_keys::change(tx, &change).await?;
        }
    }
    Ok(())
}
