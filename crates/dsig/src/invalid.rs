//! Why a signature was not accepted.
//!
//! Errors about keys and about signing are in `error.rs`.
//! The one thing to know: strings that come out of the message are cut to a readable length before they are kept,
//! for they are shown on pages and written to logs, and whoever sent the message chose them.

use std::fmt;

use crate::{Algorithm, Certificate};

/// Why an element does not count as signed. Every cause that can be told apart is one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The element has no `ds:Signature` child.
    NotSigned,
    /// The signature is outside the profile that is read here.
    Malformed(Malformed),
    /// An algorithm is outside the allow-list.
    Algorithm {
        /// What the algorithm was named for.
        role: Role,
        /// The name, cut to a readable length.
        uri: String,
        /// Whether an opt-in would admit it.
        refusal: Refusal,
    },
    /// No trusted certificate has a key that this algorithm can be verified with, or one that is long enough.
    UnusableKey {
        /// What the signature was made with.
        algorithm: Algorithm,
        /// The keys of the trusted certificates, as `RSA 1024, Ed25519`; empty if there is no certificate.
        trusted: String,
    },
    /// No trusted key verifies the signature, and the message says that another key made it.
    UnknownKey {
        /// The certificate that the message carries. It is a claim, good for telling an administrator what changed.
        claimed: Certificate,
    },
    /// No trusted key verifies the signature, and the message names no other key.
    Signature,
    /// The signature is genuine, but the element is not what was signed.
    Digest,
}

/// What an algorithm was named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `ds:SignatureMethod`, or `SigAlg` of the HTTP-Redirect binding.
    Signature,
    /// `ds:DigestMethod`.
    Digest,
    /// `ds:CanonicalizationMethod`.
    Canonicalization,
    /// One of the `ds:Transform`s.
    Transform,
}

/// Whether an opt-in of the connection would admit a refused algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is never accepted.
    NotAccepted,
    /// It is accepted where the connection allows it: `sha1` for signatures, `cbc` for encryption.
    NeedsOptIn,
}

/// What is wrong with the form of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The element has more than one `ds:Signature` child.
    SeveralSignatures,
    /// A comment or a CDATA section is below the signature: its text could be read in two ways.
    NotPlain,
    /// `ds:Signature` holds anything but SignedInfo, SignatureValue and at most one KeyInfo, in this order.
    Signature,
    /// `ds:SignedInfo` holds anything but CanonicalizationMethod, SignatureMethod and one Reference.
    SignedInfo,
    /// `ds:SignedInfo` has several references.
    SeveralReferences,
    /// `ds:Reference` holds anything but Transforms, DigestMethod and DigestValue.
    Reference,
    /// The transforms are not exactly enveloped-signature, then exclusive canonical form.
    Transforms,
    /// An algorithm element has no name, or parameters that are not read here.
    Parameters(Role),
    /// `InclusiveNamespaces` names more prefixes than any message needs, or is malformed.
    PrefixList,
    /// The signed element has no ID, or one that is not a name.
    NoId,
    /// The reference does not point to the element that carries the signature.
    ReferenceUri {
        /// `#` and the ID of the element that carries the signature.
        expected: String,
        /// The URI of the reference, cut to a readable length; `None` if it has none.
        found: Option<String>,
    },
    /// `ds:SignatureValue` is not Base64.
    SignatureValue,
    /// `ds:DigestValue` is not Base64, or not as long as the hash.
    DigestValue,
    /// The canonical bytes of `ds:SignedInfo` do not read as the element did.
    Unstable,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSigned => f.write_str("the element is not signed"),
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Algorithm { role, uri, refusal: Refusal::NotAccepted } => {
                write!(f, "the {role} algorithm {uri} is not accepted")
            }
            Self::Algorithm { role, uri, refusal: Refusal::NeedsOptIn } => {
                write!(f, "the {role} algorithm {uri} is weak and not allowed for this connection")
            }
            Self::UnusableKey { algorithm, trusted } if trusted.is_empty() => {
                write!(
                    f,
                    "the message is signed with {algorithm}, and there is no certificate to verify it with"
                )
            }
            Self::UnusableKey { algorithm, trusted } => {
                write!(
                    f,
                    "the message is signed with {algorithm}, and no trusted key can verify that (trusted: {trusted}; \
                     accepted are RSA from 2048 bits, ECDSA P-256 and P-384)"
                )
            }
            Self::UnknownKey { claimed } => {
                write!(
                    f,
                    "no trusted certificate verifies the signature; the message claims the certificate {} (SHA-256 {})",
                    claimed.subject(),
                    claimed.fingerprint_sha256()
                )
            }
            Self::Signature => f.write_str("the signature does not verify with any trusted certificate"),
            Self::Digest => f.write_str("the element was changed after it was signed"),
        }
    }
}

impl std::error::Error for Invalid {}

impl From<Malformed> for Invalid {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signature => "signature",
            Self::Digest => "digest",
            Self::Canonicalization => "canonicalization",
            Self::Transform => "transform",
        })
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralSignatures => f.write_str("the element has more than one ds:Signature"),
            Self::NotPlain => f.write_str("there is a comment or a CDATA section inside ds:Signature"),
            Self::Signature => {
                f.write_str("ds:Signature must hold SignedInfo, SignatureValue and at most one KeyInfo, nothing else")
            }
            Self::SignedInfo => {
                f.write_str("ds:SignedInfo must hold CanonicalizationMethod, SignatureMethod and one Reference, nothing else")
            }
            Self::SeveralReferences => f.write_str("ds:SignedInfo has more than one ds:Reference"),
            Self::Reference => {
                f.write_str("ds:Reference must hold Transforms, DigestMethod and DigestValue, nothing else")
            }
            Self::Transforms => f.write_str(
                "the transforms must be enveloped-signature and then exclusive canonical form, nothing else",
            ),
            Self::Parameters(role) => {
                write!(f, "the {role} algorithm has no name, or parameters that are not supported")
            }
            Self::PrefixList => f.write_str("the PrefixList of InclusiveNamespaces is malformed or too long"),
            Self::NoId => f.write_str("the signed element has no ID that a signature could refer to"),
            Self::ReferenceUri { expected, found: Some(found) } => {
                write!(f, "the signature refers to \"{found}\" and not to the element that carries it, \"{expected}\"")
            }
            Self::ReferenceUri { expected, found: None } => {
                write!(f, "the signature refers to nothing, and not to the element that carries it, \"{expected}\"")
            }
            Self::SignatureValue => f.write_str("ds:SignatureValue is not Base64"),
            Self::DigestValue => f.write_str("ds:DigestValue is not Base64 of the length of its hash"),
            Self::Unstable => f.write_str("ds:SignedInfo reads differently in its canonical form"),
        }
    }
}

/// The beginning of a string that the sender chose, short enough for a page and a log line.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARACTERS: usize = 200;
    match text.char_indices().nth(CHARACTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
