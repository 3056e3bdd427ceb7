//! What a value must look like to be that of a field, and how it is spelled there (behaviour.md section 4).
//!
//! Where values come from and which of them are taken is not here.

use super::{phone, time_zone};
use crate::email::Email;
use crate::trace::is_unseen;
use crate::user::Field;
use std::borrow::Cow;

/// Longest value that a profile field takes, in characters.
pub const LONGEST_VALUE: usize = 256;
/// Longest name of a personal link, in characters, and the shortest.
const LINK: std::ops::RangeInclusive<usize> = 5..=40;
/// Longest language tag, in characters (RFC 5646, 4.4.1).
const LONGEST_LANGUAGE: usize = 35;

/// A value as a field has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The value.
    pub value: String,
    /// What was done to it that nobody would expect, in words.
    pub note: Option<String>,
}

/// Brings a value into the shape that its field asks for: a phone number into E.164, a time zone to its IANA name.
///
/// # Errors
/// Why it cannot be the value of this field, as a sentence without the value itself.
pub fn fit(field: &Field, value: &str) -> Result<Fitted, &'static str> {
    match field {
        Field::Phone1 | Field::Phone2 | Field::Phone3 | Field::Fax => fit_phone(value),
        Field::Manager => match Email::parse(value) {
            Ok(email) => Ok(plain(email.as_str())),
            Err(_) => Err("a manager is named by an e-mail address"),
        },
        Field::Language => fit_language(value),
        Field::TimeZone => match time_zone::find(value) {
            Some(zone) => Ok(plain(zone)),
            None => Err(
                "not a time zone: expected an IANA name such as Europe/Berlin, or the Windows name of one",
            ),
        },
        Field::PersonalLink => fit_link(value),
        Field::FirstName
        | Field::LastName
        | Field::DisplayName
        | Field::JobTitle
        | Field::Department
        | Field::Company
        | Field::Division
        | Field::CostCenter
        | Field::Location
        | Field::Pronouns
        | Field::Custom(_) => Ok(plain(value)),
    }
}

/// The value without surrounding white space and without characters that steer a terminal or turn the direction of a text,
/// cut to [`LONGEST_VALUE`].
#[must_use]
pub fn bounded(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    if value.len() <= LONGEST_VALUE && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Cow::Borrowed(value);
    }
    // Joiners and directional marks are part of how names are written in several scripts.
    let is_writing = |c: char| matches!(c, '\u{200c}'..='\u{200f}') || !is_unseen(c);
    let kept: String = value.chars().filter(|c| is_writing(*c)).take(LONGEST_VALUE).collect();
    Cow::Owned(kept.trim().to_owned())
}

fn plain(value: &str) -> Fitted {
    Fitted { value: value.to_owned(), note: None }
}

fn fit_phone(value: &str) -> Result<Fitted, &'static str> {
    let phone = phone::read(value)?;
    let assumed = phone.is_assumed.then(|| "no country code: +1 is assumed".to_owned());
    let extension = phone.extension.map(|extension| format!("the extension {extension} is left out"));
    let notes: Vec<String> = assumed.into_iter().chain(extension).collect();
    Ok(Fitted { value: phone.number, note: (!notes.is_empty()).then(|| notes.join("; ")) })
}

