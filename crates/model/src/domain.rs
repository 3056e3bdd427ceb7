//! Domain names of companies: how one is read, and which one an address belongs to.
//!
//! A domain matches itself alone: neither its sub-domains nor names that merely end alike.

pub mod claim;
pub mod consolidation;
pub mod enforcement;
mod public;

use crate::email::Email;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A domain name in its one canonical spelling: ASCII (punycode), lower case, no trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

/// A text that is not a domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadDomain;

impl fmt::Display for BadDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a domain name: expected one like example.com")
    }
}

impl std::error::Error for BadDomain {}

impl Domain {
    /// Reads a domain name; case, a trailing dot and non-ASCII spelling (IDNA 2008, UTS 46) do not matter.
    ///
    /// # Errors
    /// [`BadDomain`] when it is not a name of at least two labels that a mail server could have.
    pub fn parse(text: &str) -> Result<Self, BadDomain> {
        let text = text.strip_suffix('.').unwrap_or(text);
        let ascii = match is_canonical(text) {
            true => text.to_owned(),
            false => idna::domain_to_ascii_strict(text).map_err(|_| BadDomain)?,
        };
        let numeric_end =
            ascii.rsplit('.').next().is_none_or(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if ascii.len() > 253 || !ascii.contains('.') || ascii.split('.').any(str::is_empty) || numeric_end {
            return Err(BadDomain);
        }
        Ok(Self(ascii))
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name is plainly what IDNA makes of it, which is so for nearly all that were ever stored: small letters, digits, and
/// hyphens between two of those. What begins with `xn--` or looks like it is for IDNA to judge.
fn is_canonical(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &[u8]| match label {
        [first, .., last] => {
            is_plain(*first)
                && is_plain(*last)
                && label.iter().all(|byte| is_plain(*byte) || *byte == b'-')
                && label.get(2..4) != Some(b"--")
                && label.len() <= 63
        }
        [only] => is_plain(*only),
        [] => false,
    };
    text.len() <= 253 && text.as_bytes().split(|byte| *byte == b'.').all(is_label)
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Domain {
    type Error = BadDomain;

    fn try_from(text: String) -> Result<Self, BadDomain> {
        Self::parse(&text)
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

/// What an account's administrators decided about one of its associated domains (behaviour.md section 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainPolicy {
    /// Sign-ups elsewhere in the deployment with this domain are refused.
    pub managed: bool,
    /// People elsewhere with addresses of the domain are asked to move their users to the account. Only where it is managed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consolidate: bool,
    /// The identity provider is the only way in for addresses of the domain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enforce_sso: bool,
    /// Users with addresses of the domain whom enforced SSO leaves alone, and whom no directory deactivates or deletes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub exempt: BTreeSet<Email>,
}

impl DomainPolicy {
    /// Whether people elsewhere are asked to move to the account.
    #[must_use]
    pub fn moves_people(&self) -> bool {
        self.managed && self.consolidate
    }

    /// Whether it asks people to move to an account that does not manage them.
    #[must_use]
    pub fn contradicts_itself(&self) -> bool {
        self.consolidate && !self.managed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_has_one_spelling() {
        for text in ["acme.example", "ACME.example", "acme.example."] {
            assert_eq!(Domain::parse(text).unwrap().as_str(), "acme.example");
        }
        assert_eq!(Domain::parse("bücher.example").unwrap(), Domain::parse("xn--bcher-kva.example").unwrap());
    }

    #[test]
    fn what_merely_ends_alike_is_another_domain() {
        assert_ne!(Domain::parse("evilacme.example"), Domain::parse("acme.example"));
        assert_ne!(Domain::parse("mail.acme.example"), Domain::parse("acme.example"));
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for text in [
            "",
            "localhost",
            "a..b",
            ".acme.example",
            "10.0.0.1",
            "acme example.com",
            "acme.example/x",
            "-a.example",
        ] {
            assert_eq!(Domain::parse(text), Err(BadDomain), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_as_it_stands_is_what_idna_makes_of_it(text in "([a-z0-9]|[a-z0-9][a-z0-9-]{0,4}|xn--[a-z0-9]{1,6}|[a-z0-9]{61,65})(\\.[a-z0-9-]{0,5}){0,3}") {
            let idna = idna::domain_to_ascii_strict(&text);
            if is_canonical(&text) {
                proptest::prop_assert_eq!(idna.ok(), Some(text));
            } else {
                let other = idna.ok().filter(|ascii| *ascii == text && !text.contains("xn--") && text.len() <= 253);
                proptest::prop_assert_eq!(other, None, "a plain name is not known as one");
            }
        }
    }
}
