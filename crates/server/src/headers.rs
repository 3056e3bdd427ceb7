//! The headers of every answer: what a browser may do with a page, and who may keep it.
//!
//! A page may load its own style, script and image and send its forms to its own host, nothing else, and stands in no frame
//! of another site; the exceptions are [`may_send_to`] and [`may_answer_to`]. Whatever a handler set itself stays.

use crate::door::Desk;
use crate::error::Failure;
use crate::scene::Scene;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use url::Url;

/// The header with the tracking ID.
pub(crate) const TRACKING_ID: HeaderName = HeaderName::from_static("x-tracking-id");

/// What a page may load.
macro_rules! loading {
    () => {
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; "
    };
}

/// What says that a page stands in no frame.
const UNFRAMED: &str = "frame-ancestors 'none'";
const POLICY: HeaderValue =
    HeaderValue::from_static(concat!(loading!(), "frame-ancestors 'none'; form-action 'self'"));

/// For browsers that do not know `frame-ancestors`; a page that may stand in a frame goes without.
const FRAME_OPTIONS: HeaderName = HeaderName::from_static("x-frame-options");

/// Every answer has these.
const FIXED: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Links in mails carry secrets: no other host learns of them. Our own forms keep their Origin.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), \
             payment=(), usb=()",
        ),
    ),
];

/// Pages hold personal data and one-time values; only assets say otherwise.
const KEPT_BY_NOBODY: HeaderValue = HeaderValue::from_static("no-store");
const IN_NO_FRAME: HeaderValue = HeaderValue::from_static("DENY");
const ALWAYS_ENCRYPTED: HeaderValue = HeaderValue::from_static("max-age=31536000");

pub(crate) fn finish(desk: &Desk, scene: &Scene, response: &mut Response) {
    let headers = response.headers_mut();
    headers.reserve(FIXED.len() + 8);
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    headers.entry(CACHE_CONTROL).or_insert(KEPT_BY_NOBODY);
    let policy = headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    if *policy == POLICY || policy.to_str().map_or(true, |policy| policy.contains(UNFRAMED)) {
        headers.insert(FRAME_OPTIONS, IN_NO_FRAME);
    }
    if desk.base_url.scheme() == "https" {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(ALWAYS_ENCRYPTED);
    }
    if !headers.contains_key(TRACKING_ID) {
        set_tracking_id(headers, scene.tracking_id());
    }
}

/// Names the tracking ID under which this answer is explained.
pub(crate) fn set_tracking_id(
    headers: &mut HeaderMap,
    tracking_id: vestibule_model::response_log::TrackingId,
) {
    if let Ok(value) = HeaderValue::from_str(&tracking_id.to_string()) {
        headers.insert(TRACKING_ID, value);
    }
}

/// The policy of the page whose one form goes to this address of an identity provider.
///
/// Chromium holds every redirect that follows a form against `form-action`, and an identity provider may well pass a
/// person on to another one; so https is allowed beside the provider's own origin and ours (an answer may come back by redirect), and
/// everything else is not.
///
/// # Errors
/// When the address is none of the web, or could write another directive into the policy.
pub(crate) fn may_send_to(url: &Url) -> Result<HeaderValue, Failure> {
    sending(url, |_| UNFRAMED.to_owned())
}

/// The same for the page that carries our answer to a logout request which was verified: the identity provider may show it
/// in a frame of its own, as those do that sign a person out of many services at once. There is nothing on it that
/// somebody could be led to press.
///
/// # Errors
/// As [`may_send_to`].
pub(crate) fn may_answer_to(url: &Url) -> Result<HeaderValue, Failure> {
    sending(url, |origin| format!("frame-ancestors {origin}"))
}

fn sending(url: &Url, frames: impl Fn(&str) -> String) -> Result<HeaderValue, Failure> {
    let origin = url.origin().ascii_serialization();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:/[]".contains(&b);
    if !matches!(url.scheme(), "http" | "https") || !origin.bytes().all(plain) {
        return Err(Failure::Broken("the identity provider's address cannot be used in a form"));
    }
    let (loading, frames) = (loading!(), frames(&origin));
    HeaderValue::from_str(&format!("{loading}{frames}; form-action 'self' {origin} https:"))
        .map_err(|_| Failure::Broken("the identity provider's address does not fit into a header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sending_page_names_the_origin_of_the_identity_provider_and_keeps_the_rest() {
        let policy =
            may_send_to(&Url::parse("https://idp.example:8443/sso?x=1;script-src *").unwrap()).unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.ends_with("form-action 'self' https://idp.example:8443 https:"), "{policy}");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"), "{policy}");
    }

    #[test]
    fn an_answering_page_may_stand_in_frames_of_the_identity_provider_alone() {
        let url = Url::parse("https://idp.example/slo").unwrap();
        let (sending, answering) = (may_send_to(&url).unwrap(), may_answer_to(&url).unwrap());
        let (sending, answering) = (sending.to_str().unwrap(), answering.to_str().unwrap());
        assert!(answering.contains("; frame-ancestors https://idp.example; "), "{answering}");
        assert_eq!(answering.replace("frame-ancestors https://idp.example", UNFRAMED), sending);
    }

    #[test]
    fn p18_an_address_cannot_write_into_the_policy() {
        for hostile in ["https://a;script-src/x", "https://a,b/", "javascript:alert(1)", "data:text/html,x"] {
            assert!(
                Url::parse(hostile).is_err() || may_send_to(&Url::parse(hostile).unwrap()).is_err(),
                "{hostile}"
            );
        }
    }
}
