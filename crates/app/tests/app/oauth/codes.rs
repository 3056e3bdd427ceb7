//! From an authorization request to an access token.

use super::{
    CALLBACK, VERIFIER, asking, by_code, code, exchange, opened, parameters, refused, register, text, waiting,
};
use crate::cases;
use crate::provider::Person;
use crate::world::{MILLISECOND, World, hours, minutes};
use jiff::SignedDuration;
use vestibule_app::authorize::{self, Begun, Code, Decision};
use vestibule_app::{Kind, jobs};
use vestibule_model::token::{Access, Scope};
use vestibule_model::user::{Role, Status};

cases! {
    an_administrator_permits_a_client_and_its_token_opens_the_account_for_two_hours,
    s11_nothing_is_sent_to_an_address_that_is_not_registered_letter_by_letter,
    s11_what_is_wrong_with_a_request_is_told_to_the_client_and_names_the_issuer,
    s11_a_code_is_used_once_and_a_second_use_ends_what_came_of_the_first,
    s11_a_code_is_bound_to_client_address_and_verifier_and_is_used_up_by_a_wrong_one,
    a_code_is_good_for_a_minute,
    an_administrator_who_says_no_is_heard_and_a_request_is_answered_once,
    s07_of_requests_that_wait_the_newest_two_hundred_of_an_account_are_kept,
    t06_an_administrator_of_another_account_answers_no_request,
    t17_what_an_administrator_permitted_rests_while_they_are_none,
}

async fn an_administrator_permits_a_client_and_its_token_opens_the_account_for_two_hours(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2", "users:read"]).await;
    let request = waiting(&world.app, &asking(&client, &[("scope", "scim2:read")])).await;
    let owner = acme.owner().await;
    let question = authorize::inspect(&owner, &request).await.unwrap();
    assert_eq!((question.client.as_str(), question.host.as_str()), ("Provisioner", "client.example"));
    assert_eq!(question.scopes.iter().collect::<Vec<_>>(), [Scope::Scim2Read]);
    let url = authorize::decide(&owner, &request, Decision::Allow).await.unwrap();
    assert!(url.starts_with("https://client.example/callback?fixed=1&code=vsc_"), "{url}");
    let said = parameters(&url);
    assert_eq!((said["state"].as_str(), said["iss"].as_str()), ("st&te", "https://vestibule.example"));
    let answer = by_code(&world.app, &client, &said["code"]).await.unwrap();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &7200.into()));
    assert_eq!(text(&answer, "scope"), "scim2:read");
    let api = opened(&world.app, &answer).await.unwrap();
    assert_eq!((api.account().id, api.client().name.as_str()), (acme.id, "Provisioner"));
    api.scim(Access::Read).unwrap();
    assert!(api.scim(Access::Write).is_err() && api.users(Access::Read).is_err());
    world.time.pass(hours(2) - MILLISECOND);
    opened(&world.app, &answer).await.unwrap();
    world.time.pass(MILLISECOND);
    assert_eq!(opened(&world.app, &answer).await.err().unwrap().kind(), Kind::Unauthenticated);
    let dump = world.dump();
    for secret in
        [&said["code"], text(&answer, "access_token"), text(&answer, "refresh_token"), &client.secret]
    {
        assert!(!dump.values().any(|rows| rows.contains(secret)), "a secret is kept nowhere");
    }
}

async fn s11_nothing_is_sent_to_an_address_that_is_not_registered_letter_by_letter(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    for address in [
        "https://evil.example/callback?fixed=1",
        "https://client.example/callback",
        "https://client.example/callback?fixed=1&more=1",
        "https://client.example/callback?fixed=1#x",
        "https://CLIENT.example/callback?fixed=1",
        "https://client.example/x/../callback?fixed=1",
        "https://client.example:443/callback?fixed=1",
        "http://client.example/callback?fixed=1",
        "http://127.0.0.1:9001/cb",
        "javascript:alert(1)",
        "",
    ] {
        let error =
            authorize::begin(&world.app, &asking(&client, &[("redirect_uri", address)])).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{address}");
    }
    for stranger in ["", "x", "cli_1.acc_1", &client.id.replace("cli_0", "cli_1")] {
        let error =
            authorize::begin(&world.app, &asking(&client, &[("client_id", stranger)])).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{stranger}");
    }
    for registered in [CALLBACK, "http://127.0.0.1:9000/cb"] {
        waiting(&world.app, &asking(&client, &[("redirect_uri", registered)])).await;
    }
    assert_eq!(world.count("oauth_requests"), 2);
}

