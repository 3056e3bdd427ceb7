//! What administrators do with the versions of a connection: publish a draft, discard it, restore an older one.

use super::overview::unknown;
use crate::audit;
use crate::configuration::apart;
use crate::configuration::edit::{self, Put};
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use crate::idp_metadata;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::connection::{Connection, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::permission::Permission;
use vestibule_model::publication::{Consent, NeedsTest};
use vestibule_model::trace::Change;
use vestibule_store::connections::Saved;
use vestibule_store::{self as store, Tx};

/// Every version of a connection, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn versions(ctx: &AdminCtx, id: ConnectionId) -> Result<Vec<Saved>, Error> {
    ctx.must(Permission::SsoRead)?;
    let scope = ctx.app().store().account(ctx.account().id);
    Ok(scope.read(move |tx| Box::pin(async move { store::connections::versions(tx, id).await })).await?)
}

/// What came of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Sign-ins use the version now.
    Published,
    /// The version passed no test: say that it is published nevertheless, or test it first.
    NeedsTest,
}

/// Publishes the draft with this number: the one that the administrator saw.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such connection; [`Kind::Conflict`] when the draft is another one by now;
/// [`Kind::Invalid`] when it cannot be in use beside another connection.
pub async fn publish(
    ctx: &AdminCtx,
    id: ConnectionId,
    number: i64,
    consent: Consent,
) -> Result<Outcome, Error> {
    ctx.must(Permission::SsoEdit)?;
    let (now, own, author) = (ctx.app().now(), ctx.account().label.clone(), ctx.author());
    let scope = ctx.app().store().account(ctx.account().id);
    scope
        .write(move |tx| {
            let (own, author) = (own.clone(), author.clone());
            Box::pin(async move {
                let connections = store::connections::list(tx).await?;
                let draft = draft(&connections, id, number)?;
                let publishable = match draft.publishable(consent) {
                    Ok(publishable) => publishable,
                    Err(NeedsTest) => return Ok(Outcome::NeedsTest),
                };
                apart::in_use(tx, &own, (id, &draft.settings)).await?;
                store::connections::publish(tx, id, publishable.number(), now).await?;
                idp_metadata::follow(tx, id, now).await?;
                store::accounts::bump(tx).await?;
                let what = (Deed::ConnectionPublished, subject(&connections, id));
                audit::record(tx, &author, what, edit::told(&connections, id, &draft.settings)).await?;
                Ok(Outcome::Published)
            })
        })
        .await
}

/// Makes the draft with this number none any more.
///
/// # Errors
/// Like [`publish`].
pub async fn discard(ctx: &AdminCtx, id: ConnectionId, number: i64) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let author = ctx.author();
    let scope = ctx.app().store().account(ctx.account().id);
    scope
        .write(move |tx| {
            let author = author.clone();
            Box::pin(async move {
                let connections = store::connections::list(tx).await?;
                draft(&connections, id, number)?;
                store::connections::discard(tx, id, number).await?;
                store::accounts::bump(tx).await?;
                let what = (Deed::ConnectionDiscarded, subject(&connections, id));
                audit::record(tx, &author, what, version(number)).await?;
                Ok(())
            })
        })
        .await
}

/// Makes an older version the newest one again, as a draft or in use at once. Mappings stay as they are.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such version; [`Kind::Invalid`] when it was never published, and is to be at once.
pub async fn restore(ctx: &AdminCtx, id: ConnectionId, number: i64, how: Put) -> Result<(), Error> {
    ctx.must(Permission::SsoEdit)?;
    let scope = ctx.app().store().account(ctx.account().id);
    let saved =
        scope.read(move |tx: &Tx<'_>| Box::pin(async move { store::connections::versions(tx, id).await }));
    let saved = saved.await?.into_iter().find(|saved| saved.version.number == number);
    let Saved { version, published_at } = saved.ok_or_else(unknown)?;
    if how == Put::Published && published_at.is_none() {
        return Err(Error::new(Kind::Invalid, "This version was never in use.")
            .hint("Restore it as a draft, test it, and publish that."));
    }
    edit::put_back(ctx, id, version.settings, how).await
}

/// A connection, as the audit log names it.
fn subject(connections: &[Connection], id: ConnectionId) -> Subject {
    let found = connections.iter().find(|connection| connection.id == id);
    audit::connection(id, found.map_or("", |found| &found.name))
}

/// The version that a deed is about.
fn version(number: i64) -> Vec<Change> {
    audit::change("version", None, Some(number.to_string()))
}

fn draft(connections: &[Connection], id: ConnectionId, number: i64) -> Result<&Version, Error> {
    let connection = connections.iter().find(|connection| connection.id == id).ok_or_else(unknown)?;
    let draft = connection.draft.as_ref().filter(|draft| draft.number == number);
    draft.ok_or_else(|| {
        Error::new(Kind::Conflict, "The draft is another one by now, or there is none.")
            .hint("Look at the connection again, then repeat what you did.")
    })
}
