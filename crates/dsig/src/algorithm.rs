//! The algorithms that signatures may name: their URIs and which of them need an opt-in. Those of encryption are in
//! `encryption/algorithm.rs`.
//!
//! How a key carries one out is in `public_key.rs` (verifying) and `key.rs` (signing).
//! The one thing to know: a name that is not in these tables is refused, and names are compared byte for byte.
//! HMAC is not in them, so a public key can never be taken for a shared secret.

use std::fmt;

use aws_lc_rs::digest;

use crate::invalid::{Invalid, Refusal, Role, excerpt};

/// A hash function, as the digest of a reference or as part of a signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1: verified by opt-in, never used to sign.
    Sha1,
    /// SHA-256, the default everywhere.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Every hash function known.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The URI of this function as `DigestMethod` (XML-DSig 1.1, section 5.2; RFC 9231, section 2.1).
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
            Self::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            Self::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        }
    }

    /// The function that this URI names as `DigestMethod`.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.uri() == uri)
    }

    /// How many bytes its digest has.
    pub(crate) const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The function named `uri`, if a reference may use it.
    pub(crate) fn accepted(uri: &str, allowed: Allowed) -> Result<Self, Invalid> {
        let refused = |refusal| Invalid::Algorithm { role: Role::Digest, uri: excerpt(uri), refusal };
        let hash = Self::from_uri(uri).ok_or_else(|| refused(Refusal::NotAccepted))?;
        if allowed.permits(hash) { Ok(hash) } else { Err(refused(Refusal::NeedsOptIn)) }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> digest::Digest {
        let function = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(function, bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// A signature algorithm of the allow-list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, SHA-256: what nearly every identity provider uses.
    RsaSha256,
    /// RSA, PKCS #1 v1.5, SHA-384.
    RsaSha384,
    /// RSA, PKCS #1 v1.5, SHA-512.
    RsaSha512,
    /// RSA-PSS, SHA-256 in every place, salt as long as the hash.
    RsaPssSha256,
    /// RSA-PSS, SHA-384 in every place, salt as long as the hash.
    RsaPssSha384,
    /// RSA-PSS, SHA-512 in every place, salt as long as the hash.
    RsaPssSha512,
    /// ECDSA, SHA-256.
    EcdsaSha256,
    /// ECDSA, SHA-384.
    EcdsaSha384,
    /// ECDSA, SHA-512.
    EcdsaSha512,
    /// RSA, PKCS #1 v1.5, SHA-1: verified by opt-in, never used to sign.
    RsaSha1,
}

impl Algorithm {
    /// Every algorithm known.
    pub const ALL: [Self; 10] = [
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaSha1,
    ];

    /// The URI of this algorithm as `SignatureMethod` or `SigAlg` (XML-DSig 1.1, section 6.4; RFC 9231, section 2.3).
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            Self::RsaPssSha256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            Self::RsaPssSha384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            Self::RsaPssSha512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        }
    }

    /// The algorithm that this URI names.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.uri() == uri)
    }

    /// The algorithm named `uri`, if a signature may use it.
    ///
    /// # Errors
    /// [`Invalid::Algorithm`] for a name outside the allow-list, and for SHA-1 without its opt-in.
    pub fn accepted(uri: &str, allowed: Allowed) -> Result<Self, Invalid> {
        let refused = |refusal| Invalid::Algorithm { role: Role::Signature, uri: excerpt(uri), refusal };
        let algorithm = Self::from_uri(uri).ok_or_else(|| refused(Refusal::NotAccepted))?;
        if allowed.permits(algorithm.hash()) { Ok(algorithm) } else { Err(refused(Refusal::NeedsOptIn)) }
    }

    /// The hash function it signs with.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::RsaSha256 | Self::RsaPssSha256 | Self::EcdsaSha256 => Hash::Sha256,
            Self::RsaSha384 | Self::RsaPssSha384 | Self::EcdsaSha384 => Hash::Sha384,
            Self::RsaSha512 | Self::RsaPssSha512 | Self::EcdsaSha512 => Hash::Sha512,
            Self::RsaSha1 => Hash::Sha1,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaSha384 => "RSA-SHA384",
            Self::RsaSha512 => "RSA-SHA512",
            Self::RsaPssSha256 => "RSA-PSS-SHA256",
            Self::RsaPssSha384 => "RSA-PSS-SHA384",
            Self::RsaPssSha512 => "RSA-PSS-SHA512",
            Self::EcdsaSha256 => "ECDSA-SHA256",
            Self::EcdsaSha384 => "ECDSA-SHA384",
            Self::EcdsaSha512 => "ECDSA-SHA512",
            Self::RsaSha1 => "RSA-SHA1",
        })
    }
}

/// The weak algorithms that a connection opted in to; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// SHA-1, as digest and in RSA signatures.
    pub sha1: bool,
    /// AES-CBC, which encrypts without authentication.
    pub cbc: bool,
}

impl Allowed {
    pub(crate) const fn permits(self, hash: Hash) -> bool {
        match hash {
            Hash::Sha1 => self.sha1,
            Hash::Sha256 | Hash::Sha384 | Hash::Sha512 => true,
        }
    }
}
