//! The overview: the first page of the portal.

use super::frame;
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::overview::OverviewPage;
use axum::response::Response;
use vestibule_app::overview;

/// `GET /admin`
pub(crate) async fn page(Admin(admin): Admin) -> Result<Response, Failure> {
    let seen = overview::now(&admin).await?;
    Ok(page::shown(&OverviewPage::new(frame(&admin, Here::Overview), &seen)))
}

/// `GET /admin/`: one page has one address.
pub(crate) async fn without_slash(_admin: Admin) -> Response {
    page::see_other("/admin")
}
