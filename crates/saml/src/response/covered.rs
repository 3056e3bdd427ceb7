//! Which signatures a response carries, and what they cover.
//!
//! How a signature is verified is in `dsig`. The one thing to know: there are two places for a signature, the Response
//! and its one Assertion. Either alone is enough, for a Response signature covers the assertion in it, and identity
//! providers differ in which they make; if both are there, both must verify. Nobody chooses by a setting.

use std::borrow::Cow;

use vestibule_dsig::{Certificate, Invalid, Malformed, Signed, signature_of, verify};
use vestibule_xml::{Document, Element};

use super::rejection::{describe, joined};
use super::trace::Trace;
use super::{Expected, NotCovered, Observed, Part, Rejection, encrypted, envelope};
use crate::names;

/// The verified signatures of a response; at least one is there.
pub(super) struct Covered {
    pub(super) response: Option<Signed>,
    pub(super) assertion: Option<Signed>,
    /// The decrypted assertion, if it is not signed itself: a document of its own, that the signature of the Response
    /// covered as ciphertext.
    pub(super) opened: Option<Vec<u8>>,
    /// The certificate that covers the assertion most closely.
    pub(super) certificate: Certificate,
}

/// The one assertion of a received Response, in its place.
pub(super) fn the_assertion<'d>(
    root: Element<'d>,
    expected: &Expected<'_>,
    trace: &mut Trace,
) -> Result<Element<'d>, Rejection> {
    let mut found = assertions(root);
    let shown: Vec<Element<'_>> = found.by_ref().take(3).collect();
    let count = shown.len() + found.count();
    let place = |one: &Element<'_>| match one.parent() {
        Some(parent) => joined(&[one.local_name(), " in ", &envelope::name(parent)]),
        None => one.local_name().to_owned(),
    };
    let places: Vec<String> = shown.iter().map(place).collect();
    let found = joined(&[&count.to_string(), ": ", &places.join(", ")]);
    let assertion = sole(shown.first().copied(), count, Some(root))
        .and_then(|assertion| encrypted::admitted(assertion, expected).map(|()| assertion));
    trace.check("assertion", encrypted::wanted(expected), found, assertion)
}

/// The one assertion of a document, encrypted or not, which must be a child of `parent`, or the root if there is none.
/// Those in places where nobody would look count, too.
pub(super) fn sole_assertion<'d>(
    root: Element<'d>,
    parent: Option<Element<'d>>,
) -> Result<Element<'d>, Rejection> {
    let mut found = assertions(root);
    let first = found.next();
    sole(first, usize::from(first.is_some()) + found.count(), parent)
}

fn sole<'d>(
    first: Option<Element<'d>>,
    count: usize,
    parent: Option<Element<'d>>,
) -> Result<Element<'d>, Rejection> {
    let first = first.ok_or(Rejection::NotCovered(NotCovered::NoAssertion))?;
    if count > 1 {
        return Err(Rejection::NotCovered(NotCovered::SeveralAssertions { count }));
    }
    if first.parent() != parent {
        let parent = first.parent().map(envelope::name).unwrap_or_default();
        return Err(Rejection::NotCovered(NotCovered::Misplaced { parent }));
    }
    Ok(first)
}

fn assertions(root: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    root.descendants().filter(|element| {
        matches!(element.local_name(), "Assertion" | "EncryptedAssertion")
            && element.namespace() == names::ASSERTION
    })
}

impl Covered {
    /// The bytes of the assertion, where they are not a part of the Response's.
    pub(super) fn assertion_bytes(&self) -> Option<&[u8]> {
        self.assertion.as_ref().map(Signed::bytes).or(self.opened.as_deref())
    }

    /// Lets the logs see what was decrypted, now that a signature covers it.
    pub(super) fn observe(&self, observed: &mut Observed) {
        if let Some(document) = self.assertion_bytes().and_then(|bytes| Document::parse(bytes).ok()) {
            observed.decrypted(document.root());
        }
    }

    /// Verifies every signature there is.
    pub(super) fn verify(
        root: Element<'_>,
        assertion: Element<'_>,
        expected: &Expected<'_>,
        trace: &mut Trace,
    ) -> Result<Self, Rejection> {
        let [on_response, on_assertion] = [root, assertion].map(|element| signature_of(element).is_some());
        let (found, outcome) = match (on_response, on_assertion) {
            (true, true) => ("the Response and the Assertion are signed", Ok(())),
            (true, false) => ("the Response is signed", Ok(())),
            (false, true) => ("the Assertion is signed", Ok(())),
            (false, false) => ("neither is signed", Err(Rejection::NotCovered(NotCovered::Unsigned))),
        };
        trace.check(Step::SIGNED, Step::SIGNED_EXPECTED, found, outcome)?;
        let mut one = |part, element, signed: bool| {
            signed.then(|| signature(part, element, expected, trace)).transpose()
        };
        let response = one(Part::Response, root, on_response)?;
        let assertion = one(Part::Assertion, assertion, on_assertion)?;
        match assertion.as_ref().or(response.as_ref()).map(|signed| signed.certificate().clone()) {
            Some(certificate) => Ok(Self { response, assertion, opened: None, certificate }),
            None => Err(Rejection::NotCovered(NotCovered::Unsigned)),
        }
    }
}

