//! Values while an expression is evaluated, and what comes out of it.

use super::date_format::print;
use jiff::Timestamp;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: an attribute that the object does not have.
    Null,
    /// Text; may be empty.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false; as text `True` and `False`.
    Boolean(bool),
    /// A point in time; as text in UTC, as `3/16/2020 7:00:00 AM`.
    Date(Timestamp),
    /// Several values, never none.
    List(Vec<String>),
}

/// What an evaluation comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A value.
    Value(Value),
    /// A value that may be used, and not be shown: the expression says `Redact`.
    Redacted(Value),
    /// The attribute stays out of it: neither set nor cleared (`IgnoreFlowIfNullOrEmpty`).
    Drop,
}

/// What a trace shows in place of a redacted value.
const REDACTED: &str = "[Redact]";

impl Value {
    /// The values as text: none for nothing, several for a list.
    #[must_use]
    pub fn texts(self) -> Vec<String> {
        match self {
            Self::List(values) => values,
            other => other.text().into_iter().collect(),
        }
    }

    /// The value as one text; of a list the first. `None` for nothing.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
            Self::Integer(number) => Some(number.to_string()),
            Self::Boolean(true) => Some("True".to_owned()),
            Self::Boolean(false) => Some("False".to_owned()),
            Self::Date(date) => Some(print(date)),
            Self::List(values) => values.into_iter().next(),
        }
    }

    /// Whether this is nothing, or text without a character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(values) => values.iter().all(String::is_empty),
            Self::Integer(_) | Self::Boolean(_) | Self::Date(_) => false,
        }
    }

    /// A list of these values: nothing if there are none, and one alone is a text.
    #[must_use]
    pub fn of(values: Vec<String>) -> Self {
        match <[String; 1]>::try_from(values) {
            Ok([only]) => Self::Text(only),
            Err(values) if values.is_empty() => Self::Null,
            Err(values) => Self::List(values),
        }
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl Outcome {
    /// The values as text, to be used: none for nothing and for what is left out.
    #[must_use]
    pub fn texts(self) -> Vec<String> {
        match self {
            Self::Value(value) | Self::Redacted(value) => value.texts(),
            Self::Drop => Vec::new(),
        }
    }

    /// The outcome for a trace: never a redacted value.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Value(Value::Null) | Self::Redacted(Value::Null) => "nothing".to_owned(),
            Self::Value(value) => value.clone().texts().join(", "),
            Self::Redacted(_) => REDACTED.to_owned(),
            Self::Drop => "left out".to_owned(),
        }
    }
}
