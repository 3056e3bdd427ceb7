//! E-mail addresses: how one is read, and when two are the same.
//!
//! Nothing here decides whether an address is trusted; that is a matter of its domain (`domain`) and of admission.

use crate::domain::Domain;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An e-mail address with exactly one domain; the spelling of its local part is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    address: String,
    folded: String,
    domain: Domain,
}

/// Longest address that is taken (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MAX_LENGTH: usize = 254;

/// The domain of stand-ins.
const PLACEHOLDER: &str = "no-address.invalid";

/// A text that is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEmail;

impl fmt::Display for BadEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an e-mail address: expected one like name@example.com")
    }
}

impl std::error::Error for BadEmail {}

impl Email {
    /// Reads an address. White space around it is forgiven, white space and control characters inside it are not.
    ///
    /// # Errors
    /// [`BadEmail`] when there is no single `@` with something usable on both sides.
    pub fn parse(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(BadEmail)?;
        let unusable = |c: char| {
            // Nearly all of them are letters and digits.
            !c.is_ascii_alphanumeric()
                && (c.is_whitespace() || c.is_control() || "@<>()[]\\,;:\"".contains(c) || is_bidi_control(c))
        };
        if text.len() > MAX_LENGTH || local.is_empty() || local.len() > 64 || local.contains(unusable) {
            return Err(BadEmail);
        }
        let domain = Domain::parse(domain).map_err(|_| BadEmail)?;
        let whole = |local: &str| [local, "@", domain.as_str()].concat();
        Ok(Self { address: whole(local), folded: whole(&local.to_lowercase()), domain })
    }

    /// A stand-in for somebody of whom a directory knows no address that is theirs alone: nobody gets mail there (RFC 2606 §2),
    /// and no identity provider vouches for it.
    #[must_use]
    pub fn placeholder(id: crate::id::UserId) -> Option<Self> {
        Self::parse(&format!("{id}@{PLACEHOLDER}")).ok()
    }

    /// Whether it is such a stand-in.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.domain.as_str() == PLACEHOLDER
    }

    /// The address as it was written (its domain in canonical form).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form by which addresses are compared: case does not matter.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The domain behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

/// Characters that make a text look like another one by turning its direction.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

impl TryFrom<String> for Email {
    type Error = BadEmail;

    fn try_from(text: String) -> Result<Self, BadEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_whatever_their_case() {
        let a = Email::parse("Anna.Berg@Acme.Example").unwrap();
        assert_eq!(a.as_str(), "Anna.Berg@acme.example");
        assert_eq!(a.folded(), Email::parse("anna.berg@acme.EXAMPLE").unwrap().folded());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "anna",
            "@acme.example",
            "anna@",
            "a b@acme.example",
            "a@b@acme.example",
            "a\u{202e}@acme.example",
        ] {
            assert_eq!(Email::parse(text), Err(BadEmail), "{text:?}");
        }
    }

    #[test]
    fn plus_addresses_and_non_ascii_names_are_addresses_of_their_own() {
        assert_ne!(Email::parse("anna+x@a.example").unwrap().folded(), "anna@a.example");
        assert_eq!(Email::parse("Zoë@Bücher.example").unwrap().as_str(), "Zoë@xn--bcher-kva.example");
    }
}
