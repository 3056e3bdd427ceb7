//! XML signatures and encryption: verify, sign, decrypt, encrypt, keys and certificates.
//!
//! What lives here: the small profile of XML-DSig that SAML needs ([`verify()`], [`sign()`]), the bare signatures of
//! the HTTP-Redirect binding ([`verify_bytes`], [`sign_bytes`]), encrypted elements ([`encryption`]), and the keys and
//! certificates that all of them take.
//! What does not: which elements of a message may be signed or encrypted, and what that means (`saml`); parsing and
//! canonical form (`xml`).
//!
//! The one thing to know: a [`Signed`] holds the canonical bytes that a signature covers, only [`verify()`] makes
//! one, and whoever wants to read a signed message reads these bytes and nothing else.
#![deny(clippy::indexing_slicing)]

mod algorithm;
mod certificate;
mod encoding;
pub mod encryption;
mod error;
mod invalid;
mod key;
mod public_key;
mod sign;
mod signed_info;
mod verify;

pub use algorithm::{Algorithm, Allowed, Hash};
pub use certificate::Certificate;
pub use error::Error;
pub use invalid::{Invalid, Malformed, Refusal, Role};
pub use key::{KeyKind, SigningKey};
pub use sign::{sign, sign_bytes};
pub use verify::{Signed, claimed_certificate, signature_of, verify, verify_bytes};

/// The namespace of XML signatures.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
