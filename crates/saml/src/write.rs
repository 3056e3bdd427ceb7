//! Responses as an identity provider writes them.
//!
//! What lives here: the document, its signatures, and its encryption (`write/encrypted.rs`). What does not: reading and verifying (`response`), and every bad
//! response (the test identity provider's `attack`). The one thing to know: everything is passed in, ids and times
//! included, so equal input makes equal bytes.

use jiff::Timestamp;
use vestibule_dsig::{Algorithm, Certificate, SigningKey, sign};
use vestibule_xml::Writer;

use crate::{Attribute, NameId, names};

mod encrypted;

pub use encrypted::{Recipient, Sealed};

/// A response to write.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its ID; a name in the sense of `xs:ID`, so it begins with a letter or `_`.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// The entity ID of the identity provider.
    pub issuer: String,
    /// The address that it is sent to.
    pub destination: Option<String>,
    /// The request that it answers.
    pub in_response_to: Option<String>,
    /// What it reports.
    pub status: Status,
    /// What it states about a person; a failure carries none.
    pub assertion: Option<Assertion>,
}

/// What a response reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The top-level code; see [`names::SUCCESS`] and [`names::status`].
    pub code: String,
    /// The code below it.
    pub sub_code: Option<String>,
    /// Words for people.
    pub message: Option<String>,
}

impl Status {
    /// The status that carries an assertion.
    #[must_use]
    pub fn success() -> Self {
        Self { code: names::SUCCESS.to_owned(), sub_code: None, message: None }
    }
}

/// An assertion to write, with a bearer confirmation and one audience restriction.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Its ID; a name in the sense of `xs:ID`.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// The entity ID of the identity provider.
    pub issuer: String,
    /// Whom it is about.
    pub name_id: Option<NameId>,
    /// The address that may take it.
    pub recipient: String,
    /// The request that it answers.
    pub in_response_to: Option<String>,
    /// When it begins to hold.
    pub not_before: Option<Timestamp>,
    /// When it ends; so does its confirmation.
    pub not_on_or_after: Timestamp,
    /// The entity IDs that it is for.
    pub audiences: Vec<String>,
    /// Whether it may not be kept for later use.
    pub one_time_use: bool,
    /// When the person signed in.
    pub authn_instant: Timestamp,
    /// How, as an authentication context class.
    pub authn_context: String,
    /// The name of the session there.
    pub session_index: Option<String>,
    /// When that session ends.
    pub session_not_on_or_after: Option<Timestamp>,
    /// What it says about the person.
    pub attributes: Vec<Attribute>,
}

/// Which elements are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signed {
    /// The Assertion alone.
    Assertion,
    /// The Response alone, which covers the assertion in it.
    Response,
    /// Both, the Assertion first.
    Both,
}

/// What to sign with.
#[derive(Clone)]
pub struct Signer {
    /// The key.
    pub key: SigningKey,
    /// Its certificate, which goes into KeyInfo.
    pub certificate: Certificate,
    /// The algorithm.
    pub algorithm: Algorithm,
}

impl Response {
    /// The response as a document, unsigned.
    #[must_use]
    pub fn write(&self) -> String {
        let mut writer = Writer::new();
        writer.start("samlp:Response");
        writer.attribute("xmlns:samlp", names::PROTOCOL);
        writer.attribute("xmlns:saml", names::ASSERTION);
        writer.attribute("ID", &self.id);
        writer.attribute("Version", "2.0");
        writer.attribute("IssueInstant", &self.issue_instant.to_string());
        optional(&mut writer, "Destination", self.destination.as_deref());
        optional(&mut writer, "InResponseTo", self.in_response_to.as_deref());
        element(&mut writer, "saml:Issuer", &self.issuer);
        self.status.write(&mut writer);
        if let Some(assertion) = &self.assertion {
            assertion.write(&mut writer);
        }
        writer.end();
        writer.finish()
    }

    /// The response as a document, signed where it is asked for. A failure has no assertion, so of it only the
    /// Response can be signed.
    ///
    /// # Errors
    /// [`vestibule_dsig::Error`] if an ID is no name, or the key does not sign with the algorithm.
    pub fn write_signed(&self, signed: Signed, signer: &Signer) -> Result<String, vestibule_dsig::Error> {
        let mut xml = self.write();
        let assertion = self.assertion.as_ref().filter(|_| signed != Signed::Response);
        if let Some(assertion) = assertion {
            xml = signer.sign(&xml, &assertion.id)?;
        }
        if assertion.is_none() || signed == Signed::Both {
            xml = signer.sign(&xml, &self.id)?;
        }
        Ok(xml)
    }
}

