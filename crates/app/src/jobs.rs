//! Work that nobody waits for: forgetting what has expired, and what was scheduled for a time.
//!
//! Every node may run it at the same time. Forgetting removes only what is over; a scheduled job is claimed by one node,
//! and by another one if that node does not come back with it, so every job bears being done twice. Each kind of job is a
//! deed of the room that it concerns; here is only who does it when.

use crate::context::{App, JobCtx};
use crate::error::Error;
use crate::{
    alarms, calls, domains, idp_metadata, imports, keys, links, outbox, pictures, sessions, sign_in, tallies,
    tokens,
};
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::time::Duration;
use vestibule_model::id::{ClaimId, ConnectionId, ImportId, MailId, UserId};
use vestibule_store::jobs::Job;
use vestibule_store::{self as store, Body, GlobalTx};

/// How long rows of the response log are kept.
pub const RESPONSE_LOG_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

const FORGET_EVERY: Duration = Duration::from_secs(10 * 60);

/// How often it is asked whether something is due. One indexed read: cheap enough to be prompt.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often the uses of tokens and the counts of sign-ins are written down.
const NOTE_EVERY: Duration = Duration::from_secs(15);

/// How long a node has for a job before another one takes it over.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// How long a failed job waits before it is tried again: a minute, and twice as long each time, up to six hours.
const FIRST_WAIT_SECONDS: i64 = 60;
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);

/// Runs the jobs until the future ends. Each kind has a lane of its own: one that waits for a slow server holds up no other.
pub async fn run(app: App, shutdown: impl Future<Output = ()>) {
    let app = &app;
    let work = async {
        let forgetting = again(FORGET_EVERY, async || forget(app).await);
        let lane = |kind| again(LOOK_EVERY, async move || run_kind(app, kind).await.map(drop));
        let noting = again(NOTE_EVERY, async || tokens::write_uses(app).await.map(drop));
        let counting = again(NOTE_EVERY, async || tallies::write_tallies(app).await.map(drop));
        tokio::join!(
            forgetting,
            noting,
            counting,
            calls::keep_writing(app),
            lane(Kind::SpKeys),
            lane(Kind::IdpMetadata),
            lane(Kind::Mail),
            lane(Kind::Picture),
            lane(Kind::Import),
            lane(Kind::Domain)
        )
    };
    tokio::select! {
        _ = work => {}
        () = shutdown => {}
    }
    if let Err(error) = tokens::write_uses(app).await {
        tracing::warn!("the last uses of tokens are not noted: {error}");
    }
    if let Err(error) = tallies::write_tallies(app).await {
        tracing::warn!("the last sign-ins are not counted: {error}");
    }
}

/// Does something again and again, as often as this.
async fn again(every: Duration, work: impl AsyncFn() -> Result<(), Error>) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        if let Err(error) = work().await {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(source, "jobs could not be done: {error}");
        }
    }
}

/// The kinds of job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The key pairs of a connection are looked after.
    SpKeys,
    /// The identity provider's metadata and certificates are looked after.
    IdpMetadata,
    /// A mail is sent.
    Mail,
    /// Somebody's picture is fetched, decoded and kept.
    Picture,
    /// An import of people is gone on with.
    Import,
    /// The proof of a domain is looked for.
    Domain,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::SpKeys, Self::IdpMetadata, Self::Mail, Self::Picture, Self::Import, Self::Domain];

    /// The word under which the store keeps it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SpKeys => "sp_keys",
            Self::IdpMetadata => "idp_metadata",
            Self::Mail => store::outbox::JOB,
            Self::Picture => store::pictures::JOB,
            Self::Import => store::imports::JOB,
            Self::Domain => "domain",
        }
    }

    /// Does the job; the answer is when it is due again.
    async fn run(self, ctx: &JobCtx, subject: [u8; 16]) -> Result<Option<Timestamp>, Error> {
        match self {
            Self::SpKeys => keys::look_after(ctx, ConnectionId::from_bytes(subject)).await,
            Self::IdpMetadata => idp_metadata::look_after(ctx, ConnectionId::from_bytes(subject)).await,
            Self::Mail => outbox::deliver(ctx, MailId::from_bytes(subject)).await,
            Self::Picture => pictures::look(ctx, UserId::from_bytes(subject)).await,
            Self::Import => imports::look_after(ctx, ImportId::from_bytes(subject)).await,
            Self::Domain => domains::look_after(ctx, ClaimId::from_bytes(subject)).await,
        }
    }
}

