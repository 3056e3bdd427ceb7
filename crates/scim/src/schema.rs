//! Schemas and resource types (RFC 7643, sections 2, 6 and 7): data, read from JSON.
//!
//! The built-in ones are the files of `crates/scim/schemas`; a deployment may bring its own. Here is what they are and how
//! names are looked up in them; reading is in `schema/read`, writing in `schema/render`, the set of all in `schema/registry`.

use std::sync::Arc;

mod read;
mod registry;
mod render;
#[cfg(test)]
mod tests;

pub use read::Malformed;
pub use registry::{COMMON, ENTERPRISE_USER, GROUP, Registry, USER, VESTIBULE_USER};

/// The data type of an attribute (RFC 7643, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A point in time.
    DateTime,
    /// The address or URN of something else.
    Reference,
    /// Bytes, in Base64.
    Binary,
    /// Sub-attributes.
    Complex,
}

/// When a value may change (RFC 7643, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Never by a client.
    ReadOnly,
    /// At any time.
    ReadWrite,
    /// Once.
    Immutable,
    /// At any time, but it is never read.
    WriteOnly,
}

/// When a value is in an answer (RFC 7643, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// Always, whatever is asked for.
    Always,
    /// Never.
    Never,
    /// Unless something else is asked for.
    Default,
    /// Only if it is asked for.
    Request,
}

/// Among which resources a value is unique (RFC 7643, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// It need not be.
    None,
    /// Among those of this service.
    Server,
    /// Among all.
    Global,
}

/// An attribute, with its characteristics (RFC 7643, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name, as it is written.
    pub name: String,
    /// The data type.
    pub kind: Kind,
    /// Whether it has several values.
    pub multi_valued: bool,
    /// Whether it must have a value.
    pub required: bool,
    /// Whether upper and lower case differ when values are compared.
    pub case_exact: bool,
    /// When it may change.
    pub mutability: Mutability,
    /// When it is in an answer.
    pub returned: Returned,
    /// Among which resources it is unique.
    pub uniqueness: Uniqueness,
    /// Values that are suggested; others are accepted.
    pub canonical_values: Vec<String>,
    /// What a reference may point to.
    pub reference_types: Vec<String>,
    /// What it is, in a sentence.
    pub description: String,
    /// The attributes of a complex one.
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// The sub-attribute of this name, in any case.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }

    /// Whether a client may set it.
    pub fn is_writable(&self) -> bool {
        self.mutability != Mutability::ReadOnly
    }

    /// The sub-attribute that stands for the whole where a plain value does: `value`.
    pub fn default_sub(&self) -> Option<&Attribute> {
        self.sub("value")
    }
}

/// The attribute of this name, in any case: names are ASCII (RFC 7643, section 2.1).
fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A schema: the attributes that a URN stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it describes, in a sentence.
    pub description: String,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.attributes, name)
    }
}

/// An extension of a resource type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its schema.
    pub schema: Arc<Schema>,
    /// Whether every resource of the type has it.
    pub required: bool,
}

/// A kind of resource (RFC 7643, section 6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceType {
    /// The name, which `meta.resourceType` repeats.
    pub name: String,
    /// Where the resources are, below the base address: `/Users`.
    pub endpoint: String,
    /// What the resource is, in a sentence.
    pub description: String,
    /// The base schema.
    pub schema: Arc<Schema>,
    /// The extensions.
    pub extensions: Vec<Extension>,
    /// The attributes that every resource has.
    common: Arc<Schema>,
}

/// An attribute of a resource type, and where in a document it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'k> {
    /// The URN of the extension under which it stands; nothing at the top.
    pub extension: Option<&'k str>,
    /// The attribute.
    pub attribute: &'k Attribute,
}

/// What a name, as clients write it, means for a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'k> {
    /// An attribute, or the sub-attribute of one.
    Attribute { place: Place<'k>, sub: Option<&'k Attribute>, dotted: bool },
    /// All of an extension, or of the resource where there is none.
    Whole(Option<&'k str>),
    /// Nothing that is known.
    Unknown,
}

