//! What holds of any input: nothing panics, a document reads as it is written, a patch is done as a whole or not at all, and
//! what is split off a patch comes to the same as the patch.
#![expect(clippy::unwrap_used, reason = "a fault stops the test")]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::select;
use serde_json::{Map, Value, json};
use vestibule_scim::filter::Meaning;
use vestibule_scim::resource::{self, Answer as _, Projection, Stored};
use vestibule_scim::{
    Document, Filter, MemberOp, Meta, Mode, Patch, Registry, ResourceType, bulk, filter, json as strict,
    patch,
};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Names that mean something to a user, a group or neither.
const NAMES: [&str; 40] = [
    "userName",
    "USERNAME",
    "displayName",
    "active",
    "emails",
    "members",
    "name",
    "value",
    "Value",
    "type",
    "primary",
    "display",
    "$ref",
    "givenName",
    "manager",
    "department",
    "roles",
    "photos",
    "externalId",
    "schemas",
    "id",
    "meta",
    "name.familyName",
    "emails.value",
    "emails.primary",
    "emails[type eq \"work\"]",
    "emails[type eq \"work\"].value",
    "emails[primary eq true].type",
    "members[value eq \"usr_1\"]",
    "password",
    "groups",
    "addresses",
    "phoneNumbers",
    "unknown",
    "[",
    "a b",
    ENTERPRISE,
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:core:2.0:Group:members",
];

const TEXTS: [&str; 8] =
    ["True", "", "usr_1", "work", "{\"value\":\"admin\",\"primary\":true}", "Zoë", " ", "a@a.example"];

fn name() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i32>().prop_map(|number| json!(number)),
        4 => select(&TEXTS[..]).prop_map(|text| json!(text)),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((name(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Value> {
    vec((name(), tree()), 0..8).prop_map(|members| {
        let mut body: Map<String, Value> =
            members.into_iter().filter(|(name, _)| name != "schemas").collect();
        body.insert("displayName".to_owned(), json!("A"));
        body.insert("userName".to_owned(), json!("a@a.example"));
        Value::Object(body)
    })
}

fn operations() -> impl Strategy<Value = Value> {
    let verb = prop_oneof![Just("add"), Just("Replace"), Just("remove")];
    let path = prop_oneof![Just(None), name().prop_map(Some)];
    let operation = (verb, path, tree()).prop_map(|(verb, path, value)| match path {
        Some(path) => json!({ "op": verb, "path": path, "value": value }),
        None => json!({ "op": verb, "value": value }),
    });
    vec(operation, 0..5).prop_map(|operations| json!({ "Operations": operations }))
}

fn condition() -> impl Strategy<Value = String> {
    let term = (name(), select(&["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"][..]), leaf())
        .prop_map(|(name, operator, value)| format!("{name} {operator} {value}"));
    let term = prop_oneof![3 => term, 1 => name().prop_map(|name| format!("{name} pr"))];
    term.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("{one} and {other}")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} or {other})")),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.prop_map(|inner| format!("emails[{inner}]")),
        ]
    })
}

fn meta() -> Meta {
    Meta {
        id: "usr_1".to_owned(),
        external_id: None,
        version: "W/\"1\"".to_owned(),
        created: "2026-01-01T00:00:00Z".to_owned(),
        last_modified: "2026-01-01T00:00:00Z".to_owned(),
        location: "https://a.example/usr_1".to_owned(),
    }
}

/// What is answered, read again, is the document, but for what is never answered.
fn reads_as_written(kind: &ResourceType, document: &Document) -> (Map<String, Value>, Map<String, Value>) {
    let answered = resource::render(kind, document, &Projection::all(), &meta());
    let again = resource::read(kind, answered, Mode::Replace).unwrap();
    let mut shown = document.attributes.clone();
    shown.remove("password");
    (again.attributes, shown)
}

fn kinds() -> [std::sync::Arc<ResourceType>; 2] {
    let registry = Registry::built_in();
    [registry.user(), registry.group()]
}

