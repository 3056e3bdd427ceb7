//! The algorithms that an encrypted element may name.
//!
//! How they are carried out is in `cipher.rs` and `key.rs`. The one thing to know: a name that is not in these tables is
//! refused, RSA PKCS #1 v1.5 and Triple DES among them, and the ciphers without authentication need an opt-in.

use std::fmt;

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm,
};

use super::undecryptable::Undecryptable;
use crate::invalid::{Refusal, excerpt};
use crate::{Allowed, Hash};

/// How the content is encrypted (XML Encryption 1.1, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cipher {
    /// AES-256 in Galois/Counter mode.
    Aes256Gcm,
    /// AES-192 in Galois/Counter mode.
    Aes192Gcm,
    /// AES-128 in Galois/Counter mode.
    Aes128Gcm,
    /// AES-256 in cipher block chaining mode: nothing shows that a ciphertext was changed. Needs an opt-in.
    Aes256Cbc,
    /// AES-128 in cipher block chaining mode, as above.
    Aes128Cbc,
}

impl Cipher {
    /// Every cipher known, best first.
    pub const ALL: [Self; 5] =
        [Self::Aes256Gcm, Self::Aes192Gcm, Self::Aes128Gcm, Self::Aes256Cbc, Self::Aes128Cbc];

    /// Its name as `EncryptionMethod`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            Self::Aes192Gcm => "http://www.w3.org/2009/xmlenc11#aes192-gcm",
            Self::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            Self::Aes256Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
            Self::Aes128Cbc => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        }
    }

    /// Whether a changed ciphertext is noticed by the cipher itself. It says nothing about who encrypted.
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        match self {
            Self::Aes256Gcm | Self::Aes192Gcm | Self::Aes128Gcm => true,
            Self::Aes256Cbc | Self::Aes128Cbc => false,
        }
    }

    /// How many bytes its key has.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::Aes256Gcm | Self::Aes256Cbc => 32,
            Self::Aes192Gcm => 24,
            Self::Aes128Gcm | Self::Aes128Cbc => 16,
        }
    }

    /// The cipher named `uri`, if an element may be encrypted with it.
    pub(super) fn accepted(uri: &str, allowed: Allowed) -> Result<Self, Undecryptable> {
        let refused = |refusal| Undecryptable::Cipher { uri: excerpt(uri), refusal };
        let cipher = Self::ALL.into_iter().find(|cipher| cipher.uri() == uri);
        let cipher = cipher.ok_or_else(|| refused(Refusal::NotAccepted))?;
        if cipher.is_authenticated() || allowed.cbc { Ok(cipher) } else { Err(refused(Refusal::NeedsOptIn)) }
    }
}

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes256Gcm => "AES-256-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes256Cbc => "AES-256-CBC",
            Self::Aes128Cbc => "AES-128-CBC",
        })
    }
}

/// How the key of the content is encrypted: RSA-OAEP, with one hash function in both of its places (XML Encryption 1.1,
/// section 5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// SHA-256 and MGF1 with SHA-256.
    OaepSha256,
    /// SHA-384 and MGF1 with SHA-384.
    OaepSha384,
    /// SHA-512 and MGF1 with SHA-512.
    OaepSha512,
    /// SHA-1 and MGF1 with SHA-1: what `rsa-oaep-mgf1p` means, and what most identity providers use. The weakness of
    /// SHA-1 is one of collisions, which this use does not depend on.
    OaepSha1,
}

impl KeyTransport {
    /// Every key transport known, best first.
    pub const ALL: [Self; 4] = [Self::OaepSha256, Self::OaepSha384, Self::OaepSha512, Self::OaepSha1];

    /// Its name as `EncryptionMethod`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::OaepSha1 => MGF1P,
            Self::OaepSha256 | Self::OaepSha384 | Self::OaepSha512 => OAEP,
        }
    }

    /// The hash function in both of its places.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::OaepSha1 => Hash::Sha1,
            Self::OaepSha256 => Hash::Sha256,
            Self::OaepSha384 => Hash::Sha384,
            Self::OaepSha512 => Hash::Sha512,
        }
    }

    /// The name of its mask generation function.
    #[must_use]
    pub const fn mask_uri(self) -> &'static str {
        match self {
            Self::OaepSha1 => "http://www.w3.org/2009/xmlenc11#mgf1sha1",
            Self::OaepSha256 => "http://www.w3.org/2009/xmlenc11#mgf1sha256",
            Self::OaepSha384 => "http://www.w3.org/2009/xmlenc11#mgf1sha384",
            Self::OaepSha512 => "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        }
    }

    /// The key transport of these names. A name that is left out means SHA-1 in both places, and the older name of OAEP
    /// means SHA-1 as the hash of the mask.
    pub(super) fn accepted(
        uri: &str,
        digest: Option<&str>,
        mask: Option<&str>,
    ) -> Result<Self, Undecryptable> {
        let refused = |uri| Undecryptable::KeyTransport { uri: excerpt(uri) };
        if uri != MGF1P && uri != OAEP {
            return Err(refused(uri));
        }
        let digest = digest.unwrap_or_else(|| Hash::Sha1.uri());
        let mask = mask.unwrap_or_else(|| Self::OaepSha1.mask_uri());
        let hash = Self::ALL.into_iter().find(|transport| transport.hash().uri() == digest);
        let masked = Self::ALL.into_iter().find(|transport| transport.mask_uri() == mask);
        let (hash, masked) = (hash.ok_or_else(|| refused(digest))?, masked.ok_or_else(|| refused(mask))?);
        if hash != masked || (uri == MGF1P && hash != Self::OaepSha1) {
            return Err(Undecryptable::MixedHashes { digest: hash.hash(), mask: masked.hash() });
        }
        Ok(hash)
    }

    pub(super) fn algorithm(self) -> &'static OaepAlgorithm {
        match self {
            Self::OaepSha1 => &OAEP_SHA1_MGF1SHA1,
            Self::OaepSha256 => &OAEP_SHA256_MGF1SHA256,
            Self::OaepSha384 => &OAEP_SHA384_MGF1SHA384,
            Self::OaepSha512 => &OAEP_SHA512_MGF1SHA512,
        }
    }
}

const MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";

impl fmt::Display for KeyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RSA-OAEP with {}", self.hash())
    }
}
