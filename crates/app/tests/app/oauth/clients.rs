//! Clients: registered, acting for themselves, asking about tokens, revoked.

use super::{
    asking, by_client, by_code, by_refresh, code, exchange, opened, query, refused, register, text, waiting,
};
use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use base64::Engine as _;
use serde_json::{Value, json};
use vestibule_app::authorize::{self, Code, Created, Decision, NewClient};
use vestibule_app::{Kind, PeopleCtx, tokens};
use vestibule_model::token::State;
use vestibule_model::user::Role;

cases! {
    a_client_acts_for_itself_with_its_secret_in_the_header_or_in_the_form,
    s11_a_client_with_a_wrong_secret_gets_nothing,
    t17_a_client_that_is_revoked_ends_with_everything_that_it_got,
    t17_a_client_rests_while_whoever_registered_it_is_no_administrator,
    s11_a_client_learns_of_its_own_tokens_alone,
    a_token_is_given_back_and_a_refresh_token_takes_its_grant_along,
    what_cannot_be_a_client_is_refused_with_the_reason,
    t06_an_administrator_sees_and_revokes_no_client_of_another_account,
    the_server_describes_only_what_there_is,
    access_tokens_are_no_rows_of_the_list_of_api_tokens,
}

async fn operator(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

fn basic(client: &Created) -> String {
    let text = format!("{}:{}", client.id, client.secret);
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

async fn asked(account: &Account, client: &Created, token: &str) -> Value {
    let form = query(&[("token", token), ("token_type_hint", "made_up")]);
    authorize::introspect(&account.app, Some(&basic(client)), &form).await.unwrap()
}

async fn given_back(account: &Account, client: &Created, token: &str) {
    authorize::take_back(&account.app, Some(&basic(client)), &query(&[("token", token)])).await.unwrap();
}

async fn a_client_acts_for_itself_with_its_secret_in_the_header_or_in_the_form(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2", "users:read"]).await;
    let form = query(&[("grant_type", "client_credentials"), ("scope", "scim2")]);
    let by_header = authorize::exchange(&world.app, Some(&basic(&client)), &form).await.unwrap();
    assert_eq!((text(&by_header, "scope"), by_header.get("refresh_token")), ("scim2", None));
    let by_form = by_client(&world.app, &client).await.unwrap();
    assert_eq!(text(&by_form, "scope"), "scim2 users:read");
    for answer in [&by_header, &by_form] {
        assert_eq!(opened(&world.app, answer).await.unwrap().account().id, acme.id);
    }
    let more = [("grant_type", "client_credentials"), ("scope", "users:write")];
    assert_eq!(refused(exchange(&world.app, &client, &more).await), Code::InvalidScope);
}

async fn s11_a_client_with_a_wrong_secret_gets_nothing(world: &World) {
    let acme = world.account("acme").await;
    let (client, other) = (register(&acme, &["scim2"]).await, register(&acme, &["scim2"]).await);
    let form = query(&[("grant_type", "client_credentials")]);
    for (id, secret) in [
        (client.id.as_str(), other.secret.as_str()),
        (&client.id, &client.secret[..54]),
        (&client.id, "x"),
        ("x", &client.secret),
        (&client.id.replace("cli_0", "cli_1"), &client.secret),
    ] {
        let header =
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")));
        assert_eq!(refused(authorize::exchange(&world.app, Some(&header), &form).await), Code::InvalidClient);
        assert!(authorize::introspect(&world.app, Some(&header), "token=x").await.is_err());
        assert!(authorize::take_back(&world.app, Some(&header), "token=x").await.is_err());
    }
    assert_eq!(refused(authorize::exchange(&world.app, None, &form).await), Code::InvalidClient);
    by_client(&world.app, &client).await.unwrap();
}

async fn t17_a_client_that_is_revoked_ends_with_everything_that_it_got(world: &World) {
    let acme = world.account("acme").await;
    let (client, kept) = (register(&acme, &["scim2"]).await, register(&acme, &["scim2"]).await);
    let owner = acme.owner().await;
    let answer = by_code(&world.app, &client, &code(&owner, &world.app, &client).await).await.unwrap();
    let (own, others) =
        (by_client(&world.app, &client).await.unwrap(), by_client(&world.app, &kept).await.unwrap());
    let request = waiting(&world.app, &asking(&client, &[])).await;
    let pending = code(&owner, &world.app, &client).await;
    let revoked = authorize::revoke(&owner.people(), &client.id).await.unwrap();
    assert_eq!(revoked.state, State::Revoked);
    for answer in [&answer, &own] {
        assert_eq!(opened(&world.app, answer).await.err().unwrap().kind(), Kind::Unauthenticated);
    }
    assert_eq!(
        refused(by_refresh(&world.app, &client, text(&answer, "refresh_token")).await),
        Code::InvalidClient
    );
    assert_eq!(refused(by_code(&world.app, &client, &pending).await), Code::InvalidClient);
    assert!(authorize::inspect(&owner, &request).await.is_err());
    assert!(authorize::decide(&owner, &request, Decision::Allow).await.is_err());
    assert!(authorize::begin(&world.app, &asking(&client, &[])).await.is_err());
    opened(&world.app, &others).await.unwrap();
    by_client(&world.app, &kept).await.unwrap();
}

async fn t17_a_client_rests_while_whoever_registered_it_is_no_administrator(world: &World) {
    let acme = world.acme().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    acme.change("anna@acme.example", |user| user.role = Role::Admin).await;
    let anna = acme.member(&session).await.unwrap().admin().unwrap().people();
    let wanted = NewClient { scopes: vec!["scim2".to_owned()], ..NewClient::default() };
    let client = authorize::create(&anna, &wanted).await.unwrap();
    let answer = by_client(&world.app, &client).await.unwrap();
    acme.change("anna@acme.example", |user| user.role = Role::Member).await;
    assert_eq!(refused(by_client(&world.app, &client).await), Code::UnauthorizedClient);
    assert!(opened(&world.app, &answer).await.is_err());
    assert_eq!(authorize::list(&operator(&acme).await).await.unwrap()[0].state, State::Resting);
    acme.change("anna@acme.example", |user| user.role = Role::Admin).await;
    opened(&world.app, &answer).await.unwrap();
    by_client(&world.app, &client).await.unwrap();
}

async fn s11_a_client_learns_of_its_own_tokens_alone(world: &World) {
    let acme = world.account("acme").await;
    let (client, other) = (register(&acme, &["scim2"]).await, register(&acme, &["scim2"]).await);
    let foreign = register(&world.account("beta").await, &["scim2"]).await;
    let owner = acme.owner().await;
    let answer = by_code(&world.app, &client, &code(&owner, &world.app, &client).await).await.unwrap();
    let (access, refresh) = (text(&answer, "access_token"), text(&answer, "refresh_token"));
    let said = asked(&acme, &client, access).await;
    assert_eq!((&said["active"], &said["client_id"]), (&true.into(), &client.id.as_str().into()));
    assert_eq!((&said["sub"], &said["scope"]), (&owner.user().id.to_string().into(), &"scim2".into()));
    assert_eq!(asked(&acme, &client, refresh).await.get("token_type"), None);
    let api = tokens::NewToken { scopes: vec!["scim2".to_owned()], ..tokens::NewToken::default() };
    let api = tokens::create(&operator(&acme).await, &api).await.unwrap().token;
    for (who, token) in [
        (&other, access),
        (&foreign, access),
        (&other, refresh),
        (&client, &api),
        (&client, "x"),
        (&client, &access[..50]),
    ] {
        assert_eq!(asked(&acme, who, token).await, json!({ "active": false }));
        given_back(&acme, who, token).await;
    }
    opened(&world.app, &answer).await.unwrap();
    world.app.api(&api).await.unwrap();
    assert_eq!(asked(&acme, &client, refresh).await["active"], true);
}

async fn a_token_is_given_back_and_a_refresh_token_takes_its_grant_along(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    let owner = acme.owner().await;
    let answer = by_code(&world.app, &client, &code(&owner, &world.app, &client).await).await.unwrap();
    given_back(&acme, &client, text(&answer, "access_token")).await;
    assert_eq!(asked(&acme, &client, text(&answer, "access_token")).await["active"], false);
    let next = by_refresh(&world.app, &client, text(&answer, "refresh_token")).await.unwrap();
    opened(&world.app, &next).await.unwrap();
    given_back(&acme, &client, text(&next, "refresh_token")).await;
    assert!(opened(&world.app, &next).await.is_err());
    assert_eq!(
        refused(by_refresh(&world.app, &client, text(&next, "refresh_token")).await),
        Code::InvalidGrant
    );
}

async fn what_cannot_be_a_client_is_refused_with_the_reason(world: &World) {
    let acme = world.account("acme").await;
    let ctx = operator(&acme).await;
    let good = NewClient { scopes: vec!["scim2".to_owned()], ..NewClient::default() };
    let many = (0..11).map(|number| format!("https://a.example/{number}")).collect();
    for (redirect_uris, scopes, key) in [
        (vec!["http://a.example/".to_owned()], good.scopes.clone(), "redirect"),
        (many, good.scopes.clone(), "redirect"),
        (Vec::new(), Vec::new(), "scope"),
    ] {
        let wanted = NewClient { redirect_uris, scopes, ..NewClient::default() };
        let error = authorize::create(&ctx, &wanted).await.err().unwrap();
        assert_eq!((error.kind(), error.key()), (Kind::Invalid, Some(key)), "{error}");
    }
    authorize::create(&ctx, &good).await.unwrap();
}

async fn t06_an_administrator_sees_and_revokes_no_client_of_another_account(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    let (ours, theirs) = (register(&acme, &["scim2"]).await, register(&beta, &["scim2"]).await);
    let owner = acme.owner().await.people();
    let seen: Vec<_> = authorize::list(&owner).await.unwrap().into_iter().map(|client| client.id).collect();
    assert_eq!(seen, [ours.id.as_str()]);
    let (client, account) = (theirs.id.split('.').next().unwrap(), ours.id.split('.').nth(1).unwrap());
    for id in [theirs.id.clone(), format!("{client}.{account}"), "x".to_owned()] {
        assert_eq!(authorize::revoke(&owner, &id).await.err().unwrap().kind(), Kind::NotFound, "{id}");
    }
    by_client(&world.app, &theirs).await.unwrap();
    authorize::revoke_as_operator(&world.app.operator(), &theirs.id).await.unwrap();
    assert_eq!(refused(by_client(&world.app, &theirs).await), Code::InvalidClient);
}

async fn the_server_describes_only_what_there_is(world: &World) {
    let said = authorize::description(&world.app);
    assert_eq!(said["issuer"], "https://vestibule.example");
    assert_eq!(said["token_endpoint"], "https://vestibule.example/oauth/token");
    assert_eq!(said["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(said["authorization_response_iss_parameter_supported"], true);
    for absent in ["jwks_uri", "registration_endpoint", "userinfo_endpoint"] {
        assert!(said.get(absent).is_none(), "{absent}");
    }
}

async fn access_tokens_are_no_rows_of_the_list_of_api_tokens(world: &World) {
    let acme = world.account("acme").await;
    let client = register(&acme, &["scim2"]).await;
    let answer = by_client(&world.app, &client).await.unwrap();
    assert!(tokens::list(&operator(&acme).await).await.unwrap().is_empty());
    let id = opened(&world.app, &answer).await.unwrap().client().token;
    assert_eq!(tokens::revoke(&operator(&acme).await, id).await.unwrap().state, State::Revoked);
    assert!(opened(&world.app, &answer).await.is_err());
}
