//! The public key of a certificate, ready to verify.
//!
//! Which algorithms exist is in `algorithm.rs`; whose key this is, in `certificate.rs`.
//! The one thing to know: the library ties a parsed key to one algorithm, so a key keeps one parsed form per
//! algorithm, made at its first use: parsing again would cost a tenth of every verification.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use x509_parser::public_key::PublicKey as X509Key;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::Algorithm;

const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A public key and its parsed forms.
pub(crate) struct PublicKey {
    kind: Kind,
    /// SubjectPublicKeyInfo in DER.
    spki: Box<[u8]>,
    parsed: [OnceLock<Option<ParsedPublicKey>>; Algorithm::ALL.len()],
}

enum Kind {
    Rsa { bits: usize },
    P256,
    P384,
    Other(String),
}

impl PublicKey {
    pub(crate) fn new(info: &SubjectPublicKeyInfo<'_>) -> Self {
        Self {
            kind: Kind::of(info),
            spki: info.raw.into(),
            parsed: [const { OnceLock::new() }; Algorithm::ALL.len()],
        }
    }

    /// Whether this is a key of the kind and length that the algorithm may be used with.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.kind.verifier(algorithm).is_some()
    }

    /// Whether `signature` is this key's signature of `message`; ECDSA in the form of XML-DSig, `r || s`.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let Some(key) = self.parsed(algorithm) else { return false };
        let coordinate = match self.kind {
            Kind::Rsa { .. } => return key.verify_sig(message, signature).is_ok(),
            Kind::P256 => 32,
            Kind::P384 => 48,
            Kind::Other(_) => return false,
        };
        signature_to_der(signature, coordinate).is_some_and(|der| key.verify_sig(message, &der).is_ok())
    }

    /// SubjectPublicKeyInfo in DER.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.spki == other.spki
    }

    fn parsed(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        self.parsed
            .get(algorithm as usize)?
            .get_or_init(|| ParsedPublicKey::new(self.kind.verifier(algorithm)?, &self.spki).ok())
            .as_ref()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Rsa { bits } => write!(f, "RSA {bits}"),
            Kind::P256 => f.write_str("ECDSA P-256"),
            Kind::P384 => f.write_str("ECDSA P-384"),
            Kind::Other(name) => f.write_str(name),
        }
    }
}

impl Kind {
    fn of(info: &SubjectPublicKeyInfo<'_>) -> Self {
        match info.parsed() {
            Ok(X509Key::RSA(rsa)) => Self::Rsa { bits: bit_length(rsa.modulus) },
            Ok(X509Key::EC(_)) => Self::of_curve(info),
            Ok(X509Key::DSA(_)) => Self::Other("DSA".to_owned()),
            _ => match info.algorithm.algorithm.to_id_string().as_str() {
                "1.3.101.112" => Self::Other("Ed25519".to_owned()),
                "1.3.101.113" => Self::Other("Ed448".to_owned()),
                other => Self::Other(format!("key of type {other}")),
            },
        }
    }

    fn of_curve(info: &SubjectPublicKeyInfo<'_>) -> Self {
        let curve = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
        match curve.map(|oid| oid.to_id_string()).as_deref() {
            Some("1.2.840.10045.3.1.7") => Self::P256,
            Some("1.3.132.0.34") => Self::P384,
            Some("1.3.132.0.35") => Self::Other("ECDSA P-521".to_owned()),
            Some(other) => Self::Other(format!("ECDSA on curve {other}")),
            None => Self::Other("ECDSA on an unnamed curve".to_owned()),
        }
    }

