//! Clocks that differ (P06): inside the tolerance a response is accepted, one millisecond outside it is not.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::{Answer, Person};
use crate::world::{MILLISECOND, World, minutes};
use jiff::{SignedDuration, Timestamp};

cases! {
    p06_a_response_ends_at_the_edge_of_the_tolerance,
    p06_a_response_begins_at_the_edge_of_the_tolerance,
    p06_without_tolerance_the_edges_are_the_times_themselves,
    p06_the_refusal_shows_the_difference,
}

type Bend = fn(&mut Answer, Timestamp);

/// How a response ends whose time is this far from now.
async fn judged(account: &Account, offset: SignedDuration, bend: Bend) -> Option<u16> {
    let mut browser = Browser::default();
    let request = browser.start(account).await;
    let mut answer = account.idp.answer(account, &request, &Person::anna());
    bend(&mut answer, account.app.now() + offset);
    let outcome = browser.post(account, &answer.form_value()).await;
    if outcome.is_ok() {
        SignedIn::of(outcome);
        return None;
    }
    account.code(outcome).await
}

const ENDS: [Bend; 2] = [
    |answer, end| answer.assertion().not_on_or_after = end,
    |answer, end| answer.assertion().session_not_on_or_after = Some(end),
];

const BEGINS: [Bend; 3] = [
    |answer, begin| answer.assertion().not_before = Some(begin),
    |answer, begin| answer.assertion().issue_instant = begin,
    |answer, begin| answer.response.issue_instant = begin,
];

async fn p06_a_response_ends_at_the_edge_of_the_tolerance(world: &World) {
    let acme = world.acme().await;
    let skew = minutes(3);
    for bend in ENDS {
        assert_eq!(judged(&acme, -skew + MILLISECOND, bend).await, None);
        assert_eq!(judged(&acme, -skew, bend).await, Some(1008));
        assert_eq!(judged(&acme, -skew - MILLISECOND, bend).await, Some(1008));
    }
}

async fn p06_a_response_begins_at_the_edge_of_the_tolerance(world: &World) {
    let acme = world.acme().await;
    let skew = minutes(3);
    for bend in BEGINS {
        assert_eq!(judged(&acme, skew, bend).await, None);
        assert_eq!(judged(&acme, skew + MILLISECOND, bend).await, Some(1008));
    }
}

async fn p06_without_tolerance_the_edges_are_the_times_themselves(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "clock_skew"], "0s")).await;
    for bend in ENDS {
        assert_eq!(judged(&acme, MILLISECOND, bend).await, None);
        assert_eq!(judged(&acme, SignedDuration::ZERO, bend).await, Some(1008));
    }
    for bend in BEGINS {
        assert_eq!(judged(&acme, SignedDuration::ZERO, bend).await, None);
        assert_eq!(judged(&acme, MILLISECOND, bend).await, Some(1008));
    }
}

async fn p06_the_refusal_shows_the_difference(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    world.time.pass(minutes(12));
    let error = browser.post(&acme, &answer.form_value()).await.unwrap_err();
    let explained = acme.explained(error.tracking_id().unwrap()).await;
    let time = explained.detail.compared.iter().find(|compared| compared.name == "Time").unwrap();
    assert!(!time.agrees, "{time:?}");
    let message = explained.explanation().message.unwrap();
    assert!(message.contains("7 minutes ago by our clock"), "{message}");
}
