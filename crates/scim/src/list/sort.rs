//! Sorting (RFC 7644, section 3.4.2.3): by one attribute, case as the schema says, what has no value last.

use std::cmp::{Ordering, Reverse};

use jiff::Timestamp;
use serde_json::Value;

use crate::filter::fold;
use crate::resource::value::is_primary;
use crate::schema::{Attribute, Kind, Named, ResourceType, Returned};
use crate::{AttributePath, Error, time};

/// The order of resources by one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorter {
    path: AttributePath,
    kind: Kind,
    case_exact: bool,
    descending: bool,
}

/// What one resource is sorted by.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A point in time.
    Time(Timestamp),
    /// A text, folded where case does not matter.
    Text(String),
    /// There is no value: after all others.
    Missing,
}

impl Sorter {
    /// The order by this attribute.
    ///
    /// # Errors
    /// `invalidValue` if there is no such attribute, or it has sub-attributes and none is named.
    pub fn new(kind: &ResourceType, sort_by: &str, descending: bool) -> Result<Self, Error> {
        let unknown = || {
            let name = crate::error::shown(sort_by);
            Error::invalid_value(format!("sortBy: a {} cannot be sorted by {name}", kind.name))
        };
        let Named::Attribute { place, sub, .. } = kind.named(sort_by) else {
            return Err(unknown());
        };
        let sub = sub.or_else(|| place.attribute.default_sub());
        let leaf = sub.unwrap_or(place.attribute);
        let hidden = |attribute: &Attribute| attribute.returned == Returned::Never;
        if leaf.kind == Kind::Complex || hidden(place.attribute) || hidden(leaf) {
            return Err(unknown());
        }
        Ok(Self {
            path: AttributePath::of(place, sub.map(|sub| sub.name.as_str())),
            kind: leaf.kind,
            case_exact: leaf.case_exact,
            descending,
        })
    }

    /// The attribute, for whoever can sort by a column.
    pub fn path(&self) -> &AttributePath {
        &self.path
    }

    /// Whether the greatest comes first.
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    /// Sorts resources, complete as for a filter; those that are equal stay in their order.
    pub fn sort(&self, resources: &mut [Value]) {
        if self.descending {
            resources.sort_by_cached_key(|resource| Reverse(self.key(resource)));
        } else {
            resources.sort_by_cached_key(|resource| self.key(resource));
        }
    }

    /// What a resource is sorted by: of several values the primary one, else the first.
    pub fn key(&self, resource: &Value) -> SortKey {
        let object = match &self.path.extension {
            Some(urn) => resource.get(urn),
            None => Some(resource),
        };
        let mut value = object.and_then(|object| object.get(&self.path.attribute));
        if let Some(Value::Array(values)) = value {
            value = values.iter().find(|value| is_primary(value)).or_else(|| values.first());
        }
        if let Some(sub) = &self.path.sub {
            value = value.and_then(|value| value.get(sub));
        }
        value.and_then(|value| self.of(value)).unwrap_or(SortKey::Missing)
    }

    fn of(&self, value: &Value) -> Option<SortKey> {
        Some(match (self.kind, value) {
            (_, Value::Bool(truth)) => SortKey::Boolean(*truth),
            (_, Value::Number(number)) => SortKey::Number(number.as_f64()?),
            (Kind::DateTime, Value::String(text)) => SortKey::Time(time::parse(text)?),
            (_, Value::String(text)) if self.case_exact => SortKey::Text(text.clone()),
            (_, Value::String(text)) => SortKey::Text(fold(text).into_owned()),
            _ => return None,
        })
    }
}

impl SortKey {
    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Time(_) => 2,
            Self::Text(_) => 3,
            Self::Missing => 4,
        }
    }
}

impl Eq for SortKey {}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }
}
