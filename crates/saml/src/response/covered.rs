//! Which signatures a response carries, and what they cover.
//!
//! How a signature is verified is in `dsig`. The one thing to know: there are two places for a signature, the Response
//! and its one Assertion. Either alone is enough, for a Response signature covers the assertion in it, and identity
//! providers differ in which they make; if both are there, both must verify. Nobody chooses by a setting.

use vestibule_dsig::{Certificate, Invalid, Malformed, Signed, signature_of, verify};
use vestibule_xml::{Document, Element};

use super::rejection::describe;
use super::trace::Trace;
use super::words::{List, Words};
use super::{Expected, NotCovered, Observed, Part, Rejection, encrypted, envelope};
use crate::names;

/// The verified signatures of a response; at least one is there.
pub(super) struct Covered {
    pub(super) response: Option<Signed>,
    pub(super) assertion: Option<Signed>,
    /// The decrypted assertion, if it is not signed itself: a document of its own, that the signature of the Response
    /// covered as ciphertext.
    pub(super) opened: Option<String>,
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
    let shown = [found.next(), found.next(), found.next()];
    let [first, ..] = shown;
    let count = shown.iter().flatten().count() + found.count();
    let assertion = sole(first, count, Some(root))
        .and_then(|assertion| encrypted::admitted(assertion, expected).map(|()| assertion));
    trace.check("assertion", encrypted::wanted(expected), (count, ": ", Places(shown)), assertion)
}

/// Where the first assertions stand.
struct Places<'d>([Option<Element<'d>>; 3]);

impl Words for Places<'_> {
    fn put(&self, line: &mut String) {
        for (place, one) in self.0.iter().flatten().enumerate() {
            let parent = one.parent().map(|parent| (" in ", envelope::Named(parent)));
            ((place > 0).then_some(", "), one.local_name(), parent).put(line);
        }
    }
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
    pub(super) fn assertion_text(&self) -> Option<&str> {
        self.assertion.as_ref().map(Signed::text).or(self.opened.as_deref())
    }

    /// Lets the logs see what was decrypted, now that a signature covers it.
    pub(super) fn observe(&self, observed: &mut Observed<'_>) {
        if let Some(document) = self.assertion_text().and_then(|text| Document::parse_text(text).ok()) {
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
    match verify(element, expected.certificates, expected.allowed) {
        Ok(signed) => {
            for step in Step::ALL {
                let found = Found { step, signed: &signed };
                trace.passed(step.check(), Wanted { step, expected }, (part.name(), ": ", found));
            }
            Ok(signed)
        }
        Err(invalid) => Err(refused(part, invalid, expected, trace)),
    }
}

/// Records the steps that a signature got through, and the one that it did not.
fn refused(part: Part, invalid: Invalid, expected: &Expected<'_>, trace: &mut Trace) -> Rejection {
    let reached = Step::of(&invalid, expected);
    for step in Step::ALL.into_iter().take_while(|step| *step < reached) {
        trace.passed(step.check(), Wanted { step, expected }, (part.name(), ": yes"));
    }
    let found = (part.name(), ": ", format_args!("{invalid}"));
    trace.failed(reached.check(), Wanted { step: reached, expected }, found);
    rejection(part, reached, invalid, expected.certificates.iter().map(describe).collect())
}

/// What would pass a step.
struct Wanted<'e> {
    step: Step,
    expected: &'e Expected<'e>,
}

impl Words for Wanted<'_> {
    fn put(&self, line: &mut String) {
        let words = match self.step {
            Step::Form => "one enveloped signature of the element itself, exclusive canonical form",
            Step::Algorithm if self.expected.allowed.sha1 => {
                "RSA, RSA-PSS or ECDSA with SHA-256, -384, -512, or SHA-1"
            }
            Step::Algorithm => "RSA, RSA-PSS or ECDSA with SHA-256, -384 or -512",
            Step::Certificate if self.expected.certificates.is_empty() => {
                "a certificate of this connection, which has none"
            }
            Step::Certificate => {
                return List { words: self.expected.certificates, between: " or " }.put(line);
            }
            Step::Content => "verifies, and the content is what was signed",
        };
        words.put(line);
    }
}

/// What a signature that verified has for a step.
struct Found<'s> {
    step: Step,
    signed: &'s Signed,
}

impl Words for Found<'_> {
    fn put(&self, line: &mut String) {
        match self.step {
            Step::Form => "yes".put(line),
            Step::Algorithm => format_args!("{}", self.signed.algorithm()).put(line),
            Step::Certificate => self.signed.certificate().put(line),
            Step::Content => ("verified, ", self.signed.bytes().len(), " bytes are covered").put(line),
        }
    }
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
