//! Signatures that are wrong in themselves: their form, their algorithms, their references, their keys.
//!
//! What lives here: x16, x18 to x21. What does not: good signatures beside something else (`wrapping.rs`).
//! The one thing to know: where only the form is wrong, the signature is made again with the genuine key, so that
//! nothing else can be the reason to refuse it.

use aws_lc_rs::hmac;
use vestibule_saml::write::Signer;
use vestibule_saml::{binding, names};
use vestibule_xml::{Document, c14n};

use super::surgery::{Pieces, Target, impostor, replaced};
use super::{Error, Forged, Genuine};

const SIGNATURE_METHOD: &str = "<ds:SignatureMethod Algorithm=\"";
const DIGEST_METHOD: &str = "<ds:DigestMethod Algorithm=\"";
const LAST_TRANSFORM: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";

fn message(xml: String) -> Result<Forged, Error> {
    Ok(Forged::Message(xml.into_bytes()))
}

fn signature(xml: &str) -> Result<Pieces, Error> {
    Pieces::of(xml, names::SIGNATURE, "Signature")
}

/// The bytes that a signature value is made of: the canonical form of the first SignedInfo.
fn signed_info(xml: &str) -> Result<Vec<u8>, Error> {
    let document = Document::parse(xml.as_bytes()).map_err(|_| Error::Surgery)?;
    let mut all = document.root().descendants();
    let element = all.find(|element| element.is(names::SIGNATURE, "SignedInfo")).ok_or(Error::Surgery)?;
    Ok(c14n::exclusive(element, None, &[]))
}

/// Makes the signature value again, over whatever SignedInfo says now.
fn signed_again(xml: &str, signer: &Signer) -> Result<String, Error> {
    let value = vestibule_dsig::sign_bytes(&signer.key, signer.algorithm, &signed_info(xml)?)?;
    with_value(xml, &value)
}

fn with_value(xml: &str, value: &[u8]) -> Result<String, Error> {
    let (before, rest) = xml.split_once("<ds:SignatureValue>").ok_or(Error::Surgery)?;
    let (_, after) = rest.split_once("</ds:SignatureValue>").ok_or(Error::Surgery)?;
    let value = binding::post_value(value);
    Ok(format!("{before}<ds:SignatureValue>{value}</ds:SignatureValue>{after}"))
}

/// A genuine message with one thing in SignedInfo written anew, and signed again.
fn rewritten(genuine: &Genuine, from: &str, to: &str) -> Result<Forged, Error> {
    let xml = replaced(&genuine.captured()?, from, to)?;
    message(signed_again(&xml, &genuine.signer)?)
}

/// Writes the name of an algorithm anew.
fn algorithm(genuine: &Genuine, element: &str, uri: &str) -> Result<Forged, Error> {
    let xml = genuine.captured()?;
    let (_, rest) = xml.split_once(element).ok_or(Error::Surgery)?;
    let (name, _) = rest.split_once('"').ok_or(Error::Surgery)?;
    rewritten(genuine, &format!("{element}{name}"), &format!("{element}{uri}"))
}

/// A forgery under the ids of the genuine response, whose signature is composed of two: one of an impostor, which fits
/// the forgery, and the genuine one, which verifies.
pub(super) fn composed(
    genuine: &Genuine,
    compose: impl FnOnce(Pieces, Pieces) -> Result<Pieces, Error>,
) -> Result<Forged, Error> {
    let real = signature(&genuine.captured()?)?;
    let xml = forgery(genuine, &impostor()?)?;
    let fake = signature(&xml)?;
    let whole = fake.join();
    message(replaced(&xml, &whole, &compose(fake, real)?.join())?)
}

/// The forgery under the ids of the genuine response, signed by whomever.
pub(super) fn forgery(genuine: &Genuine, signer: &Signer) -> Result<String, Error> {
    let mut forged = genuine.forged();
    forged.id.clone_from(&genuine.response.id);
    if let Some(assertion) = &mut forged.assertion {
        genuine.assertion_id()?.clone_into(&mut assertion.id);
    }
    let id = match genuine.target() {
        Target::Response => &genuine.response.id,
        Target::Assertion => genuine.assertion_id()?,
    };
    Ok(signer.sign(&forged.write(), id)?)
}

fn child(pieces: &Pieces, place: usize) -> Result<&str, Error> {
    pieces.children.get(place).map(String::as_str).ok_or(Error::Surgery)
}

