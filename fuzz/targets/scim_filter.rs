//! Any text as a filter and as a path: nothing panics, and a filter holds where its negation does not.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use vestibule_scim::{Path, Registry, ResourceType, filter};

static KINDS: LazyLock<Registry> = LazyLock::new(Registry::built_in);
static KIND: LazyLock<Arc<ResourceType>> = LazyLock::new(|| KINDS.user());

static RESOURCES: LazyLock<[Value; 3]> = LazyLock::new(|| {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    [
        json!({}),
        json!({ "userName": "bob@b.example", "active": false, "title": "", "emails": [] }),
        json!({
            "id": "usr_1", "userName": "Ada@ä.example", "externalId": "X", "active": true,
            "name": { "familyName": "Lovelace" },
            "emails": [{ "value": "a@a.example", "type": "work", "primary": true }, { "value": "h", "type": "home" }],
            enterprise: { "department": "D", "manager": { "value": "usr_2" } },
            "meta": { "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-02T00:00:00+02:00" },
        }),
    ]
});

fuzz_target!(|input: &str| {
    let _ = Path::parse(input);
    let across = filter::read_across(input, KINDS.resource_types());
    let Ok(wanted) = filter::parse(input, &KIND) else { return };
    assert!(across.is_ok(), "what can be asked of one type can be asked of all");
    let _ = wanted.only_equality();
    let Ok(unwanted) = filter::parse(&format!("not ({input})"), &KIND) else { return };
    for resource in RESOURCES.iter() {
        assert_ne!(wanted.matches(resource), unwanted.matches(resource));
    }
});
