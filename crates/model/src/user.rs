//! Users: a person's record in one account. What the record is made of has files of its own: `role`, `field`, `profile`.

mod field;
mod profile;
mod role;

pub use field::{CustomName, Field, MOST_CUSTOM_FIELDS};
pub use profile::{Entry, Profile};
pub use role::{NoOwner, Role, RoleName, may_own};

use crate::email::Email;
use crate::id::UserId;
use crate::license::{AddOn, License, Product};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How the words begin for what an account made for itself: roles, and fields of profiles.
const CUSTOM: &str = "custom:";

/// A person's record in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address; one address is one user in a deployment.
    pub email: Email,
    /// Whether the person may come in.
    pub status: Status,
    /// What the person may do in the account.
    pub role: Role,
    /// Ways in which the person may sign in.
    pub logins: Logins,
    /// The license type the person holds; pending users hold none.
    pub license: Option<License>,
    /// What the person was granted besides the license type.
    pub holdings: Holdings,
    /// The Employee Unique ID; no two users of an account have the same.
    pub employee_id: Option<String>,
    /// When the address last changed by the Employee Unique ID.
    pub email_changed_at: Option<Timestamp>,
    /// What is known about the person.
    pub profile: Profile,
    /// Grows with every change (an optimistic lock).
    pub version: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The word under which it is stored and shown.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the stored word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// Whether a person may come in. SAML never changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// May sign in.
    Active,
    /// Known, and refused (1013).
    Inactive,
    /// The mailbox has not confirmed the address yet: no session, no seat.
    Pending,
}
words!(Status { Active = "active", Inactive = "inactive", Pending = "pending" });

/// What a person was granted besides the license type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holdings {
    /// Add-ons; each takes a seat. A phone calling plan is one of them.
    pub add_ons: BTreeSet<AddOn>,
    /// The phone site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_site: Option<String>,
}

/// The login types of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logins {
    /// `work_email`: a password kept here.
    pub work_email: bool,
    /// `sso`: the account's identity provider.
    pub sso: bool,
}

impl Logins {
    /// Only the identity provider.
    pub const SSO: Self = Self { work_email: false, sso: true };
    /// Only a password.
    pub const WORK_EMAIL: Self = Self { work_email: true, sso: false };

    /// The words, for pages and files.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        [(self.work_email, "work_email"), (self.sso, "sso")]
            .into_iter()
            .filter_map(|(on, word)| on.then_some(word))
            .collect()
    }
}

impl User {
    /// The seats that the person holds: none unless active.
    #[must_use]
    pub fn seats(&self) -> BTreeSet<Product> {
        let license = self.license.map(Product::from).into_iter();
        let all = license.chain(self.holdings.add_ons.iter().copied().map(Product::from));
        if self.status == Status::Active { all.collect() } else { BTreeSet::new() }
    }

    /// The name to greet the person by: display name, first and last name, or the address.
    #[must_use]
    pub fn shown_name(&self) -> String {
        let value = |field| self.profile.value(&field);
        match (value(Field::DisplayName), value(Field::FirstName), value(Field::LastName)) {
            (Some(name), _, _) => name.to_owned(),
            (None, Some(first), Some(last)) => format!("{first} {last}"),
            (None, Some(name), None) | (None, None, Some(name)) => name.to_owned(),
            (None, None, None) => self.email.to_string(),
        }
    }
}
