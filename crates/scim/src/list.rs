//! Lists: what is asked for, and how it is answered (RFC 7644, sections 3.4.2 and 3.4.3; RFC 9865).
//!
//! Here is what a request says; sorting is in `list/sort`, the answer in `list/response`. Which resources there are is asked of
//! the store.

use serde_json::Value;

use crate::{Error, Projection, ResourceType};

mod response;
mod sort;

pub use response::{LIST_RESPONSE, ListResponse};
pub use sort::{SortKey, Sorter};

/// The URN of a search request.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The most names in `attributes` or `excludedAttributes`.
const MOST_NAMES: usize = 256;

/// What a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Which resources; all if there is none.
    pub filter: Option<String>,
    /// The attribute by which they are sorted.
    pub sort_by: Option<String>,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// The place of the first one, from 1.
    pub start_index: Option<usize>,
    /// How many at most. Zero asks for nothing but their number.
    pub count: Option<usize>,
    /// Where the last page ended; empty for the first page (RFC 9865).
    pub cursor: Option<String>,
    /// The attributes that are shown.
    pub attributes: Vec<String>,
    /// The attributes that are not.
    pub excluded: Vec<String>,
}

impl Query {
    /// Reads the pairs of an address, decoded; names in any case, those that SCIM does not have are passed over.
    ///
    /// # Errors
    /// `invalidValue` for a number that is none (`invalidCount` beside a cursor), and for a name that stands twice.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        let mut raw = Raw::default();
        for (name, value) in pairs {
            raw.put(name.as_ref(), Value::String(value.as_ref().to_owned()))?;
        }
        raw.read()
    }

    /// Reads the body of a `.search` request.
    ///
    /// # Errors
    /// `invalidSyntax` if it is no such message, else as for an address.
    pub fn from_search(body: Value) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            return Err(Error::invalid_syntax("a search request must be a JSON object"));
        };
        let names =
            |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST));
        if let Some(schemas) = body.get("schemas").and_then(Value::as_array)
            && !schemas.iter().any(names)
        {
            return Err(Error::invalid_syntax(format!(
                "the schemas of a search must be [\"{SEARCH_REQUEST}\"]"
            )));
        }
        let mut raw = Raw::default();
        for (name, value) in body {
            raw.put(&name, value)?;
        }
        raw.read()
    }

    /// What is shown of each resource.
    pub fn projection(&self, kind: &ResourceType) -> Projection {
        Projection::new(kind, &self.attributes, &self.excluded)
    }

    /// The place of the first one, from 1, and how many at most, by the sizes that the service has.
    pub fn page(&self, default: usize, most: usize) -> (usize, usize) {
        (self.start_index.unwrap_or(1), self.count.unwrap_or(default).min(most))
    }
}

/// What was sent, by name.
#[derive(Default)]
struct Raw {
    texts: [Option<String>; 4],
    numbers: [Option<Value>; 2],
    lists: [Vec<String>; 2],
}

const TEXTS: [&str; 4] = ["filter", "sortBy", "sortOrder", "cursor"];
const NUMBERS: [&str; 2] = ["startIndex", "count"];
const LISTS: [&str; 2] = ["attributes", "excludedAttributes"];

impl Raw {
    fn put(&mut self, name: &str, value: Value) -> Result<(), Error> {
        if value.is_null() {
            return Ok(());
        }
        let place = |names: &[&str]| names.iter().position(|known| known.eq_ignore_ascii_case(name));
        let twice = || Error::invalid_value(format!("{} is given twice", crate::error::shown(name)));
        if let Some(slot) = place(&TEXTS).and_then(|place| self.texts.get_mut(place)) {
            let Value::String(text) = value else {
                return Err(Error::invalid_syntax(format!("{name} must be a text")));
            };
            return if slot.replace(text).is_some() { Err(twice()) } else { Ok(()) };
        }
        if let Some(slot) = place(&NUMBERS).and_then(|place| self.numbers.get_mut(place)) {
            return if slot.replace(value).is_some() { Err(twice()) } else { Ok(()) };
        }
        if let Some(slot) = place(&LISTS).and_then(|place| self.lists.get_mut(place)) {
            names(&value, slot);
            if slot.len() > MOST_NAMES {
                return Err(Error::invalid_value(format!("{name} has more than {MOST_NAMES} names")));
            }
        }
        Ok(())
    }

    fn read(self) -> Result<Query, Error> {
        let [filter, sort_by, sort_order, cursor] = self.texts;
        let [start_index, count] = self.numbers;
        let [attributes, excluded] = self.lists;
        let said = |text: &String| !text.trim().is_empty();
        let count_of = |value| {
            number("count", value)
                .map_err(|error| if cursor.is_some() { Error::invalid_count(error.detail) } else { error })
        };
        Ok(Query {
            filter: filter.filter(said),
            sort_by: sort_by.filter(said),
            descending: sort_order.is_some_and(|order| order.eq_ignore_ascii_case("descending")),
            start_index: start_index
                .map(|value| number("startIndex", value))
                .transpose()?
                .map(|at| at.max(1)),
            count: count.map(count_of).transpose()?,
            cursor,
            attributes,
            excluded,
        })
    }
}

/// A number from an address or a body; less than zero is zero (RFC 7644, section 3.4.2.4).
fn number(name: &str, value: Value) -> Result<usize, Error> {
    let number = match &value {
        Value::Number(number) => number.as_i128(),
        Value::String(text) => text.trim().parse::<i128>().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| Error::invalid_value(format!("{name} must be a whole number")))?;
    Ok(usize::try_from(number.max(0)).unwrap_or(usize::MAX))
}

/// The names in a list, or in a text with commas; a comma in brackets or quotes is none.
fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        Value::String(text) => {
            let (mut depth, mut quoted) = (0usize, false);
            let separates = |character: char| {
                match character {
                    '"' => quoted = !quoted,
                    '[' if !quoted => depth += 1,
                    ']' if !quoted => depth = depth.saturating_sub(1),
                    ',' => return depth == 0 && !quoted,
                    _ => {}
                }
                false
            };
            found.extend(
                text.split(separates).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
