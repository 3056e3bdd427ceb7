//! The browser on its way from an account to its sub-account: once to the sub-account, up again, and back with its session.
//!
//! What each step proves is told in `app::sign_in::hand_over`.

use crate::error::Failure;
use crate::extract::{Asking, Visitor};
use crate::{cookies, page};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::sign_in::{REQUEST_LIFETIME, hand_over};

/// The address that the browser comes from.
#[derive(Deserialize)]
pub(crate) struct From {
    from: String,
}

/// `GET /handover/{ticket}`, at the sub-account
pub(crate) async fn begin(
    visitor: Visitor,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    Asking(From { from }): Asking<From>,
) -> Result<Response, Failure> {
    let browser = cookies::value(&headers, cookies::BROWSER);
    let begun = hand_over::begin(&visitor.0, &ticket, &from, browser).await?;
    let cookie = cookies::browser(&begun.browser, REQUEST_LIFETIME)?;
    Ok(page::with_cookie(page::see_other(&begun.url), cookie))
}

/// The hash of the cookie that the sub-account left with the browser.
#[derive(Deserialize)]
pub(crate) struct Proof {
    browser: String,
}

/// `GET /handover/{ticket}/grant`, at the account above
pub(crate) async fn grant(
    visitor: Visitor,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    Asking(Proof { browser: proof }): Asking<Proof>,
) -> Result<Response, Failure> {
    let browser = cookies::value(&headers, cookies::BROWSER);
    Ok(page::see_other(&hand_over::grant(&visitor.0, &ticket, browser, &proof).await?))
}

/// `GET /handover/{ticket}/arrive`, at the sub-account
pub(crate) async fn arrive(
    visitor: Visitor,
    Path(ticket): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let browser = cookies::value(&headers, cookies::BROWSER);
    let arrived = hand_over::arrive(&visitor.0, &ticket, browser).await?;
    Ok(page::with_cookie(page::see_other(arrived.return_to), cookies::session(&arrived.session)?))
}
