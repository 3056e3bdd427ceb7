//! The walk through all checks of a logout message, in order.
//!
//! What lives here: the order, and the one place that makes a [`VerifiedRequest`]. What does not: signatures (`dsig`,
//! the same verifier as for responses) and reading (`read.rs`).
//! The one thing to know: by HTTP-POST the content is parsed again from the bytes that the signature covers; by
//! HTTP-Redirect the signature covers the whole document, as it stood in the address.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::encryption::DecryptionKey;
use vestibule_dsig::{Allowed, Certificate, Signed, claimed_certificate};
use vestibule_xml::{Document, Element, ErrorKind};

use super::{Kind, LogoutRequest, LogoutResponse, Message, Rejection, read};
use crate::response::{List, MAX_SKEW_SECONDS, Moment, Trace};
use crate::{names, read as text};

/// A message is made when it is sent. One that is older was not.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);

/// What a message must fit: the connection, and the time.
#[derive(Clone)]
pub struct Expected<'a> {
    /// The time here.
    pub now: Timestamp,
    /// The tolerance for differing clocks; at most [`MAX_SKEW_SECONDS`] count.
    pub skew_seconds: u32,
    /// The addresses that take logout messages, as Destination may name them.
    pub urls: &'a [String],
    /// The entity ID of the other provider.
    pub issuer: &'a str,
    /// The certificates of the other provider; any of them verifies.
    pub certificates: &'a [Certificate],
    /// The weak algorithms that the connection opted in to.
    pub allowed: Allowed,
    /// Our keys that decrypt an EncryptedID; any of them may. Without one such a request is refused.
    pub decryption_keys: &'a [DecryptionKey],
}

/// What came of a message.
#[derive(Clone, Debug)]
pub struct Verification<T> {
    /// The verified message, or why there is none.
    pub outcome: Result<T, Rejection>,
    /// Every check that was performed, in order; if one failed, it is the last.
    pub trace: Trace,
    /// What the message claims.
    pub claimed: Claimed,
}

/// What a message claims, for logs: nothing here was verified, so nothing here may decide. Values are cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// The issuer.
    pub issuer: Option<String>,
    /// The address that it was sent to.
    pub destination: Option<String>,
    /// The request that is answered.
    pub in_response_to: Option<String>,
    /// The name identifier.
    pub name_id: Option<String>,
    /// The certificate that verified the message; if none did, the one that the message carries.
    pub certificate: Option<Certificate>,
}

/// A request of the other provider, proven to be its own, for this service, now.
#[derive(Clone, Debug)]
pub struct VerifiedRequest {
    request: LogoutRequest,
}

impl VerifiedRequest {
    /// What it asks for, every part of it read from signed bytes.
    #[must_use]
    pub fn request(&self) -> &LogoutRequest {
        &self.request
    }

    /// Until when its ID must be remembered: no clock and no tolerance accepts it after that.
    #[must_use]
    pub fn replay_until(&self) -> Timestamp {
        let tolerance = SignedDuration::from_secs(i64::from(MAX_SKEW_SECONDS));
        let later = |time: Timestamp, by: SignedDuration| time.saturating_add(by).unwrap_or(Timestamp::MAX);
        let oldest = later(self.request.issue_instant, MAX_AGE + tolerance);
        self.request.not_on_or_after.map_or(oldest, |end| later(end, tolerance).min(oldest))
    }
}

/// An answer of the other provider, proven to be its own, for this service, now, and no failure.
#[derive(Clone, Debug)]
pub struct VerifiedResponse {
    response: LogoutResponse,
}

impl VerifiedResponse {
    /// What it says, every part of it read from signed bytes.
    #[must_use]
    pub fn response(&self) -> &LogoutResponse {
        &self.response
    }

    /// Whether the person may still be signed in at other services (SAML-Core, section 3.7.3).
    #[must_use]
    pub fn is_partial(&self) -> bool {
        is_partial(&self.response)
    }
}

fn is_partial(response: &LogoutResponse) -> bool {
    response.status.sub_code.as_deref() == Some(names::status::PARTIAL_LOGOUT)
}

