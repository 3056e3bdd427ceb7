//! A document as it is answered (RFC 7643, section 3; RFC 7644, section 3.9): written straight from the document, without a copy.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value, json};

use super::projection::{Projection, Shown};
use super::{Document, Meta};
use crate::json::write_text;
use crate::schema::{Attribute, Kind, Place, ResourceType, Returned};

/// A document with what it takes to answer it.
#[derive(Clone, Copy)]
pub struct Rendered<'a> {
    /// What it is.
    pub kind: &'a ResourceType,
    /// What clients said about it.
    pub document: &'a Document,
    /// What is to be shown.
    pub projection: &'a Projection,
    /// What the service says about it.
    pub meta: &'a Meta,
}

/// The answer as JSON.
pub fn render(kind: &ResourceType, document: &Document, projection: &Projection, meta: &Meta) -> Value {
    let rendered = Rendered { kind, document, projection, meta };
    serde_json::to_value(rendered).unwrap_or_default()
}

/// Writes the answer behind what is already written.
pub fn render_into(out: &mut Vec<u8>, rendered: &Rendered<'_>) {
    write_json(out, rendered);
}

/// What can be written into a list as one of its resources.
pub trait Answer {
    /// Writes the answer behind what is already written; whether it could be.
    fn write_into(&self, out: &mut Vec<u8>) -> bool;
}

impl Answer for Rendered<'_> {
    fn write_into(&self, out: &mut Vec<u8>) -> bool {
        render_into(out, self);
        true
    }
}

pub(super) fn write_json(out: &mut Vec<u8>, value: &impl Serialize) {
    // Writing into memory cannot fail, and the keys of what is written here are texts.
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok());
}

/// All that is known of a resource, whatever is shown of it: what filters and sorting look at.
pub fn complete(kind: &ResourceType, attributes: Map<String, Value>, meta: &Meta) -> Value {
    let mut whole = attributes;
    let schemas: Vec<&str> = schemas_of(kind, |urn| whole.contains_key(urn)).collect();
    whole.insert("schemas".to_owned(), json!(schemas));
    whole.insert("id".to_owned(), json!(meta.id));
    if let Some(external_id) = &meta.external_id {
        whole.insert("externalId".to_owned(), json!(external_id));
    }
    let meta = json!({
        "resourceType": kind.name,
        "created": meta.created,
        "lastModified": meta.last_modified,
        "location": meta.location,
        "version": meta.version,
    });
    whole.insert("meta".to_owned(), meta);
    Value::Object(whole)
}

/// The base schema, and the extensions that the resource has.
pub(super) fn schemas_of(kind: &ResourceType, has: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
    let extensions = kind.extensions.iter().map(|extension| extension.schema.id.as_str());
    std::iter::once(kind.schema.id.as_str()).chain(extensions.filter(move |urn| has(urn)))
}

impl Serialize for Rendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let attributes = &self.document.attributes;
        let mut map = serializer.serialize_map(None)?;
        let schemas: Vec<&str> = schemas_of(self.kind, |urn| attributes.contains_key(urn)).collect();
        map.serialize_entry("schemas", &schemas)?;
        map.serialize_entry("id", &self.meta.id)?;
        if let Some(external_id) = &self.meta.external_id
            && self.shows("externalId")
            && !attributes.contains_key("externalId")
        {
            map.serialize_entry("externalId", external_id)?;
        }
        for (name, value) in attributes {
            self.attribute(&mut map, name, value)?;
        }
        if let Some(meta) = meta_shown(self.kind, self.projection, self.meta) {
            map.serialize_entry("meta", &meta)?;
        }
        map.end()
    }
}

impl Rendered<'_> {
    fn shows(&self, attribute: &str) -> bool {
        self.projection.shows(self.kind, attribute)
    }

    fn attribute<M: SerializeMap>(&self, map: &mut M, name: &str, value: &Value) -> Result<(), M::Error> {
        if let Some(extension) = self.kind.extension(name) {
            let inside = Inside { rendered: self, urn: &extension.schema.id, value };
            return if inside.shown().next().is_some() { map.serialize_entry(name, &inside) } else { Ok(()) };
        }
        if matches!(name, "id" | "meta" | "schemas") {
            return Ok(());
        }
        let Some(attribute) = self.kind.attribute(name) else { return Ok(()) };
        let shown = self.projection.on(Place { extension: None, attribute });
        match part(attribute, value, shown) {
            Some(part) => map.serialize_entry(name, &part),
            None => Ok(()),
        }
    }
}

