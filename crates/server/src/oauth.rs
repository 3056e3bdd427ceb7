//! The authorization server at the deployment's own host, and the question at the account's.

use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Fields};
use crate::portal::api::ConsentPage;
use crate::portal::visitors::Forward;
use crate::{api, page};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::authorize::{self, Begun, Decision};

/// `GET /oauth/authorize`
pub(crate) async fn begin(
    State(desk): State<Arc<Desk>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let (Begun::Ask(to) | Begun::Answer(to)) =
        authorize::begin(&desk.app, query.as_deref().unwrap_or_default()).await?;
    Ok(page::see_other(&to))
}

/// `GET /oauth/consent/{token}`
pub(crate) async fn ask(Admin(admin): Admin, Path(request): Path<String>) -> Result<Response, Failure> {
    let question = authorize::inspect(&admin, &request).await?;
    Ok(page::shown(&ConsentPage::new(&admin, &question, format!("/oauth/consent/{request}"))))
}

/// What was pressed.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    answer: String,
}

/// `POST /oauth/consent/{token}`
pub(crate) async fn answer(
    Admin(admin): Admin,
    Path(request): Path<String>,
    Fields(form): Fields<Pressed>,
) -> Result<Response, Failure> {
    let decision = match form.answer.as_str() {
        "allow" => Decision::Allow,
        "deny" => Decision::Deny,
        _ => return Err(Failure::BadFields),
    };
    let to = authorize::decide(&admin, &request, decision).await?;
    Ok(page::shown(&Forward {
        account: admin.account().name.clone(),
        heading: "Taking you back to the program".to_owned(),
        to,
    }))
}

/// The header by which a client says who it is; one alone.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(header), None) => header.to_str().map(Some).map_err(|_| Failure::BadFields),
        (Some(_), Some(_)) => Err(Failure::BadFields),
    }
}

/// The body, which is a form.
fn form(body: &Bytes) -> Result<&str, Failure> {
    std::str::from_utf8(body).map_err(|_| Failure::BadFields)
}

/// `POST /oauth/token`
pub(crate) async fn token(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    api::json(&authorize::exchange(&desk.app, authorization(&headers)?, form(&body)?).await?)
}

/// `POST /oauth/revoke`
pub(crate) async fn revoke(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    authorize::take_back(&desk.app, authorization(&headers)?, form(&body)?).await?;
    Ok(StatusCode::OK.into_response())
}

/// `POST /oauth/introspect`
pub(crate) async fn introspect(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    api::json(&authorize::introspect(&desk.app, authorization(&headers)?, form(&body)?).await?)
}

/// `GET /.well-known/oauth-authorization-server`
pub(crate) async fn description(State(desk): State<Arc<Desk>>) -> Result<Response, Failure> {
    api::json(&authorize::description(&desk.app))
}

/// Whether an address is one at which clients, and no people, read what failed.
pub(crate) fn is_for_clients(path: &str) -> bool {
    matches!(path, "/oauth/token" | "/oauth/revoke" | "/oauth/introspect")
}
