//! Users: a person's record in one account.

use crate::email::Email;
use crate::id::UserId;
use crate::license::{AddOn, License};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// What a person may do in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// Exactly one an account; mapping never touches it.
    Owner,
    /// May use the account's portal.
    Admin,
    /// Everyone else.
    Member,
    /// A role that the account made for itself.
    Custom(RoleName),
}

/// How the words of custom roles begin.
const CUSTOM: &str = "custom:";

/// The name of a role that an account made for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleName(Arc<str>);

impl RoleName {
    /// Reads a name: 1 to 64 characters that can be seen, and none of the built-in words.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let built_in = ["owner", "admin", "member"].iter().any(|word| word.eq_ignore_ascii_case(name));
        let usable = (1..=64).contains(&name.chars().count()) && !name.chars().any(crate::trace::is_unseen);
        (usable && !built_in && !name.contains(':')).then(|| Self(format!("{CUSTOM}{name}").into()))
    }

    /// The name as people read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.strip_prefix(CUSTOM).unwrap_or(&self.0)
    }
}

impl Role {
    /// The word under which it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Custom(name) => &name.0,
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "owner" => Some(Self::Owner),
            "admin" => Some(Self::Admin),
            "member" => Some(Self::Member),
            _ => word.strip_prefix(CUSTOM).and_then(RoleName::parse).map(Self::Custom),
        }
    }

    /// The name people read.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
            Self::Custom(name) => name.as_str(),
        }
    }

    /// Whether this role opens the account's portal.
    #[must_use]
    pub fn administers(&self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Self::from_word(&word).ok_or_else(|| format!("no role: {word}"))
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.as_str().to_owned()
    }
}

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

/// A field of a person's profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// The name shown to others.
    DisplayName,
    /// Job title.
    JobTitle,
    /// Department.
    Department,
    /// Company.
    Company,
    /// Division.
    Division,
    /// Cost center.
    CostCenter,
    /// Where the person works.
    Location,
    /// The address of the manager.
    Manager,
    /// A phone number, in E.164.
    Phone1,
    /// Another one.
    Phone2,
    /// A third one.
    Phone3,
    /// A fax number, in E.164.
    Fax,
    /// Preferred language (BCP 47).
    Language,
    /// Time zone (IANA).
    TimeZone,
    /// Pronouns.
    Pronouns,
    /// The name of the personal link.
    PersonalLink,
    /// An attribute that the account defined for itself; at most [`MOST_CUSTOM_FIELDS`].
    Custom(CustomName),
}

/// How many attributes an account defines for itself at most.
pub const MOST_CUSTOM_FIELDS: usize = 5;

/// The name of an attribute that an account defined for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomName(Arc<str>);

impl CustomName {
    /// Reads a name: 1 to 64 characters that can be seen.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let usable = (1..=64).contains(&name.chars().count()) && !name.chars().any(crate::trace::is_unseen);
        usable.then(|| Self(format!("{CUSTOM}{name}").into()))
    }

    /// The name as people read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.strip_prefix(CUSTOM).unwrap_or(&self.0)
    }
}

/// The word and the title of each field that every account has, in the order in which people read them.
const FIELDS: &[(Field, &str, &str)] = &[
    (Field::FirstName, "first_name", "First name"),
    (Field::LastName, "last_name", "Last name"),
    (Field::DisplayName, "display_name", "Display name"),
    (Field::JobTitle, "job_title", "Job title"),
    (Field::Department, "department", "Department"),
    (Field::Company, "company", "Company"),
    (Field::Division, "division", "Division"),
    (Field::CostCenter, "cost_center", "Cost center"),
    (Field::Location, "location", "Location"),
    (Field::Manager, "manager", "Manager"),
    (Field::Phone1, "phone_1", "Phone 1"),
    (Field::Phone2, "phone_2", "Phone 2"),
    (Field::Phone3, "phone_3", "Phone 3"),
    (Field::Fax, "fax", "Fax"),
    (Field::Language, "language", "Language"),
    (Field::TimeZone, "time_zone", "Time zone"),
    (Field::Pronouns, "pronouns", "Pronouns"),
    (Field::PersonalLink, "personal_link", "Personal link"),
];

impl Field {
    /// Every field that every account has, in the order in which people read them.
    pub fn all() -> impl Iterator<Item = Self> {
        FIELDS.iter().map(|(field, ..)| field.clone())
    }

    /// The word under which it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Custom(name) => &name.0,
            _ => self.entry().map_or("", |(_, word, _)| word),
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.strip_prefix(CUSTOM) {
            Some(name) => CustomName::parse(name).map(Self::Custom),
            None => FIELDS.iter().find(|(_, known, _)| *known == word).map(|(field, ..)| field.clone()),
        }
    }

    /// The name people read on a page.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Custom(name) => name.as_str(),
            _ => self.entry().map_or("", |(_, _, title)| title),
        }
    }

    fn entry(&self) -> Option<&'static (Self, &'static str, &'static str)> {
        FIELDS.iter().find(|(field, ..)| field == self)
    }
}

impl TryFrom<String> for Field {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Self::from_word(&word).ok_or_else(|| format!("no field of a profile: {word}"))
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.as_str().to_owned()
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
    pub fn value(&self, field: &Field) -> Option<&str> {
        self.0.get(field).map(|entry| entry.value.as_str())
    }
}

impl User {
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
