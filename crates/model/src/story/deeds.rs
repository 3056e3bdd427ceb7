//! What a program did to somebody, as the call log tells it: a sentence with the fields that changed, then field by field.

use super::{field, value};
use crate::trace::Change;
use std::borrow::Cow;

/// The most fields that a sentence names.
const MOST_NAMED: usize = 4;

/// A deed and what changed by it. Whoever is made or deleted is told without fields; of a change that turns the status, that is told.
#[must_use]
pub fn deed(verb: &str, name: &str, changes: &[Change]) -> Vec<String> {
    let turned = changes.iter().find(|change| change.field == "status" && change.before.is_some());
    let sentence = match turned.and_then(|change| change.after.as_deref()) {
        Some("inactive") => format!("deactivated {name}"),
        Some("active") => format!("reactivated {name}"),
        _ if verb == "changed" => format!("changed {name}: {}", named(changes)),
        _ => format!("{verb} {name}"),
    };
    with_fields(sentence, changes)
}

/// A sentence, and what changed field by field.
#[must_use]
pub fn with_fields(sentence: String, changes: &[Change]) -> Vec<String> {
    std::iter::once(sentence).chain(changes.iter().map(line)).collect()
}

/// A request that asked for nothing new.
#[must_use]
pub fn unchanged(name: &str) -> Vec<String> {
    vec![format!("changed nothing about {name}: it was so already")]
}

/// The fields, as far as a sentence can hold them.
fn named(changes: &[Change]) -> String {
    let mut names: Vec<Cow<'_, str>> = changes.iter().take(MOST_NAMED).map(short).collect();
    match changes.len().saturating_sub(MOST_NAMED) {
        0 if names.is_empty() => return "what only the directory itself uses".to_owned(),
        0 => {}
        1 => names.push("1 more field".into()),
        more => names.push(format!("{more} more fields").into()),
    }
    names.join(", ")
}

fn short(change: &Change) -> Cow<'static, str> {
    let has_sso = |text: &Option<String>| text.as_deref().is_some_and(|text| text.contains("sso"));
    match change.field.as_str() {
        "login_types" if has_sso(&change.after) && !has_sso(&change.before) => "SSO login type added".into(),
        "employee_id" => field("employee_id").into(),
        other => lowered(&field(other)).into(),
    }
}

fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn line(change: &Change) -> String {
    let name = field(&change.field);
    let words = |text: &Option<String>| text.as_deref().map(|text| value(&change.field, text));
    match (words(&change.before), words(&change.after)) {
        (None, Some(after)) => format!("{name}: {after}"),
        (Some(before), Some(after)) => format!("{name}: {before} → {after}"),
        (_, None) => format!("{name}: removed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str, before: Option<&str>, after: Option<&str>) -> Change {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Change { field: field.to_owned(), before: text(before), after: text(after), rule: "scim".to_owned() }
    }

    #[test]
    fn a_deed_is_a_sentence_and_then_a_line_for_each_field() {
        let name = change("last_name", Some("Berg"), Some("Stein"));
        let sso = change("login_types", Some("work_email"), Some("work_email, sso"));
        let off = change("status", Some("active"), Some("inactive"));
        let on = change("status", Some("inactive"), Some("active"));
        let six = vec![name.clone(); 6];
        for (verb, changes, sentence) in [
            ("created", vec![change("status", None, Some("active"))], "created anna"),
            ("deleted", vec![], "deleted anna"),
            ("changed", vec![name.clone(), sso.clone()], "changed anna: last name, SSO login type added"),
            ("changed", vec![off, name.clone()], "deactivated anna"),
            ("changed", vec![on], "reactivated anna"),
            ("changed", vec![], "changed anna: what only the directory itself uses"),
            ("changed", six, "changed anna: last name, last name, last name, last name, 2 more fields"),
        ] {
            assert_eq!(deed(verb, "anna", &changes)[0], sentence);
        }
        assert_eq!(
            deed("changed", "anna", &[name, sso, change("department", Some("Sales"), None)])[1..],
            [
                "Last name: Berg → Stein",
                "Login types: work e-mail and password → work e-mail and password, SSO",
                "Department: removed"
            ]
        );
    }
}
