//! Importing people from a file (behaviour.md section 7, *CSV import*): read, look at what would happen, apply, read the report.
//!
//! `text` and `table` make rows of bytes, `intake` writes them down; `step` goes on with some hundreds of rows at a time, and `judge`
//! tells the story of one of them, by `directory/people` like every other way in. `deeds` is what an administrator or the operator
//! does. A job goes on with what is under way, so that it ends whoever began it.

mod deeds;
mod intake;
mod judge;
mod report;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use deeds::{Page, apply, discard, find_unfinished, go_on, list, rows, show};
pub use intake::{Intake, LARGEST_FILE, MOST_ROWS};
pub use report::{Report, report};
pub use vestibule_store::imports::Sought;

use crate::context::{JobCtx, PeopleCtx};
use crate::error::Error;
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::ImportId;
use vestibule_model::import::Import;
use vestibule_store as store;

/// How long an import is kept: its rows are personal data.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How long a file may take to come. One that takes longer broke off: whoever sent it is gone, and nobody sees what came of it.
pub const COMING: SignedDuration = SignedDuration::from_hours(1);

/// What is forgotten by itself.
pub(crate) fn old(now: Timestamp) -> store::imports::Old {
    store::imports::Old { before: now - KEPT, broken_off: now - COMING }
}

/// How many transactions a job does before it lets others look; a minute of work, and less than it may hold a job.
const STEPS_A_TURN: u32 = 50;

/// The fingerprint of a file as text, for the form that applies what was shown.
#[must_use]
pub fn fingerprint(import: &Import) -> String {
    secret::spelled(&import.file_hash)
}

/// Reads what [`fingerprint`] wrote.
#[must_use]
pub fn read_fingerprint(text: &str) -> Option<[u8; 32]> {
    secret::read(text)
}

fn scope(ctx: &PeopleCtx) -> store::AccountStore<'_> {
    ctx.app.store().account(ctx.account.id)
}

/// Goes on with an import, as a job; the answer is when to go on again.
pub(crate) async fn look_after(ctx: &JobCtx, id: ImportId) -> Result<Option<Timestamp>, Error> {
    for _ in 0..STEPS_A_TURN {
        let import = step::step(&ctx.app, &ctx.account, id).await?;
        if !import.is_some_and(|import| import.state.is_under_way()) {
            return Ok(None);
        }
    }
    Ok(Some(ctx.app.now()))
}

/// Forgets an import at once.
async fn forget(ctx: &PeopleCtx, id: ImportId) -> Result<(), Error> {
    loop {
        let gone = scope(ctx).bulk().write(move |tx| {
            Box::pin(async move {
                store::jobs::cancel(tx, store::imports::JOB, id.to_bytes()).await?;
                store::imports::forget(tx, id).await
            })
        });
        if gone.await? < u64::from(store::PURGED_AT_ONCE) {
            return Ok(());
        }
    }
}
