//! The condition of a rule: an attribute, an operator and a value.

use crate::expression::pattern::weigh;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::fmt;

/// When a rule applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// When an attribute has, or lacks, a value.
    When {
        /// The attribute: its name or friendly name, or [`super::NAME_ID`].
        attribute: String,
        /// What its values are held to.
        test: Operator,
    },
    /// Always: the last rule of its category.
    Otherwise,
}

/// What the values of an attribute are held to, as they were sent: case and white space matter. A pattern may begin with
/// `(?i)`, so that it takes letters of either case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// One of them is this.
    Equals(String),
    /// One of them has this in it.
    Contains(String),
    /// One of them begins with this.
    StartsWith(String),
    /// One of them ends with this.
    EndsWith(String),
    /// This matches one of them, as a whole or in part.
    Regex(Pattern),
    /// None of them is this; also when there are none.
    NotEquals(String),
    /// There is one that is not empty.
    Present,
}

impl Operator {
    /// The words, as files spell them.
    pub const WORDS: [&str; 7] =
        ["equals", "contains", "starts_with", "ends_with", "regex", "not_equals", "present"];

    /// The word, as files spell it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equals(_) => "equals",
            Self::Contains(_) => "contains",
            Self::StartsWith(_) => "starts_with",
            Self::EndsWith(_) => "ends_with",
            Self::Regex(_) => "regex",
            Self::NotEquals(_) => "not_equals",
            Self::Present => "present",
        }
    }

    /// What the values are compared with.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Equals(value)
            | Self::Contains(value)
            | Self::StartsWith(value)
            | Self::EndsWith(value)
            | Self::NotEquals(value) => Some(value),
            Self::Regex(pattern) => Some(pattern.as_str()),
            Self::Present => None,
        }
    }

    /// Whether one value is what the operator looks for; of [`Operator::NotEquals`], whether it is what it forbids.
    #[must_use]
    pub fn is_met_by(&self, value: &str) -> bool {
        match self {
            Self::Equals(wanted) | Self::NotEquals(wanted) => value == wanted,
            Self::Contains(wanted) => value.contains(wanted.as_str()),
            Self::StartsWith(wanted) => value.starts_with(wanted.as_str()),
            Self::EndsWith(wanted) => value.ends_with(wanted.as_str()),
            Self::Regex(pattern) => pattern.regex.is_match(value),
            Self::Present => !value.trim().is_empty(),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::When { attribute, test } = self else { return f.write_str("otherwise") };
        let word = test.word().replace('_', " ");
        match test.value() {
            Some(value) => write!(f, "{attribute} {word} \"{value}\""),
            None => write!(f, "{attribute} is {word}"),
        }
    }
}

/// A regular expression that is matched in time linear in the text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    regex: Regex,
    /// In how many places of it a match may be at once: what a byte that is searched costs at worst.
    pub(super) places: usize,
    /// Texts of which every match has at least one in it; none where there are no such texts.
    pub(super) needed: Vec<Vec<u8>>,
}

/// Most bytes that a compiled pattern takes.
const LARGEST_PATTERN: usize = 256 * 1024;

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPattern(String);

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadPattern {}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`BadPattern`] when it is malformed, too large, or asks for what cannot be matched in linear time.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let (places, needed) = weigh(text).map_err(BadPattern)?;
        let compiled =
            RegexBuilder::new(text).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build();
        let regex = compiled.map_err(|error| BadPattern(reason(&error)))?;
        Ok(Self { regex, places, needed })
    }

    /// The text that it was made of.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }
}

/// The last line of the engine's message says what is wrong; those before it draw the place.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("the pattern is malformed: {}", last.trim_start_matches("error: "))
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

impl TryFrom<String> for Pattern {
    type Error = BadPattern;

    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::parse(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.as_str().to_owned()
    }
}
