//! The cookies: the session, the secret that binds a sign-in to its browser, and the mark of a restarted sign-in.
//!
//! A browser that came in by password is known again, so that strangers cannot use up its attempts.
//!
//! All are `__Host-` cookies: no sibling host can plant one. The session is SameSite=Lax; the two that must come along
//! when an identity provider posts a response from its own site are SameSite=None, and live for minutes.

use crate::error::Failure;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;

/// The session.
pub(crate) const SESSION: &str = "__Host-vestibule";
/// The secret that binds a sign-in to its browser.
pub(crate) const BROWSER: &str = "__Host-vestibule-browser";
/// There if an unsolicited response restarted a sign-in a moment ago.
pub(crate) const RESTARTED: &str = "__Host-vestibule-restarted";

/// The label of the account whose session it is, at the break-glass door, where no host tells it. It proves nothing.
pub(crate) const ACCOUNT: &str = "__Host-vestibule-account";

/// What tells the attempts of somebody who came in here before from those of strangers. It opens nothing.
pub(crate) const KNOWN: &str = "__Host-vestibule-known";

/// How long that is kept: as long as browsers keep anything.
const KNOWN_MEMORY: SignedDuration = SignedDuration::from_hours(24 * 400);

/// How long a restart is remembered: a second one within this time is refused, so that it cannot loop.
const RESTART_MEMORY: SignedDuration = SignedDuration::from_mins(5);

/// The value of a cookie.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lists = headers.get_all(COOKIE).into_iter().filter_map(|list| list.to_str().ok());
    let pairs = lists.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(named, _)| *named == name).map(|(_, value)| value)
}

/// Begins a session.
pub(crate) fn session(token: &str) -> Result<HeaderValue, Failure> {
    header(&format!("{SESSION}={token}; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

/// Says whose session it is, at the break-glass door.
pub(crate) fn account(label: &str) -> Result<HeaderValue, Failure> {
    header(&format!("{ACCOUNT}={label}; Path=/; Secure; HttpOnly; SameSite=Lax"))
}

/// Remembers that somebody came in by this browser.
pub(crate) fn known(value: &str) -> Result<HeaderValue, Failure> {
    let seconds = KNOWN_MEMORY.as_secs();
    header(&format!("{KNOWN}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}"))
}

/// Ends the session.
pub(crate) fn no_session() -> HeaderValue {
    HeaderValue::from_static("__Host-vestibule=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// Binds a sign-in to the browser for this long.
pub(crate) fn browser(secret: &str, lifetime: SignedDuration) -> Result<HeaderValue, Failure> {
    header(&crossing(BROWSER, secret, lifetime))
}

/// Remembers a restart.
pub(crate) fn restarted() -> Result<HeaderValue, Failure> {
    header(&crossing(RESTARTED, "1", RESTART_MEMORY))
}

fn crossing(name: &str, value: &str, lifetime: SignedDuration) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=None; Max-Age={}", lifetime.as_secs())
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text).map_err(|_| Failure::Broken("a cookie does not fit into a header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("a=1; __Host-vestibule-browser=b; x__Host-vestibule=no"),
        );
        headers.append(COOKIE, HeaderValue::from_static("__Host-vestibule=acc_1.s=t"));
        assert_eq!(value(&headers, SESSION), Some("acc_1.s=t"));
        assert_eq!(value(&headers, BROWSER), Some("b"));
        assert_eq!(value(&headers, RESTARTED), None);
    }
}
