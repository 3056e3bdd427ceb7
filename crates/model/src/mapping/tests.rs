//! Rows of the basic mapping table, one test each.

use super::basic::{CONCEALED, KEPT, NOT_SENT};
use super::*;
use crate::email::Email;
use crate::expression::{Context, Expression};
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

fn context() -> Context<'static> {
    Context::new(jiff::Timestamp::UNIX_EPOCH, [7; 32])
}

fn email(mapping: &Mapping, asserted: &Asserted) -> (Option<Email>, Step) {
    let (found, mut trace) = identity(mapping, asserted, &context());
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
    let kept = apply(&mapping(Field::FirstName, "givenName", false), &sent, &before, false, &context());
    assert_eq!(kept.profile, before);
    assert!(kept.changes.is_empty());
    let updated = apply(&mapping(Field::FirstName, "givenName", true), &sent, &before, false, &context());
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
        &context(),
    );
    assert_eq!(mapped.profile.value(&Field::Department), Some("Sales"));
}

#[test]
fn of_several_values_the_first_is_taken_and_the_trace_says_so() {
    let sent = asserted(&[("department", &["Sales", "R&D"])]);
    let mapped =
        apply(&mapping(Field::Department, "department", false), &sent, &Profile::default(), true, &context());
    assert_eq!(mapped.profile.value(&Field::Department), Some("Sales"));
    assert_eq!(mapped.trace[0].found, "Sales (the first of 2; not used: R&D)");
}

#[test]
fn an_attribute_is_found_by_its_friendly_name_too() {
    let sent = asserted(&[("urn:oid:2.5.4.42", &["Anna"])]);
    let mapped =
        apply(&mapping(Field::FirstName, "givenName", false), &sent, &Profile::default(), true, &context());
    assert_eq!(mapped.profile.value(&Field::FirstName), Some("Anna"));
}

#[test]
fn a_missing_attribute_changes_nothing() {
    let before = profile(Field::Department, "Sales");
    let mapped =
        apply(&mapping(Field::Department, "department", false), &asserted(&[]), &before, false, &context());
    assert_eq!((mapped.profile, mapped.changes.len()), (before, 0));
}

#[test]
fn values_are_bounded_and_lose_control_characters() {
    let long = "x".repeat(10_000);
    let sent = asserted(&[("department", &[long.as_str()]), ("title", &["a\u{7}b\n"])]);
    let mapped =
        apply(&mapping(Field::Department, "department", false), &sent, &Profile::default(), true, &context());
    assert_eq!(mapped.profile.value(&Field::Department).map(str::len), Some(LONGEST_VALUE));
    let mapped =
        apply(&mapping(Field::JobTitle, "title", false), &sent, &Profile::default(), true, &context());
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
    let mut mapped = apply(&mapping, &sent, &before, false, &context());
    mapped.trace.push(email(&mapping, &sent).1);
    let (shown, changed) = (mapped.trace.len(), mapped.changes.len());
    conceal(&mut mapped.trace, &mut mapped.changes);
    assert_eq!((mapped.trace.len(), mapped.changes.len()), (shown, changed));
    let found: Vec<&str> = mapped.trace.iter().map(|step| step.found.as_str()).collect();
    assert_eq!(found, [KEPT, NOT_SENT, CONCEALED, "anna@acme.example from <NameID>"]);
    assert_eq!(mapped.changes[0].before.as_deref(), Some(CONCEALED));
    assert_eq!(mapped.changes[0].after.as_deref(), Some(CONCEALED));
}

fn expressed(field: Field, source: &str) -> Mapping {
    let input = Input::Expression(Expression::parse(source).unwrap());
    Mapping { fields: [(field, Source { input, update: true })].into(), ..Mapping::default() }
}

