//! Reading text and times out of elements, for every document of SAML.
//!
//! Which elements there must be is decided by the readers of the documents. The one thing to know: white space around
//! a value is nobody's intention (pretty-printing puts it there), so it is dropped everywhere, and inside it is kept.

use std::borrow::Cow;

use jiff::Timestamp;
use vestibule_dsig::Certificate;
use vestibule_xml::Element;

use crate::{NameId, names, time};

/// Drops what XML calls white space from both ends.
pub(crate) fn trim(text: &str) -> &str {
    let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    // Nearly always there is nothing to drop.
    if text.as_bytes().first().is_some_and(space) || text.as_bytes().last().is_some_and(space) {
        return text.trim_matches([' ', '\t', '\r', '\n']);
    }
    text
}

/// The text of an element; `None` if it holds elements, or nothing.
pub(crate) fn text(element: Element<'_>) -> Option<Cow<'_, str>> {
    element.text().map(trimmed).filter(|text| !text.is_empty())
}

/// The same as [`trim`] of a text that may have been put together.
pub(crate) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) => Cow::Owned(trim(&text).to_owned()),
    }
}

/// The same in a string of its own.
pub(crate) fn text_owned(element: Element<'_>) -> Option<String> {
    text(element).map(Cow::into_owned)
}

/// The value of an attribute; `None` if it is absent or blank.
#[inline]
pub(crate) fn attribute<'d>(element: Element<'d>, name: &str) -> Option<&'d str> {
    element.attribute(name).map(trim).filter(|value| !value.is_empty())
}

/// The same in a string of its own.
pub(crate) fn attribute_owned(element: Element<'_>, name: &str) -> Option<String> {
    attribute(element, name).map(str::to_owned)
}

/// The value of an attribute of the type `xs:boolean`.
pub(crate) fn flag(element: Element<'_>, name: &str) -> Option<bool> {
    match element.attribute(name).map(trim) {
        Some("true" | "1") => Some(true),
        Some("false" | "0") => Some(false),
        _ => None,
    }
}

/// A time in an attribute: absent, or readable.
pub(crate) fn time(element: Element<'_>, name: &'static str) -> Result<Option<Timestamp>, NotATime> {
    let Some(found) = element.attribute(name) else { return Ok(None) };
    match time::parse(trim(found)) {
        Some(time) => Ok(Some(time)),
        None => Err(NotATime { attribute: name, found: excerpt(found) }),
    }
}

/// An attribute that should hold a time and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotATime {
    /// The name of the attribute.
    pub attribute: &'static str,
    /// What it holds, cut to a readable length.
    pub found: String,
}

/// The name identifier that an element of that type states; `None` if it is blank or not text.
pub(crate) fn name_id(element: Element<'_>) -> Option<NameId> {
    Some(NameId {
        value: text_owned(element)?,
        format: attribute_owned(element, "Format"),
        name_qualifier: attribute_owned(element, "NameQualifier"),
        sp_name_qualifier: attribute_owned(element, "SPNameQualifier"),
    })
}

/// Every certificate in a `ds:KeyInfo`, with the error of the one that cannot be read.
pub(crate) fn certificates(key_info: Element<'_>) -> Result<Vec<Certificate>, vestibule_dsig::Error> {
    key_info
        .children(names::SIGNATURE, "X509Data")
        .flat_map(|data| data.children(names::SIGNATURE, "X509Certificate"))
        .map(|certificate| Certificate::from_base64(&certificate.text().unwrap_or_default()))
        .collect()
}

/// The most bytes of a string that the sender chose on a page and in a log line.
const EXCERPT: usize = 200;

/// The beginning of a string that the sender chose, short enough for a page and a log line.
pub(crate) fn excerpt(text: &str) -> String {
    shortened(text.into()).into_owned()
}

/// The same of a string that is mostly short enough.
pub(crate) fn shortened(text: Cow<'_, str>) -> Cow<'_, str> {
    cut(text, EXCERPT).0
}

/// At most this many bytes of a string, with an ellipsis where it was cut; and whether it was.
pub(crate) fn cut(text: Cow<'_, str>, bytes: usize) -> (Cow<'_, str>, bool) {
    match text.get(..text.floor_char_boundary(bytes)) {
        Some(beginning) if beginning.len() < text.len() => (Cow::Owned(format!("{beginning}…")), true),
        _ => (text, false),
    }
}
