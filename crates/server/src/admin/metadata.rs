//! The identity provider's metadata: what the connection's page shows of it, and the forms there.

use super::connection::{address, certificate, known};
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::page;
use crate::portal::connection::{Difference, Metadata, ValueChange};
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_app::Kind;
use vestibule_app::idp_metadata::{self, Status, Waiting};
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::PendingState;

/// The difference that a form is about: the one that waits since this time.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    since: Timestamp,
}

/// `GET` of an address that only takes forms: a person who had to sign in first comes back here.
pub(crate) async fn back(_admin: Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    to_page(&id)
}

/// `POST /admin/sso/{connection}/metadata/fetch`
pub(crate) async fn fetch(Admin(admin): Admin, Path(id): Path<String>) -> Result<Response, Failure> {
    let connection = known(&id)?;
    if let Err(error) = idp_metadata::fetch_now(&admin, connection).await {
        // What is wrong with the metadata was written down, and is told on the page.
        let told = idp_metadata::status(&admin, connection).await?.is_some_and(|now| now.failure.is_some());
        if !told || error.kind() != Kind::Invalid {
            return Err(error.into());
        }
    }
    to_page(&id)
}

/// `POST /admin/sso/{connection}/metadata/accept`
pub(crate) async fn accept(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    idp_metadata::accept(&admin, known(&id)?, chosen.since).await?;
    to_page(&id)
}

/// `POST /admin/sso/{connection}/metadata/dismiss`
pub(crate) async fn dismiss(
    Admin(admin): Admin,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, Failure> {
    idp_metadata::dismiss(&admin, known(&id)?, chosen.since).await?;
    to_page(&id)
}

fn to_page(id: &str) -> Result<Response, Failure> {
    Ok(page::see_other(&format!("{}#metadata", address(known(id)?))))
}

/// The part of the connection's page.
pub(super) fn shown(id: ConnectionId, status: Status) -> Metadata {
    Metadata {
        address: address(id),
        url: status.url,
        policy: status.policy,
        fetched_at: status.fetched_at,
        next_at: status.next_at,
        valid_until: status.valid_until,
        failure: status.failure.map(|failure| (failure.since, failure.message)),
        difference: status.waiting.map(difference),
        kept: status.kept.iter().map(|(view, until)| (certificate(view), *until)).collect(),
    }
}

fn difference(waiting: Waiting) -> Difference {
    let values = waiting.difference.values.into_iter().map(|value| ValueChange {
        name: value.name,
        before: value.before,
        after: value.after,
        meaning: value.meaning,
    });
    Difference {
        since: waiting.since,
        dismissed: waiting.state == PendingState::Dismissed,
        added: waiting.difference.added.iter().map(certificate).collect(),
        removed: waiting.difference.removed.iter().map(certificate).collect(),
        values: values.collect(),
    }
}
