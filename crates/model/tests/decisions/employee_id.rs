//! The Employee Unique ID: whose sign-in it is, and when it moves an address (behaviour.md section 3).

use crate::people::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::admission::{Arrival, Standing};
use vestibule_model::code::Code;
use vestibule_model::connection::Provision;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::mapping::{Identity, Mapping};
use vestibule_model::user::{Role, Status, User};

fn with_id(user: User, id: &str) -> User {
    User { employee_id: Some(id.to_owned()), ..user }
}

fn says(email: Option<&str>, id: Option<&str>) -> Identity {
    Identity { email: email.map(address), employee_id: id.map(str::to_owned) }
}

fn basic() -> Mapping {
    mapping([])
}

/// Anna is known by her ID, and another address is asserted.
fn moving<'a>(mapping: &'a Mapping, anna: &'a User, to: &str) -> Case<'a> {
    Case {
        identity: says(Some(to), Some("E7")),
        by_employee_id: Some(anna),
        by_email: Standing::Nobody,
        ..Case::of_nobody(mapping)
    }
}

#[test]
fn t12_who_is_known_by_the_id_is_that_user_whatever_the_address() {
    let (mapping, anna) = (basic(), with_id(anna(), "E7"));
    let case = moving(&mapping, &anna, "anna@acme.example");
    let case = Case { by_email: Standing::Here(&anna), ..case };
    assert_eq!(changes(&case.decide(&of_groups(&[]))).len(), 0);
    assert_eq!(case.admitted(&of_groups(&[])).email, anna.email);
    let cased = Case { identity: says(Some("ANNA@acme.example"), Some("E7")), ..case };
    assert_eq!(changes(&cased.decide(&of_groups(&[]))).len(), 0, "case alone moves no address");
}

#[test]
fn t12_a_new_address_becomes_theirs_if_nothing_stands_against_it() {
    let day = SignedDuration::from_hours(24);
    let instant = SignedDuration::from_micros(1);
    let changed = |ago: SignedDuration| Some(now() - ago);
    for (role, email_changed_at, domain_associated, moves, because) in [
        (Role::Member, None, true, true, "becomes"),
        (
            Role::Custom(vestibule_model::user::RoleName::parse("Keeper").unwrap()),
            None,
            true,
            true,
            "becomes",
        ),
        (Role::Member, changed(day), true, true, "becomes"),
        (Role::Member, changed(day + instant), true, true, "becomes"),
        (Role::Member, changed(day - instant), true, false, "within the last 24 hours"),
        (Role::Member, changed(SignedDuration::ZERO), true, false, "within the last 24 hours"),
        (Role::Member, None, false, false, "its domain is not associated"),
        (Role::Admin, None, true, false, "owner or administrator"),
        (Role::Owner, None, true, false, "owner or administrator"),
    ] {
        let anna = User { role: role.clone(), email_changed_at, ..with_id(anna(), "E7") };
        let mapping = basic();
        let case = Case { domain_associated, ..moving(&mapping, &anna, "anna.berg@acme.example") };
        let what = format!("{role:?}, changed {email_changed_at:?}, associated {domain_associated}");
        let decision = case.decide(&of_groups(&[]));
        let step = decision.trace.iter().find(|step| step.check == "admission.email_change").unwrap();
        assert!(step.found.contains(because) && step.warning != moves, "{what}: {step:?}");
        let after = case.admitted(&of_groups(&[]));
        let (address, at) = match moves {
            true => ("anna.berg@acme.example", Some(now())),
            false => ("anna@acme.example", email_changed_at),
        };
        assert_eq!(after.email.as_str(), address, "{what}");
        assert_eq!(changes(&decision).contains_key("email"), moves, "{what}");
        let record = after.record(Some(&anna), UserId::from_bytes([9; 16]), now());
        assert_eq!((record.id, record.email_changed_at), (anna.id, at), "{what}");
        assert_eq!(record.employee_id.as_deref(), Some("E7"));
    }
}

