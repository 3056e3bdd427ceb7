//! What is known about a person, and where it came from.

use super::Field;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
