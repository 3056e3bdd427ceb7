//! The type of a body (RFC 7644, section 3.1): `application/scim+json`, and what clients send instead.

use super::Quirk;
use crate::Error;
use crate::error::shown;

/// Whether a body of this type is read: with parameters such as a charset, as `application/json`, or without any type.
///
/// # Errors
/// 415 for any other.
pub fn content_type(header: Option<&str>) -> Result<Option<Quirk>, Error> {
    let Some(header) = header.map(str::trim).filter(|header| !header.is_empty()) else {
        return Ok(Some(Quirk::OtherContentType));
    };
    let kind = header.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/scim+json") {
        return Ok(None);
    }
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(Some(Quirk::OtherContentType));
    }
    let message = format!("the content type must be application/scim+json, and is {}", shown(header));
    Err(Error::plain(415, message))
}
