//! The way back: the assertion consumer service, to which the identity provider lets browsers post its response.
//!
//! The one form that may come from another site. Where to return to is remembered with the request that the response
//! answers; RelayState is handed on for a response that answers none.

use crate::error::Failure;
use crate::extract::Visitor;
use crate::headers::set_tracking_id;
use crate::portal::visitors::{Forward, Pending};
use crate::{admin, cookies, page};
use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use std::future::poll_fn;
use std::pin::Pin;
use vestibule_app::sign_in::{self, Finished, Posted, REQUEST_LIFETIME};

/// The most that is read of a body, in bytes. A body that goes on is a response that is too large, and logged as one.
pub(super) const LARGEST_BODY: usize = 256 * 1024;
/// The most that is made room for before it is there.
const LARGEST_AHEAD: usize = 64 * 1024;
/// The most that is read and thrown away beyond that, so that the browser gets to see the answer.
const LARGEST_REST: usize = 1024 * 1024;

/// `POST` to the path of another product, for an identity provider that was left as it was.
pub(crate) async fn at_another_path(
    method: Method,
    uri: Uri,
    visitor: Result<Visitor, Failure>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    match visitor {
        Ok(visitor) if method == Method::POST && visitor.0.takes_responses_at(uri.path()) => {
            receive(visitor, headers, body).await
        }
        _ => Err(Failure::NoPage),
    }
}

/// `POST /saml/SSO`
pub(crate) async fn receive(visitor: Visitor, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    let form = read(body).await?;
    let relay_state = field(&form, b"RelayState=").map(decoded);
    let posted = Posted {
        saml_response: &saml_response(&form),
        relay_state: relay_state.as_deref(),
        browser: cookies::value(&headers, cookies::BROWSER),
        restarted_recently: cookies::value(&headers, cookies::RESTARTED).is_some(),
    };
    let (mut response, tracking_id) = match sign_in::finish(&visitor.0, posted).await? {
        Finished::SignedIn { session, return_to, tracking_id } => {
            (page::with_cookie(page::see_other(&return_to), cookies::session(&session)?), tracking_id)
        }
        // Browsers may hold a redirect that follows the identity provider's form against the policy of its page, which names
        // this host alone; so a page of ours leads on.
        Finished::HandedOver { browser, url, sub_account, tracking_id } => {
            let forward = Forward {
                account: visitor.0.account().name.clone(),
                heading: format!("Taking you to {sub_account}"),
                to: url,
            };
            (
                page::with_cookie(page::shown(&forward), cookies::browser(&browser, REQUEST_LIFETIME)?),
                tracking_id,
            )
        }
        Finished::Restart { tracking_id } => {
            (page::with_cookie(page::see_other("/saml/login"), cookies::restarted()?), tracking_id)
        }
        // The administrator's own cookie did not come along from the other site; it will on the way there.
        Finished::Tested { tracking_id } => {
            (page::see_other(&admin::test::address(tracking_id)), tracking_id)
        }
        Finished::Pending { email, tracking_id } => {
            let account = visitor.0.account().name.clone();
            let (email, shown_id) = (email.to_string(), tracking_id.to_string());
            (page::shown(&Pending { account, email, tracking_id: shown_id }), tracking_id)
        }
    };
    set_tracking_id(response.headers_mut(), tracking_id);
    Ok(response)
}

/// The value of the form's field. What is too long to be a form is handed on as it is: the deed refuses and logs it.
fn saml_response(form: &[u8]) -> String {
    if form.len() > LARGEST_BODY {
        return String::from_utf8_lossy(form).into_owned();
    }
    field(form, b"SAMLResponse=").map(decoded).unwrap_or_default()
}

pub(super) fn field<'f>(form: &'f [u8], prefix: &[u8]) -> Option<&'f [u8]> {
    let mut rest = Some(form);
    while let Some(here) = rest {
        let end = memchr::memchr(b'&', here);
        let pair = here.get(..end.unwrap_or(here.len())).unwrap_or_default();
        if let Some(value) = pair.strip_prefix(prefix) {
            return Some(value);
        }
        rest = end.and_then(|end| here.get(end + 1..));
    }
    None
}

/// The value as it was before it went into the form (application/x-www-form-urlencoded). It is nearly all of the body, so
/// it is decoded run by run, which costs a tenth of decoding it byte by byte.
pub(super) fn decoded(value: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(place) = memchr::memchr2(b'%', b'+', rest) {
        let (plain, found) = rest.split_at(place);
        bytes.extend_from_slice(plain);
        let (byte, length) = match found {
            [b'%', high, low, ..] => escaped(*high, *low).map_or((b'%', 1), |byte| (byte, 3)),
            [b'%', ..] => (b'%', 1),
            _ => (b' ', 1),
        };
        bytes.push(byte);
        rest = found.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The byte that two hexadecimal digits stand for.
fn escaped(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Reads the body; of one that is too large, as much as shows that it is.
pub(super) async fn read(mut body: Body) -> Result<Vec<u8>, Failure> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(LARGEST_BODY);
    let mut kept = Vec::with_capacity(expected.min(LARGEST_AHEAD));
    let mut dropped = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Failure::BadFields)?.into_data() else { continue };
        let room = (LARGEST_BODY + 1).saturating_sub(kept.len()).min(data.len());
        let (wanted, rest) = data.split_at(room);
        kept.extend_from_slice(wanted);
        dropped += rest.len();
        if dropped > LARGEST_REST {
            break;
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::{decoded, field};

    #[test]
    fn a_value_of_a_form_is_read_as_it_was_before() {
        for (written, read) in [
            ("PHI%2B%2fz8%3D", "PHI+/z8="),
            ("a+b%20c%", "a b c%"),
            ("%4", "%4"),
            ("%zz%41%%42", "%zzA%B"),
            ("%C3%A9+%FF", "é \u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(decoded(written.as_bytes()), read, "{written}");
        }
    }

    #[test]
    fn a_field_is_found_among_others_by_its_whole_name() {
        let form = b"x=1&&SAMLResponseX=2&SAMLResponse=&RelayState=3&SAMLResponse=4";
        assert_eq!(field(form, b"SAMLResponse="), Some(&b""[..]));
        assert_eq!(field(form, b"RelayState="), Some(&b"3"[..]));
        assert_eq!(field(form, b"State="), None);
        assert_eq!(field(b"", b"x="), None);
    }
}
