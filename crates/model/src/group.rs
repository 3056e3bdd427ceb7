//! User groups, channels and IM groups, and how a person came to belong to one (behaviour.md section 4).
//!
//! A membership remembers where it came from: mapping replaces what mapping gave, and nothing else.

mod catalogue;
mod settings;

pub use catalogue::{BadSetting, Holding, Limits, Policy, Reason, SettingName};
pub use settings::{Because, Effective, Setting, Settings, effective};

use crate::id::GroupId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of group one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Carries settings; one of a person's is the primary one.
    UserGroup,
    /// A channel.
    Channel,
    /// An IM group.
    ImGroup,
}

impl GroupKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::UserGroup, Self::Channel, Self::ImGroup];

    /// The word in files and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserGroup => "user_group",
            Self::Channel => "channel",
            Self::ImGroup => "im_group",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The name people read on a page, of one.
    #[must_use]
    pub fn singular(self) -> &'static str {
        match self {
            Self::UserGroup => "user group",
            Self::Channel => "channel",
            Self::ImGroup => "IM group",
        }
    }

    /// The name people read on a page, of several.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::UserGroup => "User groups",
            Self::Channel => "Channels",
            Self::ImGroup => "IM groups",
        }
    }
}

/// The name of a group, as people read it; two names are the same whatever their case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

/// Longest name of a group, in characters.
pub const LONGEST_GROUP_NAME: usize = 128;

/// A text that cannot be the name of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadGroupName;

impl fmt::Display for BadGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the name of a group: expected 1 to {LONGEST_GROUP_NAME} characters that can be seen")
    }
}

impl std::error::Error for BadGroupName {}

impl GroupName {
    /// Reads a name; white space around it is forgiven.
    ///
    /// # Errors
    /// [`BadGroupName`] when nothing is left, it is too long, or has characters that nobody sees.
    pub fn parse(text: &str) -> Result<Self, BadGroupName> {
        let text = text.trim();
        let fits = (1..=LONGEST_GROUP_NAME).contains(&text.chars().count());
        if !fits || text.chars().any(crate::trace::is_unseen) {
            return Err(BadGroupName);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which names are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for GroupName {
    type Error = BadGroupName;

    fn try_from(text: String) -> Result<Self, BadGroupName> {
        Self::parse(&text)
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> Self {
        name.0
    }
}

/// Who put a person into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A rule of the mapping, at a sign-in; only mapping takes it away.
    Mapping,
    /// A directory, by SCIM.
    Scim,
    /// An import.
    Csv,
    /// A person, by hand.
    Manual,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::Mapping, Self::Scim, Self::Csv, Self::Manual];

    /// The word under which it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::Scim => "scim",
            Self::Csv => "csv",
            Self::Manual => "manual",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == word)
    }
}

/// A group of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// What kind it is.
    pub kind: GroupKind,
    /// Its name, the only one of its kind in the account.
    pub name: GroupName,
}

/// One reason why a person belongs to a group; there may be several for the same group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: Group,
    /// Who put the person there.
    pub origin: Origin,
    /// Its place among the person's groups of this kind; the user group in the lowest place is the primary one.
    pub position: i64,
}

/// The primary user group of a person with these memberships.
#[must_use]
pub fn primary(memberships: &[Membership]) -> Option<&Group> {
    let of_people = memberships.iter().filter(|membership| membership.group.kind == GroupKind::UserGroup);
    of_people.min_by_key(|membership| (membership.position, membership.group.id)).map(|first| &first.group)
}

/// The first place that a membership takes which mapping did not give: behind all that one sign-in can give.
const BEHIND_MAPPING: i64 = 1_000;

/// The place of a membership that comes another way than by mapping: behind the person's others of its kind, so that what mapping
/// gives stays the primary one.
#[must_use]
pub fn last_place(memberships: &[Membership], kind: GroupKind) -> i64 {
    let others = memberships.iter().filter(|membership| membership.group.kind == kind);
    others.map(|membership| membership.position + 1).max().unwrap_or(0).max(BEHIND_MAPPING)
}
