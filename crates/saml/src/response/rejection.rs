//! Why a response was refused.
//!
//! What lives here: one closed enum, sorted by cause, each cause with its code and one sentence that says what was
//! expected and what was found. What does not: the trace of the checks before it (`trace.rs`), what to do about it,
//! and the codes from 1010 on that need to know more than the message (`model`, `app`).
//! The one thing to know: strings out of the message are cut before they come here, and every rejection may be logged.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::{Certificate, Invalid, Malformed};

use crate::read::NotATime;
use crate::time::words;

/// Why a response was refused; [`code`](Self::code) is its number for logs and documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// 1001: the message is not a SAML response that can be read.
    Unreadable(Unreadable),
    /// 1002: no signature covers the one assertion.
    NotCovered(NotCovered),
    /// 1003: a signature does not verify, though no other certificate is claimed.
    Signature {
        /// Which element carries the signature.
        signed: Part,
        /// What is wrong with it.
        cause: Invalid,
    },
    /// 1004: the signature was made by a key that the connection does not know.
    Certificate {
        /// Which element carries the signature.
        signed: Part,
        /// The certificates of the connection, as [`describe`] writes them.
        configured: Vec<String>,
        /// The certificate that the message carries: a claim.
        claimed: Option<Certificate>,
        /// What the verifier said.
        cause: Invalid,
    },
    /// 1005: the issuer is not the identity provider of the connection.
    Issuer {
        /// Whose issuer it is.
        of: Part,
        /// The entity ID of the configured identity provider.
        expected: String,
        /// The issuer that the message names, if any.
        found: Option<String>,
    },
    /// 1006: the response was sent to another place.
    Destination {
        /// The addresses of this service.
        expected: Vec<String>,
        /// The destination that the response names, if any.
        found: Option<String>,
    },
    /// 1006: the assertion is for another recipient, or for no bearer.
    Recipient {
        /// The addresses of this service.
        expected: Vec<String>,
        /// The recipients of the bearer confirmations; `None` for one that names none.
        found: Vec<Option<String>>,
    },
    /// 1007: the assertion is for another service.
    Audience {
        /// The entity IDs of this service.
        expected: Vec<String>,
        /// The first list of audiences without this service; `None` if the assertion has no such list.
        found: Option<Vec<String>>,
    },
    /// 1008: the assertion is not valid now.
    Time(Untimely),
    /// 1009: the response answers another request.
    InResponseTo {
        /// The request that was sent; `None` where the message contradicts itself.
        expected: Option<String>,
        /// The request that the message answers, if any.
        found: Option<String>,
    },
    /// 1011: a part of the message is encrypted, and this connection has no decryption configured.
    Encrypted {
        /// The name of the encrypted element.
        element: &'static str,
    },
    /// 1012: the identity provider reports a failure.
    Status {
        /// The top-level status code.
        code: String,
        /// The status code below it, which says more.
        sub_code: Option<String>,
        /// The identity provider's own words.
        message: Option<String>,
        /// Whether a signature of the connection covers this report.
        verified: bool,
    },
    /// 1018: a weak or unknown algorithm.
    Algorithm {
        /// Which element carries the signature.
        signed: Part,
        /// What the verifier said.
        cause: Invalid,
    },
}

/// The two elements of a message that may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The Response.
    Response,
    /// The Assertion.
    Assertion,
}

/// Why a message cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing.
    Empty,
    /// The form field is not Base64.
    Base64,
    /// The message is larger than any response is.
    Size {
        /// The limit, in bytes.
        limit: usize,
        /// The size of the message, in bytes.
        found: usize,
    },
    /// It is not the kind of XML that is read here.
    Xml(vestibule_xml::Error),
    /// It is XML, but not a response.
    NotAResponse {
        /// The name of the root element.
        found: String,
    },
    /// It is of another version of SAML.
    Version {
        /// Which element says so.
        of: Part,
        /// The version that it states, if any.
        found: Option<String>,
    },
    /// Something that must be there is not.
    Missing {
        /// Where.
        of: Part,
        /// What.
        what: &'static str,
    },
    /// An attribute that should hold a time does not.
    Time(NotATime),
    /// The assertion is valid under a condition that is not known here (SAML-Core, section 2.5.1).
    Condition {
        /// The name of the condition.
        found: String,
    },
}

