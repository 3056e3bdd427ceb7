//! What a Response states about itself, apart from its assertion.
//!
//! What the assertion states is in `claims.rs`. The one thing to know: an envelope is read twice if the Response is
//! signed, the second time from the signed bytes; if it is not, what it states routes, and is compared, and is never
//! believed on its own.

use std::borrow::Cow;

use jiff::Timestamp;
use vestibule_xml::Element;

use super::words::{Excerpt, Words};
use super::{Part, Rejection, Unreadable};
use crate::{names, read};

/// The longest status message that is kept, in bytes.
const MAX_STATUS_MESSAGE: usize = 1_000;

/// The attributes and the first children of a Response.
pub(super) struct Envelope<'d> {
    pub(super) id: &'d str,
    pub(super) issue_instant: Timestamp,
    pub(super) issuer: Option<Cow<'d, str>>,
    pub(super) destination: Option<&'d str>,
    pub(super) in_response_to: Option<&'d str>,
    pub(super) status: Status<'d>,
}

/// What the identity provider reports.
pub(super) struct Status<'d> {
    pub(super) code: Cow<'d, str>,
    pub(super) sub_code: Option<Cow<'d, str>>,
    pub(super) message: Option<Cow<'d, str>>,
}

impl<'d> Envelope<'d> {
    /// Reads a Response, whether it reports success or not.
    pub(super) fn read(root: Element<'d>) -> Result<Self, Rejection> {
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

impl<'d> Status<'d> {
    /// The status of a Response; `None` if there is no code at all.
    pub(super) fn read(response: Element<'d>) -> Option<Self> {
        let status = response.child(names::PROTOCOL, "Status")?;
        let code = status.child(names::PROTOCOL, "StatusCode")?;
        let value =
            |code: Element<'d>| read::attribute(code, "Value").map(|value| read::shortened(value.into()));
        let message = status.child(names::PROTOCOL, "StatusMessage").and_then(read::text);
        Some(Self {
            code: value(code)?,
            sub_code: code.child(names::PROTOCOL, "StatusCode").and_then(value),
            message: message.map(|message| read::cut(message, MAX_STATUS_MESSAGE).0),
        })
    }
}

impl Status<'_> {
    /// The identity provider reports success; `signed` is asked, for the record, if it does not.
    pub(super) fn succeeded(&self, signed: impl FnOnce() -> bool) -> Result<(), Rejection> {
        if self.code == names::SUCCESS {
            return Ok(());
        }
        Err(Rejection::Status {
            code: self.code.to_string(),
            sub_code: self.sub_code.as_ref().map(ToString::to_string),
            message: self.message.as_ref().map(ToString::to_string),
            verified: signed(),
        })
    }
}

impl Words for Status<'_> {
    fn put(&self, line: &mut String) {
        let sub_code = self.sub_code.as_ref().map(|sub_code| (", ", sub_code));
        let message = self.message.as_ref().map(|message| (", \"", message, "\""));
        (&self.code, sub_code, message).put(line);
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
    Named(element).said()
}

/// The same, in a line of the trace.
pub(super) struct Named<'d>(pub(super) Element<'d>);

impl Words for Named<'_> {
    fn put(&self, line: &mut String) {
        let local = Excerpt(self.0.local_name());
        match self.0.namespace() {
            "" => local.put(line),
            names::PROTOCOL => ("samlp:", local).put(line),
            names::ASSERTION => ("saml:", local).put(line),
            names::SIGNATURE => ("ds:", local).put(line),
            namespace => (local, " of the namespace ", Excerpt(namespace)).put(line),
        }
    }
}
