//! Why an element could not be decrypted.
//!
//! The one thing to know: every variant but [`Undecryptable::Failed`] says something that anyone could read off the
//! message and the connection's settings. That one says nothing about where it failed, and must not: whoever can tell a
//! wrong padding from a wrong document decrypts messages that are not theirs.

use std::fmt;

use crate::Hash;
use crate::invalid::Refusal;

/// Why an element could not be decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecryptable {
    /// There is no private key to try.
    NoKey,
    /// The element is outside the profile that is read here.
    Malformed(Shape),
    /// The cipher of the content is outside the allow-list.
    Cipher {
        /// Its name, cut to a readable length.
        uri: String,
        /// Whether an opt-in would admit it.
        refusal: Refusal,
    },
    /// The encryption of the key, or a hash function in it, is not accepted.
    KeyTransport {
        /// The name, cut to a readable length.
        uri: String,
    },
    /// RSA-OAEP with one hash function for the label and another for the mask, which the library does not offer.
    MixedHashes {
        /// The function of the label.
        digest: Hash,
        /// The function of the mask.
        mask: Hash,
    },
    /// No key decrypts the element to one well-formed element. Which step failed is not told to anyone.
    Failed,
}

/// What is wrong with the form of an encrypted element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It holds anything but one EncryptedData and EncryptedKeys.
    Children,
    /// A comment or a CDATA section is inside: its text could be read in two ways.
    NotPlain,
    /// EncryptedData or EncryptedKey holds something unknown, or holds it twice.
    Unknown,
    /// EncryptedData encrypts something else than an element.
    Type,
    /// There is no name of an algorithm, or one has parameters that are not read here.
    Method,
    /// The ciphertext is somewhere else, and to be fetched.
    CipherReference,
    /// The ciphertext is not Base64, or not of a length that the algorithm makes.
    CipherValue,
    /// There is no EncryptedKey.
    NoEncryptedKey,
    /// There are more EncryptedKeys than any message needs.
    TooManyKeys,
    /// RetrievalMethod points to something else than an EncryptedKey beside the EncryptedData.
    RetrievalMethod,
}

impl fmt::Display for Undecryptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => f.write_str("there is no key to decrypt with"),
            Self::Malformed(shape) => shape.fmt(f),
            Self::Cipher { uri, refusal: Refusal::NotAccepted } => {
                write!(f, "it is encrypted with {uri}, which is not accepted (AES-GCM is)")
            }
            Self::Cipher { uri, refusal: Refusal::NeedsOptIn } => {
                write!(f, "it is encrypted with {uri}, which is weak and not allowed for this connection")
            }
            Self::KeyTransport { uri } => {
                write!(f, "its key is encrypted with {uri}, which is not accepted (RSA-OAEP is)")
            }
            Self::MixedHashes { digest, mask } => {
                write!(
                    f,
                    "its key is encrypted with RSA-OAEP with {digest} and a mask of {mask}; accepted is one hash function in both places"
                )
            }
            Self::Failed => f.write_str("no key of this connection decrypts it to one well-formed element"),
        }
    }
}

impl std::error::Error for Undecryptable {}

impl From<Shape> for Undecryptable {
    fn from(shape: Shape) -> Self {
        Self::Malformed(shape)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Children => "it must hold one EncryptedData, and beside it nothing but EncryptedKeys",
            Self::NotPlain => "there is a comment or a CDATA section inside",
            Self::Unknown => {
                "EncryptedData or EncryptedKey holds something that is not known, or holds it twice"
            }
            Self::Type => "its Type is not that of an encrypted element",
            Self::Method => {
                "an EncryptionMethod names no algorithm, or has parameters that are not supported"
            }
            Self::CipherReference => {
                "its CipherReference points to a ciphertext elsewhere; nothing is fetched"
            }
            Self::CipherValue => "a CipherValue is not Base64 of a length that its algorithm makes",
            Self::NoEncryptedKey => "there is no EncryptedKey, so its key is not in the message",
            Self::TooManyKeys => "it has more EncryptedKeys than are tried",
            Self::RetrievalMethod => {
                "its RetrievalMethod points to something else than an EncryptedKey beside the EncryptedData"
            }
        })
    }
}
