//! Our metadata, for identity providers.

use crate::error::Failure;
use crate::extract::Visitor;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use vestibule_app::sso;

/// `GET /saml/metadata/sp`
pub(crate) async fn sp(visitor: Visitor) -> Result<Response, Failure> {
    let xml = sso::sp_metadata(&visitor.0).await?;
    Ok(([(CONTENT_TYPE, "application/samlmetadata+xml")], xml).into_response())
}
