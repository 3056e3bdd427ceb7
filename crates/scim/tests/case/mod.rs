//! A case: a folder with what comes in, and what comes of it.
//!
//! What lives here: reading such a folder, doing what its kind says, and the outcome as JSON. What does not: the comparison
//! (`cases.rs`), and the example `cases`, which writes the outcomes anew and includes this file.
//! The one thing to know: the folder that a case is in says what is done with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use vestibule_scim::resource::{Answer as _, Rendered, Said, Stored, complete};
use vestibule_scim::{
    Document, Error, ListResponse, MemberOp, Meta, Mode, Query, Quirk, Registry, ResourceType, bulk, filter,
    json as strict, list, patch, quirks, resource,
};

/// The kinds of cases: folders of `tests`.
pub const KINDS: [&str; 7] = ["read", "patch", "filter", "members", "bulk", "list", "answer"];

/// The largest body of a case, in bytes.
const LARGEST: usize = 1_048_576;

/// The file `case.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, in a sentence.
    #[expect(dead_code, reason = "it is for readers")]
    title: String,
    /// The resource type; users if not set.
    resource: Option<String>,
    /// The header of the body; that of SCIM if not set, none if empty.
    content_type: Option<String>,
    /// Whether the body replaces `before.json`.
    #[serde(default)]
    replaces: bool,
    /// Filters and what they find.
    #[serde(default)]
    asked: Vec<String>,
    /// The query of a list.
    #[serde(default)]
    query: Vec<(String, String)>,
}

/// The folders of a kind, sorted.
pub fn folders(kind: &str) -> Vec<PathBuf> {
    let folder = tests().join(kind);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// What comes of a case, as `expected.json` has it.
pub fn outcome(kind: &str, folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("case.toml")).unwrap();
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let registry = registry();
    let name = case.resource.as_deref().unwrap_or("User");
    let resource_type = Arc::clone(registry.resource_type(name).unwrap());
    let case = Open { case, folder: folder.to_path_buf(), kind: resource_type };
    let outcome = match kind {
        "read" => case.read(),
        "patch" => case.patch(),
        "filter" => Ok(case.filter()),
        "members" => case.members(),
        "bulk" => case.bulk(),
        "answer" => case.answer(),
        _ => case.list(),
    };
    let mut text = serde_json::to_string_pretty(&outcome.unwrap_or_else(|error| refused(&error))).unwrap();
    text.push('\n');
    text
}

/// The built-in schemas, and one with every characteristic.
pub fn registry() -> Registry {
    let file = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(tests().join(name)).unwrap()).unwrap()
    };
    Registry::with(&file("things/resource_types.json"), &file("things/schemas.json")).unwrap()
}

fn refused(error: &Error) -> Value {
    json!({ "refused": error.to_json(None) })
}

fn named(quirks: &BTreeSet<Quirk>) -> Vec<&'static str> {
    quirks.iter().map(|quirk| quirk.name()).collect()
}

fn said(document: &Document) -> Value {
    json!({ "document": document.attributes, "quirks": named(&document.quirks) })
}

/// A case that was read.
struct Open {
    case: Case,
    folder: PathBuf,
    kind: Arc<ResourceType>,
}

impl Open {
    fn body(&self, name: &str) -> Result<Value, Error> {
        strict::parse(&fs::read(self.folder.join(name)).unwrap(), LARGEST)
    }

    /// The resource before: that of the case, or the one for all cases.
    fn before(&self) -> Document {
        let own = self.folder.join("before.json");
        let common = tests().join("patch").join(format!("{}.json", self.kind.name));
        let path = if own.exists() { own } else { common };
        let attributes: Map<String, Value> =
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        Document::stored(attributes)
    }

