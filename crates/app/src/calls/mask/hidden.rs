//! Attributes that a deployment's own schemas keep from readers, as the schema of users keeps `password`: what is `writeOnly`, or
//! returned `never` (RFC 7643 §7). The built-in schemas have no other than `password`, which the words in `mask` hide.

use crate::provisioning::resources::own;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_scim::Registry;
use vestibule_scim::schema::{Attribute, Mutability, Returned};

/// The first segments of addresses that no type of a deployment is at.
const BUILT_IN: [&str; 2] = ["users", "groups"];

/// Names in lower case.
type Names = BTreeSet<String>;

/// What is hidden, by name.
#[derive(Debug, Default)]
pub(in crate::calls) struct Hidden {
    whole: Names,
    /// Sub-attributes, by the name of the attribute.
    parts: BTreeMap<String, Names>,
}

impl Hidden {
    /// What the types that a deployment brings hide.
    pub(in crate::calls) fn of(registry: &Registry) -> Self {
        let mut hidden = Self::default();
        for kind in own(registry) {
            let extensions = kind.extensions.iter().map(|extension| &extension.schema);
            for attribute in extensions.chain([&kind.schema]).flat_map(|schema| &schema.attributes) {
                hidden.take_up(attribute);
            }
        }
        hidden
    }

    fn take_up(&mut self, attribute: &Attribute) {
        let name = attribute.name.to_ascii_lowercase();
        if is_kept_back(attribute) {
            self.whole.insert(name);
            return;
        }
        let parts = attribute.sub_attributes.iter().filter(|sub| is_kept_back(sub));
        let parts: Names = parts.map(|sub| sub.name.to_ascii_lowercase()).collect();
        if !parts.is_empty() {
            self.parts.entry(name).or_default().extend(parts);
        }
    }

    /// What a call to this address may say of it: nothing at another interface, nor about users and groups.
    pub(in crate::calls) fn at(&self, target: &str) -> Option<&Self> {
        if self.whole.is_empty() && self.parts.is_empty() {
            return None;
        }
        let path = target.split('?').next().unwrap_or_default();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let is_scim = segments.next().is_some_and(|root| root.starts_with("scim"));
        let is_built_in =
            |segment: &str| BUILT_IN.iter().any(|endpoint| endpoint.eq_ignore_ascii_case(segment));
        let endpoint = segments.find(|segment| *segment != "v2").unwrap_or_default();
        (is_scim && !is_built_in(endpoint)).then_some(self)
    }

    /// Whether a key or a path names what is hidden, however it is written: `pin`, `urn:…:Room:pin`, `contacts[…].code`.
    pub(super) fn names(&self, text: &str) -> bool {
        let all: Names = words(text).collect();
        let parts = all.iter().filter_map(|word| self.parts.get(word));
        !all.is_disjoint(&self.whole) || parts.into_iter().any(|parts| !all.is_disjoint(parts))
    }

    /// The sub-attributes that are hidden of the attribute that a key or a path names.
    pub(super) fn parts_of(&self, text: &str) -> Option<&Names> {
        words(text).find_map(|word| self.parts.get(&word))
    }
}

fn is_kept_back(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::WriteOnly || attribute.returned == Returned::Never
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-$".contains(c)).map(str::to_ascii_lowercase)
}
