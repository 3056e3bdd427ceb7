//! Metadata: how providers introduce themselves to each other (SAML-Metadata).
//!
//! What lives here: [`idp`] and [`sp`], each with a reader and a writer, and what both share: finding the entity in a
//! document, its validity, its keys and its addresses. What does not: fetching, keeping and comparing (`app`).
//! The one thing to know: nothing that is missing switches anything off. Metadata without a key that can verify, without
//! an address that a browser can be sent to, or past its date is an error that names what is missing.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::{Allowed, Certificate};
use vestibule_xml::{Document, Element, Limits, Writer};

use crate::binding::Binding;
use crate::{names, read, time};

mod error;
pub mod idp;
pub mod sp;

pub use error::Error;

/// An address for one binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How messages get there.
    pub binding: Binding,
    /// Where requests go; `http` or `https`.
    pub url: String,
    /// Where responses go, if elsewhere.
    pub response_url: Option<String>,
}

impl Endpoint {
    /// An endpoint that takes requests and responses alike.
    #[must_use]
    pub fn new(binding: Binding, url: impl Into<String>) -> Self {
        Self { binding, url: url.into(), response_url: None }
    }
}

const MAX_LISTED: usize = 100;

/// Metadata is a file, and files of some systems begin with a byte order mark: Microsoft Entra and AD FS serve theirs
/// with one. It is dropped here; a message with one is refused.
fn parse(xml: &[u8]) -> Result<Document<'_>, Error> {
    let xml = xml.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(xml);
    Document::parse_with(xml, &Limits::METADATA).map_err(Error::Xml)
}

/// The bytes of a document that one of the pinned certificates signed: those of its root, and nothing but what the
/// signature covers (SAML-Metadata, section 3). SHA-1 is not accepted, whatever the connection allows for messages.
fn signed(xml: &[u8], pinned: &[Certificate]) -> Result<Vec<u8>, Error> {
    let document = parse(xml)?;
    described(document.root())?;
    let signed = vestibule_dsig::verify(document.root(), pinned, Allowed::default());
    Ok(signed.map_err(Error::Signature)?.bytes().to_vec())
}

/// An EntityDescriptor, the role in it, when both end, and for how long they may be kept.
struct Role<'d> {
    entity_id: String,
    element: Element<'d>,
    valid_until: Option<Timestamp>,
    cache_duration: Option<SignedDuration>,
}

fn described(root: Element<'_>) -> Result<(), Error> {
    if is(root, "EntityDescriptor") || is(root, "EntitiesDescriptor") {
        return Ok(());
    }
    Err(Error::NotMetadata { found: read::excerpt(root.local_name()) })
}

/// Finds the entity: the one asked for, or the only one with the role.
fn find<'d>(
    root: Element<'d>,
    role: &'static str,
    wanted: Option<&str>,
    now: Timestamp,
) -> Result<Role<'d>, Error> {
    described(root)?;
    let all = || root.descendants().filter(|element| is(*element, "EntityDescriptor"));
    let able = || all().filter(|entity| role_of(*entity, role).is_some());
    let ids =
        |entities: &mut dyn Iterator<Item = Element<'d>>| entities.take(MAX_LISTED).map(entity_id).collect();
    let entity = match wanted {
        Some(wanted) => {
            let named = |entity: &Element<'_>| entity_id(*entity) == wanted;
            let mut described = able().filter(named);
            match (described.next(), described.next()) {
                (Some(_), Some(_)) => return Err(Error::DescribedTwice { wanted: wanted.to_owned() }),
                (found, _) => found.or_else(|| all().find(named)).ok_or_else(|| Error::NoSuchEntity {
                    wanted: wanted.to_owned(),
                    entity_ids: ids(&mut all()),
                })?,
            }
        }
        None => {
            let mut described = able();
            match (described.next(), described.next()) {
                (Some(entity), None) => entity,
                (None, _) => all().next().ok_or(Error::Missing("EntityDescriptor"))?,
                _ => return Err(Error::SeveralEntities { entity_ids: ids(&mut able()) }),
            }
        }
    };
    let element =
        role_of(entity, role).ok_or_else(|| Error::NoRole { wanted: role, found: roles(entity) })?;
    let entity_id = Some(entity_id(entity)).filter(|id| !id.is_empty()).ok_or(Error::Missing("entityID"))?;
    Ok(Role { entity_id, element, valid_until: validity(element, now)?, cache_duration: kept_for(element) })
}

fn entity_id(entity: Element<'_>) -> String {
    read::attribute_owned(entity, "entityID").unwrap_or_default()
}

fn role_of<'d>(entity: Element<'d>, role: &str) -> Option<Element<'d>> {
    entity.children(names::METADATA, role).find(|element| {
        let protocols = element.attribute("protocolSupportEnumeration").unwrap_or_default();
        protocols.split_ascii_whitespace().any(|protocol| protocol == names::PROTOCOL)
    })
}

