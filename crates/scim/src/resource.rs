//! Resources: what a client sends becomes a `Document`, and a `Document` becomes what is answered.
//!
//! Reading is in `resource/read` and `resource/value`, answering in `resource/render` and `resource/projection`, what may
//! never change in `resource/immutable`, what no two may share in `resource/unique`. The one thing to know: a document holds what clients may say about a resource, with
//! every name as the schema writes it; `id`, `meta` and `schemas` are not in it, and are written when it is answered.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Quirk;

mod immutable;
mod projection;
mod read;
mod render;
mod said;
mod stored;
mod unique;
pub(crate) mod value;

pub use immutable::check_immutable;
pub use projection::Projection;
pub(crate) use read::check_required;
pub use read::read;
pub use render::{Answer, Rendered, complete, render, render_into};
pub use said::Said;
pub use stored::Stored;
pub use unique::{LONGEST_UNIQUE, Unique, unique_key, unique_values};

/// What a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// POST: a resource is made.
    Create,
    /// PUT: a resource is replaced.
    Replace,
}

/// A resource as clients know it: canonical names, right types, no `id`, no `meta`, no `schemas`, no null, nothing empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The attributes; those of an extension under its URN.
    pub attributes: Map<String, Value>,
    /// What was unusual in how it came.
    pub quirks: BTreeSet<Quirk>,
}

impl Document {
    /// A document that was remembered.
    pub fn stored(attributes: Map<String, Value>) -> Self {
        Self { attributes, quirks: BTreeSet::new() }
    }

    /// An attribute at the top.
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        self.attributes.get(attribute)
    }

    /// An attribute of an extension.
    pub fn get_in(&self, urn: &str, attribute: &str) -> Option<&Value> {
        self.attributes.get(urn)?.get(attribute)
    }

    /// A text at the top.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.get(attribute)?.as_str()
    }

    /// A truth at the top, such as `active`.
    pub fn flag(&self, attribute: &str) -> Option<bool> {
        self.get(attribute)?.as_bool()
    }

    /// Sets an attribute at the top that the service itself knows, such as `groups`.
    pub fn set(&mut self, attribute: &str, value: Value) {
        self.attributes.insert(attribute.to_owned(), value);
    }

    /// Sets an attribute of an extension.
    pub fn set_in(&mut self, urn: &str, attribute: &str, value: Value) {
        let extension = self.attributes.entry(urn).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(extension) = extension {
            extension.insert(attribute.to_owned(), value);
        }
    }

    /// Takes an attribute at the top out of the document, such as `password`.
    pub fn take(&mut self, attribute: &str) -> Option<Value> {
        self.attributes.remove(attribute)
    }
}

/// What the service itself says about a resource (RFC 7643, section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The identifier.
    pub id: String,
    /// The external identifier, where it is kept outside of the document.
    pub external_id: Option<String>,
    /// The version, as the entity tag is written: `W/"3"`.
    pub version: String,
    /// When it was added, as `2026-01-31T12:00:00Z`.
    pub created: String,
    /// When it was last changed.
    pub last_modified: String,
    /// The address.
    pub location: String,
}
