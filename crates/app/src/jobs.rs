//! Work that nobody waits for: forgetting what has expired.
//!
//! Every node may run it at the same time; each statement removes only what is over.

use crate::context::App;
use crate::error::Error;
use crate::sessions;
use jiff::SignedDuration;
use std::future::Future;
use std::time::Duration;
use vestibule_store::{self as store, Body, GlobalTx};

/// How long rows of the response log are kept.
pub const RESPONSE_LOG_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

const EVERY: Duration = Duration::from_secs(10 * 60);

/// Runs the jobs until the future ends.
pub async fn run(app: App, shutdown: impl Future<Output = ()>) {
    let work = async {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = forget(&app).await {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(source, "expired rows could not be removed: {error}");
            }
        }
    };
    tokio::select! {
        () = work => {}
        () = shutdown => {}
    }
}

/// Removes what has expired: requests, assertion IDs, links, sessions, rows of the response log.
///
/// # Errors
/// When the store does not answer.
pub async fn forget(app: &App) -> Result<(), Error> {
    let now = app.now();
    purge(app, move |tx| Box::pin(store::sign_ins::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::replays::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::links::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::sessions::purge(tx, now - sessions::IDLE))).await?;
    purge(app, move |tx| Box::pin(store::response_log::purge(tx, now - RESPONSE_LOG_KEPT))).await
}

/// Calls a purge until nothing is left for it, each time in a small transaction that lets others go first.
async fn purge<F>(app: &App, body: F) -> Result<(), Error>
where
    F: for<'t> Fn(&'t GlobalTx<'t>) -> Body<'t, u64, store::Error> + Copy + Send + 'static,
{
    while app.store().write_bulk(body).await? >= u64::from(store::PURGED_AT_ONCE) {}
    Ok(())
}