/// Why no signature covers the assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCovered {
    /// Neither the Response nor the Assertion is signed.
    Unsigned,
    /// There is no assertion.
    NoAssertion,
    /// There are several, and a message that means well has one.
    SeveralAssertions {
        /// How many, encrypted ones included.
        count: usize,
    },
    /// The assertion is not a child of the Response.
    Misplaced {
        /// The name of its parent.
        parent: String,
    },
    /// Two elements have one ID, so a signature could mean either.
    DuplicateId(vestibule_xml::Error),
    /// The signature is outside the profile that is read here.
    Malformed {
        /// Which element carries the signature.
        signed: Part,
        /// What is wrong with it.
        cause: Malformed,
    },
}

/// Why an assertion is not valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untimely {
    /// A time that limits the validity is missing.
    NoLimit {
        /// The element that should state it.
        of: &'static str,
    },
    /// A bearer confirmation states when it begins, which it must not (SAML-Profiles, section 4.1.4.2).
    Begins,
    /// It is over.
    Past(Moment),
    /// It has not begun.
    Future(Moment),
}

/// A time in a message, beside the time here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The name of the time, as `Conditions NotOnOrAfter`.
    pub what: &'static str,
    /// The time that the message states.
    pub stated: Timestamp,
    /// The time here.
    pub now: Timestamp,
    /// The tolerance.
    pub skew: SignedDuration,
}

impl Rejection {
    /// The number of this cause (behavior that documents and scripts hold on to).
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Unreadable(_) => 1001,
            Self::NotCovered(_) => 1002,
            Self::Signature { .. } => 1003,
            Self::Certificate { .. } => 1004,
            Self::Issuer { .. } => 1005,
            Self::Destination { .. } | Self::Recipient { .. } => 1006,
            Self::Audience { .. } => 1007,
            Self::Time(_) => 1008,
            Self::InResponseTo { .. } => 1009,
            Self::Encrypted { .. } => 1011,
            Self::Status { .. } => 1012,
            Self::Algorithm { .. } => 1018,
        }
    }
}

/// A certificate in a few words: its subject and its fingerprint.
#[must_use]
pub fn describe(certificate: &Certificate) -> String {
    format!("{} (SHA-256 {})", certificate.subject(), certificate.fingerprint_sha256())
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(cause) => cause.fmt(f),
            Self::NotCovered(cause) => cause.fmt(f),
            Self::Signature { signed, cause } => {
                write!(f, "The signature of the {signed} does not verify: {cause}.")
            }
            Self::Certificate { signed, configured, claimed, cause } => {
                certificate(f, *signed, configured, claimed.as_ref(), cause)
            }
            Self::Issuer { of, expected, found } => {
                write!(
                    f,
                    "The issuer of the {of} is {}, and the connection expects \"{expected}\".",
                    or_none(found)
                )
            }
            Self::Destination { expected, found } => {
                write!(f, "The response is for {}, and this service is {}.", or_none(found), list(expected))
            }
            Self::Recipient { expected, found } if found.is_empty() => {
                let expected = list(expected);
                write!(
                    f,
                    "The assertion has no bearer confirmation, and so no recipient; expected is {expected}."
                )
            }
            Self::Recipient { expected, found } => {
                let found: Vec<String> = found.iter().map(or_none).collect();
                write!(
                    f,
                    "The assertion is for the recipient {}, and this service is {}.",
                    found.join(", "),
                    list(expected)
                )
            }
            Self::Audience { expected, found } => audience(f, expected, found.as_deref()),
            Self::Time(cause) => cause.fmt(f),
            Self::InResponseTo { expected, found } => in_response_to(f, expected.as_deref(), found),
            Self::Encrypted { element } => write!(
                f,
                "The message carries an {element}, and no decryption is set up for this connection: let the identity \
                 provider send the assertion unencrypted (it still signs it)."
            ),
            Self::Status { code, sub_code, message, verified } => {
                status(f, code, sub_code.as_deref(), message.as_deref(), *verified)
            }
            Self::Algorithm { signed, cause } => {
                write!(f, "The signature of the {signed} is not accepted: {cause}.")
            }
        }
    }
}

impl std::error::Error for Rejection {}

fn certificate(
    f: &mut fmt::Formatter<'_>,
    signed: Part,
    configured: &[String],
    claimed: Option<&Certificate>,
    cause: &Invalid,
) -> fmt::Result {
    let configured = if configured.is_empty() { "none".to_owned() } else { configured.join(", ") };
    match claimed {
        Some(claimed) => {
            let claimed = describe(claimed);
            write!(
                f,
                "The {signed} is signed by a key that does not match the current SSO settings: it claims the \
                 certificate {claimed}, configured is {configured}."
            )
        }
        None => write!(
            f,
            "The {signed} is signed by a key that does not match the current SSO settings: {cause}; configured is \
             {configured}."
        ),
    }
}

