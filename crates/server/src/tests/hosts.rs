//! Which host shows what.

use super::harness::{House, ask};
use crate::scene::Peer;
use axum::body::Body;
use axum::http::{Request, StatusCode};

#[tokio::test]
async fn a_host_without_an_account_says_so_and_shows_the_way() {
    let house = House::new().await;
    let mut browser = house.browser("nobody");
    for host in [
        "nobody.vestibule.example",
        "scim.vestibule.example",
        "a.acme.vestibule.example",
        "acme.example",
        "127.0.0.1:8080",
    ] {
        browser.host = host.to_owned();
        for path in ["/", "/signin", "/profile", "/saml/login", "/admin/sso"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}{path}");
        }
        let page = browser.get("/").await;
        assert!(page.body.contains("There is no account at this address"), "{host}");
        assert!(page.body.contains("href=\"https://vestibule.example/signin\""), "{host}: {}", page.body);
    }
}

#[tokio::test]
async fn a_host_is_read_whatever_its_case_and_port() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    for host in ["acme.vestibule.example", "ACME.Vestibule.Example", "acme.vestibule.example:8443"] {
        browser.host = host.to_owned();
        assert!(browser.get("/signin").await.body.contains("Sign in to Acme"), "{host}");
    }
}

#[tokio::test]
async fn the_base_host_explains_itself_and_finds_accounts() {
    let house = House::new().await;
    let mut browser = house.browser("x");
    browser.host = "vestibule.example".to_owned();
    assert!(browser.get("/").await.body.contains("acme.vestibule.example"));
    assert!(browser.get("/signin").await.body.contains("Company domain or e-mail address"));
    for query in ["acme", " ACME ", "acme.example", "new@acme.example", "o@acme.example"] {
        let answer = browser.post("/signin", &[("query", query)]).await;
        assert!(
            answer.body.contains("0; url=https://acme.vestibule.example/signin"),
            "{query}: {}",
            answer.body
        );
    }
    let answer = browser.post("/signin", &[("query", "\"><script>alert(1)</script>")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
    assert_eq!(browser.get("/profile").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn probes_are_answered_at_the_base_host_and_by_address() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    for host in ["vestibule.example", "10.1.2.3:8080", "localhost"] {
        browser.host = host.to_owned();
        for path in ["/healthz", "/readyz"] {
            let answer = browser.get(path).await;
            assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"), "{host}{path}");
        }
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_may_name_another_host() {
    let house = House::new().await;
    for (peer, seen) in [("10.1.2.3:999", true), ("192.0.2.1:999", false)] {
        let mut request = Request::builder()
            .uri("/signin")
            .header("host", "backend.internal")
            .header("x-forwarded-host", "acme.vestibule.example, backend.internal")
            .body(Body::empty())
            .unwrap();
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        let answer = ask(&house.door, request).await;
        assert_eq!(answer.body.contains("Sign in to Acme"), seen, "{peer}");
    }
}

#[tokio::test]
async fn a_request_without_a_host_reaches_nobody() {
    let house = House::new().await;
    let answer = ask(&house.door, Request::builder().uri("/profile").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
