//! The service providers that are answered.
//!
//! What lives here: what this identity provider takes from a service provider's metadata, and what it calls the
//! service on its pages. What does not: reading metadata (`saml`), and who keeps the list (`provider.rs`).
//! The one thing to know: an answer goes to an address in here or nowhere.

use jiff::Timestamp;
use url::Url;
use vestibule_saml::Certificate;
use vestibule_saml::metadata::{self, Endpoint};

use crate::settings::Error;

/// A service provider that may ask.
#[derive(Debug)]
pub struct Service {
    /// Its entity ID, which is the audience of assertions for it.
    pub entity_id: String,
    /// What pages call it: the host of its first address.
    pub name: String,
    /// Its front page, as far as metadata tells: the root of its first address.
    pub home: String,
    /// The certificates that its requests are verified with.
    pub certificates: Vec<Certificate>,
    /// The certificate to encrypt for it.
    pub encryption_certificate: Option<Certificate>,
    /// Whether it promises to sign its requests.
    pub signs_requests: bool,
    /// Where it takes logout messages.
    pub slo: Vec<Endpoint>,
    default_acs: String,
    other_acs: Vec<String>,
}

impl Service {
    /// Takes what is needed from metadata in XML.
    ///
    /// # Errors
    /// A sentence, if the metadata cannot be used.
    pub fn read(metadata: &str, now: Timestamp) -> Result<Self, Error> {
        let failed = |cause: String| Error(format!("the metadata of a service provider: {cause}"));
        let provider =
            metadata::sp::read(metadata.as_bytes(), None, now).map_err(|error| failed(error.to_string()))?;
        let mut acs = provider.acs_urls.into_iter();
        let default_acs =
            acs.next().ok_or_else(|| failed("It has no assertion consumer service.".to_owned()))?;
        let url = Url::parse(&default_acs).map_err(|error| failed(format!("{default_acs}: {error}")))?;
        let home = url.join("/").map_or_else(|_| default_acs.clone(), String::from);
        let name = url.host_str().unwrap_or(&provider.entity_id).to_owned();
        Ok(Self {
            name: url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}")),
            home,
            entity_id: provider.entity_id,
            certificates: provider.signing_certificates,
            encryption_certificate: provider.encryption_certificates.into_iter().next(),
            signs_requests: provider.authn_requests_signed,
            slo: provider.slo,
            default_acs,
            other_acs: acs.collect(),
        })
    }

    /// The address for a request that names none.
    pub fn default_acs(&self) -> &str {
        &self.default_acs
    }

    /// Every address that answers may go to, the default first.
    pub fn acs_urls(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.default_acs).chain(&self.other_acs).map(String::as_str)
    }
}
