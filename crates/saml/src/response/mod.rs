//! Responses: from the form field to a [`VerifiedAssertion`], or to a [`Rejection`] with its trace.
//!
//! What lives here: the reading side of SAML-Core, section 3.3.3, and SAML-Profiles, section 4.1.4. What does not: whose
//! request an answer belongs to, whether an assertion was used before, and who may sign in (`app`, `model`).
//!
//! | module | holds |
//! |---|---|
//! | `decode` | the form field of the HTTP-POST binding |
//! | `verify` | the walk through all checks, in order |
//! | `covered` | which signatures there are, and what they cover |
//! | `encrypted` | the same of an encrypted assertion, and its decryption |
//! | `envelope`, `claims` | what the Response and the Assertion state |
//! | `checks` | each statement against what is expected |
//! | `assertion`, `attributes` | what a caller gets when every check passed |
//! | `observed` | what the message claims, for logs |
//! | `rejection` | why not |
//! | `trace`, `words` | what was checked, and how its lines are worded |
//!
//! The one thing to know: [`verify()`] is a pure function of the bytes and of [`Expected`]. The live sign-in, a stored
//! response and the command line call the same one.

mod assertion;
mod attributes;
mod checks;
mod claims;
mod covered;
mod decode;
mod encrypted;
mod envelope;
mod observed;
mod rejection;
mod trace;
mod verify;
mod words;

pub use assertion::VerifiedAssertion;
pub use attributes::AssertedAttribute;
pub use decode::{MAX_FORM_VALUE, decode};
pub use observed::{Observed, observe};
pub use rejection::{Encrypted, Moment, NotCovered, Part, Rejection, Unreadable, Untimely, describe};
pub use trace::{Check, Trace};
pub use verify::{Expected, MAX_SKEW_SECONDS, Verification, verify};

pub(crate) use decode::base64;
pub(crate) use encrypted::{SealedNameId, name_id};
pub(crate) use words::List;
