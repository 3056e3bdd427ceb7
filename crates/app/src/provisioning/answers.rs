//! How an account wants its directory to be answered: read once for each version of its configuration.

use super::Failure;
use crate::ScimCtx;
use crate::configuration::{Configuration, PatchAnswer};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vestibule_model::id::AccountId;
use vestibule_store as store;

/// How many accounts are held; beyond that all are dropped and read again when needed.
const MOST_HELD: usize = 10_000;

/// What is known, each with the version of the account for which it holds.
#[derive(Default)]
pub(crate) struct Answers(Mutex<HashMap<AccountId, (i64, PatchAnswer)>>);

impl Answers {
    fn held(&self, id: AccountId, version: i64) -> Option<PatchAnswer> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&id).filter(|(known, _)| *known == version).map(|(_, answer)| *answer)
    }

    fn hold(&self, id: AccountId, version: i64, answer: PatchAnswer) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD {
            held.clear();
        }
        held.insert(id, (version, answer));
    }
}

/// How the account has a PATCH answered that asks for neither a body nor for none.
///
/// # Errors
/// When the store does not answer.
pub async fn patch_answer(ctx: &ScimCtx) -> Result<PatchAnswer, Failure> {
    let (account, held) = (ctx.account(), &ctx.api().app.inner.answers);
    if let Some(answer) = held.held(account.id, account.version) {
        return Ok(answer);
    }
    let scope = ctx.api().app.store().account(account.id);
    let stored =
        scope.read(|tx| Box::pin(store::accounts::configuration(tx))).await.map_err(Failure::from)?;
    let answer = Configuration::from_stored(stored.as_deref())?.provisioning.patch_answer;
    held.hold(account.id, account.version, answer);
    Ok(answer)
}
