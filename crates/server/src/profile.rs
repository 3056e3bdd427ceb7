//! The person's own page, and their picture.

use crate::error::Failure;
use crate::extract::Member;
use crate::page;
use crate::portal::profile::{ProfilePage, SessionFacts};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use std::fmt::Write as _;
use vestibule_app::{pictures, sessions};

/// What a browser may do with a picture that somebody opens by itself.
const PICTURE_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// `GET /profile`
pub(crate) async fn page(Member(member): Member) -> Result<Response, Failure> {
    let session = member.session();
    let facts = SessionFacts {
        began: session.created_at,
        by_sso: session.connection.is_some(),
        idle: sessions::idle(session),
        last_end: sessions::last_end(session),
    };
    let page = ProfilePage::new(&member.account().name, member.user(), member.permissions(), facts);
    let pictured = pictures::own_hash(&member).await?.is_some();
    Ok(page::shown(&if pictured { page.with_picture() } else { page }))
}

/// `GET /profile/picture`: the browser asks each time whether it changed, so that it shows nothing after the session.
pub(crate) async fn picture(Member(member): Member, headers: HeaderMap) -> Result<Response, Failure> {
    let hash = pictures::own_hash(&member).await?.ok_or(Failure::NoPage)?;
    let tag = tag(&hash);
    let had = headers.get_all(IF_NONE_MATCH).iter().any(|value| value.as_bytes() == tag.as_bytes());
    if had {
        return Ok((StatusCode::NOT_MODIFIED, cached(tag)).into_response());
    }
    let shown = pictures::own(&member).await?.ok_or(Failure::NoPage)?;
    let kind = [(CONTENT_TYPE, shown.media_type), (CONTENT_SECURITY_POLICY, PICTURE_POLICY.to_owned())];
    Ok((cached(self::tag(&shown.hash)), kind, shown.image).into_response())
}

fn cached(tag: String) -> [(HeaderName, String); 2] {
    [(ETAG, tag), (CACHE_CONTROL, "private, no-cache".to_owned())]
}

/// The entity tag of a picture with this hash (RFC 9110, section 8.8.3).
fn tag(hash: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in hash {
        // Writing into a text cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}
