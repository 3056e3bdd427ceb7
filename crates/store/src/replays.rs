//! Messages that were accepted once, kept until they expire by themselves.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;

statements! { replays:
    INSERT = "INSERT INTO replays (account_id, key, expires_at) VALUES ($1, $2, $3) \
              ON CONFLICT (account_id, key) DO NOTHING";
    CONTAINS = "SELECT expires_at FROM replays WHERE account_id = $1 AND key = $2";
    PURGE = "DELETE FROM replays WHERE (account_id, key) IN \
             (SELECT account_id, key FROM replays WHERE expires_at <= $1 LIMIT $2)";
}

/// Burns a message: true for the first who does, on whatever node, false for everyone after. The key is a function of
/// the message alone.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, key: &[u8; 32], expires_at: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&INSERT, params![tx.account(), key, expires_at]).await? == 1)
}

/// Whether a message was burned.
///
/// # Errors
/// Those of the database.
pub async fn contains(tx: &Tx<'_>, key: &[u8; 32]) -> Result<bool, Error> {
    Ok(tx.row(&CONTAINS, params![tx.account(), key]).await?.is_some())
}

/// Forgets messages of all accounts that nobody would accept any more, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}
