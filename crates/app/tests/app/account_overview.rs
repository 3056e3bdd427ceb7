//! The overview of an account.

use crate::cases;
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use vestibule_app::overview::{self, Day, Notice, Overview};
use vestibule_app::{AdminCtx, jobs, tallies};
use vestibule_model::code::Code;
use vestibule_model::first_steps::{FirstStep, Standing};
use vestibule_model::license::License;

cases! {
    a_new_account_is_told_to_connect_first,
    sign_ins_are_counted_by_day_on_every_node_and_whoever_fails_again_is_named,
    what_ends_soon_or_is_used_up_needs_somebody,
}

async fn seen(owner: &AdminCtx) -> Overview {
    overview::now(owner).await.unwrap()
}

fn counts(overview: &Overview) -> Vec<(i64, i64)> {
    overview.days.iter().map(|Day { accepted, refused, .. }| (*accepted, *refused)).collect()
}

async fn a_new_account_is_told_to_connect_first(world: &World) {
    let owner = world.account("acme").await.owner().await;
    let overview = seen(&owner).await;
    assert_eq!(overview.steps[0], (FirstStep::Connect, Standing::Next));
    assert_eq!((overview.users, overview.connection, overview.days.len()), (1, None, 7));
    assert!(overview.days.iter().all(|day| day.total() == 0) && overview.notices.is_empty());
}

async fn sign_ins_are_counted_by_day_on_every_node_and_whoever_fails_again_is_named(world: &World) {
    let acme = world.acme().await;
    let (owner, other) = (acme.owner().await, world.configured_account("beta").await.owner().await);
    acme.sign_in(&Person::of("clara@acme.example")).await;
    assert_eq!(counts(&seen(&owner).await)[6], (1, 0), "what waits in memory counts already");
    assert_eq!(tallies::write_tallies(&world.app).await.unwrap(), 1);
    world.time.pass(hours(24));
    acme.grant(License::Basic, 1).await;
    for email in ["jo@acme.example", "kim@acme.example", "jo@acme.example"] {
        world.time.pass(minutes(1));
        acme.refusal(&Person::of(email)).await;
    }
    acme.sign_in(&Person::of("clara@acme.example")).await;
    tallies::write_tallies(&world.app).await.unwrap();
    let overview = seen(&owner).await;
    assert_eq!(counts(&overview)[5..], [(1, 0), (1, 3)]);
    assert_eq!(overview.reasons, [(Code::NoSeat, 3)]);
    let [jo] = overview.failing.as_slice() else { panic!("{:?}", overview.failing) };
    assert_eq!((jo.person.as_str(), jo.times, jo.code), ("jo@acme.example", 2, Code::NoSeat));
    assert_eq!(acme.explained(jo.tracking_id).await.entry.user.as_deref(), Some("jo@acme.example"));
    assert!(seen(&other).await.days.iter().all(|day| day.total() == 0), "of this account alone");
    world.time.pass(hours(24 * 40));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("tallies"), 0);
    let later = seen(&owner).await;
    assert!(later.days.iter().all(|day| day.total() == 0) && later.reasons.is_empty());
}

async fn what_ends_soon_or_is_used_up_needs_somebody(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let standings = seen(&owner).await.steps.map(|(_, standing)| standing);
    assert_eq!(standings[..4], [Standing::Done; 4]);
    assert_eq!(standings[5], Standing::Next);
    acme.grant(License::Basic, 1).await;
    acme.apply(
        acme.usual().set(["sso", "sign_in_url"], "https://new.example/sso").set(["sso", "draft"], true),
    )
    .await;
    acme.grant(License::Basic, 1).await;
    let notices = seen(&owner).await.notices;
    assert!(matches!(notices.last(), Some(Notice::Draft { number: 2, tested: false, .. })), "{notices:?}");
    assert!(notices.contains(&Notice::NoSeat(License::Basic.into())), "{notices:?}");
    world.time.set(acme.idp.certificate().not_after() - hours(24 * 20));
    let notices = seen(&owner).await.notices;
    assert!(notices.iter().any(|notice| matches!(notice, Notice::TheirCertificate { .. })), "{notices:?}");
}
