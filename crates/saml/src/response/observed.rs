//! What a message claims, for logs and for routing.
//!
//! What is believed of it is in `claims.rs` and `assertion.rs`. The one thing to know: nothing here was verified, so
//! nothing here may decide. It is read tolerantly (the wrong place, the wrong number, no signature: all the same), and
//! within bounds, because whoever sent the message chose how much there is.

use std::borrow::Cow;

use vestibule_dsig::{Certificate, claimed_certificate};
use vestibule_xml::{Document, Element};

use super::claims::value;
use super::envelope::Status;
use crate::{names, read};

const MAX_ATTRIBUTES: usize = 200;
const MAX_VALUES: usize = 1_000;
/// The longest string that is kept, in bytes.
const MAX_LENGTH: usize = 4 * 1024;

/// What a message claims; empty as far as it cannot be read. It borrows from the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed<'x> {
    /// The name of the root element, as `Response`.
    pub root: Cow<'x, str>,
    /// The ID of the response.
    pub response_id: Option<Cow<'x, str>>,
    /// When the response says it was made, as it says so.
    pub issue_instant: Option<Cow<'x, str>>,
    /// The address that the response was sent to.
    pub destination: Option<Cow<'x, str>>,
    /// The request that is answered: the statement of the response, else that of the assertion.
    pub in_response_to: Option<Cow<'x, str>>,
    /// The issuer of the response.
    pub response_issuer: Option<Cow<'x, str>>,
    /// The top-level status code.
    pub status: Option<Cow<'x, str>>,
    /// The status code below it.
    pub sub_status: Option<Cow<'x, str>>,
    /// The identity provider's own words.
    pub status_message: Option<Cow<'x, str>>,
    /// How many assertions there are anywhere in the message, encrypted ones included.
    pub assertions: usize,
    /// How many of them are encrypted. What is in one is here only after it was decrypted and its signature verified.
    pub encrypted_assertions: usize,
    /// The ID of the first assertion.
    pub assertion_id: Option<Cow<'x, str>>,
    /// The issuer of the first assertion.
    pub assertion_issuer: Option<Cow<'x, str>>,
    /// The value of the name identifier.
    pub name_id: Option<Cow<'x, str>>,
    /// The recipients of the subject confirmations.
    pub recipients: Vec<Cow<'x, str>>,
    /// The audiences, of all restrictions.
    pub audiences: Vec<Cow<'x, str>>,
    /// The beginning of the validity, as stated.
    pub not_before: Option<Cow<'x, str>>,
    /// The end of the validity, as stated.
    pub not_on_or_after: Option<Cow<'x, str>>,
    /// The identity provider's name for its session.
    pub session_index: Option<Cow<'x, str>>,
    /// The certificate that verified the message; if none did, the one that the message carries.
    pub certificate: Option<Certificate>,
    /// The attributes of the first assertion.
    pub attributes: Vec<ObservedAttribute<'x>>,
    /// Whether something was cut or left out to keep the bounds.
    pub truncated: bool,
}

/// An attribute as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedAttribute<'x> {
    /// The name.
    pub name: Cow<'x, str>,
    /// The name for people.
    pub friendly_name: Option<Cow<'x, str>>,
    /// The values that are text.
    pub values: Vec<Cow<'x, str>>,
    /// How many values are not text, and are ignored for that.
    pub not_text: usize,
}

impl Observed<'_> {
    /// The issuer that the message names: the assertion's, else the response's.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.assertion_issuer.as_deref().or(self.response_issuer.as_deref())
    }

    /// Adds what a decrypted assertion says.
    pub(super) fn decrypted(&mut self, assertion: Element<'_>) {
        // Those bytes are gone before this is read.
        let mut reader = Reader { message: None, values: 0, truncated: self.truncated };
        reader.assertion(assertion, self);
        self.truncated = reader.truncated;
    }
}

/// Reads what a message claims without verifying anything: to find the connection and the request that it may belong
/// to, before [`verify()`](super::verify()) compares both with signed bytes.
#[must_use]
pub fn observe(xml: &[u8]) -> Observed<'_> {
    Document::parse(xml).map_or_else(|_| Observed::default(), |document| of(&document))
}

pub(super) fn of<'x>(message: &Document<'x>) -> Observed<'x> {
    let root = message.root();
    let mut reader = Reader { message: Some(message), values: 0, truncated: false };
    let mut observed = reader.response(root);
    for element in root.descendants() {
        match element.local_name() {
            "EncryptedAssertion" if element.namespace() == names::ASSERTION => {
                observed.encrypted_assertions += 1;
                observed.assertions += 1;
            }
            "Assertion" if element.namespace() == names::ASSERTION => {
                if observed.assertions == observed.encrypted_assertions {
                    reader.assertion(element, &mut observed);
                }
                observed.assertions += 1;
            }
            _ => {}
        }
    }
    observed.truncated = reader.truncated;
    observed
}

