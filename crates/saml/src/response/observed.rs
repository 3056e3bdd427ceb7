//! What a message claims, for logs and for routing.
//!
//! What is believed of it is in `claims.rs` and `assertion.rs`. The one thing to know: nothing here was verified, so
//! nothing here may decide. It is read tolerantly (the wrong place, the wrong number, no signature: all the same), and
//! within bounds, because whoever sent the message chose how much there is.

use vestibule_dsig::{Certificate, claimed_certificate};
use vestibule_xml::{Document, Element};

use super::claims::value;
use super::envelope::Status;
use crate::{NameId, names, read};

const MAX_ATTRIBUTES: usize = 200;
const MAX_VALUES: usize = 1_000;
/// The longest string that is kept, in bytes.
const MAX_LENGTH: usize = 4 * 1024;

/// What a message claims; empty as far as it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The name of the root element, as `Response`.
    pub root: String,
    /// The ID of the response.
    pub response_id: Option<String>,
    /// When the response says it was made, as it says so.
    pub issue_instant: Option<String>,
    /// The address that the response was sent to.
    pub destination: Option<String>,
    /// The request that is answered: the statement of the response, else that of the assertion.
    pub in_response_to: Option<String>,
    /// The issuer of the response.
    pub response_issuer: Option<String>,
    /// The top-level status code.
    pub status: Option<String>,
    /// The status code below it.
    pub sub_status: Option<String>,
    /// The identity provider's own words.
    pub status_message: Option<String>,
    /// How many assertions there are anywhere in the message, encrypted ones included.
    pub assertions: usize,
    /// How many of them are encrypted. What is in one is here only after it was decrypted and its signature verified.
    pub encrypted_assertions: usize,
    /// The ID of the first assertion.
    pub assertion_id: Option<String>,
    /// The issuer of the first assertion.
    pub assertion_issuer: Option<String>,
    /// The name identifier.
    pub name_id: Option<NameId>,
    /// The recipients of the subject confirmations.
    pub recipients: Vec<String>,
    /// The audiences, of all restrictions.
    pub audiences: Vec<String>,
    /// The beginning of the validity, as stated.
    pub not_before: Option<String>,
    /// The end of the validity, as stated.
    pub not_on_or_after: Option<String>,
    /// The identity provider's name for its session.
    pub session_index: Option<String>,
    /// The certificate that verified the message; if none did, the one that the message carries.
    pub certificate: Option<Certificate>,
    /// The attributes of the first assertion.
    pub attributes: Vec<ObservedAttribute>,
    /// Whether something was cut or left out to keep the bounds.
    pub truncated: bool,
}

/// An attribute as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedAttribute {
    /// The name.
    pub name: String,
    /// The name for people.
    pub friendly_name: Option<String>,
    /// The values that are text.
    pub values: Vec<String>,
    /// How many values are not text, and are ignored for that.
    pub not_text: usize,
}

impl Observed {
    /// The issuer that the message names: the assertion's, else the response's.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.assertion_issuer.as_deref().or(self.response_issuer.as_deref())
    }
}

impl Observed {
    /// Adds what a decrypted assertion says.
    pub(super) fn decrypted(&mut self, assertion: Element<'_>) {
        let mut reader = Reader { truncated: self.truncated, ..Reader::default() };
        reader.assertion(assertion, self);
        self.truncated = reader.truncated;
    }
}

/// Reads what a message claims without verifying anything: to find the connection and the request that it may belong
/// to, before [`verify()`](super::verify()) compares both with signed bytes.
#[must_use]
pub fn observe(xml: &[u8]) -> Observed {
    Document::parse(xml).map_or_else(|_| Observed::default(), |document| of(document.root()))
}

pub(super) fn of(root: Element<'_>) -> Observed {
    let mut reader = Reader::default();
    let mut observed = reader.response(root);
    for element in root.descendants() {
        if element.is(names::ASSERTION, "EncryptedAssertion") {
            observed.encrypted_assertions += 1;
            observed.assertions += 1;
        } else if element.is(names::ASSERTION, "Assertion") {
            if observed.assertions == observed.encrypted_assertions {
                reader.assertion(element, &mut observed);
            }
            observed.assertions += 1;
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

#[derive(Default)]
struct Reader {
    values: usize,
    truncated: bool,
}

impl Reader {
    fn response(&mut self, root: Element<'_>) -> Observed {
        let status = Status::read(root);
        let (status, sub_status, message) =
            status.map_or((None, None, None), |status| (Some(status.code), status.sub_code, status.message));
        Observed {
            root: self.keep(root.local_name().to_owned()),
            response_id: self.attribute(root, "ID"),
            issue_instant: self.attribute(root, "IssueInstant"),
            destination: self.attribute(root, "Destination"),
            in_response_to: self.attribute(root, "InResponseTo"),
            response_issuer: self.child_text(root, "Issuer"),
            status,
            sub_status,
            status_message: message,
            ..Observed::default()
        }
    }

    fn assertion(&mut self, assertion: Element<'_>, observed: &mut Observed) {
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

    fn subject(&mut self, subject: Element<'_>, observed: &mut Observed) {
        let name_id = subject.child(names::ASSERTION, "NameID").and_then(read::name_id);
        observed.name_id = name_id.map(|name_id| self.name_id(name_id));
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

    fn conditions(&mut self, conditions: Element<'_>, observed: &mut Observed) {
        observed.not_before = self.attribute(conditions, "NotBefore");
        observed.not_on_or_after = self.attribute(conditions, "NotOnOrAfter");
        for restriction in conditions.children(names::ASSERTION, "AudienceRestriction") {
            for audience in restriction.children(names::ASSERTION, "Audience") {
                let audience = read::text(audience).map(|audience| self.keep(audience));
                self.push(&mut observed.audiences, audience);
            }
        }
    }

    fn attributes(&mut self, statement: Element<'_>, observed: &mut Observed) {
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

    fn name_id(&mut self, name_id: NameId) -> NameId {
        let mut keep = |text: Option<String>| text.map(|text| self.keep(text));
        NameId {
            format: keep(name_id.format),
            name_qualifier: keep(name_id.name_qualifier),
            sp_name_qualifier: keep(name_id.sp_name_qualifier),
            value: self.keep(name_id.value),
        }
    }

    fn child_text(&mut self, element: Element<'_>, name: &str) -> Option<String> {
        let text = read::text(element.child(names::ASSERTION, name)?)?;
        Some(self.keep(text))
    }

    fn attribute(&mut self, element: Element<'_>, name: &str) -> Option<String> {
        let value = read::attribute(element, name)?;
        Some(self.keep(value))
    }

    fn keep(&mut self, text: String) -> String {
        if text.len() <= MAX_LENGTH {
            return text;
        }
        let (kept, cut) = read::cut(&text, MAX_LENGTH);
        self.truncated |= cut;
        kept
    }

    fn push(&mut self, values: &mut Vec<String>, value: Option<String>) {
        if self.values < MAX_VALUES {
            self.values += usize::from(value.is_some());
            values.extend(value);
        } else {
            self.truncated = true;
        }
    }
}
