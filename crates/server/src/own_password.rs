//! The page on which somebody changes their own password.

use crate::error::Failure;
use crate::extract::{Fields, Knocking, Member};
use crate::page;
use crate::portal::Here;
use crate::portal::profile::{OwnPasswordPage, frame};
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::sign_in::{forgotten, password};
use vestibule_app::{Error, Kind, MemberCtx};

/// `GET /profile/password`
pub(crate) async fn page(Member(member): Member) -> Response {
    page::shown(&form(&member, None))
}

/// The passwords. It has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct Passwords {
    current: String,
    new: String,
}

/// `POST /profile/password`
pub(crate) async fn change(
    Member(member): Member,
    knocking: Knocking,
    Fields(form): Fields<Passwords>,
) -> Result<Response, Failure> {
    let again = |error: &Error| self::form(&member, Some(error));
    match forgotten::change(&member, (&form.current, &form.new), knocking.knock()).await {
        Ok(signed_in) => page::inside("/profile", &signed_in),
        Err(error) if error.kind() == Kind::Invalid => Ok(page::corrected(&again(&error))),
        Err(error) if error.kind() == Kind::TooOften => Ok(page::too_often(&again(&error))),
        Err(error) => Err(error.into()),
    }
}

fn form(member: &MemberCtx, wrong: Option<&Error>) -> OwnPasswordPage {
    OwnPasswordPage {
        frame: frame(&member.account().name, member.user(), member.permissions(), Here::Profile),
        shortest: password::SHORTEST,
        problem: wrong.map(page::words),
        about_current: wrong.is_some_and(|error| error.key() == Some("current")),
    }
}