fn roles(entity: Element<'_>) -> Vec<String> {
    let descriptors = entity.elements().filter(|element| element.local_name().ends_with("Descriptor"));
    descriptors.take(MAX_LISTED).map(|element| read::excerpt(element.local_name())).collect()
}

/// The earliest `validUntil` on the way from the role to the root; an error if it has passed.
fn validity(role: Element<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut earliest: Option<Timestamp> = None;
    for element in std::iter::successors(Some(role), |element| element.parent()) {
        let until = read::time(element, "validUntil").map_err(Error::Time)?;
        earliest = earliest.into_iter().chain(until).min();
    }
    match earliest {
        Some(valid_until) if valid_until <= now => Err(Error::Expired { valid_until, now }),
        valid_until => Ok(valid_until),
    }
}

/// The shortest `cacheDuration` on the way from the role to the root. It only says how often to look again, so one that
/// cannot be read is none.
fn kept_for(role: Element<'_>) -> Option<SignedDuration> {
    let way = std::iter::successors(Some(role), |element| element.parent());
    way.filter_map(|element| time::duration(read::trim(element.attribute("cacheDuration")?))).min()
}

/// The certificates of a role that are for this use, or for any: a KeyDescriptor without `use` is for both.
fn certificates(role: Element<'_>, wanted: &str) -> Result<Vec<Certificate>, Error> {
    let mut certificates: Vec<Certificate> = Vec::new();
    for key in role.children(names::METADATA, "KeyDescriptor") {
        if key.attribute("use").is_some_and(|found| read::trim(found) != wanted) {
            continue;
        }
        for key_info in key.children(names::SIGNATURE, "KeyInfo") {
            for certificate in read::certificates(key_info).map_err(Error::Certificate)? {
                if !certificates.contains(&certificate) {
                    certificates.push(certificate);
                }
            }
        }
    }
    Ok(certificates)
}

/// The endpoints of a service that a browser can reach; others are left out.
fn endpoints(role: Element<'_>, service: &'static str) -> Result<Vec<Endpoint>, Error> {
    let mut endpoints = Vec::new();
    for element in role.children(names::METADATA, service) {
        let Some(binding) = element.attribute("Binding").map(read::trim).and_then(Binding::from_uri) else {
            continue;
        };
        let url =
            read::attribute_owned(element, "Location").ok_or(Error::Missing("Location of an endpoint"))?;
        let response_url = read::attribute_owned(element, "ResponseLocation");
        for address in [Some(&url), response_url.as_ref()].into_iter().flatten() {
            web(address, service)?;
        }
        endpoints.push(Endpoint { binding, url, response_url });
    }
    Ok(endpoints)
}

/// A browser will be sent there, so nothing but the web will do.
fn web(address: &str, service: &'static str) -> Result<(), Error> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let plain = !address.contains(|c: char| c.is_control() || c.is_whitespace());
    if plain && matches!(scheme.as_deref(), Some("http" | "https")) {
        return Ok(());
    }
    Err(Error::Location { service, found: read::excerpt(address) })
}

/// The bindings that a service is offered by, for an error.
fn offered(role: Element<'_>, service: &str) -> Vec<String> {
    let offers =
        role.children(names::METADATA, service).filter_map(|element| read::attribute(element, "Binding"));
    offers.take(MAX_LISTED).map(read::excerpt).collect()
}

fn name_id_formats(role: Element<'_>) -> Vec<String> {
    role.children(names::METADATA, "NameIDFormat").filter_map(read::text_owned).collect()
}

fn is(element: Element<'_>, name: &str) -> bool {
    element.is(names::METADATA, name)
}

fn start_entity(writer: &mut Writer, entity_id: &str, valid_until: Option<Timestamp>) {
    writer.start("md:EntityDescriptor");
    writer.attribute("xmlns:md", names::METADATA);
    writer.attribute("xmlns:ds", names::SIGNATURE);
    writer.attribute("entityID", entity_id);
    if let Some(valid_until) = valid_until {
        writer.attribute("validUntil", &valid_until.to_string());
    }
}

/// Opens the description of a key; what can be said about its use follows.
fn start_key(writer: &mut Writer, usage: &str, certificate: &Certificate) {
    writer.start("md:KeyDescriptor");
    writer.attribute("use", usage);
    writer.start("ds:KeyInfo");
    writer.start("ds:X509Data");
    writer.start("ds:X509Certificate");
    writer.text(&certificate.to_base64());
    for _ in 0..3 {
        writer.end();
    }
}

fn write_endpoint(writer: &mut Writer, name: &'static str, endpoint: &Endpoint) {
    writer.start(name);
    writer.attribute("Binding", endpoint.binding.uri());
    writer.attribute("Location", &endpoint.url);
    if let Some(response_url) = &endpoint.response_url {
        writer.attribute("ResponseLocation", response_url);
    }
    writer.end();
}

fn write_text(writer: &mut Writer, name: &'static str, text: &str) {
    writer.start(name).text(text).end();
}
