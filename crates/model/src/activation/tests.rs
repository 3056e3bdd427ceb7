//! Rows of the rules, one test each.

use super::*;
use crate::email::Email;
use crate::license::Seats;
use crate::user::{Holdings, Logins, Profile, Role};
use jiff::Timestamp;

fn add_on(word: &str) -> AddOn {
    AddOn::from_word(word).unwrap()
}

fn user(status: Status, license: Option<License>, add_ons: &[&str]) -> User {
    let add_ons = add_ons.iter().map(|word| add_on(word)).collect();
    User {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse("anna@acme.example").unwrap(),
        status,
        role: Role::Member,
        logins: Logins::SSO,
        license,
        holdings: Holdings { add_ons, phone_site: None },
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn left(products: &[Product]) -> Inventory {
    Inventory(products.iter().map(|product| (*product, Seats { total: 1, used: 0 })).collect())
}

fn fields(turned: &Turned) -> Vec<&str> {
    turned.changes.iter().map(|change| change.field.as_str()).collect()
}

const RULE: &str = "by the operator";

#[test]
fn whoever_is_deactivated_gives_every_seat_back_and_keeps_what_was_granted() {
    let anna = user(Status::Active, Some(License::Licensed), &["webinar-500"]);
    let turned = deactivate(&anna, None, RULE).unwrap();
    assert_eq!(turned.user, User { status: Status::Inactive, ..anna.clone() });
    assert_eq!(turned.free, [License::Licensed.into(), add_on("webinar-500").into()].into());
    assert_eq!(fields(&turned), ["status", "seat.licensed", "seat.webinar-500"]);
    assert!(turned.user.seats().is_empty(), "an inactive person holds no seat");
    let again = deactivate(&turned.user, None, RULE).unwrap();
    assert!(again.free.is_empty() && again.changes.is_empty());
}

#[test]
fn t15_the_owner_and_whoever_asks_are_not_deactivated() {
    let owner = User { role: Role::Owner, ..user(Status::Active, None, &[]) };
    assert_eq!(deactivate(&owner, None, RULE), Err(Protected::Owner));
    let admin = User { role: Role::Admin, ..user(Status::Active, None, &[]) };
    assert_eq!(deactivate(&admin, Some(admin.id), RULE), Err(Protected::Oneself));
    assert!(deactivate(&admin, Some(UserId::from_bytes([8; 16])), RULE).is_ok());
}

#[test]
fn whoever_comes_back_takes_the_same_seats_again() {
    let anna = user(Status::Inactive, Some(License::Licensed), &["webinar-500"]);
    let seats = left(&[License::Licensed.into(), add_on("webinar-500").into()]);
    let turned = activate(&anna, (&seats, None), true, RULE).unwrap();
    assert_eq!(turned.user, User { status: Status::Active, ..anna.clone() });
    assert_eq!(turned.take, [License::Licensed.into(), add_on("webinar-500").into()].into());
    let again = activate(&turned.user, (&seats, None), true, RULE).unwrap();
    assert!(again.take.is_empty() && again.changes.is_empty());
}

#[test]
fn without_a_seat_whoever_comes_back_gets_the_fallback_or_stays_out() {
    let anna = user(Status::Inactive, Some(License::Licensed), &["webinar-500", "whiteboard"]);
    let seats = left(&[License::Basic.into(), add_on("webinar-500").into(), add_on("whiteboard").into()]);
    assert_eq!(activate(&anna, (&seats, None), true, RULE), Err(NoSeat(License::Licensed)));
    let turned = activate(&anna, (&seats, Some(License::Basic)), true, RULE).unwrap();
    assert_eq!(turned.take, [License::Basic.into(), add_on("whiteboard").into()].into());
    let changed = ["status", "license", "addon.webinar-500", "seat.basic", "seat.whiteboard"];
    assert_eq!(fields(&turned), changed);
    let full = activate(&anna, (&left(&[]), Some(License::Basic)), true, RULE);
    assert_eq!(full, Err(NoSeat(License::Licensed)));
}

#[test]
fn an_add_on_without_a_seat_is_left_out() {
    let anna = user(Status::Inactive, Some(License::Licensed), &["webinar-500"]);
    let turned = activate(&anna, (&left(&[License::Licensed.into()]), None), true, RULE).unwrap();
    assert!(turned.user.holdings.add_ons.is_empty());
    assert_eq!(turned.take, [License::Licensed.into()].into());
}

#[test]
fn t01_who_never_proved_the_address_comes_back_as_pending() {
    let stranger = user(Status::Inactive, None, &[]);
    let status =
        |user: &User, associated| activate(user, (&left(&[]), None), associated, RULE).unwrap().user.status;
    assert_eq!(status(&stranger, false), Status::Pending);
    assert_eq!(status(&stranger, true), Status::Active);
    let with_password = User { logins: Logins::WORK_EMAIL, ..stranger };
    assert_eq!(status(&with_password, false), Status::Active);
}