fn audience(f: &mut fmt::Formatter<'_>, expected: &[String], found: Option<&[String]>) -> fmt::Result {
    let expected = list(expected);
    match found {
        None => write!(f, "The assertion names no audience; expected is {expected}."),
        Some([]) => write!(f, "The assertion has an empty list of audiences; expected is {expected}."),
        Some(found) => {
            write!(f, "The assertion is for the audience {}; expected is {expected}.", list(found))
        }
    }
}

fn in_response_to(f: &mut fmt::Formatter<'_>, expected: Option<&str>, found: &Option<String>) -> fmt::Result {
    let found = or_none(found);
    match expected {
        Some(expected) => {
            write!(f, "The response answers the request {found}; this browser's request is \"{expected}\".")
        }
        None => write!(
            f,
            "The Response and the Assertion answer different requests; the Response answers {found}."
        ),
    }
}

fn status(
    f: &mut fmt::Formatter<'_>,
    code: &str,
    sub_code: Option<&str>,
    message: Option<&str>,
    verified: bool,
) -> fmt::Result {
    let short = |code: &str| code.rsplit(':').next().unwrap_or_default().to_owned();
    let verified = if verified { "" } else { " (unverified: no known signature covers this report)" };
    write!(f, "The identity provider reported {}", short(code))?;
    if let Some(sub_code) = sub_code {
        write!(f, " / {}", short(sub_code))?;
    }
    match message {
        Some(message) => write!(f, ", in its own words \"{message}\"{verified}."),
        None => write!(f, "{verified}."),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Response => "Response",
            Self::Assertion => "Assertion",
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The response is empty."),
            Self::Base64 => f.write_str(
                "The response is not Base64 of the standard alphabet (SAML-Bindings, section 3.5.4).",
            ),
            Self::Size { limit, found } => {
                write!(f, "The response has {found} bytes; at most {limit} are read.")
            }
            Self::Xml(error) => write!(f, "The response cannot be read. {error}"),
            Self::NotAResponse { found } => write!(f, "The message is not a samlp:Response but {found}."),
            Self::Version { of, found } => {
                write!(f, "The {of} is of SAML version {}; only \"2.0\" is read.", or_none(found))
            }
            Self::Missing { of, what } => write!(f, "The {of} has no {what}."),
            Self::Time(NotATime { attribute, found }) => {
                write!(f, "{attribute} is \"{found}\", which is not a time.")
            }
            Self::Condition { found } => {
                write!(f, "The assertion is valid under the condition {found}, which is not known here.")
            }
        }
    }
}

impl fmt::Display for NotCovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("Neither the Response nor the Assertion is signed."),
            Self::NoAssertion => f.write_str("The response reports success, but carries no assertion."),
            Self::SeveralAssertions { count } => {
                write!(f, "The response carries {count} assertions; exactly one is read.")
            }
            Self::Misplaced { parent } => {
                write!(f, "The assertion is not a child of the Response but of {parent}, where none belongs.")
            }
            Self::DuplicateId(error) => write!(f, "A signature could mean either of two elements. {error}"),
            Self::Malformed { signed, cause } => {
                write!(
                    f,
                    "The signature of the {signed} does not cover it in the one way that is accepted: {cause}."
                )
            }
        }
    }
}

impl fmt::Display for Untimely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLimit { of } => {
                write!(f, "The {of} states no NotOnOrAfter, so the assertion would never expire.")
            }
            Self::Begins => f.write_str("The bearer confirmation states a NotBefore, which it must not."),
            Self::Past(moment) => {
                let Moment { what, stated, now, skew } = moment;
                write!(
                    f,
                    "{what} was {stated}, {} ago by our clock ({now}, tolerance {}). If the response was just made, \
                     the clock of the identity provider is behind.",
                    words(now.duration_since(*stated)),
                    words(*skew)
                )
            }
            Self::Future(moment) => {
                let Moment { what, stated, now, skew } = moment;
                write!(
                    f,
                    "{what} is {stated}, {} ahead of our clock ({now}, tolerance {}). The clock of the identity \
                     provider is ahead, or ours is behind.",
                    words(stated.duration_since(*now)),
                    words(*skew)
                )
            }
        }
    }
}

pub(super) fn or_none(found: &Option<String>) -> String {
    found.as_ref().map_or_else(|| "none".to_owned(), |found| format!("\"{found}\""))
}

pub(super) fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    quoted.join(" or ")
}
