//! Our key pairs take over from each other: by themselves, by hand, and back.

use crate::account::Account;
use crate::cases;
use crate::key_pairs::signs_with;
use crate::world::{World, hours, minutes};
use std::net::{IpAddr, Ipv4Addr};
use vestibule_app::keys::{self, KeysView, Visit};
use vestibule_app::{AdminCtx, Kind, jobs, outbox, sso};
use vestibule_model::rotation::KeyState::{self, Active, Former, Next};
use vestibule_saml::Certificate;
use vestibule_saml::metadata::sp;

cases! {
    the_next_certificate_is_published_ahead_and_takes_over_once_it_was_read,
    what_nobody_was_seen_to_read_never_takes_over_by_itself,
    people_and_passers_by_are_not_taken_for_the_identity_provider,
    in_manual_mode_nothing_happens_by_itself,
    an_administrator_makes_the_next_one_and_has_it_used,
    going_back_is_one_step_and_stays,
    the_one_that_signs_is_not_removed,
    a_former_one_is_removed_after_ninety_days,
    another_accounts_key_pairs_are_not_found,
    two_nodes_at_once_make_one_next_and_one_that_signs,
    who_administers_is_warned_once_for_each_step,
    nobody_is_warned_of_what_is_not_used_or_takes_over_by_itself,
    the_public_address_seldom_writes,
    a_change_is_seen_by_another_node_at_once,
    switching_the_kind_of_key_leaves_each_kind_to_itself,
}

const DAY: i64 = 24;
/// How long a certificate of ours lasts, in hours.
const LIFETIME: i64 = 3 * 365 * DAY;

/// What the metadata names for signatures, in order.
pub async fn published(account: &Account) -> Vec<Certificate> {
    let xml = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    sp::read(xml.as_bytes(), None, account.app.now()).unwrap().signing_certificates
}

/// Somebody reads the metadata.
pub async fn read_by(account: &Account, agent: &str) {
    let address = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));
    let visit = Visit { agent, address, by_browser: false };
    keys::metadata_was_read(&account.visitor().await, None, visit).await.unwrap();
}

/// The identity provider follows our metadata: it comes each day, so many days from now.
async fn followed(world: &World, account: &Account, days: i64) {
    for _ in 0..days {
        read_by(account, "ShibbolethIdp/5.1").await;
        jobs::run_due(&account.app).await.unwrap();
        world.time.pass(hours(DAY));
    }
    jobs::run_due(&account.app).await.unwrap();
}

async fn pass(world: &World, account: &Account, in_hours: i64) {
    world.time.pass(hours(in_hours));
    jobs::run_due(&account.app).await.unwrap();
}

/// The key pairs of the kind that signs; the one for encryption beside a curve takes turns of its own.
async fn seen(admin: &AdminCtx) -> KeysView {
    let mut view = keys::overview(admin, None).await.unwrap().unwrap();
    view.keys.retain(|key| key.signs);
    view
}

async fn states(admin: &AdminCtx) -> Vec<KeyState> {
    seen(admin).await.keys.iter().map(|key| key.life.state).collect()
}

async fn make_next(admin: &AdminCtx) {
    keys::prepare(admin, seen(admin).await.connection).await.unwrap();
}

async fn the_next_certificate_is_published_ahead_and_takes_over_once_it_was_read(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let first = published(&acme).await;
    let xml = sso::sp_metadata(&acme.visitor().await, None).await.unwrap();
    let ours = sp::read(xml.as_bytes(), None, world.time.now()).unwrap();
    assert_eq!((ours.cache_duration, ours.valid_until), (Some(hours(12)), None));
    followed(world, &acme, 2).await;
    pass(world, &acme, LIFETIME - 93 * DAY).await;
    assert_eq!(published(&acme).await, first, "three months and a day are left");
    read_by(&acme, "ShibbolethIdp/5.1").await;
    pass(world, &acme, DAY + 1).await;
    let both = published(&acme).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    signs_with(&acme, &first[0]).await;

    read_by(&acme, "ShibbolethIdp/5.1").await;
    let planned = seen(&owner).await.keys[1].takes_over_at.unwrap();
    assert_eq!(planned, world.time.now() + hours(DAY));
    pass(world, &acme, DAY - 1).await;
    assert_eq!(states(&owner).await, [Active, Next], "its other nodes may not have read it yet");
    pass(world, &acme, 1).await;
    assert_eq!(states(&owner).await, [Active, Former]);
    assert_eq!(published(&acme).await, [both[1].clone(), both[0].clone()], "going back must be possible");
    signs_with(&acme, &both[1]).await;
}

async fn what_nobody_was_seen_to_read_never_takes_over_by_itself(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    pass(world, &acme, LIFETIME - 89 * DAY).await;
    assert_eq!(states(&owner).await, [Active, Next]);
    for _ in 0..20 {
        pass(world, &acme, 10 * DAY).await;
    }
    assert_eq!(states(&owner).await, [Active, Next], "its certificate is over, and it signs");
    assert_eq!(seen(&owner).await.keys[1].takes_over_at, None);
    acme.sign_in(&crate::provider::Person::anna()).await;
}

