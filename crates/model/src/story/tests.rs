//! What people read of a trace.

use super::*;

fn rule(words: &str, found: &str) -> Step {
    Step::passed("mapping.license", words, found)
}

#[test]
fn steps_are_grouped_by_the_question_that_they_answer_in_the_order_of_the_questions() {
    let trace = [
        Step::passed("mapping.email", "an e-mail address", "anna@acme.example"),
        Step::passed("audience", "acme", "acme"),
        Step::passed("mapping.department", "a value in department", "Sales"),
        Step::passed("mapping.user_group", "groups equals \"a\": A", "applies: \"a\" was sent"),
        Step::passed("admission.addon.webinar-500", "a seat", "a seat is left"),
        Step::failed("admission.status", "active", "inactive"),
    ];
    let parts = tell(&trace);
    let chapters: Vec<Chapter> = parts.iter().map(|part| part.chapter).collect();
    use Chapter::{Admission, Groups, Licenses, Message, Person, Profile};
    assert_eq!(chapters, [Message, Person, Admission, Licenses, Groups, Profile]);
    assert_eq!(parts[0].told[0].name, "Is meant for this service");
    assert!(parts[2].failed() && !parts[1].failed());
    assert_eq!(parts[3].told[0].name, "A seat for Webinar 500");
}

#[test]
fn rules_that_do_not_apply_stand_behind_the_one_that_decides() {
    let trace = [
        rule("groups equals \"a\": Basic", DOES_NOT_APPLY),
        rule("groups equals \"b\": None", DOES_NOT_APPLY),
        rule("groups equals \"c\": Licensed", "applies: \"c\" was sent"),
        Step::warning("admission.license", "a seat for Licensed", "no seat is left: Basic stays"),
    ];
    let [part] = tell(&trace).try_into().unwrap();
    assert_eq!(part.told[0].passed_over.len(), 2);
    assert_eq!(part.told[0].expected, "groups equals \"c\": Licensed");
    assert_eq!(part.warnings(), 1);
    assert_eq!(part.told[1].verdict, Verdict::Warning);
}

#[test]
fn a_last_rule_that_does_not_apply_is_not_lost() {
    let trace = [rule("groups equals \"a\": Basic", DOES_NOT_APPLY)];
    assert_eq!(tell(&trace)[0].told[0].found, DOES_NOT_APPLY);
}

#[test]
fn p18_characters_that_nobody_sees_are_spelled_out() {
    let trace = [Step::failed("issuer\u{202e}", "a\u{200b}b", "\u{202e}live\u{7}")];
    let told = &tell(&trace)[0].told[0];
    assert_eq!(told.found, "\\u{202e}live\\u{7}");
    assert_eq!(told.expected, "a\\u{200b}b");
    assert!(!told.name.contains('\u{202e}'), "{}", told.name);
    assert_eq!(value("department", "\u{2067}x"), "\\u{2067}x");
}

#[test]
fn fields_and_their_values_read_as_words() {
    assert_eq!(field("login_types"), "Login types");
    assert_eq!(value("login_types", "work_email, sso"), "work e-mail and password, SSO");
    assert_eq!(field("addon.webinar-500"), "Webinar 500");
    assert_eq!(value("license", "on-prem"), "On-Prem");
    assert_eq!(field("custom:Desk"), "Desk");
    assert_eq!(field("user_group"), "User groups");
}
