//! Rows of the basic mapping table, one test each.

use super::basic::{CONCEALED, KEPT, NOT_SENT, NUMBERS};
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

fn numbers(fields: &[(Field, &str)]) -> Mapping {
    let source = |attribute: &&str| Source { input: Input::attribute(attribute), update: true };
    let fields = fields.iter().map(|(field, attribute)| (field.clone(), source(attribute))).collect();
    Mapping { fields, ..Mapping::default() }
}

#[test]
fn each_field_is_taken_as_often_as_the_table_says() {
    let first_time_only = ["first_name", "last_name", "display_name", "phone_1", "phone_2", "phone_3"];
    let custom = Field::from_word("custom:Badge").unwrap();
    for field in Field::all().chain([custom]) {
        let (old, new) = match field {
            Field::Phone1 | Field::Phone2 | Field::Phone3 | Field::Fax => ("+4930901820", "+4930901821"),
            Field::Manager => ("boss@acme.example", "chief@acme.example"),
            Field::Language => ("de", "en-US"),
            Field::TimeZone => ("Europe/Berlin", "Europe/Paris"),
            _ => ("old.value", "new.value"),
        };
        let (sent, before) = (asserted(&[("it", &[new])]), profile(field.clone(), old));
        let after = |update, before: &Profile, is_new| {
            let mapped = apply(&mapping(field.clone(), "it", update), &sent, before, is_new, &context());
            mapped.profile.value(&field).map(str::to_owned)
        };
        let keeps = first_time_only.contains(&field.as_str());
        let later = if keeps { old } else { new };
        assert_eq!(after(false, &before, false).as_deref(), Some(later), "{field:?}");
        assert_eq!(after(true, &before, false).as_deref(), Some(new), "{field:?}");
        assert_eq!(after(false, &Profile::default(), true).as_deref(), Some(new), "{field:?}");
        assert_eq!(after(false, &Profile::default(), false).as_deref(), Some(new), "{field:?}: had none");
    }
}

#[test]
fn what_cannot_be_the_value_of_a_field_is_left_out_with_a_warning() {
    for (field, value) in [
        (Field::Phone1, "ask at the desk"),
        (Field::Manager, "CN=Boss"),
        (Field::Language, "German language"),
        (Field::TimeZone, "Mars/Olympus"),
        (Field::PersonalLink, "x"),
        (Field::Department, "\u{202e}"),
    ] {
        let before = profile(field.clone(), "stays");
        let sent = asserted(&[("it", &[value])]);
        let mapped = apply(&mapping(field.clone(), "it", true), &sent, &before, false, &context());
        assert_eq!((mapped.profile, mapped.changes), (before, vec![]), "{field:?}");
        assert!(mapped.trace[0].ok && mapped.trace[0].warning, "{:?}", mapped.trace[0]);
    }
}

#[test]
fn of_numbers_that_are_the_same_the_later_is_left_out_and_named() {
    let mapping = numbers(&[(Field::Phone1, "a"), (Field::Phone2, "b"), (Field::Fax, "c")]);
    let sent =
        asserted(&[("a", &["555 010 0199"]), ("b", &["+1 555 010 0199"]), ("c", &["1 (555) 010-0199"])]);
    let mapped = apply(&mapping, &sent, &Profile::default(), true, &context());
    let values: Vec<_> = NUMBERS.iter().map(|field| mapped.profile.value(field)).collect();
    assert_eq!(values, [Some("+15550100199"), None, None, None]);
    let warned: Vec<_> = mapped.trace.iter().filter(|step| step.warning).collect();
    assert_eq!(warned.len(), 2);
    assert!(warned.iter().all(|step| step.found.contains("the same as Phone 1")), "{warned:?}");
}

#[test]
fn a_number_that_the_person_has_in_another_field_is_left_out() {
    let sent = asserted(&[("a", &["+4930901820"])]);
    let before = profile(Field::Fax, "+4930901820");
    let mapped = apply(&numbers(&[(Field::Phone2, "a")]), &sent, &before, false, &context());
    assert_eq!((mapped.profile, mapped.changes), (before, vec![]));
    assert!(mapped.trace[0].found.contains("the same as Fax"), "{:?}", mapped.trace);
}

#[test]
fn numbers_change_places() {
    let mapping = numbers(&[(Field::Phone1, "a"), (Field::Phone2, "b")]);
    let mut before = profile(Field::Phone1, "+4930901820");
    before.0.extend(profile(Field::Phone2, "+4930901821").0);
    let sent = asserted(&[("a", &["+4930901821"]), ("b", &["+4930901820"])]);
    let mapped = apply(&mapping, &sent, &before, false, &context());
    assert_eq!(mapped.profile.value(&Field::Phone1), Some("+4930901821"));
    assert_eq!(mapped.profile.value(&Field::Phone2), Some("+4930901820"));
}

#[test]
fn one_number_that_gives_way_may_free_another() {
    // Fax is taken by Phone 1 of before; when Phone 1 keeps it because its own value is taken, Fax gives way too.
    let mapping = numbers(&[(Field::Phone1, "a"), (Field::Fax, "b")]);
    let mut before = profile(Field::Phone1, "+4930901820");
    before.0.extend(profile(Field::Phone3, "+4930901829").0);
    let sent = asserted(&[("a", &["+4930901829"]), ("b", &["+4930901820"])]);
    let mapped = apply(&mapping, &sent, &before, false, &context());
    assert_eq!((mapped.profile, mapped.changes.len()), (before, 0));
}

#[test]
fn huge_and_hostile_values_are_bounded_and_shown_escaped() {
    let huge = "x".repeat(1 << 20);
    let many: Vec<String> = (0..10_000).map(|n| format!("group {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let sent = asserted(&[("huge", &[&huge]), ("many", &many), ("turned", &["a\u{202e}b\u{0}c\u{1b}[31m"])]);
    let all = [(Field::Department, "huge"), (Field::Company, "many"), (Field::Location, "turned")];
    let mapped = apply(&numbers(&all), &sent, &Profile::default(), true, &context());
    assert_eq!(mapped.profile.value(&Field::Department).map(str::len), Some(LONGEST_VALUE));
    assert_eq!(mapped.profile.value(&Field::Company), Some("group 0"));
    assert_eq!(mapped.profile.value(&Field::Location), Some("abc[31m"));
    let shown: usize = mapped.trace.iter().map(|step| step.found.len()).sum();
    assert!(shown < 1_500, "{shown}");
    assert!(mapped.trace.iter().any(|step| step.found.contains("(the first of 10000; not used: group 1, ")));
    let turned = mapped.trace.iter().find(|step| step.check == "mapping.location").unwrap();
    assert!(turned.found.contains("\\u{202e}") && !turned.found.contains('\u{202e}'), "{turned:?}");
}

#[test]
fn the_picture_is_handed_on_and_its_content_is_not_told() {
    let mapping = Mapping { picture: Some(Input::attribute("photo")), ..Mapping::default() };
    let picked = |value: &str| {
        apply(&mapping, &asserted(&[("photo", &[value])]), &Profile::default(), true, &context())
    };
    let mapped = picked("https://pictures.acme.example/secret-token");
    assert!(matches!(mapped.picture, Some(Picture::Url(_))));
    assert!(!mapped.trace[0].found.contains("secret"), "{:?}", mapped.trace);
    assert!(matches!(picked("iVBORw0K").picture, Some(Picture::Base64(_))));
    let refused = picked("http://pictures.acme.example/a.png");
    assert!(refused.picture.is_none() && refused.trace[0].warning);
    assert!(apply(&mapping, &asserted(&[]), &Profile::default(), true, &context()).picture.is_none());
}
