//! The settings that there are, what their values mean, and what holds for a person: the settings of the person's groups, else
//! those of the account for everybody, else the built-in ones.
//!
//! Which group wins is decided in `settings`. The one thing to know: [`Policy::holding`] is asked wherever a setting takes
//! effect and wherever it is explained, so that both say the same.

use super::settings::{Because, Effective, Settings, effective};
use super::{GroupName, Membership};
use crate::duration;
use crate::id::GroupId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The name of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// How long a web session lives without being used.
    SessionIdle,
    /// How long after its sign-in a web session ends, however much it is used.
    AutomaticLogout,
    /// Whether the mapping gives the person a picture.
    MappedPicture,
}

/// Shortest and longest idle time, in seconds.
const IDLE: (u32, u32) = (5 * 60, 24 * 60 * 60);
/// Shortest and longest time to the automatic logout, in seconds.
const LOGOUT: (u32, u32) = (15 * 60, 180 * 24 * 60 * 60);

impl SettingName {
    /// Every setting.
    pub const ALL: [Self; 3] = [Self::SessionIdle, Self::AutomaticLogout, Self::MappedPicture];

    /// The word in files and forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionIdle => "session_idle",
            Self::AutomaticLogout => "automatic_logout",
            Self::MappedPicture => "mapped_picture",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }

    /// The name people read on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SessionIdle => "Session idle time",
            Self::AutomaticLogout => "Automatic logout",
            Self::MappedPicture => "Picture from the mapping",
        }
    }

    /// What its values are, as a sentence goes on after "expected".
    #[must_use]
    pub fn expected(self) -> &'static str {
        match self {
            Self::SessionIdle => "a duration from \"5m\" to \"24h\"",
            Self::AutomaticLogout => "\"off\", or a duration from \"15m\" to \"180d\"",
            Self::MappedPicture => "\"on\" or \"off\"",
        }
    }

    /// What holds where nobody says anything else.
    #[must_use]
    pub fn built_in(self) -> &'static str {
        match self {
            Self::SessionIdle => "2h",
            Self::AutomaticLogout => "off",
            Self::MappedPicture => "on",
        }
    }

    /// A value of this setting in its usual spelling.
    ///
    /// # Errors
    /// [`BadSetting`] when it is none.
    pub fn parse(self, text: &str) -> Result<String, BadSetting> {
        let text = text.trim();
        let within = |(least, most): (u32, u32)| {
            duration::seconds(text).filter(|seconds| (least..=most).contains(seconds)).map(duration::text)
        };
        let read = match self {
            Self::SessionIdle => within(IDLE),
            Self::AutomaticLogout if text == "off" => Some(text.to_owned()),
            Self::AutomaticLogout => within(LOGOUT),
            Self::MappedPicture => matches!(text, "on" | "off").then(|| text.to_owned()),
        };
        read.ok_or_else(|| BadSetting { name: self, given: crate::trace::shown(text) })
    }
}

/// A text that is no value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    name: SettingName,
    given: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not {}", self.given, self.name.expected())
    }
}

impl std::error::Error for BadSetting {}

/// What an account says about settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// For everybody, where no group says otherwise.
    pub everybody: Settings,
    /// Those of the user groups that have any.
    pub groups: BTreeMap<GroupId, Settings>,
}

/// A setting as it holds for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Which one.
    pub setting: SettingName,
    /// The value, in its usual spelling.
    pub value: String,
    /// Why it is this one.
    pub because: Reason,
    /// The group that it comes from.
    pub group: Option<GroupName>,
}

/// Why a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A group of the person's locks it.
    Locked,
    /// The person's primary group says so, and no group locks it.
    Primary,
    /// The account says so for everybody.
    Everybody,
    /// Nobody says anything.
    BuiltIn,
}

impl Holding {
    /// The reason, as a sentence goes on after the value.
    #[must_use]
    pub fn reason(&self) -> String {
        let group = self.group.as_ref().map_or("", GroupName::as_str);
        match self.because {
            Reason::Locked => format!("locked by the group {group}"),
            Reason::Primary => format!("set by the primary group {group}"),
            Reason::Everybody => "set for everybody in the account".to_owned(),
            Reason::BuiltIn => "the built-in default".to_owned(),
        }
    }
}

impl Policy {
    /// Whether the account says nothing, so that the built-in values hold for everybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.everybody.is_empty() && self.groups.is_empty()
    }

    /// Every setting as it holds for a person with these memberships.
    #[must_use]
    pub fn holding(&self, memberships: &[Membership]) -> Vec<Holding> {
        let nothing = Settings::new();
        let with = |membership| (membership, self.of(membership).unwrap_or(&nothing));
        let by_groups = effective(memberships.iter().map(with));
        SettingName::ALL.into_iter().map(|name| self.one(name, by_groups.get(name.as_str()))).collect()
    }

    fn of(&self, membership: &Membership) -> Option<&Settings> {
        self.groups.get(&membership.group.id)
    }

    fn one(&self, setting: SettingName, by_group: Option<&Effective>) -> Holding {
        // A newer version may have kept a value that this one does not know.
        let known = |value: &str| setting.parse(value).ok();
        if let Some(effective) = by_group
            && let Some(value) = known(&effective.value)
        {
            let because = match effective.because {
                Because::Locked => Reason::Locked,
                Because::Primary => Reason::Primary,
            };
            return Holding { setting, value, because, group: Some(effective.group.clone()) };
        }
        let for_all = self.everybody.get(setting.as_str()).and_then(|said| known(&said.value));
        let because = if for_all.is_some() { Reason::Everybody } else { Reason::BuiltIn };
        Holding {
            setting,
            value: for_all.unwrap_or_else(|| setting.built_in().to_owned()),
            because,
            group: None,
        }
    }

    /// The setting that keeps the mapping from giving a person with these memberships a picture, if there is one.
    #[must_use]
    pub fn without_picture(&self, memberships: &[Membership]) -> Option<Holding> {
        let holding = self.holding(memberships).into_iter();
        holding.filter(|held| held.setting == SettingName::MappedPicture).find(|held| held.value == "off")
    }

    /// What the settings come to for a web session of a person with these memberships.
    #[must_use]
    pub fn limits(&self, memberships: &[Membership]) -> Limits {
        let mut limits = Limits::default();
        for Holding { setting, value, .. } in self.holding(memberships) {
            match setting {
                SettingName::SessionIdle => {
                    limits.idle_seconds = duration::seconds(&value).unwrap_or(limits.idle_seconds);
                }
                SettingName::AutomaticLogout => limits.lifetime_seconds = duration::seconds(&value),
                SettingName::MappedPicture => {}
            }
        }
        limits
    }
}

/// How long a web session of a person lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Without being used, in seconds.
    pub idle_seconds: u32,
    /// After the sign-in, however much it is used, in seconds.
    pub lifetime_seconds: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle_seconds: 2 * 60 * 60, lifetime_seconds: None }
    }
}

#[cfg(test)]
mod tests;
