//! A place in an account file: its key as people write it, and its line.

use super::file::Source;
use crate::error::{Error, Kind};
use std::fmt::{self, Write as _};
use toml::Value;
use toml::de::{DeTable, DeValue};

/// A key of an account file, with the way to it.
#[derive(Clone)]
pub(super) struct Place<'a> {
    source: &'a Source,
    parts: Vec<Part>,
}

#[derive(Clone)]
enum Part {
    Key(String),
    /// Which of a list, from 0.
    Index(usize),
}

impl<'a> Place<'a> {
    /// The key of this name at the top of the file.
    pub(super) fn of(source: &'a Source, key: &str) -> Self {
        Self { source, parts: vec![Part::Key(key.to_owned())] }
    }

    /// The key of this name in the table that is here.
    pub(super) fn key(&self, key: &str) -> Self {
        self.with(Part::Key(key.to_owned()))
    }

    /// The entry of the list that is here, from 0.
    pub(super) fn entry(&self, index: usize) -> Self {
        self.with(Part::Index(index))
    }

    fn with(&self, part: Part) -> Self {
        let mut place = self.clone();
        place.parts.push(part);
        place
    }

    /// An error about what stands here.
    pub(super) fn wrong(&self, problem: impl fmt::Display) -> Error {
        let place = match self.offset() {
            Some(offset) => self.source.place(offset),
            None => self.source.name.clone(),
        };
        Error::new(Kind::Invalid, format!("{place}: `{self}`: {problem}.")).about(&self.to_string())
    }

    /// Where the key stands, or the nearest table around it; `None` if the text was not read from a file.
    fn offset(&self) -> Option<usize> {
        let table = DeTable::parse(&self.source.text).ok()?;
        let mut found = None;
        let mut here = DeValue::Table(table.into_inner());
        for part in &self.parts {
            let next = match (part, &here) {
                (Part::Key(key), DeValue::Table(inner)) => inner
                    .iter()
                    .find(|(name, _)| name.get_ref().as_ref() == key.as_str())
                    .map(|(name, value)| (name.span().start, value.get_ref().clone())),
                (Part::Index(index), DeValue::Array(entries)) => {
                    entries.get(*index).map(|entry| (entry.span().start, entry.get_ref().clone()))
                }
                _ => None,
            };
            let Some((offset, value)) = next else { break };
            (found, here) = (Some(offset), value);
        }
        found
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in self.parts.iter().enumerate() {
            match part {
                Part::Key(key) => {
                    if number > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(&spelled(key))?;
                }
                Part::Index(index) => write!(f, "[{}]", index + 1)?,
            }
        }
        Ok(())
    }
}

/// A key as files spell it: in quotes where it needs them.
pub(super) fn spelled(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { Value::from(key).to_string() }
}
