//! Accounts (customer organizations) and the labels of their vanity URLs (behaviour.md section 1).

use crate::id::AccountId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One customer organization. All data belongs to exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The label of its first vanity URL, by which commands name it.
    pub label: Label,
    /// What people call it.
    pub name: String,
    /// Whether its vanity URL may be used yet.
    pub state: VanityState,
    /// Grows with every change of its configuration; nodes compare it with what they hold in memory.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The life of a vanity URL: SSO cannot be configured before approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VanityState {
    /// Asked for; nobody can sign in there yet.
    Requested,
    /// In use.
    Approved,
}

impl VanityState {
    /// The word under which it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Requested, Self::Approved].into_iter().find(|state| state.as_str() == word)
    }
}

/// The first label of a vanity URL: 3 to 63 of `a-z0-9-`, no hyphen at either end, not reserved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// Labels that the service needs for itself, or that would mislead people.
pub const RESERVED: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "dev",
    "docs",
    "example",
    "ftp",
    "help",
    "home",
    "idp",
    "imap",
    "internal",
    "localhost",
    "login",
    "logout",
    "mail",
    "metrics",
    "oauth",
    "openid",
    "pop",
    "portal",
    "root",
    "saml",
    "scim",
    "security",
    "signin",
    "signout",
    "signup",
    "smtp",
    "sso",
    "static",
    "status",
    "support",
    "system",
    "test",
    "vestibule",
    "webmail",
    "well-known",
    "wpad",
    "www",
];

/// Why a text cannot be the label of a vanity URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLabel {
    /// Shorter than 3 or longer than 63 characters.
    Length,
    /// Something else than `a-z`, `0-9` and inner hyphens.
    Characters,
    /// One of [`RESERVED`].
    Reserved,
}

impl fmt::Display for BadLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a label has 3 to 63 characters",
            Self::Characters => "a label has only a-z, 0-9 and hyphens, and no hyphen at either end",
            Self::Reserved => "this label is reserved; choose another one",
        })
    }
}

impl std::error::Error for BadLabel {}

impl Label {
    /// Reads a label.
    ///
    /// # Errors
    /// [`BadLabel`] says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, BadLabel> {
        if !(3..=63).contains(&text.len()) {
            return Err(BadLabel::Length);
        }
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !text.bytes().all(allowed) || text.starts_with('-') || text.ends_with('-') {
            return Err(BadLabel::Characters);
        }
        // `xn--` would be read as punycode by browsers and shown as something else.
        if RESERVED.contains(&text) || text.get(2..4) == Some("--") {
            return Err(BadLabel::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The label as it stands in a host name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Label {
    type Error = BadLabel;

    fn try_from(text: String) -> Result<Self, BadLabel> {
        Self::parse(&text)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_rules_of_host_names() {
        let check = |text: &str| Label::parse(text).map(|label| label.as_str().to_owned());
        assert_eq!(check("acme"), Ok("acme".to_owned()));
        assert_eq!(check("a-1"), Ok("a-1".to_owned()));
        assert_eq!(check("ab"), Err(BadLabel::Length));
        assert_eq!(check(&"a".repeat(64)), Err(BadLabel::Length));
        assert_eq!(check("Acme"), Err(BadLabel::Characters));
        assert_eq!(check("acme-"), Err(BadLabel::Characters));
        assert_eq!(check("ac.me"), Err(BadLabel::Characters));
        assert_eq!(check("admin"), Err(BadLabel::Reserved));
        assert_eq!(check("xn--acme"), Err(BadLabel::Reserved));
    }
}
