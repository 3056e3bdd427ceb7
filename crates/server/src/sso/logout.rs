//! Single logout: requests and answers of the identity provider, by address and by form.
//!
//! Nothing here needs the session cookie, which does not come along when another site posts a form; the cookie that binds
//! a request of ours to its browser does.

use super::acs::{LARGEST_BODY, decoded, field, read};
use super::sending;
use crate::error::Failure;
use crate::extract::Visitor;
use crate::headers::{may_answer_to, may_send_to, set_tracking_id};
use crate::portal::visitors::{Elsewhere, Forward, Send, SignedOut};
use crate::{cookies, page};
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use url::Url;
use vestibule_app::logout::{self, Arrived, Go, Received, Told};

/// What people read while a message is on its way.
const HEADING: &str = "Signing you out at your company’s identity provider";

/// `GET /saml/SingleLogout`
pub(crate) async fn by_address(
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    receive(&visitor, &headers, Arrived::Query(query.as_deref().unwrap_or_default())).await
}

/// `POST /saml/SingleLogout`
pub(crate) async fn by_form(visitor: Visitor, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let form = read(body).await?;
    // What is too long to be a form has no fields: the deed refuses and logs it.
    let form = if form.len() > LARGEST_BODY { &[] } else { form.as_slice() };
    let [saml_request, saml_response, relay_state] =
        [&b"SAMLRequest="[..], b"SAMLResponse=", b"RelayState="].map(|name| field(form, name).map(decoded));
    let arrived = Arrived::Form {
        saml_request: saml_request.as_deref(),
        saml_response: saml_response.as_deref(),
        relay_state: relay_state.as_deref(),
    };
    receive(&visitor, &headers, arrived).await
}

async fn receive(visitor: &Visitor, headers: &HeaderMap, arrived: Arrived<'_>) -> Result<Response, Failure> {
    let browser = cookies::value(headers, cookies::BROWSER);
    let response = match logout::receive(&visitor.0, arrived, browser).await? {
        Received::Answer(Go::Redirect(url)) => page::see_other(&url),
        Received::Answer(go) => carry(visitor, go, may_answer_to)?,
        Received::Ended => signed_out(visitor, Elsewhere::Everywhere),
        Received::Back(told) => back(visitor, told),
        Received::Nothing => page::see_other("/signout"),
    };
    // The cookie of a session that is over has no use; one of another session stays.
    let over =
        cookies::value(headers, cookies::SESSION).is_some() && visitor.leaving(headers).await?.is_none();
    Ok(if over { page::with_cookie(response, cookies::no_session()) } else { response })
}

fn back(visitor: &Visitor, told: Told) -> Response {
    let elsewhere = match told {
        Told::Everywhere => Elsewhere::Everywhere,
        Told::Partly => Elsewhere::Partly,
        Told::Unproven => Elsewhere::Unproven,
        Told::Failed(tracking_id) => Elsewhere::Failed { tracking_id: tracking_id.to_string() },
    };
    let mut response = signed_out(visitor, elsewhere);
    if let Told::Failed(tracking_id) = told {
        set_tracking_id(response.headers_mut(), tracking_id);
    }
    response
}

fn signed_out(visitor: &Visitor, elsewhere: Elsewhere) -> Response {
    page::shown(&SignedOut { account: visitor.0.account().name.clone(), elsewhere })
}

/// The page that moves on to the identity provider, after a form of ours as well.
pub(crate) fn leave(visitor: &Visitor, go: Go) -> Result<Response, Failure> {
    carry(visitor, go, may_send_to)
}

fn carry(
    visitor: &Visitor,
    go: Go,
    policy: fn(&Url) -> Result<HeaderValue, Failure>,
) -> Result<Response, Failure> {
    let account = visitor.0.account().name.clone();
    match go {
        Go::Redirect(to) => Ok(page::shown(&Forward { account, heading: HEADING.to_owned(), to })),
        Go::Post { url, field, value, relay_state } => {
            let url_host = String::new();
            sending(Send { account, heading: HEADING, url, url_host, field, value, relay_state }, policy)
        }
    }
}