async fn people_and_passers_by_are_not_taken_for_the_identity_provider(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    make_next(&owner).await;
    let browser = Visit { agent: "SomeApp/1", address: None, by_browser: true };
    for day in 0..9 {
        read_by(&acme, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0").await;
        keys::metadata_was_read(&acme.visitor().await, None, browser).await.unwrap();
        read_by(&acme, &format!("curl/8.{day}")).await;
        pass(world, &acme, DAY).await;
    }
    assert_eq!(states(&owner).await, [Active, Next]);
    let readers = seen(&owner).await.readers;
    assert!(
        readers.iter().all(|(reader, counts)| reader.agent.starts_with("curl/") && !counts),
        "{readers:?}"
    );
    followed(world, &acme, 4).await;
    assert_eq!(states(&owner).await, [Active, Former]);
}

async fn in_manual_mode_nothing_happens_by_itself(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    acme.apply(acme.usual().set(["sso", "certificate_rotation"], "manual")).await;
    assert_eq!(seen(&owner).await.keys[0].prepared_at, None);
    pass(world, &acme, LIFETIME - DAY).await;
    assert_eq!(states(&owner).await, [Active]);
    make_next(&owner).await;
    followed(world, &acme, 5).await;
    assert_eq!(states(&owner).await, [Active, Next], "it was read, and nobody said so");
    keys::activate(&owner, seen(&owner).await.keys[1].id).await.unwrap();
    assert_eq!(states(&owner).await, [Active, Former]);
}

async fn an_administrator_makes_the_next_one_and_has_it_used(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let first = published(&acme).await;
    make_next(&owner).await;
    let connection = seen(&owner).await.connection;
    let again = keys::prepare(&owner, connection).await.unwrap_err();
    assert_eq!((again.kind(), again.message()), (Kind::Conflict, "There is a next certificate already."));
    let view = seen(&owner).await;
    assert_eq!(view.keys[1].created_at, world.time.now());
    assert_eq!(published(&acme).await[1].to_pem(), view.keys[1].pem);
    keys::activate(&owner, view.keys[1].id).await.unwrap();
    let now = published(&acme).await;
    assert_eq!(now[1], first[0]);
    signs_with(&acme, &now[0]).await;
    keys::activate(&owner, view.keys[1].id).await.unwrap();
    assert_eq!(published(&acme).await, now, "twice is once");
    for _ in 0..6 {
        make_next(&owner).await;
        keys::activate(&owner, seen(&owner).await.keys[1].id).await.unwrap();
    }
    let many = keys::prepare(&owner, connection).await.unwrap_err();
    assert_eq!((many.kind(), many.message()), (Kind::Conflict, "There are too many former certificates."));
}

async fn going_back_is_one_step_and_stays(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let first = published(&acme).await;
    make_next(&owner).await;
    followed(world, &acme, 4).await;
    let view = seen(&owner).await;
    assert_eq!(states(&owner).await, [Active, Former]);
    keys::activate(&owner, view.keys[1].id).await.unwrap();
    signs_with(&acme, &first[0]).await;
    assert_eq!(states(&owner).await, [Active, Next]);
    followed(world, &acme, 4).await;
    assert_eq!(states(&owner).await, [Active, Next], "who went back decides when to go on");
    signs_with(&acme, &first[0]).await;
    keys::activate(&owner, view.keys[0].id).await.unwrap();
    assert_eq!(states(&owner).await, [Active, Former]);
}

async fn the_one_that_signs_is_not_removed(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    make_next(&owner).await;
    let view = seen(&owner).await;
    let refused = keys::remove(&owner, view.keys[0].id).await.unwrap_err();
    assert_eq!((refused.kind(), refused.message()), (Kind::Conflict, "This certificate is in use."));
    keys::remove(&owner, view.keys[1].id).await.unwrap();
    assert_eq!(keys::remove(&owner, view.keys[1].id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(published(&acme).await.len(), 1);
}

async fn a_former_one_is_removed_after_ninety_days(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    make_next(&owner).await;
    keys::activate(&owner, seen(&owner).await.keys[1].id).await.unwrap();
    let planned = seen(&owner).await.keys[1].removed_at.unwrap();
    assert_eq!(planned, world.time.now() + hours(90 * DAY));
    pass(world, &acme, 90 * DAY - 1).await;
    assert_eq!(published(&acme).await.len(), 2);
    pass(world, &acme, 6).await;
    assert_eq!((states(&owner).await, published(&acme).await.len()), (vec![Active], 1));
}

async fn another_accounts_key_pairs_are_not_found(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (own, foreign) = (beta.owner().await, acme.owner().await);
    make_next(&own).await;
    let view = seen(&own).await;
    assert!(keys::overview(&foreign, Some(view.connection)).await.unwrap().is_none());
    let before = published(&beta).await;
    for refused in [
        keys::prepare(&foreign, view.connection).await,
        keys::activate(&foreign, view.keys[1].id).await,
        keys::remove(&foreign, view.keys[1].id).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), Kind::NotFound);
    }
    assert_eq!(published(&beta).await, before);
}

async fn two_nodes_at_once_make_one_next_and_one_that_signs(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let nodes = [acme.app.clone(), world.node(1_000).await];
    pass(world, &acme, LIFETIME - 90 * DAY - 1).await;
    world.time.pass(hours(2));
    let connection = seen(&owner).await.connection;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (node, owner) = (nodes[number % 2].clone(), owner.clone());
        racers.spawn(async move {
            jobs::run_due(&node).await.unwrap();
            keys::prepare(&owner, connection).await.map_err(|error| error.kind())
        });
    }
    let refused = racers.join_all().await.into_iter().filter(|done| *done == Err(Kind::Conflict)).count();
    assert!(refused >= 9, "one of them at most was faster than the job");
    assert_eq!(states(&owner).await, [Active, Next]);
    let view = seen(&owner).await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (owner, key) = (owner.clone(), view.keys[number % 2].id);
        racers.spawn(async move { keys::activate(&owner, key).await.unwrap() });
    }
    racers.join_all().await;
    let states = states(&owner).await;
    assert!(states == [Active, Next] || states == [Active, Former], "{states:?}");
}

