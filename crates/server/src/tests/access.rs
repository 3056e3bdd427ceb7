//! Every address there is, asked by those who must not.
//!
//! The list of addresses is the one that the router is built from, so a new one is in here at once.

use super::harness::{Answer, Browser, House, PASSWORD, form};
use crate::routes::{Caller, Route, glass, vanity};
use axum::body::Body;
use axum::http::{Method, StatusCode};

/// Addresses that a visitor reaches: whoever adds one says so here too.
const OPEN: [&str; 14] = [
    "/",
    "/signin",
    "/signin/password",
    "/signout",
    "/welcome/{token}",
    "/verify/{token}",
    "/assets/{name}",
    "/saml/login",
    "/saml/SSO",
    "/saml/SingleLogout",
    "/saml/metadata/sp",
    "/handover/{ticket}",
    "/handover/{ticket}/grant",
    "/handover/{ticket}/arrive",
];

pub fn filled(path: &str) -> String {
    path.replace("{id}", "x")
        .replace("{tracking_id}", &format!("WEB_{}", "0".repeat(32)))
        .replace("{token}", "t")
        .replace("{ticket}", "t")
        .replace("{name}", "n")
        .replace("{domain}", "acme.example")
        .replace("{number}", "1")
        .replace("{target}", "department")
        .replace("{category}", "license")
        .replace("{rule}", "new")
        .replace("{deed}", "activate")
        .replace("{call}", &format!("call_{}", "0".repeat(32)))
        .replace("{group}", &format!("grp_{}", "0".repeat(32)))
        .replace("{import}", &format!("imp_{}", "0".repeat(32)))
        .replace("{user}", &format!("usr_{}", "0".repeat(32)))
        .replace("{connection}", &format!("con_{}", "0".repeat(32)))
}

async fn every_method(browser: &mut Browser, path: &str) -> Vec<(Method, Answer)> {
    let mut answers = Vec::new();
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let cookies = browser.cookies.clone();
        let own = [("sec-fetch-site", "same-origin")];
        answers.push((method.clone(), browser.send(method, &filled(path), &own, form(&[])).await));
        browser.cookies = cookies;
    }
    answers
}

/// The addresses that answer GET with more than the way to another one; the tests in a browser visit them all.
const PAGES: &str = include_str!("../../pages.txt");

#[tokio::test]
async fn the_list_of_pages_is_the_router_s() {
    let house = House::new().await;
    let (mut visitor, mut owner) = (house.browser("acme"), house.owner("acme").await);
    let mut list = String::new();
    for Route { caller, path, .. } in vanity() {
        let browser = if caller == Caller::Anybody { &mut visitor } else { &mut owner };
        let status = browser.get(&filled(path)).await.status;
        if ![StatusCode::METHOD_NOT_ALLOWED, StatusCode::SEE_OTHER].contains(&status) {
            list.push_str(&format!("{caller:?} {path}\n"));
        }
    }
    assert_eq!(list, PAGES, "crates/server/pages.txt should be:\n{list}");
}

#[tokio::test]
async fn every_address_that_is_not_listed_as_open_wants_a_session() {
    let house = House::new().await;
    for route in vanity() {
        let open = matches!(route.caller, Caller::Anybody | Caller::IdentityProvider);
        assert_eq!(open, OPEN.contains(&route.path), "{}", route.path);
        if open {
            continue;
        }
        for (method, answer) in every_method(&mut house.browser("acme"), route.path).await {
            let led_away =
                answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/signin");
            assert!(
                led_away || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{method} {}: {answer:?}",
                route.path
            );
        }
    }
}

#[tokio::test]
async fn a_session_of_another_account_opens_nothing() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    for route in vanity().into_iter().filter(|route| matches!(route.caller, Caller::Member | Caller::Admin)) {
        let mut browser = house.owner("globex").await;
        browser.host = "acme.vestibule.example".to_owned();
        for (method, answer) in every_method(&mut browser, route.path).await {
            let led_away =
                answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/signin");
            assert!(
                led_away || answer.status == StatusCode::METHOD_NOT_ALLOWED,
                "{method} {}: {answer:?}",
                route.path
            );
        }
    }
}

