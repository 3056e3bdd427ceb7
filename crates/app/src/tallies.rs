//! How many sign-ins there are: counted in memory by the node that answers, added up in the store by a job.
//!
//! No sign-in waits for it, and none writes a row that others write too. What a node that is killed had not added is lost,
//! and nothing is decided by it.

use crate::context::App;
use crate::error::{Error, Kind};
use crate::sign_in::Finished;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vestibule_model::id::AccountId;
use vestibule_model::response_log::OutcomeWord;
use vestibule_store::{self as store, tallies::Tally};

/// How long it is remembered.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 31);

/// The most counts that wait; of what comes beyond them nothing is counted.
const MOST_WAITING: usize = 10_000;

/// What waits to be added.
#[derive(Default)]
pub(crate) struct Tallies(Mutex<HashMap<(AccountId, Timestamp, OutcomeWord), i64>>);

impl Tallies {
    /// Counts how a response ended. What failed on our side did not end.
    pub(crate) fn note(&self, account: AccountId, now: Timestamp, finished: &Result<Finished, Error>) {
        let outcome = match finished {
            Ok(Finished::SignedIn { .. } | Finished::HandedOver { .. }) => OutcomeWord::Accepted,
            Ok(Finished::Restart { .. }) => OutcomeWord::Restarted,
            Ok(Finished::Tested { .. }) => OutcomeWord::Tested,
            Ok(Finished::Pending { .. }) => OutcomeWord::Refused,
            Err(error) if error.kind() == Kind::Refused => OutcomeWord::Refused,
            Err(_) => return,
        };
        self.add(account, Tally { day: day(now), outcome, total: 1 });
    }

    fn add(&self, account: AccountId, tally: Tally) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (account, tally.day, tally.outcome);
        if waiting.len() < MOST_WAITING || waiting.contains_key(&key) {
            *waiting.entry(key).or_default() += tally.total;
        }
    }

    fn take(&self) -> HashMap<(AccountId, Timestamp, OutcomeWord), i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What of an account waits yet.
    pub(crate) fn waiting(&self, account: AccountId) -> Vec<Tally> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = waiting.iter().filter(|((of, ..), _)| *of == account);
        own.map(|((_, day, outcome), total)| Tally { day: *day, outcome: *outcome, total: *total }).collect()
    }
}

/// The beginning of the day (UTC).
pub(crate) fn day(time: Timestamp) -> Timestamp {
    let seconds = time.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(24 * 60 * 60)).unwrap_or(time)
}

/// Adds what was counted, and tells how many counts there were.
///
/// # Errors
/// When the store does not answer; what was not added yet waits on.
pub async fn write_tallies(app: &App) -> Result<usize, Error> {
    let waiting = app.inner.tallies.take();
    let count = waiting.len();
    let mut failed = None;
    for ((account, day, outcome), total) in waiting {
        let tally = Tally { day, outcome, total };
        let scope = app.store().account(account).bulk();
        let added = scope.write(move |tx| Box::pin(store::tallies::add(tx, tally))).await;
        if let Err(error) = added {
            app.inner.tallies.add(account, tally);
            failed = Some(error);
        }
    }
    failed.map_or(Ok(count), |error: store::Error| Err(error.into()))
}
