//! What character data and attribute values say: references resolved, line ends and white space normalized
//! (XML 1.0, sections 2.11, 3.3.3, 4.1 and 4.6).
//!
//! Where they stand is known to `parse.rs`. The one thing to know: normalization is of the characters themselves, never
//! of those that a reference brings in; `&#13;` stays a carriage return, in values and in the canonical form.

use std::borrow::Cow;

use crate::characters::is_allowed;
use crate::error::ErrorKind;
use crate::search::find;

/// What is wrong in a value, and how far into it.
pub(crate) type Wrong = (ErrorKind, usize);

/// Character data outside of CDATA sections.
pub(crate) fn text(raw: &str) -> Result<Cow<'_, str>, Wrong> {
    if find(raw, [b'&', b'\r', b']']).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    if let Some(place) = raw.find("]]>") {
        return Err((ErrorKind::CdataEnd, place));
    }
    resolve(raw, [b'&', b'\r'], "\n").map(Cow::Owned)
}

/// The content of a CDATA section: only its line ends are normalized.
pub(crate) fn cdata(raw: &str) -> Cow<'_, str> {
    if find(raw, [b'\r']).is_none() {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The value of an attribute; all are of the type CDATA, since nothing declares another.
pub(crate) fn attribute(raw: &str) -> Result<Cow<'_, str>, Wrong> {
    let special = [b'&', b'<', b'\r', b'\n', b'\t'];
    if find(raw, special).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    if let Some(place) = raw.find('<') {
        return Err((ErrorKind::AttributeValue, place));
    }
    resolve(raw, special, " ").map(Cow::Owned)
}

/// Resolves references; any other special character is white space, which becomes `space`.
fn resolve<const N: usize>(raw: &str, special: [u8; N], space: &str) -> Result<String, Wrong> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(place) = find(rest, special) {
        let (plain, found) = rest.split_at_checked(place).unwrap_or((rest, ""));
        value.push_str(plain);
        rest = if let Some(reference) = found.strip_prefix('&') {
            let here = raw.len() - found.len();
            let (character, rest) = referenced(reference).map_err(|kind| (kind, here))?;
            value.push(character);
            rest
        } else {
            value.push_str(space);
            let behind = found.strip_prefix("\r\n");
            behind.or_else(|| found.strip_prefix(['\r', '\n', '\t'])).unwrap_or_default()
        };
    }
    value.push_str(rest);
    Ok(value)
}

/// The character that a reference stands for, and what follows it; the ampersand is already gone.
fn referenced(reference: &str) -> Result<(char, &str), ErrorKind> {
    let (name, rest) = reference.split_once(';').ok_or(ErrorKind::Entity)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => numbered(name.strip_prefix('#').ok_or(ErrorKind::Entity)?)?,
    };
    Ok((character, rest))
}

fn numbered(number: &str) -> Result<char, ErrorKind> {
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(ErrorKind::Entity);
    }
    // Only a number that is too large fails here, and no character has it.
    let code = u32::from_str_radix(digits, radix).map_err(|_| ErrorKind::Character)?;
    char::from_u32(code).filter(|character| is_allowed(*character)).ok_or(ErrorKind::Character)
}
