//! Values that nobody sends in good faith, or that are merely too large.

use crate::people::*;
use vestibule_model::mapping::{Grant, conceal};
use vestibule_model::user::Role;

#[test]
fn the_value_that_decided_is_cut_and_spelled_out_in_the_trace() {
    let huge = format!("sales{}", "x".repeat(1 << 20));
    for value in ["sales\u{202e}drowssap\u{7}", huge.as_str(), "sales<script>alert(1)</script>"] {
        let mapping =
            mapping([category("role", vec![rule("starts_with", "sales", Grant::Role(Role::Admin))])]);
        let user = anna();
        let decision = Case::of(&mapping, &user).decide(&of_groups(&[value]));
        let step = decision.trace.iter().find(|step| step.check == "mapping.role").unwrap();
        assert!(step.found.len() < 500 && !step.found.contains(['\u{202e}', '\u{7}']), "{step:?}");
        assert_eq!(changes(&decision)["role"], "member -> admin");
    }
}

#[test]
fn ten_thousand_values_decide_like_one() {
    let many: Vec<String> = (0..10_000).map(|n| format!("group {n}")).collect();
    let sent: Vec<&str> = many.iter().map(String::as_str).collect();
    for (word, value, expected) in [
        ("equals", "group 9999", true),
        ("equals", "group 10000", false),
        ("contains", "9999", true),
        ("contains", "9group", false),
        ("ends_with", " 9999", true),
        ("regex", "^group 99{3}$", true),
        ("not_equals", "group 0", false),
    ] {
        let mapping = mapping([category("role", vec![rule(word, value, Grant::Role(Role::Admin))])]);
        let user = anna();
        let role = Case::of(&mapping, &user).admitted(&of_groups(&sent)).role;
        assert_eq!(role == Role::Admin, expected, "{word} {value}");
    }
}

#[test]
fn accounts_that_keep_no_values_keep_none_in_the_trace() {
    let mut mapping = mapping([
        category(
            "role",
            vec![
                rule("starts_with", "secret", Grant::Role(Role::Admin)),
                otherwise(Grant::Role(Role::Member)),
            ],
        ),
        category("user_group", vec![rule("contains", "cret-g", groups(&["Known"]))]),
    ]);
    mapping.auto = [(vestibule_model::group::GroupKind::Channel, "groups".to_owned())].into();
    let user = anna();
    let mut decision = Case::of(&mapping, &user).decide(&of_groups(&["secret-group"]));
    let told =
        |decision: &vestibule_model::admission::Decision| serde_json::to_string(&decision.trace).unwrap();
    assert!(told(&decision).contains("secret-group"));
    let steps = decision.trace.len();
    conceal(&mut decision.trace, &mut decision.changes);
    assert_eq!(decision.trace.len(), steps);
    assert!(!told(&decision).contains("secret-group"), "{}", told(&decision));
    let role = decision.trace.iter().find(|step| step.check == "mapping.role").unwrap();
    assert!(role.found.starts_with("applies"), "that it applied stays known: {role:?}");
}
