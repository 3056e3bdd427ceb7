//! The JSON that comes in: strict, and bounded in size and depth.
//!
//! Two members with one name have different meanings to different readers, so they are refused; U+0000 cannot be remembered
//! by every database, so it is refused at the door. What goes out is written by `serde_json`, but for texts, of which there are many
//! ([`write_text`]).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::Error;
use crate::error::shown;

/// How deep values may be nested.
pub const DEEPEST: usize = 32;

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// `413` if it is too long, `invalidSyntax` for all else: not UTF-8, not JSON, a member twice, U+0000, nested too deep.
pub fn parse(bytes: &[u8], limit: usize) -> Result<Value, Error> {
    if bytes.len() > limit {
        return Err(Error::plain(
            413,
            format!("the body has {} bytes, and at most {limit} are accepted", bytes.len()),
        ));
    }
    let refused =
        |error: serde_json::Error| Error::invalid_syntax(format!("the body is not acceptable JSON: {error}"));
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(refused)?;
    reader.end().map_err(refused)?;
    Ok(value)
}

/// Writes a text behind what is already written. Most texts have nothing in them that has to be escaped, and are copied.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // Without a way out in between, many bytes are looked at in one step.
    if text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        // Writing into memory cannot fail.
        serde_json::to_writer(out, text).ok();
        return;
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// A value at some depth.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= DEEPEST {
            return Err(E::custom(format!("values are nested more than {DEEPEST} deep")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn text<E: serde::de::Error>(text: &str) -> Result<&str, E> {
    if text.contains('\0') { Err(E::custom("a text contains U+0000")) } else { Ok(text) }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(text(value)?.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        text(&value)?;
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            text(&name)?;
            let value = members.next_value_seed(inner)?;
            match object.entry(name) {
                Entry::Vacant(place) => place.insert(value),
                Entry::Occupied(there) => {
                    let name = shown(there.key());
                    return Err(A::Error::custom(format!(
                        "the member \"{name}\" stands twice in one object"
                    )));
                }
            };
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_serde_writes_it() {
        let all: Vec<String> = ('\0'..='\u{ff}').chain(['\u{2028}', '\u{1f600}']).map(String::from).collect();
        for text in all.iter().chain([&String::new(), &all.concat(), &"a user's name".repeat(9)]) {
            let mut written = b"{".to_vec();
            write_text(&mut written, text);
            assert_eq!(written, [b"{", serde_json::to_vec(text).unwrap().as_slice()].concat());
        }
    }
}
