//! What is wrong with a request, as SCIM says it (RFC 7644, section 3.12; RFC 9865, section 2.1).
//!
//! Which HTTP answer it becomes is chosen in `server`; the status here is the one that the specification gives to the fault.

use std::fmt;

use serde_json::{Map, Value, json};

/// The URN of an error message.
pub const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The keyword for a fault (RFC 7644, table 9; RFC 9865, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScimType {
    /// The filter is malformed, or compares what cannot be compared.
    InvalidFilter,
    /// The filter yields more results than the service is willing to work through.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The attribute may not be changed in this way.
    Mutability,
    /// The body is malformed, or does not have the shape of the message.
    InvalidSyntax,
    /// The path of a patch is malformed, or names what does not exist.
    InvalidPath,
    /// The path of a patch leads to nothing that could be changed.
    NoTarget,
    /// A required value is missing, or a value does not fit the attribute.
    InvalidValue,
    /// The version of the protocol is not supported.
    InvalidVers,
    /// The request would put sensitive information into an address.
    Sensitive,
    /// The cursor is none of ours.
    InvalidCursor,
    /// The cursor does not hold any more.
    ExpiredCursor,
    /// The count is out of bounds.
    InvalidCount,
}

impl ScimType {
    /// The keyword as the protocol writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// A fault in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The HTTP status that the specification gives to it.
    pub status: u16,
    /// The keyword, where there is one.
    pub scim_type: Option<ScimType>,
    /// What is wrong and what to do, in a sentence for whoever set up the client.
    pub detail: String,
}

/// Makes a constructor for each keyword.
macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident, $kind:ident, $status:literal;)*) => {
        $($(#[$doc])*
        pub fn $name(detail: impl Into<String>) -> Self {
            Self { status: $status, scim_type: Some(ScimType::$kind), detail: detail.into() }
        })*
    };
}

impl Error {
    /// A fault without a keyword: 401, 403, 404, 412, 413, 500, 501.
    pub fn plain(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    constructors! {
        /// 400: the filter is malformed, or compares what cannot be compared.
        invalid_filter, InvalidFilter, 400;
        /// 400: the filter yields more than the service is willing to work through.
        too_many, TooMany, 400;
        /// 409: a value that must be unique is taken.
        uniqueness, Uniqueness, 409;
        /// 400: the attribute may not be changed in this way.
        mutability, Mutability, 400;
        /// 400: the body is malformed.
        invalid_syntax, InvalidSyntax, 400;
        /// 400: the path is malformed, or names what does not exist.
        invalid_path, InvalidPath, 400;
        /// 400: the path leads to nothing.
        no_target, NoTarget, 400;
        /// 400: a value is missing or does not fit.
        invalid_value, InvalidValue, 400;
        /// 400: the version of the protocol is not supported.
        invalid_vers, InvalidVers, 400;
        /// 403: the request would put sensitive information into an address.
        sensitive, Sensitive, 403;
        /// 400: the cursor is none of ours.
        invalid_cursor, InvalidCursor, 400;
        /// 400: the cursor does not hold any more.
        expired_cursor, ExpiredCursor, 400;
        /// 400: the count is out of bounds.
        invalid_count, InvalidCount, 400;
    }

    /// The message. An extension is a URN with what it says: it is added to `schemas`, and its value under its URN.
    pub fn to_json(&self, extension: Option<(&str, Value)>) -> Value {
        let mut message = Map::new();
        let mut schemas = vec![json!(SCHEMA)];
        message.insert("status".into(), json!(self.status.to_string()));
        if let Some(kind) = self.scim_type {
            message.insert("scimType".into(), json!(kind.name()));
        }
        message.insert("detail".into(), json!(self.detail));
        if let Some((urn, value)) = extension {
            schemas.push(json!(urn));
            message.insert(urn.into(), value);
        }
        message.insert("schemas".into(), Value::Array(schemas));
        Value::Object(message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.scim_type.map_or("", ScimType::name);
        let space = if name.is_empty() { "" } else { " " };
        write!(f, "{}{space}{name}: {}", self.status, self.detail)
    }
}

impl std::error::Error for Error {}

/// A part of what a client sent, short enough for a sentence and without control characters.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().filter(|character| !character.is_control()).take(80).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
