//! Signing out: a button, never a mere link, so that no other page can do it.

use crate::error::Failure;
use crate::extract::Visitor;
use crate::portal::visitors::{SignOut, SignedOut};
use crate::{cookies, page};
use axum::http::HeaderMap;
use axum::response::Response;
use vestibule_app::logout;

/// `GET /signout`
pub(crate) async fn page(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    let account = visitor.0.account().name.clone();
    Ok(match visitor.member(&headers).await? {
        Some(member) => page::shown(&SignOut { account, person: member.user().email.to_string() }),
        None => page::shown(&SignedOut { account, sso: visitor.0.has_sso() }),
    })
}

/// `POST /signout`
pub(crate) async fn end(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(member) = visitor.member(&headers).await? {
        logout::begin(&member, None).await?;
    }
    Ok(page::with_cookie(page::see_other("/signout"), cookies::no_session()))
}
