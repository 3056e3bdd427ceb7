//! The pages behind one-time links: setting a password, confirming a mailbox. GET looks, POST does.

use crate::error::Failure;
use crate::extract::{Fields, Visitor};
use crate::portal::visitors::{Occasion, Verified, Verify, Welcome};
use crate::{page, second_factor};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::links::{self, Purpose, View};
use vestibule_app::sign_in::{Entered, password};
use vestibule_app::{Kind, VisitorCtx};

/// The links of somebody who is new here.
const WELCOME: [Purpose; 2] = [Purpose::SetPassword, Purpose::Invitation];
/// Those of somebody who forgot the password.
pub(crate) const FORGOTTEN: [Purpose; 1] = [Purpose::ResetPassword];

/// `GET /welcome/{token}`
pub(crate) async fn welcome(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let view = look(&visitor.0, &token, &WELCOME).await?;
    Ok(page::shown(&welcome_page(&visitor.0, (Occasion::Welcome, token), &view, None)))
}

/// The new password. It has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    password: String,
}

/// `POST /welcome/{token}`
pub(crate) async fn set_password(
    visitor: Visitor,
    Path(token): Path<String>,
    Fields(form): Fields<NewPassword>,
) -> Result<Response, Failure> {
    set(&visitor.0, (&token, &token), (Occasion::Welcome, "/profile"), &form).await
}

/// Sets the password of a link's person, and leads inside. The link is written in the page as the first text, and its secret is the
/// second.
pub(crate) async fn set(
    visitor: &VisitorCtx,
    (token, secret): (&str, &str),
    (occasion, home): (Occasion, &str),
    form: &NewPassword,
) -> Result<Response, Failure> {
    let purposes = match occasion {
        Occasion::Welcome => WELCOME.as_slice(),
        Occasion::Forgotten => &FORGOTTEN,
    };
    let view = look(visitor, secret, purposes).await?;
    match links::set_password(visitor, secret, &form.password).await {
        Ok(Entered::Inside(signed_in)) => page::inside(home, &signed_in),
        Ok(Entered::Code(ticket)) => {
            let ticket = secret_of(token, secret, ticket);
            Ok(page::shown(&second_factor::question(&visitor.account().name, ticket, home, None)))
        }
        Err(error) if error.kind() == Kind::Invalid => {
            let problem = Some(page::words(&error));
            Ok(page::corrected(&welcome_page(visitor, (occasion, token.to_owned()), &view, problem)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The ticket as this door writes it: with what stood before the secret of the link.
fn secret_of(token: &str, secret: &str, ticket: String) -> String {
    match token.strip_suffix(secret) {
        Some(before) => format!("{before}{ticket}"),
        None => ticket,
    }
}

/// `GET /verify/{token}`
pub(crate) async fn verify(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let view = look(&visitor.0, &token, &[Purpose::VerifyEmail]).await?;
    let account = visitor.0.account().name.clone();
    Ok(page::shown(&Verify { account, token, email: view.email.to_string() }))
}

/// `POST /verify/{token}`
pub(crate) async fn confirm(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let email = links::verify_email(&visitor.0, &token).await?;
    Ok(page::shown(&Verified { account: visitor.0.account().name.clone(), email: email.to_string() }))
}

/// Looks at a link; one for something else is no page here.
pub(crate) async fn look(visitor: &VisitorCtx, token: &str, purposes: &[Purpose]) -> Result<View, Failure> {
    let view = links::inspect(visitor, token).await?;
    if purposes.contains(&view.purpose) { Ok(view) } else { Err(Failure::NoPage) }
}

pub(crate) fn welcome_page(
    visitor: &VisitorCtx,
    (occasion, token): (Occasion, String),
    view: &View,
    problem: Option<String>,
) -> Welcome {
    Welcome {
        account: visitor.account().name.clone(),
        occasion,
        token,
        email: view.email.to_string(),
        shortest: password::SHORTEST,
        problem,
    }
}