/// Verifies a LogoutRequest. One that is not signed is refused, whoever sends it (SAML-Profiles, section 4.4.4.1).
#[must_use]
pub fn verify_request(message: &Message, expected: &Expected<'_>) -> Verification<VerifiedRequest> {
    let mut walk = Walk::new(expected);
    let outcome = walk.request(message).map(|request| VerifiedRequest { request });
    walk.end(outcome)
}

/// Verifies a LogoutResponse.
#[must_use]
pub fn verify_response(message: &Message, expected: &Expected<'_>) -> Verification<VerifiedResponse> {
    let mut walk = Walk::new(expected);
    let outcome = walk.response(message).map(|response| VerifiedResponse { response });
    walk.end(outcome)
}

struct Walk<'a> {
    expected: &'a Expected<'a>,
    trace: Trace,
    claimed: Claimed,
}

/// What every message states about itself.
struct Header<'m> {
    issuer: &'m str,
    destination: Option<&'m str>,
    issue_instant: Timestamp,
}

impl<'a> Walk<'a> {
    fn new(expected: &'a Expected<'a>) -> Self {
        Self { expected, trace: Trace::new(), claimed: Claimed::default() }
    }

    fn end<T>(self, outcome: Result<T, Rejection>) -> Verification<T> {
        Verification { outcome, trace: self.trace, claimed: self.claimed }
    }

    fn request(&mut self, message: &Message) -> Result<LogoutRequest, Rejection> {
        let expected = self.expected;
        let read = |root: Element<'_>| LogoutRequest::read(root, expected);
        let (request, how) = self.content(message, Kind::Request, read)?;
        if let Some(how) = how {
            self.trace.passed("name identifier", "one NameID in the EncryptedID", how);
            self.claimed.name_id = Some(text::excerpt(&request.name_id.value));
        }
        self.header(&Header {
            issuer: &request.issuer,
            destination: request.destination.as_deref(),
            issue_instant: request.issue_instant,
        })?;
        self.end_of_use(request.not_on_or_after)?;
        Ok(request)
    }

    fn response(&mut self, message: &Message) -> Result<LogoutResponse, Rejection> {
        let response = self.content(message, Kind::Response, LogoutResponse::read)?;
        self.header(&Header {
            issuer: &response.issuer,
            destination: response.destination.as_deref(),
            issue_instant: response.issue_instant,
        })?;
        let status = &response.status;
        let fine = status.code == names::SUCCESS || is_partial(&response);
        let outcome = if fine { Ok(()) } else { Err(Rejection::Status(status.clone())) };
        let found = (&status.code, status.sub_code.as_ref().map(|code| (", ", code)));
        self.trace.check("status", (names::SUCCESS, ", or PartialLogout"), found, outcome)?;
        Ok(response)
    }

