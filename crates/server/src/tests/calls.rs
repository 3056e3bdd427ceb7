//! The API call log: what programs did, told to administrators.

use super::harness::{Answer, Browser, House};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use vestibule_app::tokens::{self, NewToken};
use vestibule_app::{calls, jobs};

async fn token(house: &House, label: &str, scope: &str) -> String {
    let ctx = house.app.operator().people(label).await.unwrap();
    let wanted =
        NewToken { name: "Payroll".to_owned(), scopes: vec![scope.to_owned()], ..NewToken::default() };
    tokens::create(&ctx, &wanted).await.unwrap().token
}

async fn call(house: &House, token: &str, method: Method, path: &str, body: &str) -> Answer {
    let mut program = Browser { host: "vestibule.example".to_owned(), ..house.browser("acme") };
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    program.send(method, path, &headers, Body::from(body.to_owned())).await
}

async fn listed(house: &House) -> Vec<calls::Listed> {
    let filter = vestibule_model::api_call::Filter { limit: 200, ..Default::default() };
    calls::list(&house.app.operator(), None, None, &filter).await.unwrap()
}

#[tokio::test]
async fn a_call_stands_in_the_log_of_its_account_and_in_no_other() {
    let house = House::bare().await;
    house.account("globex", "Globex").await;
    let good = token(&house, "acme", "users:read").await;
    assert_eq!(call(&house, &good, Method::GET, "/v2/token", "").await.status, StatusCode::OK);
    let mut owner = house.owner("acme").await;
    let page = owner.get("/admin/api/calls").await.body;
    assert!(page.contains("Looked at what the token is") && page.contains("Payroll"), "{page}");
    let id = listed(&house).await[0].id;
    let page = owner.get(&format!("/admin/api/calls/{id}")).await.body;
    assert!(page.contains("users:read") && page.contains("What was answered"), "{page}");
    let mut other = house.owner("globex").await;
    assert_eq!(other.get(&format!("/admin/api/calls/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(other.get("/admin/api/calls").await.body.contains("No program has called yet"));
}

#[tokio::test]
async fn a_call_that_shows_no_good_token_is_in_nobodys_log() {
    let house = House::bare().await;
    let good = token(&house, "acme", "users:read").await;
    assert_eq!(
        call(&house, "vst_wrong", Method::GET, "/v2/token", "").await.status,
        StatusCode::UNAUTHORIZED
    );
    let in_address = format!("/v2/token?access_token={good}");
    assert_eq!(call(&house, &good, Method::GET, &in_address, "").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(listed(&house).await.len(), 0);
    assert_eq!(call(&house, &good, Method::GET, "/v2/nothing", "").await.status, StatusCode::NOT_FOUND);
    let rows = listed(&house).await;
    assert_eq!((rows.len(), rows[0].status), (1, 404));
    assert!(rows[0].story.as_ref().unwrap().contains("no page at this address"), "{rows:?}");
}

#[tokio::test]
async fn s09_nothing_secret_is_in_the_log_and_nothing_of_it_in_clear_text_on_the_disk() {
    let house = House::bare().await;
    let good = token(&house, "acme", "users:read").await;
    let path = "/v2/nothing?filter=userName%20eq%20%22hunter2%22&api_key=hunter2";
    let body = format!(r#"{{"password":"hunter2","note":"{good}","kept":"something-else"}}"#);
    call(&house, &good, Method::POST, path, &body).await;
    let row = listed(&house).await.remove(0);
    assert_eq!(row.path, "/v2/nothing?filter=userName eq \"••••\"&api_key=••••");
    let page = house.owner("acme").await.get(&format!("/admin/api/calls/{}", row.id)).await.body;
    assert!(page.contains("••••") && !page.contains("hunter2") && !page.contains(&good), "{page}");
    let bytes = house.bytes_on_disk();
    for secret in ["hunter2", "something-else", &good] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[tokio::test]
async fn calls_are_kept_for_seven_days_and_the_last_hundred_in_any_case() {
    let house = House::bare().await;
    let good = token(&house, "acme", "users:read").await;
    for _ in 0..120 {
        call(&house, &good, Method::GET, "/v2/token", "").await;
    }
    assert_eq!(calls::write_waiting(&house.app).await.unwrap(), 120);
    jobs::forget(&house.app).await.unwrap();
    assert_eq!(listed(&house).await.len(), 120);
    house.wait(SignedDuration::from_hours(24 * 8));
    jobs::forget(&house.app).await.unwrap();
    let rows = listed(&house).await;
    assert_eq!(rows.len(), 100);
    let page = house.owner("acme").await.get(&format!("/admin/api/calls/{}", rows[99].id)).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_search_finds_calls_by_result_and_time() {
    let house = House::bare().await;
    let good = token(&house, "acme", "users:read").await;
    call(&house, &good, Method::GET, "/v2/token", "").await;
    house.wait(SignedDuration::from_hours(2));
    call(&house, &good, Method::GET, "/v2/nothing", "").await;
    let mut owner = house.owner("acme").await;
    for (query, found, missing) in [
        ("ending=done", "/v2/token", "/v2/nothing"),
        ("ending=refused", "/v2/nothing", "/v2/token"),
        ("since=1h", "/v2/nothing", "/v2/token"),
    ] {
        let page = owner.get(&format!("/admin/api/calls?{query}")).await.body;
        assert!(page.contains(found) && !page.contains(missing), "{query}: {page}");
    }
    for query in ["dialect=Okta", "user=nobody%40acme.example", "user=%00"] {
        let page = owner.get(&format!("/admin/api/calls?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
    }
    assert!(owner.get("/admin/api/calls?dialect=Okta").await.body.contains("No call matches"));
}
