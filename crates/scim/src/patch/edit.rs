//! What an operation makes of the value of one attribute (RFC 7644, sections 3.5.2.1 to 3.5.2.3).

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Verb;
use super::values::{Listed, clear_primary, merge};
use crate::filter::equalities;
use crate::resource::value::{self, MOST_MEMBERS, MOST_VALUES, Quirks, is_primary};
use crate::schema::{Attribute, Kind, Mutability};
use crate::{Error, Filter, Path, Quirk};

type Outcome<T> = Result<T, Error>;

/// What is to be done, and where.
pub(super) struct Change<'p> {
    pub(super) verb: Verb,
    pub(super) attribute: &'p Attribute,
    pub(super) sub: Option<&'p Attribute>,
    pub(super) filter: Option<&'p Filter>,
    /// As it was written, to be named in errors.
    pub(super) path: &'p Path,
}

/// The value after the operation; nothing if there is none any more.
pub(super) fn edit(
    change: &Change<'_>,
    before: Option<Value>,
    value: Option<&Value>,
    quirks: &mut Quirks,
) -> Outcome<Option<Value>> {
    let value = value.cloned().unwrap_or(Value::Null);
    if change.attribute.name == "members" && change.verb == Verb::Replace && says_nothing(&value) {
        quirks.insert(Quirk::EmptyMembers);
    }
    if change.verb == Verb::Add && value.is_null() {
        return Ok(before);
    }
    if change.attribute.multi_valued {
        let before = match before {
            Some(Value::Array(values)) => values,
            other => other.into_iter().collect(),
        };
        let after = several(change, before, value, quirks)?;
        let most = if change.attribute.name == "members" { MOST_MEMBERS } else { MOST_VALUES };
        if after.len() > most {
            return Err(Error::invalid_value(format!(
                "{} may have at most {most} values",
                change.attribute.name
            )));
        }
        return Ok((!after.is_empty()).then_some(Value::Array(after)));
    }
    if let Some(filter) = change.filter {
        quirks.insert(Quirk::LooseFilter);
        if !before.as_ref().is_some_and(|value| filter.matches_value(value)) {
            return if change.verb == Verb::Remove { Ok(before) } else { Err(nothing(change)) };
        }
    }
    one(change, before, value, quirks)
}

fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn nothing(change: &Change<'_>) -> Error {
    Error::no_target(format!("{} selects no value of the resource", change.path))
}

/// A single-valued attribute.
fn one(
    change: &Change<'_>,
    before: Option<Value>,
    value: Value,
    quirks: &mut Quirks,
) -> Outcome<Option<Value>> {
    let attribute = change.attribute;
    if change.verb == Verb::Remove || value.is_null() {
        let Some(sub) = change.sub else { return Ok(None) };
        let Some(Value::Object(mut object)) = before else { return Ok(None) };
        if object.contains_key(&sub.name) {
            unless_immutable(sub, change)?;
        }
        object.remove(&sub.name);
        return Ok((!object.is_empty()).then_some(Value::Object(object)));
    }
    if let Some(sub) = change.sub {
        let mut object = into_object(before);
        set_sub(&mut object, sub, read_sub(sub, value, quirks)?, change)?;
        return Ok((!object.is_empty()).then_some(Value::Object(object)));
    }
    if attribute.kind != Kind::Complex {
        return value::read(attribute, value, quirks);
    }
    // A complex value is merged: what it does not name stays as it is, what it names with null goes.
    let nulls = nulls(attribute, &value);
    let is_empty = value.as_object().is_some_and(Map::is_empty);
    let new = value::read(attribute, value, quirks)?;
    if new.is_none() && nulls.is_empty() && !is_empty {
        return Ok(None);
    }
    let mut object = into_object(before);
    for name in nulls {
        object.remove(name);
    }
    object.extend(into_object(new));
    Ok((!object.is_empty()).then_some(Value::Object(object)))
}

