//! How many responses came on each day, by how they ended. The rows themselves are in `response_log`.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::response_log::OutcomeWord;

statements! { tallies:
    ADD = "INSERT INTO tallies (account_id, day, outcome, total) VALUES ($1, $2, $3, $4) \
           ON CONFLICT (account_id, day, outcome) DO UPDATE SET total = tallies.total + excluded.total";
    SINCE = "SELECT day, outcome, total FROM tallies WHERE account_id = $1 AND day >= $2 ORDER BY day, outcome";
    PURGE = "DELETE FROM tallies WHERE (account_id, day, outcome) IN \
             (SELECT account_id, day, outcome FROM tallies WHERE day < $1 LIMIT $2)";
}

/// How many responses of a day ended in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The beginning of the day (UTC).
    pub day: Timestamp,
    /// How they ended.
    pub outcome: OutcomeWord,
    /// How many.
    pub total: i64,
}

/// Adds to what was counted.
///
/// # Errors
/// Those of the database.
pub async fn add(tx: &Tx<'_>, tally: Tally) -> Result<(), Error> {
    let row = params![tx.account(), tally.day, tally.outcome.as_str(), tally.total];
    tx.execute(&ADD, row).await.map(drop)
}

/// What was counted since a day.
///
/// # Errors
/// Those of the database.
pub async fn since(tx: &Tx<'_>, day: Timestamp) -> Result<Vec<Tally>, Error> {
    let rows = tx.rows(&SINCE, params![tx.account(), day]).await?;
    let read = rows.into_iter().map(|mut row| {
        Ok(Tally {
            day: row.time("day")?,
            outcome: row.word("outcome", OutcomeWord::from_word)?,
            total: row.integer("total")?,
        })
    });
    read.collect()
}

/// Forgets what was counted in all accounts before this day, at most [`PURGED_AT_ONCE`] rows, and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, before: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![before, PURGED_AT_ONCE]).await
}
