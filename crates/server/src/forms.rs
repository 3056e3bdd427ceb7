//! Whose form it is: forms of other sites are refused, besides those of identity providers, which are meant to come
//! from there.
//!
//! A browser says where a form stood (`Sec-Fetch-Site`, else `Origin`). A caller that says nothing is no browser of today
//! and carries no cookie that it was not given; the session cookie itself is SameSite=Lax. Accounts of one deployment are
//! the same *site* to a browser, so "same-site" is as foreign as any other.

use crate::door::Desk;
use crate::error::Failure;
use crate::scene::Scene;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// Lets through what changes nothing, and forms of our own.
pub(crate) async fn only_ours(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(&desk, &request) {
        return next.run(request).await;
    }
    Failure::ForeignForm.into_response()
}

fn is_ours(desk: &Desk, request: &Request) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    match (header("sec-fetch-site"), header(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => is_own_origin(desk, request, origin),
        (None, None) => true,
    }
}

fn is_own_origin(desk: &Desk, request: &Request, origin: &str) -> bool {
    let own = request.extensions().get::<Arc<Scene>>().and_then(|scene| scene.authority());
    let host = origin.strip_prefix(desk.base_url.scheme()).and_then(|rest| rest.strip_prefix("://"));
    host.zip(own).is_some_and(|(host, own)| host.eq_ignore_ascii_case(own))
}
