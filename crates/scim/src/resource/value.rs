//! The value of one attribute, as a client sends it and as it is meant (RFC 7643, sections 2.3 to 2.5).
//!
//! What fits is kept as it came: nothing is trimmed, folded or rewritten. What does not fit, and is no quirk, is refused by name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::schema::{Attribute, Kind};
use crate::{Error, Quirk, json as strict, time};

/// The most values of a multi-valued attribute.
pub(crate) const MOST_VALUES: usize = 512;
/// The most members of a group in one message.
pub(crate) const MOST_MEMBERS: usize = 20_000;
/// The longest text, in bytes.
pub(crate) const LONGEST_TEXT: usize = 10_240;
/// The longest reference or binary value, in bytes: a picture may be in it.
pub(crate) const LONGEST_BINARY: usize = 1_048_576;

pub(crate) type Quirks = BTreeSet<Quirk>;
type Outcome<T> = Result<T, Error>;

/// Reads what is sent for an attribute. Null, an empty list and an empty object say that it has no value.
pub(crate) fn read(attribute: &Attribute, value: Value, quirks: &mut Quirks) -> Outcome<Option<Value>> {
    if !attribute.multi_valued {
        return read_one(attribute, single(attribute, value, quirks)?, quirks);
    }
    let values = match value {
        Value::Null => return Ok(None),
        Value::Array(values) => values,
        one => {
            quirks.insert(Quirk::SimplerShape);
            vec![one]
        }
    };
    let most = if attribute.name == "members" { MOST_MEMBERS } else { MOST_VALUES };
    if values.len() > most {
        let message =
            format!("{} has {} values, and at most {most} are accepted", attribute.name, values.len());
        return Err(Error::plain(413, message));
    }
    let mut read = Vec::with_capacity(values.len());
    for value in values {
        read.extend(read_one(attribute, value, quirks)?);
    }
    if read.iter().filter(|value| is_primary(value)).count() > 1 {
        let message = format!("{}: at most one value may be primary (RFC 7643, section 2.4)", attribute.name);
        return Err(Error::invalid_value(message));
    }
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// Whether a value of a multi-valued attribute is the preferred one.
pub(crate) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// The value of a single-valued attribute; some send it in a list.
fn single(attribute: &Attribute, value: Value, quirks: &mut Quirks) -> Outcome<Value> {
    let Value::Array(mut values) = value else { return Ok(value) };
    if values.len() > 1 {
        return Err(Error::invalid_value(format!("{} has one value, and a list was sent", attribute.name)));
    }
    quirks.insert(Quirk::SimplerShape);
    Ok(values.pop().unwrap_or(Value::Null))
}

/// Reads one value of an attribute.
pub(crate) fn read_one(attribute: &Attribute, value: Value, quirks: &mut Quirks) -> Outcome<Option<Value>> {
    if value.is_null() {
        return Ok(None);
    }
    match attribute.kind {
        Kind::Complex => complex(attribute, value, quirks),
        Kind::Boolean => boolean(attribute, &value, quirks).map(Some),
        Kind::Integer | Kind::Decimal => number(attribute, value).map(Some),
        Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime => text(attribute, value).map(Some),
    }
}

fn wrong(attribute: &Attribute, wanted: &str) -> Error {
    Error::invalid_value(format!("{} must be {wanted}", attribute.name))
}

fn boolean(attribute: &Attribute, value: &Value, quirks: &mut Quirks) -> Outcome<Value> {
    let truth = match value {
        Value::Bool(truth) => return Ok(Value::Bool(*truth)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => true,
        Value::String(text) if text.eq_ignore_ascii_case("false") => false,
        _ => return Err(wrong(attribute, "true or false")),
    };
    quirks.insert(Quirk::BooleanAsText);
    Ok(Value::Bool(truth))
}

fn number(attribute: &Attribute, value: Value) -> Outcome<Value> {
    let value = match value {
        Value::String(text) => serde_json::from_str(text.trim()).unwrap_or(Value::String(text)),
        other => other,
    };
    let whole = attribute.kind == Kind::Integer;
    if value.is_i64() || value.is_u64() || (!whole && value.is_f64()) {
        return Ok(value);
    }
    Err(wrong(attribute, if whole { "a whole number" } else { "a number" }))
}

fn text(attribute: &Attribute, value: Value) -> Outcome<Value> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) if attribute.kind == Kind::String => number.to_string(),
        _ => return Err(wrong(attribute, "a text")),
    };
    let long = matches!(attribute.kind, Kind::Reference | Kind::Binary);
    let longest = if long { LONGEST_BINARY } else { LONGEST_TEXT };
    if text.len() > longest {
        let message =
            format!("{} has {} bytes, and at most {longest} are accepted", attribute.name, text.len());
        return Err(Error::invalid_value(message));
    }
    match attribute.kind {
        Kind::DateTime if time::parse(&text).is_none() => {
            Err(wrong(attribute, "a time such as 2026-01-31T12:00:00Z"))
        }
        Kind::Binary if !text.bytes().all(is_base64) => Err(wrong(attribute, "Base64")),
        _ => Ok(Value::String(text)),
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\r' | b'\n')
}

