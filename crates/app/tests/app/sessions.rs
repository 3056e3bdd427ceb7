//! Sessions: how long they live, and what ends them.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::world::{MILLISECOND, World, hours, minutes};
use jiff::SignedDuration;
use vestibule_app::{Kind, jobs, logout, sign_in};
use vestibule_model::id::ConnectionId;
use vestibule_model::user::{Role, Status};
use vestibule_store::{self as store, sign_ins::SignIn};

cases! {
    a_session_that_is_used_goes_on_and_one_that_is_not_ends_after_two_hours,
    a_session_ends_when_the_identity_provider_says_so_however_much_it_is_used,
    automatic_logout_ends_a_session_however_much_it_is_used,
    of_automatic_logout_and_the_identity_provider_the_earlier_end_holds,
    signing_out_ends_this_session_alone,
    t17_a_deactivated_user_loses_the_session_at_once_on_every_node,
    t16_a_changed_role_holds_in_the_session_that_is_open,
    a_token_is_worth_nothing_at_another_account,
    a_token_that_we_did_not_make_is_no_session,
    what_has_ended_is_forgotten,
}

async fn a_session_that_is_used_goes_on_and_one_that_is_not_ends_after_two_hours(world: &World) {
    let acme = world.acme().await;
    let [used, idle] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    for _ in 0..10 {
        world.time.pass(minutes(110));
        acme.member(&used.session).await.unwrap();
    }
    assert_eq!(acme.member(&idle.session).await.err().unwrap().kind(), Kind::SignedOut);
    world.time.pass(hours(2) - MILLISECOND);
    acme.member(&used.session).await.unwrap();
    world.time.pass(hours(2));
    assert_eq!(acme.member(&used.session).await.err().unwrap().kind(), Kind::SignedOut);
    assert_eq!(acme.member(&used.session).await.err().unwrap().kind(), Kind::SignedOut, "it stays over");
}

async fn a_session_ends_when_the_identity_provider_says_so_however_much_it_is_used(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
    let end = world.time.now() + hours(1);
    answer.assertion().session_not_on_or_after = Some(end);
    let session = SignedIn::of(browser.post(&acme, &answer.form_value()).await).session;
    assert_eq!(acme.member(&session).await.unwrap().session().expires_at, Some(end));
    world.time.set(end - MILLISECOND);
    acme.member(&session).await.unwrap();
    world.time.set(end);
    assert_eq!(acme.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
}

async fn automatic_logout_ends_a_session_however_much_it_is_used(world: &World) {
    let acme = world.acme().await;
    let before = acme.sign_in(&Person::anna()).await.session;
    acme.apply(acme.usual().set(["sso", "automatic_logout"], "15m")).await;
    let begun = world.time.now();
    let session = acme.sign_in(&Person::anna()).await.session;
    for _ in 0..14 {
        world.time.pass(minutes(1));
        acme.member(&session).await.unwrap();
    }
    world.time.set(begun + minutes(15) - MILLISECOND);
    acme.member(&session).await.unwrap();
    world.time.set(begun + minutes(15));
    assert_eq!(acme.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
    acme.member(&before).await.unwrap();
    // The next sign-in has its own end.
    let next = acme.sign_in(&Person::anna()).await.session;
    let end = acme.member(&next).await.unwrap().session().expires_at;
    assert_eq!(end, Some(begun + minutes(30)));
}

async fn of_automatic_logout_and_the_identity_provider_the_earlier_end_holds(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "automatic_logout"], "1h")).await;
    let now = world.time.now();
    for (said, end) in [(Some(20), 20), (Some(60), 60), (Some(90), 60), (None, 60)] {
        let mut browser = Browser::default();
        let request = browser.start(&acme).await;
        let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
        answer.assertion().session_not_on_or_after = said.map(|said| now + minutes(said));
        let session = SignedIn::of(browser.post(&acme, &answer.form_value()).await).session;
        world.time.set(now + minutes(end) - MILLISECOND);
        acme.member(&session).await.unwrap();
        world.time.set(now + minutes(end));
        assert_eq!(acme.member(&session).await.err().unwrap().kind(), Kind::SignedOut, "{said:?}");
        world.time.set(now);
    }
}

