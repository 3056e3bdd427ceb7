//! Bulk requests (RFC 7644, section 3.7): many operations in one message, which may refer to what others of them make.
//!
//! Here the message is read and answered; in which order its operations are done is in `bulk/plan`. Doing them is told in `app`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::error::shown;
use crate::patch::take;
use crate::{Error, json as strict};

mod plan;

pub use plan::{Part, Step, plan};

/// The URN of the request.
pub const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// The URN of the response.
pub const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// What a reference to something else in the request begins with.
const REFERENCE: &str = "bulkId:";
/// The longest bulkId, in bytes.
const LONGEST_ID: usize = 256;

/// A method that an operation may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A resource is made.
    Post,
    /// A resource is replaced.
    Put,
    /// A resource is changed.
    Patch,
    /// A resource is removed.
    Delete,
}

impl Method {
    /// The method as HTTP writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an operation is done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All resources of the endpoint: something is made there.
    Collection,
    /// The resource with this identifier.
    Id(String),
    /// The resource that the operation with this bulkId makes.
    BulkId(String),
}

/// One operation of a bulk request.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// What is done.
    pub method: Method,
    /// Where: `/Users`.
    pub endpoint: String,
    /// To what.
    pub target: Target,
    /// The name by which others refer to what is made.
    pub bulk_id: Option<String>,
    /// The version that the resource must have.
    pub version: Option<String>,
    /// The body.
    pub data: Option<Value>,
}

/// A bulk request, read.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// After how many errors the rest is left undone; nothing if all is to be tried.
    pub fail_on_errors: Option<u64>,
    /// Its operations, as they came.
    pub operations: Vec<BulkOperation>,
}

/// Reads a bulk request of at most so many operations; its size in bytes is bounded by `json::parse`.
///
/// # Errors
/// 413 if there are too many operations, `invalidSyntax` for all else.
pub fn parse(body: Value, max_operations: usize) -> Result<BulkRequest, Error> {
    let Value::Object(mut body) = body else {
        return Err(Error::invalid_syntax("a bulk request must be a JSON object with Operations"));
    };
    let names = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(REQUEST));
    if let Some(schemas) = take(&mut body, "schemas").as_ref().and_then(Value::as_array)
        && !schemas.iter().any(names)
    {
        return Err(Error::invalid_syntax(format!("the schemas of a bulk request must be [\"{REQUEST}\"]")));
    }
    let fail_on_errors = match take(&mut body, "failOnErrors") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_u64().filter(|count| *count > 0) {
            Some(count) => Some(count),
            None => return Err(Error::invalid_syntax("failOnErrors must be a whole number from 1")),
        },
    };
    let Some(Value::Array(values)) = take(&mut body, "Operations") else {
        return Err(Error::invalid_syntax("a bulk request must have a list of Operations"));
    };
    if values.len() > max_operations {
        let message =
            format!("the request has {} operations, and at most {max_operations} are accepted", values.len());
        return Err(Error::plain(413, message));
    }
    let mut operations = Vec::with_capacity(values.len());
    let mut ids = HashSet::new();
    for (value, number) in values.into_iter().zip(1..) {
        let operation =
            operation(value).map_err(|why| Error::invalid_syntax(format!("operation {number}: {why}")))?;
        if operation.bulk_id.as_ref().is_some_and(|id| !ids.insert(id.clone())) {
            return Err(Error::invalid_syntax(format!(
                "operation {number}: its bulkId is that of another one"
            )));
        }
        operations.push(operation);
    }
    Ok(BulkRequest { fail_on_errors, operations })
}

