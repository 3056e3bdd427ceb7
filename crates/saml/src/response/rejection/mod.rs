//! Why a response was refused.
//!
//! What lives here: one closed enum, sorted by cause, each cause with its code; the sentences are in `sentences.rs`.
//! What does not: the trace of the checks before it (`trace.rs`), what to do about it, and the codes from 1010 on that
//! need to know more than the message (`model`, `app`).
//! The one thing to know: strings out of the message are cut before they come here, and every rejection may be logged.

use jiff::{SignedDuration, Timestamp};
use vestibule_dsig::encryption::Undecryptable;
use vestibule_dsig::{Certificate, Invalid, Malformed};

use crate::read::NotATime;

mod sentences;

pub use sentences::describe;

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
    /// 1011: encryption is missing, or cannot be undone.
    Encrypted(Encrypted),
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

/// Why a message is refused because of its encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encrypted {
    /// The assertion is in the clear, and the connection takes only encrypted ones.
    Required,
    /// Something is encrypted, and there is no key to decrypt it with.
    NoKey {
        /// The name of the encrypted element.
        element: &'static str,
    },
    /// Something cannot be decrypted.
    Undecryptable {
        /// The name of the encrypted element.
        element: &'static str,
        /// Why not.
        cause: Undecryptable,
    },
    /// Something else than what should be in it was encrypted.
    SomethingElse {
        /// The name of the encrypted element.
        element: &'static str,
    },
    /// Single attributes are encrypted, which is not read.
    Attribute,
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
    /// The decrypted assertion and the response around it use the same ID, so a signature could mean either.
    IdInsideAndOutside,
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
            Self::Encrypted(_) => 1011,
            Self::Status { .. } => 1012,
            Self::Algorithm { .. } => 1018,
        }
    }
}