#[test]
fn t12_two_people_never_swap_records() {
    let (mapping, anna, ben) = (basic(), with_id(anna(), "E7"), with_id(user("ben@acme.example"), "E8"));
    // Ben comes with Anna's ID and his own address, and Anna with Ben's.
    for (email, id, by_id, by_email) in
        [("ben@acme.example", "E7", &anna, &ben), ("anna@acme.example", "E8", &ben, &anna)]
    {
        let case = Case {
            identity: says(Some(email), Some(id)),
            by_employee_id: Some(by_id),
            by_email: Standing::Here(by_email),
            ..Case::of_nobody(&mapping)
        };
        assert_eq!(case.outcome(&of_groups(&[])).unwrap_err(), Code::EmailTaken);
    }
    let own = Case {
        identity: says(Some("ben@acme.example"), Some("E8")),
        by_employee_id: Some(&ben),
        by_email: Standing::Here(&ben),
        ..Case::of_nobody(&mapping)
    };
    assert_eq!(own.admitted(&of_groups(&[])).email, ben.email);
}

#[test]
fn t12_an_address_of_another_account_is_nobodys_to_take() {
    let (mapping, anna) = (basic(), with_id(anna(), "E7"));
    let case = Case { by_email: Standing::Elsewhere, ..moving(&mapping, &anna, "anna@other.example") };
    assert_eq!(case.outcome(&of_groups(&[])).unwrap_err(), Code::NotHere);
}

#[test]
fn t12_a_known_id_needs_no_address() {
    let (mapping, anna) = (basic(), with_id(anna(), "E7"));
    let case = Case { identity: says(None, Some("E7")), ..moving(&mapping, &anna, "x@acme.example") };
    let after = case.admitted(&of_groups(&[]));
    assert_eq!((after.email, after.arrival), (anna.email.clone(), Arrival::Known));
    let unknown = Case { by_employee_id: None, ..case };
    assert_eq!(unknown.outcome(&of_groups(&[])).unwrap_err(), Code::NoEmail);
}

#[test]
fn t12_the_first_sign_in_with_an_id_links_it_to_the_user_of_that_address() {
    let (mapping, anna) = (basic(), anna());
    let case = Case { identity: says(Some("anna@acme.example"), Some("E7")), ..Case::of(&mapping, &anna) };
    assert_eq!(changes(&case.decide(&of_groups(&[])))["employee_id"], "- -> E7");
    assert_eq!(case.admitted(&of_groups(&[])).employee_id.as_deref(), Some("E7"));
    let created = Case { by_email: Standing::Nobody, ..case };
    let after = created.admitted(&of_groups(&[]));
    assert_eq!((after.arrival, after.employee_id.as_deref()), (Arrival::Created, Some("E7")));
    let without = Case::of(&mapping, &anna).admitted(&of_groups(&[]));
    assert_eq!(without.employee_id, None);
}

#[test]
fn t12_a_user_with_another_id_is_refused() {
    let mapping = basic();
    for (known, sent, refused) in
        [("E6", "E7", true), ("e7", "E7", true), ("E7 ", "E7", true), ("E7", "E7", false)]
    {
        let anna = with_id(anna(), known);
        let by_employee_id = (known == sent).then_some(&anna);
        let identity = says(Some("anna@acme.example"), Some(sent));
        let outcome = Case { identity, by_employee_id, ..Case::of(&mapping, &anna) }.outcome(&of_groups(&[]));
        assert_eq!(outcome.is_err_and(|code| code == Code::EmailTaken), refused, "{known} and {sent}");
    }
    // Without an ID the address decides, and the ID stays.
    let anna = with_id(anna(), "E6");
    assert_eq!(Case::of(&mapping, &anna).admitted(&of_groups(&[])).employee_id.as_deref(), Some("E6"));
}

#[test]
fn t12_an_inactive_user_is_refused_by_the_id_too_and_no_address_moves() {
    let (mapping, anna) = (basic(), User { status: Status::Inactive, ..with_id(anna(), "E7") });
    let case = moving(&mapping, &anna, "anna.berg@acme.example");
    let decision = case.decide(&of_groups(&[]));
    assert_eq!((case.outcome(&of_groups(&[])).unwrap_err(), decision.changes.len()), (Code::Inactive, 0));
}

