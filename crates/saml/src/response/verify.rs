//! The walk through all checks, in the order that is promised.
//!
//! What lives here: the order, and the one place that makes a [`VerifiedAssertion`]. What does not: each check
//! (`covered.rs`, `checks.rs`) and the reading (`envelope.rs`, `claims.rs`).
//! The one thing to know: after the signatures are verified, the received document is not read any more. The content
//! is parsed again from the bytes that they cover; what an unsigned Response says beside it is only compared.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::encryption::DecryptionKey;
use vestibule_dsig::{Allowed, Certificate, Signed};
use vestibule_xml::{Document, ErrorKind, Limits};

use super::checks::Checks;
use super::claims::Claims;
use super::covered::{Covered, sole_assertion, the_assertion};
use super::envelope::{Envelope, Named};
use super::rejection::{NotCovered, Part, Rejection, Unreadable};
use super::trace::Trace;
use super::words::Excerpt;
use super::{Observed, VerifiedAssertion, encrypted, observed};
use crate::names;

/// The largest tolerance for differing clocks; a larger setting means this one.
pub const MAX_SKEW_SECONDS: u32 = 300;

/// What a response must fit: the connection, the request, and the time.
#[derive(Clone)]
pub struct Expected<'a> {
    /// The time here.
    pub now: Timestamp,
    /// The tolerance for differing clocks; at most [`MAX_SKEW_SECONDS`] count.
    pub skew_seconds: u32,
    /// The addresses of the assertion consumer service, as Destination and Recipient may name it.
    pub acs_urls: &'a [String],
    /// The entity IDs of this service, as an audience may name it.
    pub entity_ids: &'a [String],
    /// The entity ID of the identity provider.
    pub issuer: &'a str,
    /// The certificates of the identity provider; any of them verifies.
    pub certificates: &'a [Certificate],
    /// The weak algorithms that the connection opted in to.
    pub allowed: Allowed,
    /// Our keys that decrypt; any of them may. Without one, whatever is encrypted is refused.
    pub decryption_keys: &'a [DecryptionKey],
    /// Whether the assertion must be encrypted.
    pub encryption_required: bool,
    /// The request that must be answered. Without one the statement is not compared to anything, which the trace
    /// says, and [`VerifiedAssertion::in_response_to`] tells the caller.
    pub request_id: Option<&'a str>,
}

impl Expected<'_> {
    pub(super) fn skew(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.skew_seconds.min(MAX_SKEW_SECONDS)))
    }
}

/// What came of a response.
#[derive(Clone, Debug)]
pub struct Verification<'x> {
    /// The verified assertion, or why there is none.
    pub outcome: Result<VerifiedAssertion, Rejection>,
    /// Every check that was performed, in order; if one failed, it is the last.
    pub trace: Trace,
    /// What the message claims; it borrows from the message.
    pub observed: Observed<'x>,
}

/// Verifies a response.
#[must_use]
pub fn verify<'x>(xml: &'x [u8], expected: &Expected<'_>) -> Verification<'x> {
    let mut trace = Trace::new();
    let mut observed = Observed::default();
    let outcome = parse(xml, &mut trace).and_then(|document| {
        observed = observed::of(&document);
        let outcome = accept(&document, expected, &mut trace, &mut observed);
        observed.certificate = match &outcome {
            Ok(assertion) => Some(assertion.certificate().clone()),
            Err(_) => observed::claimed(document.root()),
        };
        outcome
    });
    Verification { outcome, trace, observed }
}

fn parse<'i>(xml: &'i [u8], trace: &mut Trace) -> Result<Document<'i>, Rejection> {
    let limits = Limits::MESSAGE;
    let size = match xml.len() {
        0 => Err(Unreadable::Empty),
        found if found > limits.bytes => Err(Unreadable::Size { limit: limits.bytes, found }),
        _ => Ok(()),
    };
    let wanted = ("at most ", limits.bytes, " bytes");
    trace.check("size", wanted, (xml.len(), " bytes"), size.map_err(Rejection::Unreadable))?;
    let wanted =
        ("XML in UTF-8, at most ", limits.depth, " deep, no DTD, no processing instruction, every ID once");
    match Document::parse(xml) {
        Ok(document) => {
            let (elements, depth) = document.dimensions();
            trace.passed("xml", wanted, (elements, " elements, ", depth, " deep"));
            Ok(document)
        }
        Err(error) => trace.check("xml", wanted, error.to_string(), Err(unreadable(error))),
    }
}

fn unreadable(error: vestibule_xml::Error) -> Rejection {
    match error.kind {
        ErrorKind::DuplicateId => Rejection::NotCovered(NotCovered::DuplicateId(error)),
        _ => Rejection::Unreadable(Unreadable::Xml(error)),
    }
}

