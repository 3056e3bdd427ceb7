//! Seats: who takes one, and what happens when none is left.

use crate::account::Account;
use crate::admission::known;
use crate::cases;
use crate::provider::Person;
use crate::wanted::Wanted;
use crate::world::World;
use vestibule_model::license::License;
use vestibule_model::user::{Logins, User};

cases! {
    without_a_seat_a_new_person_is_refused_with_1031,
    without_a_seat_a_new_person_takes_the_fallback,
    the_fallback_too_may_be_used_up,
    without_a_default_license_new_people_are_refused_with_1030,
    an_existing_user_without_a_license_is_refused_with_1030,
    an_existing_user_needs_no_further_seat,
}

/// The usual account, whose new people take a licensed seat.
fn licensed(account: &Account, seats: i64) -> Wanted {
    account
        .usual()
        .set(["licenses", "licensed"], seats)
        .set(["mapping", "basic", "default_license"], "licensed")
}

fn numbered(number: u32) -> Person {
    Person::of(&format!("person{number}@acme.example"))
}

async fn without_a_seat_a_new_person_is_refused_with_1031(world: &World) {
    let acme = world.acme().await;
    acme.apply(licensed(&acme, 1)).await;
    acme.sign_in(&numbered(1)).await;
    assert_eq!(acme.user("person1@acme.example").await.license, Some(License::Licensed));
    let before = world.dump();
    let explanation = acme.refusal(&numbered(2)).await;
    assert_eq!(explanation.code, Some(1031));
    assert_eq!(explanation.trace.last().unwrap().check, "admission.license");
    assert_eq!(world.dump(), before);
    // The cure.
    acme.apply(licensed(&acme, 2)).await;
    acme.sign_in(&numbered(2)).await;
    let seats = acme.seats(License::Licensed).await;
    assert_eq!((seats.used, seats.total), (2, 2));
}

async fn without_a_seat_a_new_person_takes_the_fallback(world: &World) {
    let acme = world.acme().await;
    acme.apply(licensed(&acme, 0).set(["licenses", "fallback"], "basic")).await;
    let signed_in = acme.sign_in(&numbered(1)).await;
    assert_eq!(acme.user("person1@acme.example").await.license, Some(License::Basic));
    let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
    let step = trace.iter().find(|step| step.check == "admission.license").unwrap();
    assert!(step.found.contains("fallback"), "{step:?}");
}

async fn the_fallback_too_may_be_used_up(world: &World) {
    let acme = world.acme().await;
    acme.apply(licensed(&acme, 1).set(["licenses", "fallback"], "on-prem").set(["licenses", "on-prem"], 1))
        .await;
    acme.sign_in(&numbered(1)).await;
    acme.sign_in(&numbered(2)).await;
    assert_eq!(acme.refusal(&numbered(3)).await.code, Some(1031));
    assert_eq!(acme.user("person2@acme.example").await.license, Some(License::OnPrem));
}

async fn without_a_default_license_new_people_are_refused_with_1030(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["mapping", "basic", "default_license"], "none")).await;
    let before = world.dump();
    assert_eq!(acme.refusal(&numbered(1)).await.code, Some(1030));
    let outside = acme.refusal(&Person::of("bob@partner.example")).await;
    assert_eq!(outside.code, Some(1030));
    assert_eq!(world.dump(), before);
}

async fn an_existing_user_without_a_license_is_refused_with_1030(world: &World) {
    let acme = world.acme().await;
    acme.add(User { license: None, ..known(Logins::SSO) }).await;
    let before = world.dump();
    assert_eq!(acme.refusal(&Person::anna()).await.code, Some(1030), "the default license is for new people");
    assert_eq!(world.dump(), before);
}

async fn an_existing_user_needs_no_further_seat(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["licenses", "basic"], 2)).await;
    for _ in 0..3 {
        acme.sign_in(&Person::anna()).await;
    }
    let seats = acme.seats(License::Basic).await;
    assert_eq!((seats.used, seats.total), (2, 2));
    assert_eq!(acme.refusal(&numbered(1)).await.code, Some(1031));
}
