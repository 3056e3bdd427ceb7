//! People whom a directory, a program or an administrator brings, changes and takes away (behaviour.md sections 3, 6 and 7).
//!
//! [`decide`] is to SCIM, REST, CSV and the portal what `admission` is to sign-ins: it sees what is known and what is wanted, and
//! answers with the record to write, the seats that change hands and every change in words, or with the reason why not. `record`
//! settles the fields one by one, `shield` says who is protected from whom.

mod record;
mod shield;
#[cfg(test)]
mod tests;

pub use shield::{Shielded, delete};

use crate::domain::Domain;
use crate::email::Email;
use crate::id::UserId;
use crate::license::{AddOn, Inventory, License, Product};
use crate::trace::{Change, Step};
use crate::user::{Field, Logins, User};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Who brings the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A directory, by SCIM or a sync.
    Directory,
    /// A program, by the REST interface.
    Api,
    /// A file of people.
    Csv,
    /// An administrator in the portal, or the operator.
    Portal,
    /// The person, who has shown to have the mailbox of the address.
    Person,
}

impl Source {
    /// The rule that changes are attributed to.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Directory => "the directory (SCIM)",
            Self::Api => "the REST interface",
            Self::Csv => "the CSV import",
            Self::Portal => "an administrator",
            Self::Person => "the person",
        }
    }
}

/// What somebody is to be. Whatever is `None` or empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The address; needed for somebody new.
    pub email: Option<Email>,
    /// Whether the person may come in.
    pub active: Option<bool>,
    /// Login types to gain; none is taken away.
    pub gains: Logins,
    /// The license type, or that there is to be none.
    pub license: Option<Option<License>>,
    /// Add-ons.
    pub add_ons: AddOns,
    /// The phone site, or that there is to be none.
    pub phone_site: Option<Option<String>>,
    /// The Employee Unique ID, or that there is to be none.
    pub employee_id: Option<Option<String>>,
    /// Fields of the profile, and whether they get a value or lose it.
    pub profile: BTreeMap<Field, Option<String>>,
}

/// What becomes of the add-ons; those that are named in neither list stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddOns {
    /// These are granted.
    pub grant: BTreeSet<AddOn>,
    /// These are taken away.
    pub take_away: BTreeSet<AddOn>,
}

/// What is known.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The user, if there is one.
    pub before: Option<&'a User>,
    /// Whether the domain of the wanted address is associated with the account.
    pub domain_associated: bool,
    /// Whether the account exempts the person from enforced SSO, and so shields them.
    pub exempt: bool,
    /// The account's seats.
    pub seats: &'a Inventory,
    /// The license type when no seat of the wanted one is left for somebody new.
    pub fallback: Option<License>,
    /// The time.
    pub now: Timestamp,
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The record.
    pub user: User,
    /// Seats to take.
    pub take: BTreeSet<Product>,
    /// Seats to give back.
    pub free: BTreeSet<Product>,
    /// What changes; empty when it was so already.
    pub changes: Vec<Change>,
    /// What deserves attention.
    pub warnings: Vec<Step>,
}

impl Settled {
    /// Whether the person's sessions and tokens end: nobody who is not active has any.
    #[must_use]
    pub fn ends_sessions(&self, before: Option<&User>) -> bool {
        before.is_some_and(|before| {
            before.status == crate::user::Status::Active && self.user.status != before.status
        })
    }

    /// The address that the person had before, if it is another one now.
    #[must_use]
    pub fn left_address<'a>(&self, before: Option<&'a User>) -> Option<&'a Email> {
        before.map(|before| &before.email).filter(|email| email.folded() != self.user.email.folded())
    }
}

/// Why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody new has no address.
    NoAddress,
    /// The domain of the address is not associated with the account.
    NotAssociated(Domain),
    /// Another account manages the users of the domain of somebody new.
    ManagedElsewhere(Domain),
    /// No seat is left (1031).
    NoSeat(Product),
    /// An add-on does not go with the license type.
    DoesNotGoWith(AddOn, Option<License>),
    /// The person is protected.
    Shielded(Shielded),
    /// It is the owner of the account, whom no file changes.
    OwnerByFile,
    /// The address does not change like this.
    Address(AddressStays),
}

/// Why an address stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressStays {
    /// The new domain is not associated with the account.
    NotAssociated,
    /// It is the address of the owner or an administrator.
    Administers,
    /// It changed within the last 24 hours.
    Recently,
}

/// Settles what somebody is to be. `id` is for somebody new.
///
/// # Errors
/// [`Refusal`], when nothing is to be written.
pub fn decide(source: Source, wanted: &Wanted, id: UserId, facts: Facts<'_>) -> Result<Settled, Refusal> {
    record::settle(source, wanted, id, facts)
}

/// Whether the address of somebody may become this one, as far as the person goes; its domain is another matter.
#[must_use]
pub fn address_may_change(source: Source, user: &User, to: &Email, now: Timestamp) -> bool {
    to.folded() == user.email.folded() || record::stays(source, user, now).is_none()
}
