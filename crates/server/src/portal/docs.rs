//! The documentation of the REST API, as its own description (OpenAPI) tells it.

use askama::Template;
use serde_json::Value;

/// The page.
#[derive(Debug, Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    title: String,
    about: String,
    operations: Vec<Operation>,
    schemas: Vec<Schema>,
}

#[derive(Debug)]
struct Operation {
    id: String,
    call: String,
    about: String,
    scopes: String,
    parameters: Vec<Row>,
    body: Option<String>,
    answers: Vec<Row>,
}

#[derive(Debug)]
struct Schema {
    name: String,
    about: String,
    fields: Vec<Row>,
}

/// A name, what it is for, and of what kind.
#[derive(Debug)]
struct Row {
    name: String,
    about: String,
    kind: String,
}

impl DocsPage {
    /// The page of this service's own description.
    ///
    /// # Errors
    /// When the description cannot be written as JSON.
    pub fn of_this_service() -> serde_json::Result<Self> {
        crate::rest::document::docs_page()
    }

    /// The page of a description.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        let schemas = members(document.pointer("/components/schemas"));
        Self {
            title: text(document.pointer("/info/title")),
            about: text(document.pointer("/info/description")),
            operations: members(document.get("paths"))
                .flat_map(|(path, methods)| operations(path, methods))
                .collect(),
            schemas: schemas.map(|(name, schema)| described(name, schema)).collect(),
        }
    }
}

fn operations<'d>(path: &'d str, methods: &'d Value) -> impl Iterator<Item = Operation> + 'd {
    members(Some(methods)).map(move |(method, operation)| {
        let about = [operation.get("summary"), operation.get("description")].map(text).join(" ");
        let parameters = list(operation.get("parameters")).map(|parameter| Row {
            name: text(parameter.get("name")),
            about: text(parameter.get("description")),
            kind: kind(parameter.get("schema")),
        });
        let answers = members(operation.get("responses")).map(|(status, answer)| Row {
            name: status.to_owned(),
            about: text(answer.get("description")),
            kind: kind(answer.pointer("/content/application~1json/schema")),
        });
        let scopes = list(operation.get("security")).flat_map(|way| list(way.get("token")));
        Operation {
            id: text(operation.get("operationId")),
            call: format!("{} {path}", method.to_uppercase()),
            about: about.trim().to_owned(),
            scopes: scopes.filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            parameters: parameters.collect(),
            body: operation
                .pointer("/requestBody/content/application~1json/schema")
                .map(|schema| kind(Some(schema))),
            answers: answers.collect(),
        }
    })
}

fn described(name: &str, schema: &Value) -> Schema {
    let fields = members(schema.get("properties")).map(|(name, field)| Row {
        name: name.to_owned(),
        about: text(field.get("description")),
        kind: kind(Some(field)),
    });
    Schema { name: name.to_owned(), about: text(schema.get("description")), fields: fields.collect() }
}

/// What a value is: the name of a schema, or a type.
fn kind(schema: Option<&Value>) -> String {
    let Some(schema) = schema else { return String::new() };
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match schema.get("type") {
        Some(Value::String(word)) if word == "array" => format!("list of {}", kind(schema.get("items"))),
        Some(Value::String(word)) => word.clone(),
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
