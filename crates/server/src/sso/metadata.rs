//! Our metadata, for identity providers.

use crate::error::Failure;
use crate::extract::{Asking, Visitor};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use vestibule_app::sso;
use vestibule_model::id::ConnectionId;

/// Whose metadata is wanted, where an account has several connections.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    connection: Option<ConnectionId>,
}

/// `GET /saml/metadata/sp`
pub(crate) async fn sp(visitor: Visitor, Asking(wanted): Asking<Wanted>) -> Result<Response, Failure> {
    let xml = sso::sp_metadata(&visitor.0, wanted.connection).await?;
    Ok(([(CONTENT_TYPE, "application/samlmetadata+xml")], xml).into_response())
}
