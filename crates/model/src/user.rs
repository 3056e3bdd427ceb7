//! Users: a person's record in one account.

use crate::email::Email;
use crate::id::UserId;
use crate::license::License;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// What a person may do in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Exactly one an account; mapping never touches it.
    Owner,
    /// May use the account's portal.
    Admin,
    /// Everyone else.
    Member,
}
words!(Role { Owner = "owner", Admin = "admin", Member = "member" });

impl Role {
    /// Whether this role opens the account's portal.
    #[must_use]
    pub fn administers(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
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

/// A field of a person's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// The name shown to others.
    DisplayName,
    /// Department.
    Department,
    /// Job title.
    JobTitle,
    /// Company.
    Company,
    /// Division.
    Division,
    /// Cost center.
    CostCenter,
    /// Where the person works.
    Location,
    /// Preferred language.
    Language,
    /// Pronouns.
    Pronouns,
}
words!(Field {
    FirstName = "first_name",
    LastName = "last_name",
    DisplayName = "display_name",
    Department = "department",
    JobTitle = "job_title",
    Company = "company",
    Division = "division",
    CostCenter = "cost_center",
    Location = "location",
    Language = "language",
    Pronouns = "pronouns",
});

impl Field {
    /// Every field, in the order in which people read them.
    pub const ALL: [Self; 11] = [
        Self::FirstName,
        Self::LastName,
        Self::DisplayName,
        Self::JobTitle,
        Self::Department,
        Self::Company,
        Self::Division,
        Self::CostCenter,
        Self::Location,
        Self::Language,
        Self::Pronouns,
    ];

    /// The name people read on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::DisplayName => "Display name",
            Self::Department => "Department",
            Self::JobTitle => "Job title",
            Self::Company => "Company",
            Self::Division => "Division",
            Self::CostCenter => "Cost center",
            Self::Location => "Location",
            Self::Language => "Language",
            Self::Pronouns => "Pronouns",
        }
    }
}

/// What is known about a person, field by field, and where each value came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profile(pub BTreeMap<Field, Entry>);

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The value.
    pub value: String,
    /// The attribute that brought it; `None` when a person entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Profile {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(|entry| entry.value.as_str())
    }
}

impl User {
    /// The name to greet the person by: display name, first and last name, or the address.
    #[must_use]
    pub fn shown_name(&self) -> String {
        let value = |field| self.profile.value(field);
        match (value(Field::DisplayName), value(Field::FirstName), value(Field::LastName)) {
            (Some(name), _, _) => name.to_owned(),
            (None, Some(first), Some(last)) => format!("{first} {last}"),
            (None, Some(name), None) | (None, None, Some(name)) => name.to_owned(),
            (None, None, None) => self.email.to_string(),
        }
    }
}