async fn s11_what_is_wrong_with_a_request_is_told_to_the_client_and_names_the_issuer(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    for (changed, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "users:read"), "invalid_scope"),
        (("scope", "scim2 everything"), "invalid_scope"),
    ] {
        let Begun::Answer(url) = authorize::begin(&world.app, &asking(&client, &[changed])).await.unwrap()
        else {
            panic!("{changed:?} is asked about");
        };
        assert!(url.starts_with(CALLBACK), "{url}");
        let said = parameters(&url);
        assert_eq!((said["error"].as_str(), said["state"].as_str()), (error, "st&te"), "{changed:?}");
        assert_eq!(said["iss"], "https://vestibule.example");
    }
    let twice = format!("{}&client_id={}", asking(&client, &[]), client.id);
    assert_eq!(authorize::begin(&world.app, &twice).await.unwrap_err().kind(), Kind::Invalid);
    waiting(&world.app, &asking(&client, &[("state", ""), ("scope", "scim2:read")])).await;
}

async fn s11_a_code_is_used_once_and_a_second_use_ends_what_came_of_the_first(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    let owner = acme.owner().await;
    let (first, other) = (code(&owner, &world.app, &client).await, code(&owner, &world.app, &client).await);
    let answer = by_code(&world.app, &client, &first).await.unwrap();
    let beside = by_code(&world.app, &client, &other).await.unwrap();
    opened(&world.app, &answer).await.unwrap();
    assert_eq!(refused(by_code(&world.app, &client, &first).await), Code::InvalidGrant);
    assert_eq!(opened(&world.app, &answer).await.err().unwrap().kind(), Kind::Unauthenticated);
    let renewed = super::by_refresh(&world.app, &client, text(&answer, "refresh_token")).await;
    assert_eq!(refused(renewed), Code::InvalidGrant);
    opened(&world.app, &beside).await.unwrap();
}

async fn s11_a_code_is_bound_to_client_address_and_verifier_and_is_used_up_by_a_wrong_one(world: &World) {
    let acme = world.account("acme").await;
    let (client, other) = (register(&acme, &["scim2"]).await, register(&acme, &["scim2"]).await);
    let beta = world.account("beta").await;
    let foreign = register(&beta, &["scim2"]).await;
    let owner = acme.owner().await;
    for (who, redirect_uri, verifier) in [
        (&other, CALLBACK, VERIFIER),
        (&client, "http://127.0.0.1:9000/cb", VERIFIER),
        (&client, CALLBACK, "another-verifier-that-is-long-enough-for-rfc-7636"),
    ] {
        let code = code(&owner, &world.app, &client).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        assert_eq!(refused(exchange(&world.app, who, &form).await), Code::InvalidGrant);
        assert_eq!(refused(by_code(&world.app, &client, &code).await), Code::InvalidGrant, "it is used up");
    }
    let code = code(&owner, &world.app, &client).await;
    assert_eq!(refused(by_code(&world.app, &foreign, &code).await), Code::InvalidGrant);
    assert_eq!(refused(by_code(&world.app, &client, &code[..50]).await), Code::InvalidGrant);
    by_code(&world.app, &client, &code).await.unwrap();
}

async fn a_code_is_good_for_a_minute(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    let owner = acme.owner().await;
    let [late, timely] = [code(&owner, &world.app, &client).await, code(&owner, &world.app, &client).await];
    world.time.pass(SignedDuration::from_secs(60) - MILLISECOND);
    by_code(&world.app, &client, &timely).await.unwrap();
    world.time.pass(MILLISECOND);
    assert_eq!(refused(by_code(&world.app, &client, &late).await), Code::InvalidGrant);
    assert_eq!(world.count("oauth_codes"), 2);
    world.time.pass(hours(24));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("oauth_codes"), 0);
}

