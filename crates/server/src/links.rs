//! The pages behind one-time links: setting a password, confirming a mailbox. GET looks, POST does.

use crate::error::Failure;
use crate::extract::{Fields, Visitor};
use crate::portal::visitors::{Verified, Verify, Welcome};
use crate::{cookies, page};
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::Kind;
use vestibule_app::links::{self, Purpose, View};
use vestibule_app::sign_in::password;

/// `GET /welcome/{token}`
pub(crate) async fn welcome(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let view = look(&visitor, &token, Purpose::SetPassword).await?;
    Ok(page::shown(&welcome_page(&visitor, token, &view, None)))
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
    match links::set_password(&visitor.0, &token, &form.password).await {
        Ok(session) => Ok(page::with_cookie(page::see_other("/profile"), cookies::session(&session)?)),
        Err(error) if error.kind() == Kind::Invalid => {
            let view = look(&visitor, &token, Purpose::SetPassword).await?;
            Ok(page::corrected(&welcome_page(&visitor, token, &view, Some(page::words(&error)))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /verify/{token}`
pub(crate) async fn verify(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let view = look(&visitor, &token, Purpose::VerifyEmail).await?;
    let account = visitor.0.account().name.clone();
    Ok(page::shown(&Verify { account, token, email: view.email.to_string() }))
}

/// `POST /verify/{token}`
pub(crate) async fn confirm(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let email = links::verify_email(&visitor.0, &token).await?;
    Ok(page::shown(&Verified { account: visitor.0.account().name.clone(), email: email.to_string() }))
}

/// Looks at a link; one for something else is no page here.
async fn look(visitor: &Visitor, token: &str, purpose: Purpose) -> Result<View, Failure> {
    let view = links::inspect(&visitor.0, token).await?;
    if view.purpose == purpose { Ok(view) } else { Err(Failure::NoPage) }
}

fn welcome_page(visitor: &Visitor, token: String, view: &View, problem: Option<String>) -> Welcome {
    Welcome {
        account: visitor.0.account().name.clone(),
        token,
        email: view.email.to_string(),
        shortest: password::SHORTEST,
        problem,
    }
}
