//! The values of a resource that no other resource of its type may have (RFC 7643, section 7: `uniqueness`).

use serde_json::Value;

use super::Document;
use crate::Error;
use crate::filter::fold;
use crate::schema::{Attribute, Place, ResourceType, Uniqueness};

/// The longest value that is held unique, in bytes.
pub const LONGEST_UNIQUE: usize = 512;

/// A value that is held unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unique {
    /// The attribute, with its URN where it is one of an extension, and its sub-attribute behind a dot.
    pub attribute: String,
    /// The value, folded where case does not matter.
    pub value: String,
}

/// Every value of a document that must be unique, each once.
///
/// # Errors
/// `invalidValue` for one that is too long to be held unique.
pub fn unique_values(kind: &ResourceType, document: &Document) -> Result<Vec<Unique>, Error> {
    let mut found = Vec::new();
    for Place { extension, attribute } in kind.places() {
        let value = match extension {
            None => document.get(&attribute.name),
            Some(urn) => document.get_in(urn, &attribute.name),
        };
        let Some(value) = value else { continue };
        let name = name(extension, &attribute.name);
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            note(&mut found, attribute, &name, value)?;
            for sub in &attribute.sub_attributes {
                if let Some(value) = value.get(&sub.name) {
                    note(&mut found, sub, &format!("{name}.{}", sub.name), value)?;
                }
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The key under which an equality of a filter would be held unique, if its attribute is.
pub fn unique_key(
    kind: &ResourceType,
    (extension, attribute, sub): (Option<&str>, &str, Option<&str>),
    value: &Value,
) -> Option<Unique> {
    let place =
        kind.places().find(|place| place.extension == extension && place.attribute.name == attribute)?;
    let leaf = sub.map_or(Some(place.attribute), |sub| place.attribute.sub(sub))?;
    let whole = name(extension, attribute);
    let name = sub.map_or(whole.clone(), |sub| format!("{whole}.{sub}"));
    (leaf.uniqueness != Uniqueness::None).then(|| Unique { attribute: name, value: text(leaf, value) })
}

fn name(extension: Option<&str>, attribute: &str) -> String {
    extension.map_or_else(|| attribute.to_owned(), |urn| format!("{urn}:{attribute}"))
}

fn note(found: &mut Vec<Unique>, attribute: &Attribute, name: &str, value: &Value) -> Result<(), Error> {
    if attribute.uniqueness == Uniqueness::None || value.is_object() {
        return Ok(());
    }
    let value = text(attribute, value);
    if value.len() > LONGEST_UNIQUE {
        let message = format!("{name} must be unique, and such a value has at most {LONGEST_UNIQUE} bytes");
        return Err(Error::invalid_value(message));
    }
    found.push(Unique { attribute: name.to_owned(), value });
    Ok(())
}

fn text(attribute: &Attribute, value: &Value) -> String {
    match value {
        Value::String(text) if attribute.case_exact => text.clone(),
        Value::String(text) => fold(text).into_owned(),
        other => other.to_string(),
    }
}
