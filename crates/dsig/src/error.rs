//! What can go wrong with keys, certificates and signing: an operator's input, never a received message.
//!
//! Why a received signature was refused is in `invalid.rs`.
//! The one thing to know: no variant carries key material, so every error may be logged.

use std::fmt;

use crate::{Algorithm, KeyKind};

/// Why a key or a certificate could not be read, or a signature not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The text is not Base64 of the standard alphabet.
    Base64,
    /// There is no PEM block of the wanted kind.
    Pem {
        /// The label that was looked for, as `CERTIFICATE`.
        wanted: &'static str,
    },
    /// The bytes are not an X.509 certificate.
    Certificate,
    /// The PEM file holds a private key that is protected by a password.
    EncryptedKey,
    /// The bytes are not a private key of a supported kind.
    Key,
    /// The key is not an RSA key, and only those decrypt.
    NotRsa,
    /// The key of a certificate is not one that can be encrypted for.
    CannotEncrypt {
        /// The kind and the length of the key.
        key: String,
    },
    /// The library could not encrypt.
    Encrypt,
    /// The library could not make a key.
    Generate,
    /// The certificate could not be made: its name or its dates cannot be written in X.509.
    SelfSigned,
    /// A key of this kind does not sign with this algorithm; none signs with SHA-1.
    Unsupported {
        /// The kind of the key.
        kind: KeyKind,
        /// The algorithm asked for.
        algorithm: Algorithm,
    },
    /// The library could not sign.
    Sign,
    /// The document to sign is not well-formed.
    Xml(vestibule_xml::Error),
    /// No element of the document has this ID, or it is not a name.
    NoSuchId,
    /// The element has a signature already.
    AlreadySigned,
    /// The element has no child element, so there is no place for a signature.
    Empty,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str("the text is not Base64"),
            Self::Pem { wanted } => write!(f, "there is no PEM block \"BEGIN {wanted}\""),
            Self::Certificate => f.write_str("this is not an X.509 certificate"),
            Self::EncryptedKey => {
                f.write_str("the private key is protected by a password; give it unprotected, as PKCS #8")
            }
            Self::Key => f.write_str(
                "this is not a private key for RSA 2048, 3072 or 4096, ECDSA P-256 or ECDSA P-384",
            ),
            Self::NotRsa => f.write_str("this key does not decrypt; give an RSA key"),
            Self::CannotEncrypt { key } => {
                write!(f, "nothing can be encrypted for a key {key}; it must be RSA with 2048 bits or more")
            }
            Self::Encrypt => f.write_str("the element could not be encrypted"),
            Self::Generate => f.write_str("the key could not be generated"),
            Self::SelfSigned => {
                f.write_str("the certificate could not be made from this name and these dates")
            }
            Self::Unsupported { kind, algorithm } => write!(f, "a key {kind} does not sign with {algorithm}"),
            Self::Sign => f.write_str("the signature could not be made"),
            Self::Xml(error) => write!(f, "the document to sign is not well-formed: {error}"),
            Self::NoSuchId => f.write_str("no element to sign has this ID"),
            Self::AlreadySigned => f.write_str("the element is signed already"),
            Self::Empty => f.write_str("the element to sign is empty"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Xml(error) => Some(error),
            _ => None,
        }
    }
}
