//! Applying a patch: where each operation goes, in order, and what must hold in the end.
//!
//! The work is done on a copy, so a patch is done as a whole or not at all. What happens to the value of one attribute is in
//! `patch/edit`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::edit::{self, Change};
use super::{Operation, Patch, Verb};
use crate::error::shown;
use crate::filter::selection;
use crate::resource::{check_immutable, check_required};
use crate::schema::{Attribute, Mutability, Named, Place, ResourceType};
use crate::{Document, Error, Path, Quirk};

type Outcome<T> = Result<T, Error>;

/// Applies a patch to a document.
///
/// # Errors
/// `invalidPath` for an attribute that does not exist, `noTarget` for a value that is not there to be replaced, `mutability`
/// for what may not be changed, `invalidValue` for a value that does not fit.
pub fn apply(kind: &ResourceType, document: &Document, patch: &Patch) -> Outcome<Document> {
    let mut editor = Editor { kind, attributes: document.attributes.clone(), quirks: patch.quirks.clone() };
    for operation in &patch.operations {
        editor.operation(operation)?;
    }
    let after = Document { attributes: editor.attributes, quirks: editor.quirks };
    still_complete(kind, document, &after)?;
    check_immutable(kind, document, after)
}

/// A required attribute may not be removed (RFC 7644, section 3.5.2.2), nor be left out of what was added.
fn still_complete(kind: &ResourceType, before: &Document, after: &Document) -> Outcome<()> {
    let Err(name) = check_required(kind, after) else { return Ok(()) };
    if check_required(kind, before).is_err_and(|before| before == name) {
        return Ok(());
    }
    let removed = after.get(&name).is_none() && before.get(&name).is_some();
    Err(if removed {
        Error::mutability(format!("{name} is required, and cannot be removed"))
    } else {
        Error::invalid_value(format!("{name} is required, and has no value"))
    })
}

struct Editor<'k> {
    kind: &'k ResourceType,
    attributes: Map<String, Value>,
    quirks: BTreeSet<Quirk>,
}

/// Where a key without meaning comes from decides what happens to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The path of an operation: what does not exist is refused.
    Path,
    /// A key of a value: what does not exist is left out.
    Key,
    /// A key inside of an extension: the same.
    Inside,
}

