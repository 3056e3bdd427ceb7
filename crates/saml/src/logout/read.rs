//! What a logout message states, as it states it.
//!
//! Whether that is right is decided in `verify.rs`. The one thing to know: these readers are called with an element of a
//! document that a signature covers, and with no other.

use jiff::Timestamp;
use vestibule_xml::Element;

use super::verify::Expected;
use super::{Kind, LogoutRequest, LogoutResponse, MAX_SESSION_INDEXES, Rejection};
use crate::response::{self, SealedNameId};
use crate::write::Status;
use crate::{NameId, names, read};

/// The longest status message that is kept, in bytes.
const MAX_STATUS_MESSAGE: usize = 1_000;

/// The element is this message, of SAML 2.0 (SAML-Core, sections 3.2.1 and 3.2.2).
pub(super) fn is(root: Element<'_>, kind: Kind) -> Result<(), Rejection> {
    if !root.is(names::PROTOCOL, kind.name()) {
        return Err(Rejection::Other { expected: kind.name(), found: name(root) });
    }
    match root.attribute("Version") {
        Some("2.0") => Ok(()),
        found => Err(Rejection::Version { found: found.map(read::excerpt) }),
    }
}

/// The name of an element as a sentence can bear it.
pub(super) fn name(element: Element<'_>) -> String {
    read::excerpt(element.local_name())
}

impl LogoutRequest {
    /// The request, and how its name identifier was encrypted if it was.
    pub(super) fn read(
        root: Element<'_>,
        expected: &Expected<'_>,
    ) -> Result<(Self, Option<String>), Rejection> {
        is(root, Kind::Request)?;
        let (name_id, how) = name_id(root, expected)?;
        let request = Self {
            id: id(root)?,
            issue_instant: issue_instant(root)?,
            issuer: issuer(root)?,
            destination: read::attribute_owned(root, "Destination"),
            not_on_or_after: read::time(root, "NotOnOrAfter").map_err(Rejection::NotATime)?,
            name_id,
            session_indexes: session_indexes(root)?,
        };
        Ok((request, how))
    }
}

impl LogoutResponse {
    pub(super) fn read(root: Element<'_>) -> Result<Self, Rejection> {
        is(root, Kind::Response)?;
        Ok(Self {
            id: id(root)?,
            issue_instant: issue_instant(root)?,
            issuer: issuer(root)?,
            destination: read::attribute_owned(root, "Destination"),
            in_response_to: read::attribute_owned(root, "InResponseTo"),
            status: status(root).ok_or(Rejection::Missing("Status with a StatusCode"))?,
        })
    }
}

fn id(root: Element<'_>) -> Result<String, Rejection> {
    read::attribute_owned(root, "ID").ok_or(Rejection::Missing("ID"))
}

fn issue_instant(root: Element<'_>) -> Result<Timestamp, Rejection> {
    let time = read::time(root, "IssueInstant").map_err(Rejection::NotATime)?;
    time.ok_or(Rejection::Missing("IssueInstant"))
}

fn issuer(root: Element<'_>) -> Result<String, Rejection> {
    root.child(names::ASSERTION, "Issuer").and_then(read::text_owned).ok_or(Rejection::Missing("Issuer"))
}

/// The one identifier; the schema has a choice of three kinds and takes one (SAML-Core, section 3.7.1).
fn name_id(root: Element<'_>, expected: &Expected<'_>) -> Result<(NameId, Option<String>), Rejection> {
    const KINDS: [&str; 3] = ["NameID", "EncryptedID", "BaseID"];
    let missing = || Rejection::Missing("single NameID");
    let is_identifier = |element: &Element<'_>| KINDS.iter().any(|kind| element.is(names::ASSERTION, kind));
    let mut identifiers = root.elements().filter(is_identifier);
    let (Some(identifier), None) = (identifiers.next(), identifiers.next()) else { return Err(missing()) };
    match identifier.local_name() {
        "BaseID" => Err(Rejection::BaseId),
        "EncryptedID" => {
            let opened = response::name_id(identifier, expected.decryption_keys, expected.allowed);
            let SealedNameId { name_id, how } = opened.map_err(Rejection::Encrypted)?;
            Ok((name_id, Some(how)))
        }
        _ => read::name_id(identifier).map(|name_id| (name_id, None)).ok_or_else(missing),
    }
}

/// Every SessionIndex. One that is blank names no session, and must not become "all of them".
fn session_indexes(root: Element<'_>) -> Result<Vec<String>, Rejection> {
    let elements = || root.children(names::PROTOCOL, "SessionIndex");
    if elements().nth(MAX_SESSION_INDEXES).is_some() {
        return Err(Rejection::TooManySessions { limit: MAX_SESSION_INDEXES });
    }
    elements()
        .map(|index| read::text_owned(index).ok_or(Rejection::Missing("text in a SessionIndex")))
        .collect()
}

fn status(root: Element<'_>) -> Option<Status> {
    let status = root.child(names::PROTOCOL, "Status")?;
    let code = status.child(names::PROTOCOL, "StatusCode")?;
    let value = |code: Element<'_>| read::attribute(code, "Value").map(read::excerpt);
    let message = status.child(names::PROTOCOL, "StatusMessage").and_then(read::text);
    Some(Status {
        code: value(code)?,
        sub_code: code.child(names::PROTOCOL, "StatusCode").and_then(value),
        message: message.map(|message| read::cut(message, MAX_STATUS_MESSAGE).0.into_owned()),
    })
}
