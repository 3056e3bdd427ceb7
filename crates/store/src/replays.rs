//! Messages that were accepted once, kept until they expire by themselves.
//!
//! A key that begins with its own expiry lies in order: remembering it touches a page that is written anyway, and what has
//! expired lies in one piece, so no index tells of it. Other keys have one.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;

statements! { replays:
    INSERT = "INSERT INTO replays (account_id, key, expires_at, in_order) VALUES ($1, $2, $3, $4) \
              ON CONFLICT (account_id, key) DO NOTHING";
    CONTAINS = "SELECT expires_at FROM replays WHERE account_id = $1 AND key = $2";
    PURGE = "DELETE FROM replays WHERE (account_id, key) IN \
             (SELECT account_id, key FROM replays \
             WHERE account_id IN (SELECT id FROM accounts) AND key < $1 AND in_order = TRUE LIMIT $2)";
    PURGE_OTHERS = "DELETE FROM replays WHERE (account_id, key) IN \
                    (SELECT account_id, key FROM replays WHERE expires_at <= $1 AND in_order = FALSE LIMIT $2)";
}

/// Burns a message: true for the first who does, on whatever node, false for everyone after. The key is a function of
/// the message alone.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, key: &[u8; 32], expires_at: Timestamp) -> Result<bool, Error> {
    let in_order = key.starts_with(&first_bytes(expires_at.as_microsecond()));
    Ok(tx.execute(&INSERT, params![tx.account(), key, expires_at, in_order]).await? == 1)
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
    let next = first_bytes(now.as_microsecond().saturating_add(1));
    let purged = tx.execute(&PURGE, params![&next, PURGED_AT_ONCE]).await?;
    let left = i64::from(PURGED_AT_ONCE) - i64::try_from(purged).unwrap_or(0);
    Ok(purged + tx.execute(&PURGE_OTHERS, params![now, left]).await?)
}

/// What a key that lies in order begins with, by the microsecond of its expiry.
fn first_bytes(microsecond: i64) -> [u8; 8] {
    microsecond.max(0).to_be_bytes()
}
