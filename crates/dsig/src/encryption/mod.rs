//! Encrypted elements: the profile of XML Encryption that SAML needs.
//!
//! | module | holds |
//! |---|---|
//! | `algorithm` | the ciphers and the key transports that are taken, by their names |
//! | `form` | the shape of EncryptedData and EncryptedKey, and nothing secret |
//! | `key` | private keys that decrypt |
//! | `cipher` | the arithmetic, and the padding of XML Encryption |
//! | `decrypt`, `encrypt` | the two ways |
//! | `undecryptable` | why an element could not be decrypted |
//!
//! What does not live here: which elements may be encrypted, and when a plaintext is believed (`saml`). Anyone who has
//! the certificate can encrypt, so a plaintext proves nothing by itself, whatever the cipher.
//!
//! The one thing to know: what is wrong in the clear (an algorithm, a form) is named exactly; everything that depends on
//! a key or on the plaintext is one error, [`Undecryptable::Failed`], and goes through the same steps.

mod algorithm;
mod cipher;
mod decrypt;
mod encrypt;
mod form;
mod key;
mod undecryptable;

pub use algorithm::{Cipher, KeyTransport};
pub use decrypt::{Decrypted, Plaintext, decrypt};
pub use encrypt::{Encryption, KeyPlacement, encrypt};
pub use key::DecryptionKey;
pub use undecryptable::{Shape, Undecryptable};

/// The namespace of XML Encryption.
pub const NAMESPACE: &str = "http://www.w3.org/2001/04/xmlenc#";

/// The namespace of what XML Encryption 1.1 added.
pub const NAMESPACE_11: &str = "http://www.w3.org/2009/xmlenc11#";
