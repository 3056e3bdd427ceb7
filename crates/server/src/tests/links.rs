//! One-time links, followed by people and by mail filters.

use super::harness::{House, PASSWORD, attribute};
use axum::http::StatusCode;
use vestibule_app::accounts;

#[tokio::test]
async fn an_owner_sets_a_password_once() {
    let house = House::bare().await;
    let created =
        accounts::create(&house.app.operator(), "globex", "Globex", "g@globex.example").await.unwrap();
    let path = created.owner_link.split_once(".example").unwrap().1.to_owned();
    let mut browser = house.browser("globex");
    for _ in 0..2 {
        let page = browser.get(&path).await;
        assert!(page.body.contains("g@globex.example"), "looking does not use the link: {}", page.body);
    }
    let weak = browser.post(&path, &[("password", "short")]).await;
    assert_eq!(weak.status, StatusCode::BAD_REQUEST);
    assert!(weak.body.contains("at least 12 characters"), "{}", weak.body);
    let done = browser.post(&path, &[("password", PASSWORD)]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/profile"));
    assert_eq!(browser.get("/admin/sso").await.status, StatusCode::OK);
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.post(&path, &[("password", "another good phrase")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_link_works_at_its_own_account_alone() {
    let house = House::bare().await;
    let created =
        accounts::create(&house.app.operator(), "globex", "Globex", "g@globex.example").await.unwrap();
    let path = created.owner_link.split_once(".example").unwrap().1.to_owned();
    let mut browser = house.browser("acme");
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&path, &[("password", PASSWORD)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_pending_person_confirms_the_mailbox_by_a_button_and_comes_in() {
    let house = House::new().await;
    let response = || {
        let mut response = house.response("kim@freelance.example");
        response.assertion.as_mut().unwrap().attributes = vec![attribute("mail", "kim@freelance.example")];
        response
    };
    let mut browser = house.browser("acme");
    let pending = browser.sign_in(response()).await;
    assert_eq!(pending.status, StatusCode::OK, "{}", pending.body);
    assert!(pending.body.contains("Check your mailbox") && pending.cookies().is_empty(), "{}", pending.body);
    assert!(pending.body.contains(pending.header("x-tracking-id")));

    let path = house.mailed_path("kim@freelance.example").await;
    assert!(path.starts_with("/verify/"), "{path}");
    let page = browser.get(&path).await;
    assert!(page.body.contains("kim@freelance.example"), "{}", page.body);
    assert_eq!(browser.get(&path.replace("/verify/", "/welcome/")).await.status, StatusCode::NOT_FOUND);
    let confirmed = browser.post(&path, &[]).await;
    assert!(confirmed.body.contains("Your address is confirmed"), "{}", confirmed.body);
    assert_eq!(browser.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    house.wait(jiff::SignedDuration::from_secs(1));
    assert_eq!(browser.sign_in(response()).await.header("location"), "/profile");
}
