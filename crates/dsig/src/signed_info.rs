//! Reading `ds:SignedInfo`: the one form of it that is accepted.
//!
//! Where it stands in a signature and in which order things are checked is in `verify.rs`.
//! The one thing to know: it is read twice by the same function. The first reading, of the received element, only says
//! how to canonicalize it and with which algorithm to verify; the second, of the bytes that verified, is believed.

use vestibule_xml::Element;

use crate::algorithm::{Algorithm, Allowed, Hash};
use crate::encoding;
use crate::invalid::{Invalid, Malformed, Refusal, Role, excerpt};

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// No message needs more; and canonical form takes time for each.
const MAX_PREFIXES: usize = 32;

/// What `ds:SignedInfo` says.
#[derive(PartialEq, Eq)]
pub(crate) struct SignedInfo<'d> {
    /// The prefixes to keep when it is canonicalized itself.
    pub(crate) own_prefixes: Vec<&'d str>,
    pub(crate) algorithm: Algorithm,
    /// The URI of the one reference.
    pub(crate) uri: Option<&'d str>,
    /// The prefixes to keep when what it refers to is canonicalized.
    pub(crate) prefixes: Vec<&'d str>,
    pub(crate) hash: Hash,
    pub(crate) digest: Vec<u8>,
}

impl<'d> SignedInfo<'d> {
    pub(crate) fn read(element: Element<'d>, allowed: Allowed) -> Result<Self, Invalid> {
        let mut parts = element.elements();
        let mut next = |name| parts.next().filter(|part| is(*part, name));
        let [Some(canonicalization), Some(method), Some(reference)] =
            [next("CanonicalizationMethod"), next("SignatureMethod"), next("Reference")]
        else {
            return Err(Malformed::SignedInfo.into());
        };
        match parts.next() {
            None => {}
            Some(other) if is(other, "Reference") => return Err(Malformed::SeveralReferences.into()),
            Some(_) => return Err(Malformed::SignedInfo.into()),
        }
        let own_prefixes = exclusive(canonicalization, Role::Canonicalization)?;
        let algorithm = Algorithm::accepted(bare(method, Role::Signature)?, allowed)?;
        let Reference { uri, prefixes, hash, digest } = Reference::read(reference, allowed)?;
        Ok(Self { own_prefixes, algorithm, uri, prefixes, hash, digest })
    }

    /// The reference points to this ID, by the one form of URI that is accepted: `#` and the ID.
    pub(crate) fn refers_to(&self, id: &str) -> Result<(), Invalid> {
        match self.uri.and_then(|uri| uri.strip_prefix('#')) {
            Some(target) if target == id => Ok(()),
            _ => {
                let expected = format!("#{}", excerpt(id));
                Err(Malformed::ReferenceUri { expected, found: self.uri.map(excerpt) }.into())
            }
        }
    }
}

struct Reference<'d> {
    uri: Option<&'d str>,
    prefixes: Vec<&'d str>,
    hash: Hash,
    digest: Vec<u8>,
}

impl<'d> Reference<'d> {
    fn read(element: Element<'d>, allowed: Allowed) -> Result<Self, Invalid> {
        let mut parts = element.elements();
        let mut next = |name| parts.next().filter(|part| is(*part, name));
        let [Some(transforms), Some(method), Some(value)] =
            [next("Transforms"), next("DigestMethod"), next("DigestValue")]
        else {
            return Err(Malformed::Reference.into());
        };
        if parts.next().is_some() {
            return Err(Malformed::Reference.into());
        }
        let prefixes = read_transforms(transforms)?;
        let hash = Hash::accepted(bare(method, Role::Digest)?, allowed)?;
        let digest = value.text().and_then(|text| encoding::decode(&text)).ok_or(Malformed::DigestValue)?;
        if digest.len() != hash.length() {
            return Err(Malformed::DigestValue.into());
        }
        Ok(Self { uri: element.attribute("URI"), prefixes, hash, digest })
    }
}

/// Exactly two transforms, in this order; a name that is known nowhere here is reported before the count is.
fn read_transforms(element: Element<'_>) -> Result<Vec<&str>, Invalid> {
    for transform in element.elements() {
        let uri = transform.attribute("Algorithm").filter(|_| is(transform, "Transform"));
        let uri = uri.ok_or(Malformed::Parameters(Role::Transform))?;
        if uri != ENVELOPED && uri != EXCLUSIVE {
            return Err(not_accepted(Role::Transform, uri));
        }
    }
    let mut transforms = element.elements();
    let [Some(first), Some(second), None] = [transforms.next(), transforms.next(), transforms.next()] else {
        return Err(Malformed::Transforms.into());
    };
    if first.attribute("Algorithm") != Some(ENVELOPED) || second.attribute("Algorithm") != Some(EXCLUSIVE) {
        return Err(Malformed::Transforms.into());
    }
    bare(first, Role::Transform)?;
    exclusive(second, Role::Transform)
}

/// The name of an algorithm that takes no parameters; text beside it is part of what is signed and means nothing.
fn bare(element: Element<'_>, role: Role) -> Result<&str, Invalid> {
    let uri = element.attribute("Algorithm").ok_or(Malformed::Parameters(role))?;
    if element.elements().next().is_some() {
        // An unknown algorithm is the better news than its unknown parameters.
        let known = uri == ENVELOPED || Algorithm::from_uri(uri).is_some() || Hash::from_uri(uri).is_some();
        return Err(if known { Malformed::Parameters(role).into() } else { not_accepted(role, uri) });
    }
    Ok(uri)
}

/// Exclusive canonical form, and the prefixes its one parameter names (Exclusive XML Canonicalization 1.0, section 3).
fn exclusive(element: Element<'_>, role: Role) -> Result<Vec<&str>, Invalid> {
    let uri = element.attribute("Algorithm").ok_or(Malformed::Parameters(role))?;
    if uri != EXCLUSIVE {
        return Err(not_accepted(role, uri));
    }
    let mut parameters = element.elements();
    let Some(inclusive) = parameters.next() else { return Ok(Vec::new()) };
    if !inclusive.is(EXCLUSIVE, "InclusiveNamespaces") || parameters.next().is_some() {
        return Err(Malformed::Parameters(role).into());
    }
    let list = inclusive.attribute("PrefixList").ok_or(Malformed::PrefixList)?;
    let prefixes: Vec<&str> = list.split_ascii_whitespace().take(MAX_PREFIXES + 1).collect();
    if prefixes.len() > MAX_PREFIXES || inclusive.elements().next().is_some() {
        return Err(Malformed::PrefixList.into());
    }
    Ok(prefixes)
}

fn not_accepted(role: Role, uri: &str) -> Invalid {
    Invalid::Algorithm { role, uri: excerpt(uri), refusal: Refusal::NotAccepted }
}

fn is(element: Element<'_>, name: &str) -> bool {
    element.is(crate::NAMESPACE, name)
}
