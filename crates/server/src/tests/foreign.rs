//! Forms of other sites.

use super::access::filled;
use super::harness::{House, PASSWORD, form};
use crate::routes::{Caller, vanity};
use axum::http::{Method, StatusCode};

async fn sign_out_with(house: &House, headers: &[(&str, &str)]) -> (StatusCode, bool) {
    let mut browser = house.owner("acme").await;
    let answer = browser.send(Method::POST, "/signout", headers, form(&[])).await;
    (answer.status, browser.get("/profile").await.status == StatusCode::OK)
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let house = House::new().await;
    for headers in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site"), ("origin", "https://evil.vestibule.example")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://vestibule.example")],
        vec![("origin", "http://acme.vestibule.example")],
        vec![("origin", "https://acme.vestibule.example:8443")],
        vec![("origin", "null")],
    ] {
        assert_eq!(sign_out_with(&house, &headers).await, (StatusCode::FORBIDDEN, true), "{headers:?}");
    }
}

#[tokio::test]
async fn a_form_of_our_own_page_is_taken() {
    let house = House::new().await;
    for headers in [
        vec![("sec-fetch-site", "same-origin"), ("origin", "https://acme.vestibule.example")],
        vec![("origin", "https://acme.vestibule.example")],
        vec![("origin", "https://ACME.vestibule.example")],
        vec![],
    ] {
        assert_eq!(sign_out_with(&house, &headers).await, (StatusCode::SEE_OTHER, false), "{headers:?}");
    }
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_form_of_another_site() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let fields = form(&[("email", "o@acme.example"), ("password", PASSWORD)]);
    let foreign = [("sec-fetch-site", "cross-site")];
    let answer = browser.send(Method::POST, "/signin/password", &foreign, fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("sent from another site") && browser.cookies.is_empty(), "{}", answer.body);
}

#[tokio::test]
async fn a_session_that_was_planted_before_the_sign_in_is_not_the_one_that_is_open_after_it() {
    let house = House::new().await;
    let clara = house.member("clara@acme.example").await;
    let made_up = [("__Host-vestibule".to_owned(), "acc_1.ses_1.secret".to_owned())].into();
    for planted in [clara.cookies.clone(), made_up] {
        let mut victim = house.browser("acme");
        victim.cookies = planted.clone();
        let fields = [("email", "o@acme.example"), ("password", PASSWORD)];
        assert_eq!(victim.post("/signin/password", &fields).await.status, StatusCode::SEE_OTHER);
        assert_ne!(victim.cookies, planted, "the session is a new one");
        assert!(victim.get("/profile").await.body.contains("o@acme.example"));
        let mut attacker = house.browser("acme");
        attacker.cookies = planted;
        assert!(!attacker.get("/profile").await.body.contains("o@acme.example"));
    }
}

#[tokio::test]
async fn a_form_of_ours_has_a_limit() {
    let house = House::new().await;
    let long = "a".repeat(70 * 1024);
    let answer = house.browser("acme").post("/signin", &[("email", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn p17_every_form_of_ours_is_refused_when_it_comes_from_another_site() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    for route in vanity().into_iter().filter(|route| route.caller != Caller::IdentityProvider) {
        let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
        let answer = owner.send(Method::POST, &filled(route.path), &foreign, form(&[])).await;
        let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
        assert!(refused, "{}: {answer:?}", route.path);
    }
    assert_eq!(owner.get("/profile").await.status, StatusCode::OK);
}