/// What is shown of `meta`, if anything is.
pub(super) fn meta_shown<'a>(
    kind: &'a ResourceType,
    projection: &Projection,
    meta: &'a Meta,
) -> Option<Entries<'a>> {
    let attribute = kind.attribute("meta")?;
    let shown = projection.on(Place { extension: None, attribute });
    let entries = [
        ("resourceType", &kind.name),
        ("created", &meta.created),
        ("lastModified", &meta.last_modified),
        ("location", &meta.location),
        ("version", &meta.version),
    ];
    let is_shown = |name: &str| attribute.sub(name).is_some_and(|sub| shown.sub(sub));
    let entries = entries.map(|(name, value)| (name, (!value.is_empty() && is_shown(name)).then_some(value)));
    entries.iter().any(|(_, value)| value.is_some()).then_some(Entries(entries))
}

/// What is shown of `meta`.
pub(super) struct Entries<'a>([(&'static str, Option<&'a String>); 5]);

impl<'a> Entries<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'static str, &'a String)> {
        self.0.iter().filter_map(|(name, value)| Some((*name, (*value)?)))
    }

    /// Writes them as one object: there is at least one.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (index, (name, value)) in self.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"{\"" } else { b",\"" });
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            write_text(out, value);
        }
        out.push(b'}');
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// The attributes of an extension.
struct Inside<'a> {
    rendered: &'a Rendered<'a>,
    urn: &'a str,
    value: &'a Value,
}

impl<'a> Inside<'a> {
    fn shown(&self) -> impl Iterator<Item = (&'a String, Part<'a>)> {
        let rendered = self.rendered;
        let schema = rendered.kind.extension(self.urn).map(|extension| &extension.schema);
        let members = self.value.as_object().into_iter().flatten();
        let urn = self.urn;
        members.filter_map(move |(name, value)| {
            let attribute = schema?.attribute(name)?;
            let shown = rendered.projection.on(Place { extension: Some(urn), attribute });
            Some((name, part(attribute, value, shown)?))
        })
    }
}

impl Serialize for Inside<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.shown())
    }
}

/// A value, with what is shown of it.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Whole(&'a Value),
    Some { attribute: &'a Attribute, value: &'a Value, shown: Shown<'a> },
}

/// What is shown of a value, if anything is.
pub(super) fn part<'a>(attribute: &'a Attribute, value: &'a Value, shown: Shown<'a>) -> Option<Part<'a>> {
    if shown == Shown::Nothing {
        return None;
    }
    let always = |sub: &Attribute| matches!(sub.returned, Returned::Default | Returned::Always);
    if attribute.kind != Kind::Complex || (shown == Shown::All && attribute.sub_attributes.iter().all(always))
    {
        return Some(Part::Whole(value));
    }
    let part = Part::Some { attribute, value, shown };
    let any = match value {
        Value::Array(values) => values.iter().any(|value| members(attribute, value, shown).next().is_some()),
        value => members(attribute, value, shown).next().is_some(),
    };
    any.then_some(part)
}

/// The sub-attributes of one value that are shown.
fn members<'a>(
    attribute: &'a Attribute,
    value: &'a Value,
    shown: Shown<'a>,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let members = value.as_object().into_iter().flatten();
    members.filter(move |(name, _)| attribute.sub(name).is_some_and(|sub| shown.sub(sub)))
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Part::Whole(value) => value.serialize(serializer),
            Part::Some { attribute, value: Value::Array(values), shown } => {
                let mut list = serializer.serialize_seq(None)?;
                for value in values {
                    if members(attribute, value, shown).next().is_some() {
                        list.serialize_element(&One(attribute, value, shown))?;
                    }
                }
                list.end()
            }
            Part::Some { attribute, value, shown } => One(attribute, value, shown).serialize(serializer),
        }
    }
}

/// One value of a complex attribute, with what is shown of it.
struct One<'a>(&'a Attribute, &'a Value, Shown<'a>);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(members(self.0, self.1, self.2))
    }
}
