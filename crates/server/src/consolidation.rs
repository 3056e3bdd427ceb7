//! The question to somebody whose address is of a domain that another account manages, and the pages behind the links that answer it.
//!
//! A session that waits for the answer leads here from everywhere (`error`). GET looks, POST does.

use crate::error::Failure;
use crate::extract::{Asking, Fields, Held, Knocking, Visitor};
use crate::page;
use crate::portal::consolidation::{AddressPage, AddressTaken, LinkSent, OfferPage, Question, Typed};
use crate::portal::visitors::Forward;
use crate::sign_in::Wanted;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::consolidation;
use vestibule_app::sign_in::local_path;
use vestibule_app::{Error, HeldCtx, Kind};

/// Where the question is asked.
pub(crate) const QUESTION: &str = "/consolidate";

/// `GET /consolidate`
pub(crate) async fn question(held: Held, Asking(wanted): Asking<Wanted>) -> Response {
    let return_to = local_path(wanted.return_to.as_deref());
    match held.0 {
        Some(held) => page::shown(&asked(&held, return_to, None)),
        None => page::see_other(return_to),
    }
}

/// `GET` of an address that only takes forms.
pub(crate) async fn back(_held: Held) -> Response {
    page::see_other(QUESTION)
}

fn asked(held: &HeldCtx, return_to: &str, wrong: Option<Typed>) -> Question {
    Question::new(held.account().name.clone(), held.asks(), return_to.to_owned(), wrong)
}

/// `POST /consolidate/later`
pub(crate) async fn defer(held: Held, Fields(wanted): Fields<Wanted>) -> Result<Response, Failure> {
    let return_to = local_path(wanted.return_to.as_deref());
    let Some(held) = held.0 else { return Ok(page::see_other(return_to)) };
    match consolidation::defer(&held).await {
        Ok(()) => Ok(page::see_other(return_to)),
        Err(error) if error.kind() == Kind::Conflict => Ok(again(&held, return_to, ("", &error))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /consolidate/move`
pub(crate) async fn ask_for_link(
    held: Held,
    knocking: Knocking,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, Failure> {
    let return_to = local_path(wanted.return_to.as_deref());
    let Some(held) = held.0 else { return Ok(page::see_other(return_to)) };
    let sent = consolidation::ask_for_link(&held, knocking.knock()).await;
    let said = format!("A mail with a link is on its way to {}.", held.asks().email);
    answer(sent, (&held, return_to), (said, ""))
}

/// The address that somebody wants to have.
#[derive(Deserialize)]
pub(crate) struct Another {
    email: String,
    return_to: Option<String>,
}

/// `POST /consolidate/address`
pub(crate) async fn ask_for_address(
    held: Held,
    knocking: Knocking,
    Fields(form): Fields<Another>,
) -> Result<Response, Failure> {
    let return_to = local_path(form.return_to.as_deref());
    let Some(held) = held.0 else { return Ok(page::see_other(return_to)) };
    let sent = consolidation::ask_for_address(&held, &form.email, knocking.knock()).await;
    let to = form.email.trim();
    let said = format!("If the address can be used, a mail with a link is on its way to {to}.");
    answer(sent, (&held, return_to), (said, to))
}

/// What is said of a mail, or the question again with what was typed and what is wrong.
fn answer(
    sent: Result<(), Error>,
    (held, return_to): (&HeldCtx, &str),
    (said, typed): (String, &str),
) -> Result<Response, Failure> {
    match sent {
        Ok(()) => Ok(page::shown(&LinkSent { account: held.account().name.clone(), said, back: QUESTION })),
        Err(error)
            if matches!(error.kind(), Kind::Invalid | Kind::Conflict | Kind::Forbidden | Kind::TooOften) =>
        {
            Ok(again(held, return_to, (typed, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

fn again(held: &HeldCtx, return_to: &str, (typed, error): (&str, &Error)) -> Response {
    let wrong = Typed { email: typed.to_owned(), problem: page::words(error) };
    let question = asked(held, return_to, Some(wrong));
    match error.kind() {
        Kind::TooOften => page::too_often(&question),
        _ => page::corrected(&question),
    }
}

/// The refused sign-in of somebody whose user is elsewhere.
#[derive(Deserialize)]
pub(crate) struct RefusedSignIn {
    tracking_id: String,
}

/// `POST /signin/move`
pub(crate) async fn ask_from_outside(
    visitor: Visitor,
    knocking: Knocking,
    Fields(refused): Fields<RefusedSignIn>,
) -> Result<Response, Failure> {
    consolidation::ask_from_outside(&visitor.0, &refused.tracking_id, knocking.knock()).await?;
    let account = visitor.0.account().name.clone();
    let said = "If your user can move here, a mail with a link is on its way to its address.".to_owned();
    Ok(page::shown(&LinkSent { account, said, back: "/signin" }))
}

/// `GET /join/{token}`
pub(crate) async fn offer(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let offer = consolidation::inspect(&visitor.0, &token).await?;
    Ok(page::shown(&OfferPage { account: visitor.0.account().name.clone(), token, offer }))
}

/// `POST /join/{token}`
pub(crate) async fn carry_out(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let moved = consolidation::carry_out(&visitor.0, &token).await?;
    Ok(page::shown(&Forward {
        account: moved.to.clone(),
        heading: format!("Your user is at {} now", moved.to),
        to: moved.next_url,
    }))
}

/// `GET /address/{token}`
pub(crate) async fn change(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let changing = consolidation::inspect_address(&visitor.0, &token).await?;
    Ok(page::shown(&AddressPage { account: visitor.0.account().name.clone(), token, changing }))
}

/// `POST /address/{token}`
pub(crate) async fn change_address(visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    let email = consolidation::change_address(&visitor.0, &token).await?;
    Ok(page::shown(&AddressTaken { account: visitor.0.account().name.clone(), email: email.to_string() }))
}
