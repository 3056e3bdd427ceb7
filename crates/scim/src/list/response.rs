//! A page of a list as it is answered (RFC 7644, section 3.4.2; RFC 9865, section 2).

use serde_json::{Map, Value, json};

use crate::resource::Answer;

/// The URN of the message.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What is said about a page beside its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListResponse {
    /// How many there are in all; nothing where a cursor goes through what was not counted.
    pub total_results: Option<usize>,
    /// The place of the first one, from 1; nothing where a cursor is used.
    pub start_index: Option<usize>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Where the page before begins.
    pub previous_cursor: Option<String>,
}

impl ListResponse {
    /// The message without its resources.
    fn head(&self, items: usize) -> Map<String, Value> {
        let mut head = Map::new();
        let mut put =
            |name: &str, value: Option<Value>| head.extend(value.map(|value| (name.to_owned(), value)));
        put("schemas", Some(json!([LIST_RESPONSE])));
        put("totalResults", self.total_results.map(|count| json!(count)));
        put("itemsPerPage", Some(json!(items)));
        put("startIndex", self.start_index.map(|at| json!(at)));
        put("nextCursor", self.next_cursor.as_ref().map(|cursor| json!(cursor)));
        put("previousCursor", self.previous_cursor.as_ref().map(|cursor| json!(cursor)));
        head
    }

    /// The message with resources that are JSON already, such as schemas.
    pub fn to_json(&self, resources: Vec<Value>) -> Value {
        let mut message = self.head(resources.len());
        message.insert("Resources".to_owned(), Value::Array(resources));
        Value::Object(message)
    }

    /// Writes the message with documents, without a copy of any. Whether every one could be written: documents that are parsed
    /// always can, a `Stored` one only if its text is what it must be; else nothing is written.
    pub fn write<A: Answer>(&self, out: &mut Vec<u8>, resources: impl ExactSizeIterator<Item = A>) -> bool {
        let start = out.len();
        let head = Value::Object(self.head(resources.len())).to_string();
        out.extend_from_slice(head.strip_suffix('}').unwrap_or(&head).as_bytes());
        out.extend_from_slice(b",\"Resources\":[");
        for (place, resource) in resources.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            if !resource.write_into(out) {
                out.truncate(start);
                return false;
            }
        }
        out.extend_from_slice(b"]}");
        true
    }
}
