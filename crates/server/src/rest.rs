//! The REST API of users over HTTP: addresses, queries and answers; what is asked for is done in `app/rest`.
//!
//! Bodies are in `body`. Every handler is described where it stands (`#[utoipa::path]`), and the document that is made of these
//! descriptions (`document`) is served as `/openapi.json` and as a page, `/docs`: what is written there is what is read here.

mod body;
pub(crate) mod document;

use crate::api::{CallNotes, json};
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::Api;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, delete, get, put};
use body::{Change, Json, NewStatus, NewUser, User, UserPage};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;
use vestibule_app::rest::{self, Done};
use vestibule_model::api_call::Subject;
use vestibule_model::token::Access;
use vestibule_model::user::Status;

/// The addresses of the interface.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Arc<Desk>>)> {
    vec![
        ("/v2/users", get(list).post(create)),
        ("/v2/users/{user}", get(one).patch(update).delete(remove)),
        ("/v2/users/{user}/status", put(set_status)),
        ("/v2/users/{user}/token", delete(sign_out)),
    ]
}

/// Which users to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only users of this status: `active`, `inactive` or `pending`.
    status: Option<String>,
    /// The most users on a page, from 1 to 300. Unless it is said: 30.
    page_size: Option<u32>,
    /// The token that came with the page before.
    next_page_token: Option<String>,
}

type Asked<T> = Result<Query<T>, axum::extract::rejection::QueryRejection>;

/// Lists users, in the order in which they came. A page may have fewer users than asked for; the list ends where there is no
/// `next_page_token`.
#[utoipa::path(get, path = "/v2/users", tag = "Users", params(ListQuery), security(("token" = ["users:read"])),
    responses((status = 200, description = "A page of users", body = UserPage)))]
async fn list(Api(api): Api, query: Asked<ListQuery>) -> Result<Response, Failure> {
    let ctx = api.users(Access::Read)?;
    let Query(query) = query.map_err(|error| Failure::Field(error.body_text().into()))?;
    let status = query.status.as_deref().map(|word| {
        let unknown = "status: expected active, inactive or pending";
        Status::from_word(word).ok_or_else(|| Failure::Field(unknown.into()))
    });
    let query = rest::Query {
        status: status.transpose()?,
        page_size: query.page_size,
        next_page_token: query.next_page_token,
    };
    let page = rest::list(&ctx, &query).await?;
    let notes =
        CallNotes { action: vec![format!("listed {} users", page.users.len())], ..CallNotes::default() };
    Ok(with(notes, json(&UserPage::from(page))?))
}

/// Shows one user, named by ID or e-mail address.
#[utoipa::path(get, path = "/v2/users/{user}", tag = "Users", security(("token" = ["users:read"])),
    params(("user" = String, Path, description = "The ID (`usr_…`) or the e-mail address")),
    responses((status = 200, description = "The user", body = User), (status = 404, description = "The account has no such user (1001)")))]
async fn one(Api(api): Api, Path(user): Path<String>) -> Result<Response, Failure> {
    let ctx = api.users(Access::Read)?;
    let found = rest::show(&ctx, &user).await?;
    let action = vec![format!("looked at {}", found.email)];
    let notes = CallNotes { action, subject: Some(subject(&found)), ..CallNotes::default() };
    Ok(with(notes, json(&User::from(found))?))
}

/// Makes a user. `create` sends an invitation by mail; `autoCreate` sets a password, for people of managed domains; `ssoCreate` makes
/// somebody who signs in by SSO alone, and wants the connection to provision prior to sign-in.
#[utoipa::path(post, path = "/v2/users", tag = "Users", request_body = NewUser, security(("token" = ["users:write"])),
    responses((status = 201, description = "The new user", body = User), (status = 400, description = "Something cannot be used (300)"),
        (status = 409, description = "The address is somebody's (1005), no seat is left (1031), the domain is not managed (1116), no SSO \
connection is in use (2002), or it does not provision prior to sign-in (2032)")))]
async fn create(Api(api): Api, Json(body): Json<NewUser>) -> Result<Response, Failure> {
    let ctx = api.users(Access::Write)?;
    let (action, said) = body.read()?;
    let done = rest::create(&ctx, &action, &said).await?;
    let notes = notes(&done);
    let answer = (StatusCode::CREATED, json(&User::from(done.user))?).into_response();
    Ok(with(notes, answer))
}

