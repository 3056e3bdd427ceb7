//! When tokens were last used: noted in memory by the request, written by a job.
//!
//! No request waits for it. A token is written at most once a minute by each node; what a node that is killed had not
//! written is lost, and nothing is decided by it.

use crate::context::App;
use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vestibule_model::id::{AccountId, TokenId};
use vestibule_store as store;

/// How exactly it is known.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// The most tokens whose use waits to be written; the use of further ones is noted the next time.
const MOST_WAITING: usize = 10_000;

/// What waits to be written.
#[derive(Default)]
pub(crate) struct Uses(Mutex<HashMap<(AccountId, TokenId), Timestamp>>);

impl Uses {
    /// Notes that a token was used now, unless that is known to the minute.
    pub(super) fn note(&self, account: AccountId, token: &store::tokens::Token, now: Timestamp) {
        if token.used_at.is_some_and(|used| now < used + MINUTE) {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST_WAITING || waiting.contains_key(&(account, token.id)) {
            waiting.insert((account, token.id), now);
        }
    }

    fn take(&self) -> HashMap<(AccountId, TokenId), Timestamp> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes down which tokens were used, and tells how many.
///
/// # Errors
/// When the store does not answer; what was not written yet is dropped.
pub async fn write_uses(app: &App) -> Result<usize, Error> {
    let waiting = app.inner.uses.take();
    let count = waiting.len();
    for ((account, token), used_at) in waiting {
        let scope = app.store().account(account).bulk();
        scope
            .write(move |tx| Box::pin(async move { store::tokens::touch(tx, token, used_at).await }))
            .await?;
    }
    Ok(count)
}
