//! The fields of a person's profile: their words, their titles and their order. What a value must look like is in `mapping`.

use super::CUSTOM;
use crate::trace::Text;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

/// What every account has as a field.
struct Known {
    field: Field,
    word: &'static str,
    title: &'static str,
    /// The name of the step in which mapping looks at it.
    check: &'static str,
}

macro_rules! fields {
    ($($field:ident = $word:literal, $title:literal;)*) => {
        &[$(Known { field: Field::$field, word: $word, title: $title, check: concat!("mapping.", $word) }),*]
    };
}

/// The fields that every account has, in the order in which people read them, which is that of [`Field`].
const FIELDS: &[Known] = fields! {
    FirstName = "first_name", "First name";
    LastName = "last_name", "Last name";
    DisplayName = "display_name", "Display name";
    JobTitle = "job_title", "Job title";
    Department = "department", "Department";
    Company = "company", "Company";
    Division = "division", "Division";
    CostCenter = "cost_center", "Cost center";
    Location = "location", "Location";
    Manager = "manager", "Manager";
    Phone1 = "phone_1", "Phone 1";
    Phone2 = "phone_2", "Phone 2";
    Phone3 = "phone_3", "Phone 3";
    Fax = "fax", "Fax";
    Language = "language", "Language";
    TimeZone = "time_zone", "Time zone";
    Pronouns = "pronouns", "Pronouns";
    PersonalLink = "personal_link", "Personal link";
};

impl Field {
    /// Every field that every account has, in the order in which people read them.
    pub fn all() -> impl Iterator<Item = Self> {
        FIELDS.iter().map(|known| known.field.clone())
    }

    /// The word under which it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Custom(name) => &name.0,
            _ => self.known().map_or("", |known| known.word),
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.strip_prefix(CUSTOM) {
            Some(name) => CustomName::parse(name).map(Self::Custom),
            None => FIELDS.iter().find(|known| known.word == word).map(|known| known.field.clone()),
        }
    }

    /// The name people read on a page.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Custom(name) => name.as_str(),
            _ => self.known().map_or("", |known| known.title),
        }
    }

    /// The name of the step in which mapping looks at it.
    pub(crate) fn check(&self) -> Text {
        match self {
            Self::Custom(name) => format!("mapping.{}", name.0).into(),
            _ => Text::said(self.known().map_or("", |known| known.check)),
        }
    }

    fn known(&self) -> Option<&'static Known> {
        FIELDS.iter().find(|known| known.field == *self)
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
