//! Cutting documents open and sewing them together again.
//!
//! What is made of the pieces is decided by the neighbors. The one thing to know: pieces are text, cut at the places
//! that the parser names, so what was signed stays what was signed wherever it is put. The honest response is written
//! without white space between elements, which is why an element is its tags and its children and nothing else.

use vestibule_saml::names;
use vestibule_saml::write::{Response, Signed, Signer};
use vestibule_saml::{Certificate, SigningKey};
use vestibule_xml::{Document, Element};

use super::{Error, Genuine};

/// Who the forger wants to be.
const VICTIM: &str = "victim";

/// An element in pieces.
#[derive(Clone)]
pub(super) struct Pieces {
    pub(super) open: String,
    pub(super) children: Vec<String>,
    pub(super) close: String,
}

impl Pieces {
    /// Takes the first element apart that has this name in this namespace.
    pub(super) fn of(xml: &str, namespace: &str, local: &str) -> Result<Self, Error> {
        let document = Document::parse(xml.as_bytes()).map_err(|_| Error::Surgery)?;
        let element = document.root().descendants().find(|element| element.is(namespace, local));
        Self::cut(xml, element.ok_or(Error::Surgery)?)
    }

    fn cut(xml: &str, element: Element<'_>) -> Result<Self, Error> {
        let text = |range: std::ops::Range<usize>| xml.get(range).map(str::to_owned).ok_or(Error::Surgery);
        let spans: Vec<_> = element.elements().map(Element::span).collect();
        let [Some(first), Some(last)] = [spans.first(), spans.last()] else { return Err(Error::Surgery) };
        Ok(Self {
            open: text(element.span().start..first.start)?,
            close: text(last.end..element.span().end)?,
            children: spans.into_iter().map(text).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn join(&self) -> String {
        [&self.open, self.children.concat().as_str(), &self.close].concat()
    }

    /// Puts a child at a place, or at the end.
    pub(super) fn with(mut self, place: usize, child: impl Into<String>) -> Self {
        self.children.insert(place.min(self.children.len()), child.into());
        self
    }

    /// Takes out the children whose text begins like this.
    pub(super) fn without(mut self, beginning: &str) -> Self {
        self.children.retain(|child| !child.starts_with(beginning));
        self
    }

    /// Writes an attribute of the element anew.
    pub(super) fn renamed(mut self, from: &str, to: &str) -> Self {
        self.open = self.open.replacen(from, to, 1);
        self
    }
}

impl Genuine {
    /// The honest response, signed as it would be.
    pub(super) fn honest(&self) -> Result<String, Error> {
        self.sign(&self.response.write())
    }

    /// A response signed as the honest one would be, after it was changed.
    pub(super) fn sign(&self, xml: &str) -> Result<String, Error> {
        self.sign_by(&self.signer, xml)
    }

    /// The same with another key.
    pub(super) fn sign_by(&self, signer: &Signer, xml: &str) -> Result<String, Error> {
        let mut xml = xml.to_owned();
        if self.signed != Signed::Response {
            xml = signer.sign(&xml, self.assertion_id()?)?;
        }
        if self.signed != Signed::Assertion {
            xml = signer.sign(&xml, &self.response.id)?;
        }
        Ok(xml)
    }

    /// The element that is signed by the honest response; if both are, the assertion, for whoever changes the response
    /// has to strip its signature anyway.
    pub(super) fn target(&self) -> Target {
        if self.signed == Signed::Response { Target::Response } else { Target::Assertion }
    }

    /// The honest response with its one signature on the target.
    pub(super) fn captured(&self) -> Result<String, Error> {
        let id = match self.target() {
            Target::Response => &self.response.id,
            Target::Assertion => self.assertion_id()?,
        };
        Ok(self.signer.sign(&self.response.write(), id)?)
    }

    /// What the forger would like to be believed: the honest response, unsigned, with other ids and another person.
    pub(super) fn forged(&self) -> Response {
        let mut forged = self.response.clone();
        forged.id = format!("{}f", forged.id);
        if let Some(assertion) = &mut forged.assertion {
            assertion.id = format!("{}f", assertion.id);
            let values = assertion.attributes.iter_mut().flat_map(|attribute| &mut attribute.values);
            for value in values.chain(assertion.name_id.as_mut().map(|name_id| &mut name_id.value)) {
                *value = match value.split_once('@') {
                    Some((_, domain)) => format!("{VICTIM}@{domain}"),
                    None => VICTIM.to_owned(),
                };
            }
        }
        forged
    }

    pub(super) fn assertion_id(&self) -> Result<&str, Error> {
        Ok(&self.response.assertion.as_ref().ok_or(Error::NoAssertion)?.id)
    }
}

/// The element that a signature was captured with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Response,
    Assertion,
}

impl Target {
    pub(super) fn pieces(self, xml: &str) -> Result<Pieces, Error> {
        match self {
            Self::Response => Pieces::of(xml, names::PROTOCOL, "Response"),
            Self::Assertion => Pieces::of(xml, names::ASSERTION, "Assertion"),
        }
    }
}

/// A key that no connection knows; it is printed in the sources of this program, so that anyone may be the impostor.
pub(super) fn impostor() -> Result<Signer, Error> {
    const PEM: &str = include_str!("impostor.pem");
    let key = SigningKey::from_pem(PEM)?;
    let certificate = Certificate::from_pem(PEM)?;
    Ok(Signer { algorithm: key.algorithm_for(vestibule_saml::Hash::Sha256), key, certificate })
}

/// Replaces the one place where this text stands; an attack that does not find its place is no attack.
pub(super) fn replaced(xml: &str, from: &str, to: &str) -> Result<String, Error> {
    if xml.contains(from) { Ok(xml.replacen(from, to, 1)) } else { Err(Error::Surgery) }
}
