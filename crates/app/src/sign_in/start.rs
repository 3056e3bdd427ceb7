//! The way out: a request to the identity provider, remembered until its answer comes.
//!
//! The request is bound to the browser by a secret in a cookie of its own; the answer must come back from there.

use super::{in_use, local_path};
use crate::context::{App, VisitorCtx};
use crate::error::Error;
use crate::live::LiveConnection;
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::connection::Binding;
use vestibule_model::id::{ConnectionId, UserId};
use vestibule_saml::binding::{self, Direction};
use vestibule_saml::request::AuthnRequest;
use vestibule_store::{self as store, sign_ins::SignIn};

/// How long a request waits for its answer.
pub const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// What a browser brings along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start<'a> {
    /// The binding secret of this browser, if it has one from a request before.
    pub browser: Option<&'a str>,
    /// The path to go to afterwards.
    pub return_to: Option<&'a str>,
    /// The connection to use, when [`super::identify`] chose one; else the one for everybody.
    pub connection: Option<ConnectionId>,
}

/// A request that was begun.
#[derive(Debug)]
pub struct Started {
    /// The binding secret to leave with the browser for [`REQUEST_LIFETIME`].
    pub browser: String,
    /// Where the browser goes.
    pub go: Go,
}

/// How the request travels.
#[derive(Debug)]
pub enum Go {
    /// By a redirect to this URL.
    Redirect(String),
    /// By a form.
    Post {
        /// The identity provider.
        url: String,
        /// The value of `SAMLRequest`.
        saml_request: String,
    },
}

/// Begins a sign-in.
///
/// # Errors
/// When the account has no published connection.
pub async fn start(ctx: &VisitorCtx, start: Start<'_>) -> Result<Started, Error> {
    let connection = match start.connection {
        Some(id) => in_use(ctx.live.connection_with(id))?,
        None => in_use(ctx.live.connection().or_else(|| ctx.live.connections.first()))?,
    };
    let (started, row) = begin(ctx, &connection, start, "")?;
    let scope = ctx.app.store().account(ctx.account().id);
    scope
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move { store::sign_ins::insert(tx, &row).await })
        })
        .await?;
    Ok(started)
}

/// What the ID of a request begins with, after its underscore, when it tests something. Only a response that names such a
/// request is looked up before it is verified, so that ordinary sign-ins pay nothing for tests.
pub(super) const TEST_MARK: &str = "test-";

/// Begins a test sign-in by a version of a connection.
pub(crate) async fn test(
    ctx: &VisitorCtx,
    connection: &LiveConnection,
    (version, tester): (i64, UserId),
    browser: Option<&str>,
) -> Result<Started, Error> {
    let start = Start { browser, ..Start::default() };
    let (started, row) = begin(ctx, connection, start, TEST_MARK)?;
    let scope = ctx.app.store().account(ctx.account().id);
    scope
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move { store::sign_ins::insert_test(tx, &row, version, tester).await })
        })
        .await?;
    Ok(started)
}

/// The request, and the row that remembers it.
fn begin(
    ctx: &VisitorCtx,
    connection: &LiveConnection,
    start: Start<'_>,
    mark: &str,
) -> Result<(Started, SignIn), Error> {
    let now = ctx.app.now();
    let browser = binding_secret(&ctx.app, start.browser);
    let request = request(ctx, connection, mark, now);
    let go = carry(connection, &request)?;
    let row = SignIn {
        request_id: request.id,
        connection: connection.id,
        browser_hash: secret::hash(&browser),
        return_to: local_path(start.return_to).to_owned(),
        created_at: now,
        expires_at: now + REQUEST_LIFETIME,
    };
    Ok((Started { browser, go }, row))
}

/// The binding secret of this browser: the one that it has, or a new one.
pub(crate) fn binding_secret(app: &App, known: Option<&str>) -> String {
    match known.filter(|known| secret::looks_fresh(known)) {
        Some(known) => known.to_owned(),
        None => secret::fresh(app.random()),
    }
}

fn request(ctx: &VisitorCtx, connection: &LiveConnection, mark: &str, now: Timestamp) -> AuthnRequest {
    AuthnRequest {
        id: ctx.app.fresh_message_id(now).replacen('_', &format!("_{mark}"), 1),
        issue_instant: now,
        issuer: connection.entity_ids.first().cloned().unwrap_or_default(),
        destination: Some(connection.settings.identity_provider.sign_in_url.clone()),
        acs_url: connection.acs_urls.first().cloned(),
        protocol_binding: Some(binding::Binding::Post),
        force_authn: connection.settings.asks.force_authn,
        is_passive: false,
        name_id_format: connection.settings.asks.name_id_format.clone(),
        authn_contexts: connection.settings.asks.authn_contexts.clone(),
    }
}

fn carry(connection: &LiveConnection, request: &AuthnRequest) -> Result<Go, Error> {
    let settings = &connection.settings;
    let (key, certificate) = (&connection.signing.key, &connection.signing.certificate);
    let algorithm = connection.algorithm();
    let url = settings.identity_provider.sign_in_url.clone();
    match settings.binding {
        Binding::Redirect => {
            let signer = settings.sign_requests.then_some((key, algorithm));
            let address = binding::redirect_url(&url, Direction::Request, &request.write(), None, signer);
            address.map(Go::Redirect).map_err(Error::internal)
        }
        Binding::Post => {
            let xml = if settings.sign_requests {
                request.write_signed(key, certificate, algorithm).map_err(Error::internal)?
            } else {
                request.write()
            };
            Ok(Go::Post { url, saml_request: binding::post_value(&xml) })
        }
    }
}
