//! A logout message as it arrived: unpacked, and believed in nothing.
//!
//! What it states is read after its signature was verified (`verify.rs`). The one thing to know: where the signature is
//! depends on the binding, so a message remembers how it came.

use vestibule_xml::Document;

use super::verify::claim;
use super::{Claimed, Rejection};
use crate::binding::{Binding, Direction, Redirected, post_decode, redirect_decode};

/// A message, unpacked.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) xml: Vec<u8>,
    /// The address, by HTTP-Redirect: its signature covers the raw query.
    pub(super) address: Option<Redirected>,
    direction: Direction,
    relay_state: Option<String>,
}

impl Message {
    /// Unpacks the query of an address, as it came over the wire (SAML-Bindings, section 3.4).
    ///
    /// # Errors
    /// [`Rejection::Binding`] if it is none, or states something twice.
    pub fn from_query(raw_query: &str) -> Result<Self, Rejection> {
        let address = redirect_decode(raw_query).map_err(Rejection::Binding)?;
        Ok(Self {
            xml: address.xml.clone(),
            direction: address.direction,
            relay_state: address.relay_state.clone(),
            address: Some(address),
        })
    }

    /// Unpacks the field of a form (SAML-Bindings, section 3.5).
    ///
    /// # Errors
    /// [`Rejection::Binding`] if it is too long, or not Base64.
    pub fn from_form(
        direction: Direction,
        value: &str,
        relay_state: Option<String>,
    ) -> Result<Self, Rejection> {
        let xml = post_decode(value).map_err(Rejection::Binding)?;
        Ok(Self { xml, address: None, direction, relay_state })
    }

    /// Whether it asks or answers, by the name of the parameter that it came in.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// How it came.
    #[must_use]
    pub fn binding(&self) -> Binding {
        if self.address.is_some() { Binding::Redirect } else { Binding::Post }
    }

    /// What the sender wants back as it is.
    #[must_use]
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    /// What it claims, without verifying anything: to find whose keys can verify it.
    #[must_use]
    pub fn claimed(&self) -> Claimed {
        Document::parse(&self.xml).map(|document| claim(document.root())).unwrap_or_default()
    }

    /// The document, as it was sent.
    #[must_use]
    pub fn xml(&self) -> &[u8] {
        &self.xml
    }
}
