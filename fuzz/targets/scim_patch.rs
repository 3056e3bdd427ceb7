//! Any JSON as a patch of a user and of a group: what is left reads as it is written, at most one value is primary, and the
//! members that are split off come to those of the whole patch.
#![no_main]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use vestibule_scim::resource::{self, Projection};
use vestibule_scim::{Document, MemberOp, Meta, Mode, Patch, Registry, ResourceType, json as strict, patch};

struct Known {
    kind: Arc<ResourceType>,
    document: Document,
}

static KNOWN: LazyLock<[Known; 2]> = LazyLock::new(|| {
    let registry = Registry::built_in();
    let known = |kind: Arc<ResourceType>, body: Value| {
        let document = resource::read(&kind, body, Mode::Create).expect("the document can be read");
        Known { kind, document }
    };
    let user = json!({
        "userName": "ada@a.example", "active": true, "name": { "givenName": "Ada", "familyName": "L" },
        "emails": [{ "value": "a", "type": "work", "primary": true }, { "value": "b", "type": "home" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "usr_1" } },
    });
    let group = json!({
        "displayName": "Staff", "members": [{ "value": "usr_1", "type": "User" }, { "value": "usr_2" }],
    });
    [known(registry.user(), user), known(registry.group(), group)]
});

fuzz_target!(|input: &[u8]| {
    let Ok(patch) = strict::parse(input, 16_384).and_then(patch::parse) else { return };
    for known in KNOWN.iter() {
        let Ok(after) = patch::apply(&known.kind, &known.document, &patch) else { continue };
        check(&known.kind, &after);
        if known.kind.name == "Group" {
            split(known, &patch, &after);
        }
    }
});

fn check(kind: &ResourceType, document: &Document) {
    for list in document.attributes.values().filter_map(Value::as_array) {
        assert!(list.iter().filter(|value| value.get("primary") == Some(&Value::Bool(true))).count() <= 1);
    }
    let meta = Meta {
        id: "1".to_owned(),
        external_id: None,
        version: "W/\"1\"".to_owned(),
        created: String::new(),
        last_modified: String::new(),
        location: String::new(),
    };
    let answered = resource::render(kind, document, &Projection::all(), &meta);
    let mut again = resource::read(kind, answered, Mode::Replace).expect("what is answered can be read");
    again.attributes.extend(document.get("password").map(|secret| ("password".to_owned(), secret.clone())));
    assert_eq!(again.attributes, document.attributes);
}

fn ids(document: &Document) -> BTreeSet<String> {
    let members = document.get("members").and_then(Value::as_array).into_iter().flatten();
    members.filter_map(|member| member.get("value")?.as_str().map(str::to_owned)).collect()
}

fn split(known: &Known, patch: &Patch, whole: &Document) {
    let Ok((operations, rest)) = patch::members(patch) else { return };
    let mut left = ids(&known.document);
    for operation in operations {
        match operation {
            MemberOp::Add(members) => left.extend(members.into_iter().map(|member| member.value)),
            MemberOp::Remove(gone) => left.retain(|id| !gone.contains(id)),
            MemberOp::Replace(members) => left = members.into_iter().map(|member| member.value).collect(),
            MemberOp::Clear => left.clear(),
        }
    }
    assert_eq!(left, ids(whole));
    let mut apart = patch::apply(&known.kind, &known.document, &rest).expect("the rest can be applied");
    apart.take("members");
    let mut whole = whole.clone();
    whole.take("members");
    assert_eq!(apart.attributes, whole.attributes);
}