    fn read(&self) -> Result<Value, Error> {
        let header = match self.case.content_type.as_deref() {
            None => Some("application/scim+json"),
            other => other,
        };
        let met = quirks::content_type(header)?;
        let mode = if self.case.replaces { Mode::Replace } else { Mode::Create };
        let mut document = resource::read(&self.kind, self.body("body.json")?, mode)?;
        document.quirks.extend(met);
        if self.case.replaces {
            document = resource::check_immutable(&self.kind, &self.before(), document)?;
        }
        Ok(said(&document))
    }

    fn patch(&self) -> Result<Value, Error> {
        let patch = patch::parse(self.body("patch.json")?)?;
        let before = self.before();
        let after = patch::apply(&self.kind, &before, &patch)?;
        let mut said = said(&after);
        if after.attributes == before.attributes {
            said["document"] = json!("unchanged");
        }
        Ok(said)
    }

    fn filter(&self) -> Value {
        let own = self.folder.join("resources.json");
        let common = tests().join("filter").join(format!("{}.json", self.kind.name));
        let path = if own.exists() { own } else { common };
        let resources: BTreeMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let answer = |text: &String| match filter::read(text, &self.kind) {
            Ok((filter, met)) => {
                let found = resources.iter().filter(|(_, resource)| filter.matches(resource));
                json!({ "filter": text, "finds": found.map(|(name, _)| name).collect::<Vec<_>>(), "quirks": named(&met) })
            }
            Err(error) => json!({ "filter": text, "refused": error.to_json(None) }),
        };
        self.case.asked.iter().map(answer).collect()
    }

    fn members(&self) -> Result<Value, Error> {
        let (operations, rest) = patch::members(&patch::parse(self.body("patch.json")?)?)?;
        let one = |member: &vestibule_scim::Member| json!({ "value": member.value, "display": member.display, "type": member.kind });
        let operation = |operation: &MemberOp| match operation {
            MemberOp::Add(members) => json!({ "add": members.iter().map(one).collect::<Vec<_>>() }),
            MemberOp::Remove(ids) => json!({ "remove": ids }),
            MemberOp::Replace(members) => json!({ "replace": members.iter().map(one).collect::<Vec<_>>() }),
            MemberOp::Clear => json!("clear"),
        };
        let before = self.before();
        let after = patch::apply(&self.kind, &before, &rest)?;
        Ok(json!({
            "members": operations.iter().map(operation).collect::<Vec<_>>(),
            "rest": rest.operations.len(),
            "document": after.attributes,
            "quirks": named(&after.quirks),
        }))
    }

