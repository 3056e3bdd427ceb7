//! Phone numbers: from what directories hold to E.164, a `+` and at most fifteen digits.
//!
//! Which numbering plan a number belongs to is not looked up; only its shape is.

/// A number that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phone<'a> {
    /// The number in E.164.
    pub(super) number: String,
    /// Whether it had no country code, so that `+1` was assumed.
    pub(super) is_assumed: bool,
    /// The extension, which E.164 has no place for.
    pub(super) extension: Option<&'a str>,
}

/// How few digits a number has at least, its country code included.
const FEWEST: usize = 8;
/// How many it has at most (E.164, 6.1).
const MOST: usize = 15;
/// Longest text that is taken for a number, in bytes.
const LONGEST: usize = 100;
/// What may stand before an extension, the longer ones first.
const EXTENSION_MARKS: [&str; 7] = [";ext=", "extension", "ext.", "ext", "x", "#", ","];

/// Reads a number.
///
/// # Errors
/// Why it cannot be read, as the end of a sentence.
pub(super) fn read(text: &str) -> Result<Phone<'_>, &'static str> {
    if text.len() > LONGEST {
        return Err("too long for a phone number");
    }
    let text = text.trim();
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => text.get(4..).unwrap_or_default(),
        _ => text,
    };
    let (number, extension) = split_extension(text)?;
    let (digits, is_international) = digits(number)?;
    let (digits, is_assumed) = match (is_international, digits.strip_prefix("00"), digits.strip_prefix("011"))
    {
        (true, ..) => (digits, false),
        (false, Some(rest), _) | (false, None, Some(rest)) => (rest.to_owned(), false),
        (false, None, None) if digits.starts_with('0') => {
            return Err("it begins with 0 and has no country code: send it as +<country code><number>");
        }
        (false, None, None) if digits.len() == 11 && digits.starts_with('1') => (digits, false),
        (false, None, None) => (format!("1{digits}"), true),
    };
    if digits.starts_with('0') {
        return Err("no country code begins with 0");
    }
    if !(FEWEST..=MOST).contains(&digits.len()) {
        return Err("a phone number has 8 to 15 digits, its country code included");
    }
    Ok(Phone { number: format!("+{digits}"), is_assumed, extension })
}

/// The number, and the extension behind it.
fn split_extension(text: &str) -> Result<(&str, Option<&str>), &'static str> {
    let lower = text.to_ascii_lowercase();
    let marks = EXTENSION_MARKS.iter().filter_map(|mark| lower.find(mark).map(|at| (at, mark.len())));
    let Some((at, length)) = marks.min_by_key(|(at, length)| (*at, usize::MAX - length)) else {
        return Ok((text, None));
    };
    let (number, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let extension =
        rest.get(length..).unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || c == ':');
    if extension.is_empty() || !extension.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("what follows the number is no extension");
    }
    Ok((number, Some(extension)))
}

/// The digits, and whether a `+` says that they begin with a country code. The `(0)` of `+44 (0)20` is not dialed.
fn digits(number: &str) -> Result<(String, bool), &'static str> {
    let number = number.trim();
    let unsigned = number.strip_prefix(['+', '\u{ff0b}']);
    let is_international = unsigned.is_some() || number.starts_with("00");
    let number = unsigned.unwrap_or(number);
    let number = if is_international { number.replacen("(0)", "", 1) } else { number.to_owned() };
    let mut digits = String::with_capacity(number.len());
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' => {}
            _ if c.is_whitespace() => {}
            _ => {
                return Err(
                    "a phone number has digits, with spaces, dots, hyphens and brackets between them",
                );
            }
        }
    }
    Ok((digits, unsigned.is_some()))
}

#[cfg(test)]
mod tests {
    use super::{Phone, read};

    #[test]
    fn what_directories_hold_becomes_e164() {
        for (text, number, is_assumed, extension) in [
            ("+49 30 901820", "+4930901820", false, None),
            ("+1 (555) 010-0199", "+15550100199", false, None),
            ("0049 30 901820", "+4930901820", false, None),
            ("011 49 30 901820", "+4930901820", false, None),
            ("(555) 010-0199", "+15550100199", true, None),
            ("555.010.0199", "+15550100199", true, None),
            ("1-555-010-0199", "+15550100199", false, None),
            ("+44 (0)20 7946 0018", "+442079460018", false, None),
            ("0044 (0)20 7946 0018", "+442079460018", false, None),
            ("tel:+1-555-010-0199;ext=12", "+15550100199", false, Some("12")),
            ("TEL:+4930901820", "+4930901820", false, None),
            ("+49 30 901820 ext. 77", "+4930901820", false, Some("77")),
            ("555 010 0199 x5", "+15550100199", true, Some("5")),
            ("555 010 0199 Extension: 5", "+15550100199", true, Some("5")),
            ("+49\u{a0}30\u{2013}901820", "+4930901820", false, None),
            ("\u{ff0b}4930901820", "+4930901820", false, None),
            ("+4930/90 18-20", "+4930901820", false, None),
            ("+12345678", "+12345678", false, None),
            ("+123456789012345", "+123456789012345", false, None),
        ] {
            let phone = Phone { number: number.to_owned(), is_assumed, extension };
            assert_eq!(read(text), Ok(phone), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_and_says_why() {
        for (text, reason) in [
            ("", "8 to 15 digits"),
            ("+1234567", "8 to 15 digits"),
            ("+1234567890123456", "8 to 15 digits"),
            ("030 901820", "begins with 0"),
            ("+0 30 901820", "no country code begins with 0"),
            ("000 30 901820", "no country code begins with 0"),
            ("555 CALL NOW", "digits"),
            ("+49 30 901820 x", "no extension"),
            ("+49 30 901820 ext. home", "no extension"),
            ("+49 +30 901820", "digits"),
            ("٠١٢٣٤٥٦٧٨٩", "digits"),
            (&"5".repeat(101), "too long"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}
