//! Logout messages as documents, and packed for the binding that takes them.
//!
//! What a message must state is up to the caller. The one thing to know: by HTTP-Redirect the address is signed, by
//! HTTP-POST the document, so the two are signed in different places by [`Parcel::pack`] and by nobody else.

use vestibule_xml::Writer;

use super::{Kind, LogoutRequest, LogoutResponse};
use crate::binding::{Binding, Direction, post_value, redirect_url};
use crate::names;
use crate::write::{Signer, element, optional};

impl LogoutRequest {
    /// The request as a document, unsigned.
    #[must_use]
    pub fn write(&self) -> String {
        let mut writer = Writer::new();
        start(&mut writer, "samlp:LogoutRequest", &self.id, &self.issue_instant.to_string());
        optional(&mut writer, "Destination", self.destination.as_deref());
        let end = self.not_on_or_after.map(|time| time.to_string());
        optional(&mut writer, "NotOnOrAfter", end.as_deref());
        element(&mut writer, "saml:Issuer", &self.issuer);
        self.name_id.write(&mut writer);
        for index in &self.session_indexes {
            element(&mut writer, "samlp:SessionIndex", index);
        }
        writer.end();
        writer.finish()
    }

    /// The request, ready for an address.
    #[must_use]
    pub fn parcel(&self, binding: Binding, url: impl Into<String>) -> Parcel {
        Parcel::new(Kind::Request, (binding, url.into()), self.id.clone(), self.write())
    }
}

impl LogoutResponse {
    /// The response as a document, unsigned.
    #[must_use]
    pub fn write(&self) -> String {
        let mut writer = Writer::new();
        start(&mut writer, "samlp:LogoutResponse", &self.id, &self.issue_instant.to_string());
        optional(&mut writer, "Destination", self.destination.as_deref());
        optional(&mut writer, "InResponseTo", self.in_response_to.as_deref());
        element(&mut writer, "saml:Issuer", &self.issuer);
        self.status.write(&mut writer);
        writer.end();
        writer.finish()
    }

    /// The response, ready for an address.
    #[must_use]
    pub fn parcel(&self, binding: Binding, url: impl Into<String>) -> Parcel {
        Parcel::new(Kind::Response, (binding, url.into()), self.id.clone(), self.write())
    }
}

fn start(writer: &mut Writer, name: &'static str, id: &str, issue_instant: &str) {
    writer.start(name);
    writer.attribute("xmlns:samlp", names::PROTOCOL);
    writer.attribute("xmlns:saml", names::ASSERTION);
    writer.attribute("ID", id);
    writer.attribute("Version", "2.0");
    writer.attribute("IssueInstant", issue_instant);
}

/// A message and where it goes.
#[derive(Clone, Debug)]
pub struct Parcel {
    kind: Kind,
    binding: Binding,
    url: String,
    id: String,
    xml: String,
    relay_state: Option<String>,
}

/// A message on its way through a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// In an address: the browser is sent there.
    Redirect(String),
    /// In a form, which the browser posts.
    Post {
        /// Where the form goes.
        url: String,
        /// `SAMLRequest` or `SAMLResponse`.
        field: &'static str,
        /// Its value.
        value: String,
        /// The value of `RelayState`, if there is one.
        relay_state: Option<String>,
    },
}

impl Parcel {
    fn new(kind: Kind, (binding, url): (Binding, String), id: String, xml: String) -> Self {
        Self { kind, binding, url, id, xml, relay_state: None }
    }

    /// Adds what comes back as it was sent.
    #[must_use]
    pub fn with_relay_state(self, relay_state: Option<String>) -> Self {
        Self { relay_state, ..self }
    }

    /// Packs it, signed or not.
    ///
    /// # Errors
    /// [`vestibule_dsig::Error`] if the ID is no name, or the key does not sign with the algorithm.
    pub fn pack(self, signer: Option<&Signer>) -> Result<Sent, vestibule_dsig::Error> {
        let direction = match self.kind {
            Kind::Request => Direction::Request,
            Kind::Response => Direction::Response,
        };
        if self.binding == Binding::Redirect {
            let signer = signer.map(|signer| (&signer.key, signer.algorithm));
            let url = redirect_url(&self.url, direction, &self.xml, self.relay_state.as_deref(), signer)?;
            return Ok(Sent::Redirect(url));
        }
        let xml = match signer {
            Some(signer) => signer.sign(&self.xml, &self.id)?,
            None => self.xml,
        };
        let (url, relay_state) = (self.url, self.relay_state);
        Ok(Sent::Post { url, field: direction.parameter(), value: post_value(xml), relay_state })
    }
}
