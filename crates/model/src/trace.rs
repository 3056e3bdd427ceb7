//! What a decision leaves behind so that it explains itself.

use serde::{Deserialize, Serialize};

/// One thing that was looked at on the way to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was checked: a short stable name such as `audience` or `admission.provision`.
    pub check: String,
    /// Whether it went well.
    pub ok: bool,
    /// What the configuration or the rule asks for, in words.
    pub expected: String,
    /// What was there.
    pub found: String,
}

impl Step {
    /// A step that went well.
    pub fn passed(check: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), ok: true, expected: expected.into(), found: found.into() }
    }

    /// A step that did not.
    pub fn failed(check: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), ok: false, expected: expected.into(), found: found.into() }
    }
}

/// One field of a user that a decision changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field, by the name it has in files and tables.
    pub field: String,
    /// The value before; `None` where there was none.
    pub before: Option<String>,
    /// The value after; `None` where it is removed.
    pub after: Option<String>,
    /// The rule that made the change, in words.
    pub rule: String,
}
