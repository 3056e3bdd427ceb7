//! The break-glass door, and that nobody gets past enforced SSO by any page.

use super::harness::{House, PASSWORD};
use axum::http::StatusCode;

const BEGINS: &str = "0; url=https://acme.vestibule.example/saml/login?connection=con_";

#[tokio::test]
async fn an_enforced_address_sees_no_password_form_at_any_host_and_can_post_none() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    house.enforce().await;
    let fields = |email| [("email", email), ("password", PASSWORD), ("return_to", "/profile")];
    for email in ["clara@acme.example", "nobody@acme.example", "O+x@acme.example"] {
        for mut browser in [house.browser("acme"), house.browser("globex"), house.glass()] {
            for path in ["/signin", "/signin/password"] {
                let answer = browser.post(path, &fields(email)).await;
                assert!(answer.body.contains("/saml/login?"), "{} {path}: {}", browser.host, answer.body);
                assert!(!answer.body.contains("type=\"password\""), "{} {path}", browser.host);
                assert!(answer.cookies().is_empty(), "{} {path}", browser.host);
            }
        }
        let mut base = house.browser("x");
        base.host = "vestibule.example".to_owned();
        let answer = base.post("/signin", &[("query", email)]).await;
        assert!(answer.body.contains(BEGINS), "{}", answer.body);
    }
    let mut browser = house.browser("acme");
    assert!(browser.post("/signin", &fields("o@acme.example")).await.body.contains("Enter your password"));
    let inside = browser.post("/signin/password", &fields("O@Acme.example")).await;
    assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/profile"));
    house.wait(jiff::SignedDuration::from_mins(1));
    house.member("clara@acme.example").await;
}

#[tokio::test]
async fn an_exempt_owner_comes_in_at_the_break_glass_door_and_sees_the_account() {
    let house = House::new().await;
    house.enforce().await;
    let mut glass = house.glass();
    assert_eq!(glass.get("/").await.header("location"), "/admin");
    let page = glass.get("/signin?return_to=/admin/domains").await;
    assert!(
        page.body.contains("Sign in to Administration") && page.body.contains("/admin/domains"),
        "{}",
        page.body
    );
    let page = glass.post("/signin", &[("email", "o@acme.example"), ("return_to", "/admin/domains")]).await;
    assert!(page.body.contains("Enter your password"), "{}", page.body);
    let wrong = glass.post("/signin/password", &[("email", "o@acme.example"), ("password", "nope")]).await;
    let unknown =
        glass.post("/signin/password", &[("email", "x@nowhere.example"), ("password", "nope")]).await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST));
    assert_eq!(wrong.body.replace("o@acme", "x@nowhere"), unknown.body, "the page does not tell who exists");
    let fields = [("email", "o@acme.example"), ("password", PASSWORD), ("return_to", "/admin/domains")];
    let inside = glass.post("/signin/password", &fields).await;
    assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/admin/domains"));
    let page = glass.get("/admin/domains").await;
    assert!(page.status == StatusCode::OK && page.body.contains("SSO enforced"), "{}", page.body);
    for path in ["/saml/login", "/saml/SSO", "/saml/metadata/sp", "/welcome/x", "/oauth/consent/x"] {
        assert_eq!(glass.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(glass.get("/signin?return_to=//evil.example").await.status, StatusCode::OK);
    let away = glass.post("/signout", &[]).await;
    assert!(away.status.is_success() || away.status.is_redirection(), "{away:?}");
    assert_eq!(glass.get("/admin/domains").await.header("location"), "/signin?return_to=%2Fadmin%2Fdomains");
}