fn operation(value: Value) -> Result<BulkOperation, String> {
    let Value::Object(mut object) = value else { return Err("it is no object".to_owned()) };
    let text = |object: &mut Map<String, Value>, name: &str| match take(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} must be a text")),
    };
    let method = text(&mut object, "method")?.unwrap_or_default();
    let method = [Method::Post, Method::Put, Method::Patch, Method::Delete]
        .into_iter()
        .find(|known| known.name().eq_ignore_ascii_case(&method))
        .ok_or("method must be POST, PUT, PATCH or DELETE")?;
    let bulk_id = text(&mut object, "bulkId")?.filter(|id| !id.is_empty());
    if bulk_id.as_ref().is_some_and(|id| id.len() > LONGEST_ID) {
        return Err(format!("its bulkId is longer than {LONGEST_ID} bytes"));
    }
    let path = text(&mut object, "path")?.ok_or("it has no path")?;
    let (endpoint, target) = target(&path)?;
    let data = take(&mut object, "data").filter(|data| !data.is_null());
    match (method, &target) {
        (Method::Post, Target::Collection) if bulk_id.is_none() => {
            return Err("a POST must have a bulkId".to_owned());
        }
        (Method::Post, Target::Collection) => {}
        (Method::Post, _) => return Err("a POST goes to an endpoint, such as /Users".to_owned()),
        (_, Target::Collection) => return Err(format!("a {} needs the path of a resource", method.name())),
        _ => {}
    }
    if method != Method::Delete && !data.as_ref().is_some_and(Value::is_object) {
        return Err("its data must be an object".to_owned());
    }
    let version = text(&mut object, "version")?;
    Ok(BulkOperation { method, endpoint, target, bulk_id, version, data })
}

fn target(path: &str) -> Result<(String, Target), String> {
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    let (endpoint, id, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let plain = |part: &str| !part.is_empty() && !part.contains(['?', '#', '%', '\\']);
    if !plain(endpoint) || more.is_some() || id.is_some_and(|id| !plain(id)) {
        return Err(format!("\"{}\" is no path such as /Groups or /Groups/id", shown(path)));
    }
    let target = match id.map(|id| id.strip_prefix(REFERENCE).ok_or(id)) {
        None => Target::Collection,
        Some(Ok(bulk_id)) => Target::BulkId(bulk_id.to_owned()),
        Some(Err(id)) => Target::Id(id.to_owned()),
    };
    Ok((format!("/{endpoint}"), target))
}

impl BulkRequest {
    /// Whether after so many errors the rest is left undone.
    pub fn stops(&self, errors: u64) -> bool {
        self.fail_on_errors.is_some_and(|most| errors >= most)
    }
}

/// Puts identifiers where a value refers to what other operations made.
///
/// # Errors
/// 409 if what is referred to was not made (RFC 7644, section 3.7.2).
pub fn resolve(value: &mut Value, made: &dyn Fn(&str) -> Option<String>) -> Result<(), Error> {
    walk(value, made, strict::DEEPEST)
}

fn walk(value: &mut Value, made: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<(), Error> {
    let Some(deeper) = depth.checked_sub(1) else { return Ok(()) };
    match value {
        Value::String(text) => {
            let Some(id) = text.strip_prefix(REFERENCE) else { return Ok(()) };
            let unknown = || Error::plain(409, format!("nothing was made with the bulkId {}", shown(id)));
            *text = made(id).ok_or_else(unknown)?;
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| walk(value, made, deeper)),
        Value::Object(object) => object.values_mut().try_for_each(|value| walk(value, made, deeper)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// Calls for every bulkId that a value refers to.
fn references<'v>(value: &'v Value, found: &mut dyn FnMut(&'v str)) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE) {
                found(id);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        Value::Object(object) => object.values().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What was done.
    pub method: Method,
    /// The name that it had.
    pub bulk_id: Option<String>,
    /// The version of the resource now.
    pub version: Option<String>,
    /// The address of the resource; nothing if none was made.
    pub location: Option<String>,
    /// The HTTP status that it would have had alone.
    pub status: u16,
    /// The body that it would have had alone; for errors it is always there.
    pub response: Option<Value>,
}

/// The response, in the order of the request (RFC 7644, section 3.7.3).
pub fn response(outcomes: &[Outcome]) -> Value {
    let one = |outcome: &Outcome| {
        let mut object = Map::new();
        object.insert("method".to_owned(), json!(outcome.method.name()));
        object.insert("status".to_owned(), json!(outcome.status.to_string()));
        let texts =
            [("bulkId", &outcome.bulk_id), ("version", &outcome.version), ("location", &outcome.location)];
        for (name, text) in texts {
            object.extend(text.as_ref().map(|text| (name.to_owned(), json!(text))));
        }
        object.extend(outcome.response.clone().map(|response| ("response".to_owned(), response)));
        Value::Object(object)
    };
    json!({ "schemas": [RESPONSE], "Operations": outcomes.iter().map(one).collect::<Vec<_>>() })
}
