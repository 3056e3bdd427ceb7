//! The key pairs of connections. The private key comes sealed (encrypted by `app`), and is kept as it comes.
//!
//! The database holds one that signs and one that is next at most, for each kind of a connection.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::connection::SigningKeyKind;
use vestibule_model::id::{ConnectionId, SpKeyId};
use vestibule_model::rotation::{Change, KeyState, Life};

macro_rules! columns {
    () => {
        "id, connection_id, kind, state, created_at, activated_at, seen_at, retired_at, held, certificate, sealed_key"
    };
}

statements! { sp_keys:
    INSERT = concat!("INSERT INTO sp_keys (account_id, ", columns!(), ") \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    LIST = concat!("SELECT ", columns!(), " FROM sp_keys WHERE account_id = $1 AND connection_id = $2 ORDER BY id");
    BY_ID = concat!("SELECT ", columns!(), " FROM sp_keys WHERE account_id = $1 AND id = $2");
    CHANGE = "UPDATE sp_keys SET state = $4, activated_at = $5, seen_at = $6, retired_at = $7, held = $8 \
              WHERE account_id = $1 AND id = $2 AND state = $3";
    SEEN = "UPDATE sp_keys SET seen_at = $3 WHERE account_id = $1 AND id = $2 AND seen_at IS NULL";
    REMOVE = "DELETE FROM sp_keys WHERE account_id = $1 AND id = $2 AND state = $3";
}

/// A key pair of a connection.
#[derive(Clone, PartialEq, Eq)]
pub struct SpKey {
    /// Its id.
    pub id: SpKeyId,
    /// The connection that signs with it.
    pub connection: ConnectionId,
    /// What kind of key it is.
    pub kind: SigningKeyKind,
    /// What it is used for, and was.
    pub life: Life,
    /// When it was made; from then on the metadata names it.
    pub created_at: Timestamp,
    /// The certificate (DER).
    pub certificate: Vec<u8>,
    /// The private key, encrypted.
    pub sealed_key: Vec<u8>,
}

/// Keeps a key pair.
///
/// # Errors
/// Those of the database, among them that there is no such connection, and that there is one in its state already.
pub async fn insert(tx: &Tx<'_>, key: &SpKey) -> Result<(), Error> {
    let row = params![
        tx.account(),
        key.id,
        key.connection,
        key.kind.as_str(),
        key.life.state.as_str(),
        key.created_at,
        key.life.activated_at,
        key.life.seen_at,
        key.life.retired_at,
        key.life.held,
        key.certificate.as_slice(),
        key.sealed_key.as_slice(),
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The key pairs of a connection in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, connection: ConnectionId) -> Result<Vec<SpKey>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), connection]).await?;
    rows.into_iter().map(read).collect()
}

/// The key pair with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: SpKeyId) -> Result<Option<SpKey>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(read).transpose()
}

/// Changes what a key pair is used for. The caller also calls [`crate::accounts::bump`].
///
/// # Errors
/// [`Error::Stale`] when it is not in the state that it was in before; those of the database, among them that there is
/// another one in the wanted state.
pub async fn change(tx: &Tx<'_>, change: &Change) -> Result<(), Error> {
    let Change { id, before, after } = change;
    let row = params![
        tx.account(),
        *id,
        before.as_str(),
        after.state.as_str(),
        after.activated_at,
        after.seen_at,
        after.retired_at,
        after.held,
    ];
    if tx.execute(&CHANGE, row).await? == 1 { Ok(()) } else { Err(Error::Stale) }
}

/// Says that the identity provider has read the metadata that names this key pair; the first time counts.
///
/// # Errors
/// Those of the database.
pub async fn seen(tx: &Tx<'_>, id: SpKeyId, now: Timestamp) -> Result<(), Error> {
    tx.execute(&SEEN, params![tx.account(), id, now]).await.map(drop)
}

/// Removes a key pair that is in this state, for good. The caller also calls [`crate::accounts::bump`].
///
/// # Errors
/// [`Error::Stale`] when it is not; those of the database.
pub async fn remove(tx: &Tx<'_>, id: SpKeyId, state: KeyState) -> Result<(), Error> {
    let removed = tx.execute(&REMOVE, params![tx.account(), id, state.as_str()]).await?;
    if removed == 1 { Ok(()) } else { Err(Error::Stale) }
}

fn read(mut row: Row) -> Result<SpKey, Error> {
    Ok(SpKey {
        id: row.id("id", SpKeyId::from_bytes)?,
        connection: row.id("connection_id", ConnectionId::from_bytes)?,
        kind: row.word("kind", SigningKeyKind::from_word)?,
        life: Life {
            state: row.word("state", KeyState::from_word)?,
            activated_at: row.time_or_null("activated_at")?,
            seen_at: row.time_or_null("seen_at")?,
            retired_at: row.time_or_null("retired_at")?,
            held: row.boolean("held")?,
        },
        created_at: row.time("created_at")?,
        certificate: row.bytes("certificate")?,
        sealed_key: row.bytes("sealed_key")?,
    })
}
