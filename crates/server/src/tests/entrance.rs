//! The sign-in page, the password, and the way out.

use super::harness::{House, PASSWORD};
use axum::http::StatusCode;
use jiff::SignedDuration;

#[tokio::test]
async fn the_sign_in_page_names_the_account_and_offers_single_sign_on_first() {
    let house = House::new().await;
    let page = house.browser("acme").get("/signin?return_to=/admin/log").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Sign in to Acme"), "{}", page.body);
    assert!(page.body.contains("href=\"/saml/login?return_to=%2Fadmin%2Flog\""), "{}", page.body);
    assert!(page.body.contains("value=\"/admin/log\""), "{}", page.body);
}

#[tokio::test]
async fn an_address_leads_to_the_identity_provider_or_to_its_password() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let sso = browser.post("/signin", &[("email", "clara@acme.example"), ("return_to", "/profile")]).await;
    assert!(
        sso.body.contains(
            "http-equiv=\"refresh\" content=\"0; url=/saml/login?return_to=%2Fprofile&#38;connection=con_"
        ),
        "{}",
        sso.body
    );
    let password = browser.post("/signin", &[("email", "o@acme.example"), ("return_to", "/admin/sso")]).await;
    assert!(password.body.contains("Enter your password"), "{}", password.body);
    let fields = [("email", "o@acme.example"), ("password", PASSWORD), ("return_to", "/admin/sso")];
    let inside = browser.post("/signin/password", &fields).await;
    assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/admin/sso"));
    assert_eq!(browser.follow("/admin/sso").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said_beside_it() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let page = browser.post("/signin", &[("email", "not an address")]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(
        page.body.contains("not an e-mail address") && page.body.contains("aria-invalid"),
        "{}",
        page.body
    );
    let wrong = browser.post("/signin/password", &[("email", "o@acme.example"), ("password", "nope")]).await;
    let unknown =
        browser.post("/signin/password", &[("email", "x@acme.example"), ("password", "nope")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.body.replace("o@acme", "x@acme"), unknown.body, "the page does not tell who exists");
    let lacking = browser.post("/signin/password", &[("email", "o@acme.example")]).await;
    assert_eq!(lacking.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn p14_a_password_sign_in_returns_to_this_host_alone() {
    let house = House::new().await;
    for wanted in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let fields = [("email", "o@acme.example"), ("password", PASSWORD), ("return_to", wanted)];
        let answer = house.browser("acme").post("/signin/password", &fields).await;
        assert_eq!(answer.header("location"), "/profile", "{wanted}");
    }
}

#[tokio::test]
async fn signing_out_is_a_button_and_ends_the_session_itself() {
    let house = House::new().await;
    let mut browser = house.owner("acme").await;
    let stolen = browser.cookies.clone();
    assert!(browser.get("/signout").await.body.contains("Sign out of Acme?"));
    assert_eq!(browser.get("/profile").await.status, StatusCode::OK, "a link does not sign out");
    let answer = browser.post("/signout", &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/signout"));
    assert!(!browser.cookies.contains_key("__Host-vestibule"), "{:?}", browser.cookies);
    assert!(browser.get("/signout").await.body.contains("You are signed out"));
    browser.cookies = stolen;
    assert_eq!(browser.get("/profile").await.status, StatusCode::SEE_OTHER, "the token is dead");
}

#[tokio::test]
async fn a_session_slides_while_it_is_used_and_ends_after_two_idle_hours() {
    let house = House::new().await;
    let mut browser = house.owner("acme").await;
    for _ in 0..3 {
        house.wait(SignedDuration::from_mins(110));
        assert_eq!(browser.get("/profile").await.status, StatusCode::OK);
    }
    house.wait(SignedDuration::from_mins(120));
    let answer = browser.get("/profile").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/signin?return_to=%2Fprofile")
    );
}

#[tokio::test]
async fn a_program_that_asks_for_json_gets_a_problem_document() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let json = [("accept", "application/json")];
    let answer = browser.send(axum::http::Method::GET, "/profile", &json, axum::body::Body::empty()).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::UNAUTHORIZED, "application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["status"], 401);
    assert_eq!(problem["tracking_id"], answer.header("x-tracking-id"));
}
