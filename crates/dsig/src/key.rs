//! Private keys: made, read, written, and put to use.
//!
//! What lives here: [`SigningKey`] and the self-signed certificate for it. What does not: where keys are kept and
//! how they are encrypted there (`store`, the program), and the form of an XML signature (`sign.rs`).
//! The one thing to know: a key has no `Debug` and no `Display`, and its bytes leave only by [`SigningKey::to_pkcs8`]
//! and [`SigningKey::to_pem`], in memory that is wiped.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaKeyPair, RsaSignatureEncoding,
};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::encoding;
use crate::error::Error;
use crate::{Algorithm, Certificate, Hash};

/// The kinds of signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA with 2048 bits: every identity provider takes it.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// ECDSA on the curve P-256.
    EcdsaP256,
    /// ECDSA on the curve P-384.
    EcdsaP384,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa2048 => "RSA 2048",
            Self::Rsa3072 => "RSA 3072",
            Self::Rsa4096 => "RSA 4096",
            Self::EcdsaP256 => "ECDSA P-256",
            Self::EcdsaP384 => "ECDSA P-384",
        })
    }
}

/// A private key that signs. A clone shares the key.
#[derive(Clone)]
pub struct SigningKey {
    kind: KeyKind,
    pair: Pair,
}

#[derive(Clone)]
enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`Error::Generate`] if the library fails.
    pub fn generate(kind: KeyKind) -> Result<Self, Error> {
        let rsa = |size| RsaKeyPair::generate(size).map(Pair::Rsa);
        let ecdsa = |algorithm| EcdsaKeyPair::generate(algorithm).map(Pair::Ecdsa);
        let pair = match kind {
            KeyKind::Rsa2048 => rsa(KeySize::Rsa2048),
            KeyKind::Rsa3072 => rsa(KeySize::Rsa3072),
            KeyKind::Rsa4096 => rsa(KeySize::Rsa4096),
            KeyKind::EcdsaP256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            KeyKind::EcdsaP384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
        };
        Ok(Self { kind, pair: pair.map_err(|_| Error::Generate)? })
    }

    /// Reads an unencrypted PKCS #8 document.
    ///
    /// # Errors
    /// [`Error::Key`] if the bytes are not a key of one of the kinds.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        RsaKeyPair::from_pkcs8(der)
            .map_err(|_| Error::Key)
            .and_then(Self::from_rsa)
            .or_else(|_| Self::from_ecdsa(|algorithm| EcdsaKeyPair::from_pkcs8(algorithm, der).ok()))
    }

    /// Reads the first private key of a PEM text: PKCS #8, or the older forms for RSA and for elliptic curves.
    ///
    /// # Errors
    /// [`Error::Pem`] if there is none, [`Error::EncryptedKey`] if it is protected by a password, [`Error::Key`] if
    /// it is not of one of the kinds.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        if let Some(der) = encoding::from_pem(text, "PRIVATE KEY") {
            return Self::from_pkcs8(&der);
        }
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(Error::EncryptedKey);
        }
        if let Some(der) = encoding::from_pem(text, "RSA PRIVATE KEY") {
            return RsaKeyPair::from_der(&der).map_err(|_| Error::Key).and_then(Self::from_rsa);
        }
        let der = encoding::from_pem(text, "EC PRIVATE KEY").ok_or(Error::Pem { wanted: "PRIVATE KEY" })?;
        Self::from_ecdsa(|algorithm| EcdsaKeyPair::from_private_key_der(algorithm, &der).ok())
    }

    /// The key as an unencrypted PKCS #8 document.
    ///
    /// # Errors
    /// [`Error::Key`] if the library fails.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => pair.as_der().map_err(|_| Error::Key)?.as_ref().to_vec(),
            Pair::Ecdsa(pair) => pair.to_pkcs8v1().map_err(|_| Error::Key)?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// The key as an unencrypted PKCS #8 document in PEM.
    ///
    /// # Errors
    /// [`Error::Key`] if the library fails.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        Ok(Zeroizing::new(encoding::to_pem(&self.to_pkcs8()?, "PRIVATE KEY")))
    }

    /// What kind of key this is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Whether this is the key of a certificate.
    #[must_use]
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        // A SubjectPublicKeyInfo ends with the key itself, in the form in which the library gives it.
        let public = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ecdsa(pair) => pair.public_key().as_ref(),
        };
        certificate.key().spki().ends_with(public)
    }

    /// The algorithm by which this key signs when asked for this hash. RSA takes it (PKCS #1 v1.5, which every
    /// implementation knows); a curve signs with the hash of its own strength, whatever is asked for.
    #[must_use]
    pub fn algorithm_for(&self, hash: Hash) -> Algorithm {
        match (self.kind, hash) {
            (KeyKind::EcdsaP256, _) => Algorithm::EcdsaSha256,
            (KeyKind::EcdsaP384, _) => Algorithm::EcdsaSha384,
            (_, Hash::Sha1) => Algorithm::RsaSha1,
            (_, Hash::Sha256) => Algorithm::RsaSha256,
            (_, Hash::Sha384) => Algorithm::RsaSha384,
            (_, Hash::Sha512) => Algorithm::RsaSha512,
        }
    }

    /// Makes a self-signed certificate for this key, with a random serial number.
    ///
    /// # Errors
    /// [`Error::SelfSigned`] if the name or the dates (before 1970) cannot be written.
    pub fn self_signed(
        &self,
        common_name: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Certificate, Error> {
        // The generator has a calendar of its own, and from outside only its days can be named.
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let date = |time: Timestamp| {
            u64::try_from(time.as_second()).map(|seconds| epoch + Duration::from_secs(seconds))
        };
        let mut parameters = rcgen::CertificateParams::default();
        parameters.not_before = date(not_before).map_err(|_| Error::SelfSigned)?;
        parameters.not_after = date(not_after).map_err(|_| Error::SelfSigned)?;
        parameters.serial_number = Some(random_serial()?);
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, common_name);
        let pkcs8 = self.to_pkcs8()?;
        let pair = rcgen::KeyPair::try_from(pkcs8.as_slice()).map_err(|_| Error::SelfSigned)?;
        let certificate = parameters.self_signed(&pair).map_err(|_| Error::SelfSigned)?;
        Certificate::from_der(certificate.der())
    }

    /// Signs bytes; ECDSA in the form of XML-DSig, `r || s`.
    pub(crate) fn sign(&self, algorithm: Algorithm, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        match (&self.pair, rsa_encoding(algorithm)) {
            (Pair::Rsa(pair), Some(encoding)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, bytes, &mut signature).map_err(|_| Error::Sign)?;
                Ok(signature)
            }
            (Pair::Ecdsa(pair), None) if self.algorithm_for(Hash::Sha256) == algorithm => {
                Ok(pair.sign(&random, bytes).map_err(|_| Error::Sign)?.as_ref().to_vec())
            }
            _ => Err(Error::Unsupported { kind: self.kind, algorithm }),
        }
    }

    fn from_rsa(pair: RsaKeyPair) -> Result<Self, Error> {
        let kind = match pair.public_modulus_len() {
            256 => KeyKind::Rsa2048,
            384 => KeyKind::Rsa3072,
            512 => KeyKind::Rsa4096,
            _ => return Err(Error::Key),
        };
        Ok(Self { kind, pair: Pair::Rsa(pair) })
    }

    fn from_ecdsa(
        read: impl Fn(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>,
    ) -> Result<Self, Error> {
        let curves = [
            (KeyKind::EcdsaP256, &ECDSA_P256_SHA256_FIXED_SIGNING),
            (KeyKind::EcdsaP384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        ];
        curves
            .into_iter()
            .find_map(|(kind, algorithm)| Some(Self { kind, pair: Pair::Ecdsa(read(algorithm)?) }))
            .ok_or(Error::Key)
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static RsaSignatureEncoding> {
    match algorithm {
        Algorithm::RsaSha256 => Some(&RSA_PKCS1_SHA256),
        Algorithm::RsaSha384 => Some(&RSA_PKCS1_SHA384),
        Algorithm::RsaSha512 => Some(&RSA_PKCS1_SHA512),
        Algorithm::RsaPssSha256 => Some(&RSA_PSS_SHA256),
        Algorithm::RsaPssSha384 => Some(&RSA_PSS_SHA384),
        Algorithm::RsaPssSha512 => Some(&RSA_PSS_SHA512),
        Algorithm::RsaSha1 | Algorithm::EcdsaSha256 | Algorithm::EcdsaSha384 | Algorithm::EcdsaSha512 => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a new certificate draws its own serial number")]
fn random_serial() -> Result<rcgen::SerialNumber, Error> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Generate)?;
    // RFC 5280, section 4.1.2.2: positive, and without a needless zero in front.
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    Ok(rcgen::SerialNumber::from_slice(&bytes))
}