impl Signer {
    /// Signs the element with this ID.
    ///
    /// # Errors
    /// As [`Response::write_signed`].
    pub fn sign(&self, xml: &str, id: &str) -> Result<String, vestibule_dsig::Error> {
        sign(xml, id, &self.key, Some(&self.certificate), self.algorithm)
    }
}

impl Status {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.start("samlp:Status");
        writer.start("samlp:StatusCode");
        writer.attribute("Value", &self.code);
        if let Some(sub_code) = &self.sub_code {
            writer.start("samlp:StatusCode");
            writer.attribute("Value", sub_code);
            writer.end();
        }
        writer.end();
        if let Some(message) = &self.message {
            element(writer, "samlp:StatusMessage", message);
        }
        writer.end();
    }
}

impl Assertion {
    fn write(&self, writer: &mut Writer) {
        writer.start("saml:Assertion");
        // Declared here too, so that a signed assertion stands on its own wherever it is copied to.
        writer.attribute("xmlns:saml", names::ASSERTION);
        writer.attribute("ID", &self.id);
        writer.attribute("Version", "2.0");
        writer.attribute("IssueInstant", &self.issue_instant.to_string());
        element(writer, "saml:Issuer", &self.issuer);
        self.write_subject(writer);
        self.write_conditions(writer);
        self.write_authentication(writer);
        self.write_attributes(writer);
        writer.end();
    }

    fn write_subject(&self, writer: &mut Writer) {
        writer.start("saml:Subject");
        if let Some(name_id) = &self.name_id {
            name_id.write(writer);
        }
        writer.start("saml:SubjectConfirmation");
        writer.attribute("Method", names::BEARER);
        writer.start("saml:SubjectConfirmationData");
        optional(writer, "InResponseTo", self.in_response_to.as_deref());
        writer.attribute("NotOnOrAfter", &self.not_on_or_after.to_string());
        writer.attribute("Recipient", &self.recipient);
        writer.end();
        writer.end();
        writer.end();
    }

    fn write_conditions(&self, writer: &mut Writer) {
        writer.start("saml:Conditions");
        optional(writer, "NotBefore", self.not_before.map(|time| time.to_string()).as_deref());
        writer.attribute("NotOnOrAfter", &self.not_on_or_after.to_string());
        writer.start("saml:AudienceRestriction");
        for audience in &self.audiences {
            element(writer, "saml:Audience", audience);
        }
        writer.end();
        if self.one_time_use {
            writer.start("saml:OneTimeUse");
            writer.end();
        }
        writer.end();
    }

    fn write_authentication(&self, writer: &mut Writer) {
        writer.start("saml:AuthnStatement");
        writer.attribute("AuthnInstant", &self.authn_instant.to_string());
        optional(writer, "SessionIndex", self.session_index.as_deref());
        let end = self.session_not_on_or_after.map(|time| time.to_string());
        optional(writer, "SessionNotOnOrAfter", end.as_deref());
        writer.start("saml:AuthnContext");
        element(writer, "saml:AuthnContextClassRef", &self.authn_context);
        writer.end();
        writer.end();
    }

    fn write_attributes(&self, writer: &mut Writer) {
        if self.attributes.is_empty() {
            return;
        }
        writer.start("saml:AttributeStatement");
        for attribute in &self.attributes {
            writer.start("saml:Attribute");
            writer.attribute("Name", &attribute.name);
            writer.attribute("NameFormat", name_format(&attribute.name));
            optional(writer, "FriendlyName", attribute.friendly_name.as_deref());
            for value in &attribute.values {
                element(writer, "saml:AttributeValue", value);
            }
            writer.end();
        }
        writer.end();
    }
}

impl NameId {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.start("saml:NameID");
        optional(writer, "NameQualifier", self.name_qualifier.as_deref());
        optional(writer, "SPNameQualifier", self.sp_name_qualifier.as_deref());
        optional(writer, "Format", self.format.as_deref());
        writer.text(&self.value);
        writer.end();
    }
}

fn name_format(name: &str) -> &'static str {
    if name.contains(':') { names::attribute_name_format::URI } else { names::attribute_name_format::BASIC }
}

pub(crate) fn element(writer: &mut Writer, name: &'static str, text: &str) {
    writer.start(name).text(text).end();
}

pub(crate) fn optional(writer: &mut Writer, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        writer.attribute(name, value);
    }
}
