//! Rows of the rules, one test each.

use super::*;
use crate::license::Seats;
use crate::user::{Holdings, Profile, Role, Status};

fn anna(role: Role, status: Status, license: Option<License>) -> User {
    User {
        id: UserId::from_bytes([7; 16]),
        email: Email::parse("anna@acme.example").unwrap(),
        status,
        role,
        logins: Logins::WORK_EMAIL,
        license,
        holdings: Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 3,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn left(products: &[License]) -> Inventory {
    Inventory(products.iter().map(|product| ((*product).into(), Seats { total: 1, used: 0 })).collect())
}

fn facts<'a>(before: Option<&'a User>, seats: &'a Inventory) -> Facts<'a> {
    let now = Timestamp::from_second(1_000_000).unwrap();
    Facts { before, domain_associated: true, exempt: false, seats, fallback: None, now }
}

fn wanted(email: &str) -> Wanted {
    Wanted { email: Some(Email::parse(email).unwrap()), gains: Logins::SSO, ..Wanted::default() }
}

fn settle(source: Source, wanted: &Wanted, facts: Facts<'_>) -> Result<Settled, Refusal> {
    decide(source, wanted, UserId::from_bytes([9; 16]), facts)
}

#[test]
fn a_directory_brings_people_of_associated_domains_alone() {
    let seats = left(&[License::Basic]);
    let known = facts(None, &seats);
    let settled = settle(Source::Directory, &wanted("new@acme.example"), known).unwrap();
    assert_eq!((settled.user.status, settled.user.license), (Status::Active, Some(License::Basic)));
    assert_eq!(settled.take, [License::Basic.into()].into());
    assert!(settled.user.logins.sso);
    let foreign = Facts { domain_associated: false, ..known };
    let refused = settle(Source::Directory, &wanted("new@other.example"), foreign);
    assert_eq!(refused, Err(Refusal::NotAssociated(Domain::parse("other.example").unwrap())));
    let pending = settle(Source::Csv, &wanted("new@other.example"), foreign).unwrap();
    assert_eq!(
        (pending.user.status, pending.user.license),
        (Status::Pending, None),
        "the mailbox confirms first"
    );
    assert!(pending.take.is_empty());
}

#[test]
fn t14_whoever_is_created_inactive_has_no_access_and_no_seat() {
    let none = Inventory::default();
    let asked =
        Wanted { active: Some(false), license: Some(Some(License::Licensed)), ..wanted("new@acme.example") };
    let settled = settle(Source::Directory, &asked, facts(None, &none)).unwrap();
    assert_eq!((settled.user.status, settled.user.license), (Status::Inactive, Some(License::Licensed)));
    assert!(settled.take.is_empty());
}

#[test]
fn s10_without_a_seat_nobody_gets_a_paid_license_type() {
    let asked = Wanted { license: Some(Some(License::Licensed)), ..wanted("new@acme.example") };
    let basic = left(&[License::Basic]);
    let refused = settle(Source::Directory, &asked, facts(None, &basic));
    assert_eq!(refused, Err(Refusal::NoSeat(License::Licensed.into())));
    let fallback = Facts { fallback: Some(License::Basic), ..facts(None, &basic) };
    let settled = settle(Source::Directory, &asked, fallback).unwrap();
    assert_eq!((settled.user.license, settled.warnings.len()), (Some(License::Basic), 1));
    let none = Inventory::default();
    let settled = settle(Source::Directory, &wanted("new@acme.example"), facts(None, &none)).unwrap();
    assert_eq!(settled.user.license, None, "a create without a license type takes Basic while seats last");
    let paid = left(&[License::Licensed]);
    let settled = settle(Source::Directory, &asked, facts(None, &paid)).unwrap();
    assert_eq!(settled.take, [License::Licensed.into()].into());
}

#[test]
fn t15_owners_administrators_and_exempt_users_are_shielded_from_directories() {
    let seats = Inventory::default();
    let off = Wanted { active: Some(false), ..Wanted::default() };
    let owner = anna(Role::Owner, Status::Active, Some(License::Basic));
    let admin = anna(Role::Admin, Status::Active, Some(License::Basic));
    let member = anna(Role::Member, Status::Active, Some(License::Basic));
    let exempt = Facts { exempt: true, ..facts(Some(&member), &seats) };
    for (known, why) in [
        (facts(Some(&owner), &seats), Shielded::Owner),
        (facts(Some(&admin), &seats), Shielded::Admin),
        (exempt, Shielded::Exempt),
    ] {
        assert_eq!(settle(Source::Directory, &off, known), Err(Refusal::Shielded(why)));
        let user = known.before.unwrap();
        assert_eq!(delete(Source::Directory, user, known.exempt), Err(Refusal::Shielded(why)));
    }
    assert!(settle(Source::Portal, &off, facts(Some(&admin), &seats)).is_ok());
    assert!(settle(Source::Portal, &off, facts(Some(&owner), &seats)).is_err());
    let settled = settle(Source::Directory, &off, facts(Some(&member), &seats)).unwrap();
    assert_eq!((settled.user.status, settled.free), (Status::Inactive, [License::Basic.into()].into()));
    assert!(delete(Source::Directory, &member, false).is_ok());
}

#[test]
fn t11_an_address_changes_inside_the_accounts_domains_not_of_administrators_and_once_a_day() {
    let seats = Inventory::default();
    let member = anna(Role::Member, Status::Active, None);
    let admin = anna(Role::Admin, Status::Active, None);
    let asked = wanted("anna.berg@acme.example");
    let settled = settle(Source::Directory, &asked, facts(Some(&member), &seats)).unwrap();
    assert_eq!(settled.user.email.as_str(), "anna.berg@acme.example");
    assert_eq!(settled.left_address(Some(&member)), Some(&member.email));
    let stays = |known| settle(Source::Directory, &asked, known).unwrap_err();
    let foreign = Facts { domain_associated: false, ..facts(Some(&member), &seats) };
    assert_eq!(stays(foreign), Refusal::Address(AddressStays::NotAssociated));
    assert_eq!(stays(facts(Some(&admin), &seats)), Refusal::Address(AddressStays::Administers));
    let now = facts(None, &seats).now;
    let lately = User { email_changed_at: Some(now), ..member.clone() };
    assert_eq!(stays(facts(Some(&lately), &seats)), Refusal::Address(AddressStays::Recently));
    let spelling = wanted("Anna@acme.example");
    assert!(settle(Source::Directory, &spelling, facts(Some(&lately), &seats)).is_ok(), "case is no change");
}

#[test]
fn what_is_so_already_changes_nothing_and_the_login_type_is_gained() {
    let seats = Inventory::default();
    let member = anna(Role::Member, Status::Active, Some(License::Basic));
    let settled =
        settle(Source::Directory, &wanted("anna@acme.example"), facts(Some(&member), &seats)).unwrap();
    assert_eq!(settled.user.logins, Logins { work_email: true, sso: true });
    assert_eq!(settled.changes.len(), 1);
    let again = settle(Source::Directory, &wanted("anna@acme.example"), facts(Some(&settled.user), &seats));
    assert_eq!(again.unwrap().changes, []);
}

#[test]
fn an_add_on_needs_a_license_type_that_it_goes_with_and_goes_with_it() {
    let webinar = AddOn::from_word("webinar-500").unwrap();
    let mut seats = left(&[License::Licensed, License::Basic]);
    seats.0.insert(webinar.into(), Seats { total: 1, used: 0 });
    let licensed = anna(Role::Member, Status::Active, Some(License::Licensed));
    let more =
        Wanted { add_ons: AddOns { grant: [webinar].into(), ..AddOns::default() }, ..Wanted::default() };
    let settled = settle(Source::Csv, &more, facts(Some(&licensed), &seats)).unwrap();
    assert_eq!(settled.take, [webinar.into()].into());
    let basic = anna(Role::Member, Status::Active, Some(License::Basic));
    let refused = settle(Source::Csv, &more, facts(Some(&basic), &seats));
    assert_eq!(refused, Err(Refusal::DoesNotGoWith(webinar, Some(License::Basic))));
    let less = Wanted { license: Some(Some(License::Basic)), ..Wanted::default() };
    let settled = settle(Source::Csv, &less, facts(Some(&settled.user), &seats)).unwrap();
    assert!(settled.user.holdings.add_ons.is_empty(), "it goes with the license type");
}

#[test]
fn no_file_changes_the_owner_and_files_change_everybody_else() {
    let seats = Inventory::default();
    let more = Wanted { gains: Logins::SSO, ..Wanted::default() };
    let owner = anna(Role::Owner, Status::Active, Some(License::Basic));
    assert_eq!(settle(Source::Csv, &more, facts(Some(&owner), &seats)), Err(Refusal::OwnerByFile));
    assert!(settle(Source::Directory, &more, facts(Some(&owner), &seats)).is_ok());
    let admin = anna(Role::Admin, Status::Active, Some(License::Basic));
    assert!(settle(Source::Csv, &more, facts(Some(&admin), &seats)).unwrap().user.logins.sso);
}