#[test]
fn an_expression_sees_everything_that_was_asserted() {
    let mapping = expressed(Field::DisplayName, r#"Join(" ", [givenName], [sn], [<NameID>])"#);
    let sent = asserted(&[("urn:oid:2.5.4.42", &["Anna"]), ("sn", &["Berg"])]);
    let mapped = apply(&mapping, &sent, &Profile::default(), true, &context());
    assert_eq!(mapped.profile.value(&Field::DisplayName), Some("Anna Berg anna@acme.example"));
    let stored = serde_json::to_value(&mapping.fields).unwrap();
    assert_eq!(
        stored["display_name"]["expression"], r#"Join(" ", [givenName], [sn], [<NameID>])"#,
        "{stored}"
    );
    assert_eq!(serde_json::from_value::<BTreeMap<Field, Source>>(stored).unwrap(), mapping.fields);
}

#[test]
fn an_expression_that_fails_is_a_warning_and_changes_nothing() {
    let mapping = expressed(Field::Department, r#"DateAdd("d", 1, [hired])"#);
    let before = profile(Field::Department, "Sales");
    let mapped = apply(&mapping, &asserted(&[("hired", &["soon"])]), &before, false, &context());
    assert_eq!((mapped.profile, mapped.changes), (before, vec![]));
    let step = &mapped.trace[0];
    assert!(step.ok && step.warning && step.found.contains("soon"), "{step:?}");
}

#[test]
fn what_an_expression_leaves_out_changes_nothing() {
    let mapping = expressed(Field::Department, "IgnoreFlowIfNullOrEmpty([department])");
    let before = profile(Field::Department, "Sales");
    let mapped = apply(&mapping, &asserted(&[]), &before, false, &context());
    assert_eq!((&mapped.profile, mapped.trace[0].found.as_str()), (&before, NOT_SENT));
    let sent = asserted(&[("department", &["R&D"])]);
    let mapped = apply(&mapping, &sent, &before, false, &context());
    assert_eq!(mapped.profile.value(&Field::Department), Some("R&D"));
}

#[test]
fn what_an_expression_conceals_is_used_and_never_shown() {
    let mapping = expressed(Field::Department, "Redact([department])");
    let sent = asserted(&[("department", &["Secret", "Hidden"])]);
    let mapped = apply(&mapping, &sent, &profile(Field::Department, "Covert"), false, &context());
    assert_eq!(mapped.profile.value(&Field::Department), Some("Secret"));
    let told = serde_json::to_string(&(&mapped.trace, &mapped.changes)).unwrap();
    assert!(!["Secret", "Hidden", "Covert"].iter().any(|value| told.contains(value)), "{told}");
}

#[test]
fn two_expressions_draw_chance_apart_and_the_same_seed_gives_the_same() {
    let mut mapping = expressed(Field::Department, "Guid()");
    mapping.fields.extend(expressed(Field::Location, "Guid()").fields);
    let mapped = apply(&mapping, &asserted(&[]), &Profile::default(), true, &context());
    assert_ne!(mapped.profile.value(&Field::Department), mapped.profile.value(&Field::Location));
    assert_eq!(apply(&mapping, &asserted(&[]), &Profile::default(), true, &context()), mapped);
}

#[test]
fn the_address_and_the_employee_id_may_be_expressions() {
    let expression = |source: &str| Some(Input::Expression(Expression::parse(source).unwrap()));
    let mapping = Mapping {
        email: expression(r#"Append([uid], "@acme.example")"#),
        employee_id: expression("ToUpper([staff])"),
        ..Mapping::default()
    };
    let (found, trace) = identity(&mapping, &asserted(&[("uid", &["berg"]), ("staff", &["e7"])]), &context());
    assert_eq!(found.email.unwrap().as_str(), "berg@acme.example");
    assert_eq!(found.employee_id.as_deref(), Some("E7"), "{trace:?}");
    let failing = Mapping { email: expression(r#"FormatDateTime([uid], , "yyyy", "yyyy")"#), ..mapping };
    let (found, trace) = identity(&failing, &asserted(&[("uid", &["berg"])]), &context());
    assert_eq!(found.email.unwrap().as_str(), "anna@acme.example", "the NameID stands in");
    assert!(trace[1].warning && trace[1].found.contains("berg"), "{trace:?}");
}
