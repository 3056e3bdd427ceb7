//! A document answered straight from the text that a store keeps: what is shown as it is, is copied and not parsed.
//!
//! A page of a hundred users costs a fraction of what parsing them would. The text is what `serde_json` writes of a
//! `Document`: one object without white space. Any other text is not answered here, and its reader must parse it.

use serde_json::{Map, Value};

use super::Meta;
use super::projection::{Projection, Shown};
use super::render::{Answer, meta_shown, part, schemas_of, write_json};
use crate::json::write_text;
use crate::schema::{Attribute, Kind, Place, ResourceType, Returned};

/// A stored document with what it takes to answer it.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    /// What it is.
    pub kind: &'a ResourceType,
    /// The text, as `serde_json` writes the attributes of a document.
    pub text: &'a str,
    /// What the service adds at the top, such as `groups`; it is in place of what the text says.
    pub added: &'a Map<String, Value>,
    /// What is to be shown.
    pub projection: &'a Projection,
    /// What the service says about it.
    pub meta: &'a Meta,
}

/// What the text of an object says, member by member: the name, and the text of the value.
type Members<'a> = Vec<(&'a str, &'a str)>;

impl Answer for Stored<'_> {
    fn write_into(&self, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let written = self.write(out);
        if written.is_none() {
            out.truncate(start);
        }
        written.is_some()
    }
}

impl Stored<'_> {
    fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        let members = members(self.text)?;
        let present = |urn: &str| members.iter().any(|(name, _)| *name == urn);
        out.extend_from_slice(b"{\"schemas\":");
        for (index, urn) in schemas_of(self.kind, present).enumerate() {
            out.push(if index == 0 { b'[' } else { b',' });
            write_text(out, urn);
        }
        out.extend_from_slice(b"],\"id\":");
        write_text(out, &self.meta.id);
        if let Some(external_id) = &self.meta.external_id
            && self.projection.shows(self.kind, "externalId")
            && !present("externalId")
        {
            name(out, "externalId");
            write_text(out, external_id);
        }
        for (name, text) in members.iter().filter(|(name, _)| !self.added.contains_key(*name)) {
            self.member(out, name, text)?;
        }
        for (added, value) in self.added {
            let Some(attribute) = self.kind.attribute(added) else { continue };
            let shown = self.projection.on(Place { extension: None, attribute });
            if let Some(part) = part(attribute, value, shown) {
                name(out, added);
                write_json(out, &part);
            }
        }
        if let Some(meta) = meta_shown(self.kind, self.projection, self.meta) {
            name(out, "meta");
            meta.write(out);
        }
        out.push(b'}');
        Some(())
    }

    fn member(&self, out: &mut Vec<u8>, member: &str, text: &str) -> Option<()> {
        if let Some(extension) = self.kind.extension(member) {
            return self.extension(out, &extension.schema.id, text);
        }
        if matches!(member, "id" | "meta" | "schemas") {
            return Some(());
        }
        let Some(attribute) = self.kind.attribute(member) else { return Some(()) };
        let shown = self.projection.on(Place { extension: None, attribute });
        let before = out.len();
        name(out, member);
        if !value(out, attribute, text, shown)? {
            out.truncate(before);
        }
        Some(())
    }

    fn extension(&self, out: &mut Vec<u8>, urn: &str, text: &str) -> Option<()> {
        let schema = &self.kind.extension(urn)?.schema;
        let start = out.len();
        name(out, urn);
        let inside = out.len();
        for (member, text) in members(text)? {
            let Some(attribute) = schema.attribute(member) else { continue };
            let shown = self.projection.on(Place { extension: Some(urn), attribute });
            let before = out.len();
            name(out, member);
            if !value(out, attribute, text, shown)? {
                out.truncate(before);
            }
        }
        // The first member has a comma before it, where the brace belongs.
        match out.get_mut(inside) {
            Some(first) => {
                *first = b'{';
                out.push(b'}');
            }
            None => out.truncate(start),
        }
        Some(())
    }
}

/// Writes a comma and a name, which is one of a schema and needs no escapes.
fn name(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes what is shown of a value; whether anything is. Nothing if the text is none.
fn value(out: &mut Vec<u8>, attribute: &Attribute, text: &str, shown: Shown<'_>) -> Option<bool> {
    let always = |sub: &Attribute| matches!(sub.returned, Returned::Default | Returned::Always);
    let whole = attribute.kind != Kind::Complex
        || (shown == Shown::All && attribute.sub_attributes.iter().all(always));
    if shown == Shown::Nothing {
        return Some(false);
    }
    if whole {
        out.extend_from_slice(text.as_bytes());
        return Some(true);
    }
    let parsed: Value = serde_json::from_str(text).ok()?;
    Some(part(attribute, &parsed, shown).map(|part| write_json(out, &part)).is_some())
}

/// The members of the text of an object without white space; nothing for any other text.
fn members(text: &str) -> Option<Members<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::with_capacity(16);
    if text == "{}" {
        return Some(found);
    }
    let mut at = 0;
    let mut opens = b'{';
    loop {
        if bytes.get(at) != Some(&opens) || bytes.get(at + 1) != Some(&b'"') {
            return None;
        }
        let name_end = string_end(bytes, at + 1)?;
        let name = text.get(at + 2..name_end - 1)?;
        if name.contains('\\') || bytes.get(name_end) != Some(&b':') {
            return None;
        }
        let end = value_end(bytes, name_end + 1)?;
        found.push((name, text.get(name_end + 1..end)?));
        if bytes.get(end) == Some(&b'}') {
            return (end + 1 == bytes.len()).then_some(found);
        }
        at = end;
        opens = b',';
    }
}

/// Where the string that begins here has ended.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// Where the value that begins here has ended.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            b',' | b'}' | b']' if depth == 0 => return (at > start).then_some(at),
            byte if byte.is_ascii_whitespace() => return None,
            _ => at += 1,
        }
    }
}
