//! The response log: found, explained, kept for a week, and seen by the account's administrators alone.

use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::{MILLISECOND, World, hours, minutes};
use vestibule_app::{Error, Kind, jobs, response_log};
use vestibule_model::code::Code;
use vestibule_model::response_log::{Entry, Filter, OutcomeWord, TrackingId};
use vestibule_model::user::Role;

cases! {
    an_administrator_finds_rows_by_user_code_outcome_time_and_tracking_id,
    rows_are_read_page_by_page,
    the_operator_finds_a_row_by_its_tracking_id_alone,
    an_explanation_has_every_key,
    s13_another_accounts_administrator_sees_nothing_of_it,
    s13_rows_are_kept_for_seven_days_and_then_forgotten,
    s13_a_tracking_id_is_random_and_of_its_own,
}

async fn search(account: &Account, filter: Filter) -> Vec<Entry> {
    let limit = if filter.limit == 0 { 50 } else { filter.limit };
    response_log::search(&admin(account).await, &Filter { limit, ..filter }).await.unwrap()
}

/// Somebody who administers the account.
async fn admin(account: &Account) -> vestibule_app::AdminCtx {
    let email = format!("admin@{}.example", account.label);
    let session = account.sign_in(&Person::of(&email)).await.session;
    account.change(&email, |user| user.role = Role::Admin).await;
    account.member(&session).await.unwrap().admin().unwrap()
}

async fn an_administrator_finds_rows_by_user_code_outcome_time_and_tracking_id(world: &World) {
    let acme = world.acme().await;
    admin(&acme).await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    world.time.pass(minutes(1));
    let refused = acme.attempt(&Person::of("Bob@acme.example")).await.unwrap_err().tracking_id().unwrap();
    world.time.pass(minutes(1));
    let other = acme.attempt(&Person::of("no address")).await.unwrap_err().tracking_id().unwrap();
    world.time.pass(minutes(1));
    let ids = async |filter: Filter| -> Vec<TrackingId> {
        let rows = search(&acme, filter).await;
        rows.into_iter()
            .filter(|row| row.user.as_deref() != Some("admin@acme.example"))
            .map(|row| row.tracking_id)
            .collect()
    };
    let user = |user: &str| Filter { user: Some(user.to_owned()), ..Filter::default() };
    assert_eq!(ids(user("bob@ACME.example")).await, [refused]);
    assert_eq!(ids(user("nobody@acme.example")).await, []);
    assert_eq!(ids(Filter { code: Some(Code::UnknownUser), ..Filter::default() }).await, [refused]);
    assert_eq!(ids(Filter { code: Some(Code::Replay), ..Filter::default() }).await, []);
    assert_eq!(
        ids(Filter { outcome: Some(OutcomeWord::Refused), ..Filter::default() }).await,
        [other, refused]
    );
    assert_eq!(ids(Filter { outcome: Some(OutcomeWord::Accepted), ..Filter::default() }).await, []);
    let since = Some(world.time.now() - minutes(1));
    assert_eq!(ids(Filter { since, ..Filter::default() }).await, [other]);
    assert_eq!(ids(Filter { tracking_id: Some(other), ..Filter::default() }).await, [other]);
    assert_eq!(ids(Filter::default()).await, [other, refused], "newest first");
    let owner_of_row = response_log::detail(&admin(&acme).await, refused).await.unwrap();
    assert_eq!(owner_of_row.entry.user.as_deref(), Some("Bob@acme.example"));
}

async fn rows_are_read_page_by_page(world: &World) {
    let acme = world.acme().await;
    for number in 0..5 {
        world.time.pass(minutes(1));
        acme.sign_in(&Person::of(&format!("person{number}@acme.example"))).await;
    }
    let mut seen = Vec::new();
    let mut before = None;
    let all = acme.log().await;
    loop {
        let filter = Filter { before, limit: 2, user: None, ..Filter::default() };
        let scope = acme.store.account(acme.id);
        let page = scope.read(move |tx| {
            let filter = filter.clone();
            Box::pin(async move { vestibule_store::response_log::search(tx, &filter).await })
        });
        let page = page.await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        seen.extend(page);
    }
    assert_eq!((seen.len(), seen), (5, all));
}