/// The text of the first element of this name.
fn cut<'t>(xml: &'t str, name: &str) -> Result<&'t str, Error> {
    let close = format!("</{name}>");
    let start = xml.find(&format!("<{name}")).ok_or(Error::Surgery)?;
    let end = xml.find(&close).ok_or(Error::Surgery)?;
    xml.get(start..end + close.len()).ok_or(Error::Surgery)
}

pub(super) fn x16(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| Ok(real.with(0, child(&fake, 0)?)))
}

pub(super) fn x16b(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| {
        let reference = cut(child(&fake, 0)?, "ds:Reference")?.to_owned();
        edited(real, "<ds:Reference ", &format!("{reference}<ds:Reference "))
    })
}

pub(super) fn x16c(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| {
        let digest = cut(child(&fake, 0)?, "ds:DigestValue")?.to_owned();
        edited(real, "<ds:DigestValue>", &format!("{digest}<ds:DigestValue>"))
    })
}

pub(super) fn x16d(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| {
        let digest = cut(child(&fake, 0)?, "ds:DigestValue")?;
        let text = digest.replace("<ds:DigestValue>", "").replace("</ds:DigestValue>", "");
        edited(real, "<ds:DigestValue>", &format!("<ds:DigestValue><!--{text}-->"))
    })
}

pub(super) fn x16e(genuine: &Genuine) -> Result<Forged, Error> {
    composed(genuine, |fake, real| Ok(fake.clone().with(1, child(&real, 1)?)))
}

fn edited(mut pieces: Pieces, from: &str, to: &str) -> Result<Pieces, Error> {
    let first = replaced(child(&pieces, 0)?, from, to)?;
    pieces.children.splice(0..1, [first]);
    Ok(pieces)
}

fn transform(genuine: &Genuine, uri: &str, content: &str) -> Result<Forged, Error> {
    let xml = format!("<ds:Transform Algorithm=\"{uri}\">{content}</ds:Transform>{LAST_TRANSFORM}");
    rewritten(genuine, LAST_TRANSFORM, &xml)
}

pub(super) fn x18(genuine: &Genuine) -> Result<Forged, Error> {
    let sheet = "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" version=\"1.0\">\
                 <xsl:template match=\"/\"><xsl:value-of select=\"unparsed-text('file:///etc/passwd')\"/>\
                 </xsl:template></xsl:stylesheet>";
    transform(genuine, "http://www.w3.org/TR/1999/REC-xslt-19991116", sheet)
}

pub(super) fn x18b(genuine: &Genuine) -> Result<Forged, Error> {
    let path = "<ds:XPath>not(ancestor-or-self::*[local-name()='Subject'])</ds:XPath>";
    transform(genuine, "http://www.w3.org/TR/1999/REC-xpath-19991116", path)
}

pub(super) fn x18c(genuine: &Genuine) -> Result<Forged, Error> {
    transform(genuine, "http://www.w3.org/2000/09/xmldsig#base64", "")
}

pub(super) fn x18d(genuine: &Genuine) -> Result<Forged, Error> {
    let commented = LAST_TRANSFORM.replace("xml-exc-c14n#", "xml-exc-c14n#WithComments");
    rewritten(genuine, LAST_TRANSFORM, &commented)
}

pub(super) fn x18e(genuine: &Genuine) -> Result<Forged, Error> {
    transform(genuine, "http://www.w3.org/2002/07/decrypt#XML", "")
}

fn reference(genuine: &Genuine, uri: impl FnOnce(&str) -> String) -> Result<Forged, Error> {
    let id = match genuine.target() {
        Target::Response => &genuine.response.id,
        Target::Assertion => genuine.assertion_id()?,
    };
    rewritten(genuine, &format!("URI=\"#{id}\""), &uri(id))
}

pub(super) fn x19(genuine: &Genuine) -> Result<Forged, Error> {
    reference(genuine, |_| "URI=\"\"".to_owned())
}

pub(super) fn x19b(genuine: &Genuine) -> Result<Forged, Error> {
    reference(genuine, |_| "URI=\"#\"".to_owned())
}

pub(super) fn x19c(genuine: &Genuine) -> Result<Forged, Error> {
    reference(genuine, |id| format!("URI=\"http://impostor.example/{id}.xml\""))
}

pub(super) fn x19d(genuine: &Genuine) -> Result<Forged, Error> {
    reference(genuine, |id| format!("URI=\"#xpointer(id('{id}'))\""))
}

