//! Single logout: LogoutRequest and LogoutResponse, written, read and verified (SAML-Core, section 3.7; SAML-Profiles,
//! section 4.4).
//!
//! What lives here: both messages, by HTTP-Redirect and HTTP-POST. What does not: whose sessions end, which request of
//! ours is answered, and whether a message was used before (`app`, `store`).
//!
//! | module | holds |
//! |---|---|
//! | `send` | the messages as documents, packed for a binding |
//! | `receive` | a message as it arrived, unpacked |
//! | `verify` | the walk through all checks, in order |
//! | `read` | what a message states |
//! | `rejection` | why not |
//!
//! The one thing to know: either provider may begin a logout, so both sides use all of this. A message that must end
//! something is a [`VerifiedRequest`], which [`verify_request`] alone makes, from bytes that a signature covers.

use jiff::Timestamp;

use crate::NameId;
use crate::write::Status;

mod read;
mod receive;
mod rejection;
mod send;
mod verify;

pub use receive::Message;
pub use rejection::Rejection;
pub use send::{Parcel, Sent};
pub use verify::{
    Claimed, Expected, Verification, VerifiedRequest, VerifiedResponse, verify_request, verify_response,
};

/// The most sessions that one request may name.
pub const MAX_SESSION_INDEXES: usize = 100;

/// A request to end sessions of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Its ID, which the answer repeats; a name in the sense of `xs:ID`.
    pub id: String,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// The entity ID of the provider that asks.
    pub issuer: String,
    /// The address that it is sent to; a signed one must name it.
    pub destination: Option<String>,
    /// When it ends to be of use.
    pub not_on_or_after: Option<Timestamp>,
    /// Whose sessions.
    pub name_id: NameId,
    /// Which of them, as the assertions that began them said; all if there is none.
    pub session_indexes: Vec<String>,
}

/// The answer to a [`LogoutRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutResponse {
    /// Its ID.
    pub id: String,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// The entity ID of the provider that answers.
    pub issuer: String,
    /// The address that it is sent to; a signed one must name it.
    pub destination: Option<String>,
    /// The request that it answers.
    pub in_response_to: Option<String>,
    /// What it reports.
    pub status: Status,
}

/// Which of the two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Response,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Request => "LogoutRequest",
            Self::Response => "LogoutResponse",
        }
    }
}
