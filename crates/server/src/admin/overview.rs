//! The overview: the first page of the portal.

use super::frame;
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::overview::OverviewPage;
use axum::response::Response;
use vestibule_app::overview;

/// `GET /admin`: the overview, or the first page that the person may open.
pub(crate) async fn page(Admin(admin): Admin) -> Result<Response, Failure> {
    let around = frame(&admin, Here::Overview);
    if !around.opens(Here::Overview) {
        let first = around.sections().into_iter().flat_map(|section| section.entries).next();
        return Ok(page::see_other(first.map_or("/profile", |entry| entry.href)));
    }
    let seen = overview::now(&admin).await?;
    Ok(page::shown(&OverviewPage::new(around, &seen)))
}

/// `GET /admin/`: one page has one address.
pub(crate) async fn without_slash(_admin: Admin) -> Response {
    page::see_other("/admin")
}
