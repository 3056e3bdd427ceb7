//! Who is protected from being deactivated, deleted or renamed, and from whom (behaviour.md section 5, *Shield*; attack T15).

use super::{Refusal, Source};
use crate::license::Product;
use crate::user::{Role, User};
use std::collections::BTreeSet;

/// Why somebody is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shielded {
    /// The owner of the account, from everybody.
    Owner,
    /// An administrator, from directories.
    Admin,
    /// Somebody whom the account exempts from enforced SSO, from directories.
    Exempt,
}

impl Shielded {
    /// The reason, as a sentence.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Owner => "The owner of the account cannot be deactivated or deleted.",
            Self::Admin => "An administrator cannot be deactivated or deleted by a directory.",
            Self::Exempt => {
                "The user is exempt from enforced SSO, which shields against being deactivated or deleted by a directory."
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Owner => "Make somebody else the owner first.",
            Self::Admin => "Make the person a member first, or deactivate the person in the portal.",
            Self::Exempt => {
                "Take the person off the list of exempt users first, or deactivate the person in the portal."
            }
        }
    }
}

/// Whether somebody may be put out by this source.
pub(super) fn may_put_out(source: Source, user: &User, exempt: bool) -> Result<(), Refusal> {
    let directory = source == Source::Directory;
    let shielded = match &user.role {
        Role::Owner => Some(Shielded::Owner),
        role if directory && role.administers() => Some(Shielded::Admin),
        _ if directory && exempt => Some(Shielded::Exempt),
        _ => None,
    };
    shielded.map_or(Ok(()), |why| Err(Refusal::Shielded(why)))
}

/// Whether somebody may be deleted; the answer is the seats that are given back.
///
/// # Errors
/// [`Refusal::Shielded`] when the person is protected from this source.
pub fn delete(source: Source, user: &User, exempt: bool) -> Result<BTreeSet<Product>, Refusal> {
    may_put_out(source, user, exempt)?;
    Ok(user.seats())
}
