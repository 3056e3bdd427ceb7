//! Bounds of filters, and what they ask for.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Equality, Filter, Meaning, parse, read_across};
use crate::list::Sorter;
use crate::{Quirk, Registry, ResourceType, ScimType};

fn user(text: &str) -> Result<Filter, crate::Error> {
    parse(text, &Registry::built_in().user())
}

#[test]
fn s03_a_filter_is_bounded_in_depth_terms_and_length() {
    let nested = |depth: usize| format!("{}userName pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(user(&nested(32)).is_ok());
    let joined = |terms: usize| vec!["userName pr"; terms].join(" or ");
    assert!(user(&joined(128)).is_ok());
    let long = |length: usize| format!("userName eq \"{}\"", "a".repeat(length - 14));
    assert!(user(&long(4_096)).is_ok());
    let refused =
        [nested(33), nested(2_000), "(".repeat(4_000), "not ".repeat(1_000), joined(129), long(4_097)];
    for text in refused {
        assert_eq!(user(&text).unwrap_err().scim_type, Some(ScimType::InvalidFilter));
    }
}

#[test]
fn chains_are_flat_so_that_they_can_be_walked() {
    let filter =
        user("active eq true and (meta.lastModified ge \"2020-01-01T00:00:00Z\" and userName pr)").unwrap();
    assert_eq!(filter.conjuncts().len(), 3);
    assert!(filter.conjuncts().iter().all(|term| term.test().is_some()));
}

#[test]
fn what_one_value_is_asked_for_is_said() {
    let asked = |text: &str| {
        let filter = user(text).unwrap();
        filter.only_equality().map(|Equality { attribute, sub, of_type, value, .. }| {
            format!("{attribute} {} {} {value}", sub.unwrap_or("-"), of_type.unwrap_or("-"))
        })
    };
    assert_eq!(asked("USERNAME eq \"a\"").unwrap(), "userName - - \"a\"");
    assert_eq!(asked("emails eq \"a\"").unwrap(), "emails value - \"a\"");
    assert_eq!(asked("emails.value eq \"a\"").unwrap(), "emails value - \"a\"");
    assert_eq!(asked("emails[value eq \"a\"]").unwrap(), "emails value - \"a\"");
    let of_type = "emails value work \"a\"";
    assert_eq!(asked("emails[type eq \"work\" and value eq \"a\"]").unwrap(), of_type);
    assert_eq!(asked("emails[type eq \"work\"].value eq \"a\"").unwrap(), of_type);
    assert_eq!(asked("emails[type eq \"work\"]").unwrap(), "emails type - \"work\"");
    for other in [
        "userName ne \"a\"",
        "userName eq null",
        "not (userName eq \"a\")",
        "emails[type eq \"a\" or value eq \"b\"]",
    ] {
        assert_eq!(asked(other), None, "{other}");
    }
}

#[test]
fn t08_nothing_can_be_asked_about_a_password() {
    assert!(user("password sw \"a\"").unwrap_err().detail.contains("never returned"));
    assert!(user("locale sw \"a\"").is_ok());
}

/// A type with attributes that nobody is shown, in every place.
fn vault() -> Arc<ResourceType> {
    let sub = |name: &str, returned: &str| json!({ "name": name, "type": "string", "multiValued": false, "returned": returned });
    let of = |name: &str, multi_valued: bool, returned: &str, subs: Value| {
        let kind = if subs == json!([]) { "string" } else { "complex" };
        json!({ "name": name, "type": kind, "multiValued": multi_valued, "returned": returned, "subAttributes": subs })
    };
    let both = json!([sub("code", "never"), sub("label", "default")]);
    let schema = json!({ "id": "urn:x:Vault", "name": "Vault", "attributes": [
        of("pin", false, "never", json!([])), of("pins", true, "never", json!([])),
        of("lock", false, "default", both.clone()), of("locks", true, "default", both),
    ] });
    let kind = json!({ "name": "Vault", "endpoint": "/Vaults", "schema": "urn:x:Vault" });
    let registry = Registry::with(&json!([kind]), &json!([schema])).unwrap();
    Arc::clone(registry.resource_type("Vault").unwrap())
}

#[test]
fn s03_nothing_can_be_asked_about_what_is_never_returned_wherever_it_stands() {
    let vault = vault();
    for hidden in [
        "pin sw \"1\"",
        "pin pr",
        "not (pin eq \"1\")",
        "pin[value sw \"1\"]",
        "pins[value sw \"1\"]",
        "lock.code sw \"1\"",
        "lock[code sw \"1\"]",
        "locks.code sw \"1\"",
        "locks[label pr and code sw \"1\"]",
        "locks[label pr].code sw \"1\"",
    ] {
        let refused = parse(hidden, &vault).unwrap_err();
        assert!(refused.detail.contains("never returned"), "{hidden}: {refused:?}");
    }
    for shown in ["lock.label sw \"1\"", "lock[label sw \"1\"]", "locks[label pr].label sw \"1\""] {
        assert!(parse(shown, &vault).is_ok(), "{shown}");
    }
    for (path, sorts) in [("pin", false), ("lock.code", false), ("locks.code", false), ("lock.label", true)] {
        assert_eq!(Sorter::new(&vault, path, false).is_ok(), sorts, "{path}");
    }
}

#[test]
fn a_filter_matches_a_resource_that_is_no_object_never() {
    assert!(!user("userName pr").unwrap().matches(&json!([])));
}

#[test]
fn what_a_column_is_compared_with_is_said() {
    let filter = user("meta.lastModified ge \"2026-01-01T01:00:00+01:00\" and userName eq \"ADA\"").unwrap();
    let tests: Vec<_> = filter.conjuncts().iter().filter_map(Filter::test).collect();
    assert_eq!(tests[0].time(), Some("2026-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(tests[1].folded(), Some("ada"));
    assert_eq!((tests[0].folded(), tests[1].time()), (None, None));
}

/// Users, groups, and two types that have attributes of one name and of different kinds.
fn types() -> Vec<Arc<ResourceType>> {
    let simple = |name: &str, kind: &str| json!({ "name": name, "type": kind, "multiValued": false });
    let complex = |subs: &[Value]| json!({ "name": "parts", "type": "complex", "multiValued": true, "subAttributes": subs });
    let pin = json!({ "name": "pin", "type": "string", "multiValued": false, "returned": "never" });
    let schemas = json!([
        { "id": "urn:x:Hall", "name": "Hall", "attributes": [
            simple("code", "string"), simple("pin", "string"), complex(&[simple("name", "string"), simple("size", "integer")]),
        ] },
        { "id": "urn:x:Door", "name": "Door", "attributes": [
            simple("code", "integer"), pin, complex(&[simple("name", "string")]),
        ] },
    ]);
    let kinds = json!([
        { "name": "Hall", "endpoint": "/Halls", "schema": "urn:x:Hall" },
        { "name": "Door", "endpoint": "/Doors", "schema": "urn:x:Door" },
    ]);
    Registry::with(&kinds, &schemas).unwrap().resource_types().to_vec()
}

/// What is left to ask of each type: everything, nothing, or a filter as it would be written for the type.
#[test]
fn what_a_type_lacks_has_no_value_and_what_that_decides_is_asked_of_no_resource() {
    let types = types();
    for (text, wanted) in [
        ("userName sw \"a\"", ["userName sw \"a\"", "-", "-", "-"]),
        ("userName sw \"a\" or code eq 1", ["userName sw \"a\"", "-", "code eq 1", "code eq 1"]),
        ("userName eq \"a\" and code eq 1", ["-"; 4]),
        ("userName pr and id pr", ["userName pr and id pr", "-", "-", "-"]),
        ("not (userName pr)", ["not (userName pr)", "+", "+", "+"]),
        ("userName ne \"a\"", ["userName ne \"a\"", "+", "+", "+"]),
        (
            "userName ne \"a\" and id eq \"1\"",
            ["userName ne \"a\" and id eq \"1\"", "id eq \"1\"", "id eq \"1\"", "id eq \"1\""],
        ),
        ("userName eq null or userName ne null", ["userName eq null or userName ne null", "+", "+", "+"]),
        (
            "id pr or (userName pr or members pr)",
            ["id pr or userName pr", "id pr or members pr", "id pr", "id pr"],
        ),
        ("urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr", ["-", "displayName pr", "-", "-"]),
        ("emails[type eq \"work\"]", ["emails[type eq \"work\"]", "-", "-", "-"]),
        ("not (emails[type eq \"work\"])", ["not (emails[type eq \"work\"])", "+", "+", "+"]),
        ("parts[name pr and size gt 1]", ["-", "-", "parts[name pr and size gt 1]", "-"]),
        (
            "parts[name pr and not (size gt 1)]",
            ["-", "-", "parts[name pr and not (size gt 1)]", "parts[name pr]"],
        ),
        ("parts[size ne 1]", ["-", "-", "parts[size ne 1]", "parts pr"]),
        ("parts[name pr].size eq 1", ["-", "-", "parts[name pr and size eq 1]", "-"]),
        ("code sw \"a\"", ["-", "-", "code sw \"a\"", "-"]),
        ("pin sw \"1\" or not (pin pr)", ["+", "+", "pin sw \"1\" or not (pin pr)", "+"]),
        ("meta.resourceType eq \"Hall\"", ["-", "-", "+", "-"]),
        ("not (meta.resourceType eq \"Hall\")", ["+", "+", "-", "+"]),
        (
            "meta.resourceType eq \"User\" and id pr or meta.resourceType eq \"Group\"",
            ["id pr", "+", "-", "-"],
        ),
        ("meta.resourceType eq \"Roof\"", ["-"; 4]),
    ] {
        let (meant, _) = read_across(text, &types).unwrap();
        let expected = types.iter().zip(wanted).map(|(kind, wanted)| match wanted {
            "+" => Meaning::Everything,
            "-" => Meaning::Nothing,
            filter => Meaning::Filter(parse(filter, kind).unwrap()),
        });
        assert_eq!(meant, expected.collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn s03_what_no_type_has_or_allows_is_refused_wherever_it_stands() {
    let types = types();
    for (text, why) in [
        ("nothing pr", "no attribute of any resource type"),
        ("userName pr or nothing pr", "no attribute of any resource type"),
        ("not (userName.nothing pr)", "no attribute of any resource type"),
        ("nothing[value pr]", "no attribute of any resource type"),
        ("parts[nothing pr]", "no sub-attribute"),
        ("emails.value[value pr]", "no values to select from"),
        ("emails[type[value pr]]", "not in the grammar"),
        ("active gt true", "true and false"),
        ("code co 1 and parts.size co \"1\"", "numbers"),
        ("password pr", "never returned"),
        ("userName pr and", "not well-formed"),
        ("userName xx 1", "not well-formed"),
        ("", "not well-formed"),
    ] {
        let refused = read_across(text, &types).unwrap_err();
        assert_eq!(refused.scim_type, Some(ScimType::InvalidFilter), "{text}");
        assert!(refused.detail.contains(why), "{text}: {refused:?}");
    }
    assert!(read_across("userName pr", &[]).is_err());
    let (_, quirks) = read_across("urn:ietf:params:scim:schemas:core:2.0:User.title eq x", &types).unwrap();
    assert_eq!(quirks, [Quirk::LooseExtension, Quirk::LooseFilter].into());
}
