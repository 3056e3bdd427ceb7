//! What a program is told that has to show another token (RFC 6750 §3).

use super::Failure;
use axum::http::{HeaderValue, StatusCode};
use vestibule_app::Kind;
use vestibule_app::authorize::Code;

/// The value of `WWW-Authenticate`, where the failure wants one.
pub(super) fn of(failure: &Failure) -> Option<HeaderValue> {
    if let Failure::Deed(deed) = failure
        && deed.oauth_code() == Code::InvalidClient
    {
        // RFC 6749 §5.2: the scheme by which a client says who it is.
        return Some(HeaderValue::from_static(r#"Basic realm="Vestibule""#));
    }
    let (error, scope) = match failure {
        // RFC 6750 §3.1: who shows nothing is told nothing.
        Failure::NoToken => (None, None),
        Failure::TokenInAddress => (Some("invalid_request"), None),
        Failure::Deed(deed) if deed.kind() == Kind::Unauthenticated => (Some("invalid_token"), None),
        Failure::Deed(deed) if failure.status() == StatusCode::FORBIDDEN => {
            (Some("insufficient_scope"), Some(deed.scope()?))
        }
        _ => return None,
    };
    let mut text = r#"Bearer realm="Vestibule""#.to_owned();
    if let Some(error) = error {
        text.push_str(&format!(
            r#", error="{error}", error_description="{}""#,
            described(failure.sentence())
        ));
    }
    if let Some(scope) = scope {
        text.push_str(&format!(r#", scope="{scope}""#));
    }
    HeaderValue::from_str(&text).ok()
}

/// A sentence with the characters that a quoted string takes as they are (RFC 6750 §3).
fn described(sentence: &str) -> String {
    sentence.replace('"', "'").chars().filter(|c| matches!(c, ' '..='~') && *c != '\\').collect()
}
