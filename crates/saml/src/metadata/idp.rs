//! Metadata of identity providers.
//!
//! What both kinds of provider share is in the parent module. The one thing to know: a role is chosen by its protocol,
//! so documents with several roles (an identity provider that is also a service provider, an attribute authority, or
//! speaks WS-Federation) need no setting.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::Certificate;
use vestibule_xml::Writer;

use super::{Endpoint, Error};
use crate::write::Signer;
use crate::{names, read};

const ROLE: &str = "IDPSSODescriptor";

/// What the metadata of an identity provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Its entity ID, which assertions name as their issuer.
    pub entity_id: String,
    /// Where to send people to sign in; one at least.
    pub sso: Vec<Endpoint>,
    /// Where to send people to sign out.
    pub slo: Vec<Endpoint>,
    /// The certificates of its signing keys; one at least that can verify.
    pub signing_certificates: Vec<Certificate>,
    /// The formats of name identifier that it offers.
    pub name_id_formats: Vec<String>,
    /// When this description ends.
    pub valid_until: Option<Timestamp>,
    /// For how long it may be kept before it is looked at again; whole seconds, more than none.
    pub cache_duration: Option<SignedDuration>,
    /// Whether it wants requests signed.
    pub want_authn_requests_signed: bool,
}

/// Reads the metadata of an identity provider, alone in its document or among others. `wanted` is its entity ID; it is
/// needed where the document describes several.
///
/// # Errors
/// [`Error`] says what is missing or wrong.
pub fn read(xml: &[u8], wanted: Option<&str>, now: Timestamp) -> Result<IdentityProvider, Error> {
    let document = super::parse(xml)?;
    let role = super::find(document.root(), ROLE, wanted, now)?;
    let sso = super::endpoints(role.element, "SingleSignOnService")?;
    if sso.is_empty() {
        let offered = super::offered(role.element, "SingleSignOnService");
        return Err(Error::NoUsableEndpoint { service: "SingleSignOnService", offered });
    }
    let signing_certificates = super::certificates(role.element, "signing")?;
    if signing_certificates.is_empty() {
        return Err(Error::NoCertificate);
    }
    if !signing_certificates.iter().any(Certificate::can_verify) {
        let found = signing_certificates.iter().map(Certificate::key_description).collect();
        return Err(Error::WeakKeys { found });
    }
    Ok(IdentityProvider {
        entity_id: role.entity_id,
        sso,
        slo: super::endpoints(role.element, "SingleLogoutService")?,
        signing_certificates,
        name_id_formats: super::name_id_formats(role.element),
        valid_until: role.valid_until,
        cache_duration: role.cache_duration,
        want_authn_requests_signed: read::flag(role.element, "WantAuthnRequestsSigned").unwrap_or(false),
    })
}

/// Reads the metadata of an identity provider out of a document that one of the pinned certificates signed. Nothing is
/// read but what the signature covers.
///
/// # Errors
/// [`Error::Signature`] when no pinned certificate signed the root of the document; else as [`read`].
pub fn read_signed(
    xml: &[u8],
    wanted: Option<&str>,
    now: Timestamp,
    pinned: &[Certificate],
) -> Result<IdentityProvider, Error> {
    read(&super::signed(xml, pinned)?, wanted, now)
}

/// Writes the metadata of an identity provider.
#[must_use]
pub fn write(provider: &IdentityProvider) -> String {
    written(provider, None)
}

/// Writes the metadata of an identity provider, and signs it.
///
/// # Errors
/// When the key does not sign with the algorithm, or `id` cannot be an ID.
pub fn write_signed(
    provider: &IdentityProvider,
    id: &str,
    signer: &Signer,
) -> Result<String, vestibule_dsig::Error> {
    signer.sign(&written(provider, Some(id)), id)
}

fn written(provider: &IdentityProvider, id: Option<&str>) -> String {
    let mut writer = Writer::new();
    super::start_entity(&mut writer, &provider.entity_id, provider.valid_until);
    if let Some(id) = id {
        writer.attribute("ID", id);
    }
    if let Some(kept) = provider.cache_duration {
        writer.attribute("cacheDuration", &format!("PT{}S", kept.as_secs()));
    }
    writer.start("md:IDPSSODescriptor");
    if provider.want_authn_requests_signed {
        writer.attribute("WantAuthnRequestsSigned", "true");
    }
    writer.attribute("protocolSupportEnumeration", names::PROTOCOL);
    for certificate in &provider.signing_certificates {
        super::start_key(&mut writer, "signing", certificate);
        writer.end();
    }
    for endpoint in &provider.slo {
        super::write_endpoint(&mut writer, "md:SingleLogoutService", endpoint);
    }
    for format in &provider.name_id_formats {
        super::write_text(&mut writer, "md:NameIDFormat", format);
    }
    for endpoint in &provider.sso {
        super::write_endpoint(&mut writer, "md:SingleSignOnService", endpoint);
    }
    writer.end();
    writer.end();
    writer.finish()
}
