//! Going on with an import: some hundreds of rows in one transaction, in which the cursor moves too.
//!
//! Whoever does it, and whatever happens to them, a row is handled once: what a transaction did and how far it came are written
//! together or not at all. If a row fails although it was judged (somebody took the address a moment before), its transaction is
//! undone and its rows go one by one, so that it fails alone.

use super::judge::{Ground, How, Judged, judge, refused_by};
use crate::configuration::Configuration;
use crate::context::App;
use crate::error::{Error, Kind};
use std::sync::Arc;
use vestibule_model::account::Account;
use vestibule_model::id::ImportId;
use vestibule_model::import::{Import, State};
use vestibule_store::{self as store, Tx};

/// How many rows are handled in one transaction.
pub(super) const AT_ONCE: u32 = 200;

/// Handles the next rows. The answer is the import as it is then; `None` when it is not there any more.
pub(super) async fn step(app: &App, account: &Account, id: ImportId) -> Result<Option<Import>, Error> {
    match rows(app, account, (id, AT_ONCE), None).await {
        Err(error) if is_about_a_row(&error) => one_by_one(app, account, id).await,
        handled => handled,
    }
}

/// Whether somebody was faster than a row, or something in it is not as it was judged.
fn is_about_a_row(error: &Error) -> bool {
    matches!(error.kind(), Kind::Conflict | Kind::Invalid | Kind::Forbidden)
}

async fn one_by_one(app: &App, account: &Account, id: ImportId) -> Result<Option<Import>, Error> {
    let mut import = None;
    for _ in 0..AT_ONCE {
        import = match rows(app, account, (id, 1), None).await {
            Err(error) if is_about_a_row(&error) => {
                rows(app, account, (id, 1), Some(refused_by(&error))).await?
            }
            handled => handled?,
        };
        if !import.as_ref().is_some_and(|import| import.state.is_under_way()) {
            break;
        }
    }
    Ok(import)
}

/// Handles so many rows in one transaction; `verdict` is what becomes of them, if it is not to be judged any more.
async fn rows(
    app: &App,
    account: &Account,
    (id, count): (ImportId, u32),
    verdict: Option<Judged>,
) -> Result<Option<Import>, Error> {
    let place = Arc::new((app.clone(), account.clone(), verdict));
    let written = app.store().account(account.id).bulk().write(move |tx| {
        let place = Arc::clone(&place);
        Box::pin(async move {
            let (app, account, verdict) = &*place;
            let Some(mut import) = store::imports::locked(tx, id).await? else { return Ok(None) };
            if import.state.is_under_way() {
                handle(tx, (app, account), &mut import, (count, verdict.as_ref())).await?;
                store::imports::update(tx, &import).await?;
            }
            Ok(Some(import))
        })
    });
    written.await
}

async fn handle(
    tx: &Tx<'_>,
    (app, account): (&App, &Account),
    import: &mut Import,
    (count, verdict): (u32, Option<&Judged>),
) -> Result<(), Error> {
    let applying = import.state == State::Applying;
    let batch = store::imports::batch(tx, import.id, import.cursor, count).await?;
    // Seats before people, as at sign-ins: nobody waits for each other.
    let how = match applying {
        true if !batch.is_empty() => store::licenses::locked(tx).await.map(|_| How::Write)?,
        true => How::Write,
        false => How::Foresee(store::licenses::inventory(tx).await?),
    };
    let mut totals = if applying { import.applied.clone() } else { import.planned.clone() };
    let roles = Configuration::read(tx).await?.roles;
    let ground = Ground { app, account, import, roles, how };
    for row in &batch {
        let judged = match verdict {
            None => judge(tx, &ground, row, &mut totals).await?,
            Some(judged) => {
                totals.count(judged.0);
                judged.clone()
            }
        };
        match applying {
            true => store::imports::note_outcome(tx, ground.import.id, row.number, (judged.0, &judged.1))?,
            false => store::imports::note_plan(tx, ground.import.id, row, (judged.0, &judged.1)).await?,
        }
    }
    if let Some(last) = batch.last() {
        import.cursor = last.number;
    }
    *(if applying { &mut import.applied } else { &mut import.planned }) = totals;
    if batch.len() < count as usize {
        import.cursor = 0;
        import.state = if applying { State::Done } else { State::Checked };
        store::jobs::cancel(tx, store::imports::JOB, import.id.to_bytes()).await?;
    }
    Ok(())
}