    /// The message, read from the bytes that its signature covers and from nothing else.
    fn content<T>(
        &mut self,
        message: &Message,
        kind: Kind,
        read: impl Fn(Element<'_>) -> Result<T, Rejection>,
    ) -> Result<T, Rejection> {
        let document = Document::parse(&message.xml).map_err(unreadable);
        let found = document.as_ref().map_or_else(ToString::to_string, |_| "readable".to_owned());
        let wanted = "XML in UTF-8, no DTD, no processing instruction, every ID once";
        let document = self.trace.check("xml", wanted, found, document)?;
        let root = document.root();
        self.claimed = claim(root);
        let version = root.attribute("Version").map(text::excerpt).unwrap_or_default();
        let found = (read::name(root), " ", version);
        self.trace.check("message", ("samlp:", kind.name(), " 2.0"), found, read::is(root, kind))?;
        let content = match self.covered(message, root)? {
            Covered::Document => read(root),
            Covered::Element(signed) => Document::parse_text(signed.text())
                .map_err(unreadable)
                .and_then(|covered| read(covered.root())),
        };
        let found = content.as_ref().map_or_else(ToString::to_string, |_| "read".to_owned());
        self.trace.check("content", "a readable message in the signed bytes alone", found, content)
    }

    fn covered(&mut self, message: &Message, root: Element<'_>) -> Result<Covered, Rejection> {
        let Expected { certificates, allowed, .. } = *self.expected;
        let verified = match &message.address {
            Some(address) => address.verify(certificates, allowed).map(|found| (found, Covered::Document)),
            None => vestibule_dsig::verify(root, certificates, allowed)
                .map(|signed| (signed.certificate().clone(), Covered::Element(signed))),
        };
        let found = match &verified {
            Ok((certificate, _)) => Ok(("verified: ", certificate.clone())),
            Err(invalid) => Err(invalid.to_string()),
        };
        let verified = verified.map_err(|invalid| Rejection::of(invalid, message.binding(), certificates));
        let wanted = ("signed, and verified by ", List { words: certificates, between: " or " });
        let (certificate, covered) = self.trace.check("signature", wanted, found, verified)?;
        self.claimed.certificate = Some(certificate);
        Ok(covered)
    }

    fn header(&mut self, header: &Header<'_>) -> Result<(), Rejection> {
        let Expected { issuer, urls, now, .. } = *self.expected;
        let outcome = if header.issuer == issuer {
            Ok(())
        } else {
            let found = text::excerpt(header.issuer);
            Err(Rejection::Issuer { expected: issuer.to_owned(), found })
        };
        let found = ("\"", text::excerpt(header.issuer), "\"");
        self.trace.check("issuer", ("\"", issuer, "\""), found, outcome)?;

        let found = header.destination.map(text::excerpt);
        let outcome = if header.destination.is_some_and(|named| urls.iter().any(|url| url == named)) {
            Ok(())
        } else {
            Err(Rejection::Destination { expected: urls.to_vec(), found: found.clone() })
        };
        let found = found.ok_or("none");
        self.trace.check("destination", List { words: urls, between: " or " }, found, outcome)?;

        let (made, skew) = (header.issue_instant, self.skew());
        let moment = self.moment("IssueInstant", made);
        let outcome = if made.duration_since(now) > skew {
            Err(Rejection::Future(moment))
        } else if now.duration_since(made) > MAX_AGE {
            Err(Rejection::Past(moment))
        } else {
            Ok(())
        };
        let latest = now.saturating_add(skew).unwrap_or(Timestamp::MAX);
        self.trace.check("issue instant", ("within the 24 hours before ", latest), made, outcome)
    }

    /// A request that the sender gave up does not end anything (SAML-Core, section 3.7.1).
    fn end_of_use(&mut self, end: Option<Timestamp>) -> Result<(), Rejection> {
        let (now, skew) = (self.expected.now, self.skew());
        let over = end.filter(|end| now.duration_since(*end) >= skew);
        let outcome = over.map_or(Ok(()), |end| Err(Rejection::Past(self.moment("NotOnOrAfter", end))));
        let earliest = now.saturating_sub(skew).unwrap_or(Timestamp::MIN);
        self.trace.check("not on or after", ("none, or after ", earliest), end.ok_or("none"), outcome)
    }

    fn skew(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.expected.skew_seconds.min(MAX_SKEW_SECONDS)))
    }

    fn moment(&self, what: &'static str, stated: Timestamp) -> Moment {
        Moment { what, stated, now: self.expected.now, skew: self.skew() }
    }
}

/// What a verified signature covers.
enum Covered {
    /// The whole document, as the address has it.
    Document,
    /// The root without its signature, in canonical form.
    Element(Signed),
}

fn unreadable(error: vestibule_xml::Error) -> Rejection {
    match error.kind {
        ErrorKind::DuplicateId => Rejection::DuplicateId(error),
        _ => Rejection::Xml(error),
    }
}

pub(super) fn claim(root: Element<'_>) -> Claimed {
    let attribute = |name| text::attribute(root, name).map(text::excerpt);
    let child = |name| {
        let value = root.child(names::ASSERTION, name).and_then(text::text);
        value.map(|value| text::excerpt(&value))
    };
    Claimed {
        issuer: child("Issuer"),
        destination: attribute("Destination"),
        in_response_to: attribute("InResponseTo"),
        name_id: child("NameID"),
        certificate: claimed_certificate(root),
    }
}
