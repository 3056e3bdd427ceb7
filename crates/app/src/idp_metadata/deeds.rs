//! What administrators do with the metadata: see what is known of it, fetch it now, accept or dismiss what it says.

use super::look::{self, Seen};
use super::over;
use super::settle::{self, changed, current, publish};
use super::view::{self, DifferenceView, Status, Waiting};
use crate::audit;
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use crate::jobs;
use crate::sso::CertificateView;
use jiff::Timestamp;
use vestibule_model::audit::Deed;
use vestibule_model::connection::IdentityProvider;
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::{Copy, Difference, KEPT_AFTER_ABSENCE, Pending, PendingState};
use vestibule_model::permission::Permission;
use vestibule_store::idp_metadata::Record;
use vestibule_store::{self as store, Tx};

/// What is known of the metadata that a connection follows; `None` when it follows none, or is not published.
///
/// # Errors
/// When the store does not answer.
pub async fn status(ctx: &AdminCtx, id: ConnectionId) -> Result<Option<Status>, Error> {
    ctx.must(Permission::SsoRead)?;
    let Some(seen) = Seen::now(ctx.app(), ctx.account(), id).await? else { return Ok(None) };
    let Some(url) = seen.provider().metadata_url.clone() else { return Ok(None) };
    let next_at = ctx
        .app()
        .store()
        .account(ctx.account().id)
        .read(move |tx| Box::pin(store::jobs::due(tx, jobs::Kind::IdpMetadata.as_str(), id.to_bytes())));
    let next_at = next_at.await?;
    let record = seen.record_of(&url, ctx.app().now());
    let policy = seen.settings().new_idp_certificates;
    let copy = record.copy.as_ref();
    let waiting = |copy: &Copy| {
        let Pending { since, state } = copy.pending.clone()?;
        let accepted = over(seen.provider(), copy.provider.clone(), policy, &copy.absent, ctx.app().now());
        let difference = Difference::between(seen.provider(), &accepted);
        let view = (!difference.is_empty()).then(|| DifferenceView::of(&difference))?;
        Some(view.map(|difference| Waiting { since, state, difference }))
    };
    Ok(Some(Status {
        url,
        policy,
        fetched_at: record.fetched_at,
        next_at,
        valid_until: record.valid_until,
        waiting: copy.and_then(waiting).transpose()?,
        kept: copy.map(|copy| kept(seen.provider(), copy)).transpose()?.unwrap_or_default(),
        failure: record.failure,
    }))
}

/// The certificates that are still published although the metadata stopped listing them. Where an administrator is asked,
/// they are part of the difference instead.
fn kept(published: &IdentityProvider, copy: &Copy) -> Result<Vec<(CertificateView, Timestamp)>, Error> {
    let published = copy.absent.iter().filter(|(pem, _)| published.certificates.contains(pem));
    published.map(|(pem, since)| Ok((view::certificate(pem)?, *since + KEPT_AFTER_ABSENCE))).collect()
}

/// Fetches the metadata now.
///
/// # Errors
/// Why it cannot be had or used; [`Kind::NotFound`] when there is no such connection in use.
pub async fn fetch_now(ctx: &AdminCtx, id: ConnectionId) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let seen = Seen::now(ctx.app(), ctx.account(), id).await?.ok_or_else(unknown)?;
    let next = look::look((ctx.app(), ctx.author()), &seen).await?;
    let scheduled = ctx.app().store().account(ctx.account().id).write(move |tx| {
        let kind = jobs::Kind::IdpMetadata.as_str();
        Box::pin(store::jobs::schedule(tx, kind, id.to_bytes(), next))
    });
    Ok(scheduled.await?)
}

/// Publishes what the metadata says: the difference that waits since this time.
///
/// # Errors
/// [`Kind::Conflict`] when the metadata says something else by now, or the connection changed; [`Kind::Invalid`] when it
/// cannot be in use beside another connection.
pub async fn accept(ctx: &AdminCtx, id: ConnectionId, since: Timestamp) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let (now, own, author) = (ctx.app().now(), ctx.account().label.clone(), ctx.author());
    let accepted = ctx.app().store().account(ctx.account().id).write(move |tx| {
        let (own, author) = (own.clone(), author.clone());
        Box::pin(async move {
            store::accounts::bump(tx).await?;
            let (mut record, copy) = waiting(tx, id, since).await?;
            let (published, draft) = current(tx, id).await?;
            let before = &published.settings.identity_provider;
            if before.metadata_url.as_ref() != Some(&record.url) {
                return Err(changed());
            }
            let policy = published.settings.new_idp_certificates;
            let provider = over(before, copy.provider.clone(), policy, &copy.absent, now);
            let absent = copy.absent.into_iter().filter(|(pem, _)| provider.certificates.contains(pem));
            record.copy = Some(Copy { provider: copy.provider, absent: absent.collect(), pending: None });
            store::idp_metadata::put(tx, &record).await?;
            let changes = settle::told(&published.settings, &provider);
            publish(tx, &own, (id, &published, draft.as_ref()), provider, now).await?;
            let what = (Deed::MetadataAccepted, audit::named_connection(tx, id).await?);
            Ok(audit::record(tx, &author, what, changes).await?)
        })
    });
    accepted.await
}

/// Leaves the published settings as they are: the difference that waits since this time is not brought up again.
///
/// # Errors
/// [`Kind::Conflict`] when the metadata says something else by now.
pub async fn dismiss(ctx: &AdminCtx, id: ConnectionId, since: Timestamp) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let author = ctx.author();
    let dismissed = ctx.app().store().account(ctx.account().id).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let (mut record, copy) = waiting(tx, id, since).await?;
            let pending = Some(Pending { since, state: PendingState::Dismissed });
            record.copy = Some(Copy { pending, ..copy });
            store::idp_metadata::put(tx, &record).await?;
            let what = (Deed::MetadataDismissed, audit::named_connection(tx, id).await?);
            Ok::<_, Error>(audit::record(tx, &author, what, Vec::new()).await?)
        })
    });
    dismissed.await
}

/// The record of a connection with the difference that waits since this time.
async fn waiting(tx: &Tx<'_>, id: ConnectionId, since: Timestamp) -> Result<(Record, Copy), Error> {
    let record = store::idp_metadata::find(tx, id).await?.ok_or_else(unknown)?;
    let waits = |copy: &Copy| copy.pending.as_ref().is_some_and(|pending| pending.since == since);
    let copy = record.copy.clone().filter(waits).ok_or_else(|| {
        Error::new(Kind::Conflict, "The metadata says something else by now.")
            .hint("Look at what it says now, and decide then.")
    })?;
    Ok((record, copy))
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "There is no such connection.").hint("It may have been removed meanwhile.")
}