/// A language tag by its shape (RFC 5646, 2.1) and with the case that is usual for each part. Of a list of preferences, as
/// directories keep it (RFC 2798, 2.7), the first.
fn fit_language(value: &str) -> Result<Fitted, &'static str> {
    const NO_TAG: &str = "not a language: expected a tag such as de, en-US or zh-Hant-TW (BCP 47)";
    let (first, rest) =
        value.split_once([',', ';']).map_or((value, None), |(first, rest)| (first, Some(rest)));
    let tag = first.trim().replace('_', "-");
    let parts: Vec<&str> = tag.split('-').collect();
    let is_part =
        |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let begins = parts.first().is_some_and(|first| {
        let is_language = (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
        is_language || (parts.len() > 1 && matches!(*first, "x" | "X" | "i" | "I"))
    });
    if tag.len() > LONGEST_LANGUAGE || !begins || !parts.iter().all(is_part) {
        return Err(NO_TAG);
    }
    let mut spelled: Vec<String> = Vec::new();
    let mut is_extension = false;
    for part in parts {
        let lower = part.to_ascii_lowercase();
        let is_alphabetic = part.bytes().all(|b| b.is_ascii_alphabetic());
        spelled.push(match (spelled.is_empty() || is_extension, part.len()) {
            (false, 2) if is_alphabetic => part.to_ascii_uppercase(),
            (false, 4) if is_alphabetic => title_case(&lower),
            _ => lower,
        });
        is_extension |= part.len() == 1;
    }
    let note = rest.map(|_| "the first of a list of preferences".to_owned());
    Ok(Fitted { value: spelled.join("-"), note })
}

fn title_case(lower: &str) -> String {
    let mut letters = lower.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The name of a personal link: it stands in an address, so it is short, plain and in lower case.
fn fit_link(value: &str) -> Result<Fitted, &'static str> {
    let name = value.to_ascii_lowercase();
    let is_plain = name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let ends = name.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric());
    if LINK.contains(&name.len()) && is_plain && begins && ends && !name.contains("..") {
        Ok(Fitted { value: name, note: None })
    } else {
        Err(
            "the name of a personal link has 5 to 40 letters a-z, digits, dots and hyphens, and begins with a letter",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(field: Field, value: &str) -> Result<String, &'static str> {
        fit(&field, value).map(|fitted| fitted.value)
    }

    #[test]
    fn a_language_is_a_tag_in_its_usual_spelling() {
        for (value, tag) in [
            ("de", "de"),
            ("EN-us", "en-US"),
            ("en_GB", "en-GB"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("de-CH-1996", "de-CH-1996"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
            ("es-419", "es-419"),
            ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
            ("x-whatever", "x-whatever"),
            ("i-klingon", "i-klingon"),
            ("fr-CA, en;q=0.5", "fr-CA"),
        ] {
            assert_eq!(fitted(Field::Language, value).as_deref(), Ok(tag), "{value}");
        }
        for value in
            ["d", "de-", "-de", "German language", "de-verylongpart", "1033", "en--US", "deütsch", "x"]
        {
            assert!(fitted(Field::Language, value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_manager_is_an_e_mail_address() {
        assert_eq!(fitted(Field::Manager, "Boss@ACME.example").as_deref(), Ok("Boss@acme.example"));
        assert!(fitted(Field::Manager, "CN=Boss,OU=People,DC=acme").is_err());
    }

    #[test]
    fn the_name_of_a_personal_link_is_short_and_plain() {
        assert_eq!(fitted(Field::PersonalLink, "Anna.Berg").as_deref(), Ok("anna.berg"));
        assert_eq!(fitted(Field::PersonalLink, &"a".repeat(40)).map(|name| name.len()), Ok(40));
        for value in ["anna", "1anna", "anna/berg", "anna berg", "anna..berg", "anna.", "änna.berg", ".anna"]
        {
            assert!(fitted(Field::PersonalLink, value).is_err(), "{value}");
        }
        assert!(fitted(Field::PersonalLink, &"a".repeat(41)).is_err());
    }

    #[test]
    fn a_phone_number_says_what_was_assumed_and_left_out() {
        let fitted = fit(&Field::Fax, "555 010 0199 x5").unwrap();
        assert_eq!(fitted.value, "+15550100199");
        let note = fitted.note.unwrap();
        assert!(note.contains("+1 is assumed") && note.contains("extension 5"), "{note}");
    }

    #[test]
    fn values_lose_what_steers_and_turns_and_keep_what_scripts_need() {
        assert_eq!(bounded(" a\u{7}b\n\u{202e}c\u{2066} "), "abc");
        assert_eq!(bounded("علی\u{200c}رضا"), "علی\u{200c}رضا");
        assert_eq!(bounded(&"x".repeat(1 << 20)).len(), LONGEST_VALUE);
    }
}
