//! Errors as clients read them (RFC 6749 §4.1.2.1 and §5.2).

use serde_json::{Value, json};
use std::fmt;

/// The words by which clients tell errors apart. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something is missing, stands twice, or cannot be read.
    InvalidRequest,
    /// The client is not who it says, or is no client.
    InvalidClient,
    /// The code or the refresh token is not good, or not for this client.
    InvalidGrant,
    /// The client may not do this.
    UnauthorizedClient,
    /// There is no such grant type.
    UnsupportedGrantType,
    /// There is no such response type.
    UnsupportedResponseType,
    /// The scope is unknown, or more than the client may have.
    InvalidScope,
    /// The person said no.
    AccessDenied,
    /// Our own fault.
    ServerError,
    /// Too much at once.
    TemporarilyUnavailable,
}

impl Code {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// An error with a sentence for whoever builds the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The word.
    pub code: Code,
    /// The sentence.
    pub description: String,
}

impl Error {
    /// An error.
    #[must_use]
    pub fn new(code: Code, description: impl Into<String>) -> Self {
        Self { code, description: description.into() }
    }

    /// A request that cannot be used.
    pub(crate) fn request(description: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    /// The object of RFC 6749 §5.2.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "error": self.code.as_str(), "error_description": described(&self.description) })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl std::error::Error for Error {}

/// A sentence with the characters that a description may have (RFC 6749 §5.2: no quotation mark, no backslash).
pub(crate) fn described(sentence: &str) -> String {
    sentence.replace('"', "'").chars().filter(|c| matches!(c, ' '..='~') && *c != '\\').collect()
}