impl Editor<'_> {
    fn operation(&mut self, operation: &Operation) -> Outcome<()> {
        let Operation { verb, path, value } = operation;
        if *verb != Verb::Remove && value.is_none() {
            return Err(Error::invalid_value("an add or replace must have a value"));
        }
        match (path, value) {
            (Some(path), value) => self.at(Source::Path, *verb, path, value.as_ref()),
            (None, Some(value)) => self.members(*verb, "", value),
            (None, None) => Err(Error::no_target("a remove must have a path")),
        }
    }

    /// A value without path: each of its members is at a path of its own.
    fn members(&mut self, verb: Verb, urn: &str, value: &Value) -> Outcome<()> {
        let Value::Object(members) = value else {
            return Err(Error::invalid_value("without a path the value must be an object"));
        };
        let source = if urn.is_empty() { Source::Key } else { Source::Inside };
        for (name, value) in members {
            if urn.is_empty() && ["schemas", "id", "meta"].iter().any(|own| own.eq_ignore_ascii_case(name)) {
                continue;
            }
            if verb == Verb::Remove && !matches!(value, Value::Array(_) | Value::Object(_)) {
                return Err(Error::no_target("a remove must have a path"));
            }
            let full = if urn.is_empty() { name.clone() } else { format!("{urn}:{name}") };
            match Path::parse(&full) {
                Ok(path) => self.at(source, verb, &path, Some(value))?,
                Err(_) => self.note(Quirk::UnknownAttribute),
            }
        }
        Ok(())
    }

    fn note(&mut self, quirk: Quirk) {
        self.quirks.insert(quirk);
    }

    fn at(&mut self, source: Source, verb: Verb, path: &Path, value: Option<&Value>) -> Outcome<()> {
        let kind = self.kind;
        match kind.named(&path.head) {
            Named::Whole(urn) if path.filter.is_none() => self.whole(verb, urn, value),
            Named::Attribute { place, sub, dotted } => {
                if dotted || (place.extension.is_some() && !path.head.contains(':')) {
                    self.note(Quirk::LooseExtension);
                }
                if source == Source::Key
                    && (sub.is_some() || path.filter.is_some() || path.head.contains(':'))
                {
                    self.note(Quirk::FlatKeys);
                }
                self.attribute(source, verb, (place, sub), path, value)
            }
            Named::Whole(_) | Named::Unknown => self.unknown(source, path),
        }
    }

    fn unknown(&mut self, source: Source, path: &Path) -> Outcome<()> {
        if source != Source::Path {
            self.note(Quirk::UnknownAttribute);
            return Ok(());
        }
        let name = shown(&path.to_string());
        Err(Error::invalid_path(format!(
            "{name} is no attribute of a {}; /Schemas lists those there are",
            self.kind.name
        )))
    }

    /// All of an extension, or with the URN of the base schema, all of the resource.
    fn whole(&mut self, verb: Verb, urn: Option<&str>, value: Option<&Value>) -> Outcome<()> {
        match (verb, urn, value) {
            (Verb::Remove, Some(urn), None | Some(Value::Null))
            | (Verb::Replace, Some(urn), Some(Value::Null)) => {
                self.attributes.remove(urn);
                Ok(())
            }
            (_, Some(urn), Some(value)) => self.members(verb, urn, value),
            (Verb::Add | Verb::Replace, None, Some(value)) => self.members(verb, "", value),
            _ => Err(Error::no_target("the path names the whole resource")),
        }
    }

    fn attribute(
        &mut self,
        source: Source,
        verb: Verb,
        (place, sub): (Place<'_>, Option<&Attribute>),
        path: &Path,
        value: Option<&Value>,
    ) -> Outcome<()> {
        let attribute = place.attribute;
        let filter = path.filter.as_ref().map(|filter| selection(filter, attribute)).transpose()?;
        let sub = match &path.sub {
            None => sub,
            Some(name) => match attribute.sub(name) {
                Some(sub) => Some(sub),
                None => return self.unknown(source, path),
            },
        };
        if !attribute.is_writable() || sub.is_some_and(|sub| !sub.is_writable()) {
            // The schemas follow from the attributes, so what some say about them is passed over.
            if source != Source::Path || attribute.name == "schemas" {
                return Ok(());
            }
            return Err(Error::mutability(format!("{path} is kept by the service, and cannot be changed")));
        }
        let before = self.take(place);
        let once = attribute.mutability == Mutability::Immutable && before.is_some();
        let change = Change { verb, attribute, sub, filter: filter.as_ref(), path };
        let after = edit::edit(&change, before, value, &mut self.quirks)?;
        if once && after.is_none() {
            return Err(Error::mutability(format!("{path} was set once, and cannot be removed")));
        }
        self.put(place, after);
        Ok(())
    }

    fn take(&mut self, place: Place<'_>) -> Option<Value> {
        match place.extension {
            None => self.attributes.remove(&place.attribute.name),
            Some(urn) => self.attributes.get_mut(urn)?.as_object_mut()?.remove(&place.attribute.name),
        }
    }

    fn put(&mut self, place: Place<'_>, value: Option<Value>) {
        let name = place.attribute.name.clone();
        match (place.extension, value) {
            (None, Some(value)) => {
                self.attributes.insert(name, value);
            }
            (None, None) => {}
            (Some(urn), Some(value)) => {
                let inside = self.attributes.entry(urn).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(inside) = inside {
                    inside.insert(name, value);
                }
            }
            (Some(urn), None) => {
                if self.attributes.get(urn).and_then(Value::as_object).is_some_and(Map::is_empty) {
                    self.attributes.remove(urn);
                }
            }
        }
    }
}
