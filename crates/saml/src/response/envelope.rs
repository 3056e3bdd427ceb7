//! What a Response states about itself, apart from its assertion.
//!
//! What the assertion states is in `claims.rs`. The one thing to know: an envelope is read twice if the Response is
//! signed, the second time from the signed bytes; if it is not, what it states routes, and is compared, and is never
//! believed on its own.

use std::fmt;

use jiff::Timestamp;
use vestibule_xml::Element;

use super::rejection::joined;
use super::{Part, Rejection, Unreadable};
use crate::{names, read};

/// The longest status message that is kept, in bytes.
const MAX_STATUS_MESSAGE: usize = 1_000;

/// The attributes and the first children of a Response.
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) issue_instant: Timestamp,
    pub(super) issuer: Option<String>,
    pub(super) destination: Option<String>,
    pub(super) in_response_to: Option<String>,
    pub(super) status: Status,
}

/// What the identity provider reports.
pub(super) struct Status {
    pub(super) code: String,
    pub(super) sub_code: Option<String>,
    pub(super) message: Option<String>,
}

impl Envelope {
    /// Reads a Response, whether it reports success or not.
    pub(super) fn read(root: Element<'_>) -> Result<Self, Rejection> {
        if !root.is(names::PROTOCOL, "Response") {
            return Err(Rejection::Unreadable(Unreadable::NotAResponse { found: name(root) }));
        }
        version(root, Part::Response)?;
        let issuer = root.child(names::ASSERTION, "Issuer").and_then(read::text);
        Ok(Self {
            id: read::attribute(root, "ID").ok_or_else(|| missing(Part::Response, "ID"))?,
            issue_instant: instant(root, "IssueInstant")?
                .ok_or_else(|| missing(Part::Response, "IssueInstant"))?,
            issuer: issuer.map(read::shortened),
            destination: read::attribute(root, "Destination"),
            in_response_to: read::attribute(root, "InResponseTo"),
            status: Status::read(root).ok_or_else(|| missing(Part::Response, "Status with a StatusCode"))?,
        })
    }
}

impl Status {
    /// The status of a Response; `None` if there is no code at all.
    pub(super) fn read(response: Element<'_>) -> Option<Self> {
        let status = response.child(names::PROTOCOL, "Status")?;
        let code = status.child(names::PROTOCOL, "StatusCode")?;
        let value = |code: Element<'_>| read::attribute(code, "Value").map(read::shortened);
        let message = status.child(names::PROTOCOL, "StatusMessage").and_then(read::text);
        Some(Self {
            code: value(code)?,
            sub_code: code.child(names::PROTOCOL, "StatusCode").and_then(value),
            message: message.map(|message| read::cut(&message, MAX_STATUS_MESSAGE).0),
        })
    }
}

impl Status {
    /// The identity provider reports success; `signed` is asked, for the record, if it does not.
    pub(super) fn succeeded(&self, signed: impl FnOnce() -> bool) -> Result<(), Rejection> {
        if self.code == names::SUCCESS {
            return Ok(());
        }
        Err(Rejection::Status {
            code: self.code.clone(),
            sub_code: self.sub_code.clone(),
            message: self.message.clone(),
            verified: signed(),
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if let Some(sub_code) = &self.sub_code {
            write!(f, ", {sub_code}")?;
        }
        self.message.as_ref().map_or(Ok(()), |message| write!(f, ", \"{message}\""))
    }
}

/// The element is of SAML 2.0 (SAML-Core, sections 2.3.3 and 3.2.2).
pub(super) fn version(element: Element<'_>, of: Part) -> Result<(), Rejection> {
    match element.attribute("Version") {
        Some("2.0") => Ok(()),
        found => {
            let found = found.map(read::excerpt);
            Err(Rejection::Unreadable(Unreadable::Version { of, found }))
        }
    }
}

/// A time that may be absent, but not unreadable.
pub(super) fn instant(element: Element<'_>, name: &'static str) -> Result<Option<Timestamp>, Rejection> {
    read::time(element, name).map_err(|cause| Rejection::Unreadable(Unreadable::Time(cause)))
}

pub(super) fn missing(of: Part, what: &'static str) -> Rejection {
    Rejection::Unreadable(Unreadable::Missing { of, what })
}

/// The name of an element as a sentence can bear it.
pub(super) fn name(element: Element<'_>) -> String {
    let local = read::excerpt(element.local_name());
    match element.namespace() {
        "" => local,
        names::PROTOCOL => joined(&["samlp:", &local]),
        names::ASSERTION => joined(&["saml:", &local]),
        names::SIGNATURE => joined(&["ds:", &local]),
        namespace => joined(&[&local, " of the namespace ", &read::excerpt(namespace)]),
    }
}
