//! Forgotten passwords, and those that somebody changes by themselves.

use crate::account::{Account, PASSWORD};
use crate::cases;
use crate::world::{World, hours, minutes};
use std::collections::BTreeSet;
use vestibule_app::links::{self, Purpose};
use vestibule_app::sign_in::{Knock, forgotten, with_password};
use vestibule_app::{Kind, outbox};
use vestibule_model::user::{Logins, Status};

cases! {
    a_forgotten_password_is_replaced_by_a_link_and_every_session_ends,
    nobody_learns_who_exists_and_no_mailbox_is_flooded,
    a_link_of_the_break_glass_door_leads_back_to_it,
    somebody_changes_the_password_and_stays,
}

const OWNER: &str = "owner@acme.example";
const NEW: &str = "eight blue umbrellas";

/// The paths of the links in the mails to somebody that have this subject, the newest first.
async fn links_to(acme: &Account, to: &str, subject: &str) -> Vec<String> {
    let mails = outbox::list(&acme.app.operator()).await.unwrap();
    let mails = mails.into_iter().filter(|mail| mail.to == to && mail.subject.contains(subject));
    let url =
        |text: &str| text.split_whitespace().find(|word| word.starts_with("https://")).map(str::to_owned);
    mails.map(|mail| url(&mail.body_text).unwrap_or_default()).collect()
}

async fn reset_links(acme: &Account) -> Vec<String> {
    links_to(acme, OWNER, "Set a new password").await
}

async fn may_sign_in(acme: &Account, password: &str) -> bool {
    with_password(&acme.visitor().await, (OWNER, password), Knock::default()).await.is_ok()
}

async fn a_forgotten_password_is_replaced_by_a_link_and_every_session_ends(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    let visitor = acme.visitor().await;
    let before =
        with_password(&visitor, (OWNER, PASSWORD), Knock::default()).await.unwrap().inside().unwrap().session;
    forgotten::ask(&visitor, "OWNER@acme.example", Knock::default()).await.unwrap();
    forgotten::ask(&visitor, OWNER, Knock::default()).await.unwrap();
    let urls = reset_links(&acme).await;
    let tokens: Vec<_> =
        urls.iter().map(|url| url.strip_prefix("https://acme.vestibule.example/reset/").unwrap()).collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(links::inspect(&visitor, tokens[0]).await.unwrap().purpose, Purpose::ResetPassword);
    assert!(links::verify_email(&visitor, tokens[0]).await.is_err(), "it is for one thing");
    assert!(links::set_password(&visitor, tokens[0], "short").await.is_err());
    assert!(
        acme.member(&before).await.is_ok() && may_sign_in(&acme, PASSWORD).await,
        "asking changes nothing"
    );
    let inside = links::set_password(&visitor, tokens[0], NEW).await.unwrap().inside().unwrap();
    assert_eq!(acme.member(&inside.session).await.unwrap().user().email.as_str(), OWNER);
    assert_eq!(acme.member(&before).await.err().unwrap().kind(), Kind::SignedOut);
    assert!(may_sign_in(&acme, NEW).await && !may_sign_in(&acme, PASSWORD).await);
    assert_eq!(links_to(&acme, OWNER, "was changed").await.len(), 1);
    for token in &tokens {
        assert!(links::set_password(&visitor, token, PASSWORD).await.is_err(), "one use ends them all");
    }
    world.time.pass(minutes(20));
    forgotten::ask(&visitor, OWNER, Knock::default()).await.unwrap();
    let url = reset_links(&acme).await.remove(0);
    world.time.pass(hours(1));
    let late = links::set_password(&visitor, url.rsplit_once('/').unwrap().1, PASSWORD).await;
    assert_eq!(late.err().unwrap().kind(), Kind::NotFound, "after an hour");
}

