//! The APIs: who may call one, and what a token says of itself.
//!
//! Every request to an API passes [`authenticated`] before its path and its method are looked at, so nothing can be learned
//! of an API without a good token. What an interface wants besides (a scope) is asked of the [`ApiCtx`] by its handlers.

use crate::calls::Hearing;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::Api;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use vestibule_app::tokens;
use vestibule_model::api_call::Subject;
use vestibule_scim::{Dialect, Quirk};

/// Where the APIs are on the base host.
const ROOTS: [&str; 3] = ["/scim2", "/scim", "/v2"];

/// What a handler of an API tells the call log: it puts this into the extensions of its answer. A refusal needs none of it; the
/// log tells it by its failure.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallNotes {
    /// What was done, in words: "deactivated anna@acme.example", and what changed; empty when nothing was.
    pub(crate) action: Vec<String>,
    /// Whom or what it touched.
    pub(crate) subject: Option<Subject>,
    /// The product that called, as far as it can be told.
    pub(crate) dialect: Option<Dialect>,
    /// What it does differently from the specification.
    pub(crate) quirks: Vec<Quirk>,
    /// What the call was made of, where it was several deeds: each stands in the log for itself too.
    pub(crate) parts: Vec<CallPart>,
}

/// One deed of several in a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallPart {
    /// The method of HTTP, as it would be alone.
    pub(crate) method: &'static str,
    /// The address, as it would be alone.
    pub(crate) target: String,
    /// The status.
    pub(crate) status: u16,
    /// As of a call.
    pub(crate) action: Vec<String>,
    /// Why it was not done.
    pub(crate) refusal: Option<String>,
    /// As of a call.
    pub(crate) subject: Option<Subject>,
    /// As of a call.
    pub(crate) quirks: Vec<Quirk>,
}

/// Whether a path belongs to an API, whether there is anything at it or not.
pub(crate) fn is_api(path: &str) -> bool {
    let under = |rest: &str| rest.is_empty() || rest.starts_with('/');
    ROOTS.into_iter().any(|root| path.strip_prefix(root).is_some_and(under))
}

/// The request of whoever shows a good token (RFC 6750 §2.1), with the context beside it.
///
/// # Errors
/// No token, a token in the address, or one that is not good; more calls of the account than it may make.
pub(crate) async fn authenticated(desk: &Desk, request: Request) -> Result<Request, Failure> {
    if names_a_token(request.uri().query().unwrap_or_default()) {
        return Err(Failure::TokenInAddress);
    }
    let token = bearer(request.headers())?.ok_or(Failure::NoToken)?;
    let ctx = desk.app.api(token).await?;
    // A call too many is not logged: it would push out those that were answered.
    ctx.take_a_call().map_err(Failure::TooOften)?;
    let mut request = Hearing::of(&ctx, request);
    request.extensions_mut().insert(ctx);
    Ok(request)
}

/// Addresses end up in logs and histories, so a token in one is refused, be it good or not (RFC 6750 §2.3).
fn names_a_token(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name.eq_ignore_ascii_case("access_token") || value.starts_with("vst_"))
}

/// The token of the one `Authorization` header; the name of the scheme may have any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(header) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(Failure::BadFields);
    }
    let text = header.to_str().unwrap_or_default();
    let Some((scheme, token)) = text.split_once(' ') else { return Ok(None) };
    Ok(scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' ')))
}

/// `GET /v2/token`: what the token that was shown is.
pub(crate) async fn token(Api(ctx): Api) -> Result<Response, Failure> {
    let mut answer = json(&tokens::describe(&ctx).await?)?;
    let action = vec!["looked at what the token is".to_owned()];
    answer.extensions_mut().insert(CallNotes { action, ..CallNotes::default() });
    Ok(answer)
}

/// An answer in JSON.
pub(crate) fn json(body: &impl serde::Serialize) -> Result<Response, Failure> {
    let text = serde_json::to_string(body).map_err(|_| Failure::Broken("an answer could not be written"))?;
    let mut response = text.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
