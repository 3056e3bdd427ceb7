//! The walk through all checks, in the order that is promised.
//!
//! What lives here: the order, and the one place that makes a [`VerifiedAssertion`]. What does not: each check
//! (`covered.rs`, `checks.rs`) and the reading (`envelope.rs`, `claims.rs`).
//! The one thing to know: after the signatures are verified, the received document is not read any more. The content
//! is parsed again from the bytes that they cover; what an unsigned Response says beside it is only compared.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::encryption::DecryptionKey;
use vestibule_dsig::{Allowed, Certificate, Signed};
use vestibule_xml::{Document, ErrorKind, Limits};

use super::checks::Checks;
use super::claims::Claims;
use super::covered::{Covered, sole_assertion, the_assertion};
use super::envelope::{Envelope, name};
use super::rejection::{NotCovered, Part, Rejection, Unreadable, joined};
use super::trace::{Check, Trace};
use super::{Observed, VerifiedAssertion, encrypted, observed};
use crate::{names, read};

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
pub struct Verification {
    /// The verified assertion, or why there is none.
    pub outcome: Result<VerifiedAssertion, Rejection>,
    /// Every check that was performed, in order; if one failed, it is the last.
    pub trace: Vec<Check>,
    /// What the message claims.
    pub observed: Observed,
}

/// Verifies a response.
#[must_use]
pub fn verify(xml: &[u8], expected: &Expected<'_>) -> Verification {
    let mut trace = Trace::default();
    let mut observed = Observed::default();
    let outcome = parse(xml, &mut trace).and_then(|document| {
        let root = document.root();
        observed = observed::of(root);
        let outcome = accept(&document, expected, &mut trace, &mut observed);
        observed.certificate = match &outcome {
            Ok(assertion) => Some(assertion.certificate().clone()),
            Err(_) => observed::claimed(root),
        };
        outcome
    });
    Verification { outcome, trace: trace.into_checks(), observed }
}

fn parse<'i>(xml: &'i [u8], trace: &mut Trace) -> Result<Document<'i>, Rejection> {
    let limits = Limits::MESSAGE;
    let size = match xml.len() {
        0 => Err(Unreadable::Empty),
        found if found > limits.bytes => Err(Unreadable::Size { limit: limits.bytes, found }),
        _ => Ok(()),
    };
    let size = size.map_err(Rejection::Unreadable);
    trace.check("size", WANTED.size.as_str(), format!("{} bytes", xml.len()), size)?;
    let document = Document::parse(xml);
    let found = document.as_ref().map_or_else(ToString::to_string, |document| {
        let (elements, depth) = document.dimensions();
        format!("{elements} elements, {depth} deep")
    });
    trace.check("xml", WANTED.xml.as_str(), found, document.map_err(unreadable))
}

/// What the first checks want of every message.
struct Wanted {
    size: String,
    xml: String,
}

static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
    let Limits { bytes, depth, .. } = Limits::MESSAGE;
    Wanted {
        size: format!("at most {bytes} bytes"),
        xml: format!("XML in UTF-8, at most {depth} deep, no DTD, no processing instruction, every ID once"),
    }
});

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
    observed: &mut Observed,
) -> Result<VerifiedAssertion, Rejection> {
    let root = document.root();
    let received = Envelope::read(root);
    let version = root.attribute("Version").map(read::excerpt).unwrap_or_default();
    let found = joined(&[&name(root), " ", &version]);
    let received = trace.check("message", "samlp:Response 2.0", found, received)?;
    // A failure carries no assertion, so only the Response can be signed.
    let signed = || vestibule_dsig::verify(root, expected.certificates, expected.allowed).is_ok();
    trace.check("status", names::SUCCESS, received.status.to_string(), received.status.succeeded(signed))?;

    let assertion = the_assertion(root, expected, trace)?;
    let covered = if encrypted::is_encrypted(assertion) {
        encrypted::verify(document, assertion, expected, trace)?
    } else {
        Covered::verify(root, assertion, expected, trace)?
    };
    let content = Content::read(&covered, received, expected);
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
    if let Some(how) = claims.name_id_encryption.clone() {
        trace.passed("name identifier", "one NameID in the EncryptedID", how);
    }

    let envelope_is_signed = covered.response.is_some();
    let in_response_to = Checks::new(expected, trace, &envelope, envelope_is_signed, &claims).run()?;
    Ok(finish(envelope_is_signed.then_some(envelope.id), claims, in_response_to, covered.certificate))
}

/// What is read after the signatures are verified.
struct Content {
    envelope: Envelope,
    claims: Claims,
}

impl Content {
    /// Parses the bytes that the signatures cover, and reads them; `received` stands in for an unsigned Response.
    fn read(covered: &Covered, received: Envelope, expected: &Expected<'_>) -> Result<Self, Rejection> {
        let response = covered.response.as_ref().map(reparse).transpose()?;
        let assertion = covered.assertion_bytes().map(parse_again).transpose()?;
        let mut envelope = received;
        let mut enclosed = None;
        if let Some(document) = &response {
            envelope = Envelope::read(document.root())?;
            envelope.status.succeeded(|| true)?;
            enclosed = Some(sole_assertion(document.root(), Some(document.root()))?);
        }
        let claims = match (&assertion, enclosed) {
            (Some(document), _) => Claims::read(sole_assertion(document.root(), None)?, expected)?,
            (None, Some(element)) if !encrypted::is_encrypted(element) => Claims::read(element, expected)?,
            (None, _) => return Err(Rejection::NotCovered(NotCovered::Unsigned)),
        };
        Ok(Self { envelope, claims })
    }
}

pub(super) fn reparse(signed: &Signed) -> Result<Document<'_>, Rejection> {
    parse_again(signed.bytes())
}

fn parse_again(bytes: &[u8]) -> Result<Document<'_>, Rejection> {
    Document::parse(bytes).map_err(unreadable)
}

fn finish(
    response_id: Option<String>,
    claims: Claims,
    in_response_to: Option<String>,
    certificate: Certificate,
) -> VerifiedAssertion {
    // The confirmation that was accepted may end later or earlier than the conditions; all of them count.
    let ends =
        claims.bearers.iter().map(|bearer| bearer.not_on_or_after).chain([claims.conditions.not_on_or_after]);
    let end = ends.flatten().max().unwrap_or(Timestamp::MAX);
    let tolerance = SignedDuration::from_secs(i64::from(MAX_SKEW_SECONDS));
    VerifiedAssertion {
        assertion_id: claims.id,
        response_id,
        issuer: claims.issuer.unwrap_or_default(),
        name_id: claims.name_id,
        attributes: claims.attributes,
        in_response_to,
        authn_instant: claims.session.authn_instant,
        authn_context: claims.session.authn_context,
        session_index: claims.session.index,
        session_not_on_or_after: claims.session.not_on_or_after,
        replay_until: end.saturating_add(tolerance).unwrap_or(Timestamp::MAX),
        one_time_use: claims.conditions.one_time_use,
        certificate,
    }
}
