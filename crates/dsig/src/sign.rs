//! Signing: enveloped signatures into a document, and bare ones for the HTTP-Redirect binding.
//!
//! What lives here: the text of a `ds:Signature` and the place it is put. What does not: the arithmetic (`key.rs`).
//! The one thing to know: SignedInfo is written in its canonical form from the start, so what is signed and what is
//! sent are one string; a test verifies every signature made here.

use std::fmt::Write as _;

use vestibule_xml::{Document, Element, Limits, c14n};

use crate::encoding;
use crate::error::Error;
use crate::signed_info::{ENVELOPED, EXCLUSIVE};
use crate::verify::{is_name, signature_of};
use crate::{Algorithm, Certificate, NAMESPACE, SigningKey};

const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// Signs the element whose `ID` is `id`, and returns the document with the signature in it: after the element's
/// Issuer, where the schemas of SAML want it, or as the first child of an element that has none.
///
/// `certificate` goes into KeyInfo, for verifiers that look there.
///
/// # Errors
/// [`Error`] if there is no such element, if it is signed or empty, or if the key does not sign with `algorithm`.
pub fn sign(
    xml: &str,
    id: &str,
    key: &SigningKey,
    certificate: Option<&Certificate>,
    algorithm: Algorithm,
) -> Result<String, Error> {
    // What is signed is our own, so it may be as long as anything that is read somewhere.
    let document = Document::parse_with(xml.as_bytes(), &Limits::METADATA).map_err(Error::Xml)?;
    let element = document
        .root()
        .descendants()
        .find(|element| element.attribute("ID") == Some(id))
        .filter(|_| is_name(id))
        .ok_or(Error::NoSuchId)?;
    if signature_of(element).is_some() {
        return Err(Error::AlreadySigned);
    }
    let (before, after) = xml.split_at_checked(place(element)?).ok_or(Error::Empty)?;
    let signature = signature(element, id, key, certificate, algorithm)?;
    Ok([before, &signature, after].concat())
}

/// Signs bytes, as the HTTP-Redirect binding wants it; ECDSA in the form of XML-DSig, `r || s`.
///
/// # Errors
/// [`Error::Unsupported`] if the key does not sign with `algorithm`.
pub fn sign_bytes(key: &SigningKey, algorithm: Algorithm, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    key.sign(algorithm, bytes)
}

/// Where in the text the signature goes.
fn place(element: Element<'_>) -> Result<usize, Error> {
    let first = element.elements().next().ok_or(Error::Empty)?;
    Ok(if first.is(ASSERTION, "Issuer") { first.span().end } else { first.span().start })
}

fn signature(
    element: Element<'_>,
    id: &str,
    key: &SigningKey,
    certificate: Option<&Certificate>,
    algorithm: Algorithm,
) -> Result<String, Error> {
    let digest = algorithm.hash().digest(&c14n::exclusive(element, None, &[]));
    let digest = encoding::encode(digest.as_ref());
    let declaration = format!(" xmlns:ds=\"{NAMESPACE}\"");
    let canonical = signed_info(&declaration, id, algorithm, &digest);
    let value = encoding::encode(&key.sign(algorithm, canonical.as_bytes())?);

    let mut xml = format!("<ds:Signature{declaration}>");
    xml.push_str(&signed_info("", id, algorithm, &digest));
    let _ = write!(xml, "<ds:SignatureValue>{value}</ds:SignatureValue>");
    if let Some(certificate) = certificate {
        let certificate = certificate.to_base64();
        let _ = write!(
            xml,
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        );
    }
    xml.push_str("</ds:Signature>");
    Ok(xml)
}

/// SignedInfo in canonical form, but for the namespace declaration, which inside the signature is its parent's.
fn signed_info(declaration: &str, id: &str, algorithm: Algorithm, digest: &str) -> String {
    let signature_method = algorithm.uri();
    let digest_method = algorithm.hash().uri();
    format!(
        "<ds:SignedInfo{declaration}>\
         <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{signature_method}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>\
         </ds:Transforms><ds:DigestMethod Algorithm=\"{digest_method}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
}