fn primaries(document: &Document) -> usize {
    let lists = document.attributes.values().filter_map(Value::as_array);
    let primary = |value: &&Value| value.get("primary") == Some(&Value::Bool(true));
    lists.map(|list| list.iter().filter(primary).count()).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_or_read_as_others_read_them(bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(value) = strict::parse(&bytes, 1_000) {
            prop_assert_eq!(value, serde_json::from_slice::<Value>(&bytes).unwrap());
        }
    }

    #[test]
    fn json_that_is_written_is_read(value in tree()) {
        let text = value.to_string();
        prop_assert_eq!(strict::parse(text.as_bytes(), text.len()).unwrap(), value);
    }

    #[test]
    fn s04_any_body_is_refused_or_reads_as_it_is_written(body in body()) {
        for kind in kinds() {
            let Ok(document) = resource::read(&kind, body.clone(), Mode::Create) else { continue };
            prop_assert!(primaries(&document) <= 1);
            let (again, shown) = reads_as_written(&kind, &document);
            prop_assert_eq!(again, shown);
        }
    }

    #[test]
    fn what_is_answered_from_the_text_is_what_is_answered_from_the_document(
        body in body(), attributes in vec(name(), 0..4), excluded in vec(name(), 0..3)
    ) {
        for kind in kinds() {
            let Ok(document) = resource::read(&kind, body.clone(), Mode::Create) else { continue };
            let (projection, meta) = (Projection::new(&kind, &attributes, &excluded), meta());
            let text = Value::Object(document.attributes.clone()).to_string();
            let groups = Map::from_iter([("groups".to_owned(), json!([{ "value": "grp_1", "display": "\"G\"" }]))]);
            let stored = Stored { kind: &kind, text: &text, added: &groups, projection: &projection, meta: &meta };
            let mut out = Vec::new();
            prop_assert!(stored.write_into(&mut out));
            let mut whole = document;
            whole.attributes.extend(groups.clone());
            let expected = resource::render(&kind, &whole, &projection, &meta);
            prop_assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
        }
    }

    #[test]
    fn any_text_is_answered_as_json_or_not_at_all(text in "[{}\\[\\]\",:a1 \\\\]{0,30}") {
        let [kind, _] = kinds();
        let (projection, meta, added) = (Projection::all(), meta(), Map::new());
        let stored = Stored { kind: &kind, text: &text, added: &added, projection: &projection, meta: &meta };
        let mut out = Vec::new();
        if !stored.write_into(&mut out) {
            prop_assert!(out.is_empty());
        }
    }

    #[test]
    fn s05_any_patch_is_refused_or_leaves_a_document_that_reads_as_it_is_written(
        body in body(), operations in operations()
    ) {
        let Ok(patch) = patch::parse(operations) else { return Ok(()) };
        for kind in kinds() {
            let Ok(before) = resource::read(&kind, body.clone(), Mode::Create) else { continue };
            let Ok(after) = patch::apply(&kind, &before, &patch) else { continue };
            prop_assert!(primaries(&after) <= 1);
            let (again, shown) = reads_as_written(&kind, &after);
            prop_assert_eq!(again, shown);
        }
    }

    #[test]
    fn what_is_split_off_comes_to_the_same_as_the_whole_patch(body in body(), operations in operations()) {
        let [_, group] = kinds();
        let Ok(patch) = patch::parse(operations) else { return Ok(()) };
        let Ok(before) = resource::read(&group, body, Mode::Create) else { return Ok(()) };
        let (Ok((operations, rest)), Ok(whole)) = (patch::members(&patch), patch::apply(&group, &before, &patch))
        else { return Ok(()) };
        prop_assert_eq!(follow(ids(&before), &operations), ids(&whole));
        let mut apart = patch::apply(&group, &before, &rest).unwrap();
        let mut whole = whole;
        apart.take("members");
        whole.take("members");
        prop_assert_eq!(apart.attributes, whole.attributes);
    }

    #[test]
    fn s03_any_filter_is_refused_or_holds_where_its_negation_does_not(text in condition(), body in body()) {
        let [user, _] = kinds();
        let Ok(wanted) = filter::parse(&text, &user) else { return Ok(()) };
        let unwanted = filter::parse(&format!("not ({text})"), &user);
        let resource = resource::read(&user, body, Mode::Create).map(|document| document.attributes).unwrap_or_default();
        if let Ok(unwanted) = unwanted {
            prop_assert_ne(wanted.matches_map(&resource), unwanted.matches_map(&resource))?;
        }
        if let Filter::And(terms) = &wanted {
            prop_assert_eq!(terms.iter().all(|term| term.matches_map(&resource)), wanted.matches_map(&resource));
        }
    }

    #[test]
    fn s03_a_filter_across_types_means_for_each_what_it_means_for_it_alone(text in condition(), body in body()) {
        let kinds = kinds();
        let across = filter::read_across(&text, &kinds);
        let unwanted = filter::read_across(&format!("not ({text})"), &kinds);
        for (place, kind) in kinds.iter().enumerate() {
            let read = resource::read(kind, body.clone(), Mode::Create);
            let mut resource = read.map(|document| document.attributes).unwrap_or_default();
            resource.insert("meta".to_owned(), json!({ "resourceType": kind.name }));
            let holds = |meant: &[Meaning]| match &meant[place] {
                Meaning::Everything => true,
                Meaning::Nothing => false,
                Meaning::Filter(filter) => filter.matches_map(&resource),
            };
            let wanted = across.as_ref().map(|(meant, _)| holds(meant));
            if let Ok(alone) = filter::parse(&text, kind) {
                prop_assert_eq!(wanted.ok(), Some(alone.matches_map(&resource)));
            }
            if let (Ok(wanted), Ok((unwanted, _))) = (wanted, &unwanted) {
                prop_assert_ne(wanted, holds(unwanted))?;
            }
        }
    }

    #[test]
    fn any_text_is_refused_or_read_as_a_filter_and_a_path(text in "[a-zA-Z\\[\\]().\" 0-9:=$\\\\]{0,40}") {
        for kind in kinds() {
            let _ = filter::parse(&text, &kind);
        }
        let _ = filter::read_across(&text, &kinds());
        let _ = vestibule_scim::Path::parse(&text);
    }

    #[test]
    fn every_operation_of_a_bulk_request_is_done_once_when_what_it_refers_to_is_there(
        references in vec(vec(0usize..8, 0..4), 1..8)
    ) {
        let operation = |(place, members): (usize, &Vec<usize>)| {
            let members: Vec<Value> = members.iter().map(|to| json!({ "value": format!("bulkId:{}", to % references.len()) })).collect();
            json!({ "method": "POST", "path": "/Groups", "bulkId": place.to_string(), "data": { "members": members } })
        };
        let operations: Vec<Value> = references.iter().enumerate().map(operation).collect();
        let request = bulk::parse(json!({ "Operations": operations }), 100).unwrap();
        let (mut made, mut done) = (BTreeSet::new(), 0);
        for step in bulk::plan(&request) {
            let mut data = match step.part {
                bulk::Part::Whole => request.operations[step.operation].data.clone().unwrap(),
                bulk::Part::First(data) | bulk::Part::Rest(data) => data,
            };
            let there = |id: &str| made.contains(id).then(|| id.to_owned());
            prop_assert!(bulk::resolve(&mut data, &there).is_ok(), "{:?}", data);
            done += usize::from(made.insert(step.operation.to_string()));
        }
        prop_assert_eq!(done, references.len());
    }
}

