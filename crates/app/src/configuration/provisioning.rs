//! `[provisioning]`: how an account answers its directory, where clients contradict each other.

use super::file::Source;
use super::place::Place;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// How an account answers its directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provisioning {
    /// How a PATCH is answered that asks for nothing.
    pub patch_answer: PatchAnswer,
}

/// How a PATCH that was done is answered, unless the request asks for one or the other (RFC 7644 §3.5.2 allows both).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchAnswer {
    /// By 200 with the resource; a group of many members is left out all the same.
    #[default]
    Body,
    /// By 204 without a body.
    Empty,
}

const PATCH_ANSWER: &str = "patch_answer";

impl PatchAnswer {
    const ALL: [Self; 2] = [Self::Body, Self::Empty];

    /// Reads the word of the account file.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.as_str() == word)
    }

    /// The word of the account file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Empty => "empty",
        }
    }
}

/// Reads `[provisioning]`.
pub(super) fn read(source: &Source, table: &Table) -> Result<Provisioning, Error> {
    let Some(value) = table.get(PATCH_ANSWER) else { return Ok(Provisioning::default()) };
    let place = Place::of(source, "provisioning").key(PATCH_ANSWER);
    let word = value.as_str().unwrap_or_default();
    let patch_answer =
        PatchAnswer::from_word(word).ok_or_else(|| place.wrong("expected one of body, empty"))?;
    Ok(Provisioning { patch_answer })
}

/// The section; nothing where all of it is as it is without.
pub(super) fn table(provisioning: Provisioning) -> Table {
    pairs(provisioning).into_iter().map(|(key, word)| (key.to_owned(), Value::from(word))).collect()
}

/// What is set, as pairs of key and value.
pub(super) fn pairs(provisioning: Provisioning) -> Vec<(&'static str, &'static str)> {
    match provisioning.patch_answer {
        PatchAnswer::Body => Vec::new(),
        PatchAnswer::Empty => vec![(PATCH_ANSWER, provisioning.patch_answer.as_str())],
    }
}
