//! Bad responses: each an attack or an accident that happened to somebody.
//!
//! What lives here: the list, and the construction of every one of them from an honest response. What does not: sending
//! them (`answer.rs`), and the attacks that no single response carries (a replay, another browser, a relay state).
//!
//! | module | breaks |
//! |---|---|
//! | `wrapping` | what a signature covers: x01 to x13 |
//! | `parsing` | what XML, Base64 and UTF-8 are: x14, x15, x17, x22, x23 |
//! | `signatures` | the form of a signature, its algorithms and its keys: x16, x18 to x21 |
//! | `encryption` | what is encrypted, and how: e01 to e05 |
//! | `protocol` | what the response says: p01 to p18 |
//! | `list` | nothing; it names them all |
//! | `surgery` | nothing; it cuts and sews documents for the others |
//!
//! The one thing to know: all of them are pure functions of the honest response and its key, so a live sign-in and a
//! test case that was written to a file are attacked by the same bytes. Letters behind an id are variants of one idea.

use std::fmt;

use vestibule_saml::Certificate;
use vestibule_saml::binding;
use vestibule_saml::write::{Response, Signed, Signer};

mod encryption;
mod list;
mod parsing;
mod protocol;
mod signatures;
mod surgery;
mod wrapping;

pub use list::ALL;

/// A bad response.
pub struct Attack {
    /// What it is called, as `x09`, or `x09b` for a variant.
    pub id: &'static str,
    /// What it does, in plain words.
    pub title: &'static str,
    /// The code by which a careful service provider refuses it.
    pub code: u16,
    /// What must be set at the connection for that code.
    pub needs: Needs,
    forge: fn(&Genuine) -> Result<Forged, Error>,
}

/// What must be set at a connection so that a bad response is refused by the code that it is listed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing but what every connection has.
    Nothing,
    /// A certificate to encrypt for, in the service provider's metadata.
    EncryptionKey,
    /// That the connection takes only encrypted assertions; where it does not, the response is a good one.
    RequiredEncryption,
}

/// What a bad response is made from: the honest response to the same request, and the key to sign it with.
#[derive(Clone)]
pub struct Genuine {
    /// The honest response; it carries an assertion.
    pub response: Response,
    /// Which of its elements are signed.
    pub signed: Signed,
    /// The key, its certificate, and the algorithm.
    pub signer: Signer,
    /// The certificate of the service provider that can be encrypted for.
    pub encryption_certificate: Option<Certificate>,
}

/// What is sent.
enum Forged {
    /// A document, to be packed as every response is.
    Message(Vec<u8>),
    /// The form field as it is, with the document that is in it.
    Field(String, Vec<u8>),
}

/// The bad response with this id, in any case.
#[must_use]
pub fn find(id: &str) -> Option<&'static Attack> {
    ALL.iter().find(|attack| attack.id.eq_ignore_ascii_case(id))
}

impl Attack {
    /// The document that goes out; not always one that could be parsed.
    ///
    /// # Errors
    /// [`Error`] if the honest response cannot be signed, carries no assertion, or cannot be encrypted.
    pub fn message(&self, genuine: &Genuine) -> Result<Vec<u8>, Error> {
        match (self.forge)(genuine)? {
            Forged::Message(message) | Forged::Field(_, message) => Ok(message),
        }
    }

    /// The value of the form field `SAMLResponse`.
    ///
    /// # Errors
    /// As [`Attack::message`].
    pub fn form_value(&self, genuine: &Genuine) -> Result<String, Error> {
        match (self.forge)(genuine)? {
            Forged::Message(message) => Ok(binding::post_value(&message)),
            Forged::Field(value, _) => Ok(value),
        }
    }
}

/// Why a bad response could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It could not be signed.
    Signature(vestibule_dsig::Error),
    /// The honest response carries no assertion to start from.
    NoAssertion,
    /// The service provider's metadata names no certificate to encrypt for.
    NoEncryptionKey,
    /// The honest response is not of the form that the attack is made for.
    Surgery,
}

impl From<vestibule_dsig::Error> for Error {
    fn from(error: vestibule_dsig::Error) -> Self {
        Self::Signature(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => write!(f, "the bad response could not be signed: {error}"),
            Self::NoAssertion => {
                f.write_str("a bad response needs an honest one with an assertion to start from")
            }
            Self::NoEncryptionKey => f.write_str(
                "this bad response is encrypted, and the metadata of the service provider names no certificate for that",
            ),
            Self::Surgery => f.write_str("this bad response cannot be made from that honest one"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
