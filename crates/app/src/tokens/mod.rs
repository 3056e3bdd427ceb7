//! API tokens: made for an account by one of its administrators or the operator, shown once, and shown to every API.
//!
//! A token is 256 random bits; the store keeps their SHA-256. Its row is read at every request, so what revokes it works
//! at once on every node: revoking, its end, and that whoever made it is no active administrator any more. What a token
//! may do is in `model/token`; the access tokens of the authorization server come in by the same door.

mod authenticate;
mod deeds;
mod uses;

pub use deeds::{Created, MOST_TOKENS, NewToken, Summary};
pub use deeds::{create, describe, list, list_all, revoke, revoke_as_operator};
pub(crate) use deeds::{read_scopes, usable_name};
pub(crate) use uses::Uses;
pub use uses::write_uses;

use jiff::SignedDuration;

/// How long the row of a token that ended is shown.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
