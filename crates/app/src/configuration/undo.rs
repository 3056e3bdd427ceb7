//! One step back in the mapping: what a form replaced is kept beside what it wrote, until the mapping changes otherwise.
//!
//! The step back is a change like any other, with the same checks, the same outlook and a record of its own; it can be taken
//! back in turn.

use super::Configuration;
use crate::error::{Error, Kind};
use crate::secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_model::license::License;
use vestibule_model::mapping::Mapping;

/// What there was before the last change of the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// When it was changed.
    pub at: Timestamp,
    /// What there was, as JSON: every node reads the configuration, and hardly ever this.
    before: String,
    /// The hash of what there is since; of anything else this is not the step before.
    after: String,
}

/// The part of a configuration that a step goes back in.
#[derive(Serialize, Deserialize)]
struct Part {
    mapping: Mapping,
    fallback_license: Option<License>,
}

impl Configuration {
    /// When the mapping was changed, if it can be as it was before.
    #[must_use]
    pub fn can_go_back(&self) -> Option<Timestamp> {
        let undo = self.undo.as_ref()?;
        written(self).is_ok_and(|text| undo.after == hashed(&text)).then_some(undo.at)
    }

    /// The same with the mapping as it was before the last change.
    pub(super) fn gone_back(&self) -> Result<Self, Error> {
        let undo = self.undo.as_ref().filter(|_| self.can_go_back().is_some()).ok_or_else(nothing)?;
        let Part { mapping, fallback_license } =
            serde_json::from_str(&undo.before).map_err(Error::internal)?;
        Ok(Self { mapping, fallback_license, ..self.clone() })
    }

    /// The same with the way back to what there was before.
    pub(super) fn with_way_back(self, before: &Self, at: Timestamp) -> Result<Self, Error> {
        let undo = Undo { at, before: written(before)?, after: hashed(&written(&self)?) };
        Ok(Self { undo: Some(undo), ..self })
    }
}

fn written(configuration: &Configuration) -> Result<String, Error> {
    let Configuration { mapping, fallback_license, .. } = configuration;
    let part = Part { mapping: mapping.clone(), fallback_license: *fallback_license };
    serde_json::to_string(&part).map_err(Error::internal)
}

fn hashed(text: &str) -> String {
    secret::spelled(&secret::hash(text))
}

fn nothing() -> Error {
    Error::new(Kind::Conflict, "There is no change of the mapping that can be undone.").hint(
        "It was undone already, or the mapping was changed in another way since: look at it as it is now.",
    )
}
