//! What a decision leaves behind so that it explains itself.

mod text;

pub use text::Text;

use serde::{Deserialize, Serialize};

/// One thing that was looked at on the way to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was checked: a short stable name such as `audience` or `admission.provision`.
    pub check: Text,
    /// Whether it went well.
    pub ok: bool,
    /// What the configuration or the rule asks for, in words.
    pub expected: Text,
    /// What was there.
    pub found: Text,
    /// Whether it deserves attention although it stopped nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub warning: bool,
    /// Whether `found` has an asserted value in it, which accounts that keep none must not keep here either.
    #[serde(skip)]
    pub quotes: bool,
}

impl Step {
    /// A step that went as `ok` says.
    pub fn new(check: impl Into<Text>, ok: bool, expected: impl Into<Text>, found: impl Into<Text>) -> Self {
        let (check, expected, found) = (check.into(), expected.into(), found.into());
        Self { check, ok, expected, found, warning: false, quotes: false }
    }

    /// A step that went well.
    pub fn passed(check: &str, expected: impl Into<Text>, found: impl Into<Text>) -> Self {
        Self::new(check, true, expected, found)
    }

    /// A step that stopped nobody, and that somebody should look at.
    pub fn warning(check: &str, expected: impl Into<Text>, found: impl Into<Text>) -> Self {
        Self { warning: true, ..Self::new(check, true, expected, found) }
    }

    /// A step that did not.
    pub fn failed(check: &str, expected: impl Into<Text>, found: impl Into<Text>) -> Self {
        Self::new(check, false, expected, found)
    }

    /// The same, with an asserted value in `found`.
    #[must_use]
    pub fn quoting(self) -> Self {
        Self { quotes: true, ..self }
    }
}

/// One field of a user that a decision changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field, by the name it has in files and tables.
    pub field: String,
    /// The value before; `None` where there was none.
    pub before: Option<String>,
    /// The value after; `None` where it is removed.
    pub after: Option<String>,
    /// The rule that made the change, in words.
    pub rule: String,
}

/// Most characters of an asserted value that a trace shows.
pub const LONGEST_SHOWN: usize = 120;

/// What a trace says of a rule that applied; the value that decided may follow.
pub const APPLIES: &str = "applies";

/// What a trace says of a rule that was looked at and did not apply.
pub const DOES_NOT_APPLY: &str = "does not apply";

/// Whether a character cannot be seen, or turns the direction of what can.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A value as people may safely read it: cut, and what cannot be seen spelled out.
#[must_use]
pub fn shown(value: &str) -> String {
    if value.len() <= LONGEST_SHOWN {
        return spelled(value);
    }
    match value.char_indices().nth(LONGEST_SHOWN).and_then(|(end, _)| value.get(..end)) {
        Some(beginning) => format!("{}…", spelled(beginning)),
        None => spelled(value),
    }
}

/// The same, whole.
#[must_use]
pub fn spelled(value: &str) -> String {
    spelled_but(value, |_| false)
}

/// The same for a text of several lines: line ends and tabs stay.
#[must_use]
pub fn spelled_lines(text: &str) -> String {
    spelled_but(text, |c| matches!(c, '\n' | '\t'))
}

fn spelled_but(value: &str, stays: impl Fn(char) -> bool) -> String {
    if value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return value.to_owned();
    }
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if is_unseen(c) && !stays(c) {
            text.extend(c.escape_unicode());
        } else {
            text.push(c);
        }
    }
    text
}
