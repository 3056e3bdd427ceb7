//! What is hidden of bodies, addresses and filters, and what is kept.

use super::{HIDDEN, Hidden, Side, body, filter, target};
use serde_json::{Value, json};
use vestibule_scim::Registry;

fn asked(value: &Value) -> Value {
    serde_json::from_str(&body(value.to_string().as_bytes(), false, Side::Asked, None).unwrap()).unwrap()
}

#[test]
fn s09_secrets_are_hidden_wherever_they_stand_and_the_rest_is_kept() {
    let sent = json!({
        "userName": "anna@acme.example",
        "password": "hunter2",
        "name": { "givenName": "Anna", "clientSecret": { "deep": ["hunter2"] } },
        "x": [{ "Access_Token": "hunter2" }, { "API-Key": "hunter2" }, "vst_hunter2", "Bearer hunter2"],
    });
    let kept = asked(&sent);
    assert!(!kept.to_string().contains("hunter2"), "{kept}");
    assert_eq!(
        (&kept["userName"], &kept["name"]["givenName"]),
        (&json!("anna@acme.example"), &json!("Anna"))
    );
}

#[test]
fn s09_what_a_patch_writes_to_a_secret_path_is_hidden_in_any_order() {
    for operation in [
        json!({ "op": "replace", "path": "password", "value": "hunter2" }),
        json!({ "value": "hunter2", "Path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "op": "Add" }),
        json!({ "op": "replace", "value": { "Password": "hunter2" } }),
        json!({ "op": "replace", "value": "hunter2" }),
    ] {
        let kept = asked(&json!({ "Operations": [operation] }));
        assert!(!kept.to_string().contains("hunter2"), "{kept}");
    }
    let harmless = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    assert_eq!(asked(&harmless), harmless);
}

#[test]
fn s09_a_body_that_was_cut_is_kept_up_to_its_last_whole_value() {
    let whole = json!({ "Operations": [
        { "op": "replace", "path": "title", "value": "Lead, \"of\" }]," },
        { "op": "replace", "value": "hunter2", "path": "password" },
    ] });
    let text = whole.to_string();
    for end in 0..text.len() {
        let kept = body(&text.as_bytes()[..end], true, Side::Asked, None);
        assert!(!kept.unwrap_or_default().contains("hunter2"), "{end}");
    }
    let kept = body(&text.as_bytes()[..text.len() - 2], true, Side::Asked, None).unwrap();
    assert!(kept.contains("Lead, "), "{kept}");
}

#[test]
fn a_body_that_is_no_json_is_not_kept() {
    assert_eq!(body(b"password=hunter2", false, Side::Asked, None), None);
    assert_eq!(body(b"<x/>", true, Side::Asked, None), None);
    assert_eq!(body(&[0xff, 0xfe], false, Side::Answered, None), None);
}

#[test]
fn s09_an_address_keeps_attributes_and_operators_and_not_what_is_looked_for() {
    for (sent, kept) in [
        (
            "/scim2/Users?filter=userName%20eq%20%22anna%40acme.example%22&startIndex=1",
            r#"/scim2/Users?filter=userName eq "••••"&startIndex=1"#,
        ),
        ("/scim2/Users?filter=userName+eq+anna%40acme.example", r#"/scim2/Users?filter=userName eq "••••""#),
        ("/v2/users/anna%40acme.example", "/v2/users/••••"),
        ("/v2/users/anna@acme.example/token", "/v2/users/••••/token"),
        ("/v2/users?status=active&page_size=2", "/v2/users?status=active&page_size=2"),
        ("/v2/users?q=anna@acme.example&api_key=hunter2", "/v2/users?q=••••&api_key=••••"),
        ("/scim2/Users?aadOptscim062020", "/scim2/Users?aadOptscim062020"),
        ("/v2/users/%0a%00x", "/v2/users/  x"),
    ] {
        assert_eq!(target(sent), kept, "{sent}");
    }
    assert!(target(&format!("/{}", "a".repeat(5_000))).len() <= 500);
}

#[test]
fn s09_a_filter_keeps_its_shape_alone() {
    for (sent, kept) in [
        (
            r#"userName eq "a \" b" and (active eq true or title co "x")"#,
            r#"userName eq "••••" and (active eq true or title co "••••")"#,
        ),
        (r#"emails[type eq "work" and value co "@acme"]"#, r#"emails[type eq "••••" and value co "••••"]"#),
        ("externalId pr", "externalId pr"),
        ("id EQ eq", r#"id EQ "••••""#),
        (r#"userName eq "open"#, r#"userName eq "••••""#),
        ("anna@acme.example", HIDDEN),
    ] {
        assert_eq!(filter(sent), kept, "{sent}");
    }
    let search = json!({ "filter": "userName eq \"hunter2\"", "count": 1 });
    assert_eq!(asked(&search), json!({ "filter": "userName eq \"••••\"", "count": 1 }));
}

#[test]
fn s09_every_secret_name_is_known_in_any_writing_and_its_neighbors_are_not() {
    for name in [
        "password",
        "passwd",
        "secret",
        "token",
        "authorization",
        "credential",
        "apikey",
        "privatekey",
        "cookie",
    ] {
        let spaced: String = name.chars().flat_map(|c| [c.to_ascii_uppercase(), '-']).collect();
        for written in
            [name.to_owned(), format!("user:2.0:{name}"), format!("{name}s"), format!("x{spaced}1")]
        {
            assert!(super::is_secret(&written), "{written}");
        }
    }
    assert!(super::is_secret("mot_de_passe_Ü_password"));
    for harmless in
        ["", "op", "value", "passport", "section", "tools", "author", "creator", "apex", "price", "cooking"]
    {
        assert!(!super::is_secret(harmless), "{harmless}");
    }
}

/// The rooms of the documents, whose `pin` is written and never read; here a contact has such a `code` too.
fn rooms() -> Hidden {
    let listed: Value =
        serde_json::from_str(include_str!("../../../../../docs/examples/rooms.json")).unwrap();
    let (types, mut schemas): (Vec<Value>, Vec<Value>) =
        listed.as_array().cloned().unwrap().into_iter().partition(|one| one.get("endpoint").is_some());
    let contacts = schemas[0]["attributes"].as_array_mut().unwrap();
    let contacts = contacts.iter_mut().find(|attribute| attribute["name"] == "contacts").unwrap();
    let mut code = contacts["subAttributes"][1].clone();
    (code["name"], code["returned"]) = (json!("code"), json!("never"));
    contacts["subAttributes"].as_array_mut().unwrap().push(code);
    Hidden::of(&Registry::with(&Value::Array(types), &Value::Array(schemas)).unwrap())
}

#[test]
fn s09_what_a_schema_of_the_deployment_keeps_from_readers_is_hidden_wherever_it_is_said() {
    let rooms = rooms();
    let asked = |target: &str, value: &Value| {
        let text = value.to_string();
        body(text.as_bytes(), false, Side::Asked, rooms.at(target)).unwrap()
    };
    let operation = |operation: Value| json!({ "Operations": [operation] });
    let contact = json!([{ "value": "jo", "code": "hunter2" }]);
    for sent in [
        json!({ "PIN": "hunter2" }),
        json!({ "urn:example:params:scim:schemas:Room:pin": ["hunter2"] }),
        json!({ "contacts": contact }),
        json!({ "contacts.code": "hunter2" }),
        operation(json!({ "op": "add", "path": "pin", "value": "hunter2" })),
        operation(
            json!({ "value": "hunter2", "op": "add", "path": "urn:example:params:scim:schemas:Room:Pin" }),
        ),
        operation(json!({ "op": "replace", "value": { "pin": "hunter2", "Contacts": contact } })),
        operation(json!({ "op": "add", "value": contact, "path": "contacts" })),
        operation(json!({ "op": "add", "path": "contacts[type eq \"a\"].code", "value": "hunter2" })),
        operation(json!({ "op": "remove", "path": "contacts[code eq \"hunter2\"]" })),
        operation(json!({ "method": "POST", "path": "/Rooms", "data": { "pin": { "x": "hunter2" } } })),
    ] {
        let kept = asked("/scim/v2/Rooms/room_1?attributes=pin", &sent);
        assert!(!kept.contains("hunter2"), "{kept}");
        let text = sent.to_string();
        for end in 0..text.len() {
            let cut = body(&text.as_bytes()[..end], true, Side::Asked, rooms.at("/scim2/Bulk"));
            assert!(!cut.unwrap_or_default().contains("hunter2"), "{end} of {text}");
        }
    }
    let harmless =
        json!({ "number": "2.17", "contacts": [{ "value": "jo", "type": "key" }], "spin": 1, "code": 2 });
    assert_eq!(asked("/scim2/Rooms", &harmless), harmless.to_string());
    let of_a_person = json!({ "pin": "a nickname" });
    for target in ["/scim2/Users", "/scim/v2/users/usr_1", "/scim/Groups", "/v2/users"] {
        assert_eq!(asked(target, &of_a_person), of_a_person.to_string(), "{target}: no room");
    }
    assert!(Hidden::of(&Registry::built_in()).at("/scim2/Rooms").is_none());
}
