//! `vestibule simulate` and `vestibule mapping suggest` beside a running service, about people who really signed in. What they
//! print for an account that nobody signed in to, and how they end, is tested beside the program.

use serde_json::json;
use vestibule_system_tests::browserless::{Ended, sign_in};

use crate::demo::Demo;

/// Two people who signed in: one of marketing, and one who is not.
fn two_people() -> Demo {
    let demo = Demo::start();
    for person in ["employee", "marketer"] {
        let ended = sign_in(demo.vanity(), &[("person", person), ("attack", "")]);
        assert!(matches!(ended, Ok(Ended::SignedIn { .. })), "{person}: {ended:?}");
    }
    demo
}

#[test]
fn what_a_rule_would_do_to_those_who_signed_in_is_told_for_people_and_for_programs() {
    let demo = two_people();
    let rule = "\n[[mapping.license]]\nattribute = \"groups\"\nvalue = \"marketing\"\nresult = \"none\"\n";
    let wanted = demo.account_file() + rule;
    let told = demo.simulate(&wanted, "--json");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["people"], &told["changed"], &told["looked_at"]),
        (&json!(2), &json!(1), &json!(2)),
        "{told}"
    );
    let item = &told["items"][0];
    assert_eq!((&item["before"]["admitted"], &item["after"]["code"]), (&json!(true), &json!(1030)), "{told}");
    let said = demo.simulate(&wanted, "");
    for part in ["1 would be refused (1030)", "1 of 2 people would change", "let in -> refused (1030"] {
        assert!(said.contains(part), "no {part}: {said}");
    }
    assert!(said.contains(item["user"].as_str().unwrap()), "{said}");
    let said = demo.simulate(&demo.account_file(), "");
    assert!(said.starts_with("Nothing would change."), "{said}");
}

#[test]
fn what_could_be_mapped_is_told_with_masked_values() {
    let demo = two_people();
    let advice: serde_json::Value =
        serde_json::from_str(&demo.command("mapping suggest --account acme --json")).unwrap();
    assert_eq!((&advice["sign_ins"], &advice["is_cut"]), (&json!(2), &json!(false)), "{advice}");
    let attributes = advice["attributes"].as_array().unwrap();
    let found = |name: &str| attributes.iter().find(|attribute| attribute["name"] == name).unwrap();
    assert_eq!(found("department")["used_by"], json!(["department"]), "{advice}");
    assert_eq!(found("groups")["used_by"], json!([]), "{advice}");
    let said = demo.command("mapping suggest --account acme");
    assert!(said.starts_with("2 sign-ins since ") && said.contains("What could be mapped"), "{said}");
    assert!(!said.contains("marketing"), "masked: {said}");
    assert!(demo.command("mapping suggest --account acme --unmasked").contains("marketing"));
}
