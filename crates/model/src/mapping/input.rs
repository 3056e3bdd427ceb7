//! Where a mapped value comes from: an attribute, or an expression over the whole of what was asserted.
//!
//! What becomes of the values is not here. The one thing to know: what an expression conceals (`Redact`) may be used and
//! never be shown, and an expression that fails brings no value and a sentence for the trace.

use super::Asserted;
use crate::expression::{Context, Expression, Outcome};
use crate::trace::shown;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// An attribute: its name or friendly name, or [`super::NAME_ID`].
    Attribute(String),
    /// An expression of the attribute-mapping language, evaluated on everything that was asserted.
    Expression(Expression),
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The attribute or the expression.
    #[serde(flatten)]
    pub input: Input,
    /// Whether a name or a number is taken at every sign-in, not only at the first. The other fields always are.
    pub update: bool,
}

/// The values that an input has for somebody.
#[derive(Debug, Default)]
pub(super) struct Read<'a> {
    /// The values, trimmed, those that are empty left out.
    pub(super) values: Vec<Cow<'a, str>>,
    /// Why an expression has none.
    pub(super) failure: Option<String>,
    /// Whether the values may be used and not be shown.
    pub(super) is_redacted: bool,
}

/// What stands in a trace for a value that an expression conceals.
const REDACTED: &str = "[Redact]";

impl Input {
    /// The attribute of this name.
    #[must_use]
    pub fn attribute(name: &str) -> Self {
        Self::Attribute(name.to_owned())
    }

    /// The values for whoever was asserted; `target` keeps what two expressions draw by chance apart.
    pub(super) fn read<'a>(&self, asserted: &'a Asserted, target: &str, context: &Context<'_>) -> Read<'a> {
        match self {
            Self::Attribute(name) => {
                let present = asserted.values(name).into_iter().map(str::trim);
                let values = present.filter(|value| !value.is_empty()).map(Cow::Borrowed).collect();
                Read { values, ..Read::default() }
            }
            Self::Expression(expression) => {
                let context = Context { seed: apart(context.seed, target), ..*context };
                evaluated(expression.evaluate(asserted, &context), expression.is_redacted())
            }
        }
    }
}

fn evaluated<'a>(outcome: Result<Outcome, impl fmt::Display>, is_redacted: bool) -> Read<'a> {
    match outcome {
        Ok(outcome) => {
            let values = outcome.texts().into_iter().map(|value| value.trim().to_owned());
            let values = values.filter(|value| !value.is_empty()).map(Cow::Owned).collect();
            Read { values, failure: None, is_redacted }
        }
        Err(error) => Read { failure: Some(error.to_string()), is_redacted, ..Read::default() },
    }
}

/// The seed for one target.
fn apart(mut seed: [u8; 32], target: &str) -> [u8; 32] {
    let places = (0..seed.len()).cycle();
    for (place, byte) in places.zip(target.bytes()) {
        if let Some(drawn) = seed.get_mut(place) {
            *drawn = drawn.rotate_left(1) ^ byte;
        }
    }
    seed
}

impl Read<'_> {
    /// A value, as far as a trace may show it.
    pub(super) fn shown(&self, value: &str) -> String {
        if self.is_redacted { REDACTED.to_owned() } else { shown(value) }
    }

    /// A value, as far as the list of changes may show it.
    pub(super) fn disclosed(&self, value: &str) -> String {
        if self.is_redacted { REDACTED } else { value }.to_owned()
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => f.write_str(name),
            Self::Expression(expression) => f.write_str(&shown(expression.source())),
        }
    }
}