async fn the_operator_finds_a_row_by_its_tracking_id_alone(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let there = beta.sign_in(&Person::of("carl@beta.example")).await.tracking_id;
    let here = acme.attempt(&Person::of("no address")).await.unwrap_err().tracking_id().unwrap();
    let operator = world.app.operator();
    let found =
        response_log::explain(&operator, &format!(" {} ", there.to_string().to_lowercase())).await.unwrap();
    assert_eq!((found.account.as_str(), found.entry.tracking_id), ("beta", there));
    let kind = |error: Error| error.kind();
    assert_eq!(response_log::explain(&operator, "WEB_1").await.map_err(kind).err(), Some(Kind::Invalid));
    let unknown = TrackingId::from_bytes([1; 16]).to_string();
    assert_eq!(response_log::explain(&operator, &unknown).await.map_err(kind).err(), Some(Kind::NotFound));

    let everything = Filter { limit: 10, ..Filter::default() };
    let all = response_log::list(&operator, None, &everything).await.unwrap();
    assert_eq!(all.len(), 2);
    let only = response_log::list(&operator, Some("acme"), &everything).await.unwrap();
    assert_eq!(only.len(), 1);
    assert_eq!((only[0].tracking_id.as_str(), only[0].code), (here.to_string().as_str(), Some(1016)));
    let one = response_log::list(&operator, None, &Filter { limit: 1, ..Filter::default() }).await.unwrap();
    assert_eq!(one.len(), 1);
    let nobody = response_log::list(&operator, Some("nobody"), &everything).await;
    assert_eq!(nobody.map_err(kind).err(), Some(Kind::NotFound));
}

async fn an_explanation_has_every_key(world: &World) {
    let acme = world.acme().await;
    let accepted = acme.sign_in(&Person::anna()).await.tracking_id;
    let refused = acme.attempt(&Person::of("no address")).await.unwrap_err().tracking_id().unwrap();
    let keys =
        ["tracking_id", "time", "account", "user", "outcome", "code", "message", "cure", "trace", "changes"];
    for id in [accepted, refused] {
        let json = serde_json::to_value(acme.explained(id).await.explanation()).unwrap();
        let mut found: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = keys.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(json["tracking_id"], id.to_string());
        assert_eq!(json["account"], "acme");
        for step in json["trace"].as_array().unwrap() {
            assert_eq!(step.as_object().unwrap().len(), 4, "{step}");
            assert!(step["check"].is_string() && step["ok"].is_boolean(), "{step}");
        }
        for change in json["changes"].as_array().unwrap() {
            assert_eq!(change.as_object().unwrap().len(), 4, "{change}");
        }
    }
}

async fn s13_another_accounts_administrator_sees_nothing_of_it(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let theirs = acme.sign_in(&Person::anna()).await;
    let admin = admin(&beta).await;
    let missing = response_log::detail(&admin, theirs.tracking_id).await.unwrap_err();
    let unknown = response_log::detail(&admin, TrackingId::from_bytes([1; 16])).await.unwrap_err();
    assert_eq!(missing.kind(), Kind::NotFound);
    assert_eq!(missing.message(), unknown.message(), "nothing tells that it exists");
    let found = response_log::search(&admin, &Filter { limit: 50, ..Filter::default() }).await.unwrap();
    assert_eq!(found.len(), 1, "its own sign-in alone");
    let filter = Filter { tracking_id: Some(theirs.tracking_id), limit: 50, ..Filter::default() };
    assert_eq!(response_log::search(&admin, &filter).await.unwrap(), []);
    // Nor does a member of the account itself.
    assert_eq!(acme.member(&theirs.session).await.unwrap().admin().err().unwrap().kind(), Kind::Forbidden);
}

async fn s13_rows_are_kept_for_seven_days_and_then_forgotten(world: &World) {
    let acme = world.acme().await;
    let first = acme.sign_in(&Person::anna()).await.tracking_id;
    world.time.pass(hours(24));
    let second = acme.sign_in(&Person::anna()).await.tracking_id;
    world.time.pass(hours(24 * 6));
    jobs::forget(&world.app).await.unwrap();
    acme.explained(first).await;
    world.time.pass(MILLISECOND);
    jobs::forget(&world.app).await.unwrap();
    let operator = world.app.operator();
    let gone = response_log::explain(&operator, &first.to_string()).await.unwrap_err();
    assert_eq!(gone.kind(), Kind::NotFound);
    assert!(gone.advice().unwrap().contains("7 days"));
    acme.explained(second).await;
    assert_eq!(world.count("response_log"), 1);
}

async fn s13_a_tracking_id_is_random_and_of_its_own(world: &World) {
    let acme = world.acme().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let id =
            acme.attempt(&Person::of("no address")).await.unwrap_err().tracking_id().unwrap().to_string();
        assert!(id.starts_with("WEB_") && id.len() == 36, "{id}");
        assert!(seen.insert(id));
    }
}