#[tokio::test]
async fn p20_a_member_opens_no_page_for_administrators_and_an_owner_opens_each() {
    let house = House::new().await;
    let mut member = house.member("clara@acme.example").await;
    let mut owner = house.owner("acme").await;
    for route in vanity().into_iter().filter(|route| route.caller == Caller::Admin) {
        for (method, answer) in every_method(&mut member, route.path).await {
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
            assert!(refused, "{method} {}: {answer:?}", route.path);
        }
        let answer = member.get(&filled(route.path)).await;
        if answer.status != StatusCode::METHOD_NOT_ALLOWED {
            assert!(answer.body.contains("for administrators"), "{}", answer.body);
        }
        assert_ne!(owner.get(&filled(route.path)).await.status, StatusCode::FORBIDDEN, "{}", route.path);
    }
    assert!(!member.get("/profile").await.body.contains("/admin/"));
}

#[tokio::test]
async fn s01_other_spellings_of_a_path_open_nothing() {
    let house = House::new().await;
    let mut member = house.member("clara@acme.example").await;
    for path in [
        "/admin%2Fsso",
        "//admin/sso",
        "/ADMIN/SSO",
        "/admin/sso/",
        "/./admin/sso",
        "/admin/%2e%2e/admin/sso",
    ] {
        let answer = member.get(path).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.contains("SSO connection"), "{path}");
    }
    let overridden = [("x-http-method-override", "POST"), ("x-original-url", "/admin/sso")];
    assert_eq!(member.send(Method::GET, "/signout", &overridden, Body::empty()).await.status, StatusCode::OK);
    assert_eq!(member.get("/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_row_of_another_accounts_log_is_not_found() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let answer = house.browser("acme").bring(house.response("clara@acme.example")).await;
    let path = format!("/admin/log/{}", answer.header("x-tracking-id"));
    assert_eq!(house.owner("acme").await.get(&path).await.status, StatusCode::OK);
    assert_eq!(house.owner("globex").await.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn tokens_that_are_no_session_open_nothing() {
    let house = House::new().await;
    let good = house.owner("acme").await.cookies["__Host-vestibule"].clone();
    let (named, secret) = good.rsplit_once('.').unwrap();
    let (account, id) = named.split_once('.').unwrap();
    let (cut, other) = (&good[..good.len() - 1], format!("{named}.{}", "A".repeat(secret.len())));
    let without_id = format!("{account}.{secret}");
    for bad in ["", ".", "..", account, id, named, secret, cut, &other, &without_id, "acc_00.x", "\u{1f600}"]
    {
        let mut browser = house.browser("acme");
        browser.cookies.insert("__Host-vestibule".to_owned(), bad.to_owned());
        assert_eq!(browser.get("/profile").await.status, StatusCode::SEE_OTHER, "{bad}");
    }
}

#[tokio::test]
async fn the_break_glass_door_opens_nothing_without_the_session_of_an_administrator() {
    let house = House::new().await;
    let mut owner = house.browser("acme");
    owner.host = "admin.vestibule.example".to_owned();
    let fields = [("email", "o@acme.example"), ("password", PASSWORD)];
    assert_eq!(owner.post("/signin/password", &fields).await.status, StatusCode::SEE_OTHER);
    let mut member = house.member("clara@acme.example").await;
    member.host = owner.host.clone();
    member.cookies.insert("__Host-vestibule-account".to_owned(), "acme".to_owned());
    let mut elsewhere = house.browser("acme");
    elsewhere.host = owner.host.clone();
    elsewhere.cookies.clone_from(&owner.cookies);
    elsewhere.cookies.insert("__Host-vestibule-account".to_owned(), "globex".to_owned());
    house.account("globex", "Globex").await;
    for route in glass().into_iter().filter(|route| route.caller == Caller::Admin) {
        let mut nobody = house.browser("acme");
        nobody.host = owner.host.clone();
        for browser in [&mut nobody, &mut elsewhere] {
            for (method, answer) in every_method(browser, route.path).await {
                let led_away = answer.status == StatusCode::SEE_OTHER
                    && answer.header("location").starts_with("/signin");
                let unknown = answer.status == StatusCode::METHOD_NOT_ALLOWED;
                assert!(led_away || unknown, "{method} {}: {answer:?}", route.path);
            }
        }
        for (method, answer) in every_method(&mut member, route.path).await {
            let refused = [StatusCode::FORBIDDEN, StatusCode::METHOD_NOT_ALLOWED].contains(&answer.status);
            assert!(refused, "{method} {}: {answer:?}", route.path);
        }
        let status = owner.get(&filled(route.path)).await.status;
        assert!(
            ![StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR].contains(&status),
            "{}",
            route.path
        );
    }
}
