//! Signing out: a button, never a mere link, so that no other page can do it.
//!
//! Who came through the identity provider is taken there too, after the session here has ended; what comes back is met in
//! `sso/logout`.

use crate::error::Failure;
use crate::extract::Visitor;
use crate::portal::visitors::{Elsewhere, SignOut, SignedOut};
use crate::{cookies, page, sso};
use axum::http::HeaderMap;
use axum::response::Response;
use vestibule_app::logout::{self, Begun};
use vestibule_app::sign_in::REQUEST_LIFETIME;

/// `GET /signout`
pub(crate) async fn page(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    let account = visitor.0.account().name.clone();
    let elsewhere = if visitor.0.has_sso() { Elsewhere::Unknown } else { Elsewhere::Nowhere };
    Ok(match visitor.leaving(&headers).await? {
        Some(leaving) => page::shown(&SignOut { account, person: leaving.email().to_string() }),
        None => page::shown(&SignedOut { account, elsewhere }),
    })
}

/// `POST /signout`
pub(crate) async fn end(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    let mut response = page::see_other("/signout");
    if let Some(leaving) = visitor.leaving(&headers).await? {
        let browser = cookies::value(&headers, cookies::BROWSER);
        if let Begun::Leaving { browser, go } = logout::begin(&leaving, browser).await? {
            let cookie = cookies::browser(&browser, REQUEST_LIFETIME)?;
            response = page::with_cookie(sso::logout::leave(&visitor, go)?, cookie);
        }
    }
    Ok(page::with_cookie(response, cookies::no_session()))
}
