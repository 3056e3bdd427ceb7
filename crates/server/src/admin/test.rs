//! Test sign-in: the way out, and the report of what came back.
//!
//! The answer itself comes to the assertion consumer service, from the identity provider's site and without the cookie of
//! the session; it leads to the report, where the session is asked for again.

use super::connection::known;
use super::frame;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::portal::Here;
use crate::portal::response::ResponsePage;
use crate::{cookies, page, sso};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::sso::test::{self, Which};
use vestibule_model::response_log::TrackingId;

/// Where the report of a test is.
pub(crate) fn address(tracking_id: TrackingId) -> String {
    format!("/admin/sso/test/{tracking_id}")
}

/// The version that is tested: `draft`, or `published`.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    version: String,
}

/// `POST /admin/sso/{connection}/test`
pub(crate) async fn start(
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, Failure> {
    let which = match wanted.version.as_str() {
        "draft" => Which::Draft,
        "published" => Which::Published,
        _ => return Err(Failure::BadFields),
    };
    let browser = cookies::value(&headers, cookies::BROWSER);
    let started = test::start(&admin, known(&id)?, which, browser).await?;
    sso::login::sent_after_form(&admin.account().name, started)
}

/// `GET /admin/sso/test/{tracking_id}`
pub(crate) async fn report(
    Admin(admin): Admin,
    Path(tracking_id): Path<String>,
) -> Result<Response, Failure> {
    let tracking_id = TrackingId::parse(&tracking_id).ok_or(Failure::NoPage)?;
    let explained = test::report(&admin, tracking_id).await?;
    Ok(page::shown(&ResponsePage::new(frame(&admin, Here::Sso), &explained.entry, explained.detail)))
}
