//! Answers that are pages, and answers that lead to one.

use crate::error::Failure;
use crate::{cookies, portal};
use askama::Template;
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use vestibule_app::sign_in::SignedIn;

/// A page.
pub(crate) fn shown(page: &impl Template) -> Response {
    match portal::html(page) {
        Ok(html) => {
            let mut response = html.into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response
        }
        Err(_) => Failure::Broken("a page could not be written").into_response(),
    }
}

/// A page that says what is wrong with a form.
pub(crate) fn corrected(page: &impl Template) -> Response {
    let mut response = shown(page);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// A page that says that somebody has to wait.
pub(crate) fn too_often(page: &impl Template) -> Response {
    let mut response = shown(page);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
}

/// Leads somebody who came in to another address, with the cookies that go with it.
pub(crate) fn inside(to: &str, signed_in: &SignedIn) -> Result<Response, Failure> {
    let answer = with_cookie(see_other(to), cookies::session(&signed_in.session)?);
    Ok(with_cookie(answer, cookies::known(&signed_in.browser)?))
}

/// Leads to another address, by GET.
pub(crate) fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => Failure::Broken("an address does not fit into a header").into_response(),
    }
}

/// Leaves a cookie with the browser.
pub(crate) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// A path of ours that remembers where to go afterwards.
pub(crate) fn with_return(path: &str, return_to: Option<&str>) -> String {
    match return_to {
        Some(wanted) if wanted != "/" => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("return_to", wanted)
                .finish();
            format!("{path}?{query}")
        }
        _ => path.to_owned(),
    }
}

/// The sentence and the advice of an error, for the note above a form.
pub(crate) fn words(error: &vestibule_app::Error) -> String {
    match error.advice() {
        Some(advice) => format!("{} {advice}", error.message()),
        None => error.message().to_owned(),
    }
}