impl ResourceType {
    /// The attribute of this name, in any case: a common one, or one of the base schema.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.schema.attribute(name).or_else(|| self.common.attribute(name))
    }

    /// The extension with this URN, in any case.
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.schema.id.eq_ignore_ascii_case(urn))
    }

    /// All attributes at the top: the common ones, then those of the base schema.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.common.attributes.iter().chain(&self.schema.attributes)
    }

    /// All attributes wherever they stand.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place<'_>> {
        let top = self.attributes().map(|attribute| Place { extension: None, attribute });
        let inside = self.extensions.iter().flat_map(|extension| {
            let urn = extension.schema.id.as_str();
            extension.schema.attributes.iter().map(move |attribute| Place { extension: Some(urn), attribute })
        });
        top.chain(inside)
    }

    /// What a name means: `emails.value`, `urn:…:User:department`, and as some write it `urn:…:User.department`. An
    /// attribute of an extension is found without its URN too, where the base schema has none of that name.
    pub(crate) fn named(&self, name: &str) -> Named<'_> {
        let bases = std::iter::once((self.schema.id.as_str(), None));
        let extensions = self.extensions.iter().map(|extension| {
            let id = extension.schema.id.as_str();
            (id, Some(id))
        });
        for (urn, extension) in bases.chain(extensions) {
            match after(name, urn) {
                Some("") => return Named::Whole(extension),
                Some(rest) => {
                    if let Some(local) = rest.strip_prefix([':', '.']) {
                        return self.inside(extension, local, rest.starts_with('.'));
                    }
                }
                None => {}
            }
        }
        if name.contains(':') { Named::Unknown } else { self.unqualified(name) }
    }

    fn inside(&self, urn: Option<&str>, local: &str, dotted: bool) -> Named<'_> {
        let (attribute, sub) = split(local);
        let Some(extension) = urn.and_then(|urn| self.extension(urn)) else {
            let place = self.attribute(attribute).map(|attribute| Place { extension: None, attribute });
            return place.map_or(Named::Unknown, |place| with_sub(place, sub, dotted));
        };
        let attribute = extension.schema.attribute(attribute);
        let place = attribute.map(|attribute| Place { extension: Some(&extension.schema.id), attribute });
        place.map_or(Named::Unknown, |place| with_sub(place, sub, dotted))
    }

    fn unqualified(&self, name: &str) -> Named<'_> {
        let (attribute, sub) = split(name);
        if let Some(attribute) = self.attribute(attribute) {
            return with_sub(Place { extension: None, attribute }, sub, false);
        }
        let inside = self.extensions.iter().find_map(|extension| {
            let attribute = extension.schema.attribute(attribute)?;
            Some(Place { extension: Some(&extension.schema.id), attribute })
        });
        inside.map_or(Named::Unknown, |place| with_sub(place, sub, false))
    }
}

/// What follows a URN at the beginning of a name, in any case.
fn after<'n>(name: &'n str, urn: &str) -> Option<&'n str> {
    let head = name.get(..urn.len())?;
    if !head.eq_ignore_ascii_case(urn) || urn.is_empty() {
        return None;
    }
    name.get(urn.len()..)
}

fn split(name: &str) -> (&str, Option<&str>) {
    match name.split_once('.') {
        Some((attribute, sub)) => (attribute, Some(sub)),
        None => (name, None),
    }
}

fn with_sub<'k>(place: Place<'k>, sub: Option<&str>, dotted: bool) -> Named<'k> {
    match sub.map(|name| place.attribute.sub(name)) {
        None => Named::Attribute { place, sub: None, dotted },
        Some(Some(sub)) => Named::Attribute { place, sub: Some(sub), dotted },
        Some(None) => Named::Unknown,
    }
}
