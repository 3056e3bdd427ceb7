//! What an Assertion states, as it states it.
//!
//! Whether that is right is decided in `checks.rs`. The one thing to know: [`Claims::read`] is called with an element
//! of a document that was parsed from signed bytes, and with no other.

use std::collections::BTreeMap;

use jiff::Timestamp;
use vestibule_xml::Element;

use super::encrypted::{self, SealedNameId};
use super::envelope::{instant, missing, name, version};
use super::rejection::Encrypted;
use super::{Expected, Part, Rejection, Unreadable};
use crate::{Attribute, NameId, names, read};

pub(super) struct Claims {
    pub(super) id: String,
    pub(super) issue_instant: Timestamp,
    pub(super) issuer: Option<String>,
    pub(super) name_id: Option<NameId>,
    /// How the name identifier was encrypted, if it was.
    pub(super) name_id_encryption: Option<String>,
    pub(super) bearers: Vec<Bearer>,
    pub(super) conditions: Conditions,
    pub(super) session: Session,
    pub(super) attributes: Vec<Attribute>,
}

/// A SubjectConfirmation with the bearer method.
pub(super) struct Bearer {
    pub(super) recipient: Option<String>,
    pub(super) begins: bool,
    pub(super) not_on_or_after: Option<Timestamp>,
    pub(super) in_response_to: Option<String>,
    pub(super) address: Option<String>,
}

/// The Conditions; all absent if there is no such element.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_on_or_after: Option<Timestamp>,
    /// The audiences of each AudienceRestriction.
    pub(super) audiences: Vec<Vec<String>>,
    pub(super) one_time_use: bool,
}

/// What the authentication statements say.
#[derive(Default)]
pub(super) struct Session {
    pub(super) authn_instant: Option<Timestamp>,
    pub(super) authn_context: Option<String>,
    pub(super) index: Option<String>,
    pub(super) not_on_or_after: Option<Timestamp>,
}

impl Claims {
    pub(super) fn read(assertion: Element<'_>, expected: &Expected<'_>) -> Result<Self, Rejection> {
        version(assertion, Part::Assertion)?;
        let subject = child(assertion, "Subject").ok_or_else(|| missing(Part::Assertion, "Subject"))?;
        let issue_instant = instant(assertion, "IssueInstant")?;
        let (name_id, name_id_encryption) = subject_name(subject, expected)?;
        Ok(Self {
            id: read::attribute(assertion, "ID").ok_or_else(|| missing(Part::Assertion, "ID"))?,
            issue_instant: issue_instant.ok_or_else(|| missing(Part::Assertion, "IssueInstant"))?,
            issuer: child(assertion, "Issuer").and_then(read::text).map(read::shortened),
            name_id,
            name_id_encryption,
            bearers: bearers(subject)?,
            conditions: child(assertion, "Conditions")
                .map_or_else(|| Ok(Conditions::default()), Conditions::read)?,
            session: Session::read(assertion)?,
            attributes: attributes(assertion)?,
        })
    }
}

/// The name identifier, and how it was encrypted if it was.
fn subject_name(
    subject: Element<'_>,
    expected: &Expected<'_>,
) -> Result<(Option<NameId>, Option<String>), Rejection> {
    if let Some(encrypted) = child(subject, "EncryptedID") {
        let SealedNameId { name_id, how } =
            encrypted::name_id(encrypted, expected.decryption_keys, expected.allowed)
                .map_err(Rejection::Encrypted)?;
        return Ok((Some(name_id), Some(how)));
    }
    Ok((child(subject, "NameID").and_then(read::name_id), None))
}

fn bearers(subject: Element<'_>) -> Result<Vec<Bearer>, Rejection> {
    subject
        .children(names::ASSERTION, "SubjectConfirmation")
        .filter(|confirmation| confirmation.attribute("Method").map(read::trim) == Some(names::BEARER))
        .map(Bearer::read)
        .collect()
}

impl Bearer {
    fn read(confirmation: Element<'_>) -> Result<Self, Rejection> {
        let data = child(confirmation, "SubjectConfirmationData");
        let attribute = |name| data.and_then(|data| read::attribute(data, name));
        Ok(Self {
            recipient: attribute("Recipient"),
            begins: data.is_some_and(|data| data.attribute("NotBefore").is_some()),
            not_on_or_after: data.map_or(Ok(None), |data| instant(data, "NotOnOrAfter"))?,
            in_response_to: attribute("InResponseTo"),
            address: attribute("Address"),
        })
    }
}

