//! The built-in schemas, and what a deployment brings.

use serde_json::{Value, json};

use super::{Malformed, Named, Registry};

#[test]
fn the_built_in_schemas_are_read_and_written_as_they_are() {
    let registry = Registry::read_built_in().unwrap();
    assert_eq!(registry.schemas().len(), 7);
    assert_eq!(registry.schemas()[0].name, "User Account");
    let file: Value = serde_json::from_str(include_str!("../../schemas/User.json")).unwrap();
    let mut written = registry.schemas()[0].to_json("https://a.example/scim2");
    let meta = written.as_object_mut().unwrap().remove("meta").unwrap();
    assert_eq!(written, file);
    assert_eq!(meta["location"], format!("https://a.example/scim2/Schemas/{}", super::USER));
    let types: Vec<&str> = registry.resource_types().iter().map(|kind| kind.endpoint.as_str()).collect();
    assert_eq!(types, ["/Users", "/Groups"]);
    assert_eq!(registry.user().to_json("")["schemaExtensions"].as_array().unwrap().len(), 2);
}

#[test]
fn a_name_is_found_in_any_case_with_a_urn_by_colon_or_by_dot_and_in_an_extension_without() {
    let user = Registry::built_in().user();
    let place = |name: &str| match user.named(name) {
        Named::Attribute { place, sub, .. } => {
            format!(
                "{} {} {}",
                place.extension.map_or("", |_| "ext"),
                place.attribute.name,
                sub.map_or("", |sub| &sub.name)
            )
        }
        Named::Whole(extension) => format!("whole {}", extension.is_some()),
        Named::Unknown => "unknown".to_owned(),
    };
    assert_eq!(place("USERNAME"), " userName ");
    assert_eq!(place("name.familyname"), " name familyName");
    assert_eq!(place("urn:ietf:params:scim:schemas:core:2.0:user:name.givenName"), " name givenName");
    assert_eq!(
        place("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
        "ext manager value"
    );
    assert_eq!(place("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager"), "ext manager ");
    assert_eq!(place("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"), "whole true");
    assert_eq!(place("department"), "ext department ");
    assert_eq!(place("meta.lastModified"), " meta lastModified");
    for unknown in ["nothing", "name.nothing", "userName.value", "urn:other:User:userName", "", "é"] {
        assert_eq!(place(unknown), "unknown", "{unknown}");
    }
}

#[test]
fn a_deployment_brings_its_own_resource_type_and_faults_are_named() {
    let schema = json!([{ "id": "urn:a:Thing", "name": "Thing", "attributes": [{ "name": "size", "type": "integer" }] }]);
    let kind = json!([{ "name": "Thing", "endpoint": "/Things", "schema": "urn:a:Thing" }]);
    let registry = Registry::with(&kind, &schema).unwrap();
    assert!(registry.at("/Things").unwrap().attribute("SIZE").is_some());
    let refused = |kinds: &Value, schemas: &Value| Registry::with(kinds, schemas).unwrap_err();
    assert_eq!(refused(&kind, &json!([])), Malformed("there is no schema urn:a:Thing".to_owned()));
    let twice = json!([{ "id": super::USER, "name": "Mine" }]);
    assert!(refused(&json!([]), &twice).to_string().contains("two schemas"));
    let endpoint = json!([{ "name": "Thing", "endpoint": "/../x", "schema": "urn:a:Thing" }]);
    assert!(refused(&endpoint, &schema).to_string().contains("endpoint"));
    let word = json!([{ "id": "urn:b", "attributes": [{ "name": "a", "type": "text" }] }]);
    assert!(refused(&json!([]), &word).to_string().contains("may be string"));
}
