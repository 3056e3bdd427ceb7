//! Responses with an encrypted part, or without one where there should be one.
//!
//! What lives here: e01 to e05. The one thing to know: whoever has the service provider's certificate can encrypt, and
//! everybody has it, so an attacker makes ciphertexts at will. All of them need that certificate, but e04.

use vestibule_saml::write::{Recipient, Sealed, Signed};
use vestibule_saml::{Certificate, Cipher, Encryption, KeyPlacement, KeyTransport, binding};

use super::surgery::{impostor, replaced};
use super::{Error, Forged, Genuine};

const GCM: Encryption = Encryption {
    cipher: Cipher::Aes256Gcm,
    transport: KeyTransport::OaepSha256,
    placement: KeyPlacement::Inside,
};

fn message(xml: String) -> Result<Forged, Error> {
    Ok(Forged::Message(xml.into_bytes()))
}

impl Genuine {
    fn recipient(&self) -> Result<Recipient, Error> {
        let certificate = self.encryption_certificate.clone().ok_or(Error::NoEncryptionKey)?;
        Ok(Recipient { certificate, encryption: GCM })
    }

    /// The honest response with its assertion signed and then encrypted; the Response itself is not signed.
    fn sealed(&self, encryption: Encryption) -> Result<String, Error> {
        let recipient = Recipient { encryption, ..self.recipient()? };
        Ok(self.response.write_encrypted(Signed::Assertion, &self.signer, &recipient)?)
    }

    /// A document with its first assertion encrypted.
    fn seal(&self, xml: &str) -> Result<String, Error> {
        Ok(self.recipient()?.seal(xml, Sealed::Assertion)?)
    }
}

/// An element of the text, from its first start to its first end.
fn element<'x>(xml: &'x str, name: &str) -> Result<&'x str, Error> {
    let start = xml.find(&format!("<{name}")).ok_or(Error::Surgery)?;
    let end = format!("</{name}>");
    let length = xml.get(start..).and_then(|rest| rest.find(&end)).ok_or(Error::Surgery)? + end.len();
    xml.get(start..start + length).ok_or(Error::Surgery)
}

