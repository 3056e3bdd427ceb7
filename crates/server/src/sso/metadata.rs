//! Our metadata, for identity providers.

use crate::error::Failure;
use crate::extract::{Asking, Visitor};
use crate::scene::Scene;
use axum::Extension;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, USER_AGENT};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::keys::{self, Visit};
use vestibule_app::sso;
use vestibule_model::id::ConnectionId;

/// Whose metadata is wanted, where an account has several connections.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    connection: Option<ConnectionId>,
}

/// `GET /saml/metadata/sp`
pub(crate) async fn sp(
    Extension(scene): Extension<Arc<Scene>>,
    visitor: Visitor,
    headers: HeaderMap,
    Asking(wanted): Asking<Wanted>,
) -> Result<Response, Failure> {
    let xml = sso::sp_metadata(&visitor.0, wanted.connection).await?;
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let visit = Visit { agent, address: scene.client(), by_browser: is_browser(&headers) };
    if let Err(error) = keys::metadata_was_read(&visitor.0, wanted.connection, visit).await {
        // Whoever asked has what was asked for.
        tracing::warn!("a visit to our metadata could not be noted: {error}");
    }
    Ok(([(CONTENT_TYPE, "application/samlmetadata+xml")], xml).into_response())
}

/// Whether the request has what only browsers send: a cookie, where it comes from, which languages its person reads.
fn is_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(COOKIE)
        || headers.contains_key("sec-fetch-mode")
        || headers.contains_key(ACCEPT_LANGUAGE)
}