/// The sub-attributes that a value names with null.
fn nulls<'a>(attribute: &'a Attribute, value: &Value) -> Vec<&'a str> {
    let members = value.as_object().into_iter().flatten().filter(|(_, value)| value.is_null());
    let subs = members.filter_map(|(name, _)| attribute.sub(name)).filter(|sub| sub.is_writable());
    subs.map(|sub| sub.name.as_str()).collect()
}

fn into_object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn unless_immutable(sub: &Attribute, change: &Change<'_>) -> Outcome<()> {
    if sub.mutability == Mutability::Immutable {
        return Err(Error::mutability(format!("{} was set once, and cannot be changed", change.path)));
    }
    Ok(())
}

/// Reads what is sent for a sub-attribute. A `value` that is an empty text is none.
fn read_sub(sub: &Attribute, value: Value, quirks: &mut Quirks) -> Outcome<Option<Value>> {
    let value = value::read(sub, value, quirks)?;
    Ok(value.filter(|value| sub.name != "value" || *value != ""))
}

fn set_sub(
    object: &mut Map<String, Value>,
    sub: &Attribute,
    value: Option<Value>,
    change: &Change<'_>,
) -> Outcome<()> {
    let before = object.get(&sub.name);
    if before.is_some() && before != value.as_ref() {
        unless_immutable(sub, change)?;
    }
    match value {
        Some(value) => object.insert(sub.name.clone(), value),
        None => object.remove(&sub.name),
    };
    Ok(())
}

/// A multi-valued attribute.
fn several(
    change: &Change<'_>,
    before: Vec<Value>,
    value: Value,
    quirks: &mut Quirks,
) -> Outcome<Vec<Value>> {
    match (change.filter, change.sub) {
        (None, None) => all(change, before, value, quirks),
        _ => selected(change, before, value, quirks),
    }
}

