//! Whether a resource meets a filter (RFC 7644, section 3.4.2.2).

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::resolve::Comparison;
use super::{Filter, Operator, Test};
use crate::{AttributePath, time};

/// A text as it is compared where case does not matter.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}

impl Filter {
    /// Whether a resource meets it. Names in the resource are as the schema writes them, as `resource::read` makes them;
    /// what the filter asks of `id` and `meta` must be in it.
    pub fn matches(&self, resource: &Value) -> bool {
        resource.as_object().is_some_and(|resource| self.matches_map(resource))
    }

    /// The same of an object.
    pub fn matches_map(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Self::And(terms) => terms.iter().all(|term| term.matches_map(resource)),
            Self::Or(terms) => terms.iter().any(|term| term.matches_map(resource)),
            Self::Not(inner) => !inner.matches_map(resource),
            Self::Test(test) => test.holds(find(resource, &test.path)),
            Self::Any(selection) => match find(resource, &selection.path) {
                Some(Value::Array(values)) => {
                    values.iter().any(|value| selection.filter.matches_value(value))
                }
                Some(value) => selection.filter.matches_value(value),
                None => false,
            },
        }
    }

    /// Whether one value of an attribute meets a condition that stands in brackets.
    pub(crate) fn matches_value(&self, value: &Value) -> bool {
        match self {
            Self::And(terms) => terms.iter().all(|term| term.matches_value(value)),
            Self::Or(terms) => terms.iter().any(|term| term.matches_value(value)),
            Self::Not(inner) => !inner.matches_value(value),
            Self::Test(test) => test.holds(match value {
                Value::Object(object) => object.get(&test.path.attribute),
                plain => Some(plain),
            }),
            Self::Any(_) => false,
        }
    }
}

/// The attribute without its sub-attribute, where it stands.
fn find<'r>(resource: &'r Map<String, Value>, path: &AttributePath) -> Option<&'r Value> {
    let object = match &path.extension {
        Some(urn) => resource.get(urn)?.as_object()?,
        None => resource,
    };
    object.get(&path.attribute)
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| !value.is_null());
        match value {
            Some(Value::Array(values)) => match self.comparison {
                Comparison::Absent => self.absent(values.is_empty()),
                _ if values.is_empty() => self.operator == Operator::Ne,
                _ => values.iter().any(|value| self.one(self.inside(value))),
            },
            Some(value) => self.one(self.inside(value)),
            None => self.one(None),
        }
    }

    fn inside<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match (&self.path.sub, value) {
            (Some(sub), Value::Object(object)) => object.get(sub).filter(|value| !value.is_null()),
            (Some(_), _) => None,
            (None, value) => Some(value),
        }
    }

    fn absent(&self, absent: bool) -> bool {
        absent == (self.operator == Operator::Eq)
    }

    fn one(&self, value: Option<&Value>) -> bool {
        let Some(value) = value else {
            return match self.comparison {
                Comparison::Absent => self.absent(true),
                // What is not there is not the same.
                _ => self.operator == Operator::Ne,
            };
        };
        match &self.comparison {
            Comparison::Present => is_present(value),
            Comparison::Absent => self.absent(false),
            Comparison::Boolean(wanted) => self.ordering(value.as_bool().map(|value| value.cmp(wanted))),
            Comparison::Number(wanted) => {
                self.ordering(value.as_f64().and_then(|value| value.partial_cmp(wanted)))
            }
            Comparison::Time(wanted) => {
                self.ordering(value.as_str().and_then(time::parse).map(|value| value.cmp(wanted)))
            }
            Comparison::Text(wanted) => value.as_str().is_some_and(|value| self.text(value, wanted)),
        }
    }

    fn ordering(&self, ordering: Option<Ordering>) -> bool {
        match self.operator {
            Operator::Ne => ordering != Some(Ordering::Equal),
            Operator::Eq => ordering == Some(Ordering::Equal),
            Operator::Gt => ordering == Some(Ordering::Greater),
            Operator::Lt => ordering == Some(Ordering::Less),
            Operator::Ge => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
            Operator::Le => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Operator::Co | Operator::Sw | Operator::Ew | Operator::Pr => false,
        }
    }

    fn text(&self, value: &str, wanted: &str) -> bool {
        let folded = if self.case_exact { Cow::Borrowed(value) } else { fold(value) };
        match self.operator {
            Operator::Co => folded.contains(wanted),
            Operator::Sw => folded.starts_with(wanted),
            Operator::Ew => folded.ends_with(wanted),
            _ => self.ordering(Some(folded.as_ref().cmp(wanted))),
        }
    }
}

/// Whether a value counts as one (RFC 7644, table 3: "pr").
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(object) => object.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}
