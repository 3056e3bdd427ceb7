//! The guides to identity providers, with the account's own values in their places; and the documents behind the portal's pages, which
//! everybody reads who sees any of them.

use super::frame;
use crate::error::Failure;
use crate::extract::Admin;
use crate::page;
use crate::portal::Here;
use crate::portal::guides::{self, Choice, GuidePage, GuidesPage, HelpPage, Values};
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::sso::{self, Ours};
use vestibule_app::{AdminCtx, Error};
use vestibule_model::id::ConnectionId;

/// What may follow the address of a guide.
#[derive(Debug, Deserialize)]
pub(crate) struct Of {
    /// The connection whose values are shown.
    connection: Option<String>,
}

/// `GET /admin/guides`
pub(crate) async fn list(Admin(admin): Admin) -> Response {
    page::shown(&GuidesPage::new(frame(&admin, Here::Guides)))
}

/// `GET /admin/guides/{idp}`
pub(crate) async fn one(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Query(of): Query<Of>,
) -> Result<Response, Failure> {
    let guide = guides::find(&id).ok_or(Failure::NoPage)?;
    let wanted = of.connection.as_deref().map(super::connection::known).transpose()?;
    let connections = sso::list(&admin).await?;
    let chosen = wanted.or_else(|| connections.first().map(|listed| listed.connection.id));
    let choices = connections.iter().map(|listed| Choice {
        address: format!("/admin/guides/{id}?connection={}", listed.connection.id),
        title: crate::portal::connection::title(&listed.connection.name),
        chosen: chosen == Some(listed.connection.id),
    });
    let choices = choices.collect();
    let values = values(&admin, ours(&admin, chosen).await?);
    let shown = GuidePage::new(frame(&admin, Here::Guides), guide, &values, choices);
    shown.map(|guide| page::shown(&guide)).map_err(|_| Failure::Broken("a guide could not be written"))
}

/// `GET /admin/help`
pub(crate) async fn help(Admin(admin): Admin) -> Response {
    page::shown(&HelpPage::new(frame(&admin, Here::Help)))
}

/// `GET /admin/help/{document}`
pub(crate) async fn document(Admin(admin): Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    let document = guides::document(&id).ok_or(Failure::NoPage)?;
    let values = values(&admin, sso::unconnected(&admin));
    let shown = GuidePage::new(frame(&admin, Here::Help), document, &values, Vec::new());
    shown.map(|page| page::shown(&page)).map_err(|_| Failure::Broken("a document could not be written"))
}

async fn ours(admin: &AdminCtx, of: Option<ConnectionId>) -> Result<Ours, Error> {
    match of {
        Some(id) => Ok(sso::overview(admin, id).await?.ours),
        None => Ok(sso::unconnected(admin)),
    }
}

pub(super) fn values(admin: &AdminCtx, ours: Ours) -> Values {
    let certificate = ours.certificate.map(|(_, pem)| pem);
    Values {
        logout_url: ours.logout_url,
        entity_id: ours.entity_id,
        acs_url: ours.acs_url,
        metadata_url: ours.metadata_url,
        start_url: ours.start_url,
        label: admin.account().label.as_str().to_owned(),
        certificate_base64: certificate.as_deref().map(guides::base64),
        certificate,
    }
}
