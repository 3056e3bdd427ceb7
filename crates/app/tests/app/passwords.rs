//! Passwords: set by a one-time link, and checked.

use crate::account::PASSWORD;
use crate::cases;
use crate::world::{World, hours};
use jiff::SignedDuration;
use vestibule_app::sign_in::{Knock, Way, identify, with_password};
use vestibule_app::{Kind, links};
use vestibule_model::user::{Logins, Role, Status};

cases! {
    the_owners_link_sets_a_password_once,
    a_weak_password_is_refused_and_the_link_still_works,
    another_accounts_host_refuses_the_link,
    a_link_ends_after_seven_days_to_the_moment,
    a_link_of_an_inactive_user_sets_nothing,
    a_link_sets_a_password_for_one_of_many_at_once,
    the_right_password_signs_in,
    everything_else_gets_one_and_the_same_answer,
    s09_a_password_is_nowhere_in_the_database,
    a_password_that_was_stolen_elsewhere_is_refused_wherever_one_is_set,
    identify_sends_nobody_astray_and_tells_nothing,
}

async fn the_owners_link_sets_a_password_once(world: &World) {
    let acme = world.account("acme").await;
    let visitor = acme.visitor().await;
    let session =
        links::set_password(&visitor, &acme.owner_token, PASSWORD).await.unwrap().inside().unwrap().session;
    let member = acme.member(&session).await.unwrap();
    assert_eq!((member.user().email.as_str(), &member.user().role), ("owner@acme.example", &Role::Owner));
    assert!(member.session().connection.is_none());
    for error in [
        links::set_password(&visitor, &acme.owner_token, "another good password").await.err().unwrap(),
        links::inspect(&visitor, &acme.owner_token).await.unwrap_err(),
        links::verify_email(&visitor, &acme.owner_token).await.unwrap_err(),
        links::inspect(&visitor, "no such link").await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, "This link does not work any more."));
    }
    with_password(&visitor, ("owner@acme.example", PASSWORD), Knock::default()).await.unwrap();
}

async fn a_weak_password_is_refused_and_the_link_still_works(world: &World) {
    let acme = world.account("acme").await;
    let visitor = acme.visitor().await;
    let before = world.dump();
    for weak in
        ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "abababababababab", &"long password ".repeat(20)]
    {
        let error = links::set_password(&visitor, &acme.owner_token, weak).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Invalid, "{weak:?}");
        assert!(error.message().contains("password"), "{error}");
    }
    assert_eq!(world.dump(), before);
    links::set_password(&visitor, &acme.owner_token, PASSWORD).await.unwrap();
}

async fn another_accounts_host_refuses_the_link(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    let visitor = beta.visitor().await;
    let before = world.dump();
    assert_eq!(links::inspect(&visitor, &acme.owner_token).await.unwrap_err().kind(), Kind::NotFound);
    let error = links::set_password(&visitor, &acme.owner_token, PASSWORD).await.err().unwrap();
    assert_eq!(error.kind(), Kind::NotFound);
    // A link is for one purpose.
    let error = links::verify_email(&acme.visitor().await, &acme.owner_token).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(world.dump(), before);
    links::inspect(&acme.visitor().await, &acme.owner_token).await.unwrap();
}

async fn a_link_ends_after_seven_days_to_the_moment(world: &World) {
    let acme = world.account("acme").await;
    let visitor = acme.visitor().await;
    let end = world.time.now() + hours(24 * 7);
    world.time.set(end - SignedDuration::from_micros(1));
    links::inspect(&visitor, &acme.owner_token).await.unwrap();
    world.time.set(end);
    assert!(links::inspect(&visitor, &acme.owner_token).await.is_err());
    assert!(links::set_password(&visitor, &acme.owner_token, PASSWORD).await.is_err());
}

async fn a_link_of_an_inactive_user_sets_nothing(world: &World) {
    let acme = world.account("acme").await;
    acme.change("owner@acme.example", |owner| owner.status = Status::Inactive).await;
    let before = world.dump();
    let error = links::set_password(&acme.visitor().await, &acme.owner_token, PASSWORD).await.err().unwrap();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(world.dump(), before);
}

async fn a_link_sets_a_password_for_one_of_many_at_once(world: &World) {
    let acme = world.account("acme").await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..6 {
        let acme = acme.clone();
        racers.spawn(async move {
            let password = format!("{PASSWORD} {number}");
            links::set_password(&acme.visitor().await, &acme.owner_token, &password).await.is_ok()
        });
    }
    let wins = racers.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!((wins, world.count("sessions"), world.count("passwords")), (1, 1, 1));
}

