//! What of a call nobody may read in a log, by its structure: values under names such as `password`, what a patch writes to
//! such a path, what filters look for, and everything that looks like a token of ours (attack S09).
//!
//! Nothing is kept of a body that is not JSON: there is no telling what in it is secret. What a deployment's own schemas keep from
//! readers is in `mask/hidden`.

pub(super) use hidden::Hidden;

use super::LARGEST_BODY;
use super::write::plain;
use std::borrow::Cow;
use vestibule_model::token::SecretKind;

/// What stands in place of what is hidden.
const HIDDEN: &str = "••••";
/// The longest path that is kept, in characters.
const LONGEST_PATH: usize = 500;
/// The deepest that a body is looked into; what lies deeper is hidden.
const DEEPEST: usize = 32;

/// What a filter compares with.
const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

/// Whose body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It came.
    Asked,
    /// It went.
    Answered,
}

/// The masked text of a body, of which perhaps only the beginning is known; `None` when it is no JSON.
pub(super) fn body(bytes: &[u8], is_cut: bool, side: Side, hidden: Option<&Hidden>) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_cut => std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let mut masked = match is_cut {
        true => walk::masked(&closed(text)?, side, hidden)?,
        false => walk::masked(text, side, hidden)?,
    };
    if masked.len() > LARGEST_BODY {
        let end = (0..=LARGEST_BODY).rev().find(|end| masked.is_char_boundary(*end)).unwrap_or(0);
        masked.truncate(end);
    }
    Some(masked)
}

/// The beginning of a JSON text up to the last whole value, with everything closed that is open there.
fn closed(text: &str) -> Option<String> {
    let (mut depth, mut cut) = (0_usize, None);
    for (at, byte) in brackets_and_commas(text) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => cut = Some(at),
        }
        if depth > DEEPEST {
            break;
        }
    }
    let mut whole = text.get(..cut?)?.to_owned();
    let mut open = Vec::new();
    for (_, byte) in brackets_and_commas(&whole) {
        match byte {
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => drop(open.pop()),
            _ => {}
        }
    }
    whole.extend(open.into_iter().rev());
    Some(whole)
}

/// What of a JSON text stands between its values, and where.
fn brackets_and_commas(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let (mut in_text, mut escaped) = (false, false);
    text.bytes().enumerate().filter(move |(_, byte)| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' | b'}' | b']' | b',' => return !in_text,
            _ => {}
        }
        false
    })
}

/// Whether what stands under this name is secret.
fn is_secret(name: &str) -> bool {
    if name.is_ascii() {
        return has_secret_letters(name.as_bytes());
    }
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    has_secret_letters(letters.as_bytes())
}

/// Whether one of the names is somewhere in these letters, whatever their case and whatever stands between them.
fn has_secret_letters(mut letters: &[u8]) -> bool {
    while let Some((first, rest)) = letters.split_first() {
        let first = first.to_ascii_lowercase();
        // Every call has dozens of names: no letter is looked at twice where none of ours begins.
        if beginning_with(first).iter().any(|ending| continues(rest, ending)) {
            return true;
        }
        letters = rest;
    }
    false
}

/// Names under which a secret stands, without what is no letter: how those go on that begin with this one.
fn beginning_with(letter: u8) -> &'static [&'static str] {
    match letter {
        b'a' => &["uthorization", "pikey"],
        b'c' => &["redential", "ookie"],
        b'p' => &["assword", "asswd", "rivatekey"],
        b's' => &["ecret"],
        b't' => &["oken"],
        _ => &[],
    }
}

/// Whether these letters go on with those, leaving out what is no letter or digit.
fn continues(letters: &[u8], ending: &str) -> bool {
    let mut letters = letters.iter().filter(|byte| byte.is_ascii_alphanumeric());
    ending.bytes().all(|wanted| letters.next().is_some_and(|byte| byte.to_ascii_lowercase() == wanted))
}

/// Whether a text has a token of ours in it, or the header that carries one.
fn carries_a_secret(text: &str) -> bool {
    // Most texts have no underscore, which is found faster than the prefix.
    (text.as_bytes().contains(&b'_') && text.contains(SecretKind::Access.prefix()))
        || text.get(..7).is_some_and(|b| b.eq_ignore_ascii_case("bearer "))
}

/// Path and query as they are kept: addresses of people in the path, what filters look for, and values of secret names are hidden.
pub(super) fn target(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut kept = String::with_capacity(target.len());
    for (index, segment) in path.split('/').enumerate() {
        let decoded = urlencoding::decode(segment).unwrap_or(Cow::Borrowed(HIDDEN));
        let is_hidden = decoded.contains('@') || carries_a_secret(&decoded);
        kept.push_str(if index == 0 { "" } else { "/" });
        kept.push_str(if is_hidden { HIDDEN } else { &decoded });
    }
    for (index, (name, value)) in query.into_iter().flat_map(pairs).enumerate() {
        kept.push(if index == 0 { '?' } else { '&' });
        let value = match value {
            value if name.eq_ignore_ascii_case("filter") => Cow::Owned(filter(&value)),
            value if is_secret(&name) || value.contains('@') || carries_a_secret(&value) => {
                Cow::Borrowed(HIDDEN)
            }
            value => value,
        };
        kept.push_str(&name);
        if !value.is_empty() {
            kept.push('=');
            kept.push_str(&value);
        }
    }
    plain(kept, LONGEST_PATH)
}

fn pairs(query: &str) -> url::form_urlencoded::Parse<'_> {
    url::form_urlencoded::parse(query.as_bytes())
}

/// A filter with its attributes and operators, and without what it looks for.
pub(super) fn filter(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text.chars().peekable();
    let mut word = String::new();
    let mut after_operator = false;
    while let Some(c) = rest.next() {
        if c == '"' {
            let mut escaped = false;
            for inside in rest.by_ref() {
                match inside {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => break,
                    _ => {}
                }
            }
            word.push_str(&format!("\"{HIDDEN}\""));
        } else if c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']') {
            after_operator = settle(&mut kept, &mut word, after_operator);
            kept.push(c);
        } else {
            word.push(c);
        }
    }
    settle(&mut kept, &mut word, after_operator);
    kept
}

/// Writes a word of a filter down; whether what comes next is compared with.
fn settle(kept: &mut String, word: &mut String, after_operator: bool) -> bool {
    if word.is_empty() {
        return after_operator;
    }
    let is_plain = matches!(word.as_str(), "true" | "false" | "null");
    let is_operator = OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(word));
    let shown = match after_operator {
        true if !is_plain => format!("\"{HIDDEN}\""),
        _ if word.contains('@') => HIDDEN.to_owned(),
        _ => word.clone(),
    };
    kept.push_str(&shown);
    word.clear();
    is_operator && !after_operator
}

mod hidden;
#[cfg(test)]
mod tests;
mod walk;
