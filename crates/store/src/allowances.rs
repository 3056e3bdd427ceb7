//! What may be tried: for each thing that is counted, when its allowance is whole again. How much there is of what is said in
//! `model`; the key is the caller's, and belongs to no account.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::GlobalTx;
use crate::value::params;
use jiff::{SignedDuration, Timestamp};

statements! { allowances:
    // Whoever takes at the same time waits for the row, and then sees it as it is: never more is taken than there is.
    TAKE = "INSERT INTO allowances (key, whole_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET whole_at = \
            CASE WHEN allowances.whole_at > $3 THEN allowances.whole_at + $4 ELSE excluded.whole_at END \
            WHERE allowances.whole_at <= $5";
    GIVE_BACK = "UPDATE allowances SET whole_at = whole_at - $2 WHERE key = $1";
    PURGE = "DELETE FROM allowances WHERE key IN (SELECT key FROM allowances WHERE whole_at <= $1 LIMIT $2)";
}

/// Takes one of `burst`, which comes back after `step`; false when none is left. On whatever node.
///
/// # Errors
/// Those of the database.
pub async fn take(
    tx: &GlobalTx<'_>,
    key: &[u8; 32],
    (burst, step): (u32, SignedDuration),
    now: Timestamp,
) -> Result<bool, Error> {
    let micros = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
    let full = now + step * i32::try_from(burst.saturating_sub(1)).unwrap_or(i32::MAX);
    Ok(tx.execute(&TAKE, params![key, now + step, now, micros, full]).await? == 1)
}

/// Gives one back that was taken.
///
/// # Errors
/// Those of the database.
pub async fn give_back(tx: &GlobalTx<'_>, key: &[u8; 32], step: SignedDuration) -> Result<(), Error> {
    let micros = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
    tx.execute(&GIVE_BACK, params![key, micros]).await.map(drop)
}

/// Forgets allowances that are whole again, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}