async fn the_right_password_signs_in(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    for email in ["owner@acme.example", "OWNER@Acme.Example", " owner@acme.example "] {
        let inside = with_password(&acme.visitor().await, (email, PASSWORD), Knock::default())
            .await
            .unwrap()
            .inside()
            .unwrap();
        assert_eq!(acme.member(&inside.session).await.unwrap().user().email.as_str(), "owner@acme.example");
    }
}

async fn everything_else_gets_one_and_the_same_answer(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    acme.owner().await;
    beta.owner().await;
    let owner = acme.user("owner@acme.example").await;
    let mut only_sso = owner.clone();
    only_sso.id = vestibule_model::id::UserId::from_bytes([1; 16]);
    only_sso.email = vestibule_model::email::Email::parse("sso@acme.example").unwrap();
    only_sso.logins = Logins::SSO;
    only_sso.role = Role::Member;
    acme.add(only_sso).await;
    let visitor = acme.visitor().await;
    let before = world.dump();
    let huge = "x".repeat(100_000);
    let mut answers = Vec::new();
    for (email, password) in [
        ("owner@acme.example", "seven green umbrella"),
        ("owner@acme.example", ""),
        ("owner@acme.example", huge.as_str()),
        ("nobody@acme.example", PASSWORD),
        ("no address", PASSWORD),
        ("sso@acme.example", PASSWORD),
        ("owner@beta.example", PASSWORD),
        ("owner@acme.example\u{0}", PASSWORD),
    ] {
        let error = with_password(&visitor, (email, password), Knock::default()).await.err().unwrap();
        answers.push((error.kind(), error.message().to_owned(), error.advice().map(str::to_owned)));
    }
    assert_eq!(world.dump(), before, "no session was begun");
    for (status, logins) in
        [(Status::Inactive, owner.logins), (Status::Pending, owner.logins), (Status::Active, Logins::SSO)]
    {
        acme.change("owner@acme.example", |owner| {
            owner.status = status;
            owner.logins = logins;
        })
        .await;
        let error =
            with_password(&visitor, ("owner@acme.example", PASSWORD), Knock::default()).await.err().unwrap();
        answers.push((error.kind(), error.message().to_owned(), error.advice().map(str::to_owned)));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, Kind::Invalid);
}

async fn s09_a_password_is_nowhere_in_the_database(world: &World) {
    let acme = world.account("acme").await;
    acme.owner().await;
    let secrets = [PASSWORD, acme.owner_token.as_str()];
    let tables = world.dump();
    for (table, rows) in &tables {
        // The mail to the owner carries the link: that is what it is for.
        let found = secrets.iter().any(|secret| rows.contains(secret));
        assert_eq!(found, table == "outbox", "{table}");
    }
    assert!(tables["passwords"].contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

async fn identify_sends_nobody_astray_and_tells_nothing(world: &World) {
    let acme = world.account("acme").await;
    let visitor = acme.visitor().await;
    assert_eq!(identify(&visitor, "owner@acme.example").await.unwrap(), Way::Password);
    assert_eq!(identify(&visitor, "nobody@acme.example").await.unwrap(), Way::Password);
    acme.apply(acme.usual()).await;
    let visitor = acme.visitor().await;
    assert_eq!(identify(&visitor, "owner@acme.example").await.unwrap(), Way::Password);
    assert!(matches!(identify(&visitor, "nobody@acme.example").await.unwrap(), Way::Sso(_)));
    acme.change("owner@acme.example", |owner| owner.logins.sso = true).await;
    assert!(matches!(identify(&visitor, "owner@acme.example").await.unwrap(), Way::Sso(_)));
    assert_eq!(identify(&visitor, "no address").await.unwrap_err().kind(), Kind::Invalid);
}

async fn a_password_that_was_stolen_elsewhere_is_refused_wherever_one_is_set(world: &World) {
    let acme = world.account("acme").await;
    let stolen = "correct horse battery staple";
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, stolen.as_bytes());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    let path = world.folder.path().join("stolen.txt");
    std::fs::write(&path, format!("{hash}:120\n")).unwrap();
    let list = vestibule_app::sign_in::BreachedList::open(&path).unwrap();
    let node = acme.at(&world.configured(|deployment| deployment.breached = Some(list)).await);
    let visitor = node.visitor().await;
    let refused = links::set_password(&visitor, &acme.owner_token, stolen).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Invalid);
    assert!(refused.message().contains("stolen"), "{refused}");
    let session = links::set_password(&visitor, &acme.owner_token, PASSWORD).await.unwrap().inside().unwrap();
    let member = node.member(&session.session).await.unwrap();
    let change =
        vestibule_app::sign_in::forgotten::change(&member, (PASSWORD, stolen), Knock::default()).await;
    assert_eq!(change.err().unwrap().kind(), Kind::Invalid);
}