/// Changes a user. What is not named stays as it is; null takes a field away.
#[utoipa::path(patch, path = "/v2/users/{user}", tag = "Users", request_body = Change, security(("token" = ["users:write"])),
    params(("user" = String, Path, description = "The ID (`usr_…`) or the e-mail address")),
    responses((status = 200, description = "The user as it is now", body = User), (status = 400, description = "Something cannot be used (300)"),
        (status = 404, description = "The account has no such user (1001)"),
        (status = 409, description = "The address is somebody's (1005), or no seat is left (1031)")))]
async fn update(
    Api(api): Api,
    Path(user): Path<String>,
    Json(body): Json<Change>,
) -> Result<Response, Failure> {
    let ctx = api.users(Access::Write)?;
    let done = rest::update(&ctx, &user, &body.read()?).await?;
    let notes = notes(&done);
    Ok(with(notes, json(&User::from(done.user))?))
}

/// Deactivates a user, or lets one in again. A deactivated user's sessions end, and the seats are free.
#[utoipa::path(put, path = "/v2/users/{user}/status", tag = "Users", request_body = NewStatus, security(("token" = ["users:write"])),
    params(("user" = String, Path, description = "The ID (`usr_…`) or the e-mail address")),
    responses((status = 204, description = "It is so now"), (status = 400, description = "There is no such action (300)"),
        (status = 403, description = "The owner cannot be deactivated (1117)"),
        (status = 404, description = "The account has no such user (1001)"), (status = 409, description = "No seat is left (1031)")))]
async fn set_status(
    Api(api): Api,
    Path(user): Path<String>,
    Json(body): Json<NewStatus>,
) -> Result<Response, Failure> {
    let ctx = api.users(Access::Write)?;
    let done = rest::set_status(&ctx, &user, &body.action).await?;
    Ok(with(notes(&done), StatusCode::NO_CONTENT.into_response()))
}

/// Deletes a user: the person leaves every group, the seats and the address are free, and the sessions are over.
#[utoipa::path(delete, path = "/v2/users/{user}", tag = "Users", security(("token" = ["users:write"])),
    params(("user" = String, Path, description = "The ID (`usr_…`) or the e-mail address")),
    responses((status = 204, description = "The user is no more"), (status = 403, description = "The owner cannot be deleted (1117)"),
        (status = 404, description = "The account has no such user (1001)")))]
async fn remove(Api(api): Api, Path(user): Path<String>) -> Result<Response, Failure> {
    let ctx = api.users(Access::Write)?;
    let done = rest::delete(&ctx, &user).await?;
    Ok(with(notes(&done), StatusCode::NO_CONTENT.into_response()))
}

/// Signs a user out everywhere. The person may sign in again.
#[utoipa::path(delete, path = "/v2/users/{user}/token", tag = "Users", security(("token" = ["users:write"])),
    params(("user" = String, Path, description = "The ID (`usr_…`) or the e-mail address")),
    responses((status = 204, description = "Every session is over"), (status = 404, description = "The account has no such user (1001)")))]
async fn sign_out(Api(api): Api, Path(user): Path<String>) -> Result<Response, Failure> {
    let ctx = api.users(Access::Write)?;
    let done = rest::sign_out(&ctx, &user).await?;
    Ok(with(notes(&done), StatusCode::NO_CONTENT.into_response()))
}

fn subject(user: &vestibule_model::user::User) -> Subject {
    Subject::User(user.id, Some(user.email.to_string()))
}

fn notes(done: &Done) -> CallNotes {
    CallNotes { action: done.story.clone(), subject: Some(subject(&done.user)), ..CallNotes::default() }
}

fn with(notes: CallNotes, mut answer: Response) -> Response {
    answer.extensions_mut().insert(notes);
    answer
}
