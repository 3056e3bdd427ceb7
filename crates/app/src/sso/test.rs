//! Test sign-in: an administrator tries a version of a connection, and nothing changes for anybody.
//!
//! The request goes out here; its answer comes to the ordinary assertion consumer service (`sign_in::finish`), which is the
//! only one that the identity provider knows.

use super::overview::{Overview, unknown};
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use crate::response_log::{self, Explained};
use crate::sign_in::{self, Started};
use vestibule_model::connection::{Connection, Version};
use vestibule_model::id::ConnectionId;
use vestibule_model::permission::Permission;
use vestibule_model::response_log::{OutcomeWord, TrackingId};
use vestibule_store as store;

/// Which version of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one being edited.
    Draft,
    /// The one that sign-ins use.
    Published,
}

/// Begins a test sign-in. `browser` is the binding secret of this browser, if it has one.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such connection or version; [`Kind::Invalid`] when it is disabled, or belongs to
/// another vanity URL than the one that was visited: responses come there, and so must the browser.
pub async fn start(
    ctx: &AdminCtx,
    id: ConnectionId,
    which: Which,
    browser: Option<&str>,
) -> Result<Started, Error> {
    ctx.must(Permission::SsoEdit)?;
    let version = chosen(ctx, id, which).await?;
    if !version.settings.enabled {
        return Err(Error::new(Kind::Invalid, "A disabled connection is not tested.")
            .hint("Edit the connection and enable it; what people use changes only when you publish."));
    }
    let visitor = &ctx.member.visitor;
    let host = version.settings.reach.vanity_url.as_ref().unwrap_or(&ctx.account().label);
    if *host != visitor.live.host {
        let there = ctx.app().account_url(host);
        return Err(Error::new(Kind::Invalid, "This connection is used at another address of the account.")
            .hint(format!(
                "Sign in at {there}/admin/sso/{id} and test it there: its responses come to that address."
            )));
    }
    let number = version.number;
    let connection = ctx.app().prepare(ctx.account(), id, version.settings).await?;
    sign_in::test(visitor, &connection, (number, ctx.user().id), browser).await
}

/// Where a connection is tested, if not at the address that was visited: responses come to its own vanity URL.
#[must_use]
pub fn elsewhere(ctx: &AdminCtx, overview: &Overview) -> Option<String> {
    let newest = overview.draft.as_ref().or(overview.published.as_ref())?;
    let host = newest.settings.reach.vanity_url.as_ref().unwrap_or(&ctx.account().label);
    let there = *host != ctx.member.visitor.live.host;
    there.then(|| format!("{}/admin/sso/{}", ctx.app().account_url(host), overview.id))
}

async fn chosen(ctx: &AdminCtx, id: ConnectionId, which: Which) -> Result<Version, Error> {
    let scope = ctx.app().store().account(ctx.account().id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let connection = connections.into_iter().find(|connection| connection.id == id);
    let Connection { published, draft, .. } = connection.ok_or_else(unknown)?;
    let version = match which {
        Which::Draft => draft,
        Which::Published => published,
    };
    version.ok_or_else(unknown)
}

/// What a test came to.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such test.
pub async fn report(ctx: &AdminCtx, tracking_id: TrackingId) -> Result<Explained, Error> {
    ctx.must(Permission::SsoRead)?;
    let explained = response_log::open(ctx.app(), ctx.account(), tracking_id).await?;
    if explained.entry.outcome == OutcomeWord::Tested {
        return Ok(explained);
    }
    Err(Error::new(Kind::NotFound, "There is no such test sign-in.")
        .hint("Look for the tracking ID in the response log."))
}