fn complex(attribute: &Attribute, value: Value, quirks: &mut Quirks) -> Outcome<Option<Value>> {
    let members = match value {
        Value::Object(members) => members,
        plain @ (Value::String(_) | Value::Number(_)) if attribute.default_sub().is_some() => {
            quirks.insert(Quirk::SimplerShape);
            Map::from_iter([("value".to_owned(), plain)])
        }
        Value::String(text) if text.is_empty() => return Ok(None),
        _ => return Err(wrong(attribute, "an object with its sub-attributes")),
    };
    let members = unpacked(attribute, members, quirks);
    let alias = alias(attribute, &members);
    let mut object = Map::new();
    for (name, value) in members {
        let by_alias = alias.filter(|_| name.eq_ignore_ascii_case("displayName"));
        let Some(sub) = attribute.sub(&name).or(by_alias) else {
            quirks.insert(Quirk::UnknownAttribute);
            continue;
        };
        if !sub.is_writable() {
            continue;
        }
        let Some(value) = read(sub, value, quirks)? else { continue };
        let name = if name == sub.name { name } else { sub.name.clone() };
        if object.insert(name, value).is_some() {
            let message = format!("{}.{} is said twice in one value", attribute.name, sub.name);
            return Err(Error::invalid_syntax(message));
        }
    }
    if attribute.name == "members" && !object.contains_key("type") {
        quirks.insert(Quirk::MemberWithoutType);
    }
    // A value that says nothing is none: templates of clients leave such values behind.
    let says_nothing = object.get("value").is_some_and(|value| value == "");
    Ok((!object.is_empty() && !says_nothing).then_some(Value::Object(object)))
}

/// What `displayName` means where the schema has `display` and the value does not say it: Microsoft's own examples send it
/// with members and roles.
fn alias<'a>(attribute: &'a Attribute, members: &Map<String, Value>) -> Option<&'a Attribute> {
    let display = attribute.sub("display")?;
    (!members.keys().any(|name| name.eq_ignore_ascii_case("display"))).then_some(display)
}

/// A role or entitlement whose `value` is the text of an object with a `value` has what that object says; any other text is
/// what it is.
fn unpacked(attribute: &Attribute, members: Map<String, Value>, quirks: &mut Quirks) -> Map<String, Value> {
    if !matches!(attribute.name.as_str(), "roles" | "entitlements") {
        return members;
    }
    let value = members.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"));
    let Some(mut inner) = value.and_then(|(_, value)| packed(value.as_str()?)) else { return members };
    quirks.insert(Quirk::JsonInText);
    let said: BTreeSet<String> = inner.keys().map(|name| name.to_ascii_lowercase()).collect();
    inner.extend(members.into_iter().filter(|(name, _)| !said.contains(&name.to_ascii_lowercase())));
    inner
}

/// The object that a text says, if it says one with a `value` that is a plain text.
fn packed(text: &str) -> Option<Map<String, Value>> {
    let is_object = |text: &str| text.trim_start().starts_with('{');
    if !is_object(text) {
        return None;
    }
    let Ok(Value::Object(object)) = strict::parse(text.as_bytes(), LONGEST_TEXT) else { return None };
    let value = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"))?.1.as_str()?;
    (!value.is_empty() && !is_object(value)).then_some(object)
}

/// What two values of a multi-valued attribute have in common if they may be the same: the `value`, else all they say.
pub(crate) fn identity(value: &Value) -> String {
    match value {
        Value::Object(object) => match object.get("value") {
            Some(inner) => inner.to_string(),
            None => {
                let rest = object.iter().filter(|(name, _)| *name != "primary");
                Value::Object(rest.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
            }
        },
        plain => plain.to_string(),
    }
}
