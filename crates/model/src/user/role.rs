//! What a person may do in an account.

use super::{CUSTOM, Status};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// The name of a role that an account made for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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

impl TryFrom<String> for RoleName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("no name of a role: {name}"))
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.as_str().to_owned()
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

/// Why somebody cannot be handed an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoOwner {
    /// The person is the owner already.
    Already,
    /// The person is no administrator.
    NotAdmin,
    /// The person may not come in at the moment.
    NotActive,
}

/// Whether an account may be handed to this person: to an active administrator, who knows it and can come in.
///
/// # Errors
/// [`NoOwner`], when not.
pub fn may_own(user: &super::User) -> Result<(), NoOwner> {
    match user.role {
        Role::Owner => Err(NoOwner::Already),
        Role::Admin if user.status == Status::Active => Ok(()),
        Role::Admin => Err(NoOwner::NotActive),
        Role::Member | Role::Custom(_) => Err(NoOwner::NotAdmin),
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
