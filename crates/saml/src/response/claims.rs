//! What an Assertion states, as it states it.
//!
//! Whether that is right is decided in `checks.rs`. The one thing to know: [`Claims::read`] is called with an element
//! of a document that was parsed from signed bytes, and with no other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use vestibule_xml::Element;

use super::attributes::{Attributes, Kept, Texts};
use super::encrypted::{self, SealedNameId};
use super::envelope::{instant, missing, name, version};
use super::rejection::Encrypted;
use super::{Expected, Part, Rejection, Unreadable};
use crate::{NameId, names, read};

pub(super) struct Claims<'d> {
    pub(super) id: &'d str,
    pub(super) issue_instant: Timestamp,
    pub(super) issuer: Option<Cow<'d, str>>,
    pub(super) name_id: Option<NameId>,
    /// How the name identifier was encrypted, if it was.
    pub(super) name_id_encryption: Option<String>,
    pub(super) bearers: Vec<Bearer<'d>>,
    pub(super) conditions: Conditions<'d>,
    pub(super) session: Session<'d>,
    pub(super) attributes: Attributes,
}

/// A SubjectConfirmation with the bearer method.
pub(super) struct Bearer<'d> {
    pub(super) recipient: Option<&'d str>,
    pub(super) begins: bool,
    pub(super) not_on_or_after: Option<Timestamp>,
    pub(super) in_response_to: Option<&'d str>,
    pub(super) address: Option<&'d str>,
}

/// The Conditions; all absent if there is no such element.
#[derive(Default)]
pub(super) struct Conditions<'d> {
    pub(super) not_before: Option<Timestamp>,
    pub(super) not_on_or_after: Option<Timestamp>,
    /// The audiences of each AudienceRestriction.
    pub(super) audiences: Vec<Vec<Cow<'d, str>>>,
    pub(super) one_time_use: bool,
}

/// What the authentication statements say.
#[derive(Default)]
pub(super) struct Session<'d> {
    pub(super) authn_instant: Option<Timestamp>,
    pub(super) authn_context: Option<Cow<'d, str>>,
    pub(super) index: Option<&'d str>,
    pub(super) not_on_or_after: Option<Timestamp>,
}

impl<'d> Claims<'d> {
    pub(super) fn read(assertion: Element<'d>, expected: &Expected<'_>) -> Result<Self, Rejection> {
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

fn bearers(subject: Element<'_>) -> Result<Vec<Bearer<'_>>, Rejection> {
    subject
        .children(names::ASSERTION, "SubjectConfirmation")
        .filter(|confirmation| confirmation.attribute("Method").map(read::trim) == Some(names::BEARER))
        .map(Bearer::read)
        .collect()
}

impl<'d> Bearer<'d> {
    fn read(confirmation: Element<'d>) -> Result<Self, Rejection> {
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

impl<'d> Conditions<'d> {
    fn read(element: Element<'d>) -> Result<Self, Rejection> {
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

fn audiences(restriction: Element<'_>) -> Vec<Cow<'_, str>> {
    restriction.children(names::ASSERTION, "Audience").filter_map(read::text).collect()
}

fn unknown_condition(condition: Element<'_>) -> Rejection {
    Rejection::Unreadable(Unreadable::Condition { found: name(condition) })
}

impl<'d> Session<'d> {
    /// Reads the authentication statements: the first of each kind of fact, and the earliest end.
    fn read(assertion: Element<'d>) -> Result<Self, Rejection> {
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
fn attributes(assertion: Element<'_>) -> Result<Attributes, Rejection> {
    let mut named = Vec::with_capacity(16);
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in assertion.children(names::ASSERTION, "AttributeStatement") {
        if child(statement, "EncryptedAttribute").is_some() {
            return Err(Rejection::Encrypted(Encrypted::Attribute));
        }
        for element in statement.children(names::ASSERTION, "Attribute") {
            let name = read::attribute(element, "Name")
                .ok_or_else(|| missing(Part::Assertion, "Name on one of its attributes"))?;
            let next = places.len();
            named.push(Named { place: *places.entry(name).or_insert(next), name, element });
        }
    }
    if places.len() < named.len() {
        named.sort_by_key(|one| one.place);
    }
    Ok(kept(&named, assertion.span().len()))
}

/// An attribute, and which name of all it has.
struct Named<'d> {
    place: usize,
    name: &'d str,
    element: Element<'d>,
}

/// The same without the document; those of one name stand together.
fn kept(named: &[Named<'_>], bytes: usize) -> Attributes {
    let mut attributes = Attributes {
        texts: Texts::with_capacity(bytes),
        kept: Vec::with_capacity(named.len()),
        values: Vec::with_capacity(named.len() + 16),
    };
    for one_name in named.chunk_by(|one, other| one.place == other.place) {
        let Attributes { texts, kept, values } = &mut attributes;
        let friendly_name = one_name.iter().find_map(|one| read::attribute(one.element, "FriendlyName"));
        let name = one_name.first().map(|one| one.name).unwrap_or_default();
        let [name, friendly_name] = [Some(name), friendly_name].map(|name| name.map(|name| texts.keep(name)));
        let first = values.len();
        for found in one_name.iter().flat_map(|one| one.element.children(names::ASSERTION, "AttributeValue"))
        {
            values.extend(value(found).map(|value| texts.keep(&value)));
        }
        kept.push(Kept { name: name.unwrap_or_default(), friendly_name, values: first..values.len() });
    }
    attributes
}

/// The value if it is text, or the one name identifier in it (eduPersonTargetedID is sent like that). Any other
/// structure is no value: its text could mean something else than the structure does.
pub(super) fn value(element: Element<'_>) -> Option<Cow<'_, str>> {
    if matches!(element.attribute_ns(names::SCHEMA_INSTANCE, "nil"), Some("true" | "1")) {
        return None;
    }
    if let Some(text) = element.text() {
        return Some(read::trimmed(text));
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
