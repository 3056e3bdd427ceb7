//! What the rules of the mapping grant at a sign-in: license types, add-ons, roles; and what happens when seats run out.

use crate::account::Account;
use crate::admission::known;
use crate::browser::SignedIn;
use crate::cases;
use crate::provider::Person;
use crate::rules::{GROUPS, add_on, custom, keeping, license, removing, rule};
use crate::world::World;
use vestibule_model::license::License;
use vestibule_model::mapping::{CategoryName, Grant};
use vestibule_model::trace::Step;
use vestibule_model::user::{Logins, Role, User};

cases! {
    an_add_on_takes_a_seat_and_frees_it_when_the_rule_no_longer_applies,
    an_add_on_without_a_seat_or_without_the_license_for_it_is_left_out_and_said_so,
    an_upgrade_takes_the_new_seat_and_frees_the_old_one,
    an_upgrade_without_a_seat_is_skipped_and_the_person_comes_in,
    a_rule_for_somebody_new_gives_way_to_the_fallback,
    the_rule_none_refuses_whoever_it_applies_to_and_changes_nothing,
    where_the_default_is_none_a_rule_lets_people_in,
    a_license_that_does_not_carry_an_add_on_takes_it_away,
    an_add_on_that_does_not_go_with_the_license_frees_its_seat_where_no_rule_is_about_seats,
    t16_a_role_that_a_sign_in_gives_holds_in_the_sessions_that_are_open,
    t15_no_rule_touches_the_owner,
}

const EMAIL: &str = "anna@acme.example";

fn anna(groups: &[&str]) -> Person {
    Person::anna().with(GROUPS, groups)
}

/// An account of which the rules give a license type, an add-on and a role.
async fn ruled(world: &World) -> Account {
    let acme = world.acme().await;
    acme.grant(License::Licensed, 1).await;
    acme.grant(add_on("webinar-500"), 1).await;
    acme.map(|mapping| {
        let licenses = keeping([
            rule("paid", license(License::Licensed)),
            rule("free", license(License::Basic)),
            rule("none", Grant::License(None)),
        ]);
        mapping.categories.insert(CategoryName::License, licenses);
        let webinar = removing([rule("hosts", Grant::Held)]);
        mapping.categories.insert(CategoryName::AddOn(add_on("webinar-500")), webinar);
        let roles = removing([
            rule("admins", Grant::Role(Role::Admin)),
            rule("helpdesk", Grant::Role(custom("Help desk"))),
        ]);
        mapping.categories.insert(CategoryName::Role, roles);
    })
    .await;
    acme
}

/// How many seats are taken: Basic (the owner holds one), Licensed, the add-on.
async fn used(account: &Account) -> [i64; 3] {
    let seats = account.inventory().await.0;
    let used = |product| seats.get(&product).copied().unwrap_or_default().used;
    [used(License::Basic.into()), used(License::Licensed.into()), used(add_on("webinar-500").into())]
}

/// The warnings about this in the trace of a sign-in.
async fn warnings(account: &Account, signed_in: &SignedIn, check: &str) -> Vec<Step> {
    let trace = account.explained(signed_in.tracking_id).await.detail.trace;
    trace.into_iter().filter(|step| step.check == check && step.warning).collect()
}

async fn an_add_on_takes_a_seat_and_frees_it_when_the_rule_no_longer_applies(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&anna(&["paid", "hosts"])).await;
    assert_eq!(acme.user(EMAIL).await.holdings.add_ons, [add_on("webinar-500")].into());
    assert_eq!(used(&acme).await, [1, 1, 1]);
    acme.sign_in(&anna(&["paid", "hosts"])).await;
    assert_eq!(used(&acme).await, [1, 1, 1], "held already");
    let signed_in = acme.sign_in(&anna(&["paid"])).await;
    assert!(acme.user(EMAIL).await.holdings.add_ons.is_empty());
    assert_eq!(used(&acme).await, [1, 1, 0]);
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "addon.webinar-500").unwrap();
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("granted"), None));
}

async fn an_add_on_without_a_seat_or_without_the_license_for_it_is_left_out_and_said_so(world: &World) {
    let acme = ruled(world).await;
    const CHECK: &str = "admission.addon.webinar-500";
    let basic = acme.sign_in(&anna(&["hosts"])).await;
    let warned = warnings(&acme, &basic, CHECK).await;
    assert!(warned.len() == 1 && warned[0].found.contains("does not go with Basic"), "{warned:?}");
    acme.grant(add_on("webinar-500"), 0).await;
    let full = acme.sign_in(&anna(&["paid", "hosts"])).await;
    let warned = warnings(&acme, &full, CHECK).await;
    assert!(warned.len() == 1 && warned[0].found.contains("no seat is left"), "{warned:?}");
    assert!(acme.user(EMAIL).await.holdings.add_ons.is_empty());
    assert_eq!(used(&acme).await, [1, 1, 0]);
}

async fn an_upgrade_takes_the_new_seat_and_frees_the_old_one(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&anna(&[])).await;
    assert_eq!(used(&acme).await, [2, 0, 0]);
    acme.sign_in(&anna(&["paid"])).await;
    assert_eq!((acme.user(EMAIL).await.license, used(&acme).await), (Some(License::Licensed), [1, 1, 0]));
    acme.sign_in(&anna(&["free"])).await;
    assert_eq!((acme.user(EMAIL).await.license, used(&acme).await), (Some(License::Basic), [2, 0, 0]));
}

