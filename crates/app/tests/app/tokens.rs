//! API tokens: who makes them, what they open, and what ends them.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::{MILLISECOND, World, hours, minutes};
use vestibule_app::tokens::{self, Created, NewToken, Summary};
use vestibule_app::{ApiCtx, Error, Kind, PeopleCtx, jobs};
use vestibule_model::token::{Access, Scope, State};
use vestibule_model::user::{Role, Status};

cases! {
    a_token_opens_its_account_with_its_scopes_and_no_other,
    s02_a_token_that_is_cut_off_changed_or_unknown_opens_nothing,
    s02_a_token_ends_at_its_time_and_not_before,
    t17_a_revoked_token_opens_nothing_at_once_on_every_node,
    t17_a_token_rests_while_whoever_made_it_is_no_active_administrator,
    several_tokens_live_beside_each_other_while_one_replaces_the_other,
    the_last_use_is_known_to_the_minute_and_no_request_writes_it,
    t06_an_administrator_sees_and_revokes_no_token_of_another_account,
    what_cannot_be_a_token_is_refused_with_the_reason,
    a_token_that_ended_is_forgotten_after_a_month,
    a_published_token_is_revoked_by_its_text,
}

fn wanted(scopes: &[&str]) -> NewToken {
    let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    NewToken { name: String::new(), scopes, lifetime: None }
}

