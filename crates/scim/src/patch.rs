//! PATCH (RFC 7644, section 3.5.2): operations that make one document out of another.
//!
//! `parse` reads the message without asking what its paths mean; `apply` (`patch/apply`, `patch/edit`) does all operations in
//! order or none; `members` (`patch/members`) splits off what is said about the members of a group, so that a large group
//! need not be loaded to be changed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::shown;
use crate::{Error, Path, Quirk};

mod apply;
mod edit;
mod members;
mod values;

pub use apply::apply;
pub use members::{Member, MemberOp, members};

/// The URN of the message.
pub const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations in one patch.
pub const MOST_OPERATIONS: usize = 1_000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// A value is added to what there is, or set.
    Add,
    /// A value takes the place of what there is.
    Replace,
    /// What there is, is removed.
    Remove,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// Where; nothing if the value says it.
    pub path: Option<Path>,
    /// The value; nothing if none was sent. Null is a value.
    pub value: Option<Value>,
}

/// A patch, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Its operations, in order.
    pub operations: Vec<Operation>,
    /// What was unusual in how it is written.
    pub quirks: BTreeSet<Quirk>,
}

/// Reads a patch.
///
/// # Errors
/// `invalidSyntax` if it has not the shape of the message, `invalidPath` and `invalidFilter` for a malformed path, 413 if it
/// has too many operations.
pub fn parse(body: Value) -> Result<Patch, Error> {
    let Value::Object(mut body) = body else {
        return Err(Error::invalid_syntax("a patch must be a JSON object with Operations"));
    };
    let mut patch = Patch::default();
    match take(&mut body, "schemas") {
        None | Some(Value::Null) => {
            patch.quirks.insert(Quirk::BulkWithoutSchemas);
        }
        Some(schemas) if names_message(&schemas) => {}
        Some(_) => {
            return Err(Error::invalid_syntax(format!("the schemas of a patch must be [\"{SCHEMA}\"]")));
        }
    }
    let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
        return Err(Error::invalid_syntax("a patch must have a list of Operations"));
    };
    if operations.len() > MOST_OPERATIONS {
        let message = format!(
            "the patch has {} operations, and at most {MOST_OPERATIONS} are accepted",
            operations.len()
        );
        return Err(Error::plain(413, message));
    }
    if operations.is_empty() {
        patch.quirks.insert(Quirk::NoOperations);
    }
    for value in operations {
        let operation = operation(value, &mut patch.quirks)?;
        patch.operations.push(operation);
    }
    Ok(patch)
}

fn names_message(schemas: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SCHEMA));
    match schemas {
        Value::Array(list) => list.is_empty() || list.iter().any(is),
        other => is(other),
    }
}

/// Takes the member of this name, in any case.
pub(crate) fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    if let Some(value) = object.remove(name) {
        return Some(value);
    }
    let found = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
    object.remove(&found)
}

fn operation(value: Value, quirks: &mut BTreeSet<Quirk>) -> Result<Operation, Error> {
    let Value::Object(mut object) = value else {
        return Err(Error::invalid_syntax("each of the Operations must be an object"));
    };
    let verb = match take(&mut object, "op") {
        Some(Value::String(word)) => verb(&word, quirks)?,
        _ => return Err(Error::invalid_syntax("an operation must have op: add, replace or remove")),
    };
    let path = match take(&mut object, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::String(text)) => Some(Path::parse(text.trim())?),
        Some(_) => return Err(Error::invalid_syntax("the path of an operation must be a text")),
    };
    let value = take(&mut object, "value");
    let switches = |value: &Value| {
        value.as_object().is_some_and(|value| value.keys().any(|key| key.eq_ignore_ascii_case("active")))
    };
    if path.is_none() && value.as_ref().is_some_and(switches) {
        quirks.insert(Quirk::DeactivationWithoutPath);
    }
    Ok(Operation { verb, path, value })
}

fn verb(word: &str, quirks: &mut BTreeSet<Quirk>) -> Result<Verb, Error> {
    let verb = match word.to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "replace" => Verb::Replace,
        "remove" => Verb::Remove,
        _ => {
            let message = format!("\"{}\" is no operation: it must be add, replace or remove", shown(word));
            return Err(Error::invalid_syntax(message));
        }
    };
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        quirks.insert(Quirk::OperationInAnyCase);
    }
    Ok(verb)
}
