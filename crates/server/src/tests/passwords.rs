//! Passwords that are forgotten, changed, and tried too often.

use super::harness::{House, PASSWORD};
use axum::http::StatusCode;
use vestibule_app::outbox;

const OWNER: &str = "o@acme.example";
const NEW: &str = "another good phrase";

/// The address in the mail to the owner who forgot the password.
async fn mailed(house: &House) -> String {
    let mails = outbox::list(&house.app.operator()).await.unwrap();
    let is_it = |mail: &&outbox::Mail| mail.to == OWNER && mail.subject.starts_with("Set a new password");
    let text = &mails.iter().find(is_it).unwrap().body_text;
    text.split_whitespace().find(|word| word.starts_with("https://")).unwrap().to_owned()
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_mail_and_the_page_tells_nobody_who_exists() {
    let house = House::new().await;
    let mut inside = house.owner("acme").await;
    let mut browser = house.browser("acme");
    let form = browser.post("/signin", &[("email", OWNER)]).await.body;
    assert!(form.contains("formaction=\"/signin/forgot\""), "{form}");
    assert!(browser.get("/signin/forgot").await.body.contains("Forgot your password?"));
    assert_eq!(browser.post("/signin/forgot", &[("email", "x")]).await.status, StatusCode::BAD_REQUEST);
    let known = browser.post("/signin/forgot", &[("email", OWNER)]).await;
    let unknown = browser.post("/signin/forgot", &[("email", "x@acme.example")]).await;
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(known.body.replace("o@acme", "x@acme"), unknown.body);
    let url = mailed(&house).await;
    let path = url.strip_prefix("https://acme.vestibule.example").unwrap();
    assert!(browser.get(path).await.body.contains("Set a new password"));
    assert_eq!(browser.get(&path.replace("/reset/", "/welcome/")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(path, &[("password", "short")]).await.status, StatusCode::BAD_REQUEST);
    let done = browser.post(path, &[("password", NEW)]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/profile"));
    assert_eq!(browser.get("/profile").await.status, StatusCode::OK);
    assert_eq!(inside.get("/profile").await.status, StatusCode::SEE_OTHER, "signed out everywhere else");
    assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);

    let page = browser.get("/profile").await.body;
    assert!(page.contains("href=\"/profile/password\""), "{page}");
    let wrong =
        browser.post("/profile/password", &[("current", PASSWORD), ("new", "a third good phrase")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("The current password is wrong."), "{}", wrong.body);
    let changed = browser.post("/profile/password", &[("current", NEW), ("new", PASSWORD)]).await;
    assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, "/profile"));
    assert_eq!(browser.get("/profile").await.status, StatusCode::OK);
    let mut member = house.member("clara@acme.example").await;
    assert!(!member.get("/profile").await.body.contains("/profile/password"), "who has no password");
}

#[tokio::test]
async fn at_the_break_glass_door_the_link_leads_back_to_it_and_an_enforced_address_to_its_provider() {
    let house = House::new().await;
    house.enforce().await;
    let mut glass = house.glass();
    for mut browser in [house.browser("acme"), house.glass()] {
        let away = browser.post("/signin/forgot", &[("email", "clara@acme.example")]).await;
        assert!(away.body.contains("/saml/login?"), "{}", away.body);
    }
    let nobody = glass.post("/signin/forgot", &[("email", "x@nowhere.example")]).await;
    let owner = glass.post("/signin/forgot", &[("email", OWNER)]).await;
    assert_eq!(nobody.body.replace("x@nowhere", "o@acme"), owner.body);
    let url = mailed(&house).await;
    let path = url.strip_prefix("https://admin.vestibule.example").unwrap();
    assert!(glass.get(path).await.body.contains("Set a new password"));
    let done = glass.post(path, &[("password", NEW)]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/admin"));
    assert_eq!(glass.get("/admin/domains").await.status, StatusCode::OK);
}

#[tokio::test]
async fn too_many_attempts_are_answered_alike_for_everybody_and_the_known_browser_goes_on() {
    let house = House::new().await;
    let mut known = house.owner("acme").await;
    let mut stranger = house.browser("acme");
    let wrong = "x".repeat(300);
    for _ in 0..50 {
        for email in [OWNER, "x@acme.example"] {
            let answer = stranger.post("/signin/password", &[("email", email), ("password", &wrong)]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
    }
    let fields = |email| [("email", email), ("password", PASSWORD)];
    let owner = stranger.post("/signin/password", &fields(OWNER)).await;
    let nobody = stranger.post("/signin/password", &fields("x@acme.example")).await;
    assert_eq!(owner.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(owner.body.replace("o@acme", "x@acme"), nobody.body);
    assert_eq!(known.post("/signout", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(known.post("/signin/password", &fields(OWNER)).await.status, StatusCode::SEE_OTHER);
}
