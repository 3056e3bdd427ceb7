//! What may be set once and never be changed (RFC 7643, section 7; RFC 7644, section 3.5.1).

use serde_json::Value;

use super::Document;
use crate::Error;
use crate::schema::{Attribute, Kind, Mutability, ResourceType};

/// Holds a replacement against what there was: an immutable attribute that had a value keeps it where the replacement leaves
/// it out. The document that is to be written comes back.
///
/// # Errors
/// `mutability`, if the replacement has another value for it.
pub fn check_immutable(
    kind: &ResourceType,
    before: &Document,
    mut after: Document,
) -> Result<Document, Error> {
    for attribute in kind.attributes().filter(|attribute| may_matter(attribute)) {
        let old = before.get(&attribute.name);
        if let Some(kept) = kept(attribute, old, after.get(&attribute.name))? {
            after.set(&attribute.name, kept);
        }
    }
    for extension in &kind.extensions {
        let urn = &extension.schema.id;
        for attribute in extension.schema.attributes.iter().filter(|attribute| may_matter(attribute)) {
            let old = before.get_in(urn, &attribute.name);
            if let Some(kept) = kept(attribute, old, after.get_in(urn, &attribute.name))? {
                after.set_in(urn, &attribute.name, kept);
            }
        }
    }
    Ok(after)
}

/// Whether there is anything in an attribute that may never change.
fn may_matter(attribute: &Attribute) -> bool {
    let is_immutable = |attribute: &Attribute| attribute.mutability == Mutability::Immutable;
    let has_parts = attribute.kind == Kind::Complex && !attribute.multi_valued;
    is_immutable(attribute) || (has_parts && attribute.sub_attributes.iter().any(is_immutable))
}

/// What the attribute must be, if that is not what it is. The values of a multi-valued attribute come and go, so what is
/// immutable in them cannot be changed without being another value.
fn kept(
    attribute: &Attribute,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Result<Option<Value>, Error> {
    let Some(before) = before else { return Ok(None) };
    if attribute.mutability == Mutability::Immutable {
        return match after {
            None => Ok(Some(before.clone())),
            Some(after) if same(attribute, before, after) => Ok(None),
            Some(_) => Err(changed(&attribute.name)),
        };
    }
    if attribute.kind != Kind::Complex || attribute.multi_valued {
        return Ok(None);
    }
    let mut kept = None;
    for sub in attribute.sub_attributes.iter().filter(|sub| sub.mutability == Mutability::Immutable) {
        match (before.get(&sub.name), after.and_then(|after| after.get(&sub.name))) {
            (Some(before), Some(after)) if !same(sub, before, after) => {
                return Err(changed(&format!("{}.{}", attribute.name, sub.name)));
            }
            (Some(before), None) => {
                let whole = kept.get_or_insert_with(|| {
                    after.cloned().unwrap_or_else(|| Value::Object(Default::default()))
                });
                if let Value::Object(object) = whole {
                    object.insert(sub.name.clone(), before.clone());
                }
            }
            _ => {}
        }
    }
    Ok(kept)
}

fn same(attribute: &Attribute, before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(before), Value::String(after)) if !attribute.case_exact => {
            crate::filter::fold(before) == crate::filter::fold(after)
        }
        _ => before == after,
    }
}

fn changed(name: &str) -> Error {
    Error::mutability(format!("{name} was set when the resource was made, and cannot be changed"))
}
