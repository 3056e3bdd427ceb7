//! How often somebody may try a password, and that nobody is locked out by others.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::world::{World, minutes};
use std::net::IpAddr;
use vestibule_app::sign_in::{Knock, break_glass, with_password};
use vestibule_app::{Error, Kind};

cases! {
    typing_errors_have_a_bound_that_comes_back_with_time_and_counts_on_all_nodes,
    strangers_who_use_up_an_address_do_not_lock_out_the_browser_that_came_in_before,
    one_client_cannot_try_every_address,
}

const OWNER: &str = "owner@acme.example";

fn from<'a>(client: &str, browser: Option<&'a str>) -> Knock<'a> {
    Knock { client: Some(client.parse::<IpAddr>().unwrap()), browser }
}

/// What somebody is told who types a password that nobody has. One that is too long to be meant counts, and costs no hash.
async fn told(acme: &Account, email: &str, knock: Knock<'_>) -> (Kind, String) {
    let wrong = PASSWORD.repeat(20);
    let error = with_password(&acme.visitor().await, (email, &wrong), knock).await;
    let error: Error = error.err().unwrap();
    (error.kind(), format!("{error} {}", error.advice().unwrap_or_default()))
}

async fn typing_errors_have_a_bound_that_comes_back_with_time_and_counts_on_all_nodes(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    let other = acme.at(&world.node(5).await);
    let here = from("192.0.2.7", None);
    for number in 0..10 {
        let node = if number % 2 == 0 { &acme } else { &other };
        assert_eq!(told(node, OWNER, here).await.0, Kind::Invalid, "{number}");
        assert_eq!(told(node, "nobody@acme.example", here).await.0, Kind::Invalid, "{number}");
    }
    let known = told(&other, " OWNER@acme.example", here).await;
    assert_eq!(known.0, Kind::TooOften);
    assert!(known.1.contains("Forgot your password?"), "{known:?}");
    assert_eq!(known, told(&acme, "nobody@acme.example", here).await, "it does not tell who exists");
    let visitor = acme.visitor().await;
    let right = with_password(&visitor, (OWNER, PASSWORD), here).await.err().unwrap();
    assert_eq!(right.kind(), Kind::TooOften, "the right password is not looked at either");
    // The same allowance counts at the break-glass door.
    for email in [OWNER, "nobody@acme.example"] {
        let error = break_glass(&acme.app, (email, PASSWORD), here).await.err().unwrap();
        assert_eq!(error.kind(), Kind::TooOften, "{email}");
    }
    with_password(&visitor, (OWNER, PASSWORD), from("198.51.100.1", None)).await.unwrap();
    world.time.pass(minutes(3));
    for _ in 0..3 {
        with_password(&visitor, (OWNER, PASSWORD), here).await.unwrap();
    }
    assert_eq!(told(&acme, OWNER, here).await.0, Kind::Invalid, "who came in gave the attempt back");
    assert_eq!(told(&acme, OWNER, here).await.0, Kind::TooOften);
    world.time.pass(minutes(120));
    vestibule_app::jobs::forget(&acme.app).await.unwrap();
    assert_eq!(world.count("allowances"), 0);
}

async fn strangers_who_use_up_an_address_do_not_lock_out_the_browser_that_came_in_before(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    let visitor = acme.visitor().await;
    let inside =
        with_password(&visitor, (OWNER, PASSWORD), from("192.0.2.7", None)).await.unwrap().inside().unwrap();
    for network in 0..5 {
        for _ in 0..10 {
            let client = format!("198.51.100.{network}");
            assert_eq!(told(&acme, OWNER, from(&client, None)).await.0, Kind::Invalid);
        }
    }
    assert_eq!(told(&acme, OWNER, from("203.0.113.9", None)).await.0, Kind::TooOften, "from anywhere");
    let known = Some(inside.browser.as_str());
    // Also from another network: a browser travels.
    let again = with_password(&visitor, (OWNER, PASSWORD), from("203.0.113.9", known))
        .await
        .unwrap()
        .inside()
        .unwrap();
    assert_eq!(again.browser, inside.browser);
    // What it keeps is of that address alone, and nobody makes one.
    let other = "nobody@acme.example";
    for network in 0..5 {
        for _ in 0..10 {
            assert_eq!(
                told(&acme, other, from(&format!("198.51.101.{network}"), known)).await.0,
                Kind::Invalid
            );
        }
    }
    assert_eq!(told(&acme, other, from("203.0.113.10", known)).await.0, Kind::TooOften);
    let (name, mark) = inside.browser.split_once('.').unwrap();
    for forged in ["", ".", name, mark, &format!("other.{mark}"), &format!("{name}.{name}")] {
        assert_eq!(told(&acme, OWNER, from("203.0.113.9", Some(forged))).await.0, Kind::TooOften, "{forged}");
    }
    // A stolen one is good for ten typing errors.
    for _ in 0..10 {
        assert_eq!(told(&acme, OWNER, from("203.0.113.9", known)).await.0, Kind::Invalid);
    }
    assert_eq!(told(&acme, OWNER, from("203.0.113.9", known)).await.0, Kind::TooOften);
    world.time.pass(minutes(1));
    assert_eq!(told(&acme, OWNER, from("203.0.113.9", None)).await.0, Kind::Invalid, "not for good");
}

async fn one_client_cannot_try_every_address(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    for number in 0..100 {
        let email = format!("someone{number}@acme.example");
        assert_eq!(told(&acme, &email, from("2001:db8::7", None)).await.0, Kind::Invalid);
    }
    for email in ["another@acme.example", OWNER, "no address"] {
        assert_eq!(told(&acme, email, from("2001:db8::8", None)).await.0, Kind::TooOften, "the same network");
    }
    let visitor = acme.visitor().await;
    with_password(&visitor, (OWNER, PASSWORD), from("2001:db8:0:1::8", None)).await.unwrap();
}