/// Changes the bytes of the last CipherValue, which is that of the content.
fn with_content(xml: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<String, Error> {
    let (before, rest) = xml.rsplit_once("<xenc:CipherValue>").ok_or(Error::Surgery)?;
    let (value, after) = rest.split_once('<').ok_or(Error::Surgery)?;
    let mut bytes = binding::post_decode(value).map_err(|_| Error::Surgery)?;
    change(&mut bytes);
    Ok(format!("{before}<xenc:CipherValue>{}<{after}", binding::post_value(bytes)))
}

pub(super) fn e01(genuine: &Genuine) -> Result<Forged, Error> {
    message(genuine.seal(&genuine.forged().write())?)
}

pub(super) fn e01b(genuine: &Genuine) -> Result<Forged, Error> {
    message(genuine.seal(&genuine.response.write())?)
}

pub(super) fn e01c(genuine: &Genuine) -> Result<Forged, Error> {
    let signed = genuine.signer.sign(&genuine.response.write(), genuine.assertion_id()?)?;
    let name = genuine.name_id()?;
    message(genuine.seal(&replaced(&signed, &format!(">{name}</saml:NameID>"), ">victim</saml:NameID>")?)?)
}

pub(super) fn e01d(genuine: &Genuine) -> Result<Forged, Error> {
    let forged = genuine.forged();
    let id = &forged.assertion.as_ref().ok_or(Error::NoAssertion)?.id;
    message(genuine.seal(&impostor()?.sign(&forged.write(), id)?)?)
}

pub(super) fn e02(genuine: &Genuine) -> Result<Forged, Error> {
    let forged = genuine.seal(&genuine.forged().write())?;
    let forged = element(&forged, "saml:EncryptedAssertion")?;
    message(replaced(&genuine.honest()?, "<saml:Assertion", &format!("{forged}<saml:Assertion"))?)
}

pub(super) fn e02b(genuine: &Genuine) -> Result<Forged, Error> {
    let sealed = genuine.sealed(GCM)?;
    let forged = genuine.seal(&genuine.forged().write())?;
    let forged = element(&forged, "saml:EncryptedAssertion")?;
    let start = "<saml:EncryptedAssertion";
    message(replaced(&sealed, start, &format!("{forged}{start}"))?)
}

/// The signature of the Response is genuine, but for another ciphertext.
pub(super) fn e02c(genuine: &Genuine) -> Result<Forged, Error> {
    let recipient = genuine.recipient()?;
    let signed = genuine.response.write_encrypted(Signed::Response, &genuine.signer, &recipient)?;
    let forged = genuine.seal(&genuine.forged().write())?;
    let [old, new] = [&signed, &forged].map(|xml| element(xml, "saml:EncryptedAssertion"));
    message(replaced(&signed, old?, new?)?)
}

pub(super) fn e02d(genuine: &Genuine) -> Result<Forged, Error> {
    let signed = genuine.signer.sign(&genuine.response.write(), genuine.assertion_id()?)?;
    let forged = genuine.forged().write();
    let advice =
        format!("<saml:Advice>{}</saml:Advice></saml:Assertion>", element(&signed, "saml:Assertion")?);
    message(genuine.seal(&replaced(&forged, "</saml:Assertion>", &advice)?)?)
}

pub(super) fn e03(genuine: &Genuine) -> Result<Forged, Error> {
    let flip = |bytes: &mut Vec<u8>| bytes.iter_mut().rev().nth(99).into_iter().for_each(|byte| *byte ^= 1);
    message(with_content(&genuine.sealed(GCM)?, flip)?)
}

pub(super) fn e03b(genuine: &Genuine) -> Result<Forged, Error> {
    message(with_content(&genuine.sealed(GCM)?, |bytes| bytes.truncate(bytes.len().saturating_sub(4)))?)
}

pub(super) fn e03c(genuine: &Genuine) -> Result<Forged, Error> {
    let recipient = Recipient { certificate: impostor()?.certificate, encryption: GCM };
    message(genuine.response.write_encrypted(Signed::Both, &genuine.signer, &recipient)?)
}

/// The text says something else about an encryption than is true; it is refused before anything is decrypted.
fn renamed(genuine: &Genuine, from: &str, to: &str) -> Result<Forged, Error> {
    message(replaced(&genuine.sealed(GCM)?, from, to)?)
}

pub(super) fn e03d(genuine: &Genuine) -> Result<Forged, Error> {
    renamed(genuine, KeyTransport::OaepSha256.uri(), "http://www.w3.org/2001/04/xmlenc#rsa-1_5")
}

pub(super) fn e03e(genuine: &Genuine) -> Result<Forged, Error> {
    renamed(genuine, Cipher::Aes256Gcm.uri(), "http://www.w3.org/2001/04/xmlenc#tripledes-cbc")
}

pub(super) fn e03f(genuine: &Genuine) -> Result<Forged, Error> {
    message(genuine.sealed(Encryption { cipher: Cipher::Aes128Cbc, ..GCM })?)
}

pub(super) fn e03g(genuine: &Genuine) -> Result<Forged, Error> {
    let sealed = genuine.sealed(GCM)?;
    let (before, rest) = sealed.rsplit_once("<xenc:CipherValue>").ok_or(Error::Surgery)?;
    let (_, after) = rest.split_once("</xenc:CipherValue>").ok_or(Error::Surgery)?;
    message(format!("{before}<xenc:CipherReference URI=\"https://impostor.example/content\"/>{after}"))
}

/// The honest response is a bad one where the connection takes only encrypted assertions.
pub(super) fn e04(genuine: &Genuine) -> Result<Forged, Error> {
    let signed = if genuine.signed == Signed::Both { Signed::Assertion } else { Signed::Both };
    message(Genuine { signed, ..genuine.clone() }.honest()?)
}

pub(super) fn e05(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = genuine.response.write();
    let assertion = element(&xml, "saml:Assertion")?;
    let declared = format!("<!DOCTYPE x [<!ENTITY e \"victim\">]>{assertion}");
    message(replaced(&xml, assertion, &genuine.wrap(&declared)?)?)
}

pub(super) fn e05b(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = genuine.response.write();
    let assertion = element(&xml, "saml:Assertion")?;
    message(replaced(&xml, assertion, &genuine.wrap(&format!("{assertion}</saml:Advice><saml:Advice>"))?)?)
}

/// The ID of the Response stands a second time in the ciphertext, where a search through the received text finds it not.
pub(super) fn e05c(genuine: &Genuine) -> Result<Forged, Error> {
    let xml = genuine.response.write();
    let assertion = element(&xml, "saml:Assertion")?;
    let id = |id: &str| format!(" ID=\"{id}\"");
    let twice = replaced(assertion, &id(genuine.assertion_id()?), &id(&genuine.response.id))?;
    let sealed = replaced(&xml, assertion, &genuine.wrap(&twice)?)?;
    message(genuine.signer.sign(&sealed, &genuine.response.id)?)
}

pub(super) fn e05d(genuine: &Genuine) -> Result<Forged, Error> {
    let stranger = Recipient { certificate: impostor()?.certificate, encryption: GCM };
    let sealed = stranger.seal(&genuine.response.write(), Sealed::NameId)?;
    message(genuine.sign(&sealed)?)
}

impl Genuine {
    /// An EncryptedAssertion with any text in it.
    fn wrap(&self, plaintext: &str) -> Result<String, Error> {
        let certificate: Certificate = self.recipient()?.certificate;
        let encrypted = vestibule_dsig::encryption::encrypt(plaintext, &certificate, GCM)?;
        Ok(format!("<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>"))
    }

    fn name_id(&self) -> Result<&str, Error> {
        let assertion = self.response.assertion.as_ref().ok_or(Error::NoAssertion)?;
        assertion.name_id.as_ref().map(|name_id| name_id.value.as_str()).ok_or(Error::Surgery)
    }
}
