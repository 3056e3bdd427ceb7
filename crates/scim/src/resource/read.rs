//! A body of POST or PUT as a document (RFC 7643, sections 2 and 3; RFC 7644, sections 3.3 and 3.5.1).

use serde_json::{Map, Value};

use super::value;
use super::{Document, Mode};
use crate::error::shown;
use crate::schema::{Attribute, Kind, Named, Place, ResourceType};
use crate::{Error, Quirk};

/// The most URNs in `schemas`.
const MOST_SCHEMAS: usize = 64;

type Outcome<T> = Result<T, Error>;

/// Reads a resource.
///
/// # Errors
/// `invalidSyntax` if it is no object or says something twice, `invalidValue` if a value does not fit, is missing, or a
/// schema is not known, 413 if there are too many values.
pub fn read(kind: &ResourceType, body: Value, mode: Mode) -> Outcome<Document> {
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax("the body must be a JSON object"));
    };
    let mut document = Document::default();
    let declared = declared(kind, &body)?;
    for (name, value) in body {
        if !name.eq_ignore_ascii_case("schemas") {
            member(kind, &name, value, &mut document)?;
        }
    }
    let undeclared = |name: &String| {
        let listed = declared.iter().flatten().any(|urn| urn.eq_ignore_ascii_case(name));
        kind.extension(name).is_some() && declared.is_some() && !listed
    };
    if document.attributes.keys().any(undeclared) {
        document.quirks.insert(Quirk::LooseExtension);
    }
    check_required(kind, &document).map_err(|name| {
        let deed = if mode == Mode::Create { "new" } else { "replaced" };
        Error::invalid_value(format!("a {deed} {} must have {name}", kind.name))
    })?;
    Ok(document)
}

/// The schemas that the body says it has, if it says so.
fn declared(kind: &ResourceType, body: &Map<String, Value>) -> Outcome<Option<Vec<String>>> {
    let found = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("schemas"));
    let urns: Vec<&str> = match found.map(|(_, value)| value) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(urn)) => vec![urn],
        Some(Value::Array(list)) => {
            let urns: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            urns.ok_or_else(|| Error::invalid_syntax("schemas must be a list of URNs"))?
        }
        Some(_) => return Err(Error::invalid_syntax("schemas must be a list of URNs")),
    };
    if urns.len() > MOST_SCHEMAS {
        return Err(Error::invalid_value(format!("schemas has more than {MOST_SCHEMAS} URNs")));
    }
    let known = |urn: &str| kind.schema.id.eq_ignore_ascii_case(urn) || kind.extension(urn).is_some();
    if !urns.is_empty() && !urns.iter().any(|urn| known(urn)) {
        let message = format!("none of the schemas is one of a {}: it needs {}", kind.name, kind.schema.id);
        return Err(Error::invalid_value(message));
    }
    for urn in urns.iter().filter(|urn| !known(urn)) {
        let carried = body.iter().find(|(name, _)| name.eq_ignore_ascii_case(urn)).map(|(_, value)| value);
        if carried.is_some_and(|value| !is_empty(value)) {
            let message =
                format!("the schema {} is not known here; /Schemas lists those there are", shown(urn));
            return Err(Error::invalid_value(message));
        }
    }
    Ok(Some(urns.into_iter().map(str::to_owned).collect()))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// Reads one member of the body into the document.
fn member(kind: &ResourceType, name: &str, value: Value, document: &mut Document) -> Outcome<()> {
    match kind.named(name) {
        Named::Unknown => {
            document.quirks.insert(Quirk::UnknownAttribute);
            Ok(())
        }
        Named::Attribute { place, sub, dotted } => {
            if dotted || (place.extension.is_some() && !name.contains(':')) {
                document.quirks.insert(Quirk::LooseExtension);
            }
            if name.contains([':', '.']) {
                document.quirks.insert(Quirk::FlatKeys);
            }
            put(document, place, sub, value)
        }
        Named::Whole(_) if value.is_null() => Ok(()),
        Named::Whole(extension) => {
            let Value::Object(members) = value else {
                return Err(Error::invalid_value(format!("{} must be an object", shown(name))));
            };
            let urn = extension.unwrap_or(&kind.schema.id);
            for (name, value) in members {
                match kind.named(&format!("{urn}:{name}")) {
                    Named::Attribute { place, sub, .. } => put(document, place, sub, value)?,
                    Named::Whole(_) | Named::Unknown => {
                        document.quirks.insert(Quirk::UnknownAttribute);
                    }
                }
            }
            Ok(())
        }
    }
}

fn put(document: &mut Document, place: Place<'_>, sub: Option<&Attribute>, value: Value) -> Outcome<()> {
    let attribute = place.attribute;
    if !attribute.is_writable() || sub.is_some_and(|sub| !sub.is_writable()) {
        return Ok(());
    }
    let value = match sub {
        None => value,
        Some(sub) => Value::Object(Map::from_iter([(sub.name.clone(), value)])),
    };
    let Some(value) = value::read(attribute, value, &mut document.quirks)? else { return Ok(()) };
    let target = match place.extension {
        None => Some(&mut document.attributes),
        Some(urn) => {
            let inside = document.attributes.entry(urn).or_insert_with(|| Value::Object(Map::new()));
            inside.as_object_mut()
        }
    };
    let Some(target) = target else { return Ok(()) };
    match (target.get_mut(&attribute.name), value) {
        (None, value) => {
            target.insert(attribute.name.clone(), value);
            Ok(())
        }
        (Some(Value::Object(there)), Value::Object(new))
            if !new.keys().any(|name| there.contains_key(name)) =>
        {
            there.extend(new);
            Ok(())
        }
        _ => Err(Error::invalid_syntax(format!("{} is said twice", attribute.name))),
    }
}

/// The name of a required attribute that has no value.
pub(crate) fn check_required(kind: &ResourceType, document: &Document) -> Result<(), String> {
    missing(&kind.schema.attributes, &document.attributes)?;
    for extension in &kind.extensions {
        let urn = &extension.schema.id;
        match document.attributes.get(urn).and_then(Value::as_object) {
            Some(inside) => {
                missing(&extension.schema.attributes, inside).map_err(|name| format!("{urn}:{name}"))?
            }
            None if extension.required => {
                missing(&extension.schema.attributes, &Map::new()).map_err(|name| format!("{urn}:{name}"))?;
            }
            None => {}
        }
    }
    Ok(())
}

fn missing(attributes: &[Attribute], object: &Map<String, Value>) -> Result<(), String> {
    for attribute in attributes {
        let is_complex = attribute.kind == Kind::Complex;
        let has_required = is_complex && attribute.sub_attributes.iter().any(|sub| sub.required);
        if !attribute.required && !has_required {
            continue;
        }
        let value = object.get(&attribute.name);
        let blank = value.is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty()));
        if attribute.required && attribute.is_writable() && blank {
            return Err(attribute.name.clone());
        }
        if !has_required {
            continue;
        }
        let inside = |value: &Value| match value {
            Value::Object(object) => missing(&attribute.sub_attributes, object)
                .map_err(|name| format!("{}.{name}", attribute.name)),
            _ => Ok(()),
        };
        match value {
            Some(Value::Array(values)) => values.iter().try_for_each(inside)?,
            Some(value) => inside(value)?,
            None => {}
        }
    }
    Ok(())
}