async fn signing_out_ends_this_session_alone(world: &World) {
    let acme = world.acme().await;
    let [here, there] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    let leaving = acme.visitor().await.leaving(&here.session).await.unwrap();
    logout::begin(&leaving, None).await.unwrap();
    assert_eq!(acme.member(&here.session).await.err().unwrap().kind(), Kind::SignedOut);
    acme.member(&there.session).await.unwrap();
    logout::begin(&leaving, None).await.unwrap();
}

async fn t17_a_deactivated_user_loses_the_session_at_once_on_every_node(world: &World) {
    let acme = world.acme().await;
    let there = acme.at(&world.node(2).await);
    let session = acme.sign_in(&Person::anna()).await.session;
    there.member(&session).await.unwrap();
    for status in [Status::Inactive, Status::Pending] {
        acme.change("anna@acme.example", |user| user.status = status).await;
        for account in [&acme, &there] {
            assert_eq!(account.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
        }
    }
}

async fn t16_a_changed_role_holds_in_the_session_that_is_open(world: &World) {
    let acme = world.acme().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    for (role, opens) in [(Role::Admin, true), (Role::Member, false)] {
        acme.change("anna@acme.example", |user| user.role = role).await;
        assert_eq!(acme.member(&session).await.unwrap().admin().is_ok(), opens);
    }
}

async fn a_token_is_worth_nothing_at_another_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let session = acme.sign_in(&Person::anna()).await.session;
    assert_eq!(beta.member(&session).await.err().unwrap().kind(), Kind::SignedOut);
    let (_, secret) = session.split_once('.').unwrap();
    let moved = format!("{}.{secret}", beta.id);
    assert_eq!(beta.member(&moved).await.err().unwrap().kind(), Kind::SignedOut);
}

async fn a_token_that_we_did_not_make_is_no_session(world: &World) {
    let acme = world.acme().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (account, secret) = session.split_once('.').unwrap();
    let changed = format!("{account}.{}", secret.replacen(|_| true, "-", 1));
    for token in
        ["", ".", account, secret, &format!("{account}."), &format!(".{secret}"), &changed, "a.b\u{0}"]
    {
        assert_eq!(acme.member(token).await.err().unwrap().kind(), Kind::SignedOut, "{token}");
    }
}

/// As many requests that nobody answers.
async fn requests(account: &Account, count: usize) {
    let now = account.app.now();
    let written = account.store.account(account.id).write(move |tx| {
        Box::pin(async move {
            for number in 0..count {
                let sign_in = SignIn {
                    request_id: format!("_{number}"),
                    connection: ConnectionId::from_bytes([1; 16]),
                    browser_hash: [1; 32],
                    return_to: "/".to_owned(),
                    created_at: now,
                    expires_at: now + sign_in::REQUEST_LIFETIME,
                };
                store::sign_ins::insert(tx, &sign_in).await?;
            }
            Ok::<_, store::Error>(())
        })
    });
    written.await.unwrap();
}

async fn what_has_ended_is_forgotten(world: &World) {
    let acme = world.acme().await;
    // More than one purge removes at once.
    let request_count = 1_200;
    requests(&acme, request_count).await;
    acme.sign_in(&Person::anna()).await;
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(
        (world.count("sign_ins"), world.count("sessions")),
        (request_count, 1),
        "nothing has ended yet"
    );
    world.time.pass(hours(2) - SignedDuration::from_micros(1));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!((world.count("sign_ins"), world.count("sessions")), (0, 1));
    world.time.pass(SignedDuration::from_micros(1));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!((world.count("sessions"), world.count("replays")), (0, 0));
    assert_eq!(world.count("links"), 1, "the owner's link waits seven days");
    world.time.pass(hours(24 * 7));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("links"), 0);
}
