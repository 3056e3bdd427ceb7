//! What people read when a response was refused.
//!
//! The one thing to know: a sentence says what was expected and what was found, and stands alone, in a log line or on a
//! page. What to do about it depends on more than the message, so others say that.

use std::fmt;

use vestibule_dsig::encryption::Undecryptable;
use vestibule_dsig::{Certificate, Invalid, Refusal};

use super::{Encrypted, Moment, NotCovered, Part, Rejection, Unreadable, Untimely};
use crate::read::NotATime;
use crate::response::words::{self, Words as _};
use crate::time;

/// A certificate in a few words: its subject and its fingerprint.
#[must_use]
pub fn describe(certificate: &Certificate) -> String {
    certificate.description().to_owned()
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
            Self::Issuer { of, expected, found: Some(found) } => {
                write!(f, "The issuer of the {of} is \"{found}\", and the connection expects \"{expected}\".")
            }
            Self::Issuer { of, expected, found: None } => {
                write!(f, "The {of} names no issuer, and the connection expects \"{expected}\".")
            }
            Self::Destination { expected, found: Some(found) } => {
                write!(f, "The response is for \"{found}\", and this service is {}.", list(expected))
            }
            Self::Destination { expected, found: None } => {
                write!(f, "The Response is signed and names no destination; expected is {}.", list(expected))
            }
            Self::Recipient { expected, found } => recipient(f, expected, found),
            Self::Audience { expected, found } => audience(f, expected, found.as_deref()),
            Self::Time(cause) => cause.fmt(f),
            Self::InResponseTo { expected, found } => {
                in_response_to(f, expected.as_deref(), found.as_deref())
            }
            Self::Encrypted(cause) => cause.fmt(f),
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

fn recipient(f: &mut fmt::Formatter<'_>, expected: &[String], found: &[Option<String>]) -> fmt::Result {
    let expected = list(expected);
    let named: Vec<String> = found.iter().flatten().cloned().collect();
    match (found, named.as_slice()) {
        ([], _) => {
            write!(
                f,
                "The assertion has no bearer confirmation, and so no recipient; expected is {expected}."
            )
        }
        (_, []) => write!(f, "The bearer confirmation names no recipient; expected is {expected}."),
        (_, named) => {
            write!(f, "The assertion is for the recipient {}, and this service is {expected}.", list(named))
        }
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

fn in_response_to(f: &mut fmt::Formatter<'_>, expected: Option<&str>, found: Option<&str>) -> fmt::Result {
    match (expected, found) {
        (Some(expected), Some(found)) => {
            write!(
                f,
                "The response answers the request \"{found}\"; this browser's request is \"{expected}\"."
            )
        }
        (Some(expected), None) => {
            write!(f, "The response answers no request; this browser's request is \"{expected}\".")
        }
        (None, found) => {
            let found = found.unwrap_or("none");
            write!(f, "Response and Assertion answer different requests; the Response answers \"{found}\".")
        }
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

impl Part {
    pub(in crate::response) const fn name(self) -> &'static str {
        match self {
            Self::Response => "Response",
            Self::Assertion => "Assertion",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
            Self::IdInsideAndOutside => f.write_str(
                "A signature could mean either of two elements: one ID stands in the decrypted assertion and in the \
                 response around it.",
            ),
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

impl fmt::Display for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str(
                "The assertion is not encrypted, and this connection takes only encrypted ones: let the identity \
                 provider encrypt it for the certificate in our metadata, or set encrypted_assertions = false.",
            ),
            Self::NoKey { element } => write!(
                f,
                "The message carries an {element}, and no decryption is set up for this connection: let the identity \
                 provider send it unencrypted (the signature still covers it)."
            ),
            Self::Undecryptable { element, cause } => {
                write!(f, "The {element} cannot be decrypted: {cause}.{}", cure(cause))
            }
            Self::SomethingElse { element: "EncryptedID" } => {
                f.write_str("The EncryptedID holds something else than a NameID.")
            }
            Self::SomethingElse { element } => {
                write!(f, "The {element} holds something else than one Assertion.")
            }
            Self::Attribute => f.write_str(
                "The assertion carries an EncryptedAttribute, and single encrypted attributes are not read: let the \
                 identity provider encrypt the whole assertion, or none of it.",
            ),
        }
    }
}

/// What to do about something that cannot be decrypted.
fn cure(cause: &Undecryptable) -> &'static str {
    match cause {
        Undecryptable::Cipher { refusal: Refusal::NeedsOptIn, .. } => {
            " Set the identity provider to AES-GCM, or allow this cipher for the connection: allow = [\"cbc\"]."
        }
        Undecryptable::Failed => {
            " If the identity provider encrypts for a certificate that is not ours any more, give it our metadata again."
        }
        _ => "",
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
                    time::words(now.duration_since(*stated)),
                    time::words(*skew)
                )
            }
            Self::Future(moment) => {
                let Moment { what, stated, now, skew } = moment;
                write!(
                    f,
                    "{what} is {stated}, {} ahead of our clock ({now}, tolerance {}). The clock of the identity \
                     provider is ahead, or ours is behind.",
                    time::words(stated.duration_since(*now)),
                    time::words(*skew)
                )
            }
        }
    }
}

fn or_none(found: &Option<String>) -> String {
    words::or_none(found.as_deref()).said()
}

fn list(values: &[String]) -> String {
    words::any_of(values).said()
}
