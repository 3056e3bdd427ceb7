//! The categories of advanced mapping: each an ordered list of rules of which the first that matches wins.

use super::lookup::Needle;
use super::rules::Condition;
use crate::account::Label;
use crate::group::{GroupKind, GroupName};
use crate::license::{AddOn, License};
use crate::trace::Text;
use crate::user::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What the rules of a category decide about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CategoryName {
    /// Where in the family of accounts the person belongs.
    SubAccount,
    /// The license type.
    License,
    /// One add-on; each is a category of its own.
    AddOn(AddOn),
    /// The phone calling plan.
    PhonePlan,
    /// The phone site.
    PhoneSite,
    /// The role.
    Role,
    /// Groups of one kind.
    Groups(GroupKind),
}

/// How the words of the categories of add-ons begin.
const ADD_ON: &str = "addon.";

impl CategoryName {
    /// The categories that are not about one add-on: their words, titles, and the names of their steps in a trace.
    const PLAIN: [(Self, &'static str, &'static str, &'static str); 8] = [
        (Self::SubAccount, "sub_account", "Sign in to sub-account", "mapping.sub_account"),
        (Self::License, "license", "License type", "mapping.license"),
        (Self::PhonePlan, "phone_plan", "Phone calling plan", "mapping.phone_plan"),
        (Self::PhoneSite, "phone_site", "Phone site", "mapping.phone_site"),
        (Self::Role, "role", "User role", "mapping.role"),
        (Self::Groups(GroupKind::UserGroup), "user_group", "User groups", "mapping.user_group"),
        (Self::Groups(GroupKind::Channel), "channel", "Channels", "mapping.channel"),
        (Self::Groups(GroupKind::ImGroup), "im_group", "IM groups", "mapping.im_group"),
    ];

    /// The categories that are not about one add-on.
    pub fn plain() -> impl Iterator<Item = Self> {
        Self::PLAIN.into_iter().map(|(name, ..)| name)
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.strip_prefix(ADD_ON) {
            Some(add_on) => AddOn::from_word(add_on).map(Self::AddOn),
            None => Self::PLAIN.into_iter().find(|(_, known, ..)| *known == word).map(|(name, ..)| name),
        }
    }

    /// The name people read on a page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::AddOn(add_on) => add_on.title(),
            _ => {
                Self::PLAIN.into_iter().find(|(name, ..)| *name == self).map_or("", |(_, _, title, _)| title)
            }
        }
    }

    /// The name of its steps in a trace.
    pub(super) fn check(self) -> Text {
        let plain = Self::PLAIN.into_iter().find(|(name, ..)| *name == self);
        plain.map_or_else(
            || Arc::<str>::from(format!("mapping.{self}")).into(),
            |(.., check)| Text::said(check),
        )
    }

    /// What becomes of a person to whom no rule applies, unless the account says otherwise.
    #[must_use]
    pub fn default_no_match(self) -> NoMatch {
        match self {
            Self::AddOn(_) => NoMatch::Remove,
            _ => NoMatch::Keep,
        }
    }
}

impl fmt::Display for CategoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddOn(add_on) => write!(f, "{ADD_ON}{}", add_on.as_str()),
            _ => f.write_str(
                Self::PLAIN.into_iter().find(|(name, ..)| name == self).map_or("", |(_, word, ..)| word),
            ),
        }
    }
}

impl TryFrom<String> for CategoryName {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Self::from_word(&word).ok_or_else(|| format!("no category of the mapping: {word}"))
    }
}

impl From<CategoryName> for String {
    fn from(name: CategoryName) -> Self {
        name.to_string()
    }
}

/// The rules of a category, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The rules; the first that applies wins.
    pub rules: Vec<Rule>,
    /// What happens when none applies.
    pub no_match: NoMatch,
    /// Whom the category leaves alone.
    #[serde(default)]
    pub exempt: Exempt,
}

/// A rule: when it applies, what it gives, and what is worked out of that once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Rule {
    when: Condition,
    grant: Grant,
    words: Arc<str>,
    needle: Needle,
}

/// A rule as it is kept.
#[derive(Serialize, Deserialize)]
struct Written {
    when: Condition,
    grant: Grant,
}

impl Rule {
    /// A rule that gives this when that holds.
    #[must_use]
    pub fn new(when: Condition, grant: Grant) -> Self {
        let words = format!("{when}: {grant}").into();
        let needle = Needle::of(&when);
        Self { when, grant, words, needle }
    }

    /// When it applies.
    #[must_use]
    pub fn when(&self) -> &Condition {
        &self.when
    }

    /// What it gives.
    #[must_use]
    pub fn grant(&self) -> &Grant {
        &self.grant
    }

    /// The rule in words.
    #[must_use]
    pub fn words(&self) -> Text {
        Arc::clone(&self.words).into()
    }

    pub(super) fn needle(&self) -> &Needle {
        &self.needle
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (&self.when, &self.grant) == (&other.when, &other.grant)
    }
}

impl Eq for Rule {}

impl From<Written> for Rule {
    fn from(Written { when, grant }: Written) -> Self {
        Self::new(when, grant)
    }
}

impl From<Rule> for Written {
    fn from(Rule { when, grant, .. }: Rule) -> Self {
        Self { when, grant }
    }
}

/// What a rule gives; which of these depends on its category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A license type; `None` refuses the sign-in (1030).
    License(Option<License>),
    /// The add-on of the category.
    Held,
    /// A phone calling plan.
    PhonePlan(AddOn),
    /// A phone site.
    PhoneSite(String),
    /// A role; never the owner's.
    Role(Role),
    /// Groups; of user groups the first is the primary one.
    Groups(Vec<GroupName>),
    /// A sub-account.
    SubAccount(Label),
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::License(Some(license)) => license.fmt(f),
            Self::License(None) => f.write_str("None"),
            Self::Held => f.write_str("granted"),
            Self::PhonePlan(plan) => plan.fmt(f),
            Self::PhoneSite(site) => f.write_str(site),
            Self::Role(role) => f.write_str(role.title()),
            Self::Groups(names) => {
                f.write_str(&names.iter().map(GroupName::as_str).collect::<Vec<_>>().join(", "))
            }
            Self::SubAccount(label) => label.fmt(f),
        }
    }
}

/// What happens to a person to whom no rule of a category applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoMatch {
    /// What the person has stays.
    Keep,
    /// It is taken away.
    Remove,
    /// The person gets this.
    Give(Grant),
}

/// Whom a category leaves alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exempt {
    /// Users, by their folded addresses.
    pub users: BTreeSet<String>,
    /// Members of these user groups.
    pub groups: BTreeSet<GroupName>,
}

impl Exempt {
    /// Whether nobody is exempt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }
}
