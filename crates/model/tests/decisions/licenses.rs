//! Licenses and add-ons: what rules ask for, and what seats and license types allow.

use crate::people::*;
use std::collections::BTreeSet;
use vestibule_model::admission::Arrival;
use vestibule_model::code::Code;
use vestibule_model::license::{AddOn, License, Product, Seats};
use vestibule_model::mapping::{Grant, Mapping, NoMatch};
use vestibule_model::user::{Holdings, Status, User};

fn add_on(word: &str) -> AddOn {
    AddOn::from_word(word).unwrap()
}

fn gives(license: Option<License>) -> Mapping {
    mapping([category("license", vec![otherwise(Grant::License(license))])])
}

fn holding(license: License, words: &[&str]) -> User {
    let add_ons = words.iter().map(|word| add_on(word)).collect();
    User { license: Some(license), holdings: Holdings { add_ons, phone_site: None }, ..anna() }
}

fn products(all: &[Product]) -> BTreeSet<Product> {
    all.iter().copied().collect()
}

/// Somebody who signs in, and the seats that are left of what is asked for.
fn licensed(
    mapping: &Mapping,
    user: Option<&User>,
    left: i64,
    fallback: Option<License>,
) -> (Result<Option<License>, Code>, bool) {
    let case = user.map_or_else(|| Case::of_nobody(mapping), |user| Case::of(mapping, user));
    let mut case = Case { fallback, ..case };
    case.seats.0.insert(License::OnPrem.into(), Seats { total: left, used: 0 });
    let decision = case.decide(&of_groups(&[]));
    let is_warned = warnings(&decision).iter().any(|warning| warning.starts_with("admission.license"));
    (case.outcome(&of_groups(&[])).map(|after| after.license), is_warned)
}

#[test]
fn what_a_rule_asks_for_against_what_there_is() {
    use License::{Basic, Licensed, OnPrem};
    let (known, unlicensed) = (holding(Licensed, &[]), User { license: None, ..anna() });
    for (rule, user, left, fallback, expected, is_warned) in [
        // New people: the rule, else refused, else the fallback; a rule that gives None refuses.
        (Some(OnPrem), None, 1, None, Ok(Some(OnPrem)), false),
        (Some(OnPrem), None, 0, None, Err(Code::NoSeat), false),
        (Some(OnPrem), None, 0, Some(Basic), Ok(Some(Basic)), true),
        (Some(OnPrem), None, 0, Some(OnPrem), Err(Code::NoSeat), false),
        (None, None, 1, Some(Basic), Err(Code::NoLicense), false),
        // People who have a license: an upgrade that finds no seat is skipped, and no fallback is taken.
        (Some(OnPrem), Some(&known), 1, None, Ok(Some(OnPrem)), false),
        (Some(OnPrem), Some(&known), 0, None, Ok(Some(Licensed)), true),
        (Some(OnPrem), Some(&known), 0, Some(Basic), Ok(Some(Licensed)), true),
        (Some(Licensed), Some(&known), 0, None, Ok(Some(Licensed)), false),
        (Some(Basic), Some(&known), 0, None, Ok(Some(Basic)), false),
        (None, Some(&known), 1, Some(Basic), Err(Code::NoLicense), false),
        // People who were there before without one: only a rule gives one, never the default.
        (Some(OnPrem), Some(&unlicensed), 1, None, Ok(Some(OnPrem)), false),
        (Some(OnPrem), Some(&unlicensed), 0, None, Err(Code::NoSeat), false),
        (Some(OnPrem), Some(&unlicensed), 0, Some(Basic), Ok(Some(Basic)), true),
    ] {
        let outcome = licensed(&gives(rule), user, left, fallback);
        let who = user.map(|user| user.license);
        assert_eq!(outcome, (expected, is_warned), "{rule:?} for {who:?}, {left} left, or {fallback:?}");
    }
}

#[test]
fn the_default_license_is_for_people_whom_the_sign_in_creates() {
    let default = |license| Mapping { default_license: license, ..Mapping::default() };
    let unlicensed = User { license: None, ..anna() };
    let pending = User { license: None, status: Status::Pending, ..anna() };
    let basic = Some(License::Basic);
    let created = Case::of_nobody(&default(basic)).admitted(&of_groups(&[]));
    assert_eq!((created.arrival, created.license), (Arrival::Created, basic));
    let refused = |mapping: &Mapping, user| Case::of(mapping, user).outcome(&of_groups(&[])).unwrap_err();
    assert_eq!(
        refused(&default(basic), &unlicensed),
        Code::NoLicense,
        "who came before never takes the default"
    );
    let approved = Case::of(&default(basic), &pending).admitted(&of_groups(&[]));
    assert_eq!((approved.arrival, approved.license), (Arrival::Approved, basic));
    let none = default(None);
    assert_eq!(Case::of_nobody(&none).outcome(&of_groups(&[])).unwrap_err(), Code::NoLicense);
    let by_rule = Mapping { default_license: None, ..gives(basic) };
    assert_eq!(Case::of_nobody(&by_rule).admitted(&of_groups(&[])).license, basic);
}