/// Verifies one signature, and records the steps that it got through.
pub(super) fn signature(
    part: Part,
    element: Element<'_>,
    expected: &Expected<'_>,
    trace: &mut Trace,
) -> Result<Signed, Rejection> {
    let verified = verify(element, expected.certificates, expected.allowed);
    let reached = verified.as_ref().map_or_else(|invalid| Step::of(invalid, expected), |_| Step::Content);
    let configured: Vec<String> = expected.certificates.iter().map(describe).collect();
    let wanted = |step: Step| match step {
        Step::Form => "one enveloped signature of the element itself, exclusive canonical form".into(),
        Step::Algorithm if expected.allowed.sha1 => {
            "RSA, RSA-PSS or ECDSA with SHA-256, -384, -512, or SHA-1".into()
        }
        Step::Algorithm => "RSA, RSA-PSS or ECDSA with SHA-256, -384 or -512".into(),
        Step::Certificate if configured.is_empty() => {
            "a certificate of this connection, which has none".into()
        }
        Step::Certificate => Cow::Owned(configured.join(" or ")),
        Step::Content => "verifies, and the content is what was signed".into(),
    };
    for step in Step::ALL.into_iter().take_while(|step| *step < reached) {
        let found = verified.as_ref().map_or("yes".into(), |signed| step.found(signed));
        trace.passed(step.check(), wanted(step), joined(&[part.name(), ": ", &found]));
    }
    let found = match &verified {
        Ok(signed) => reached.found(signed),
        Err(invalid) => invalid.to_string().into(),
    };
    let outcome = verified.map_err(|invalid| rejection(part, reached, invalid, configured.clone()));
    trace.check(reached.check(), wanted(reached), joined(&[part.name(), ": ", &found]), outcome)
}

/// The steps of verifying a signature, as a trace shows them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Form,
    Algorithm,
    Certificate,
    Content,
}

impl Step {
    /// The check before any signature is verified: that there is one.
    pub(super) const SIGNED: &str = "signed";
    pub(super) const SIGNED_EXPECTED: &str = "the Response or the Assertion is signed, or both";
    const ALL: [Self; 4] = [Self::Form, Self::Algorithm, Self::Certificate, Self::Content];

    /// The step that failed.
    fn of(invalid: &Invalid, expected: &Expected<'_>) -> Self {
        match invalid {
            Invalid::Malformed(Malformed::SignatureValue | Malformed::DigestValue) => Self::Content,
            Invalid::NotSigned | Invalid::Malformed(_) => Self::Form,
            Invalid::Algorithm { .. } => Self::Algorithm,
            // A key that is too weak is a matter of algorithms; a key of another kind is simply another key.
            Invalid::UnusableKey { .. } if expected.certificates.iter().any(Certificate::can_verify) => {
                Self::Certificate
            }
            Invalid::UnusableKey { .. } if expected.certificates.is_empty() => Self::Certificate,
            Invalid::UnusableKey { .. } => Self::Algorithm,
            Invalid::UnknownKey { .. } => Self::Certificate,
            Invalid::Signature | Invalid::Digest => Self::Content,
        }
    }

    const fn check(self) -> &'static str {
        match self {
            Self::Form => "signature form",
            Self::Algorithm => "signature algorithm",
            Self::Certificate => "signature certificate",
            Self::Content => "signature",
        }
    }

    fn found(self, signed: &Signed) -> Cow<'static, str> {
        match self {
            Self::Form => "yes".into(),
            Self::Algorithm => signed.algorithm().to_string().into(),
            Self::Certificate => describe(signed.certificate()).into(),
            Self::Content => format!("verified, {} bytes are covered", signed.bytes().len()).into(),
        }
    }
}

fn rejection(signed: Part, step: Step, cause: Invalid, configured: Vec<String>) -> Rejection {
    match (step, cause) {
        (_, Invalid::NotSigned) => Rejection::NotCovered(NotCovered::Unsigned),
        (Step::Form, Invalid::Malformed(cause)) => {
            Rejection::NotCovered(NotCovered::Malformed { signed, cause })
        }
        (Step::Form | Step::Content, cause) => Rejection::Signature { signed, cause },
        (Step::Algorithm, cause) => Rejection::Algorithm { signed, cause },
        (Step::Certificate, cause) => {
            let claimed = match &cause {
                Invalid::UnknownKey { claimed } => Some(claimed.clone()),
                _ => None,
            };
            Rejection::Certificate { signed, configured, claimed, cause }
        }
    }
}
