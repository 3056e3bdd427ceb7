//! The walk through a body: its text is read once and copied as it goes by, but for what is hidden; no tree of it is made.
//!
//! What is secret is decided in `mask`. The order of the members stays as it came, and white space is left out. What is not
//! copied (escapes, numbers, whatever is hidden) is read by `serde_json`: what it refuses is no JSON here either.

use super::{DEEPEST, HIDDEN, Hidden, Side, carries_a_secret, filter, is_secret};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use vestibule_scim::json::write_text;

/// The masked text; `None` when it is no JSON.
pub(super) fn masked(text: &str, side: Side, hidden: Option<&Hidden>) -> Option<String> {
    let out = Vec::with_capacity(text.len() + 16);
    // Without a way out in between, many bytes are looked at in one step.
    let has_controls = text.bytes().fold(false, |found, byte| found | is_control(byte));
    let mut walk = Walk { text, has_controls, at: 0, out, side, hidden };
    walk.value(Place { depth: 0, parts: None })?;
    match walk.peek() {
        None => String::from_utf8(walk.out).ok(),
        Some(_) => None,
    }
}

/// Whether a byte may not stand in a string; some of these are white space between values.
fn is_control(byte: u8) -> bool {
    byte < b' '
}

/// A text, how far it was read, and what was written of it.
struct Walk<'t> {
    text: &'t str,
    /// Whether it has such bytes at all: most bodies have none.
    has_controls: bool,
    at: usize,
    out: Vec<u8>,
    side: Side,
    hidden: Option<&'t Hidden>,
}

/// What a string says: as it stands in the text, or read because it has escapes.
struct Said<'t>(Cow<'t, str>);

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'t> {
    depth: usize,
    /// Members that are hidden because of the name under which the object stands.
    parts: Option<&'t BTreeSet<String>>,
}

/// Reading and writing.
impl<'t> Walk<'t> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let white = rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\t' | b'\r'))?;
        self.at += white;
        rest.get(white).copied()
    }

    /// Copies the next byte, which must be this one.
    fn copy(&mut self, wanted: u8) -> Option<()> {
        let next = self.peek().filter(|next| *next == wanted)?;
        self.at += 1;
        self.out.push(next);
        Some(())
    }

    /// Reads the next string.
    fn string(&mut self) -> Option<Said<'t>> {
        if self.peek()? != b'"' {
            return None;
        }
        let inside = self.text.get(self.at + 1..)?;
        let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
        let (text, rest) = inside.split_at_checked(end)?;
        if rest.starts_with('\\') {
            return self.read().map(|text| Said(Cow::Owned(text)));
        }
        if self.has_controls && text.bytes().any(is_control) {
            return None;
        }
        self.at += end + 2;
        Some(Said(Cow::Borrowed(text)))
    }

    /// Reads the next value, whatever it is.
    fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        let mut values = serde_json::Deserializer::from_str(self.text.get(self.at..)?).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }

    fn write(&mut self, text: &str) {
        write_text(&mut self.out, text);
    }

    /// Writes a string: what stood in the text without escapes needs none.
    fn show(&mut self, said: &Said<'_>) {
        match &said.0 {
            Cow::Owned(text) => self.write(text),
            Cow::Borrowed(text) => {
                self.out.push(b'"');
                self.out.extend_from_slice(text.as_bytes());
                self.out.push(b'"');
            }
        }
    }

    /// Reads the next value, and writes that there was one.
    fn hide(&mut self) -> Option<()> {
        self.read::<IgnoredAny>()?;
        self.write(HIDDEN);
        Some(())
    }
}

