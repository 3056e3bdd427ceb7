//! The shape of an encrypted element: what is in EncryptedData and EncryptedKey.
//!
//! Nothing here is secret, and nothing is decrypted. The one thing to know: an EncryptedKey stands inside the KeyInfo of
//! the EncryptedData, or beside the EncryptedData as Okta writes it; a RetrievalMethod may point to one that stands
//! beside, and to nothing else. Whatever else KeyInfo says is passed over: the keys at hand are tried.

use vestibule_xml::Element;

use super::algorithm::{Cipher, KeyTransport};
use super::undecryptable::{Shape, Undecryptable};
use super::{NAMESPACE, NAMESPACE_11};
use crate::{Allowed, encoding};

/// No message needs to be encrypted for more keys than this; each costs a private operation for every key at hand.
const MAX_ENCRYPTED_KEYS: usize = 4;
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
const ENCRYPTED_KEY: &str = "http://www.w3.org/2001/04/xmlenc#EncryptedKey";

/// What is to be decrypted, and with what.
pub(super) struct Form {
    pub(super) cipher: Cipher,
    pub(super) content: Vec<u8>,
    pub(super) keys: Vec<EncryptedKey>,
}

/// The key of the content, encrypted for somebody.
pub(super) struct EncryptedKey {
    pub(super) transport: KeyTransport,
    pub(super) encrypted: Vec<u8>,
}

impl Form {
    /// Reads an element that holds an EncryptedData, as `saml:EncryptedAssertion` does.
    pub(super) fn read(element: Element<'_>, allowed: Allowed) -> Result<Self, Undecryptable> {
        let known = |child: Element<'_>| {
            child.namespace() == NAMESPACE && matches!(child.local_name(), "EncryptedData" | "EncryptedKey")
        };
        let mut data = element.children(NAMESPACE, "EncryptedData");
        let (Some(data), None, true) = (data.next(), data.next(), element.elements().all(known)) else {
            return Err(Shape::Children.into());
        };
        if !element.is_plain() {
            return Err(Shape::NotPlain.into());
        }
        if data.attribute("Type").is_some_and(|kind| kind != ELEMENT) {
            return Err(Shape::Type.into());
        }
        let parts = Parts::of(data)?;
        let cipher = Cipher::accepted(algorithm(parts.method)?, allowed)?;
        if parts.method.elements().any(|parameter| !parameter.is(NAMESPACE, "KeySize")) {
            return Err(Shape::Method.into());
        }
        let beside: Vec<Element<'_>> = element.children(NAMESPACE, "EncryptedKey").collect();
        let keys = encrypted_keys(parts.key_info, beside)?;
        let content = cipher_value(parts.cipher_data)?;
        if !cipher.makes(content.len()) {
            return Err(Shape::CipherValue.into());
        }
        Ok(Self { cipher, content, keys })
    }
}

fn encrypted_keys(
    key_info: Option<Element<'_>>,
    beside: Vec<Element<'_>>,
) -> Result<Vec<EncryptedKey>, Undecryptable> {
    let mut found = Vec::new();
    for part in key_info.into_iter().flat_map(Element::elements) {
        if part.is(crate::NAMESPACE, "RetrievalMethod") && !retrieves(part, &beside) {
            return Err(Shape::RetrievalMethod.into());
        }
        if part.is(NAMESPACE, "EncryptedKey") {
            found.push(part);
        }
    }
    found.extend(beside);
    match found.len() {
        0 => Err(Shape::NoEncryptedKey.into()),
        1..=MAX_ENCRYPTED_KEYS => found.into_iter().map(EncryptedKey::read).collect(),
        _ => Err(Shape::TooManyKeys.into()),
    }
}

/// Whether a RetrievalMethod says no more than where a key stands that is read anyway.
fn retrieves(method: Element<'_>, beside: &[Element<'_>]) -> bool {
    let target = method.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
    target.is_some()
        && beside.iter().any(|key| key.attribute("Id") == target)
        && method.attribute("Type").is_none_or(|kind| kind == ENCRYPTED_KEY)
        && method.elements().next().is_none()
}

impl EncryptedKey {
    fn read(element: Element<'_>) -> Result<Self, Undecryptable> {
        let parts = Parts::of(element)?;
        let uri = algorithm(parts.method)?;
        let (mut digest, mut mask) = (None, None);
        for parameter in parts.method.elements() {
            let place = match (parameter.namespace(), parameter.local_name()) {
                (crate::NAMESPACE, "DigestMethod") => &mut digest,
                (NAMESPACE_11, "MGF") => &mut mask,
                // The label is empty when nobody gives one, and says so here at times.
                (NAMESPACE, "OAEPparams") if parameter.text().is_some_and(|text| text.trim().is_empty()) => {
                    continue;
                }
                (NAMESPACE, "KeySize") => continue,
                _ => return Err(unknown_parameter(uri)),
            };
            if place.replace(algorithm(parameter)?).is_some() {
                return Err(Shape::Method.into());
            }
        }
        let transport = KeyTransport::accepted(uri, digest, mask)?;
        Ok(Self { transport, encrypted: cipher_value(parts.cipher_data)? })
    }
}

/// An algorithm that is not accepted is named before its parameters are looked at.
fn unknown_parameter(uri: &str) -> Undecryptable {
    KeyTransport::accepted(uri, None, None).err().unwrap_or(Shape::Method.into())
}

/// The children that EncryptedData and EncryptedKey have in common (XML Encryption 1.1, section 3.1).
struct Parts<'d> {
    method: Element<'d>,
    key_info: Option<Element<'d>>,
    cipher_data: Element<'d>,
}

impl<'d> Parts<'d> {
    fn of(element: Element<'d>) -> Result<Self, Undecryptable> {
        let (mut method, mut key_info, mut cipher_data) = (None, None, None);
        for child in element.elements() {
            let place = match (child.namespace(), child.local_name()) {
                (NAMESPACE, "EncryptionMethod") => &mut method,
                (crate::NAMESPACE, "KeyInfo") => &mut key_info,
                (NAMESPACE, "CipherData") => &mut cipher_data,
                (NAMESPACE, "EncryptionProperties" | "ReferenceList" | "CarriedKeyName") => continue,
                _ => return Err(Shape::Unknown.into()),
            };
            if place.replace(child).is_some() {
                return Err(Shape::Unknown.into());
            }
        }
        let method = method.ok_or(Shape::Method)?;
        Ok(Self { method, key_info, cipher_data: cipher_data.ok_or(Shape::CipherValue)? })
    }
}

fn algorithm(element: Element<'_>) -> Result<&str, Undecryptable> {
    element.attribute("Algorithm").ok_or(Shape::Method.into())
}

fn cipher_value(cipher_data: Element<'_>) -> Result<Vec<u8>, Undecryptable> {
    let mut children = cipher_data.elements();
    let (value, None) = (children.next(), children.next()) else { return Err(Shape::CipherValue.into()) };
    match value {
        Some(value) if value.is(NAMESPACE, "CipherReference") => Err(Shape::CipherReference.into()),
        Some(value) if value.is(NAMESPACE, "CipherValue") => {
            value.text().and_then(|text| encoding::decode(&text)).ok_or(Shape::CipherValue.into())
        }
        _ => Err(Shape::CipherValue.into()),
    }
}
