//! SAML 2.0, service-provider side, and the writing side an identity provider needs.
//!
//! What lives here: the documents of SAML and what they mean: [`response`] verifies, [`request`] asks, [`logout`] ends,
//! [`binding`] carries, [`metadata`] introduces, [`write`] answers. What does not: parsing and canonical form (`xml`), signatures,
//! keys and certificates (`dsig`, of which this crate passes on the names that its own functions take), and every
//! decision about people (`model`). There is no clock, no randomness and no I/O in here.
//!
//! The one thing to know: a [`response::VerifiedAssertion`] is made by [`response::verify()`] alone, from the bytes that
//! a signature covers. Whoever holds one need not ask whether it was checked.
#![deny(clippy::indexing_slicing)]

pub mod binding;
pub mod logout;
pub mod metadata;
pub mod names;
mod read;
pub mod request;
pub mod response;
mod time;
pub mod write;

pub use read::NotATime;
pub use vestibule_dsig::encryption::{
    Cipher, DecryptionKey, Encryption, KeyPlacement, KeyTransport, Undecryptable,
};
pub use vestibule_dsig::{Algorithm, Allowed, Certificate, Hash, Invalid, KeyKind, SigningKey};

/// A person's name identifier (SAML-Core, section 2.2.3), as the assertion states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameId {
    /// The identifier, without white space around it; never empty in a verified assertion.
    pub value: String,
    /// The URI of its format; see [`names::name_id_format`].
    pub format: Option<String>,
    /// The domain that qualifies the identifier.
    pub name_qualifier: Option<String>,
    /// The service provider, or the affiliation of service providers, that qualifies the identifier.
    pub sp_name_qualifier: Option<String>,
}

/// An attribute of a person (SAML-Core, section 2.7.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribute {
    /// The name, exactly as sent.
    pub name: String,
    /// The name for people; some identity providers put the plain name here and a URN into `name`.
    pub friendly_name: Option<String>,
    /// The values that are text, without white space around them, in the order sent; there may be none.
    pub values: Vec<String>,
}
