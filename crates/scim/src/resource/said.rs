//! What a change says of that which is returned on request (RFC 7643, section 7): an answer to a query shows it where it is asked for, the
//! answer to a POST, PUT or PATCH where the client said it there.

use serde_json::{Map, Value};

use super::Document;
use crate::patch::{Operation, Patch};
use crate::schema::{Attribute, Named, Place, ResourceType, Returned};
use crate::{AttributePath, Path};

/// The attributes, and the sub-attributes, that are returned on request and that a change names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(Vec<AttributePath>);

impl Said {
    /// Those of a body of POST or PUT, as it was read.
    pub fn in_document(kind: &ResourceType, document: &Document) -> Self {
        let mut said = Self::default();
        if said.can_be(kind) {
            said.members(kind, "", &document.attributes);
        }
        said
    }

    /// Those of a patch.
    pub fn in_patch(kind: &ResourceType, patch: &Patch) -> Self {
        let mut said = Self::default();
        if said.can_be(kind) {
            patch.operations.iter().for_each(|operation| said.operation(kind, operation));
        }
        said
    }

    pub(super) fn paths(&self) -> &[AttributePath] {
        &self.0
    }

    /// Whether the type has anything that is returned on request and that clients may say.
    fn can_be(&self, kind: &ResourceType) -> bool {
        let is = |attribute: &Attribute| attribute.returned == Returned::Request && attribute.is_writable();
        kind.places().any(|place| is(place.attribute) || place.attribute.sub_attributes.iter().any(is))
    }

    fn operation(&mut self, kind: &ResourceType, operation: &Operation) {
        match (&operation.path, &operation.value) {
            (Some(path), value) => self.path(kind, path, value.as_ref()),
            (None, Some(Value::Object(members))) => self.members(kind, "", members),
            (None, _) => {}
        }
    }

    fn members(&mut self, kind: &ResourceType, urn: &str, members: &Map<String, Value>) {
        for (name, value) in members {
            let full = if urn.is_empty() { name.clone() } else { format!("{urn}:{name}") };
            if let Ok(path) = Path::parse(&full) {
                self.path(kind, &path, Some(value));
            }
        }
    }

    fn path(&mut self, kind: &ResourceType, path: &Path, value: Option<&Value>) {
        match (kind.named(&path.head), value) {
            (Named::Attribute { place, sub, .. }, value) => {
                let sub = sub.or_else(|| place.attribute.sub(path.sub.as_deref()?));
                self.attribute(place, sub, value);
            }
            // Below its own URN nothing but attributes stands, so this ends.
            (Named::Whole(urn), Some(Value::Object(members))) => {
                let urn = urn.unwrap_or(&kind.schema.id);
                self.members(kind, urn, members);
            }
            (Named::Whole(_) | Named::Unknown, _) => {}
        }
    }

    fn attribute(&mut self, place: Place<'_>, sub: Option<&Attribute>, value: Option<&Value>) {
        if place.attribute.returned == Returned::Request {
            self.note(AttributePath::of(place, None));
        }
        let named = |object: &Map<String, Value>| {
            let known = object.keys().filter_map(|name| place.attribute.sub(name));
            known.cloned().collect::<Vec<_>>()
        };
        let subs = match (sub, value) {
            (Some(sub), _) => vec![sub.clone()],
            (None, Some(Value::Object(object))) => named(object),
            (None, Some(Value::Array(values))) => {
                values.iter().filter_map(Value::as_object).flat_map(named).collect()
            }
            (None, _) => Vec::new(),
        };
        for sub in subs.iter().filter(|sub| sub.returned == Returned::Request) {
            self.note(AttributePath::of(place, Some(&sub.name)));
        }
    }

    fn note(&mut self, path: AttributePath) {
        if !self.0.contains(&path) {
            self.0.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Said;
    use crate::Registry;

    #[test]
    fn nothing_of_users_and_groups_is_shown_only_because_a_client_said_it() {
        let registry = Registry::built_in();
        assert_eq!(registry.resource_types().len(), 2);
        for kind in registry.resource_types() {
            assert!(
                !Said::default().can_be(kind),
                "{}: its changes must be answered with what they say",
                kind.name
            );
        }
    }
}
