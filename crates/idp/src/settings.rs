//! What an identity provider is told when it is made.
//!
//! What lives here: [`Settings`], the [`Sources`] of time and chance, and the [`Identity`] it signs with. What does
//! not: reading files, command lines and addresses (the program does), and what runs on these settings
//! (`provider.rs`).
//! The one thing to know: an identity that is generated lives as long as the process. Whoever wants service providers
//! to keep trusting it hands in a key.

use std::fmt;

use jiff::{Timestamp, ToSpan as _};
use vestibule_saml::write::Signed;
use vestibule_saml::{Certificate, Encryption, KeyKind, SigningKey};

use crate::attack::Attack;
use crate::dialect::Dialect;
use crate::people::Person;

/// What an identity provider is told when it is made.
pub struct Settings {
    /// Where browsers reach it, for example `http://localhost:8081`; no path.
    pub base_url: String,
    /// Its entity ID; the address of its metadata unless given.
    pub entity_id: Option<String>,
    /// The key it signs with, and the certificate that shows the key.
    pub identity: Identity,
    /// The metadata of the service providers it answers, one XML text each. More can be added while it runs
    /// ([`crate::Provider::trust`]).
    pub service_providers: Vec<String>,
    /// Who can be chosen.
    pub people: Vec<Person>,
    /// Which parts of a response it signs.
    pub signs: Signed,
    /// How it encrypts the assertions of honest responses, if it does and the service provider names a certificate.
    pub encrypts: Option<Encryption>,
    /// Whose honest responses it imitates; its own way of writing unless given. A dialect decides itself what is signed.
    pub dialect: Option<&'static Dialect>,
    /// Whether and how bad responses are offered.
    pub adversary: Adversary,
}

/// How bad responses come about.
#[derive(Clone, Copy, Default)]
pub enum Adversary {
    /// Only honest responses leave.
    Absent,
    /// The sign-in page offers them, and starts with the honest one.
    #[default]
    Offered,
    /// The sign-in page offers them, and starts with this one.
    Chosen(&'static Attack),
}

/// A signing key and its certificate.
#[derive(Clone)]
pub struct Identity {
    /// The key.
    pub key: SigningKey,
    /// The certificate that metadata and signatures show.
    pub certificate: Certificate,
}

/// The name in a certificate that is made here.
const COMMON_NAME: &str = "Vestibule test identity provider";

impl Identity {
    /// Makes a new RSA key, and a certificate for it that is good for ten years from now.
    ///
    /// # Errors
    /// A sentence, if the cryptographic library fails.
    pub fn generate(now: Timestamp) -> Result<Self, Error> {
        let key = SigningKey::generate(KeyKind::Rsa2048).map_err(Error::identity)?;
        Self::for_key(key, now)
    }

    /// Takes the private key of a PEM text, with the certificate that stands beside it in the same text; without one
    /// it makes one.
    ///
    /// # Errors
    /// A sentence, if there is no key that can be used, or if the certificate is broken.
    pub fn from_pem(text: &str, now: Timestamp) -> Result<Self, Error> {
        let key = SigningKey::from_pem(text).map_err(Error::identity)?;
        if !text.contains("BEGIN CERTIFICATE") {
            return Self::for_key(key, now);
        }
        let certificate = Certificate::from_pem(text).map_err(Error::identity)?;
        Ok(Self { key, certificate })
    }

    fn for_key(key: SigningKey, now: Timestamp) -> Result<Self, Error> {
        let hours = |count: i64| now.checked_add(count.hours()).map_err(Error::identity);
        let certificate =
            key.self_signed(COMMON_NAME, hours(-24)?, hours(10 * 365 * 24)?).map_err(Error::identity)?;
        Ok(Self { key, certificate })
    }
}

/// Where time and chance come from.
pub struct Sources {
    /// The time now.
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// Random bytes for one identifier.
    pub ids: Box<dyn Fn() -> [u8; 16] + Send + Sync>,
}

/// Why an identity provider cannot be made, or a service provider not be trusted: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl Error {
    fn identity(cause: impl fmt::Display) -> Self {
        Self(format!("the signing key of the identity provider: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