#[test]
fn seats_are_taken_and_given_back_for_what_changes() {
    let mapping = mapping([
        category("license", vec![otherwise(Grant::License(Some(License::OnPrem)))]),
        category("addon.webinar-500", vec![equals("hosts", Grant::Held)]),
        category("addon.large-meeting-500", vec![equals("hosts", Grant::Held)]),
    ]);
    let user = holding(License::Licensed, &["webinar-500"]);
    let after = Case::of(&mapping, &user).admitted(&of_groups(&["hosts"]));
    let large = add_on("large-meeting-500");
    assert_eq!(
        after.take,
        products(&[License::OnPrem.into(), large.into()]),
        "one value serves several add-ons"
    );
    assert_eq!(after.free, products(&[License::Licensed.into()]));
    let after = Case::of(&mapping, &user).admitted(&of_groups(&["guests"]));
    assert_eq!(
        after.free,
        products(&[License::Licensed.into(), add_on("webinar-500").into()]),
        "no rule: removed"
    );
}

#[test]
fn an_add_on_needs_a_seat_and_a_license_type_that_allows_it() {
    let rules = || category("addon.webinar-500", vec![otherwise(Grant::Held)]);
    let webinar = add_on("webinar-500");
    for (license, left, expected) in [
        (License::Licensed, 1, true),
        (License::OnPrem, 1, true),
        (License::Licensed, 0, false),
        (License::Basic, 1, false),
    ] {
        let (mapping, user) = (mapping([rules()]), holding(license, &[]));
        let mut case = Case::of(&mapping, &user);
        case.seats.0.insert(webinar.into(), Seats { total: left, used: 0 });
        let after = case.admitted(&of_groups(&[]));
        assert_eq!(after.holdings.add_ons.contains(&webinar), expected, "{license}, {left} left");
        assert_eq!(warnings(&case.decide(&of_groups(&[]))).is_empty(), expected, "{license}, {left} left");
        assert_eq!(after.license, Some(license), "the sign-in goes on under the old license");
    }
}

#[test]
fn a_downgrade_takes_the_add_ons_that_do_not_go_with_the_new_license() {
    let user = holding(License::Licensed, &["webinar-500", "whiteboard", "phone-national"]);
    let decision = Case::of(&gives(Some(License::Basic)), &user).decide(&of_groups(&[]));
    let changed = changes(&decision);
    assert_eq!(changed["addon.webinar-500"], "granted -> -");
    assert_eq!(changed["license"], "licensed -> basic");
    assert_eq!(changed.len(), 2, "{changed:?}");
    // A downgrade for which there is no seat takes nothing.
    let mapping = gives(Some(License::Basic));
    let mut case = Case::of(&mapping, &user);
    case.seats.0.insert(License::Basic.into(), Seats { total: 5, used: 5 });
    assert_eq!(changes(&case.decide(&of_groups(&[]))).len(), 0);
}

#[test]
fn a_person_has_one_phone_calling_plan() {
    let plan = |word| Grant::PhonePlan(add_on(word));
    let rules = vec![equals("global", plan("phone-global")), equals("national", plan("phone-national"))];
    for (has, sent, left, expected) in [
        (&[] as &[&str], "global", 1, &["phone-global"] as &[&str]),
        (&["phone-national"], "global", 1, &["phone-global"]),
        (&["phone-national"], "global", 0, &["phone-national"]),
        (&["phone-national", "phone-metered"], "national", 0, &["phone-national"]),
        (&["phone-national"], "nobody", 1, &["phone-national"]),
        (&["phone-national", "webinar-500"], "global", 1, &["phone-global", "webinar-500"]),
    ] {
        let mapping = mapping([category("phone_plan", rules.clone())]);
        let user = holding(License::Licensed, has);
        let mut case = Case::of(&mapping, &user);
        case.seats.0.insert(add_on("phone-global").into(), Seats { total: left, used: 0 });
        let after = case.admitted(&of_groups(&[sent]));
        let expected: BTreeSet<AddOn> = expected.iter().map(|word| add_on(word)).collect();
        assert_eq!(after.holdings.add_ons, expected, "{has:?}, {sent}, {left} left");
    }
    let removed = mapping([category_or("phone_plan", rules, NoMatch::Remove)]);
    let user = holding(License::Licensed, &["phone-national", "webinar-500"]);
    let after = Case::of(&removed, &user).admitted(&of_groups(&["nobody"]));
    assert_eq!(after.holdings.add_ons, [add_on("webinar-500")].into());
}

#[test]
fn s10_a_pending_person_takes_no_seat() {
    let mapping = gives(Some(License::Licensed));
    let outside = Case { domain_associated: false, ..Case::of_nobody(&mapping) };
    let after = outside.admitted(&of_groups(&[]));
    assert_eq!((after.license, after.take.len()), (None, 0));
    let inside = Case::of_nobody(&mapping).admitted(&of_groups(&[]));
    assert_eq!(inside.take, products(&[License::Licensed.into()]));
}
