//! Schemas and resource types as `/Schemas` and `/ResourceTypes` give them (RFC 7643, sections 6 and 7).

use serde_json::{Map, Value, json};

use super::read::{KINDS, MUTABILITIES, RETURNS, UNIQUENESSES};
use super::{Attribute, Kind, ResourceType, Schema};

fn word<T: PartialEq>(known: &[(&'static str, T)], value: &T) -> &'static str {
    known.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

impl Attribute {
    /// The attribute as a schema lists it; all characteristics are written out.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
        put("name", json!(self.name));
        put("type", json!(word(&KINDS, &self.kind)));
        put("multiValued", json!(self.multi_valued));
        put("description", json!(self.description));
        put("required", json!(self.required));
        put("caseExact", json!(self.case_exact));
        put("mutability", json!(word(&MUTABILITIES, &self.mutability)));
        put("returned", json!(word(&RETURNS, &self.returned)));
        put("uniqueness", json!(word(&UNIQUENESSES, &self.uniqueness)));
        if !self.canonical_values.is_empty() {
            put("canonicalValues", json!(self.canonical_values));
        }
        if !self.reference_types.is_empty() {
            put("referenceTypes", json!(self.reference_types));
        }
        if self.kind == Kind::Complex {
            put("subAttributes", self.sub_attributes.iter().map(Attribute::to_json).collect());
        }
        Value::Object(object)
    }
}

impl Schema {
    /// The schema as a resource of `/Schemas`. The base is the address of the service, without a slash at its end.
    pub fn to_json(&self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(Attribute::to_json).collect::<Vec<_>>(),
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.id) },
        })
    }
}

impl ResourceType {
    /// The resource type as a resource of `/ResourceTypes`.
    pub fn to_json(&self, base: &str) -> Value {
        let extension = |extension: &super::Extension| json!({ "schema": extension.schema.id, "required": extension.required });
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.description,
            "endpoint": self.endpoint,
            "schema": self.schema.id,
            "schemaExtensions": self.extensions.iter().map(extension).collect::<Vec<_>>(),
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }
}
