//! Any bytes as a body: what is read is what others read, and a document is answered so that it reads as the same, from its
//! text as from itself.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use vestibule_scim::resource::{self, Answer as _, Projection, Rendered, Stored};
use vestibule_scim::{Meta, Mode, Registry, ResourceType, json};

static KINDS: LazyLock<[Arc<ResourceType>; 2]> = LazyLock::new(|| {
    let registry = Registry::built_in();
    [registry.user(), registry.group()]
});

fuzz_target!(|input: &[u8]| {
    let Ok(body) = json::parse(input, 16_384) else { return };
    assert_eq!(Some(&body), serde_json::from_slice::<Value>(input).ok().as_ref());
    let meta = Meta {
        id: "1".to_owned(),
        external_id: None,
        version: "W/\"1\"".to_owned(),
        created: String::new(),
        last_modified: String::new(),
        location: String::new(),
    };
    for kind in KINDS.iter() {
        let Ok(document) = resource::read(kind, body.clone(), Mode::Create) else { continue };
        let projection = Projection::all();
        let answered = resource::render(kind, &document, &projection, &meta);
        let (mut written, mut copied, added) = (Vec::new(), Vec::new(), Map::new());
        resource::render_into(
            &mut written,
            &Rendered { kind, document: &document, projection: &projection, meta: &meta },
        );
        assert_eq!(serde_json::from_slice::<Value>(&written).ok().as_ref(), Some(&answered));
        let text = Value::Object(document.attributes.clone()).to_string();
        let stored = Stored { kind, text: &text, added: &added, projection: &projection, meta: &meta };
        assert!(stored.write_into(&mut copied));
        assert_eq!(serde_json::from_slice::<Value>(&copied).ok(), Some(answered.clone()));
        let mut again = resource::read(kind, answered, Mode::Replace).expect("what is answered can be read");
        again
            .attributes
            .extend(document.get("password").map(|secret| ("password".to_owned(), secret.clone())));
        assert_eq!(again.attributes, document.attributes);
    }
});