    /// What a POST, PUT or PATCH is answered with.
    fn answer(&self) -> Result<Value, Error> {
        let (document, said) = match self.folder.join("patch.json").exists() {
            true => {
                let patch = patch::parse(self.body("patch.json")?)?;
                (patch::apply(&self.kind, &self.before(), &patch)?, Said::in_patch(&self.kind, &patch))
            }
            false => {
                let mode = if self.case.replaces { Mode::Replace } else { Mode::Create };
                let document = resource::read(&self.kind, self.body("body.json")?, mode)?;
                let said = Said::in_document(&self.kind, &document);
                (document, said)
            }
        };
        let query = Query::from_pairs(self.case.query.iter().map(|(name, value)| (name, value)))?;
        let (projection, meta) = (query.projection(&self.kind).answering(&said), meta(0));
        let text = Value::Object(document.attributes.clone()).to_string();
        let (kind, projection, meta) = (&*self.kind, &projection, &meta);
        let (mut out, mut from_text) = (Vec::new(), Vec::new());
        assert!(Rendered { kind, document: &document, projection, meta }.write_into(&mut out));
        let added = &Map::new();
        assert!(Stored { kind, text: &text, added, projection, meta }.write_into(&mut from_text));
        let [answer, same] = [out, from_text].map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap());
        assert_eq!(answer, same, "{}", self.folder.display());
        Ok(answer)
    }

    /// Does the operations as `app` does, with identifiers from their places.
    fn bulk(&self) -> Result<Value, Error> {
        let request = bulk::parse(self.body("request.json")?, 100)?;
        let mut made = BTreeMap::new();
        let mut steps = Vec::new();
        for step in bulk::plan(&request) {
            let operation = &request.operations[step.operation];
            let (part, mut data) = match step.part {
                bulk::Part::Whole => ("whole", operation.data.clone().unwrap_or_default()),
                bulk::Part::First(data) => ("first", data),
                bulk::Part::Rest(data) => ("rest", data),
            };
            let resolved = bulk::resolve(&mut data, &|id| made.get(id).cloned());
            let result = match resolved {
                Ok(()) => data,
                Err(error) => refused(&error),
            };
            if let Some(id) = &operation.bulk_id {
                made.insert(id.clone(), format!("id-{}", step.operation));
            }
            steps.push(json!({ "operation": step.operation, "part": part, "data": result }));
        }
        Ok(json!({ "steps": steps, "failOnErrors": request.fail_on_errors }))
    }

    /// The resources of the cases of lists, as a store keeps them.
    fn stored(&self) -> Vec<Map<String, Value>> {
        let path = tests().join("list").join(format!("{}.json", self.kind.name));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    }

    fn list(&self) -> Result<Value, Error> {
        let search = self.folder.join("search.json");
        let query = if search.exists() {
            Query::from_search(self.body("search.json")?)?
        } else {
            Query::from_pairs(self.case.query.iter().map(|(name, value)| (name, value)))?
        };
        let wanted = query.filter.as_deref().map(|text| filter::parse(text, &self.kind)).transpose()?;
        let projection = query.projection(&self.kind);
        let mut whole = Vec::new();
        for (place, document) in self.stored().into_iter().enumerate() {
            let complete = complete(&self.kind, document, &meta(place));
            if wanted.as_ref().is_none_or(|filter| filter.matches(&complete)) {
                whole.push(complete);
            }
        }
        if let Some(sort_by) = &query.sort_by {
            list::Sorter::new(&self.kind, sort_by, query.descending)?.sort(&mut whole);
        }
        let added = Map::new();
        let (start, count) = query.page(2, 3);
        let total = whole.len();
        let page: Vec<(Document, Meta)> = whole.into_iter().skip(start - 1).take(count).map(apart).collect();
        let shown = page.iter().map(|(document, meta)| Rendered {
            kind: &self.kind,
            document,
            projection: &projection,
            meta,
        });
        let response =
            ListResponse { total_results: Some(total), start_index: Some(start), ..Default::default() };
        let (mut out, mut from_text) = (Vec::new(), Vec::new());
        assert!(response.write(&mut out, shown));
        let texts: Vec<String> =
            page.iter().map(|(document, _)| Value::Object(document.attributes.clone()).to_string()).collect();
        let stored = texts.iter().zip(&page).map(|(text, (_, meta))| Stored {
            kind: &self.kind,
            text,
            added: &added,
            projection: &projection,
            meta,
        });
        assert!(response.write(&mut from_text, stored));
        let [answer, same] = [out, from_text].map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap());
        assert_eq!(answer, same, "{}", self.folder.display());
        Ok(answer)
    }
}

fn meta(place: usize) -> Meta {
    Meta {
        id: format!("usr_{place}"),
        external_id: None,
        version: format!("W/\"{place}\""),
        created: format!("2026-01-0{}T00:00:00Z", place + 1),
        last_modified: format!("2026-02-0{}T00:00:00Z", 9 - place),
        location: format!("https://id.example/scim2/things/usr_{place}"),
    }
}

/// What a store keeps, from what a filter looked at.
fn apart(complete: Value) -> (Document, Meta) {
    let place = complete["id"].as_str().unwrap().trim_start_matches("usr_").parse().unwrap();
    let Value::Object(mut attributes) = complete else { panic!("no object") };
    for own in ["id", "meta", "schemas"] {
        attributes.remove(own);
    }
    (Document::stored(attributes), meta(place))
}
