//! Why a logout message was refused.
//!
//! The codes are those of refused responses, for the same causes; what to do about one is said by others. The one thing
//! to know: strings out of the message are cut before they come here, and every rejection may be logged.

use std::fmt;

use vestibule_dsig::{Certificate, Invalid, Malformed};

use crate::binding::{self, Binding};
use crate::read::NotATime;
use crate::response::{Encrypted, Moment, describe};
use crate::time::words;
use crate::write::Status;

/// Why a logout message was refused; [`code`](Self::code) is its number for logs and documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// 1001: it could not be unpacked.
    Binding(binding::Error),
    /// 1001: it is not the kind of XML that is read here.
    Xml(vestibule_xml::Error),
    /// 1001: it is another message.
    Other {
        /// The message that belongs there.
        expected: &'static str,
        /// The name of the root element.
        found: String,
    },
    /// 1001: it is of another version of SAML.
    Version {
        /// The version that it states, if any.
        found: Option<String>,
    },
    /// 1001: something that must be there is not.
    Missing(&'static str),
    /// 1001: an attribute that should hold a time does not.
    NotATime(NotATime),
    /// 1001: it names more sessions than anybody has.
    TooManySessions {
        /// The limit.
        limit: usize,
    },
    /// 1002: it is not signed in the one place where its binding has the signature.
    NotSigned {
        /// How it came.
        binding: Binding,
    },
    /// 1002: two elements have one ID, so a signature could mean either.
    DuplicateId(vestibule_xml::Error),
    /// 1002: the signature is outside the profile that is read here.
    Malformed(Malformed),
    /// 1003: the signature does not verify, though no other certificate is claimed.
    Signature(Invalid),
    /// 1004: the signature was made by a key that the connection does not know.
    Certificate {
        /// The certificates of the connection, in words.
        configured: Vec<String>,
        /// The certificate that the message carries: a claim.
        claimed: Option<Certificate>,
        /// What the verifier said.
        cause: Invalid,
    },
    /// 1005: the issuer is not the other provider.
    Issuer {
        /// The entity ID of the other provider.
        expected: String,
        /// The issuer that the message names.
        found: String,
    },
    /// 1006: it was sent to another place.
    Destination {
        /// The addresses that take logout messages.
        expected: Vec<String>,
        /// The destination that the message names, if any.
        found: Option<String>,
    },
    /// 1008: it is over.
    Past(Moment),
    /// 1008: it was made in the future.
    Future(Moment),
    /// 1001: the person is named by a BaseID, an extension point that SAML itself gives no meaning.
    BaseId,
    /// 1011: the encrypted name cannot be read.
    Encrypted(Encrypted),
    /// 1012: the other provider reports a failure, under a verified signature.
    Status(Status),
    /// 1018: a weak or unknown algorithm.
    Algorithm(Invalid),
}

