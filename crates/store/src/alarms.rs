//! Which warnings went out, so that each goes out once, on whatever node.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;

statements! { alarms:
    RAISE = "INSERT INTO alarms (account_id, topic, subject, step, raised_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id, topic, subject, step) DO NOTHING";
    PURGE = "DELETE FROM alarms WHERE (account_id, topic, subject, step) IN \
             (SELECT account_id, topic, subject, step FROM alarms WHERE raised_at <= $1 LIMIT $2)";
}

/// Raises an alarm: true for the first who does, false for everyone after. `subject` names what ends (an id, a
/// fingerprint), `step` how urgent it is.
///
/// # Errors
/// Those of the database.
pub async fn raise(
    tx: &Tx<'_>,
    topic: &str,
    subject: &[u8],
    step: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(tx.execute(&RAISE, params![tx.account(), topic, subject, step, now]).await? == 1)
}

/// Forgets alarms of all accounts that were raised before this time, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![before, PURGED_AT_ONCE]).await
}
