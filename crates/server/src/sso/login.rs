//! The way out: a request to the identity provider, by redirect or by form.

use crate::error::Failure;
use crate::extract::{Asking, Visitor};
use crate::headers::may_send_to;
use crate::portal::visitors::Send;
use crate::{cookies, page};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use serde::Deserialize;
use url::Url;
use vestibule_app::sign_in::{self, Go, REQUEST_LIFETIME, Start, Started};
use vestibule_model::id::ConnectionId;

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
    let cookie = cookies::browser(&started.browser, REQUEST_LIFETIME)?;
    let response = match started.go {
        Go::Redirect(url) => page::see_other(&url),
        Go::Post { url, saml_request } => sending(account, url, saml_request)?,
    };
    Ok(page::with_cookie(response, cookie))
}

/// The page whose form carries the request; only it may send a form to another host.
fn sending(account: &str, url: String, saml_request: String) -> Result<Response, Failure> {
    let target =
        Url::parse(&url).map_err(|_| Failure::Broken("the identity provider's sign-in URL is no URL"))?;
    let policy = may_send_to(&target)?;
    let mut response = page::shown(&Send {
        account: account.to_owned(),
        url_host: target.host_str().unwrap_or_default().to_owned(),
        url,
        saml_request,
    });
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
