//! An administrator of the account is asked, and answers.

use super::begin::unreadable;
use super::{CODE_KEPT, CODE_LIFETIME};
use crate::audit;
use crate::context::{AdminCtx, must_hold};
use crate::error::{Error, Kind};
use crate::secret;
use vestibule_model::audit::Deed;
use vestibule_model::token::{Scopes, SecretKind};
use vestibule_oidc::authorization::{Answer, answer};
use vestibule_oidc::{Code, RedirectUri};
use vestibule_store as store;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What people call the client.
    pub client: String,
    /// Who registered it; `None`: the operator.
    pub registered_by: Option<String>,
    /// What it wants to do.
    pub scopes: Scopes,
    /// The host that the answer goes to.
    pub host: String,
}

/// What the administrator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

fn over() -> Error {
    Error::new(Kind::NotFound, "This request is over.")
        .hint("It was answered, or waited for too long. Begin again from the program that sent you here.")
}

/// What a request asks for.
///
/// # Errors
/// [`Kind::NotFound`] when it was answered, is too old, or is one of another account; [`Kind::Forbidden`] for somebody who may
/// not do themself what it asks for.
pub async fn inspect(ctx: &AdminCtx, request: &str) -> Result<Question, Error> {
    let (hash, now) = (secret::hash(request), ctx.app().now());
    let found = ctx.app().store().account(ctx.account().id).read(move |tx| {
        Box::pin(async move {
            let Some(request) = store::oauth_codes::request(tx, &hash, now).await? else { return Ok(None) };
            let client = store::oauth_clients::by_id(tx, request.client).await?;
            Ok::<_, store::Error>(client.map(|client| (request, client)))
        })
    });
    let (request, found) = found.await?.ok_or_else(over)?;
    if found.client.revoked_at.is_some() {
        return Err(over());
    }
    must_hold(ctx.permissions(), request.scopes.permissions())?;
    let host = RedirectUri::parse(&request.redirect_uri).map(|address| address.host());
    Ok(Question {
        client: found.client.name,
        registered_by: found.maker.map(|(email, ..)| email.to_string()),
        scopes: request.scopes,
        host: host.unwrap_or_default(),
    })
}

/// Answers a request, once; the answer is where the browser goes.
///
/// # Errors
/// As [`inspect`].
pub async fn decide(ctx: &AdminCtx, request: &str, decision: Decision) -> Result<String, Error> {
    let (app, user, now) = (ctx.app(), ctx.user().id, ctx.app().now());
    let (permissions, author) = (ctx.permissions(), ctx.author());
    let hash = secret::hash(request);
    let text = SecretKind::Code.write(&secret::fresh(app.random()));
    let code_hash = secret::hash(&text);
    let taken = app.store().account(ctx.account().id).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let request = store::oauth_codes::take_request(tx, &hash, now).await?.ok_or_else(over)?;
            let client = store::oauth_clients::by_id(tx, request.client).await?.ok_or_else(over)?;
            if client.client.revoked_at.is_some() {
                return Err(over());
            }
            if decision == Decision::Allow {
                must_hold(permissions, request.scopes.permissions())?;
                let code = store::oauth_codes::Code {
                    code_hash,
                    client: request.client,
                    user,
                    scopes: request.scopes.clone(),
                    challenge: request.challenge,
                    redirect_uri: request.redirect_uri.clone(),
                    expires_at: now + CODE_LIFETIME,
                };
                store::oauth_codes::insert(tx, &code, now + CODE_KEPT).await?;
                let what = (Deed::ClientPermitted, super::clients::subject(&client.client));
                let scopes = audit::change("scopes", None, Some(code.scopes.to_string()));
                audit::record(tx, &author, what, scopes).await?;
            }
            Ok::<_, Error>(request)
        })
    });
    let request = taken.await?;
    let denied = vestibule_oidc::Error::new(Code::AccessDenied, "The administrator said no.");
    let said = match decision {
        Decision::Allow => Answer::Code(&text),
        Decision::Deny => Answer::Error(&denied),
    };
    answer(&request.redirect_uri, request.state.as_deref(), super::issuer(app), said).ok_or_else(unreadable)
}
