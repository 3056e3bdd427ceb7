//! `[passwords]`: what an account asks of those who sign in by password.

use super::file::Source;
use super::place::Place;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// What an account asks of those who sign in by password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Passwords {
    /// Who needs a second factor.
    pub second_factor: SecondFactor,
}

/// Who needs a second factor beside the password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecondFactor {
    /// Whoever set one up.
    #[default]
    Optional,
    /// Administrators and the owner too: without one the portal stays closed to them.
    Administrators,
}

const SECOND_FACTOR: &str = "second_factor";

impl SecondFactor {
    const ALL: [Self; 2] = [Self::Optional, Self::Administrators];

    /// The word in files and forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Administrators => "administrators",
        }
    }

    /// What a word means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|whose| whose.as_str() == word)
    }
}

impl Passwords {
    /// Whether administrators need a second factor.
    #[must_use]
    pub fn is_second_factor_wanted(self) -> bool {
        self.second_factor == SecondFactor::Administrators
    }
}

/// Reads `[passwords]`.
pub(super) fn read(source: &Source, table: &Table) -> Result<Passwords, Error> {
    let Some(value) = table.get(SECOND_FACTOR) else { return Ok(Passwords::default()) };
    let place = Place::of(source, "passwords").key(SECOND_FACTOR);
    let word = value.as_str().unwrap_or_default();
    let second_factor = SecondFactor::from_word(word);
    let second_factor =
        second_factor.ok_or_else(|| place.wrong("expected one of optional, administrators"))?;
    Ok(Passwords { second_factor })
}

/// The section; nothing where all of it is as it is without.
pub(super) fn table(passwords: Passwords) -> Table {
    pairs(passwords).into_iter().map(|(key, word)| (key.to_owned(), Value::from(word))).collect()
}

/// What is set, as pairs of key and value.
pub(super) fn pairs(passwords: Passwords) -> Vec<(&'static str, &'static str)> {
    match passwords.second_factor {
        SecondFactor::Optional => Vec::new(),
        SecondFactor::Administrators => vec![(SECOND_FACTOR, passwords.second_factor.as_str())],
    }
}
