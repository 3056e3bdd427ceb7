//! The way out: the session ends here, and the identity provider is asked to end its own.

use super::{Go, KeptName, REQUEST_LIFETIME, binding_of, pack};
use crate::context::{LeavingCtx, MemberCtx};
use crate::error::Error;
use crate::live::LiveConnection;
use crate::{secret, sign_in};
use jiff::Timestamp;
use std::sync::Arc;
use vestibule_model::id::ConnectionId;
use vestibule_saml::logout::LogoutRequest;
use vestibule_store as store;
use vestibule_store::logouts::Logout;

/// How a sign-out went on.
#[derive(Debug)]
pub enum Begun {
    /// The session has ended, and there is nobody to tell: it began with a password, or the identity provider takes no
    /// logout requests.
    Here,
    /// The session has ended, and the browser carries a request to the identity provider.
    Leaving {
        /// The binding secret to leave with the browser for [`sign_in::REQUEST_LIFETIME`].
        browser: String,
        /// Where the browser goes.
        go: Go,
    },
}

/// A request that was made, and what is remembered of it.
struct Asking {
    go: Go,
    browser: String,
    row: Logout,
}

/// Signs the person out. `browser` is the binding secret of this browser, if it has one.
///
/// # Errors
/// When the store does not answer. If only the request cannot be made, the session has ended all the same.
pub async fn begin(ctx: &LeavingCtx, browser: Option<&str>) -> Result<Begun, Error> {
    let ctx = &ctx.member;
    let asking = match connection(ctx).await? {
        Some(connection) => asking(ctx, &connection, browser),
        None => Ok(None),
    };
    let row = asking.as_ref().ok().and_then(|asking| asking.as_ref()).map(|asking| asking.row.clone());
    let session = ctx.session.id;
    let scope = ctx.visitor.app.store().account(ctx.account().id);
    scope
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move {
                store::sessions::end(tx, session).await?;
                match &row {
                    Some(row) => store::logouts::insert(tx, row).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
    Ok(match asking? {
        Some(Asking { go, browser, .. }) => Begun::Leaving { browser, go },
        None => Begun::Here,
    })
}

/// The connection by which the person came, if it is in use still: one of this account, or of the account above it.
async fn connection(ctx: &MemberCtx) -> Result<Option<Arc<LiveConnection>>, Error> {
    let Some(id) = ctx.session.connection else { return Ok(None) };
    match ctx.visitor.live.connection_with(id) {
        Some(connection) => Ok(Some(Arc::clone(connection))),
        None => above(ctx, id).await,
    }
}

/// A connection of the account above. The answer to what is asked of its identity provider comes there, so it is no answer
/// that this address waits for.
async fn above(ctx: &MemberCtx, id: ConnectionId) -> Result<Option<Arc<LiveConnection>>, Error> {
    let (app, account) = (&ctx.visitor.app, ctx.account().id);
    let parent =
        app.store().read(move |tx| Box::pin(async move { store::sub_accounts::parent(tx, account).await }));
    let Some(parent) = parent.await? else { return Ok(None) };
    let scope = app.store().account(parent.id);
    let connections = scope.read(|tx| Box::pin(store::connections::list(tx))).await?;
    let found = connections.into_iter().find(|connection| connection.id == id);
    let settings = found.and_then(|connection| connection.published).map(|version| version.settings);
    match settings.filter(|settings| settings.enabled) {
        Some(settings) => Ok(Some(Arc::new(app.prepare(&parent, id, settings).await?))),
        None => Ok(None),
    }
}

fn asking(
    ctx: &MemberCtx,
    connection: &LiveConnection,
    browser: Option<&str>,
) -> Result<Option<Asking>, Error> {
    let app = &ctx.visitor.app;
    let Some(url) = &connection.settings.identity_provider.sign_out_url else { return Ok(None) };
    let now = app.now();
    let Some(request) = request(ctx, connection, url, now) else { return Ok(None) };
    let browser = sign_in::binding_secret(app, browser);
    let row = Logout {
        request_id: request.id.clone(),
        connection: connection.id,
        browser_hash: secret::hash(&browser),
        expires_at: now + sign_in::REQUEST_LIFETIME,
    };
    let go = pack(connection, request.parcel(binding_of(connection), url))?;
    Ok(Some(Asking { go, browser, row }))
}

fn request(ctx: &MemberCtx, connection: &LiveConnection, url: &str, now: Timestamp) -> Option<LogoutRequest> {
    let session = &ctx.session;
    let (name_id, qualifiers) = (session.name_id.clone(), session.name_qualifiers.clone());
    Some(LogoutRequest {
        id: ctx.visitor.app.fresh_message_id(now),
        issue_instant: now,
        issuer: connection.entity_ids.first().cloned().unwrap_or_default(),
        destination: Some(url.to_owned()),
        not_on_or_after: Some(now + REQUEST_LIFETIME),
        name_id: KeptName { name_id, qualifiers }.name_id()?,
        session_indexes: session.session_index.iter().cloned().collect(),
    })
}
