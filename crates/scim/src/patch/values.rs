//! Which values of a multi-valued attribute are the same: adding them once, and removing those that a list names.
//!
//! Everything goes by keys, so that a group of thousands is changed in one pass.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::filter::fold;
use crate::resource::value::{MOST_VALUES, identity, is_primary};
use crate::schema::Attribute;

/// Values with those that are added: one that is there already is brought up to date, and a new primary one takes the place
/// of the old. How many were there already is said too.
pub(super) fn merge(mut values: Vec<Value>, new: Vec<Value>) -> (Vec<Value>, usize) {
    if new.iter().any(is_primary) {
        values.iter_mut().for_each(clear_primary);
    }
    let mut places = Places::default();
    for (place, value) in values.iter().enumerate() {
        places.note(value, place);
    }
    let mut repeated = 0;
    for value in new {
        let there = places.of(&value).and_then(|place| values.get_mut(place));
        match (there, value) {
            (Some(there), value) => {
                repeated += 1;
                if let (Value::Object(there), Value::Object(value)) = (there, value) {
                    there.extend(value);
                }
            }
            (None, value) => {
                places.note(&value, values.len());
                values.push(value);
            }
        }
    }
    (values, repeated)
}

/// Where values stand, by what they have in common with others: two with one `value` are the same if their types are, or if
/// one of them has none.
#[derive(Default)]
struct Places {
    /// The first one, whatever its type.
    any: HashMap<String, usize>,
    untyped: HashMap<String, usize>,
    typed: HashMap<(String, String), usize>,
}

impl Places {
    fn note(&mut self, value: &Value, place: usize) {
        let key = identity(value);
        match kind_of(value) {
            Some(kind) => self.typed.entry((key.clone(), kind)).or_insert(place),
            None => self.untyped.entry(key.clone()).or_insert(place),
        };
        self.any.entry(key).or_insert(place);
    }

    fn of(&self, value: &Value) -> Option<usize> {
        let key = identity(value);
        match kind_of(value) {
            None => self.any.get(&key).copied(),
            Some(kind) => {
                let untyped = self.untyped.get(&key);
                self.typed.get(&(key, kind)).or(untyped).copied()
            }
        }
    }
}

/// The type of a value, if it has one.
fn kind_of(value: &Value) -> Option<String> {
    value.get("type")?.as_str().map(str::to_owned)
}

pub(super) fn clear_primary(value: &mut Value) {
    if let Some(primary) = value.get_mut("primary") {
        *primary = Value::Bool(false);
    }
}

/// The values that a list names. With a type, only the value of that type is meant, or one that has none.
pub(super) struct Listed {
    exact: bool,
    plain: HashSet<String>,
    typed: HashSet<(String, String)>,
    typed_any: HashSet<String>,
    /// Those without a `value`, such as addresses.
    others: Vec<Value>,
}

impl Listed {
    pub(super) fn new(attribute: &Attribute, values: Vec<Value>) -> Self {
        let exact = attribute.default_sub().unwrap_or(attribute).case_exact;
        let (plain, typed_any) = (HashSet::new(), HashSet::new());
        let mut listed = Self { exact, plain, typed: HashSet::new(), typed_any, others: Vec::new() };
        for value in values {
            match (listed.key(&value), kind_of(&value)) {
                (Some(key), None) => {
                    listed.plain.insert(key);
                }
                (Some(key), Some(kind)) => {
                    listed.typed.insert((key.clone(), kind));
                    listed.typed_any.insert(key);
                }
                // Each of these is held against each value, so they are few.
                (None, _) if listed.others.len() < MOST_VALUES => listed.others.push(value),
                (None, _) => {}
            }
        }
        listed
    }

    fn key(&self, value: &Value) -> Option<String> {
        let text = value.get("value").unwrap_or(value).as_str()?;
        Some(if self.exact { text.to_owned() } else { fold(text).into_owned() })
    }

    pub(super) fn has(&self, value: &Value) -> bool {
        let by_key = self.key(value).is_some_and(|key| {
            self.plain.contains(&key)
                || match kind_of(value) {
                    Some(kind) => self.typed.contains(&(key, kind)),
                    None => self.typed_any.contains(&key),
                }
        });
        by_key || self.others.iter().any(|other| covers(value, other))
    }
}

/// Whether a value says all that another says, whichever is primary and however it is displayed.
fn covers(value: &Value, other: &Value) -> bool {
    let about = |name: &str| matches!(name, "primary" | "display" | "$ref");
    match (value, other) {
        (Value::Object(value), Value::Object(other)) => {
            let mut said = other.iter().filter(|(name, _)| !about(name)).peekable();
            said.peek().is_some() && said.all(|(name, wanted)| value.get(name) == Some(wanted))
        }
        _ => value == other,
    }
}