impl Rejection {
    /// The number of this cause.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::Binding(_)
            | Self::Xml(_)
            | Self::Other { .. }
            | Self::Version { .. }
            | Self::Missing(_)
            | Self::NotATime(_)
            | Self::TooManySessions { .. }
            | Self::BaseId => 1001,
            Self::NotSigned { .. } | Self::DuplicateId(_) | Self::Malformed(_) => 1002,
            Self::Signature(_) => 1003,
            Self::Certificate { .. } => 1004,
            Self::Issuer { .. } => 1005,
            Self::Destination { .. } => 1006,
            Self::Past(_) | Self::Future(_) => 1008,
            Self::Encrypted(_) => 1011,
            Self::Status(_) => 1012,
            Self::Algorithm(_) => 1018,
        }
    }

    /// What a refused signature means, given the certificates that were tried.
    pub(super) fn of(invalid: Invalid, binding: Binding, certificates: &[Certificate]) -> Self {
        match invalid {
            Invalid::NotSigned => Self::NotSigned { binding },
            cause @ (Invalid::Malformed(Malformed::SignatureValue | Malformed::DigestValue)
            | Invalid::Signature
            | Invalid::Digest) => Self::Signature(cause),
            Invalid::Malformed(cause) => Self::Malformed(cause),
            cause @ Invalid::Algorithm { .. } => Self::Algorithm(cause),
            cause @ Invalid::UnusableKey { .. } => {
                let other_key = certificates.is_empty() || certificates.iter().any(Certificate::can_verify);
                if other_key { Self::unknown(None, cause, certificates) } else { Self::Algorithm(cause) }
            }
            Invalid::UnknownKey { ref claimed } => {
                Self::unknown(Some(claimed.clone()), invalid, certificates)
            }
        }
    }

    fn unknown(claimed: Option<Certificate>, cause: Invalid, certificates: &[Certificate]) -> Self {
        Self::Certificate { configured: certificates.iter().map(describe).collect(), claimed, cause }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binding(cause) => cause.fmt(f),
            Self::Xml(cause) => write!(f, "The message cannot be read. {cause}"),
            Self::Other { expected, found } => {
                write!(f, "The message is not a samlp:{expected} but {found}.")
            }
            Self::Version { found } => write!(
                f,
                "The message is of SAML version {}; only \"2.0\" is read.",
                found.as_deref().unwrap_or("none")
            ),
            Self::Missing(what) => write!(f, "The message has no {what}."),
            Self::NotATime(NotATime { attribute, found }) => {
                write!(f, "{attribute} is \"{found}\", which is not a time.")
            }
            Self::TooManySessions { limit } => write!(f, "The message names more than {limit} sessions."),
            Self::NotSigned { binding } => f.write_str(match binding {
                Binding::Redirect => {
                    "The message is not signed: HTTP-Redirect has SigAlg and Signature in the address."
                }
                Binding::Post => {
                    "The message is not signed: HTTP-POST has the signature in the document's root."
                }
            }),
            Self::DuplicateId(cause) => write!(f, "A signature could mean either of two elements. {cause}"),
            Self::Malformed(cause) => write!(
                f,
                "The signature does not cover the message in the one way that is accepted: {cause}."
            ),
            Self::Signature(cause) => write!(f, "The signature does not verify: {cause}."),
            Self::Certificate { configured, claimed, cause } => {
                certificate(f, configured, claimed.as_ref(), cause)
            }
            Self::Issuer { expected, found } => {
                write!(f, "The issuer is \"{found}\", and the connection expects \"{expected}\".")
            }
            Self::Destination { expected, found } => destination(f, expected, found.as_deref()),
            Self::Past(moment) => past(f, moment),
            Self::Future(Moment { what, stated, now, skew }) => write!(
                f,
                "{what} is {stated}, {} ahead of our clock ({now}, tolerance {}). The clock of the identity provider is \
                 ahead, or ours is behind.",
                words(stated.duration_since(*now)),
                words(*skew)
            ),
            Self::BaseId => {
                f.write_str("The person is named by BaseID, which is not read here; send a NameID.")
            }
            Self::Encrypted(cause) => cause.fmt(f),
            Self::Status(status) => reported(f, status),
            Self::Algorithm(cause) => write!(f, "The signature is not accepted: {cause}."),
        }
    }
}

impl std::error::Error for Rejection {}

fn certificate(
    f: &mut fmt::Formatter<'_>,
    configured: &[String],
    claimed: Option<&Certificate>,
    cause: &Invalid,
) -> fmt::Result {
    let configured = if configured.is_empty() { "none".to_owned() } else { configured.join(", ") };
    f.write_str("The message is signed by a key that does not match the current SSO settings: ")?;
    match claimed {
        Some(claimed) => {
            write!(f, "it claims the certificate {}, configured is {configured}.", describe(claimed))
        }
        None => write!(f, "{cause}; configured is {configured}."),
    }
}

fn destination(f: &mut fmt::Formatter<'_>, expected: &[String], found: Option<&str>) -> fmt::Result {
    let expected = expected.join(" or ");
    match found {
        Some(found) => write!(f, "The message is for \"{found}\", and this service is {expected}."),
        None => write!(f, "The message is signed and names no destination; expected is {expected}."),
    }
}

fn past(f: &mut fmt::Formatter<'_>, Moment { what, stated, now, skew }: &Moment) -> fmt::Result {
    write!(
        f,
        "{what} was {stated}, {} ago by our clock ({now}, tolerance {}). If the message was just made, the clock of the \
         identity provider is behind.",
        words(now.duration_since(*stated)),
        words(*skew)
    )
}

fn reported(f: &mut fmt::Formatter<'_>, Status { code, sub_code, message }: &Status) -> fmt::Result {
    let short = |code: &str| code.rsplit(':').next().unwrap_or_default().to_owned();
    write!(f, "The identity provider reported {}", short(code))?;
    if let Some(sub_code) = sub_code {
        write!(f, " / {}", short(sub_code))?;
    }
    match message {
        Some(message) => write!(f, ", in its own words \"{message}\"."),
        None => f.write_str("."),
    }
}
