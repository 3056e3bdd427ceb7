//! Schemas and resource types from JSON, as RFC 7643 section 7 and 6 write them.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Attribute, Extension, Kind, Mutability, ResourceType, Returned, Schema, Uniqueness};

/// How deep attributes may be nested: an attribute, its sub-attributes, and what the schema of schemas has below.
const DEEPEST: usize = 4;

/// What is wrong with a schema or resource type that a deployment brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

type Outcome<T> = Result<T, Malformed>;

fn object(value: &Value) -> Outcome<&Map<String, Value>> {
    value.as_object().ok_or_else(|| Malformed("a schema or resource type is not a JSON object".to_owned()))
}

fn text(object: &Map<String, Value>, name: &str) -> Outcome<String> {
    let value = object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    value.map(str::to_owned).ok_or_else(|| {
        let whose = object.get("name").or_else(|| object.get("id")).and_then(Value::as_str).unwrap_or("it");
        Malformed(format!("\"{name}\" is missing in {whose}, or no text"))
    })
}

fn optional(object: &Map<String, Value>, name: &str) -> String {
    object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn flag(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn texts(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The value that a keyword stands for; the first one where there is none.
fn keyword<T: Copy>(object: &Map<String, Value>, name: &str, known: &[(&str, T)], default: T) -> Outcome<T> {
    let Some(word) = object.get(name).and_then(Value::as_str) else { return Ok(default) };
    let found = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        Malformed(format!("\"{name}\" is \"{word}\"; it may be {}", words.join(", ")))
    })
}

pub(super) fn schema(value: &Value) -> Outcome<Schema> {
    let object = object(value)?;
    let id = text(object, "id")?;
    if !id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:")) {
        return Err(Malformed(format!("the id \"{id}\" of a schema does not begin with urn:")));
    }
    Ok(Schema {
        attributes: attributes(object, "attributes", DEEPEST)?,
        name: optional(object, "name"),
        description: optional(object, "description"),
        id,
    })
}

fn attributes(object: &Map<String, Value>, name: &str, depth: usize) -> Outcome<Vec<Attribute>> {
    let Some(list) = object.get(name) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| Malformed(format!("\"{name}\" is not a list")))?;
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Malformed("attributes are nested too deep".to_owned()));
    };
    let mut read: Vec<Attribute> = Vec::with_capacity(list.len());
    for value in list {
        let attribute = attribute(value, depth)?;
        if read.iter().any(|other| other.name.eq_ignore_ascii_case(&attribute.name)) {
            return Err(Malformed(format!("there are two attributes \"{}\"", attribute.name)));
        }
        read.push(attribute);
    }
    Ok(read)
}

fn attribute(value: &Value, depth: usize) -> Outcome<Attribute> {
    let object = object(value)?;
    let name = text(object, "name")?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '$');
    if !name.chars().all(allowed) {
        return Err(Malformed(format!(
            "\"{name}\" cannot be the name of an attribute (RFC 7643, section 2.1)"
        )));
    }
    let kind = keyword(object, "type", &KINDS, Kind::String)?;
    let sub_attributes = attributes(object, "subAttributes", depth)?;
    if kind != Kind::Complex && !sub_attributes.is_empty() {
        return Err(Malformed(format!("\"{name}\" has sub-attributes, and is not complex")));
    }
    Ok(Attribute {
        kind,
        multi_valued: flag(object, "multiValued"),
        required: flag(object, "required"),
        case_exact: flag(object, "caseExact"),
        mutability: keyword(object, "mutability", &MUTABILITIES, Mutability::ReadWrite)?,
        returned: keyword(object, "returned", &RETURNS, Returned::Default)?,
        uniqueness: keyword(object, "uniqueness", &UNIQUENESSES, Uniqueness::None)?,
        canonical_values: texts(object, "canonicalValues"),
        reference_types: texts(object, "referenceTypes"),
        description: optional(object, "description"),
        sub_attributes,
        name,
    })
}

pub(super) const KINDS: [(&str, Kind); 8] = [
    ("string", Kind::String),
    ("boolean", Kind::Boolean),
    ("decimal", Kind::Decimal),
    ("integer", Kind::Integer),
    ("dateTime", Kind::DateTime),
    ("reference", Kind::Reference),
    ("binary", Kind::Binary),
    ("complex", Kind::Complex),
];

pub(super) const MUTABILITIES: [(&str, Mutability); 4] = [
    ("readOnly", Mutability::ReadOnly),
    ("readWrite", Mutability::ReadWrite),
    ("immutable", Mutability::Immutable),
    ("writeOnly", Mutability::WriteOnly),
];

pub(super) const RETURNS: [(&str, Returned); 4] = [
    ("always", Returned::Always),
    ("never", Returned::Never),
    ("default", Returned::Default),
    ("request", Returned::Request),
];

pub(super) const UNIQUENESSES: [(&str, Uniqueness); 3] =
    [("none", Uniqueness::None), ("server", Uniqueness::Server), ("global", Uniqueness::Global)];

/// Reads a resource type, whose schemas must be known.
pub(super) fn resource_type(
    value: &Value,
    known: &[Arc<Schema>],
    common: &Arc<Schema>,
) -> Outcome<ResourceType> {
    let object = object(value)?;
    let find = |id: &str| {
        let found = known.iter().find(|schema| schema.id.eq_ignore_ascii_case(id));
        found.cloned().ok_or_else(|| Malformed(format!("there is no schema {id}")))
    };
    let endpoint = text(object, "endpoint")?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if !endpoint.strip_prefix('/').is_some_and(|name| !name.is_empty() && name.chars().all(allowed)) {
        return Err(Malformed(format!(
            "the endpoint \"{endpoint}\" must be / and one word of letters and digits"
        )));
    }
    let mut extensions = Vec::new();
    for extension in object.get("schemaExtensions").and_then(Value::as_array).into_iter().flatten() {
        let extension = self::object(extension)?;
        let schema = find(&text(extension, "schema")?)?;
        extensions.push(Extension { schema, required: flag(extension, "required") });
    }
    Ok(ResourceType {
        name: text(object, "name")?,
        description: optional(object, "description"),
        schema: find(&text(object, "schema")?)?,
        extensions,
        endpoint,
        common: Arc::clone(common),
    })
}
