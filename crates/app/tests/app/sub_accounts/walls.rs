//! What neither account of a family may do to the other, or learn of it (T19).

use super::{ANNA, Sent, anna, family, owner, sending, sign_in};
use crate::account::PASSWORD;
use crate::browser::{Browser, requested};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::sign_in::{Finished, Knock, with_password};
use vestibule_app::sso::test::{self, Which};
use vestibule_app::users::{self, Whom};
use vestibule_app::{Kind, cures, response_log};
use vestibule_model::email::Email;
use vestibule_model::response_log::Filter;
use vestibule_model::user::Role;

cases! {
    t19_an_administrator_of_a_sub_account_never_sees_the_log_above_and_nobody_above_its_people,
    t19_no_mapping_above_makes_or_becomes_an_owner_below,
    t19_an_administrator_above_mends_nobody_below,
    a_test_sign_in_says_which_sub_account_and_changes_nothing_in_either,
}

async fn t19_an_administrator_of_a_sub_account_never_sees_the_log_above_and_nobody_above_its_people(
    world: &World,
) {
    let (acme, beta) = family(world).await;
    let signed_in = sign_in(&acme, &beta, &anna()).await;
    let (above, below) = (owner(&acme).await, owner(&beta).await);
    let all = Filter { limit: 100, ..Filter::default() };
    assert_eq!(response_log::search(&above, &all).await.unwrap().len(), 1, "its own identity provider");
    assert!(response_log::detail(&above, signed_in.tracking_id).await.is_ok());
    assert_eq!(response_log::search(&below, &all).await.unwrap().len(), 0);
    let by_id = Filter { tracking_id: Some(signed_in.tracking_id), ..all.clone() };
    assert_eq!(response_log::search(&below, &by_id).await.unwrap().len(), 0);
    let refused = response_log::detail(&below, signed_in.tracking_id).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);

    let whom = Whom::Address(Email::parse(ANNA).unwrap());
    assert!(users::show(&below.people(), &whom).await.is_ok());
    assert_eq!(users::show(&above.people(), &whom).await.unwrap_err().kind(), Kind::NotFound);
    let by_id = Whom::from(beta.user(ANNA).await.id);
    assert_eq!(users::show(&above.people(), &by_id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(users::deactivate(&above.people(), &by_id).await.unwrap_err().kind(), Kind::NotFound);
    assert!(beta.is_in(&signed_in.session).await);
    users::deactivate(&below.people(), &by_id).await.unwrap();
    assert!(!beta.is_in(&signed_in.session).await);

    // The other way round: what the sub-account's own identity provider said is its own.
    beta.apply(beta.usual()).await;
    let own = beta.sign_in(&Person::of("eve@beta.example")).await;
    assert!(response_log::detail(&below, own.tracking_id).await.is_ok());
    let refused = response_log::detail(&above, own.tracking_id).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::NotFound);
}

async fn t19_no_mapping_above_makes_or_becomes_an_owner_below(world: &World) {
    let (acme, beta) = family(world).await;
    let everybody = toml::Table::from_iter([
        ("otherwise".to_owned(), toml::Value::from(true)),
        ("result".to_owned(), "admin".into()),
    ]);
    acme.apply(sending(&acme).set(["mapping", "role"], vec![everybody.clone()])).await;
    sign_in(&acme, &beta, &anna()).await;
    assert_eq!(beta.user(ANNA).await.role, Role::Member);
    let mut owner_by_rule = everybody;
    owner_by_rule.insert("result".to_owned(), "owner".into());
    let wanted = sending(&acme).set(["mapping", "role"], vec![owner_by_rule]);
    assert!(acme.plan(&wanted).await.unwrap_err().to_string().contains("no rule makes an owner"));

    // Whom the identity provider above calls the owner of beta does not come in as that.
    let refused = acme.refusal(&Person::of("owner@beta.example").with("division", &["beta"])).await;
    assert_eq!(refused.code, Some(1014));
    assert!(refused.trace.last().unwrap().found.contains("the owner of beta"), "{refused:?}");
    let before = owner(&beta).await;
    assert!(!before.user().logins.sso);
    assert!(
        with_password(&beta.visitor().await, ("owner@beta.example", PASSWORD), Knock::default())
            .await
            .is_ok()
    );

    // The owner above is sent nowhere, and stays the owner.
    let signed_in = acme.sign_in(&Person::of("owner@acme.example").with("division", &["beta"])).await;
    assert_eq!(acme.member(&signed_in.session).await.unwrap().user().role, Role::Owner);

    // An administrator whom beta made stays one.
    beta.change(ANNA, |user| user.role = Role::Admin).await;
    sign_in(&acme, &beta, &anna()).await;
    assert_eq!(beta.user(ANNA).await.role, Role::Admin);
}

async fn t19_an_administrator_above_mends_nobody_below(world: &World) {
    let (acme, beta) = family(world).await;
    acme.apply(sending(&acme).set(["sso", "provision"], "prior_to_sign_in")).await;
    beta.add(crate::admission::known(vestibule_model::user::Logins::WORK_EMAIL)).await;
    let above = owner(&acme).await;
    let error = acme.attempt(&anna()).await.unwrap_err();
    let tracking_id = error.tracking_id().unwrap();
    let explained = response_log::detail(&above, tracking_id).await.unwrap();
    assert_eq!(explained.entry.code.map(|code| code.number()), Some(1020));
    assert!(cures::offer(&above, &explained).await.unwrap().is_none());
    assert!(cures::mend(&above, tracking_id, "add-sso-login").await.is_err());
    assert!(!beta.user(ANNA).await.logins.sso);
    // Its own administrators do.
    let whom = Whom::from(beta.user(ANNA).await.id);
    users::add_sso_login(&owner(&beta).await.people(), &whom).await.unwrap();
    sign_in(&acme, &beta, &anna()).await;
}

async fn a_test_sign_in_says_which_sub_account_and_changes_nothing_in_either(world: &World) {
    let (acme, beta) = family(world).await;
    acme.apply(sending(&acme).set(["sso", "clock_skew"], "60s").set(["sso", "draft"], true)).await;
    let admin = owner(&acme).await;
    let id = acme.overview(&admin).await.id;
    let started = test::start(&admin, id, Which::Draft, None).await.unwrap();
    let browser = Browser { binding: Some(started.browser.clone()), ..Browser::default() };
    let before = world.dump();
    let answer = acme.idp.answer(&acme, &requested(&started.go), &anna());
    let Ok(Finished::Tested { tracking_id }) = browser.post(&acme, &answer.form_value()).await else {
        panic!("this is a test")
    };
    let after = world.dump();
    for table in ["users", "emails", "seats", "sessions", "hand_overs", "links"] {
        assert_eq!(before[table], after[table], "{table}");
    }
    let would = test::report(&admin, tracking_id).await.unwrap().detail.test.unwrap().would.unwrap();
    assert_eq!((would.email.as_str(), would.sub_account.as_deref()), (ANNA, Some("beta")));
    let sent = Sent::begun(&acme, &anna()).await;
    sent.arrive(&acme, &beta).await;
}
