//! Paths: which attribute, or which of its values, is meant (RFC 7644, sections 3.5.2 and 3.10).
//!
//! A `Path` is as a client wrote it; what it means for a resource type is said when it is used. An `AttributePath` is known
//! to exist, and is written as the schema writes it.

use std::fmt;

use crate::Error;
use crate::filter::grammar::{Expression, Parser};
use crate::schema::{Named, Place, ResourceType};

/// The longest path, in bytes: it may hold a filter.
pub const LONGEST: usize = 4_096;

/// The path of an operation: `members`, `name.familyName`, `emails[type eq "work"].value`, `urn:…:User:manager`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// What stands before the brackets, or all.
    pub(crate) head: String,
    /// What stands in the brackets.
    pub(crate) filter: Option<Expression>,
    /// What follows the brackets.
    pub(crate) sub: Option<String>,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// `invalidPath`, and `invalidFilter` for what stands in the brackets.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::invalid_path(format!("the path is longer than {LONGEST} bytes")));
        }
        let mut parser = Parser::of_path(text);
        let head = parser.word().to_owned();
        if head.is_empty() {
            return Err(Error::invalid_path("the path does not begin with the name of an attribute"));
        }
        let mut path = Self { head, filter: None, sub: None };
        if let Some(filter) = parser.brackets()? {
            path.filter = Some(filter);
            path.sub = parser.after_brackets().map(str::to_owned);
        }
        if !parser.is_at_end() {
            return Err(Error::invalid_path(format!(
                "the path \"{}\" has something behind its end",
                crate::error::shown(text)
            )));
        }
        Ok(path)
    }

    /// Whether the path begins with this attribute of the resource type whose URN is given, in any case.
    pub(crate) fn is_of(&self, urn: &str, attribute: &str) -> bool {
        let head = self.head.get(..urn.len()).filter(|head| head.eq_ignore_ascii_case(urn));
        let name = head.and_then(|_| self.head.get(urn.len() + 1..)).unwrap_or(&self.head);
        name.eq_ignore_ascii_case(attribute)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        if self.filter.is_some() {
            f.write_str("[…]")?;
        }
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// An attribute that exists, written as the schema writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The URN of the extension under which it stands; nothing at the top.
    pub extension: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The sub-attribute.
    pub sub: Option<String>,
}

impl AttributePath {
    /// The attribute that a name means for a resource type, if it has it.
    pub fn resolve(kind: &ResourceType, name: &str) -> Option<Self> {
        match kind.named(name) {
            Named::Attribute { place, sub, .. } => Some(Self::of(place, sub.map(|sub| sub.name.as_str()))),
            Named::Whole(_) | Named::Unknown => None,
        }
    }

    pub(crate) fn of(place: Place<'_>, sub: Option<&str>) -> Self {
        Self {
            extension: place.extension.map(str::to_owned),
            attribute: place.attribute.name.clone(),
            sub: sub.map(str::to_owned),
        }
    }

    /// Whether it is this attribute at the top: `is("userName", None)`, `is("emails", Some("value"))`.
    pub fn is(&self, attribute: &str, sub: Option<&str>) -> bool {
        self.extension.is_none() && self.attribute == attribute && self.sub.as_deref() == sub
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extension) = &self.extension {
            write!(f, "{extension}:")?;
        }
        f.write_str(&self.attribute)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}
