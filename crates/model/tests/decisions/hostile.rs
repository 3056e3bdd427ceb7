//! Values that nobody sends in good faith, or that are merely too large.

use crate::people::*;
use vestibule_model::admission::Outcome;
use vestibule_model::code::Code;
use vestibule_model::license::License;
use vestibule_model::mapping::{Grant, Pattern, conceal};
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

#[test]
fn patterns_do_a_bounded_amount_of_work_and_nobody_comes_in_for_that() {
    // Each search costs at worst the length of the values times the places of the pattern.
    let patterns = |count: usize| {
        let pattern =
            |n: usize| rule("regex", &format!("[ab]{{900}}{n}$"), Grant::License(Some(License::OnPrem)));
        (0..count).map(pattern).collect::<Vec<_>>()
    };
    let long = "a".repeat(200_000);
    let user = anna();
    let of = |rules, sent: &str| {
        let mapping = mapping([category("license", rules), category("role", patterns(3))]);
        let decision = Case::of(&mapping, &user).decide(&of_groups(&[sent]));
        let refused = matches!(decision.outcome, Outcome::Refuse(Code::NoLicense));
        (refused, warnings(&decision).iter().any(|warning| warning.contains("too long for so many patterns")))
    };
    assert_eq!(of(patterns(5), &long), (true, true));
    assert_eq!(of(patterns(5), "aaa"), (false, false), "the same patterns on what people send");
    assert_eq!(of(patterns(1), "aaa"), (false, false));
    let larger = Pattern::parse("(a{100}){100}").unwrap_err().to_string();
    assert!(larger.contains("too large"), "{larger}");
}

#[test]
fn a_pattern_is_found_by_what_every_match_needs_wherever_that_stands() {
    let others: Vec<String> = (0..40).map(|n| format!("other {n}")).collect();
    for (pattern, value, expected) in [
        ("^team-[0-9]+$", "team-7", true),
        ("^team-[0-9]+$", "team-x", false),
        ("^team-[0-9]+$", "no team-7", false),
        ("team-[0-9]+", "a team-7", true),
        ("(?i)team-7", "TEAM-7", true),
        ("(?i)team-7", "tEaM-8", false),
        ("(?i)^team$", "ＴＥＡＭ", false),
        ("(?i)^\\w+-kelvin$", "a-\u{212a}ELVIN", true),
        (".*-admins$", "berlin-admins", true),
        (".*-admins$", "berlin-admins-old", false),
        ("^[a-z]+-sales-[0-9]+$", "de-sales-12", true),
        ("^[a-z]+-sales-[0-9]+$", "de-sales-x", false),
        ("^(team|crew)-.*(north|south)$", "crew-7-south", true),
        ("^(team|crew)-.*(north|south)$", "crew-7-east", false),
        ("(-admins)?$", "anything", true),
        ("^(-admins)*7$", "7", true),
        ("(-admins){2,}", "-admins-admins", true),
        ("(-admins){2,}", "-admins", false),
        ("needle|", "anything", true),
        ("(team|crew)-7", "crew-7", true),
        ("\\bteam", "a team", true),
        ("", "anything", true),
        ("39te", "te", false),
    ] {
        let sent: Vec<&str> = others.iter().map(String::as_str).chain([value]).collect();
        let mapping = mapping([category("role", vec![rule("regex", pattern, Grant::Role(Role::Admin))])]);
        let user = anna();
        let role = Case::of(&mapping, &user).admitted(&of_groups(&sent)).role;
        assert_eq!(role == Role::Admin, expected, "{pattern} on {value}");
    }
}