/// The certificate that a message carries in the signature of its root, or of its first signed assertion.
pub(super) fn claimed(root: Element<'_>) -> Option<Certificate> {
    let mut assertions = root.descendants().filter(|element| element.is(names::ASSERTION, "Assertion"));
    claimed_certificate(root).or_else(|| claimed_certificate(assertions.next()?))
}

struct Reader<'r, 'x> {
    /// What the texts may be borrowed from.
    message: Option<&'r Document<'x>>,
    values: usize,
    truncated: bool,
}

impl<'x> Reader<'_, 'x> {
    fn response(&mut self, root: Element<'_>) -> Observed<'x> {
        let status = Status::read(root);
        let (status, sub_status, message) = status.map_or((None, None, None), |status| {
            let Status { code, sub_code, message } = status;
            (Some(code), sub_code, message)
        });
        Observed {
            root: self.keep(root.local_name().into()),
            response_id: self.attribute(root, "ID"),
            issue_instant: self.attribute(root, "IssueInstant"),
            destination: self.attribute(root, "Destination"),
            in_response_to: self.attribute(root, "InResponseTo"),
            response_issuer: self.child_text(root, "Issuer"),
            status: status.map(|status| self.keep(status)),
            sub_status: sub_status.map(|status| self.keep(status)),
            status_message: message.map(|message| self.keep(message)),
            ..Observed::default()
        }
    }

    fn assertion(&mut self, assertion: Element<'_>, observed: &mut Observed<'x>) {
        observed.assertion_id = self.attribute(assertion, "ID");
        observed.assertion_issuer = self.child_text(assertion, "Issuer");
        for child in assertion.elements().filter(|child| child.namespace() == names::ASSERTION) {
            match child.local_name() {
                "Subject" => self.subject(child, observed),
                "Conditions" => self.conditions(child, observed),
                "AuthnStatement" => {
                    let index = self.attribute(child, "SessionIndex");
                    observed.session_index = observed.session_index.take().or(index);
                }
                "AttributeStatement" => self.attributes(child, observed),
                _ => {}
            }
        }
    }

    fn subject(&mut self, subject: Element<'_>, observed: &mut Observed<'x>) {
        observed.name_id = self.child_text(subject, "NameID");
        for confirmation in subject.children(names::ASSERTION, "SubjectConfirmation") {
            let Some(data) = confirmation.child(names::ASSERTION, "SubjectConfirmationData") else {
                continue;
            };
            let in_response_to = self.attribute(data, "InResponseTo");
            observed.in_response_to = observed.in_response_to.take().or(in_response_to);
            let recipient = self.attribute(data, "Recipient");
            self.push(&mut observed.recipients, recipient);
        }
    }

    fn conditions(&mut self, conditions: Element<'_>, observed: &mut Observed<'x>) {
        observed.not_before = self.attribute(conditions, "NotBefore");
        observed.not_on_or_after = self.attribute(conditions, "NotOnOrAfter");
        for restriction in conditions.children(names::ASSERTION, "AudienceRestriction") {
            for audience in restriction.children(names::ASSERTION, "Audience") {
                let audience = read::text(audience).map(|audience| self.keep(audience));
                self.push(&mut observed.audiences, audience);
            }
        }
    }

    fn attributes(&mut self, statement: Element<'_>, observed: &mut Observed<'x>) {
        for element in statement.children(names::ASSERTION, "Attribute") {
            if observed.attributes.len() >= MAX_ATTRIBUTES {
                self.truncated = true;
                return;
            }
            let mut attribute = ObservedAttribute {
                name: self.attribute(element, "Name").unwrap_or_default(),
                friendly_name: self.attribute(element, "FriendlyName"),
                ..ObservedAttribute::default()
            };
            for found in element.children(names::ASSERTION, "AttributeValue") {
                match value(found) {
                    Some(text) => {
                        let text = Some(self.keep(text));
                        self.push(&mut attribute.values, text);
                    }
                    None => attribute.not_text += 1,
                }
            }
            observed.attributes.push(attribute);
        }
    }

    fn child_text(&mut self, element: Element<'_>, name: &str) -> Option<Cow<'x, str>> {
        let text = read::text(element.child(names::ASSERTION, name)?)?;
        Some(self.keep(text))
    }

    fn attribute(&mut self, element: Element<'_>, name: &str) -> Option<Cow<'x, str>> {
        let value = read::attribute(element, name)?;
        Some(self.keep(value.into()))
    }

    fn keep(&mut self, text: Cow<'_, str>) -> Cow<'x, str> {
        if text.len() > MAX_LENGTH {
            self.truncated = true;
            return Cow::Owned(read::cut(text, MAX_LENGTH).0.into_owned());
        }
        match self.message.and_then(|message| message.original(&text)) {
            Some(original) => Cow::Borrowed(original),
            None => Cow::Owned(text.into_owned()),
        }
    }

    fn push(&mut self, values: &mut Vec<Cow<'x, str>>, value: Option<Cow<'x, str>>) {
        if self.values < MAX_VALUES {
            self.values += usize::from(value.is_some());
            values.extend(value);
        } else {
            self.truncated = true;
        }
    }
}
