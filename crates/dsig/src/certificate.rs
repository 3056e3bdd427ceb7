//! X.509 certificates as holders of a key.
//!
//! What lives here: reading a certificate, what pages and logs show of it, and the key it holds. What does not:
//! making one (`key.rs`), and deciding which are trusted (the connection's configuration).
//! The one thing to know: trust is pinned. A certificate is trusted because an administrator put it into the
//! connection; its issuer, its dates and its extensions decide nothing, and an expired one still verifies.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use x509_parser::prelude::{ASN1Time, FromDer as _, X509Certificate};

use crate::encoding;
use crate::error::Error;
use crate::invalid::excerpt;
use crate::public_key::PublicKey;
use crate::{Algorithm, Hash};

const LABEL: &str = "CERTIFICATE";

/// An X.509 certificate with its public key parsed. A clone shares both.
#[derive(Clone)]
pub struct Certificate(Arc<Content>);

struct Content {
    der: Box<[u8]>,
    subject: String,
    issuer_name: String,
    serial: String,
    not_before: Timestamp,
    not_after: Timestamp,
    fingerprint: String,
    description: String,
    key: PublicKey,
}

impl Certificate {
    /// Reads DER.
    ///
    /// # Errors
    /// [`Error::Certificate`] if the bytes are anything but one certificate. A certificate with a key that cannot
    /// verify here is read nevertheless, so that it can be shown and named in an error.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| Error::Certificate)?;
        if !rest.is_empty() {
            return Err(Error::Certificate);
        }
        let subject = excerpt(&certificate.subject().to_string());
        let fingerprint = fingerprint(der);
        Ok(Self(Arc::new(Content {
            der: der.into(),
            description: format!("{subject} (SHA-256 {fingerprint})"),
            subject,
            issuer_name: excerpt(&certificate.issuer().to_string()),
            serial: excerpt(&certificate.raw_serial_as_string()),
            not_before: timestamp(certificate.validity().not_before)?,
            not_after: timestamp(certificate.validity().not_after)?,
            fingerprint,
            key: PublicKey::new(certificate.public_key()),
        })))
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`Error::Pem`] if there is no such block, [`Error::Certificate`] if it holds something else.
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        let der = encoding::from_pem(text, LABEL).ok_or(Error::Pem { wanted: LABEL })?;
        Self::from_der(&der)
    }

    /// Reads the text of `ds:X509Certificate`: Base64, with any white space inside.
    ///
    /// # Errors
    /// [`Error::Base64`] or [`Error::Certificate`].
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        Self::from_der(&encoding::decode(text).ok_or(Error::Base64)?)
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The certificate in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        encoding::to_pem(self.der(), LABEL)
    }

    /// The certificate in Base64 without line breaks, as `ds:X509Certificate` takes it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        encoding::encode(self.der())
    }

    /// The subject's name, as `CN=idp.example, O=Example`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The issuer's name, as `CN=idp.example, O=Example`.
    #[must_use]
    pub fn issuer_name(&self) -> &str {
        &self.0.issuer_name
    }

    /// The serial number in hexadecimal, as `0a:1b:2c`.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// When its validity begins. Shown, not enforced.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// When its validity ends. Shown and warned about, not enforced.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// The SHA-256 fingerprint, as `AB:CD:…`.
    #[must_use]
    pub fn fingerprint_sha256(&self) -> String {
        self.0.fingerprint.clone()
    }

    /// Its subject and its fingerprint in a few words, as `CN=idp.example (SHA-256 AB:CD:…)`.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// The kind and the length of its key, as `RSA 2048` or `ECDSA P-256`.
    #[must_use]
    pub fn key_description(&self) -> String {
        self.0.key.to_string()
    }

    /// Whether signatures by its key can be accepted at all: RSA from 2048 to 8192 bits, ECDSA P-256 or P-384.
    #[must_use]
    pub fn can_verify(&self) -> bool {
        Algorithm::ALL.into_iter().any(|algorithm| self.key().fits(algorithm))
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.0.key
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.fingerprint_sha256())
    }
}

fn timestamp(time: ASN1Time) -> Result<Timestamp, Error> {
    Timestamp::from_second(time.timestamp()).map_err(|_| Error::Certificate)
}

/// Made once, as the description is: every trace of a sign-in names it.
fn fingerprint(der: &[u8]) -> String {
    let digest = Hash::Sha256.digest(der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}
