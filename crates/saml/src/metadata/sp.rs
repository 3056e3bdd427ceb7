//! Metadata of service providers.
//!
//! What both kinds of provider share is in the parent module. The one thing to know: `WantAssertionsSigned` is written
//! as `true` or left out. Written as `false` it makes a well-known identity provider leave the assertion unsigned.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::Certificate;
use vestibule_dsig::encryption::{self, Cipher, KeyTransport};
use vestibule_xml::{Element, Writer};

use super::{Endpoint, Error};
use crate::binding::Binding;
use crate::{names, read};

const ROLE: &str = "SPSSODescriptor";

/// What the metadata of a service provider says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Its entity ID, which assertions name as their audience.
    pub entity_id: String,
    /// Where responses are posted, the default first; one at least.
    pub acs_urls: Vec<String>,
    /// Where messages about signing out go.
    pub slo: Vec<Endpoint>,
    /// The certificates of its signing keys; two around a change.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates to encrypt for it.
    pub encryption_certificates: Vec<Certificate>,
    /// The ciphers that it decrypts, best first; empty if it does not say.
    pub ciphers: Vec<Cipher>,
    /// The formats of name identifier that it understands.
    pub name_id_formats: Vec<String>,
    /// Whether it signs its requests.
    pub authn_requests_signed: bool,
    /// Whether it asks for signed assertions.
    pub want_assertions_signed: bool,
    /// When this description ends.
    pub valid_until: Option<Timestamp>,
    /// For how long whoever reads it may keep it without looking again (SAML-Metadata, section 2.3.2).
    pub cache_duration: Option<SignedDuration>,
}

/// Writes the metadata of a service provider.
#[must_use]
pub fn write(provider: &ServiceProvider) -> String {
    let mut writer = Writer::new();
    super::start_entity(&mut writer, &provider.entity_id, provider.valid_until);
    if let Some(kept) = provider.cache_duration {
        writer.attribute("cacheDuration", &format!("PT{}S", kept.as_secs()));
    }
    writer.start("md:SPSSODescriptor");
    writer.attribute("AuthnRequestsSigned", if provider.authn_requests_signed { "true" } else { "false" });
    if provider.want_assertions_signed {
        writer.attribute("WantAssertionsSigned", "true");
    }
    writer.attribute("protocolSupportEnumeration", names::PROTOCOL);
    for certificate in &provider.signing_certificates {
        super::start_key(&mut writer, "signing", certificate);
        writer.end();
    }
    for certificate in &provider.encryption_certificates {
        super::start_key(&mut writer, "encryption", certificate);
        write_methods(&mut writer, &provider.ciphers);
        writer.end();
    }
    for endpoint in &provider.slo {
        super::write_endpoint(&mut writer, "md:SingleLogoutService", endpoint);
    }
    for format in &provider.name_id_formats {
        super::write_text(&mut writer, "md:NameIDFormat", format);
    }
    for (index, url) in provider.acs_urls.iter().enumerate() {
        writer.start("md:AssertionConsumerService");
        writer.attribute("Binding", Binding::Post.uri());
        writer.attribute("Location", url);
        writer.attribute("index", &index.to_string());
        if index == 0 {
            writer.attribute("isDefault", "true");
        }
        writer.end();
    }
    writer.end();
    writer.end();
    writer.finish()
}

/// What an encryption for a key may use (SAML-Metadata, section 2.4.1.1). OAEP is named with both of its hash functions,
/// because some identity providers choose two different ones otherwise, which is not read here.
fn write_methods(writer: &mut Writer, ciphers: &[Cipher]) {
    if ciphers.is_empty() {
        return;
    }
    for cipher in ciphers {
        writer.start("md:EncryptionMethod").attribute("Algorithm", cipher.uri()).end();
    }
    for transport in [KeyTransport::OaepSha256, KeyTransport::OaepSha1] {
        writer.start("md:EncryptionMethod").attribute("Algorithm", transport.uri());
        writer.start("ds:DigestMethod").attribute("Algorithm", transport.hash().uri()).end();
        if transport != KeyTransport::OaepSha1 {
            writer.start("xenc11:MGF").attribute("xmlns:xenc11", encryption::NAMESPACE_11);
            writer.attribute("Algorithm", transport.mask_uri()).end();
        }
        writer.end();
    }
}

/// The ciphers that are named for any key that encrypts, in the order of the document.
fn ciphers(role: Element<'_>) -> Vec<Cipher> {
    let mut ciphers = Vec::new();
    let keys = role.children(names::METADATA, "KeyDescriptor");
    for method in keys.flat_map(|key| key.children(names::METADATA, "EncryptionMethod")) {
        let uri = method.attribute("Algorithm").map(read::trim);
        let known = Cipher::ALL.into_iter().find(|cipher| Some(cipher.uri()) == uri);
        ciphers.extend(known.filter(|cipher| !ciphers.contains(cipher)));
    }
    ciphers
}

/// Reads the metadata of a service provider, alone in its document or among others. `wanted` is its entity ID; it is
/// needed where the document describes several.
///
/// # Errors
/// [`Error`] says what is missing or wrong.
pub fn read(xml: &[u8], wanted: Option<&str>, now: Timestamp) -> Result<ServiceProvider, Error> {
    let document = super::parse(xml)?;
    let role = super::find(document.root(), ROLE, wanted, now)?;
    Ok(ServiceProvider {
        acs_urls: acs_urls(role.element)?,
        slo: super::endpoints(role.element, "SingleLogoutService")?,
        signing_certificates: super::certificates(role.element, "signing")?,
        encryption_certificates: super::certificates(role.element, "encryption")?,
        ciphers: ciphers(role.element),
        name_id_formats: super::name_id_formats(role.element),
        authn_requests_signed: read::flag(role.element, "AuthnRequestsSigned").unwrap_or(false),
        want_assertions_signed: read::flag(role.element, "WantAssertionsSigned").unwrap_or(false),
        valid_until: role.valid_until,
        cache_duration: role.cache_duration,
        entity_id: role.entity_id,
    })
}

/// The addresses that take posted responses, the default first (SAML-Metadata, section 2.2.3).
fn acs_urls(role: Element<'_>) -> Result<Vec<String>, Error> {
    const SERVICE: &str = "AssertionConsumerService";
    let mut urls = Vec::new();
    for element in role.children(names::METADATA, SERVICE) {
        if element.attribute("Binding").map(read::trim).and_then(Binding::from_uri) != Some(Binding::Post) {
            continue;
        }
        let url =
            read::attribute_owned(element, "Location").ok_or(Error::Missing("Location of an endpoint"))?;
        super::web(&url, SERVICE)?;
        if read::flag(element, "isDefault") == Some(true) {
            urls.insert(0, url);
        } else {
            urls.push(url);
        }
    }
    if urls.is_empty() {
        return Err(Error::NoUsableEndpoint { service: SERVICE, offered: super::offered(role, SERVICE) });
    }
    Ok(urls)
}
