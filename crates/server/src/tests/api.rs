//! The APIs: without a good token nothing can be learned of them.

use super::access::filled;
use super::harness::{Answer, Browser, House, form};
use crate::routes::{Caller, api};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use vestibule_app::tokens::{self, Created, NewToken};

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

async fn token(house: &House, scope: &str) -> Created {
    let ctx = house.app.operator().people("acme").await.unwrap();
    let wanted = NewToken { scopes: vec![scope.to_owned()], ..NewToken::default() };
    tokens::create(&ctx, &wanted).await.unwrap()
}

/// A program at the base host.
fn program(house: &House) -> Browser {
    Browser { host: "vestibule.example".to_owned(), ..house.browser("acme") }
}

async fn ask(house: &House, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    program(house).send(method, path, headers, form(&[])).await
}

async fn with(house: &House, token: &str, path: &str) -> Answer {
    ask(house, Method::GET, path, &[("authorization", &format!("Bearer {token}"))]).await
}

fn is_refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with(r#"Bearer realm="Vestibule""#), "{challenge}");
    assert_eq!(challenge.contains("error="), !error.is_empty(), "{challenge}");
    assert!(challenge.contains(error), "{challenge}");
    assert_eq!(answer.header("allow"), "", "{answer:?}");
}

#[tokio::test]
async fn a_token_says_what_it_is() {
    let house = House::bare().await;
    let made = token(&house, "scim2").await;
    let answer = with(&house, &made.token, "/v2/token").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let shown: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&shown["account"], &shown["state"]), (&"acme".into(), &"live".into()));
    assert_eq!(shown["scopes"], serde_json::json!(["scim2"]));
    assert!(!answer.body.contains(&made.token));
    let any_case = [("authorization", &*format!("bearer {}", made.token))];
    assert_eq!(ask(&house, Method::GET, "/v2/token", &any_case).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s01_every_address_and_verb_of_an_api_wants_a_token_before_anything_else() {
    let house = House::bare().await;
    let good = token(&house, "scim2").await.token;
    assert!(api().iter().all(|route| route.caller == Caller::Program && crate::api::is_api(route.path)));
    let mut paths: Vec<String> = api().iter().map(|route| filled(route.path)).collect();
    paths.extend(
        ["/v2", "/v2/", "/v2/nothing", "/v2//token", "/v2/%74oken", "/v2/token/", "/scim2/Users"]
            .map(str::to_owned),
    );
    paths.extend(
        ["/scim/v2/Users", "/scim/Users", "/scim2/../v2/token", "/v2/%2e%2e/token"].map(str::to_owned),
    );
    for path in &paths {
        for method in METHODS {
            is_refused(&ask(&house, method.clone(), path, &[]).await, "");
            let overridden = [("x-http-method-override", "GET"), ("x-original-url", "/v2/token")];
            is_refused(&ask(&house, method, path, &overridden).await, "");
        }
    }
    assert_eq!(with(&house, &good, "/v2/token").await.status, StatusCode::OK);
    assert_eq!(with(&house, &good, "/v2/nothing").await.status, StatusCode::NOT_FOUND);
    let deleted = [("authorization", &*format!("Bearer {good}"))];
    let answer = ask(&house, Method::DELETE, "/v2/token", &deleted).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn s01_other_spellings_of_an_api_are_no_address_at_all() {
    let house = House::bare().await;
    let good = token(&house, "scim2").await.token;
    for path in ["//v2/token", "/V2/token", "/%76%32/token", "/./v2/token", "/v2token", "/v2%2Ftoken"] {
        assert_eq!(with(&house, &good, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // The token decides the account, so an API is at the base host alone.
    let mut vanity = house.browser("acme");
    let shown = [("authorization", &*format!("Bearer {good}"))];
    let answer = vanity.send(Method::GET, "/v2/token", &shown, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn s02_a_token_that_is_not_good_is_refused_with_the_reason() {
    let house = House::bare().await;
    let made = token(&house, "scim2").await;
    for bad in ["", "vst_x", &made.token[..50], "acc_1.ses_1.secret", "x y"] {
        is_refused(&with(&house, bad, "/v2/token").await, r#"error="invalid_token""#);
    }
    for header in ["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer \u{1f600}", &made.token] {
        is_refused(&ask(&house, Method::GET, "/v2/token", &[("authorization", header)]).await, "");
    }
    assert_eq!(with(&house, &made.token, "/v2/token").await.status, StatusCode::OK);
    tokens::revoke_as_operator(&house.app.operator(), &made.id.to_string()).await.unwrap();
    let answer = with(&house, &made.token, "/v2/token").await;
    is_refused(&answer, r#"error_description="The token was revoked.""#);
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&problem["status"], &problem["title"]), (&401.into(), &"The token was revoked.".into()));
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn s02_a_token_in_the_address_is_refused_even_if_it_is_good() {
    let house = House::bare().await;
    let good = token(&house, "scim2").await.token;
    let shown = [("authorization", &*format!("Bearer {good}"))];
    for query in [format!("access_token={good}"), "Access_Token=x".to_owned(), format!("filter={good}")] {
        for headers in [&[][..], &shown[..]] {
            let answer = ask(&house, Method::GET, &format!("/v2/token?{query}"), headers).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
            assert!(answer.header("www-authenticate").contains(r#"error="invalid_request""#), "{answer:?}");
            assert!(!answer.body.contains(&good));
        }
    }
    let twice = [shown[0], ("Authorization", "Bearer vst_other")];
    assert_eq!(ask(&house, Method::GET, "/v2/token", &twice).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ask(&house, Method::GET, "/v2/token?x=1", &shown).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_is_no_token_and_a_token_no_session() {
    let house = House::bare().await;
    let good = token(&house, "scim2").await.token;
    let mut owner = house.owner("acme").await;
    owner.host = "vestibule.example".to_owned();
    is_refused(&owner.get("/v2/token").await, "");
    let session = owner.cookies["__Host-vestibule"].clone();
    is_refused(&with(&house, &session, "/v2/token").await, r#"error="invalid_token""#);
    let mut browser = house.browser("acme");
    browser.cookies.insert("__Host-vestibule".to_owned(), good.clone());
    assert_eq!(browser.get("/admin/sso").await.status, StatusCode::SEE_OTHER);
    let shown = [("authorization", &*format!("Bearer {good}"))];
    let answer = house.browser("acme").send(Method::GET, "/admin/sso", &shown, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    house.wait(SignedDuration::from_hours(24 * 365));
    assert_eq!(with(&house, &good, "/v2/token").await.status, StatusCode::OK, "it has no end of its own");
}
