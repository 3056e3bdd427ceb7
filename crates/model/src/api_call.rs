//! The API call log: what is remembered of every call to an API (behaviour.md section 9).
//!
//! An entry is what lists show and searches match; the bodies are kept compressed and encrypted by `app`, which masks them first.

use crate::id::{GroupId, UserId};

/// The user or the group that a call touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user, and the name by which the caller knows them if it is known (userName or address).
    User(UserId, Option<String>),
    /// A group, and its name if it is known.
    Group(GroupId, Option<String>),
}
