//! The break-glass door: an owner or administrator signs in by password, whatever became of the account's SSO.
//!
//! The pages behind it are the account's own (`admin`); the account is the one of the session.

use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Asking, Fields, Knocking};
use crate::portal::visitors::{Forward, Password, SignIn};
use crate::sign_in::{Identified, Wanted, WithPassword};
use crate::{cookies, page, second_factor};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use vestibule_app::sign_in::{self, Glass, GlassWay, Opened};
use vestibule_app::{Error, Kind};

/// What the pages call this place.
pub(crate) const PLACE: &str = "Administration";
/// Where an administrator goes who wanted nothing else.
pub(crate) const HOME: &str = "/admin";

/// `GET /`, and `GET` of the second step
pub(crate) async fn home() -> Response {
    page::see_other(HOME)
}

/// `GET /signin`
pub(crate) async fn page(Asking(wanted): Asking<Wanted>) -> Response {
    page::shown(&sign_in_page("", return_to(wanted.return_to.as_deref()), None))
}

/// Leads somebody who came in here to a page of the account.
pub(crate) fn inside(to: &str, opened: &Opened) -> Result<Response, Failure> {
    let answer = page::inside(to, &opened.signed_in)?;
    Ok(page::with_cookie(answer, cookies::account(opened.account.as_str())?))
}

pub(crate) fn return_to(wanted: Option<&str>) -> &str {
    wanted.map_or(HOME, |wanted| sign_in::local_path(Some(wanted)))
}

/// `POST /signin`
pub(crate) async fn identify(
    State(desk): State<Arc<Desk>>,
    Fields(form): Fields<Identified>,
) -> Result<Response, Failure> {
    let return_to = return_to(form.return_to.as_deref());
    match sign_in::glass_way(&desk.app, &form.email).await {
        Ok(GlassWay::Password) => Ok(page::shown(&password_page(&form.email, return_to, None))),
        Ok(GlassWay::Elsewhere(to)) => Ok(page::shown(&Forward {
            account: PLACE.to_owned(),
            heading: "Taking you to your company’s sign-in page".to_owned(),
            to,
        })),
        Err(error) if error.kind() == Kind::Invalid => {
            Ok(page::corrected(&sign_in_page(&form.email, return_to, Some(page::words(&error)))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /signin/password`
pub(crate) async fn with_password(
    State(desk): State<Arc<Desk>>,
    knocking: Knocking,
    Fields(form): Fields<WithPassword>,
) -> Result<Response, Failure> {
    let return_to = return_to(form.return_to.as_deref());
    let again = |error: &Error| password_page(&form.email, return_to, Some(page::words(error)));
    match sign_in::break_glass(&desk.app, (&form.email, &form.password), knocking.knock()).await {
        Ok(Glass::Opened(opened)) => inside(return_to, &opened),
        Ok(Glass::Code(ticket)) => Ok(page::shown(&second_factor::question(PLACE, ticket, return_to, None))),
        Err(error) if error.kind() == Kind::Invalid => Ok(page::corrected(&again(&error))),
        Err(error) if error.kind() == Kind::TooOften => Ok(page::too_often(&again(&error))),
        // The address has no password form: it goes where it would have gone from the first step.
        Err(error) if error.kind() == Kind::Forbidden => {
            identify(State(desk), Fields(Identified { email: form.email, return_to: form.return_to })).await
        }
        Err(error) => Err(error.into()),
    }
}

fn sign_in_page(email: &str, return_to: &str, problem: Option<String>) -> SignIn {
    SignIn {
        account: PLACE.to_owned(),
        sso: false,
        start_url: String::new(),
        email: email.to_owned(),
        return_to: return_to.to_owned(),
        problem,
    }
}

fn password_page(email: &str, return_to: &str, problem: Option<String>) -> Password {
    Password {
        account: PLACE.to_owned(),
        sso: false,
        start_url: String::new(),
        email: email.trim().to_owned(),
        return_to: return_to.to_owned(),
        problem,
    }
}