/// All values together.
fn all(change: &Change<'_>, before: Vec<Value>, value: Value, quirks: &mut Quirks) -> Outcome<Vec<Value>> {
    if change.verb == Verb::Remove {
        if value.is_null() {
            return Ok(Vec::new());
        }
        quirks.insert(Quirk::RemoveByValueList);
        return remove_listed(change, before, value, quirks);
    }
    let new = match value::read(change.attribute, value, quirks)? {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let keep = if change.verb == Verb::Add { before } else { Vec::new() };
    let (values, repeated) = merge(keep, new);
    if repeated > 0 && change.attribute.name == "members" {
        quirks.insert(Quirk::RepeatedMembership);
    }
    Ok(values)
}

/// Removes the values that a list names, and no others: what RFC 7644 would read as "all" (`Quirk::RemoveByValueList`).
fn remove_listed(
    change: &Change<'_>,
    mut before: Vec<Value>,
    value: Value,
    quirks: &mut Quirks,
) -> Outcome<Vec<Value>> {
    let attribute = change.attribute;
    // Some wrap the list into an object with the name of the attribute.
    let value = match value {
        Value::Object(mut object) => {
            super::take(&mut object, &attribute.name).unwrap_or(Value::Object(object))
        }
        other => other,
    };
    let listed = match value::read(attribute, value, &mut Quirks::new())? {
        Some(Value::Array(values)) => values,
        _ => return Ok(before),
    };
    let count = before.len();
    let listed = Listed::new(attribute, listed);
    before.retain(|value| !listed.has(value));
    if before.len() == count {
        quirks.insert(Quirk::RepeatedMembership);
    }
    Ok(before)
}

/// Those values that the filter selects, or with a sub-attribute and no filter all of them.
fn selected(
    change: &Change<'_>,
    mut values: Vec<Value>,
    value: Value,
    quirks: &mut Quirks,
) -> Outcome<Vec<Value>> {
    let chosen: Vec<usize> = values
        .iter()
        .enumerate()
        .filter(|(_, value)| change.filter.is_none_or(|filter| filter.matches_value(value)))
        .map(|(place, _)| place)
        .collect();
    let new = match change.sub.unwrap_or(change.attribute) {
        _ if change.verb == Verb::Remove => None,
        sub if change.sub.is_some() => read_sub(sub, value, quirks)?,
        attribute => value::read_one(attribute, value, quirks)?,
    };
    let Some(new) = new else {
        if chosen.is_empty() && change.verb == Verb::Remove {
            quirks.insert(Quirk::RepeatedMembership);
        }
        return without(change, values, &chosen);
    };
    if chosen.is_empty() {
        let made = made(change, new).ok_or_else(|| nothing(change))?;
        quirks.insert(Quirk::EntryMadeByPath);
        return Ok(merge(values, vec![made]).0);
    }
    for place in &chosen {
        let Some(value) = values.get_mut(*place) else { continue };
        changed(change, value, &new)?;
    }
    only_primary(change, &mut values, &chosen)?;
    Ok(values)
}

fn changed(change: &Change<'_>, value: &mut Value, new: &Value) -> Outcome<()> {
    match (change.sub, value, new) {
        (Some(sub), Value::Object(object), new) => set_sub(object, sub, Some(new.clone()), change),
        (None, Value::Object(object), Value::Object(new)) if change.verb == Verb::Add => {
            object.extend(new.clone());
            Ok(())
        }
        (_, value, new) => {
            *value = new.clone();
            Ok(())
        }
    }
}

/// Of the values that were changed at most one may have become primary; it takes the place of the old one.
fn only_primary(change: &Change<'_>, values: &mut [Value], chosen: &[usize]) -> Outcome<()> {
    let primary: Vec<usize> =
        chosen.iter().copied().filter(|place| values.get(*place).is_some_and(is_primary)).collect();
    match primary.as_slice() {
        [] => Ok(()),
        [only] => {
            let others =
                values.iter_mut().enumerate().filter(|(place, value)| place != only && is_primary(value));
            others.for_each(|(_, value)| clear_primary(value));
            Ok(())
        }
        _ => {
            Err(Error::invalid_value(format!("{}: at most one value may be primary", change.attribute.name)))
        }
    }
}

/// The values without those that are chosen, or without the sub-attribute in those.
fn without(change: &Change<'_>, values: Vec<Value>, chosen: &[usize]) -> Outcome<Vec<Value>> {
    let chosen: HashSet<usize> = chosen.iter().copied().collect();
    let mut left = Vec::with_capacity(values.len());
    for (place, mut value) in values.into_iter().enumerate() {
        if chosen.contains(&place) {
            let (Some(sub), Value::Object(object)) = (change.sub, &mut value) else { continue };
            if object.contains_key(&sub.name) {
                unless_immutable(sub, change)?;
            }
            object.remove(&sub.name);
            if !says_something(change.attribute, object) {
                continue;
            }
        }
        left.push(value);
    }
    Ok(left)
}

/// Whether an entry still says something without the sub-attribute that was removed.
fn says_something(attribute: &Attribute, object: &Map<String, Value>) -> bool {
    let about = |name: &String| matches!(name.as_str(), "type" | "primary" | "display");
    let has_value = attribute.default_sub().is_some();
    let only_primary = object.keys().all(|name| name == "primary");
    !(only_primary || (has_value && object.keys().all(about)))
}

/// The entry that a filter without a match describes, with what is set in it: `emails[type eq "work"].value`. A filter that
/// names the value itself, or says more than equality, describes none.
fn made(change: &Change<'_>, new: Value) -> Option<Value> {
    let mut object = Map::new();
    if let Some(filter) = change.filter {
        for (name, value) in equalities(filter)? {
            let sub = change.attribute.sub(name).filter(|sub| sub.is_writable() && !sub.multi_valued)?;
            if matches!(sub.name.as_str(), "value" | "$ref" | "display") {
                return None;
            }
            object.insert(name.to_owned(), value.clone());
        }
    }
    match (change.sub, new) {
        (Some(sub), new) => {
            object.insert(sub.name.clone(), new);
        }
        (None, Value::Object(new)) => object.extend(new),
        (None, _) => return None,
    }
    Some(Value::Object(object))
}
