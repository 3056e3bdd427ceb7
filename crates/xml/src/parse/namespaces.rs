//! Which namespace declarations are accepted (Namespaces in XML 1.0, sections 2 and 3).
//!
//! Which of them are in scope is kept in `bindings.rs`. The one thing to know: a namespace is an absolute URI of plain
//! characters, short enough that writing it again and again in a canonical form stays in proportion to the input.

use crate::error::ErrorKind;
use crate::{XML_NAMESPACE, XMLNS_NAMESPACE};

/// No namespace in use is half as long.
const MAX_LENGTH: usize = 256;

/// What a declaration does.
pub(crate) enum Effect {
    /// It binds the prefix.
    Binds,
    /// It says of `xml` what is always so.
    Nothing,
}

/// Checks a declaration of a prefix, empty for the default namespace; `namespace` as it is written in the input.
pub(crate) fn check(prefix: &str, namespace: &str) -> Result<Effect, ErrorKind> {
    match (prefix, namespace) {
        ("xml", XML_NAMESPACE) => return Ok(Effect::Nothing),
        ("xml" | "xmlns", _) | (_, XML_NAMESPACE | XMLNS_NAMESPACE) => {
            return Err(ErrorKind::ReservedNamespace);
        }
        ("", "") => return Ok(Effect::Binds),
        (_, "") => return Err(ErrorKind::EmptyNamespace),
        _ => {}
    }
    // References would be a second way to write the same; libxml2 and others differ in how they write them again.
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    // Without an early exit the compiler looks at many bytes at once.
    if namespace.len() > MAX_LENGTH || !namespace.bytes().fold(true, |all, byte| all & plain(byte)) {
        return Err(ErrorKind::NamespaceForm);
    }
    if is_absolute(namespace) { Ok(Effect::Binds) } else { Err(ErrorKind::RelativeNamespace) }
}

/// Whether it begins with a scheme and has something behind it (RFC 3986, section 3.1).
fn is_absolute(uri: &str) -> bool {
    let Some((scheme, behind)) = uri.split_once(':') else { return false };
    let later = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(later)
        && !behind.is_empty()
}
