//! Encrypting a part of a response, as an identity provider does.
//!
//! The arithmetic is in `dsig`. The one thing to know: what is encrypted is the text as it stands, with the signature that
//! it has; a signature of the Response is made afterwards and covers the ciphertext.

use vestibule_dsig::encryption::{Encryption, encrypt};
use vestibule_dsig::{Certificate, Error};
use vestibule_xml::Document;

use super::{Response, Signed, Signer};
use crate::names;

/// For whom a response is encrypted, and how.
#[derive(Clone)]
pub struct Recipient {
    /// The certificate of the service provider's key.
    pub certificate: Certificate,
    /// The algorithms.
    pub encryption: Encryption,
}

/// What of a response is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// The Assertion, which becomes an EncryptedAssertion.
    Assertion,
    /// The name identifier of the subject, which becomes an EncryptedID.
    NameId,
}

impl Sealed {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Assertion => ("Assertion", "saml:EncryptedAssertion"),
            Self::NameId => ("NameID", "saml:EncryptedID"),
        }
    }
}

impl Recipient {
    /// The document with the first such element encrypted; a signature around it would not hold any more.
    ///
    /// # Errors
    /// [`Error::Xml`] if the document is not well-formed, [`Error::Empty`] if there is no such element, and as
    /// [`encrypt`].
    pub fn seal(&self, xml: &str, sealed: Sealed) -> Result<String, Error> {
        let (name, holder) = sealed.names();
        let document = Document::parse(xml.as_bytes()).map_err(Error::Xml)?;
        let element = document.root().descendants().find(|element| element.is(names::ASSERTION, name));
        let span = element.ok_or(Error::Empty)?.span();
        let (Some(before), Some(plaintext), Some(after)) =
            (xml.get(..span.start), xml.get(span.clone()), xml.get(span.end..))
        else {
            return Err(Error::Empty);
        };
        let encrypted = encrypt(plaintext, &self.certificate, self.encryption)?;
        let namespace = names::ASSERTION;
        Ok(format!("{before}<{holder} xmlns:saml=\"{namespace}\">{encrypted}</{holder}>{after}"))
    }
}

impl Response {
    /// The response as a document with its assertion encrypted: signed inside the ciphertext, around it, or both.
    ///
    /// # Errors
    /// As [`Response::write_signed`] and [`Recipient::seal`].
    pub fn write_encrypted(
        &self,
        signed: Signed,
        signer: &Signer,
        recipient: &Recipient,
    ) -> Result<String, Error> {
        let Some(assertion) = &self.assertion else { return self.write_signed(signed, signer) };
        let mut xml = self.write();
        if signed != Signed::Response {
            xml = signer.sign(&xml, &assertion.id)?;
        }
        xml = recipient.seal(&xml, Sealed::Assertion)?;
        if signed != Signed::Assertion {
            xml = signer.sign(&xml, &self.id)?;
        }
        Ok(xml)
    }
}