async fn nobody_learns_who_exists_and_no_mailbox_is_flooded(world: &World) {
    let acme = world.account("acme").await;
    let owner = acme.owner().await.user().clone();
    world.account("beta").await.owner().await;
    let made = [
        ("sso@acme.example", Status::Active, Logins::SSO),
        ("gone@acme.example", Status::Inactive, Logins::WORK_EMAIL),
        ("new@acme.example", Status::Pending, Logins::WORK_EMAIL),
    ];
    for (number, (email, status, logins)) in (1..).zip(made) {
        let mut user = owner.clone();
        user.id = vestibule_model::id::UserId::from_bytes([number; 16]);
        user.email = vestibule_model::email::Email::parse(email).unwrap();
        (user.status, user.logins) = (status, logins);
        user.role = vestibule_model::user::Role::Member;
        acme.add(user).await;
    }
    let visitor = acme.visitor().await;
    let before = world.dump();
    for email in
        ["nobody@acme.example", "owner@beta.example"].into_iter().chain(made.map(|(email, ..)| email))
    {
        forgotten::ask(&visitor, email, Knock::default()).await.unwrap();
    }
    assert_eq!(world.dump(), before, "no link and no mail");
    assert_eq!(
        forgotten::ask(&visitor, "no address", Knock::default()).await.err().unwrap().kind(),
        Kind::Invalid
    );
    for _ in 0..6 {
        forgotten::ask(&visitor, OWNER, Knock::default()).await.unwrap();
    }
    assert_eq!(reset_links(&acme).await.len(), 3, "more mails are not sent, and nobody is told");
    world.time.pass(minutes(20));
    for _ in 0..3 {
        forgotten::ask(&visitor, OWNER, Knock::default()).await.unwrap();
    }
    let distinct: BTreeSet<_> = reset_links(&acme).await.into_iter().collect();
    assert_eq!(distinct.len(), 4);
    let knock = Knock { client: "192.0.2.7".parse().ok(), browser: None };
    let mut kinds = BTreeSet::new();
    for number in 0..21 {
        let asked = forgotten::ask(&visitor, &format!("someone{number}@acme.example"), knock).await;
        kinds.insert(asked.err().map(|error| format!("{:?}", error.kind())));
    }
    assert_eq!(kinds, BTreeSet::from([None, Some("TooOften".to_owned())]), "a client has a bound");
}

async fn a_link_of_the_break_glass_door_leads_back_to_it(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    for email in ["nobody@nowhere.example", "nobody@acme.example", OWNER] {
        forgotten::ask_at_the_glass(&acme.app, email, Knock::default()).await.unwrap();
    }
    let urls = reset_links(&acme).await;
    let token = urls[0].strip_prefix("https://admin.vestibule.example/reset/").unwrap();
    let (visitor, secret) = forgotten::behind_a_link(&acme.app, token).await.unwrap();
    assert_eq!(visitor.account().label.as_str(), "acme");
    links::set_password(&visitor, &secret, NEW).await.unwrap();
    for token in ["", "x", ".x", "nobody.x", &secret] {
        assert_eq!(forgotten::behind_a_link(&acme.app, token).await.err().unwrap().kind(), Kind::NotFound);
    }
    assert_eq!(
        world.count("outbox"),
        3,
        "to the owner alone: the link of the account, this one, and that it was changed"
    );
}

async fn somebody_changes_the_password_and_stays(world: &World) {
    let acme = world.acme().await;
    acme.owner().await;
    let visitor = acme.visitor().await;
    let session = async || {
        with_password(&visitor, (OWNER, PASSWORD), Knock::default()).await.unwrap().inside().unwrap().session
    };
    let (mine, other) = (session().await, session().await);
    let me = acme.member(&mine).await.unwrap();
    for (current, new, about) in [("wrong password here", NEW, Some("current")), (PASSWORD, "short", None)] {
        let error = forgotten::change(&me, (current, new), Knock::default()).await.err().unwrap();
        assert_eq!((error.kind(), error.key()), (Kind::Invalid, about));
    }
    assert!(acme.member(&other).await.is_ok());
    let inside = forgotten::change(&me, (PASSWORD, NEW), Knock::default()).await.unwrap();
    assert!(acme.member(&inside.session).await.is_ok());
    for ended in [&mine, &other] {
        assert_eq!(acme.member(ended).await.err().unwrap().kind(), Kind::SignedOut);
    }
    assert!(may_sign_in(&acme, NEW).await && !may_sign_in(&acme, PASSWORD).await);
    // Who has no password has none to change.
    let anna = acme.sign_in(&crate::provider::Person::anna()).await.session;
    let anna = acme.member(&anna).await.unwrap();
    let error = forgotten::change(&anna, (PASSWORD, NEW), Knock::default()).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Forbidden);
    let me = acme.member(&inside.session).await.unwrap();
    let wrong = PASSWORD.repeat(20);
    for _ in 0..48 {
        let error = forgotten::change(&me, (&wrong, NEW), Knock::default()).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Invalid);
    }
    let error = forgotten::change(&me, (PASSWORD, NEW), Knock::default()).await.err().unwrap();
    assert_eq!(error.kind(), Kind::TooOften, "whoever sits before an open browser does not guess on and on");
}