async fn mails(world: &World) -> Vec<(String, String)> {
    let mails = outbox::list(&world.app.operator()).await.unwrap();
    let ends = mails.into_iter().filter(|mail| mail.subject.contains("ends on"));
    ends.map(|mail| (mail.to, mail.body_text)).collect()
}

async fn who_administers_is_warned_once_for_each_step(world: &World) {
    let acme = world.acme().await;
    let connection = acme.overview(&acme.owner().await).await.id;
    for email in ["admin@acme.example", "anna@acme.example"] {
        acme.sign_in(&crate::provider::Person::of(email).with("mail", &[email])).await;
    }
    acme.change("admin@acme.example", |user| user.role = vestibule_model::user::Role::Admin).await;
    let mut expected = 0;
    pass(world, &acme, LIFETIME - 31 * DAY).await;
    assert_eq!(mails(world).await.len(), expected);
    for (passes, steps) in [(2, 1), (10, 0), (14, 1), (5, 1), (3, 0)] {
        pass(world, &acme, passes * DAY - 12).await;
        pass(world, &acme, 12).await;
        expected += steps * 2;
        assert_eq!(mails(world).await.len(), expected, "{passes}");
    }
    let mails = mails(world).await;
    assert!(mails.iter().all(|(to, _)| to == "owner@acme.example" || to == "admin@acme.example"));
    assert!(mails[0].1.contains("The next certificate is ready"), "{}", mails[0].1);
    let page = format!("https://acme.vestibule.example/admin/sso/{connection}\n");
    assert!(mails[0].1.contains(&page), "{}", mails[0].1);
}

async fn nobody_is_warned_of_what_is_not_used_or_takes_over_by_itself(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let owner = beta.owner().await;
    acme.apply(acme.usual().set(["sso", "sign_requests"], false).set(["sso", "sign_logout"], false)).await;
    pass(world, &acme, LIFETIME - 32 * DAY).await;
    followed(world, &beta, 1).await;
    read_by(&beta, "ShibbolethIdp/5.1").await;
    assert!(seen(&owner).await.keys[1].takes_over_at.is_some());
    pass(world, &acme, 20 * DAY).await;
    assert_eq!(mails(world).await, []);
}

async fn the_public_address_seldom_writes(world: &World) {
    let acme = world.acme().await;
    read_by(&acme, "idp/1").await;
    let before = world.dump();
    for number in 0..50 {
        read_by(&acme, "idp/1").await;
        read_by(&acme, &format!("other/{number}")).await;
    }
    assert_eq!(world.dump(), before, "within five minutes");
    world.time.pass(minutes(10));
    read_by(&acme, "idp/1").await;
    assert_ne!(world.dump(), before);
    assert_eq!(world.count("metadata_readers"), 1);
}

async fn a_change_is_seen_by_another_node_at_once(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let elsewhere = acme.at(&world.node(7).await);
    assert_eq!(published(&elsewhere).await.len(), 1);
    make_next(&owner).await;
    let both = published(&elsewhere).await;
    assert_eq!(both.len(), 2);
    keys::activate(&owner, seen(&owner).await.keys[1].id).await.unwrap();
    signs_with(&elsewhere, &both[1]).await;
}

async fn switching_the_kind_of_key_leaves_each_kind_to_itself(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    make_next(&owner).await;
    let before = published(&acme).await;
    acme.apply(acme.usual().set(["sso", "signing_key"], "rsa-3072")).await;
    assert_eq!(published(&acme).await.len(), 1, "of the new kind");
    let view = keys::overview(&owner, None).await.unwrap().unwrap();
    let uses: Vec<_> = view.keys.iter().map(|key| (key.signs, key.decrypts)).collect();
    assert_eq!(uses[..2], [(true, true), (false, false)], "{uses:?}");
    make_next(&owner).await;
    assert_eq!(published(&acme).await.len(), 2);
    acme.apply(acme.usual()).await;
    assert_eq!(published(&acme).await, before);
}