async fn an_administrator_who_says_no_is_heard_and_a_request_is_answered_once(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    let owner = acme.owner().await;
    let request = waiting(&world.app, &asking(&client, &[])).await;
    let url = authorize::decide(&owner, &request, Decision::Deny).await.unwrap();
    let said = parameters(&url);
    assert_eq!((said["error"].as_str(), said.get("code")), ("access_denied", None));
    for decision in [Decision::Allow, Decision::Deny] {
        let error = authorize::decide(&owner, &request, decision).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
    }
    let (late, timely) =
        (waiting(&world.app, &asking(&client, &[])).await, waiting(&world.app, &asking(&client, &[])).await);
    world.time.pass(minutes(15) - MILLISECOND);
    authorize::decide(&owner, &timely, Decision::Allow).await.unwrap();
    world.time.pass(MILLISECOND);
    assert_eq!(authorize::inspect(&owner, &late).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(authorize::decide(&owner, &late, Decision::Allow).await.unwrap_err().kind(), Kind::NotFound);
}

async fn s07_of_requests_that_wait_the_newest_two_hundred_of_an_account_are_kept(world: &World) {
    let (acme, globex) = (world.account("acme").await, world.account("globex").await);
    let (client, other) = (register(&acme, &["scim2"]).await, register(&globex, &["scim2"]).await);
    let first = waiting(&world.app, &asking(&client, &[])).await;
    let theirs = waiting(&world.app, &asking(&other, &[])).await;
    for _ in 0..authorize::MOST_WAITING {
        world.time.pass(MILLISECOND);
        waiting(&world.app, &asking(&client, &[])).await;
    }
    assert_eq!(world.count("oauth_requests"), authorize::MOST_WAITING as usize + 1);
    let owner = acme.owner().await;
    let over = authorize::inspect(&owner, &first).await.unwrap_err();
    assert_eq!(over.kind(), Kind::NotFound, "the oldest made way");
    let next = waiting(&world.app, &asking(&client, &[])).await;
    authorize::inspect(&owner, &next).await.unwrap();
    let neighbor = globex.owner().await;
    authorize::inspect(&neighbor, &theirs).await.unwrap();
}

async fn t06_an_administrator_of_another_account_answers_no_request(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    let client = register(&acme, &["scim2"]).await;
    let request = waiting(&world.app, &asking(&client, &[])).await;
    let stranger = beta.owner().await;
    assert_eq!(authorize::inspect(&stranger, &request).await.unwrap_err().kind(), Kind::NotFound);
    let decided = authorize::decide(&stranger, &request, Decision::Allow).await;
    assert_eq!(decided.unwrap_err().kind(), Kind::NotFound);
    authorize::decide(&acme.owner().await, &request, Decision::Allow).await.unwrap();
}

async fn t17_what_an_administrator_permitted_rests_while_they_are_none(world: &World) {
    let acme = world.acme().await;
    let client = register(&acme, &["scim2"]).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    acme.change("anna@acme.example", |user| user.role = Role::Admin).await;
    let anna = acme.member(&session).await.unwrap().admin().unwrap();
    let hers = by_code(&world.app, &client, &code(&anna, &world.app, &client).await).await.unwrap();
    let owners = code(&acme.owner().await, &world.app, &client).await;
    let owners = by_code(&world.app, &client, &owners).await.unwrap();
    let pending = code(&anna, &world.app, &client).await;
    let refresh = text(&hers, "refresh_token");
    for (status, role) in [(Status::Inactive, Role::Admin), (Status::Active, Role::Member)] {
        acme.change("anna@acme.example", |user| (user.status, user.role) = (status, role)).await;
        assert_eq!(opened(&world.app, &hers).await.err().unwrap().kind(), Kind::Unauthenticated);
        assert_eq!(refused(super::by_refresh(&world.app, &client, refresh).await), Code::InvalidGrant);
        opened(&world.app, &owners).await.unwrap();
    }
    assert_eq!(refused(by_code(&world.app, &client, &pending).await), Code::InvalidGrant);
    acme.change("anna@acme.example", |user| user.role = Role::Admin).await;
    opened(&world.app, &hers).await.unwrap();
    super::by_refresh(&world.app, &client, refresh).await.unwrap();
}
