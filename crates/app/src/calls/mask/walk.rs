//! The walk through a body: it is read once and written down masked as it goes by; no tree of it is made.
//!
//! What is secret is decided in `mask`; the order of the members stays as it came.

use super::{DEEPEST, HIDDEN, Hidden, Side, carries_a_secret, filter, is_secret};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// The masked text; `None` when it is no JSON.
pub(super) fn masked(text: &str, side: Side, hidden: Option<&Hidden>) -> Option<String> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut reader = serde_json::Deserializer::from_str(text);
    Walk { out: &mut out, side, hidden, parts: None, depth: 0 }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    String::from_utf8(out).ok()
}

/// One value on its way.
struct Walk<'o> {
    out: &'o mut Vec<u8>,
    side: Side,
    hidden: Option<&'o Hidden>,
    /// Members that are hidden because of the name under which the object stands.
    parts: Option<&'o BTreeSet<String>>,
    depth: usize,
}

/// The name of a member.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Walk<'_> {
    fn inside(&mut self) -> Walk<'_> {
        let (side, hidden, parts) = (self.side, self.hidden, self.parts);
        Walk { out: self.out, side, hidden, parts, depth: self.depth + 1 }
    }

    /// What stands under this name.
    fn under(&mut self, name: &str) -> Walk<'_> {
        let parts = self.hidden.and_then(|hidden| hidden.parts_of(name));
        Walk { parts, ..self.inside() }
    }

    fn is_hidden(&self, name: &str) -> bool {
        let is_part = |parts: &BTreeSet<String>| parts.contains(&name.to_ascii_lowercase());
        is_secret(name)
            || self.parts.is_some_and(is_part)
            || self.hidden.is_some_and(|hidden| hidden.names(name))
    }

    fn write(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        // Writing into memory cannot fail.
        serde_json::to_writer(&mut *self.out, value).ok();
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, reader: D) -> Result<(), D::Error> {
        if self.depth > DEEPEST {
            IgnoredAny::deserialize(reader)?;
            self.write(HIDDEN);
            return Ok(());
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.write(&());
        Ok(())
    }

    fn visit_bool<E: Error>(mut self, on: bool) -> Result<(), E> {
        self.write(&on);
        Ok(())
    }

    fn visit_i64<E: Error>(mut self, number: i64) -> Result<(), E> {
        self.write(&number);
        Ok(())
    }

    fn visit_u64<E: Error>(mut self, number: u64) -> Result<(), E> {
        self.write(&number);
        Ok(())
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<(), E> {
        self.write(&number);
        Ok(())
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.write(if carries_a_secret(text) { HIDDEN } else { text });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        self.out.push(b'[');
        let begin = self.out.len();
        loop {
            let end = self.out.len();
            if end > begin {
                self.out.push(b',');
            }
            if values.next_element_seed(self.inside())?.is_none() {
                self.out.truncate(end);
                break;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.out.push(b'{');
        let begin = self.out.len();
        let mut operation = Operation::default();
        while let Some(Name(name)) = members.next_key()? {
            if self.out.len() > begin {
                self.out.push(b',');
            }
            self.write(name.as_ref());
            self.out.push(b':');
            if self.is_hidden(&name) {
                members.next_value::<IgnoredAny>()?;
                self.write(HIDDEN);
            } else if self.side == Side::Asked {
                self.asked(&name, &mut members, &mut operation)?;
            } else {
                members.next_value_seed(self.under(&name))?;
            }
        }
        operation.hide_value(self.out);
        self.out.push(b'}');
        Ok(())
    }
}

impl Walk<'_> {
    /// A member of what came: a filter, a part of an operation, or anything else.
    fn asked<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut A,
        operation: &mut Operation,
    ) -> Result<(), A::Error> {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
        if is("filter") || is("path") {
            let value: Value = members.next_value()?;
            let text = value.as_str();
            if is("filter") {
                self.write(text.map(filter).as_deref().unwrap_or(HIDDEN));
            } else {
                self.path(text, operation);
            }
            return Ok(());
        }
        operation.has_op |= is("op");
        let start = self.out.len();
        if is("value") && operation.value.is_some() {
            members.next_value::<IgnoredAny>()?;
            self.write(HIDDEN);
            return Ok(());
        }
        members.next_value_seed(self.under(name))?;
        if is("value") {
            operation.value = Some(start..self.out.len());
        }
        Ok(())
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
