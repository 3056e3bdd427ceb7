//! Five hundred people who come for the first time at once, on two nodes, where there are seats for a hundred.

use crate::account::{Account, patiently};
use crate::cases;
use crate::provider::Person;
use crate::races::race;
use crate::rules::{GROUPS, add_on, keeping, license, removing, rule};
use crate::world::World;
use std::collections::BTreeMap;
use vestibule_app::sign_in::Finished;
use vestibule_app::{Error, users};
use vestibule_model::license::{License, Product};
use vestibule_model::mapping::{CategoryName, Grant};
use vestibule_model::user::User;

cases! {
    of_five_hundred_first_sign_ins_a_hundred_take_the_seats_and_the_others_are_refused,
    of_five_hundred_first_sign_ins_a_hundred_take_the_seats_and_the_others_the_fallback,
    seats_are_right_while_people_come_change_and_are_deactivated_at_once,
}

const MANY: u32 = 500;
const SEATS: i64 = 100;

fn numbered(number: u32) -> String {
    format!("person{number}@acme.example")
}

/// Somebody comes, and comes again when told that the service is busy: on a slow machine so many wait long.
async fn come(account: &Account, person: &Person) -> Result<Finished, Error> {
    patiently(|| account.attempt(person)).await
}

/// Everybody comes at once. The answer is the codes of those who were refused, each with how often.
async fn all_come(world: &World, account: &Account) -> BTreeMap<Option<u16>, usize> {
    let outcomes = race(world, account, MANY, |account, number| async move {
        let person = Person::of(&numbered(number)).with(GROUPS, &["hosts"]);
        come(&account, &person).await
    });
    let mut codes = BTreeMap::new();
    for outcome in outcomes.await {
        let code = match outcome {
            Ok(Finished::SignedIn { .. }) => None,
            refused => account.code(refused).await,
        };
        *codes.entry(code).or_default() += 1;
    }
    codes
}

/// How many users hold each product, counted row by row.
async fn counted(account: &Account) -> BTreeMap<Product, i64> {
    let mut held = BTreeMap::new();
    for product in account.users().await.iter().flat_map(User::seats) {
        *held.entry(product).or_default() += 1;
    }
    held
}

/// The counters, as far as anything is taken.
async fn counters(account: &Account) -> BTreeMap<Product, i64> {
    let inventory = account.inventory().await.0.into_iter();
    inventory.filter(|(_, seats)| seats.used > 0).map(|(product, seats)| (product, seats.used)).collect()
}

async fn licensed(account: &Account, fallback: Option<&str>) {
    let seats = account
        .usual()
        .set(["licenses", "licensed"], SEATS)
        .set(["mapping", "basic", "default_license"], "licensed");
    let wanted = match fallback {
        Some(fallback) => seats.set(["licenses", "fallback"], fallback),
        None => seats,
    };
    account.apply(wanted).await;
    account.grant(add_on("webinar-500"), SEATS / 2).await;
    account
        .map(|mapping| {
            let webinar = removing([rule("hosts", Grant::Held)]);
            mapping.categories.insert(CategoryName::AddOn(add_on("webinar-500")), webinar);
        })
        .await;
}

async fn of_five_hundred_first_sign_ins_a_hundred_take_the_seats_and_the_others_are_refused(world: &World) {
    let acme = world.acme().await;
    licensed(&acme, None).await;
    assert_eq!(all_come(world, &acme).await, [(None, 100), (Some(1031), 400)].into());
    let held = counted(&acme).await;
    assert_eq!(held[&License::Licensed.into()], SEATS);
    assert_eq!(held[&add_on("webinar-500").into()], SEATS / 2, "the add-on has half as many seats");
    assert_eq!(counters(&acme).await, held);
    assert_eq!((world.count("sessions"), world.count("users")), (100, 101));
    assert_eq!(world.count("response_log"), MANY as usize, "none was lost");
}

async fn of_five_hundred_first_sign_ins_a_hundred_take_the_seats_and_the_others_the_fallback(world: &World) {
    let acme = world.acme().await;
    licensed(&acme, Some("basic")).await;
    assert_eq!(all_come(world, &acme).await, [(None, 500)].into());
    let held = counted(&acme).await;
    assert_eq!(held[&License::Licensed.into()], SEATS);
    assert_eq!(held[&License::Basic.into()], 401, "the owner holds one");
    assert_eq!(counters(&acme).await, held);
    assert_eq!((world.count("sessions"), world.count("users")), (500, 501));
    assert_eq!(world.count("response_log"), MANY as usize);
}

/// Somebody comes for the first time, with or without an upgrade; or somebody who is there is deactivated and activated.
async fn seats_are_right_while_people_come_change_and_are_deactivated_at_once(world: &World) {
    let acme = world.acme().await;
    licensed(&acme, Some("basic")).await;
    acme.grant(License::Licensed, 15).await;
    acme.grant(add_on("webinar-500"), 5).await;
    acme.map(|mapping| {
        let rules = [rule("paid", license(License::Licensed)), rule("free", license(License::Basic))];
        mapping.categories.insert(CategoryName::License, keeping(rules));
    })
    .await;
    for number in 0..20 {
        acme.sign_in(&Person::of(&numbered(number)).with(GROUPS, &["paid", "hosts"])).await;
    }
    let outcomes = race(world, &acme, 120, |account, number| async move {
        let person = Person::of(&numbered(number % 40));
        let ctx = account.app.operator().people("acme").await.unwrap();
        let whom = users::Whom::parse(&numbered(number % 20)).unwrap();
        match number % 6 {
            0 => users::deactivate(&ctx, &whom).await.map(drop),
            1 => users::activate(&ctx, &whom).await.map(drop),
            2 | 3 => come(&account, &person.with(GROUPS, &["paid", "hosts"])).await.map(drop),
            _ => come(&account, &person.with(GROUPS, &["free"])).await.map(drop),
        }
    });
    for error in outcomes.await.into_iter().filter_map(Result::err) {
        // A sign-in of somebody who is inactive at that moment; nothing else fails.
        assert_eq!(acme.explain_error(&error).await.code, Some(1013), "{error}");
    }
    assert_eq!(counters(&acme).await, counted(&acme).await);
    for (product, seats) in acme.inventory().await.0 {
        assert!(seats.used <= seats.total, "{product}: {seats:?}");
    }
}
