//! A forgotten password, at an account's host and at the break-glass door: the question, and the page behind the link in the mail.

use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Fields, Knocking, Visitor};
use crate::glass;
use crate::links::{FORGOTTEN, NewPassword, look, set};
use crate::page;
use crate::portal::visitors::{Forgot, ForgotSent, Occasion};
use crate::sign_in::{self, Identified};
use crate::{cookies, links};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::sign_in::forgotten;
use vestibule_app::{Error, Kind};

/// The address. The page of the password sends what stands in it, so nobody types it twice.
#[derive(Deserialize)]
pub(crate) struct Typed {
    email: String,
}

/// `GET /signin/forgot`
pub(crate) async fn page(visitor: Visitor) -> Response {
    page::shown(&question(&visitor.0.account().name, "", None))
}

/// `POST /signin/forgot`
pub(crate) async fn ask(
    visitor: Visitor,
    knocking: Knocking,
    Fields(typed): Fields<Typed>,
) -> Result<Response, Failure> {
    let account = visitor.0.account().name.clone();
    match forgotten::ask(&visitor.0, &typed.email, knocking.knock()).await {
        // The address goes where it would have gone from the sign-in page.
        Err(error) if error.kind() == Kind::Forbidden => {
            let identified = Identified { email: typed.email, return_to: None };
            sign_in::identify(visitor, Fields(identified)).await
        }
        asked => answer(asked, account, typed.email),
    }
}

/// `GET /signin/forgot` of the break-glass door
pub(crate) async fn page_at_the_glass() -> Response {
    page::shown(&question(glass::PLACE, "", None))
}

/// `POST /signin/forgot` of the break-glass door
pub(crate) async fn ask_at_the_glass(
    State(desk): State<Arc<Desk>>,
    knocking: Knocking,
    Fields(typed): Fields<Typed>,
) -> Result<Response, Failure> {
    match forgotten::ask_at_the_glass(&desk.app, &typed.email, knocking.knock()).await {
        Err(error) if error.kind() == Kind::Forbidden => {
            let identified = Identified { email: typed.email, return_to: None };
            glass::identify(State(desk), Fields(identified)).await
        }
        asked => answer(asked, glass::PLACE.to_owned(), typed.email),
    }
}

fn answer(asked: Result<(), Error>, account: String, email: String) -> Result<Response, Failure> {
    let again = |error: &Error| question(&account, &email, Some(page::words(error)));
    match asked {
        Ok(()) => Ok(page::shown(&ForgotSent { account, email: email.trim().to_owned() })),
        Err(error) if error.kind() == Kind::Invalid => Ok(page::corrected(&again(&error))),
        Err(error) if error.kind() == Kind::TooOften => Ok(page::too_often(&again(&error))),
        Err(error) => Err(error.into()),
    }
}

fn question(account: &str, email: &str, problem: Option<String>) -> Forgot {
    Forgot { account: account.to_owned(), email: email.trim().to_owned(), problem }
}

/// `GET /reset/{token}`
pub(crate) async fn link(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let view = look(&visitor.0, &token, &FORGOTTEN).await?;
    Ok(page::shown(&links::welcome_page(&visitor.0, (Occasion::Forgotten, token), &view, None)))
}

/// `POST /reset/{token}`
pub(crate) async fn reset(
    visitor: Visitor,
    Path(token): Path<String>,
    Fields(form): Fields<NewPassword>,
) -> Result<Response, Failure> {
    set(&visitor.0, (&token, &token), (Occasion::Forgotten, "/profile"), &form).await
}

/// `GET /reset/{token}` of the break-glass door, which is told the account by the link.
pub(crate) async fn link_at_the_glass(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let (visitor, secret) = forgotten::behind_a_link(&desk.app, &token).await?;
    let view = look(&visitor, &secret, &FORGOTTEN).await?;
    Ok(page::shown(&links::welcome_page(&visitor, (Occasion::Forgotten, token), &view, None)))
}

/// `POST /reset/{token}` of the break-glass door
pub(crate) async fn reset_at_the_glass(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
    Fields(form): Fields<NewPassword>,
) -> Result<Response, Failure> {
    let (visitor, secret) = forgotten::behind_a_link(&desk.app, &token).await?;
    let answer = set(&visitor, (&token, &secret), (Occasion::Forgotten, glass::HOME), &form).await?;
    let label = visitor.account().label.as_str();
    Ok(page::with_cookie(answer, cookies::account(label)?))
}
