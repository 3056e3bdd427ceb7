//! The profile picture that was asserted: an https address, or the picture itself in Base64. Fetching it and looking at what
//! it shows is for later, outside the sign-in.

use super::input::Read;
use super::{Asserted, Mapping};
use crate::expression::Context;
use crate::trace::Step;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// A picture that was asserted; looking at it is for later, outside the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Where it is: an https address.
    Url(String),
    /// The picture itself, in Base64 (RFC 4648, section 4) without white space.
    Base64(String),
}

/// Longest address of a picture, in bytes.
const LONGEST_URL: usize = 2_048;
/// Largest picture, in bytes.
const LARGEST: usize = 5 * 1024 * 1024;

/// The picture that was asserted, and what was looked at.
pub(super) fn picture(
    mapping: &Mapping,
    asserted: &Asserted,
    context: &Context<'_>,
) -> (Option<Picture>, Option<Step>) {
    const CHECK: &str = "mapping.picture";
    let Some(input) = &mapping.picture else { return (None, None) };
    let expected = format!("an https address, or a picture in Base64, in {input}");
    let Read { values, failure, .. } = input.read(asserted, "picture", context);
    let warn = |problem: String| (None, Some(Step::warning(CHECK, expected.clone(), problem)));
    if let Some(failure) = failure {
        let (none, step) = warn(format!("{failure}: the picture stays as it is"));
        return (none, step.map(Step::quoting));
    }
    let Some(value) = values.first() else {
        let step = Step::passed(CHECK, expected, "not sent: the picture stays as it is");
        return (None, Some(step));
    };
    match read(value) {
        Ok((picture, found)) => (Some(picture), Some(Step::passed(CHECK, expected, found))),
        Err(problem) => warn(format!("{problem}: the picture stays as it is")),
    }
}

/// The picture, and what the trace says of it: never where it is or what is in it.
fn read(value: &str) -> Result<(Picture, String), &'static str> {
    let begins = |with: &str| value.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if begins("https://") {
        let rest = value.get("https://".len()..).unwrap_or_default();
        let is_address = value.len() <= LONGEST_URL
            && !rest.starts_with('/')
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\'));
        return match is_address {
            true => Ok((Picture::Url(value.to_owned()), "an https address".to_owned())),
            false => Err("not an https address that can be fetched"),
        };
    }
    let encoded = if begins("data:") {
        let (head, encoded) = value.split_once(',').ok_or("a data: address without a comma")?;
        if !head.to_ascii_lowercase().ends_with(";base64") {
            return Err("a data: address that is not in Base64");
        }
        encoded
    } else if value.contains(':') {
        return Err("not an https address, and not Base64");
    } else {
        value
    };
    let encoded: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    if encoded.len() / 4 * 3 > LARGEST + 2 {
        return Err("larger than 5 MB");
    }
    let decoded = STANDARD.decode(&encoded).or_else(|_| STANDARD_NO_PAD.decode(&encoded));
    let bytes = decoded.map_err(|_| "not an https address, and not Base64")?;
    match bytes.len() {
        0 => Err("an empty picture"),
        length if length > LARGEST => Err("larger than 5 MB"),
        length => Ok((Picture::Base64(STANDARD.encode(&bytes)), format!("{length} bytes in Base64"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(value: &str) -> Result<Picture, &'static str> {
        read(value).map(|(picture, _)| picture)
    }

    #[test]
    fn a_picture_is_an_https_address_or_base64() {
        let url = "https://pictures.acme.example/anna.png?size=512";
        assert_eq!(picked(url), Ok(Picture::Url(url.to_owned())));
        let whole = Ok(Picture::Base64("iVBORw0K".to_owned()));
        for value in ["iVBORw0K", "iVBO\r\n  Rw0K", "data:image/png;base64,iVBORw0K", "DATA:;BASE64,iVBORw0K"]
        {
            assert_eq!(picked(value), whole, "{value}");
        }
        assert_eq!(picked("iVBORw"), Ok(Picture::Base64("iVBORw==".to_owned())));
    }

    #[test]
    fn p19_nothing_but_https_is_ever_an_address() {
        let long = format!("https://acme.example/{}", "x".repeat(LONGEST_URL));
        for value in [
            "http://acme.example/a.png",
            "file:///etc/passwd",
            "ftp://acme.example/a",
            "https://",
            "https:///a.png",
            "https://acme.example/a b",
            "https://acme.example/\u{202e}gnp",
            "data:image/png,raw",
            "data:image/svg+xml;base64",
            "javascript:alert(1)",
            "not Base64!",
            "",
            long.as_str(),
        ] {
            assert!(picked(value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_picture_is_at_most_five_megabytes() {
        assert!(picked(&STANDARD.encode(vec![0; LARGEST])).is_ok());
        assert_eq!(picked(&STANDARD.encode(vec![0; LARGEST + 1])), Err("larger than 5 MB"));
    }
}
