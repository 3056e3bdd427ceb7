//! The deployment's own host: what this is, where an account lives, whether the service is well; and the assets.

use crate::door::Desk;
use crate::error::Failure;
use crate::extract::Fields;
use crate::page;
use crate::portal::assets;
use crate::portal::visitors::{About, Find, Forward};
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::{Kind, sign_in};

/// `GET /`
pub(crate) async fn about(State(desk): State<Arc<Desk>>) -> Response {
    page::shown(&About { base_host: desk.typed_host() })
}

/// `GET /signin`
pub(crate) async fn finder(State(desk): State<Arc<Desk>>) -> Response {
    page::shown(&Find { base_host: desk.typed_host(), query: String::new(), problem: None })
}

/// What somebody knows of the account: its label, its domain, or an address in it.
#[derive(Deserialize)]
pub(crate) struct Query {
    query: String,
}

/// `POST /signin`
pub(crate) async fn find(
    State(desk): State<Arc<Desk>>,
    Fields(form): Fields<Query>,
) -> Result<Response, Failure> {
    let to = match sign_in::find(&desk.app, &form.query).await {
        Ok(to) => to,
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Invalid) => {
            let problem = Some(page::words(&error));
            return Ok(page::corrected(&Find { base_host: desk.typed_host(), query: form.query, problem }));
        }
        Err(error) => return Err(error.into()),
    };
    let host = url::Url::parse(&to).ok().and_then(|url| url.host_str().map(str::to_owned));
    Ok(page::shown(&Forward {
        account: "Vestibule".to_owned(),
        heading: format!("Taking you to {}", host.unwrap_or_default()),
        to,
    }))
}

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers too.
pub(crate) async fn ready(State(desk): State<Arc<Desk>>) -> Result<&'static str, Failure> {
    match desk.app.ready().await {
        Ok(()) => Ok("ok\n"),
        Err(error) => Err(error.into()),
    }
}

/// `GET /assets/{name}`: kept by browsers for ever, since another content has another name.
pub(crate) async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = assets::find(&name).ok_or(Failure::NoPage)?;
    let headers =
        [(CONTENT_TYPE, asset.content_type()), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.body()).into_response())
}

/// Any address of a host that is none of ours.
pub(crate) async fn no_account() -> Failure {
    Failure::NoAccount
}