pub(super) fn x19e(genuine: &Genuine) -> Result<Forged, Error> {
    reference(genuine, |_| String::new())
}

/// An ID that begins with a digit is no name, and some parsers find no element by it.
pub(super) fn x19f(genuine: &Genuine) -> Result<Forged, Error> {
    let id = match genuine.target() {
        Target::Response => &genuine.response.id,
        Target::Assertion => genuine.assertion_id()?,
    };
    let xml = genuine.captured()?.replace(&format!("{id}\""), &format!("1{id}\""));
    let xml = xml.replace(&format!("#{id}"), &format!("#1{id}"));
    message(signed_again(&xml, &genuine.signer)?)
}

pub(super) fn x19g(genuine: &Genuine) -> Result<Forged, Error> {
    let id = match genuine.target() {
        Target::Response => &genuine.response.id,
        Target::Assertion => genuine.assertion_id()?,
    };
    let other = format!(
        "<samlp:Extensions><other:Thing xmlns:other=\"urn:impostor.example\" Id=\"{id}\"/></samlp:Extensions>"
    );
    let xml = Target::Response.pieces(&genuine.captured()?)?.with(2, other);
    message(xml.join())
}

pub(super) fn x20(genuine: &Genuine) -> Result<Forged, Error> {
    message(forgery(genuine, &impostor()?)?)
}

/// The secret of the "shared secret" algorithm is the certificate, which everybody knows.
pub(super) fn x20b(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = forgery(genuine, &impostor()?)?;
    let (_, rest) = xml.split_once(SIGNATURE_METHOD).ok_or(Error::Surgery)?;
    let (name, _) = rest.split_once('"').ok_or(Error::Surgery)?;
    let hmac_sha256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let xml = replaced(&xml, name, hmac_sha256)?;
    let secret = hmac::Key::new(hmac::HMAC_SHA256, genuine.signer.certificate.to_pem().as_bytes());
    let value = hmac::sign(&secret, &signed_info(&xml)?);
    message(with_value(&xml, value.as_ref())?)
}

fn key_info(genuine: &Genuine, content: &str) -> Result<Forged, Error> {
    let xml = forgery(genuine, &impostor()?)?;
    let shown = cut(&xml, "ds:KeyInfo")?.to_owned();
    message(replaced(&xml, &shown, &format!("<ds:KeyInfo>{content}</ds:KeyInfo>"))?)
}

pub(super) fn x20c(genuine: &Genuine) -> Result<Forged, Error> {
    let kind = "http://www.w3.org/2000/09/xmldsig#rawX509Certificate";
    key_info(
        genuine,
        &format!("<ds:RetrievalMethod URI=\"http://impostor.example/certificate.der\" Type=\"{kind}\"/>"),
    )
}

pub(super) fn x20d(genuine: &Genuine) -> Result<Forged, Error> {
    let certificate = genuine.signer.certificate.to_base64();
    key_info(
        genuine,
        &format!("<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"),
    )
}

/// A chain, as a verifier would follow it that trusts whatever the genuine certificate seems to have issued.
pub(super) fn x20e(genuine: &Genuine) -> Result<Forged, Error> {
    let chain = [impostor()?.certificate, genuine.signer.certificate.clone()];
    let shown = chain.map(|one| format!("<ds:X509Certificate>{}</ds:X509Certificate>", one.to_base64()));
    key_info(genuine, &format!("<ds:X509Data>{}</ds:X509Data>", shown.concat()))
}

pub(super) fn x20f(genuine: &Genuine) -> Result<Forged, Error> {
    let name = genuine.signer.certificate.subject();
    key_info(genuine, &format!("<ds:KeyName>{name}</ds:KeyName>"))
}

pub(super) fn x21(genuine: &Genuine) -> Result<Forged, Error> {
    algorithm(genuine, SIGNATURE_METHOD, "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
}

pub(super) fn x21b(genuine: &Genuine) -> Result<Forged, Error> {
    algorithm(genuine, DIGEST_METHOD, "http://www.w3.org/2000/09/xmldsig#sha1")
}

pub(super) fn x21c(genuine: &Genuine) -> Result<Forged, Error> {
    algorithm(genuine, SIGNATURE_METHOD, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5")
}

pub(super) fn x21d(genuine: &Genuine) -> Result<Forged, Error> {
    algorithm(genuine, SIGNATURE_METHOD, "HTTP://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
}
