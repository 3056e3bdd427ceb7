//! The second factor: the question after the password, at an account's host and at the break-glass door, and the page of a person's own.

use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Fields, Knocking, Member, Visitor};
use crate::portal::Here;
use crate::portal::profile::frame;
use crate::portal::second_factor::{CodePage, CodesPage, FactorPage};
use crate::{glass, page};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::{Error, Kind, MemberCtx, second_factor, sign_in};

/// The address of the page of a person's own.
const OWN: &str = "/profile/second-factor";

/// The code, and what shows that the password was right. It has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct Shown {
    ticket: String,
    code: String,
    return_to: Option<String>,
}

/// The question.
pub(crate) fn question(account: &str, ticket: String, return_to: &str, wrong: Option<&Error>) -> CodePage {
    let (account, return_to) = (account.to_owned(), return_to.to_owned());
    CodePage { account, ticket, return_to, problem: wrong.map(page::words) }
}

/// `POST /signin/code`
pub(crate) async fn enter(
    visitor: Visitor,
    knocking: Knocking,
    Fields(form): Fields<Shown>,
) -> Result<Response, Failure> {
    let return_to = sign_in::local_path(form.return_to.as_deref());
    match second_factor::enter(&visitor.0, &form.ticket, &form.code, knocking.knock()).await {
        Ok(signed_in) => page::inside(return_to, &signed_in),
        Err(error) => again(question(&visitor.0.account().name, form.ticket, return_to, Some(&error)), error),
    }
}

/// `POST /signin/code` of the break-glass door
pub(crate) async fn enter_at_the_glass(
    State(desk): State<Arc<Desk>>,
    knocking: Knocking,
    Fields(form): Fields<Shown>,
) -> Result<Response, Failure> {
    let return_to = glass::return_to(form.return_to.as_deref());
    match second_factor::enter_at_the_glass(&desk.app, &form.ticket, &form.code, knocking.knock()).await {
        Ok(opened) => glass::inside(return_to, &opened),
        Err(error) => again(question(glass::PLACE, form.ticket, return_to, Some(&error)), error),
    }
}

fn again(page: CodePage, error: Error) -> Result<Response, Failure> {
    match error.kind() {
        Kind::Invalid => Ok(page::corrected(&page)),
        Kind::TooOften => Ok(page::too_often(&page)),
        _ => Err(error.into()),
    }
}

/// `GET /profile/second-factor`
pub(crate) async fn page(Member(member): Member) -> Result<Response, Failure> {
    Ok(page::shown(&own(&member, None).await?))
}

async fn own(member: &MemberCtx, wrong: Option<&Error>) -> Result<FactorPage, Failure> {
    let frame = frame(&member.account().name, member.user(), member.permissions(), Here::Profile);
    Ok(FactorPage::new(frame, &second_factor::look(member).await?, wrong.map(page::words)))
}

/// `GET` of an address that only takes forms
pub(crate) async fn back(_member: Member) -> Response {
    page::see_other(OWN)
}

/// What a form of the page says. It has no `Debug`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    password: String,
    code: String,
}

/// `POST /profile/second-factor/{deed}`
pub(crate) async fn deed(
    Member(member): Member,
    knocking: Knocking,
    Path(deed): Path<String>,
    Fields(said): Fields<Said>,
) -> Result<Response, Failure> {
    let (both, knock) = ((said.password.as_str(), said.code.as_str()), knocking.knock());
    let done = match deed.as_str() {
        "begin" => second_factor::begin(&member, &said.password, knock).await.map(|()| None),
        "confirm" => second_factor::confirm(&member, &said.code).await.map(Some),
        "codes" => second_factor::renew_codes(&member, both, knock).await.map(Some),
        "remove" => second_factor::remove(&member, both, knock).await.map(|()| None),
        _ => return Err(Failure::NoPage),
    };
    match done {
        Ok(None) => Ok(page::see_other(OWN)),
        Ok(Some(codes)) => {
            let frame = frame(&member.account().name, member.user(), member.permissions(), Here::Profile);
            Ok(page::shown(&CodesPage::new(frame, codes)))
        }
        Err(error) if error.kind() == Kind::Invalid => {
            Ok(page::corrected(&own(&member, Some(&error)).await?))
        }
        Err(error) if error.kind() == Kind::TooOften => {
            Ok(page::too_often(&own(&member, Some(&error)).await?))
        }
        Err(error) => Err(error.into()),
    }
}