fn accept(
    document: &Document<'_>,
    expected: &Expected<'_>,
    trace: &mut Trace,
    observed: &mut Observed<'_>,
) -> Result<VerifiedAssertion, Rejection> {
    let root = document.root();
    let received = Envelope::read(root);
    let found = (Named(root), " ", root.attribute("Version").map(Excerpt));
    let received = trace.check("message", "samlp:Response 2.0", found, received)?;
    // A failure carries no assertion, so only the Response can be signed.
    let signed = || vestibule_dsig::verify(root, expected.certificates, expected.allowed).is_ok();
    trace.check("status", names::SUCCESS, &received.status, received.status.succeeded(signed))?;

    let assertion = the_assertion(root, expected, trace)?;
    let covered = if encrypted::is_encrypted(assertion) {
        encrypted::verify(document, assertion, expected, trace)?
    } else {
        Covered::verify(root, assertion, expected, trace)?
    };
    let documents = Documents::of(&covered);
    let content = match &documents {
        Ok(documents) => Content::read(documents, received, expected),
        Err(rejection) => Err(rejection.clone()),
    };
    if encrypted::is_encrypted(assertion) {
        covered.observe(observed);
    }
    let source = if covered.assertion.is_some() { Part::Assertion } else { Part::Response };
    let found = match source {
        Part::Assertion => "read from the signature of the Assertion",
        Part::Response => "read from the signature of the Response",
    };
    let content = trace.check("content", "a readable assertion in the signed bytes alone", found, content)?;
    let Content { envelope, claims } = content;
    if let Some(how) = &claims.name_id_encryption {
        trace.passed("name identifier", "one NameID in the EncryptedID", how);
    }

    let envelope_is_signed = covered.response.is_some();
    let in_response_to = Checks::new(expected, trace, &envelope, envelope_is_signed, &claims).run()?;
    Ok(finish(envelope_is_signed.then_some(envelope.id), claims, in_response_to, covered.certificate.clone()))
}

/// The documents that are read after the signatures are verified: the bytes that these cover, parsed.
struct Documents<'c> {
    response: Option<Document<'c>>,
    assertion: Option<Document<'c>>,
}

impl<'c> Documents<'c> {
    fn of(covered: &'c Covered) -> Result<Self, Rejection> {
        Ok(Self {
            response: covered.response.as_ref().map(reparse).transpose()?,
            assertion: covered.assertion_text().map(parse_again).transpose()?,
        })
    }
}

/// What is read in them.
struct Content<'d> {
    envelope: Envelope<'d>,
    claims: Claims<'d>,
}

impl<'d> Content<'d> {
    /// Reads the signed documents; `received` stands in for an unsigned Response.
    fn read(
        documents: &'d Documents<'_>,
        received: Envelope<'d>,
        expected: &Expected<'_>,
    ) -> Result<Self, Rejection> {
        let mut envelope = received;
        let mut enclosed = None;
        if let Some(document) = &documents.response {
            envelope = Envelope::read(document.root())?;
            envelope.status.succeeded(|| true)?;
            enclosed = Some(sole_assertion(document.root(), Some(document.root()))?);
        }
        let claims = match (&documents.assertion, enclosed) {
            (Some(document), _) => Claims::read(sole_assertion(document.root(), None)?, expected)?,
            (None, Some(element)) if !encrypted::is_encrypted(element) => Claims::read(element, expected)?,
            (None, _) => return Err(Rejection::NotCovered(NotCovered::Unsigned)),
        };
        Ok(Self { envelope, claims })
    }
}

pub(super) fn reparse(signed: &Signed) -> Result<Document<'_>, Rejection> {
    parse_again(signed.text())
}

fn parse_again(text: &str) -> Result<Document<'_>, Rejection> {
    Document::parse_text(text).map_err(unreadable)
}

fn finish(
    response_id: Option<&str>,
    claims: Claims<'_>,
    in_response_to: Option<&str>,
    certificate: Certificate,
) -> VerifiedAssertion {
    // The confirmation that was accepted may end later or earlier than the conditions; all of them count.
    let ends =
        claims.bearers.iter().map(|bearer| bearer.not_on_or_after).chain([claims.conditions.not_on_or_after]);
    let end = ends.flatten().max().unwrap_or(Timestamp::MAX);
    let tolerance = SignedDuration::from_secs(i64::from(MAX_SKEW_SECONDS));
    let mut attributes = claims.attributes;
    let mut keep = |text: &str| attributes.texts.keep(text);
    VerifiedAssertion {
        assertion_id: keep(claims.id),
        response_id: response_id.map(&mut keep),
        issuer: keep(&claims.issuer.unwrap_or_default()),
        name_id: claims.name_id,
        in_response_to: in_response_to.map(&mut keep),
        authn_instant: claims.session.authn_instant,
        authn_context: claims.session.authn_context.as_deref().map(&mut keep),
        session_index: claims.session.index.map(&mut keep),
        session_not_on_or_after: claims.session.not_on_or_after,
        replay_until: end.saturating_add(tolerance).unwrap_or(Timestamp::MAX),
        one_time_use: claims.conditions.one_time_use,
        attributes,
        certificate,
    }
}