async fn operator(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

async fn make(account: &Account, scopes: &[&str]) -> Created {
    tokens::create(&operator(account).await, &wanted(scopes)).await.unwrap()
}

async fn listed(account: &Account) -> Vec<Summary> {
    tokens::list(&operator(account).await).await.unwrap()
}

fn kind<T>(outcome: Result<T, Error>) -> Kind {
    let error = outcome.err().unwrap();
    assert!(error.advice().is_some(), "{error}");
    error.kind()
}

fn sentence(outcome: Result<ApiCtx, Error>) -> String {
    let error = outcome.err().unwrap();
    assert_eq!(error.kind(), Kind::Unauthenticated, "{error}");
    error.message().to_owned()
}

async fn a_token_opens_its_account_with_its_scopes_and_no_other(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    let [full, reading, other] = [
        make(&acme, &["scim2", "users:read"]).await,
        make(&acme, &["scim2:read"]).await,
        make(&beta, &["scim2"]).await,
    ];
    assert_eq!(full.scim_url.as_deref(), Some("https://vestibule.example/scim2"));
    assert_eq!((full.account.as_str(), full.expires_at), ("acme", None));
    let api = world.app.api(&full.token).await.unwrap();
    assert_eq!((api.account().id, api.client().token), (acme.id, full.id));
    assert_eq!(api.client().name, "scim2 users:read");
    assert_eq!(api.scim(Access::Write).unwrap().account().id, acme.id);
    assert_eq!(api.users(Access::Read).unwrap().access(), Access::Read);
    let missing = api.users(Access::Write).err().unwrap();
    assert_eq!((missing.kind(), missing.scope()), (Kind::Forbidden, Some(Scope::UsersWrite)));
    let api = world.app.api(&reading.token).await.unwrap();
    api.scim(Access::Read).unwrap();
    assert_eq!(kind(api.scim(Access::Write)), Kind::Forbidden);
    assert_eq!(kind(api.users(Access::Read)), Kind::Forbidden);
    assert_eq!(world.app.api(&other.token).await.unwrap().account().id, beta.id);
}

async fn s02_a_token_that_is_cut_off_changed_or_unknown_opens_nothing(world: &World) {
    let acme = world.account("acme").await;
    let token = make(&acme, &["scim2"]).await.token;
    world.app.api(&token).await.unwrap();
    for bad in ["", "vst_", &token[..54], &token[4..], &format!("{token}0"), &token.replace("vst_", "vsr_")] {
        assert!(sentence(world.app.api(bad).await).contains("not a whole API token"), "{bad}");
    }
    // Whole, and of another deployment: the same text under another key is another hash.
    let elsewhere = World::fresh().await;
    let beta = elsewhere.account("beta").await;
    make(&beta, &["scim2"]).await;
    let unknown = make(&beta, &["scim2"]).await.token;
    elsewhere.app.api(&unknown).await.unwrap();
    assert_eq!(sentence(world.app.api(&unknown).await), "The token is not known.");
    assert!(!world.dump().values().any(|rows| rows.contains(&token)), "the text of a token is kept nowhere");
}

async fn s02_a_token_ends_at_its_time_and_not_before(world: &World) {
    let acme = world.account("acme").await;
    let lifetime = Some(hours(24));
    let token =
        tokens::create(&operator(&acme).await, &NewToken { lifetime, ..wanted(&["scim2"]) }).await.unwrap();
    let end = token.expires_at.unwrap();
    assert_eq!(end, world.time.now() + hours(24));
    world.time.set(end - MILLISECOND);
    world.app.api(&token.token).await.unwrap();
    world.time.set(end);
    assert_eq!(sentence(world.app.api(&token.token).await), "The token has expired.");
    assert_eq!(listed(&acme).await[0].state, State::Expired);
}

async fn t17_a_revoked_token_opens_nothing_at_once_on_every_node(world: &World) {
    let acme = world.account("acme").await;
    let there = world.node(2).await;
    let [taken, kept] = [make(&acme, &["scim2"]).await, make(&acme, &["scim2"]).await];
    there.api(&taken.token).await.unwrap();
    let revoked = tokens::revoke(&operator(&acme).await, taken.id).await.unwrap();
    assert_eq!((revoked.state, revoked.revoked_at), (State::Revoked, Some(world.time.now())));
    for app in [&world.app, &there] {
        assert_eq!(sentence(app.api(&taken.token).await), "The token was revoked.");
        app.api(&kept.token).await.unwrap();
    }
    world.time.pass(minutes(1));
    let again = tokens::revoke(&operator(&acme).await, taken.id).await.unwrap();
    assert_eq!(again.revoked_at, revoked.revoked_at, "the first time stays");
}

async fn t17_a_token_rests_while_whoever_made_it_is_no_active_administrator(world: &World) {
    let acme = world.acme().await;
    let session = acme.sign_in(&Person::anna()).await.session;
    acme.change("anna@acme.example", |user| user.role = Role::Admin).await;
    let anna = acme.member(&session).await.unwrap().admin().unwrap().people();
    let hers = tokens::create(&anna, &wanted(&["scim2"])).await.unwrap().token;
    world.time.pass(minutes(1));
    let ours = make(&acme, &["scim2"]).await.token;
    for (status, role, good) in [
        (Status::Inactive, Role::Admin, false),
        (Status::Active, Role::Admin, true),
        (Status::Active, Role::Member, false),
        (Status::Active, Role::Admin, true),
    ] {
        acme.change("anna@acme.example", |user| (user.status, user.role) = (status, role.clone())).await;
        let opened = world.app.api(&hers).await;
        assert_eq!(opened.is_ok(), good, "{status:?} {role:?}");
        if !good {
            assert!(sentence(opened).contains("rests"));
            assert_eq!(listed(&acme).await[1].state, State::Resting);
        }
        world.app.api(&ours).await.unwrap();
    }
    assert_eq!(listed(&acme).await[1].made_by.as_deref(), Some("anna@acme.example"));
}

async fn several_tokens_live_beside_each_other_while_one_replaces_the_other(world: &World) {
    let acme = world.account("acme").await;
    let old = make(&acme, &["scim2"]).await;
    let new = make(&acme, &["scim2"]).await;
    assert_ne!(old.token, new.token);
    for token in [&old, &new] {
        world.app.api(&token.token).await.unwrap();
    }
    tokens::revoke(&operator(&acme).await, old.id).await.unwrap();
    world.app.api(&new.token).await.unwrap();
    assert_eq!(kind(world.app.api(&old.token).await), Kind::Unauthenticated);
}

async fn the_last_use_is_known_to_the_minute_and_no_request_writes_it(world: &World) {
    let acme = world.account("acme").await;
    let token = make(&acme, &["scim2"]).await.token;
    let used = async || listed(&acme).await[0].last_used_at;
    let commits = world.store.activity().commits();
    for _ in 0..5 {
        world.app.api(&token).await.unwrap();
    }
    assert_eq!(world.store.activity().commits(), commits);
    assert_eq!(used().await, None);
    let first = world.time.now();
    assert_eq!(tokens::write_uses(&world.app).await.unwrap(), 1);
    assert_eq!(used().await, Some(first));
    world.time.pass(minutes(1) - MILLISECOND);
    world.app.api(&token).await.unwrap();
    assert_eq!(tokens::write_uses(&world.app).await.unwrap(), 0, "known to the minute already");
    world.time.pass(MILLISECOND);
    world.app.api(&token).await.unwrap();
    assert_eq!(tokens::write_uses(&world.app).await.unwrap(), 1);
    assert_eq!(used().await, Some(first + minutes(1)));
}

async fn t06_an_administrator_sees_and_revokes_no_token_of_another_account(world: &World) {
    let (acme, beta) = (world.account("acme").await, world.account("beta").await);
    let [ours, theirs] = [make(&acme, &["scim2"]).await, make(&beta, &["scim2"]).await];
    let owner = acme.owner().await.people();
    let seen: Vec<_> = tokens::list(&owner).await.unwrap().into_iter().map(|token| token.id).collect();
    assert_eq!(seen, [ours.id]);
    assert_eq!(kind(tokens::revoke(&owner, theirs.id).await), Kind::NotFound);
    world.app.api(&theirs.token).await.unwrap();
    tokens::revoke(&owner, ours.id).await.unwrap();
    assert_eq!(kind(world.app.api(&ours.token).await), Kind::Unauthenticated);
}

async fn what_cannot_be_a_token_is_refused_with_the_reason(world: &World) {
    let acme = world.account("acme").await;
    let ctx = operator(&acme).await;
    for (scopes, name, lifetime, key) in [
        (vec![], "", None, "scope"),
        (vec!["scim2", "admin"], "", None, "scope"),
        (vec!["scim2"], "a\nb", None, "name"),
        (vec!["scim2"], "", Some(minutes(0)), "expires"),
        (vec!["scim2"], "", Some(hours(11 * 365 * 24)), "expires"),
    ] {
        let wanted = NewToken { name: name.to_owned(), lifetime, ..wanted(&scopes) };
        let error = tokens::create(&ctx, &wanted).await.err().unwrap();
        assert_eq!((error.kind(), error.key()), (Kind::Invalid, Some(key)), "{error}");
    }
    assert!(listed(&acme).await.is_empty());
}

async fn a_token_that_ended_is_forgotten_after_a_month(world: &World) {
    let acme = world.account("acme").await;
    let lifetime = Some(hours(1));
    let ctx = operator(&acme).await;
    tokens::create(&ctx, &NewToken { lifetime, ..wanted(&["scim2"]) }).await.unwrap();
    let revoked = make(&acme, &["scim2"]).await;
    let lasting = make(&acme, &["scim2"]).await;
    tokens::revoke(&ctx, revoked.id).await.unwrap();
    world.time.pass(hours(30 * 24));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(listed(&acme).await.len(), 2);
    assert_eq!(sentence(world.app.api(&revoked.token).await), "The token is not known.");
    world.time.pass(hours(1));
    jobs::forget(&world.app).await.unwrap();
    let left: Vec<_> = listed(&acme).await.into_iter().map(|token| token.id).collect();
    assert_eq!(left, [lasting.id]);
    world.app.api(&lasting.token).await.unwrap();
}

async fn a_published_token_is_revoked_by_its_text(world: &World) {
    let acme = world.account("acme").await;
    let [by_text, by_id] = [make(&acme, &["scim2"]).await, make(&acme, &["scim2"]).await];
    let operator = world.app.operator();
    assert_eq!(tokens::revoke_as_operator(&operator, &by_text.token).await.unwrap().id, by_text.id);
    assert_eq!(tokens::revoke_as_operator(&operator, &by_id.id.to_string()).await.unwrap().id, by_id.id);
    for token in [by_text.token, by_id.token] {
        assert_eq!(sentence(world.app.api(&token).await), "The token was revoked.");
    }
    assert_eq!(kind(tokens::revoke_as_operator(&operator, "nothing").await), Kind::Invalid);
    let unknown = format!("tok_{}", "0".repeat(32));
    assert_eq!(kind(tokens::revoke_as_operator(&operator, &unknown).await), Kind::NotFound);
}
