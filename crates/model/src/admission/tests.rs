//! Rows of the admission rules, one test each.

use super::*;
use crate::email::Email;
use crate::id::UserId;
use crate::license::Seats;
use jiff::Timestamp;

fn user(status: Status, logins: Logins) -> User {
    User {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse("anna@acme.example").unwrap(),
        status,
        role: Role::Member,
        logins,
        license: Some(License::Basic),
        holdings: crate::user::Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn mapping(default_license: Option<License>) -> Mapping {
    Mapping { default_license, ..Mapping::default() }
}

fn seats(basic: i64, licensed: i64) -> Inventory {
    let seats = |total| Seats { total, used: 0 };
    Inventory([(License::Basic.into(), seats(basic)), (License::Licensed.into(), seats(licensed))].into())
}

/// Whose the address is, and whether its domain is associated.
type Known<'a> = (Standing<'a>, bool);

fn decision(
    provision: Provision,
    (mapping, fallback_license): (&Mapping, Option<License>),
    (by_email, domain_associated): Known<'_>,
    seats: &Inventory,
) -> Decision {
    let rules = Rules { provision, mapping, fallback_license, default_domain: None };
    let facts = Facts {
        place: Place::Own,
        by_email,
        by_employee_id: None,
        domain_associated,
        memberships: &[],
        is_last_way_in: false,
        promised: None,
        seats,
        now: Timestamp::UNIX_EPOCH,
        seed: [7; 32],
    };
    let email = Email::parse("anna@acme.example").ok();
    let decision = decide(rules, &Identity { email, employee_id: None }, facts, &Asserted::default());
    let refused = matches!(decision.outcome, Outcome::Refuse(_));
    assert_eq!(
        refused,
        decision.trace.last().is_some_and(|step| !step.ok),
        "a refusal ends with the step that failed"
    );
    decision
}

fn outcome(
    provision: Provision,
    rules: (&Mapping, Option<License>),
    known: Known<'_>,
    seats: &Inventory,
) -> Result<After, Code> {
    match decision(provision, rules, known, seats).outcome {
        Outcome::Admit(after) => Ok(*after),
        Outcome::Refuse(code) => Err(code),
    }
}

const MODES: [Provision; 3] = [Provision::AtSignIn, Provision::PriorToSignIn, Provision::LinkAtSignIn];

#[test]
fn an_active_sso_user_comes_in_whatever_the_provision_mode() {
    for mode in MODES {
        let user = user(Status::Active, Logins::SSO);
        let known = (Standing::Here(&user), true);
        let after = outcome(mode, (&mapping(None), None), known, &seats(0, 0)).unwrap();
        assert_eq!((after.arrival, after.logins), (Arrival::Known, Logins::SSO), "{mode:?}");
        assert!(after.take.is_empty() && after.free.is_empty());
    }
}

#[test]
fn t13_an_inactive_user_is_refused_and_stays_inactive() {
    for mode in MODES {
        let user = user(Status::Inactive, Logins::SSO);
        let known = (Standing::Here(&user), true);
        assert_eq!(outcome(mode, (&mapping(None), None), known, &seats(1, 1)), Err(Code::Inactive));
    }
}

#[test]
fn a_pending_user_is_approved_when_the_domain_became_the_accounts() {
    let user = User { license: None, ..user(Status::Pending, Logins::SSO) };
    let basic = mapping(Some(License::Basic));
    for mode in MODES {
        let known = |associated| (Standing::Here(&user), associated);
        let refused = outcome(mode, (&basic, None), known(false), &seats(1, 0));
        assert_eq!(refused, Err(Code::Unverified), "the mailbox has to confirm first");
        let after = outcome(mode, (&basic, None), known(true), &seats(1, 0)).unwrap();
        assert_eq!((after.arrival, after.license), (Arrival::Approved, Some(License::Basic)));
        assert_eq!(after.take, [License::Basic.into()].into());
    }
    let known = (Standing::Here(&user), true);
    let none = outcome(Provision::AtSignIn, (&mapping(None), None), known, &seats(1, 0));
    assert_eq!(none, Err(Code::NoLicense));
    assert_eq!(outcome(Provision::AtSignIn, (&basic, None), known, &seats(0, 0)), Err(Code::NoSeat));
}

#[test]
fn the_sso_login_type_is_added_except_prior_to_sign_in() {
    let user = user(Status::Active, Logins::WORK_EMAIL);
    let known = (Standing::Here(&user), true);
    for mode in [Provision::AtSignIn, Provision::LinkAtSignIn] {
        let after = outcome(mode, (&mapping(None), None), known, &seats(0, 0)).unwrap();
        assert_eq!(after.logins, Logins { work_email: true, sso: true });
    }
    let refused = outcome(Provision::PriorToSignIn, (&mapping(None), None), known, &seats(0, 0));
    assert_eq!(refused, Err(Code::NotSsoUser));
}

#[test]
fn unknown_people_are_created_at_sign_in_only() {
    let basic = mapping(Some(License::Basic));
    let nobody = (Standing::Nobody, true);
    let after = outcome(Provision::AtSignIn, (&basic, None), nobody, &seats(1, 0)).unwrap();
    assert_eq!((after.arrival, after.status), (Arrival::Created, Status::Active));
    assert_eq!(after.license, Some(License::Basic));
    for mode in [Provision::PriorToSignIn, Provision::LinkAtSignIn] {
        assert_eq!(outcome(mode, (&basic, None), nobody, &seats(1, 0)), Err(Code::UnknownUser));
    }
}

#[test]
fn t01_an_unknown_person_outside_the_domains_is_pending_and_holds_no_seat() {
    let basic = mapping(Some(License::Basic));
    let after =
        outcome(Provision::AtSignIn, (&basic, None), (Standing::Nobody, false), &seats(1, 0)).unwrap();
    assert_eq!((after.status, after.license), (Status::Pending, None));
    assert!(after.take.is_empty());
}

#[test]
fn somebody_of_another_account_is_refused() {
    let elsewhere = (Standing::Elsewhere, true);
    let refused = outcome(Provision::AtSignIn, (&mapping(None), None), elsewhere, &seats(1, 1));
    assert_eq!(refused, Err(Code::NotHere));
}

#[test]
fn without_a_default_license_new_people_are_refused_and_so_is_a_user_who_has_none() {
    let nobody = (Standing::Nobody, true);
    let refused = outcome(Provision::AtSignIn, (&mapping(None), None), nobody, &seats(1, 1));
    assert_eq!(refused, Err(Code::NoLicense));
    let user = User { license: None, ..user(Status::Active, Logins::SSO) };
    let known = (Standing::Here(&user), true);
    let basic = mapping(Some(License::Basic));
    let refused = outcome(Provision::AtSignIn, (&basic, None), known, &seats(1, 1));
    assert_eq!(refused, Err(Code::NoLicense));
}

#[test]
fn without_a_seat_new_people_take_the_fallback_or_are_refused() {
    let licensed = mapping(Some(License::Licensed));
    let nobody = (Standing::Nobody, true);
    let refused = outcome(Provision::AtSignIn, (&licensed, None), nobody, &seats(1, 0));
    assert_eq!(refused, Err(Code::NoSeat));
    let fallback = Some(License::Basic);
    let after = outcome(Provision::AtSignIn, (&licensed, fallback), nobody, &seats(1, 0)).unwrap();
    assert_eq!(after.license, Some(License::Basic));
}
