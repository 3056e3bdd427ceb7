//! How many users an account has, and who stands at a place of its list, without a walk along all of them.
//!
//! Users are in order of id, and that order is cut into runs of a few thousand. A run knows how many users are in it; whoever
//! comes or goes changes one number. The one thing to know: a run is cut in two by deleting it and making two, so that on
//! PostgreSQL whoever waited for it finds it gone, and looks again.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::id::UserId;

statements! { user_runs:
    TOTAL = "SELECT CAST(COALESCE(SUM(r.total), 0) AS {INTEGER}) AS total FROM user_runs r WHERE r.account_id = $1";
    COUNTED = "UPDATE user_runs SET total = total + $3 WHERE account_id = $1 AND first_id = \
               (SELECT r.first_id FROM user_runs r WHERE r.account_id = $1 AND r.first_id <= $2 \
               ORDER BY r.first_id DESC LIMIT 1)";
    OF_USER = "SELECT r.first_id, r.total FROM user_runs r WHERE r.account_id = $1 AND r.first_id <= $2 \
               ORDER BY r.first_id DESC LIMIT 1";
    BEGIN = "INSERT INTO user_runs (account_id, first_id, total) VALUES ($1, $2, $3) \
             ON CONFLICT (account_id, first_id) DO NOTHING";
    END = "DELETE FROM user_runs WHERE account_id = $1 AND first_id = $2";
    LOCATE = "SELECT s.first_id, s.before FROM \
              (SELECT r.first_id, CAST(SUM(r.total) OVER (ORDER BY r.first_id) AS {INTEGER}) - r.total AS before \
              FROM user_runs r WHERE r.account_id = $1) s \
              WHERE s.before <= $2 ORDER BY s.first_id DESC LIMIT 1";
    WITHIN = "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.id >= $2 ORDER BY u.id LIMIT 1 OFFSET $3";
}

/// The most users in a run, or some more: a longer one is cut in the middle. Finding a place costs a step for each run and one for
/// each user of a run.
const LONGEST: i64 = 4096;
/// One in so many of those who come looks how long the run is now: asking that of each of them would cost as much as counting them.
const LOOKS: u8 = 32;
/// How often a run may be found gone.
const TRIES: usize = 8;

/// Where the first run of an account begins.
fn zero() -> UserId {
    UserId::from_bytes([0; 16])
}

/// How many users the account has.
pub(crate) async fn total(tx: &Tx<'_>) -> Result<i64, Error> {
    match tx.row(&TOTAL, params![tx.account()]).await? {
        Some(mut row) => row.integer("total"),
        None => Ok(0),
    }
}

/// Counts a user who came (`by` is 1) or went (-1).
pub(crate) async fn count(tx: &Tx<'_>, user: UserId, by: i64) -> Result<(), Error> {
    for _ in 0..TRIES {
        if tx.execute(&COUNTED, params![tx.account(), user, by]).await? == 1 {
            return if by > 0 && looks(user) { cut_if_long(tx, user).await } else { Ok(()) };
        }
        tx.execute(&BEGIN, params![tx.account(), zero(), 0_i64]).await?;
    }
    Err(Error::Stale)
}

/// The end of an id is drawn by lot.
fn looks(user: UserId) -> bool {
    user.to_bytes().last().is_some_and(|byte| byte % LOOKS == 0)
}

/// Cuts the run of a user who was just counted if it is too long. Nobody else changes it before this transaction ends.
async fn cut_if_long(tx: &Tx<'_>, user: UserId) -> Result<(), Error> {
    let Some(mut run) = tx.row(&OF_USER, params![tx.account(), user]).await? else { return Ok(()) };
    let (first, total) = (run.id("first_id", UserId::from_bytes)?, run.integer("total")?);
    if total > LONGEST { cut(tx, first, total).await } else { Ok(()) }
}

/// Cuts a run in the middle. This transaction has changed it, so nobody else does.
async fn cut(tx: &Tx<'_>, first: UserId, total: i64) -> Result<(), Error> {
    let kept = total / 2;
    let Some(mut middle) = tx.row(&WITHIN, params![tx.account(), first, kept]).await? else { return Ok(()) };
    let middle = middle.id("id", UserId::from_bytes)?;
    tx.execute(&END, params![tx.account(), first]).await?;
    tx.execute(&BEGIN, params![tx.account(), first, kept]).await?;
    tx.execute(&BEGIN, params![tx.account(), middle, total - kept]).await.map(drop)
}

/// The id of the user at a place of the list, from 0; nothing behind its end.
pub(crate) async fn at(tx: &Tx<'_>, place: i64) -> Result<Option<UserId>, Error> {
    let Some(mut run) = tx.row(&LOCATE, params![tx.account(), place]).await? else { return Ok(None) };
    let (first, before) = (run.id("first_id", UserId::from_bytes)?, run.integer("before")?);
    let row = tx.row(&WITHIN, params![tx.account(), first, place - before]).await?;
    row.map(|mut row| row.id("id", UserId::from_bytes)).transpose()
}