fn prop_assert_ne(one: bool, other: bool) -> Result<(), proptest::test_runner::TestCaseError> {
    prop_assert!(one != other);
    Ok(())
}

/// The identifiers of the members of a document, sorted.
fn ids(document: &Document) -> BTreeSet<String> {
    let members = document.get("members").and_then(Value::as_array).into_iter().flatten();
    members.filter_map(|member| member.get("value")?.as_str().map(str::to_owned)).collect()
}

/// What a store makes of the operations.
fn follow(mut ids: BTreeSet<String>, operations: &[MemberOp]) -> BTreeSet<String> {
    for operation in operations {
        match operation {
            MemberOp::Add(members) => ids.extend(members.iter().map(|member| member.value.clone())),
            MemberOp::Remove(gone) => ids.retain(|id| !gone.contains(id)),
            MemberOp::Replace(members) => ids = members.iter().map(|member| member.value.clone()).collect(),
            MemberOp::Clear => ids.clear(),
        }
    }
    ids
}

#[test]
fn a_patch_of_nothing_changes_nothing() {
    let [user, _] = kinds();
    let document = resource::read(&user, json!({ "userName": "a" }), Mode::Create).unwrap();
    assert_eq!(patch::apply(&user, &document, &Patch::default()).unwrap(), document);
}