#[test]
fn t12_the_domain_of_one_address_never_vouches_for_another() {
    let mapping = basic();
    let pending = |changed: Option<Timestamp>| User {
        status: Status::Pending,
        license: None,
        email_changed_at: changed,
        ..with_id(user("anna@elsewhere.example"), "E7")
    };
    // The asserted address may not become theirs yet, so the pending one stays, and stays pending.
    let lately = pending(Some(now()));
    let kept = moving(&mapping, &lately, "anna@acme.example");
    assert_eq!(kept.outcome(&of_groups(&[])).unwrap_err(), Code::Unverified);
    let unsaid = Case { identity: says(None, Some("E7")), ..moving(&mapping, &lately, "anna@acme.example") };
    assert_eq!(unsaid.outcome(&of_groups(&[])).unwrap_err(), Code::Unverified);
    // Where it becomes theirs, its domain is what counts.
    let free = pending(None);
    let after = moving(&mapping, &free, "anna@acme.example").admitted(&of_groups(&[]));
    assert_eq!((after.arrival, after.email.as_str()), (Arrival::Approved, "anna@acme.example"));
    assert_eq!(after.license, Some(License::Basic));
}

#[test]
fn t12_the_id_gives_no_login_type_that_the_account_does_not() {
    let (mapping, anna) =
        (basic(), with_id(User { logins: vestibule_model::user::Logins::WORK_EMAIL, ..anna() }, "E7"));
    let with = |provision| Case { provision, ..moving(&mapping, &anna, "anna@acme.example") };
    let here = |provision| Case { by_email: Standing::Here(&anna), ..with(provision) };
    assert_eq!(here(Provision::PriorToSignIn).outcome(&of_groups(&[])).unwrap_err(), Code::NotSsoUser);
    assert!(here(Provision::AtSignIn).admitted(&of_groups(&[])).logins.sso);
    assert!(here(Provision::LinkAtSignIn).admitted(&of_groups(&[])).logins.sso);
}

#[test]
fn t10_an_id_is_a_text_and_nothing_else() {
    let mapping = Mapping { employee_id: Some(vestibule_model::mapping::Input::attribute("id")), ..basic() };
    let read = |value: &str| {
        let context = vestibule_model::expression::Context::new(now(), [7; 32]);
        vestibule_model::mapping::identity(&mapping, &asserted(&[("id", &[value])]), &context).0.employee_id
    };
    let internal = anna().id.to_string();
    for value in ["7", "007", "1", &internal, "ben@acme.example", "Admin", "e7", "E7", "' or 1=1 --"] {
        assert_eq!(read(value).as_deref(), Some(value), "taken as it was sent");
    }
    assert_eq!(read(" E7 ").as_deref(), Some("E7"));
    for value in ["", " ", "a\u{202e}b", "a\u{0}b", &"x".repeat(257), &"9".repeat(10_240)] {
        assert_eq!(read(value), None, "left out");
    }
    // Another person's address as ID finds nobody by it: the address of the sign-in decides.
    let (ben, plain) = (user("ben@acme.example"), basic());
    let case = Case {
        identity: says(Some("ben@acme.example"), Some("anna@acme.example")),
        ..Case::of(&plain, &ben)
    };
    let after = case.admitted(&of_groups(&[]));
    assert_eq!((after.email, after.employee_id.as_deref()), (ben.email.clone(), Some("anna@acme.example")));
}

#[test]
fn t14_nobody_gains_access_by_a_change_that_a_refusal_left_behind() {
    let (mapping, anna) = (basic(), with_id(anna(), "E7"));
    let refused = Mapping {
        categories: [category("license", vec![otherwise(vestibule_model::mapping::Grant::License(None))])]
            .into(),
        ..mapping
    };
    let decision = moving(&refused, &anna, "anna.berg@acme.example").decide(&of_groups(&[]));
    assert_eq!(decision.changes, vec![]);
    assert!(decision.trace.last().is_some_and(|step| !step.ok));
    let to: Email = address("anna.berg@acme.example");
    let allowed = basic();
    assert_eq!(moving(&allowed, &anna, "anna.berg@acme.example").admitted(&of_groups(&[])).email, to);
}