/// What is shown, and what is hidden.
impl<'t> Walk<'t> {
    fn value(&mut self, place: Place<'t>) -> Option<()> {
        if place.depth > DEEPEST {
            return self.hide();
        }
        match self.peek()? {
            b'{' => {
                let mut operation = Operation::default();
                self.list([b'{', b'}'], |walk| walk.member(place, &mut operation))?;
                operation.hide_value(&mut self.out);
            }
            b'[' => {
                let inside = Place { depth: place.depth + 1, ..place };
                self.list([b'[', b']'], |walk| walk.value(inside))?;
            }
            b'"' => {
                let said = self.string()?;
                match carries_a_secret(&said.0) {
                    true => self.write(HIDDEN),
                    false => self.show(&said),
                }
            }
            _ => {
                let value: Value = self.read()?;
                // Writing into memory cannot fail.
                serde_json::to_writer(&mut self.out, &value).ok();
            }
        }
        Some(())
    }

    /// What stands between brackets, with commas between.
    fn list(&mut self, [open, close]: [u8; 2], mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.copy(open)?;
        if self.peek()? != close {
            one(self)?;
            while self.peek()? == b',' {
                self.copy(b',')?;
                one(self)?;
            }
        }
        self.copy(close)
    }

    fn member(&mut self, place: Place<'t>, operation: &mut Operation) -> Option<()> {
        let name = self.string()?;
        self.show(&name);
        self.copy(b':')?;
        let name = name.0;
        let is_part = |parts: &BTreeSet<String>| parts.contains(&name.to_ascii_lowercase());
        let is_hidden = is_secret(&name)
            || place.parts.is_some_and(is_part)
            || self.hidden.is_some_and(|hidden| hidden.names(&name));
        if is_hidden {
            return self.hide();
        }
        let parts = self.hidden.and_then(|hidden| hidden.parts_of(&name));
        let inside = Place { depth: place.depth + 1, parts };
        match self.side {
            Side::Asked => self.asked(&name, inside, operation),
            Side::Answered => self.value(inside),
        }
    }

    /// A member of what came: a filter, a part of an operation, or anything else.
    fn asked(&mut self, name: &str, inside: Place<'t>, operation: &mut Operation) -> Option<()> {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is("filter") {
            let value: Value = self.read()?;
            self.write(value.as_str().map(filter).as_deref().unwrap_or(HIDDEN));
            return Some(());
        }
        if is("path") {
            let value: Value = self.read()?;
            self.path(value.as_str(), operation);
            return Some(());
        }
        operation.has_op |= is("op");
        if !is("value") {
            return self.value(inside);
        }
        if operation.value.is_some() {
            return self.hide();
        }
        let start = self.out.len();
        self.value(inside)?;
        operation.value = Some(start..self.out.len());
        Some(())
    }

    /// The path of an operation: of what is hidden nothing that it selects by is kept, nor the value beside it.
    fn path(&mut self, text: Option<&str>, operation: &mut Operation) {
        let names = |text: &str| self.hidden.is_some_and(|hidden| hidden.names(text));
        let has_parts = |text: &str| self.hidden.is_some_and(|hidden| hidden.parts_of(text).is_some());
        operation.has_path = true;
        operation.secret_path |= text.is_none_or(|text| is_secret(text) || names(text) || has_parts(text));
        match text.filter(|text| !carries_a_secret(text)) {
            Some(text) if names(text) => self.write(&filter(text)),
            text => self.write(text.unwrap_or(HIDDEN)),
        }
    }
}

/// What is known of an object that may be an operation of a patch.
#[derive(Default)]
struct Operation {
    has_op: bool,
    has_path: bool,
    secret_path: bool,
    /// Where its value was written.
    value: Option<Range<usize>>,
}

impl Operation {
    /// Hides the value if it is secret: its path names a secret; or there is no path (a body that was cut) and the value does
    /// not say what it is for.
    fn hide_value(self, out: &mut Vec<u8>) {
        let Some(range) = self.value else { return };
        let is_object = out.get(range.start) == Some(&b'{');
        if self.secret_path || (!self.has_path && self.has_op && !is_object) {
            let hidden = format!("\"{HIDDEN}\"");
            out.splice(range, hidden.into_bytes());
        }
    }
}

#[cfg(test)]
mod tests;
