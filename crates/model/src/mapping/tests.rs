//! Rows of the basic mapping table, one test each.

use super::basic::{CONCEALED, KEPT, NOT_SENT};
use super::*;
use crate::email::Email;
use crate::trace::Step;
use crate::user::{Entry, Profile};

fn asserted(attributes: &[(&str, &[&str])]) -> Asserted {
    let attributes = attributes.iter().map(|(name, values)| Attribute {
        name: (*name).to_owned(),
        friendly_name: (*name == "urn:oid:2.5.4.42").then(|| "givenName".to_owned()),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
    });
    Asserted { name_id: Some("anna@acme.example".to_owned()), attributes: attributes.collect() }
}

fn email(mapping: &Mapping, asserted: &Asserted) -> (Option<Email>, Step) {
    let (found, mut trace) = identity(mapping, asserted);
    (found.email, trace.pop().unwrap())
}

fn mapping(field: Field, attribute: &str, update: bool) -> Mapping {
    let source = Source { input: Input::attribute(attribute), update };
    Mapping { fields: [(field, source)].into(), ..Mapping::default() }
}

fn profile(field: Field, value: &str) -> Profile {
    Profile([(field, Entry { value: value.to_owned(), source: None })].into())
}

#[test]
fn the_name_id_is_the_address_when_nothing_is_mapped() {
    let (email, step) = email(&Mapping::default(), &asserted(&[]));
    assert_eq!(email.unwrap().as_str(), "anna@acme.example");
    assert!(step.ok);
}

#[test]
fn the_mapped_attribute_comes_before_the_name_id() {
    let mapping = Mapping { email: Some(Input::attribute("mail")), ..Mapping::default() };
    let (found, _) = email(&mapping, &asserted(&[("mail", &["berg@acme.example"])]));
    assert_eq!(found.unwrap().as_str(), "berg@acme.example");
    let (found, _) = email(&mapping, &asserted(&[]));
    assert_eq!(found.unwrap().as_str(), "anna@acme.example");
}

#[test]
fn without_an_address_the_step_says_what_was_sent() {
    let mut nothing = asserted(&[("uid", &["anna"])]);
    nothing.name_id = Some("anna".to_owned());
    let (found, step) = email(&Mapping::default(), &nothing);
    assert_eq!(found, None);
    assert_eq!(step.found, "sent: <NameID>, uid");
}

#[test]
fn names_are_taken_at_the_first_sign_in_only_unless_update_is_on() {
    let sent = asserted(&[("givenName", &["Anna"])]);
    let before = profile(Field::FirstName, "Ann");
    let kept = apply(&mapping(Field::FirstName, "givenName", false), &sent, &before, false);
    assert_eq!(kept.profile, before);
    assert!(kept.changes.is_empty());
    let updated = apply(&mapping(Field::FirstName, "givenName", true), &sent, &before, false);
    assert_eq!(updated.profile.value(&Field::FirstName), Some("Anna"));
    assert_eq!(updated.changes[0].before.as_deref(), Some("Ann"));
}

#[test]
fn other_fields_are_taken_at_every_sign_in() {
    let sent = asserted(&[("department", &["Sales"])]);
    let mapped = apply(
        &mapping(Field::Department, "department", false),
        &sent,
        &profile(Field::Department, "R&D"),
        false,
    );
    assert_eq!(mapped.profile.value(&Field::Department), Some("Sales"));
}

#[test]
fn of_several_values_the_first_is_taken_and_the_trace_says_so() {
    let sent = asserted(&[("department", &["Sales", "R&D"])]);
    let mapped = apply(&mapping(Field::Department, "department", false), &sent, &Profile::default(), true);
    assert_eq!(mapped.profile.value(&Field::Department), Some("Sales"));
    assert_eq!(mapped.trace[0].found, "Sales (the first of 2; not used: R&D)");
}

#[test]
fn an_attribute_is_found_by_its_friendly_name_too() {
    let sent = asserted(&[("urn:oid:2.5.4.42", &["Anna"])]);
    let mapped = apply(&mapping(Field::FirstName, "givenName", false), &sent, &Profile::default(), true);
    assert_eq!(mapped.profile.value(&Field::FirstName), Some("Anna"));
}

#[test]
fn a_missing_attribute_changes_nothing() {
    let before = profile(Field::Department, "Sales");
    let mapped = apply(&mapping(Field::Department, "department", false), &asserted(&[]), &before, false);
    assert_eq!((mapped.profile, mapped.changes.len()), (before, 0));
}

#[test]
fn values_are_bounded_and_lose_control_characters() {
    let long = "x".repeat(10_000);
    let sent = asserted(&[("department", &[long.as_str()]), ("title", &["a\u{7}b\n"])]);
    let mapped = apply(&mapping(Field::Department, "department", false), &sent, &Profile::default(), true);
    assert_eq!(mapped.profile.value(&Field::Department).map(str::len), Some(LONGEST_VALUE));
    let mapped = apply(&mapping(Field::JobTitle, "title", false), &sent, &Profile::default(), true);
    assert_eq!(mapped.profile.value(&Field::JobTitle), Some("ab"));
}

#[test]
fn what_is_concealed_still_says_what_was_looked_at_and_what_changed() {
    let mut mapping = mapping(Field::Department, "department", false);
    for field in [Field::FirstName, Field::JobTitle] {
        mapping
            .fields
            .insert(field.clone(), Source { input: Input::attribute(field.as_str()), update: false });
    }
    let sent = asserted(&[("department", &["Sales"]), ("first_name", &["Anna"])]);
    let mut before = profile(Field::FirstName, "Ann");
    before.0.extend(profile(Field::Department, "R&D").0);
    let mut mapped = apply(&mapping, &sent, &before, false);
    mapped.trace.push(email(&mapping, &sent).1);
    let (shown, changed) = (mapped.trace.len(), mapped.changes.len());
    conceal(&mut mapped.trace, &mut mapped.changes);
    assert_eq!((mapped.trace.len(), mapped.changes.len()), (shown, changed));
    let found: Vec<&str> = mapped.trace.iter().map(|step| step.found.as_str()).collect();
    assert_eq!(found, [KEPT, NOT_SENT, CONCEALED, "anna@acme.example from <NameID>"]);
    assert_eq!(mapped.changes[0].before.as_deref(), Some(CONCEALED));
    assert_eq!(mapped.changes[0].after.as_deref(), Some(CONCEALED));
}