impl Conditions {
    fn read(element: Element<'_>) -> Result<Self, Rejection> {
        let mut conditions = Self {
            not_before: instant(element, "NotBefore")?,
            not_on_or_after: instant(element, "NotOnOrAfter")?,
            ..Self::default()
        };
        for condition in element.elements() {
            match condition.local_name() {
                _ if condition.namespace() != names::ASSERTION => return Err(unknown_condition(condition)),
                "AudienceRestriction" => conditions.audiences.push(audiences(condition)),
                "OneTimeUse" => conditions.one_time_use = true,
                // It limits whom an identity provider may vouch to next; nothing here vouches on.
                "ProxyRestriction" => {}
                _ => return Err(unknown_condition(condition)),
            }
        }
        Ok(conditions)
    }
}

fn audiences(restriction: Element<'_>) -> Vec<String> {
    restriction.children(names::ASSERTION, "Audience").filter_map(read::text).collect()
}

fn unknown_condition(condition: Element<'_>) -> Rejection {
    Rejection::Unreadable(Unreadable::Condition { found: name(condition) })
}

impl Session {
    /// Reads the authentication statements: the first of each kind of fact, and the earliest end.
    fn read(assertion: Element<'_>) -> Result<Self, Rejection> {
        let mut session = Self::default();
        for statement in assertion.children(names::ASSERTION, "AuthnStatement") {
            let class = child(statement, "AuthnContext")
                .and_then(|context| child(context, "AuthnContextClassRef"))
                .and_then(read::text);
            let end = instant(statement, "SessionNotOnOrAfter")?;
            session.authn_instant = session.authn_instant.or(instant(statement, "AuthnInstant")?);
            session.authn_context = session.authn_context.or(class);
            session.index = session.index.or_else(|| read::attribute(statement, "SessionIndex"));
            session.not_on_or_after = session.not_on_or_after.into_iter().chain(end).min();
        }
        Ok(session)
    }
}

/// The attributes of all statements, those of one name merged.
fn attributes(assertion: Element<'_>) -> Result<Vec<Attribute>, Rejection> {
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in assertion.children(names::ASSERTION, "AttributeStatement") {
        if child(statement, "EncryptedAttribute").is_some() {
            return Err(Rejection::Encrypted(Encrypted::Attribute));
        }
        for element in statement.children(names::ASSERTION, "Attribute") {
            let found = attribute(element)
                .ok_or_else(|| missing(Part::Assertion, "Name on one of its attributes"))?;
            // The name as it stands in the document outlives the attribute that is moved.
            let name = element.attribute("Name").map(read::trim).unwrap_or_default();
            match places.get(name).and_then(|place| attributes.get_mut(*place)) {
                Some(known) => {
                    known.friendly_name = known.friendly_name.take().or(found.friendly_name);
                    known.values.extend(found.values);
                }
                None => {
                    places.insert(name, attributes.len());
                    attributes.push(found);
                }
            }
        }
    }
    Ok(attributes)
}

fn attribute(element: Element<'_>) -> Option<Attribute> {
    Some(Attribute {
        name: read::attribute(element, "Name")?,
        friendly_name: read::attribute(element, "FriendlyName"),
        values: element.children(names::ASSERTION, "AttributeValue").filter_map(value).collect(),
    })
}

/// The value if it is text, or the one name identifier in it (eduPersonTargetedID is sent like that). Any other
/// structure is no value: its text could mean something else than the structure does.
pub(super) fn value(element: Element<'_>) -> Option<String> {
    if matches!(element.attribute_ns(names::SCHEMA_INSTANCE, "nil"), Some("true" | "1")) {
        return None;
    }
    if let Some(text) = element.text() {
        return Some(read::trim(&text).to_owned());
    }
    let mut children = element.elements();
    let only = children.next().filter(|only| only.is(names::ASSERTION, "NameID"))?;
    if children.next().is_some() {
        return None;
    }
    read::text(only)
}

fn child<'d>(element: Element<'d>, name: &str) -> Option<Element<'d>> {
    element.child(names::ASSERTION, name)
}
