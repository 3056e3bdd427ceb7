//! The headers of every answer, and what the pages themselves must not hold.

use super::harness::{Answer, House};
use crate::portal::assets;
use axum::http::StatusCode;

async fn samples(house: &House) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    let mut visitor = house.browser("acme");
    for path in
        ["/", "/signin", "/signout", "/saml/login", "/saml/metadata/sp", "/saml/SSO", "/nowhere", "/verify/x"]
    {
        answers.push((path.to_owned(), visitor.get(path).await));
    }
    let mut owner = house.owner("acme").await;
    let refused = visitor.bring(house.response("clara@acme.example")).await;
    let row = format!("/admin/log/{}", refused.header("x-tracking-id"));
    answers.push(("/saml/SSO".to_owned(), refused));
    for path in ["/profile", "/signout", "/admin", "/admin/sso", "/admin/log", "/admin/guides/okta", &row] {
        answers.push((path.to_owned(), owner.get(path).await));
    }
    for host in ["vestibule.example", "nobody.vestibule.example", "elsewhere.example", "127.0.0.1"] {
        visitor.host = host.to_owned();
        for path in ["/", "/signin", "/healthz", "/readyz", "/nowhere"] {
            answers.push((format!("{host}{path}"), visitor.get(path).await));
        }
    }
    answers
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_it() {
    let house = House::new().await;
    for (path, answer) in samples(&house).await {
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"),
            "{path}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{path}");
        assert!(policy.ends_with("form-action 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        let tracking_id = answer.header("x-tracking-id");
        assert!(tracking_id.starts_with("WEB_") && tracking_id.len() == 36, "{path}: {tracking_id}");
    }
}

#[tokio::test]
async fn pages_hold_no_inline_code_and_ask_no_other_host() {
    let house = House::new().await;
    for (path, answer) in samples(&house).await {
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        assert!(answer.body.starts_with("<!doctype html>\n<html lang=\"en\">"), "{path}");
        for inline in ["<style", " style=", "javascript:", " onclick=", " onload=", "<iframe", "<base"] {
            assert!(!answer.body.contains(inline), "{inline} in {path}");
        }
        assert_eq!(answer.body.matches("<script").count(), 1, "{path}");
        for loaded in answer.body.split(" src=\"").skip(1) {
            assert!(loaded.starts_with("/assets/"), "{path}: {loaded:.60}");
        }
        let mut ids: Vec<_> =
            answer.body.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an id stands twice in {path}: {ids:?}");
        for heading in ["<h1", "<main", "<title>", "href=\"#main\""] {
            assert_eq!(answer.body.matches(heading).count(), 1, "{heading} in {path}");
        }
    }
}

#[tokio::test]
async fn two_answers_have_two_tracking_ids() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let (one, two) = (browser.get("/signin").await, browser.get("/signin").await);
    assert_ne!(one.header("x-tracking-id"), two.header("x-tracking-id"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_exist_under_their_own_name_alone() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    for host in ["acme.vestibule.example", "vestibule.example", "elsewhere.example"] {
        browser.host = host.to_owned();
        for asset in [&assets::STYLE, &assets::SCRIPT, &assets::MARK] {
            let answer = browser.get(&asset.url()).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (StatusCode::OK, asset.content_type())
            );
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        }
        let answer = browser.get("/assets/page-0000000000000000.css").await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
    }
}
