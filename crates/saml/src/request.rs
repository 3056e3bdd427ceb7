//! AuthnRequests: the service provider writes them, the identity provider reads them (SAML-Core, section 3.4.1).
//!
//! How a request travels is in `binding`; who keeps it until the answer comes is the caller. The one thing to know: a
//! request that is read is only a claim until its signature is verified, and a signed one is read from signed bytes,
//! as a response is.

use std::fmt;

use jiff::Timestamp;
use vestibule_dsig::{Algorithm, Allowed, Certificate, Invalid, SigningKey, signature_of};
use vestibule_xml::{Document, Element, Writer};

use crate::binding::Binding;
use crate::{names, read};

/// A request to authenticate someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID, which the answer repeats; a name in the sense of `xs:ID`, so it begins with a letter or `_`.
    pub id: String,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// The entity ID of the service provider.
    pub issuer: String,
    /// The address of the identity provider that it is sent to.
    pub destination: Option<String>,
    /// The address to answer to; else the service provider's metadata says.
    pub acs_url: Option<String>,
    /// The binding to answer by.
    pub protocol_binding: Option<Binding>,
    /// Whether the person must authenticate again, even with a session.
    pub force_authn: bool,
    /// Whether the identity provider may not ask the person anything.
    pub is_passive: bool,
    /// The format of name identifier that is asked for.
    pub name_id_format: Option<String>,
    /// The authentication context classes of which one is asked for; none leaves it to the identity provider.
    pub authn_contexts: Vec<String>,
}

impl AuthnRequest {
    /// The request as a document.
    #[must_use]
    pub fn write(&self) -> String {
        let mut writer = Writer::new();
        writer.start("samlp:AuthnRequest");
        writer.attribute("xmlns:samlp", names::PROTOCOL);
        writer.attribute("xmlns:saml", names::ASSERTION);
        writer.attribute("ID", &self.id);
        writer.attribute("Version", "2.0");
        writer.attribute("IssueInstant", &self.issue_instant.to_string());
        let binding = self.protocol_binding.map(Binding::uri);
        let optional = [
            ("Destination", self.destination.as_deref()),
            ("ForceAuthn", self.force_authn.then_some("true")),
            ("IsPassive", self.is_passive.then_some("true")),
            ("ProtocolBinding", binding),
            ("AssertionConsumerServiceURL", self.acs_url.as_deref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                writer.attribute(name, value);
            }
        }
        writer.start("saml:Issuer");
        writer.text(&self.issuer);
        writer.end();
        writer.start("samlp:NameIDPolicy");
        if let Some(format) = &self.name_id_format {
            writer.attribute("Format", format);
        }
        writer.attribute("AllowCreate", "true");
        writer.end();
        self.write_contexts(&mut writer);
        writer.end();
        writer.finish()
    }

    fn write_contexts(&self, writer: &mut Writer) {
        if self.authn_contexts.is_empty() {
            return;
        }
        writer.start("samlp:RequestedAuthnContext");
        for class in &self.authn_contexts {
            writer.start("saml:AuthnContextClassRef");
            writer.text(class);
            writer.end();
        }
        writer.end();
    }

    /// The request as a document with an enveloped signature, as the HTTP-POST binding takes it.
    ///
    /// # Errors
    /// [`vestibule_dsig::Error`] if the ID is no name, or the key does not sign with this algorithm.
    pub fn write_signed(
        &self,
        key: &SigningKey,
        certificate: &Certificate,
        algorithm: Algorithm,
    ) -> Result<String, vestibule_dsig::Error> {
        vestibule_dsig::sign(&self.write(), &self.id, key, Some(certificate), algorithm)
    }

    fn read(root: Element<'_>) -> Result<Self, Error> {
        if !root.is(names::PROTOCOL, "AuthnRequest") {
            return Err(Error::NotARequest { found: read::excerpt(root.local_name()) });
        }
        if root.attribute("Version") != Some("2.0") {
            return Err(Error::Missing("Version=\"2.0\""));
        }
        let issue_instant = read::time(root, "IssueInstant").map_err(Error::Time)?;
        let policy = root.child(names::PROTOCOL, "NameIDPolicy");
        let contexts = root.child(names::PROTOCOL, "RequestedAuthnContext");
        Ok(Self {
            id: read::attribute_owned(root, "ID").ok_or(Error::Missing("ID"))?,
            issue_instant: issue_instant.ok_or(Error::Missing("IssueInstant"))?,
            issuer: root
                .child(names::ASSERTION, "Issuer")
                .and_then(read::text_owned)
                .ok_or(Error::Missing("Issuer"))?,
            destination: read::attribute_owned(root, "Destination"),
            acs_url: read::attribute_owned(root, "AssertionConsumerServiceURL"),
            protocol_binding: root.attribute("ProtocolBinding").and_then(Binding::from_uri),
            force_authn: read::flag(root, "ForceAuthn").unwrap_or(false),
            is_passive: read::flag(root, "IsPassive").unwrap_or(false),
            name_id_format: policy.and_then(|policy| read::attribute_owned(policy, "Format")),
            authn_contexts: contexts
                .into_iter()
                .flat_map(|contexts| contexts.children(names::ASSERTION, "AuthnContextClassRef"))
                .filter_map(read::text_owned)
                .collect(),
        })
    }
}

/// Reads a request without looking at its signature, for an identity provider that wants none, or that has verified
/// the one of the HTTP-Redirect binding.
///
/// # Errors
/// [`Error`] if it is not a request that can be read.
pub fn read(xml: &[u8]) -> Result<AuthnRequest, Error> {
    AuthnRequest::read(Document::parse(xml).map_err(Error::Xml)?.root())
}

/// Reads a request from the bytes that its enveloped signature covers.
///
/// # Errors
/// [`Error::Signature`] if it is not signed by one of the certificates.
pub fn read_signed(
    xml: &[u8],
    certificates: &[Certificate],
    allowed: Allowed,
) -> Result<AuthnRequest, Error> {
    let document = Document::parse(xml).map_err(Error::Xml)?;
    let signed = vestibule_dsig::verify(document.root(), certificates, allowed).map_err(Error::Signature)?;
    read(signed.bytes())
}

/// Whether the document carries an enveloped signature on its root.
///
/// # Errors
/// [`Error::Xml`] if it cannot be parsed.
pub fn is_signed(xml: &[u8]) -> Result<bool, Error> {
    Ok(signature_of(Document::parse(xml).map_err(Error::Xml)?.root()).is_some())
}

/// Why a request was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is not XML that is accepted.
    Xml(vestibule_xml::Error),
    /// It is another message.
    NotARequest {
        /// The name of the root element.
        found: String,
    },
    /// Something that must be there is not.
    Missing(&'static str),
    /// An attribute that should hold a time does not.
    Time(read::NotATime),
    /// The signature is not one of the service provider's.
    Signature(Invalid),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(error) => write!(f, "The request cannot be read. {error}"),
            Self::NotARequest { found } => write!(f, "The message is not a samlp:AuthnRequest but {found}."),
            Self::Missing(what) => write!(f, "The request has no {what}."),
            Self::Time(time) => write!(f, "{} is \"{}\", which is not a time.", time.attribute, time.found),
            Self::Signature(invalid) => write!(f, "The request is not accepted: {invalid}."),
        }
    }
}

impl std::error::Error for Error {}
