//! Refresh tokens: each is used once.

use super::{by_code, by_refresh, code, exchange, opened, refused, register, text};
use crate::cases;
use crate::world::{MILLISECOND, World, hours};
use serde_json::Value;
use vestibule_app::authorize::{Code, Created};
use vestibule_app::{AdminCtx, Kind, jobs};

cases! {
    a_refresh_token_gives_the_next_one_and_a_new_access_token,
    s11_a_refresh_token_that_is_used_twice_ends_its_family_and_no_other,
    s11_of_many_who_use_a_refresh_token_at_once_at_most_one_gets_a_token,
    s11_a_refresh_token_of_another_client_is_refused_and_ends_its_family,
    a_refresh_token_can_ask_for_less_and_never_for_more,
    a_refresh_token_that_nobody_uses_ends_after_half_a_year,
}

async fn granted(world: &World) -> (Created, Value) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2", "users:read"]).await;
    let answer = again(world, &acme.owner().await, &client).await;
    (client, answer)
}

/// What a client gets that is permitted once more.
async fn again(world: &World, admin: &AdminCtx, client: &Created) -> Value {
    let code = code(admin, &world.app, client).await;
    by_code(&world.app, client, &code).await.unwrap()
}

async fn a_refresh_token_gives_the_next_one_and_a_new_access_token(world: &World) {
    let (client, mut answer) = granted(world).await;
    for _ in 0..3 {
        world.time.pass(hours(3));
        let next = by_refresh(&world.app, &client, text(&answer, "refresh_token")).await.unwrap();
        assert_ne!(next["refresh_token"], answer["refresh_token"]);
        assert_eq!(text(&next, "scope"), "scim2 users:read");
        opened(&world.app, &next).await.unwrap();
        answer = next;
    }
}

async fn s11_a_refresh_token_that_is_used_twice_ends_its_family_and_no_other(world: &World) {
    let acme = world.account("acme").await;
    let (client, owner) = (register(&acme, &["scim2"]).await, acme.owner().await);
    let (first, beside) = (again(world, &owner, &client).await, again(world, &owner, &client).await);
    let second = by_refresh(&world.app, &client, text(&first, "refresh_token")).await.unwrap();
    opened(&world.app, &second).await.unwrap();
    assert_eq!(
        refused(by_refresh(&world.app, &client, text(&first, "refresh_token")).await),
        Code::InvalidGrant
    );
    for answer in [&first, &second] {
        assert_eq!(opened(&world.app, answer).await.err().unwrap().kind(), Kind::Unauthenticated);
        let renewed = by_refresh(&world.app, &client, text(answer, "refresh_token")).await;
        assert_eq!(refused(renewed), Code::InvalidGrant);
    }
    opened(&world.app, &beside).await.unwrap();
    by_refresh(&world.app, &client, text(&beside, "refresh_token")).await.unwrap();
}

async fn s11_of_many_who_use_a_refresh_token_at_once_at_most_one_gets_a_token(world: &World) {
    let (client, answer) = granted(world).await;
    let token = text(&answer, "refresh_token");
    let use_it = || by_refresh(&world.app, &client, token);
    let (a, b, c, d) = tokio::join!(use_it(), use_it(), use_it(), use_it());
    let got: Vec<_> = [a, b, c, d].into_iter().filter_map(Result::ok).collect();
    assert!(got.len() <= 1, "{} got one", got.len());
    for answer in &got {
        assert!(opened(&world.app, answer).await.is_err(), "the family is over, since it was used twice");
    }
}

async fn s11_a_refresh_token_of_another_client_is_refused_and_ends_its_family(world: &World) {
    let (client, answer) = granted(world).await;
    let account = opened(&world.app, &answer).await.unwrap().account().clone();
    let other = register(&world.found(account.label, account.id), &["scim2"]).await;
    let beta = register(&world.account("beta").await, &["scim2"]).await;
    let token = text(&answer, "refresh_token");
    assert_eq!(refused(by_refresh(&world.app, &beta, token).await), Code::InvalidGrant);
    opened(&world.app, &answer).await.unwrap();
    assert_eq!(refused(by_refresh(&world.app, &other, token).await), Code::InvalidGrant);
    assert!(opened(&world.app, &answer).await.is_err());
    assert_eq!(refused(by_refresh(&world.app, &client, token).await), Code::InvalidGrant);
}

async fn a_refresh_token_can_ask_for_less_and_never_for_more(world: &World) {
    let (client, answer) = granted(world).await;
    let ask = async |token: &str, scope: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        exchange(&world.app, &client, &form).await
    };
    let token = text(&answer, "refresh_token");
    assert_eq!(refused(ask(token, "users:write").await), Code::InvalidScope);
    let less = ask(token, "scim2:read").await.unwrap();
    assert_eq!(text(&less, "scope"), "scim2:read");
    let whole = by_refresh(&world.app, &client, text(&less, "refresh_token")).await.unwrap();
    assert_eq!(text(&whole, "scope"), "scim2 users:read", "the grant itself is what it was");
}

async fn a_refresh_token_that_nobody_uses_ends_after_half_a_year(world: &World) {
    let (client, answer) = granted(world).await;
    world.time.pass(hours(180 * 24) - MILLISECOND);
    let next = by_refresh(&world.app, &client, text(&answer, "refresh_token")).await.unwrap();
    world.time.pass(hours(180 * 24));
    assert_eq!(
        refused(by_refresh(&world.app, &client, text(&next, "refresh_token")).await),
        Code::InvalidGrant
    );
    jobs::forget(&world.app).await.unwrap();
    for table in ["oauth_grants", "oauth_refresh_tokens", "tokens", "token_hashes"] {
        assert_eq!(world.count(table), 0, "{table}");
    }
}
