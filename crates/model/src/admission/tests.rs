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
    Inventory([(License::Basic, seats(basic)), (License::Licensed, seats(licensed))].into())
}

fn outcome(provision: Provision, mapping: &Mapping, fallback: Option<License>, known: Known<'_>) -> Outcome {
    let rules = Rules { provision, mapping, fallback_license: fallback };
    let decision = decide(rules, known, &Asserted::default());
    let refused = matches!(decision.outcome, Outcome::Refuse(_));
    assert_eq!(
        refused,
        decision.trace.last().is_some_and(|step| !step.ok),
        "a refusal ends with the step that failed"
    );
    decision.outcome
}

const MODES: [Provision; 3] = [Provision::AtSignIn, Provision::PriorToSignIn, Provision::LinkAtSignIn];

#[test]
fn an_active_sso_user_comes_in_whatever_the_provision_mode() {
    for mode in MODES {
        let user = user(Status::Active, Logins::SSO);
        let outcome = outcome(mode, &mapping(None), None, Known::Here(&user));
        assert!(matches!(outcome, Outcome::Admit { logins: Logins::SSO, .. }), "{mode:?}");
    }
}

#[test]
fn t13_an_inactive_user_is_refused_and_stays_inactive() {
    for mode in MODES {
        let user = user(Status::Inactive, Logins::SSO);
        assert_eq!(outcome(mode, &mapping(None), None, Known::Here(&user)), Outcome::Refuse(Code::Inactive));
    }
}

#[test]
fn t01_a_pending_user_is_refused_until_the_mailbox_confirms() {
    let user = user(Status::Pending, Logins::SSO);
    assert_eq!(
        outcome(Provision::AtSignIn, &mapping(None), None, Known::Here(&user)),
        Outcome::Refuse(Code::Unverified)
    );
}

#[test]
fn a_pending_user_is_approved_when_the_domain_became_the_accounts() {
    let user = User { license: None, ..user(Status::Pending, Logins::SSO) };
    let seats = seats(1, 0);
    let mapping = mapping(Some(License::Basic));
    let known = |domain_associated| Known::Pending { user: &user, domain_associated, seats: &seats };
    for mode in MODES {
        assert_eq!(outcome(mode, &mapping, None, known(false)), Outcome::Refuse(Code::Unverified));
        let approved = outcome(mode, &mapping, None, known(true));
        assert!(matches!(approved, Outcome::Approve { license: License::Basic, logins: Logins::SSO, .. }));
    }
    let none = Mapping::default();
    assert_eq!(outcome(Provision::AtSignIn, &none, None, known(true)), Outcome::Refuse(Code::NoLicense));
    let full = Inventory::default();
    let known = Known::Pending { user: &user, domain_associated: true, seats: &full };
    assert_eq!(outcome(Provision::AtSignIn, &mapping, None, known), Outcome::Refuse(Code::NoSeat));
}

#[test]
fn the_sso_login_type_is_added_except_prior_to_sign_in() {
    let user = user(Status::Active, Logins::WORK_EMAIL);
    let mapping = mapping(None);
    for mode in [Provision::AtSignIn, Provision::LinkAtSignIn] {
        let outcome = outcome(mode, &mapping, None, Known::Here(&user));
        assert!(matches!(outcome, Outcome::Admit { logins: Logins { work_email: true, sso: true }, .. }));
    }
    let refused = outcome(Provision::PriorToSignIn, &mapping, None, Known::Here(&user));
    assert_eq!(refused, Outcome::Refuse(Code::NotSsoUser));
}

#[test]
fn unknown_people_are_created_at_sign_in_only() {
    let seats = seats(1, 0);
    let nobody = Known::Nobody { domain_associated: true, seats: &seats };
    let mapping = mapping(Some(License::Basic));
    let created = outcome(Provision::AtSignIn, &mapping, None, nobody);
    assert!(matches!(created, Outcome::Create { status: Status::Active, license: Some(License::Basic), .. }));
    for mode in [Provision::PriorToSignIn, Provision::LinkAtSignIn] {
        assert_eq!(outcome(mode, &mapping, None, nobody), Outcome::Refuse(Code::UnknownUser));
    }
}

#[test]
fn t01_an_unknown_person_outside_the_domains_is_pending_and_holds_no_seat() {
    let seats = seats(1, 0);
    let nobody = Known::Nobody { domain_associated: false, seats: &seats };
    let rules = Rules {
        provision: Provision::AtSignIn,
        mapping: &mapping(Some(License::Basic)),
        fallback_license: None,
    };
    let decision = decide(rules, nobody, &Asserted::default());
    assert!(matches!(decision.outcome, Outcome::Create { status: Status::Pending, license: None, .. }));
}

#[test]
fn somebody_of_another_account_is_refused() {
    assert_eq!(
        outcome(Provision::AtSignIn, &mapping(None), None, Known::Elsewhere),
        Outcome::Refuse(Code::NotHere)
    );
}

#[test]
fn without_a_default_license_new_people_are_refused_and_so_is_a_user_who_has_none() {
    let seats = seats(1, 1);
    let nobody = Known::Nobody { domain_associated: true, seats: &seats };
    assert_eq!(outcome(Provision::AtSignIn, &mapping(None), None, nobody), Outcome::Refuse(Code::NoLicense));
    let mut user = user(Status::Active, Logins::SSO);
    user.license = None;
    assert_eq!(
        outcome(Provision::AtSignIn, &mapping(None), None, Known::Here(&user)),
        Outcome::Refuse(Code::NoLicense)
    );
}

#[test]
fn without_a_seat_new_people_take_the_fallback_or_are_refused() {
    let seats = seats(1, 0);
    let nobody = Known::Nobody { domain_associated: true, seats: &seats };
    let mapping = mapping(Some(License::Licensed));
    assert_eq!(outcome(Provision::AtSignIn, &mapping, None, nobody), Outcome::Refuse(Code::NoSeat));
    let created = outcome(Provision::AtSignIn, &mapping, Some(License::Basic), nobody);
    assert!(matches!(created, Outcome::Create { license: Some(License::Basic), .. }));
}