async fn an_upgrade_without_a_seat_is_skipped_and_the_person_comes_in(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&Person::of("bob@acme.example").with(GROUPS, &["paid"])).await;
    acme.sign_in(&anna(&[])).await;
    let before = used(&acme).await;
    let signed_in = acme.sign_in(&anna(&["paid"])).await;
    assert_eq!((acme.user(EMAIL).await.license, used(&acme).await), (Some(License::Basic), before));
    let warned = warnings(&acme, &signed_in, "admission.license").await;
    assert!(warned.len() == 1 && warned[0].found.contains("no seat is left: Basic stays"), "{warned:?}");
    acme.grant(License::Licensed, 2).await;
    acme.sign_in(&anna(&["paid"])).await;
    assert_eq!(acme.user(EMAIL).await.license, Some(License::Licensed));
}

async fn a_rule_for_somebody_new_gives_way_to_the_fallback(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&Person::of("bob@acme.example").with(GROUPS, &["paid"])).await;
    let before = world.dump();
    assert_eq!(acme.refusal(&anna(&["paid"])).await.code, Some(1031));
    assert_eq!(world.dump(), before);
    let wanted = acme.usual().set(["licenses", "licensed"], 1).set(["licenses", "fallback"], "basic");
    acme.apply(wanted.set(["roles", "Help desk"], toml::Table::new())).await;
    let signed_in = acme.sign_in(&anna(&["paid"])).await;
    assert_eq!(acme.user(EMAIL).await.license, Some(License::Basic));
    assert_eq!(warnings(&acme, &signed_in, "admission.license").await.len(), 1);
}

async fn the_rule_none_refuses_whoever_it_applies_to_and_changes_nothing(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&anna(&["free"])).await;
    let before = world.dump();
    for person in [anna(&["none"]), Person::of("new@acme.example").with(GROUPS, &["none"])] {
        let explanation = acme.refusal(&person).await;
        assert_eq!((explanation.code, explanation.changes.len()), (Some(1030), 0));
    }
    assert_eq!(world.dump(), before);
    acme.sign_in(&anna(&["free"])).await;
}

async fn where_the_default_is_none_a_rule_lets_people_in(world: &World) {
    let acme = ruled(world).await;
    acme.map(|mapping| mapping.default_license = None).await;
    assert_eq!(acme.refusal(&anna(&[])).await.code, Some(1030));
    acme.sign_in(&anna(&["paid"])).await;
    assert_eq!(acme.user(EMAIL).await.license, Some(License::Licensed));
    acme.sign_in(&anna(&[])).await;
    assert_eq!(acme.user(EMAIL).await.license, Some(License::Licensed), "nothing applies: it stays");
}

async fn a_license_that_does_not_carry_an_add_on_takes_it_away(world: &World) {
    let acme = ruled(world).await;
    acme.sign_in(&anna(&["paid", "hosts"])).await;
    let signed_in = acme.sign_in(&anna(&["free", "hosts"])).await;
    assert!(acme.user(EMAIL).await.holdings.add_ons.is_empty());
    assert_eq!(used(&acme).await, [2, 0, 0]);
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "addon.webinar-500").unwrap();
    assert!(change.rule.contains("does not go with Basic"), "{change:?}");
}

async fn an_add_on_that_does_not_go_with_the_license_frees_its_seat_where_no_rule_is_about_seats(
    world: &World,
) {
    let acme = ruled(world).await;
    acme.sign_in(&anna(&["paid", "hosts"])).await;
    acme.map(|mapping| mapping.categories.clear()).await;
    // What an administrator may do to the license by hand.
    acme.change(EMAIL, |user| user.license = Some(License::Basic)).await;
    acme.sign_in(&anna(&[])).await;
    assert!(acme.user(EMAIL).await.holdings.add_ons.is_empty());
    assert_eq!(acme.seats(add_on("webinar-500")).await.used, 0);
}

async fn t16_a_role_that_a_sign_in_gives_holds_in_the_sessions_that_are_open(world: &World) {
    let acme = ruled(world).await;
    let here = acme.sign_in(&anna(&[])).await.session;
    assert!(acme.member(&here).await.unwrap().admin().is_err());
    for (group, role) in [
        ("admins", Role::Admin),
        ("helpdesk", custom("Help desk")),
        ("admins", Role::Admin),
        ("", Role::Member),
    ] {
        acme.sign_in(&anna(&[group])).await;
        let member = acme.member(&here).await.unwrap();
        assert_eq!(member.user().role, role);
        assert_eq!(member.admin().is_ok(), role == Role::Admin, "{role:?}");
    }
}

async fn t15_no_rule_touches_the_owner(world: &World) {
    let acme = ruled(world).await;
    let owner = Person::of("owner@acme.example").with(GROUPS, &["paid", "hosts", "helpdesk", "none"]);
    acme.sign_in(&owner).await;
    let user = acme.user("owner@acme.example").await;
    assert_eq!((&user.role, user.license), (&Role::Owner, Some(License::Basic)));
    assert!(user.holdings.add_ons.is_empty());
    // Somebody who is not the owner is touched.
    acme.add(User { role: Role::Admin, ..known(Logins::SSO) }).await;
    acme.sign_in(&anna(&["helpdesk"])).await;
    assert_eq!(acme.user(EMAIL).await.role, custom("Help desk"));
}
