//! The sign-in page: who is there (identifier-first), and the password of those who have one.

use crate::error::Failure;
use crate::extract::{Asking, Fields, Knocking, Visitor};
use crate::portal::visitors::{Forward, Password, SignIn};
use crate::{page, second_factor};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use vestibule_app::sign_in::{self, Entered, Way};
use vestibule_app::{Error, Kind};
use vestibule_model::id::ConnectionId;

/// `GET /`: to the person's page, or to the sign-in page.
pub(crate) async fn home(visitor: Visitor, headers: HeaderMap) -> Result<Response, Failure> {
    let signed_in = visitor.member(&headers).await?.is_some();
    Ok(page::see_other(if signed_in { "/profile" } else { "/signin" }))
}

/// Where the person wants to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    pub(crate) return_to: Option<String>,
}

/// `GET /signin`
pub(crate) async fn page(
    visitor: Visitor,
    headers: HeaderMap,
    Asking(wanted): Asking<Wanted>,
) -> Result<Response, Failure> {
    let return_to = sign_in::local_path(wanted.return_to.as_deref());
    if visitor.member(&headers).await?.is_some() {
        return Ok(page::see_other(return_to));
    }
    Ok(page::shown(&sign_in_page(&visitor, "", return_to, None)))
}

/// `GET /signin/password`: a page that was reloaded, or kept as a bookmark.
pub(crate) async fn from_the_start(_visitor: Visitor) -> Response {
    page::see_other("/signin")
}

/// The first step.
#[derive(Deserialize)]
pub(crate) struct Identified {
    pub(crate) email: String,
    pub(crate) return_to: Option<String>,
}

/// `POST /signin`
pub(crate) async fn identify(
    visitor: Visitor,
    Fields(form): Fields<Identified>,
) -> Result<Response, Failure> {
    let return_to = sign_in::local_path(form.return_to.as_deref());
    match sign_in::identify(&visitor.0, &form.email).await {
        Ok(Way::Sso(connection)) => Ok(forward(&visitor, &login_url(connection, return_to))),
        Ok(Way::Elsewhere(begins)) => Ok(forward(&visitor, &begins)),
        Ok(Way::Password) => Ok(page::shown(&password_page(&visitor, &form.email, return_to, None))),
        Err(error) if error.kind() == Kind::Invalid => {
            Ok(page::corrected(&sign_in_page(&visitor, &form.email, return_to, Some(page::words(&error)))))
        }
        Err(error) => Err(error.into()),
    }
}

fn login_url(connection: ConnectionId, return_to: &str) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("return_to", return_to).append_pair("connection", &connection.to_string());
    format!("/saml/login?{}", query.finish())
}

fn forward(visitor: &Visitor, to: &str) -> Response {
    page::shown(&Forward {
        account: visitor.0.account().name.clone(),
        heading: "Taking you to your company’s sign-in page".to_owned(),
        to: to.to_owned(),
    })
}

/// The second step. It has no `Debug`: it holds a password.
#[derive(Deserialize)]
pub(crate) struct WithPassword {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) return_to: Option<String>,
}

/// `POST /signin/password`
pub(crate) async fn with_password(
    visitor: Visitor,
    knocking: Knocking,
    Fields(form): Fields<WithPassword>,
) -> Result<Response, Failure> {
    let return_to = sign_in::local_path(form.return_to.as_deref());
    let again = |error: &Error| password_page(&visitor, &form.email, return_to, Some(page::words(error)));
    match sign_in::with_password(&visitor.0, (&form.email, &form.password), knocking.knock()).await {
        Ok(Entered::Inside(signed_in)) => page::inside(return_to, &signed_in),
        Ok(Entered::Code(ticket)) => {
            Ok(page::shown(&second_factor::question(&visitor.0.account().name, ticket, return_to, None)))
        }
        Err(error) if error.kind() == Kind::Invalid => Ok(page::corrected(&again(&error))),
        Err(error) if error.kind() == Kind::TooOften => Ok(page::too_often(&again(&error))),
        // The address has no password form: it goes where it would have gone from the first step.
        Err(error) if error.kind() == Kind::Forbidden => {
            let identified = Identified { email: form.email, return_to: form.return_to };
            identify(visitor, Fields(identified)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn start_url(return_to: &str) -> String {
    page::with_return("/saml/login", Some(return_to))
}

fn sign_in_page(visitor: &Visitor, email: &str, return_to: &str, problem: Option<String>) -> SignIn {
    SignIn {
        account: visitor.0.account().name.clone(),
        sso: visitor.0.has_sso(),
        start_url: start_url(return_to),
        email: email.to_owned(),
        return_to: return_to.to_owned(),
        problem,
    }
}

fn password_page(visitor: &Visitor, email: &str, return_to: &str, problem: Option<String>) -> Password {
    Password {
        account: visitor.0.account().name.clone(),
        sso: visitor.0.has_sso(),
        start_url: start_url(return_to),
        email: email.trim().to_owned(),
        return_to: return_to.to_owned(),
        problem,
    }
}
