//! The way out: a request to the identity provider, by redirect or by form.

use super::sending;
use crate::error::Failure;
use crate::extract::{Asking, Visitor};
use crate::headers::may_send_to;
use crate::portal::visitors::{Forward, Send};
use crate::{cookies, page};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use vestibule_app::sign_in::{self, Go, REQUEST_LIFETIME, Start, Started};
use vestibule_model::id::ConnectionId;

const HEADING: &str = "Taking you to your company’s sign-in page";

/// Where the person wants to go afterwards, and by which connection, if one was chosen already. `from` tells the kind of client; browsers are the one there is.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    return_to: Option<String>,
    connection: Option<ConnectionId>,
}

/// `GET /saml/login`
pub(crate) async fn start(
    visitor: Visitor,
    headers: HeaderMap,
    Asking(wanted): Asking<Wanted>,
) -> Result<Response, Failure> {
    let browser = cookies::value(&headers, cookies::BROWSER);
    let start = Start { browser, return_to: wanted.return_to.as_deref(), connection: wanted.connection };
    let started = sign_in::start(&visitor.0, start).await?;
    sent(&visitor.0.account().name, started)
}

/// The answer that takes the browser to the identity provider, with the cookie that it comes back with.
pub(crate) fn sent(account: &str, started: Started) -> Result<Response, Failure> {
    leaving(account, started, page::see_other)
}

/// The same for a form of ours. Browsers hold a redirect that follows a form against the policy of the form's page, which
/// names no identity provider; so a page of its own leads on.
pub(crate) fn sent_after_form(account: &str, started: Started) -> Result<Response, Failure> {
    let forward =
        |to: &str| Forward { account: account.to_owned(), heading: HEADING.to_owned(), to: to.to_owned() };
    leaving(account, started, |to| page::shown(&forward(to)))
}

fn leaving(
    account: &str,
    started: Started,
    redirect: impl FnOnce(&str) -> Response,
) -> Result<Response, Failure> {
    let cookie = cookies::browser(&started.browser, REQUEST_LIFETIME)?;
    let response = match started.go {
        Go::Redirect(url) => redirect(&url),
        Go::Post { url, saml_request } => {
            let send = Send {
                account: account.to_owned(),
                heading: HEADING,
                url_host: String::new(),
                url,
                field: "SAMLRequest",
                value: saml_request,
                relay_state: None,
            };
            sending(send, may_send_to)?
        }
    };
    Ok(page::with_cookie(response, cookie))
}