/// Does every job that is due, and tells how many there were.
///
/// # Errors
/// When the store does not answer; a job that fails is logged, and tried again later.
pub async fn run_due(app: &App) -> Result<usize, Error> {
    let mut count = 0;
    loop {
        let before = count;
        for kind in Kind::ALL {
            count += run_kind(app, kind).await?;
        }
        if count == before {
            return Ok(count);
        }
    }
}

/// Does every job of a kind that is due.
async fn run_kind(app: &App, kind: Kind) -> Result<usize, Error> {
    let mut count = 0;
    loop {
        let now = app.now();
        let claim = app
            .store()
            .write_bulk(move |tx| Box::pin(store::jobs::claim(tx, kind.as_str(), now, now + CLAIMED_FOR)));
        let Some(job) = claim.await? else { return Ok(count) };
        count += 1;
        run_one(app, kind, job).await?;
    }
}

async fn run_one(app: &App, kind: Kind, job: Job) -> Result<(), Error> {
    let id = job.account;
    let account =
        app.store().read(move |tx| Box::pin(async move { store::accounts::by_id(tx, id).await })).await?;
    let done = match account {
        Some(account) => kind.run(&JobCtx { app: app.clone(), account }, job.subject).await,
        None => Ok(None),
    };
    let now = app.now();
    let scope = app.store().account(id);
    let failed = done.as_ref().err().map(|error| {
        let source = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(kind = job.kind, attempts = job.attempts, source, "a job failed: {error}");
        now + wait(job.attempts)
    });
    let next = done.ok().flatten();
    let written = scope.write(move |tx| {
        let job = job.clone();
        Box::pin(async move {
            match failed {
                Some(again) => store::jobs::fail(tx, &job, again).await,
                None => store::jobs::finish(tx, &job, next).await,
            }
        })
    });
    Ok(written.await?)
}

/// How long to wait after so many attempts.
pub(crate) fn wait(attempts: i64) -> SignedDuration {
    let doubled = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    SignedDuration::from_secs(FIRST_WAIT_SECONDS << doubled).min(LONGEST_WAIT)
}

/// Removes what has expired: requests, IDs of messages, links, tokens, sessions, mails, rows of the response log and of the call log.
///
/// # Errors
/// When the store does not answer.
pub async fn forget(app: &App) -> Result<(), Error> {
    let now = app.now();
    purge(app, move |tx| Box::pin(store::sign_ins::purge(tx, now, sign_in::REQUEST_LIFETIME))).await?;
    purge(app, move |tx| Box::pin(store::logouts::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::hand_overs::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::replays::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::allowances::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::links::purge(tx, now, now - links::EXPIRED_KEPT))).await?;
    purge(app, move |tx| Box::pin(store::tokens::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::oauth_codes::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::oauth_grants::purge(tx, now))).await?;
    purge(app, move |tx| Box::pin(store::sessions::purge(tx, sessions::USUAL_IDLE_SECONDS, now))).await?;
    purge(app, move |tx| Box::pin(store::sessions::purge_ended_names(tx, now - sessions::ENDS_KEPT))).await?;
    purge(app, move |tx| Box::pin(store::outbox::purge(tx, now - outbox::KEPT))).await?;
    purge(app, move |tx| Box::pin(store::alarms::purge(tx, now - alarms::KEPT))).await?;
    let imports = imports::old(now);
    purge(app, move |tx| Box::pin(store::imports::purge_rows(tx, imports))).await?;
    purge(app, move |tx| Box::pin(store::imports::purge(tx, imports))).await?;
    purge(app, move |tx| Box::pin(store::tallies::purge(tx, now - tallies::KEPT))).await?;
    let old = now - calls::KEPT;
    purge(app, move |tx| Box::pin(store::api_calls::purge(tx, old, calls::LEAST_KEPT))).await?;
    purge(app, move |tx| Box::pin(store::api_calls::purge_blocks(tx, old))).await?;
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
