//! Work that nobody waits for, each with the time at which it is due.
//!
//! A job is scheduled in the transaction of the deed that wants it. One node claims it; a node that dies with it loses it
//! to another one after a while, so what a job does must bear being done twice.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::AccountId;

statements! { jobs:
    SCHEDULE = "INSERT INTO jobs (account_id, kind, subject, due_at, attempts) VALUES ($1, $2, $3, $4, 0) \
                ON CONFLICT (account_id, kind, subject) DO UPDATE SET due_at = excluded.due_at, attempts = 0";
    CANCEL = "DELETE FROM jobs WHERE account_id = $1 AND kind = $2 AND subject = $3";
    DUE = "SELECT due_at FROM jobs WHERE account_id = $1 AND kind = $2 AND subject = $3";
    CLAIM = "UPDATE jobs SET due_at = $3, attempts = attempts + 1 WHERE (account_id, kind, subject) IN \
             (SELECT account_id, kind, subject FROM jobs WHERE kind = $1 AND due_at <= $2 \
             ORDER BY due_at LIMIT 1 {SKIP_LOCKED}) \
             RETURNING account_id, kind, subject, attempts";
    FINISH = "DELETE FROM jobs WHERE account_id = $1 AND kind = $2 AND subject = $3 AND due_at = $4";
    AGAIN = "UPDATE jobs SET due_at = $5, attempts = $6 WHERE account_id = $1 AND kind = $2 AND subject = $3 \
             AND due_at = $4";
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The account that it is for.
    pub account: AccountId,
    /// What kind of work it is.
    pub kind: String,
    /// The bytes of the id of what it is about.
    pub subject: [u8; 16],
    /// How often it was claimed since it was scheduled, this time included.
    pub attempts: i64,
    /// Until when it is ours.
    pub claimed_until: Timestamp,
}

/// Schedules a job, in place of one of the same kind and subject that is not done yet.
///
/// # Errors
/// Those of the database.
pub async fn schedule(tx: &Tx<'_>, kind: &str, subject: [u8; 16], due_at: Timestamp) -> Result<(), Error> {
    tx.execute(&SCHEDULE, params![tx.account(), kind, subject, due_at]).await.map(drop)
}

/// Takes a job back, if it is there.
///
/// # Errors
/// Those of the database.
pub async fn cancel(tx: &Tx<'_>, kind: &str, subject: [u8; 16]) -> Result<(), Error> {
    tx.execute(&CANCEL, params![tx.account(), kind, subject]).await.map(drop)
}

/// When a job is due, if it is there.
///
/// # Errors
/// Those of the database.
pub async fn due(tx: &Tx<'_>, kind: &str, subject: [u8; 16]) -> Result<Option<Timestamp>, Error> {
    let row = tx.row(&DUE, params![tx.account(), kind, subject]).await?;
    row.map(|mut row| row.time("due_at")).transpose()
}

/// Claims the job of a kind that is due for the longest time, until `until`; nobody else gets it before.
///
/// # Errors
/// Those of the database.
pub async fn claim(
    tx: &GlobalTx<'_>,
    kind: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>, Error> {
    let Some(mut row) = tx.row(&CLAIM, params![kind, now, until]).await? else { return Ok(None) };
    Ok(Some(Job {
        account: row.id("account_id", AccountId::from_bytes)?,
        kind: row.text("kind")?,
        subject: row.id("subject", |bytes| bytes)?,
        attempts: row.integer("attempts")?,
        claimed_until: until,
    }))
}

/// Says that a claimed job is done: it is gone, or due again at `next`. If it was scheduled anew meanwhile, that stays.
///
/// # Errors
/// Those of the database.
pub async fn finish(tx: &Tx<'_>, job: &Job, next: Option<Timestamp>) -> Result<(), Error> {
    let (subject, kind) = (job.subject, job.kind.as_str());
    let done = match next {
        None => tx.execute(&FINISH, params![tx.account(), kind, subject, job.claimed_until]).await,
        Some(next) => {
            let row = params![tx.account(), kind, subject, job.claimed_until, next, 0_i64];
            tx.execute(&AGAIN, row).await
        }
    };
    done.map(drop)
}

/// Says that a claimed job failed, and when it is tried again; its attempts go on being counted.
///
/// # Errors
/// Those of the database.
pub async fn fail(tx: &Tx<'_>, job: &Job, next: Timestamp) -> Result<(), Error> {
    let row = params![tx.account(), job.kind.as_str(), job.subject, job.claimed_until, next, job.attempts];
    tx.execute(&AGAIN, row).await.map(drop)
}