    /// The library's verifier for this key and this algorithm; it holds RSA keys to 2048 bits at least once more.
    fn verifier(&self, algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
        let verifier: &'static dyn VerificationAlgorithm = match (self, algorithm) {
            (Self::Rsa { bits }, _) if !RSA_BITS.contains(bits) => return None,
            (Self::Rsa { .. }, Algorithm::RsaSha256) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (Self::Rsa { .. }, Algorithm::RsaSha384) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (Self::Rsa { .. }, Algorithm::RsaSha512) => &signature::RSA_PKCS1_2048_8192_SHA512,
            (Self::Rsa { .. }, Algorithm::RsaPssSha256) => &signature::RSA_PSS_2048_8192_SHA256,
            (Self::Rsa { .. }, Algorithm::RsaPssSha384) => &signature::RSA_PSS_2048_8192_SHA384,
            (Self::Rsa { .. }, Algorithm::RsaPssSha512) => &signature::RSA_PSS_2048_8192_SHA512,
            (Self::Rsa { .. }, Algorithm::RsaSha1) => {
                &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY
            }
            (Self::P256, Algorithm::EcdsaSha256) => &signature::ECDSA_P256_SHA256_ASN1,
            (Self::P256, Algorithm::EcdsaSha384) => &signature::ECDSA_P256_SHA384_ASN1,
            (Self::P256, Algorithm::EcdsaSha512) => &signature::ECDSA_P256_SHA512_ASN1,
            (Self::P384, Algorithm::EcdsaSha256) => &signature::ECDSA_P384_SHA256_ASN1,
            (Self::P384, Algorithm::EcdsaSha384) => &signature::ECDSA_P384_SHA384_ASN1,
            (Self::P384, Algorithm::EcdsaSha512) => &signature::ECDSA_P384_SHA512_ASN1,
            _ => return None,
        };
        Some(verifier)
    }
}

fn bit_length(big_endian: &[u8]) -> usize {
    let mut bytes = big_endian.iter().skip_while(|byte| **byte == 0);
    match bytes.next() {
        None => 0,
        Some(first) => bytes.count() * 8 + 8 - first.leading_zeros() as usize,
    }
}

/// Rewrites an ECDSA signature from `r || s` (XML-DSig 1.1, section 6.4.3) to the DER that the library reads for
/// every pair of curve and hash; its reader of `r || s` knows only a curve with its own hash.
fn signature_to_der(raw: &[u8], coordinate: usize) -> Option<Vec<u8>> {
    if raw.len() != 2 * coordinate {
        return None;
    }
    let (r, s) = raw.split_at_checked(coordinate)?;
    let mut body = Vec::with_capacity(raw.len() + 6);
    for number in [r, s] {
        let significant: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = significant.first().is_none_or(|byte| byte & 0x80 != 0);
        // Every length stays below 128, the limit of the one-byte form: P-384 needs 102 bytes at most.
        body.push(0x02);
        body.push(u8::try_from(significant.len() + usize::from(sign)).ok()?);
        body.extend(sign.then_some(0));
        body.extend(significant);
    }
    let mut der = vec![0x30, u8::try_from(body.len()).ok()?];
    der.append(&mut body);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::{bit_length, signature_to_der};

    #[test]
    fn the_length_of_a_modulus_counts_its_bits() {
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(bit_length(&[0, 0]), 0);
        assert_eq!(bit_length(&[0, 1, 0]), 9);
        assert_eq!(bit_length(&[0x7f, 0xff]), 15);
        assert_eq!(bit_length(&[0, 0x80, 0xff]), 16);
    }

    #[test]
    fn raw_ecdsa_signatures_become_minimal_der() {
        let cases: [(&[u8], &[u8]); 4] = [
            (&[0x01, 0x02, 0x03, 0x04], &[0x30, 8, 2, 2, 1, 2, 2, 2, 3, 4]),
            (&[0x80, 0x02, 0x00, 0x04], &[0x30, 8, 2, 3, 0, 0x80, 2, 2, 1, 4]),
            (&[0x00, 0x80, 0x00, 0x7f], &[0x30, 7, 2, 2, 0, 0x80, 2, 1, 0x7f]),
            (&[0x00, 0x00, 0x00, 0x01], &[0x30, 6, 2, 1, 0, 2, 1, 1]),
        ];
        for (raw, der) in cases {
            assert_eq!(signature_to_der(raw, 2).as_deref(), Some(der), "{raw:02x?}");
        }
        assert_eq!(signature_to_der(&[1, 2, 3], 2), None);
        assert_eq!(signature_to_der(&[1, 2, 3, 4, 5], 2), None);
    }
}
