//! The administrators' pages.

use super::harness::{House, IDENTITY, ISSUER};
use axum::http::StatusCode;
use jiff::SignedDuration;

#[tokio::test]
async fn the_connection_page_shows_both_sides_and_warns_of_certificates() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = owner.follow("/admin/sso").await;
    assert_eq!(page.status, StatusCode::OK);
    let fingerprint = IDENTITY.certificate.fingerprint_sha256();
    for shown in [
        "Published",
        ISSUER,
        "https://idp.example/sso",
        &fingerprint,
        "expires in 19 days",
        "https://acme.vestibule.example/saml/SSO",
        "https://acme.vestibule.example/saml/metadata/sp",
        "data-copy=\"acme.vestibule.example\"",
        "data-copy=\"-----BEGIN CERTIFICATE-----",
    ] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
    house.wait(SignedDuration::from_hours(24 * 30));
    let page = house.owner("acme").await.follow("/admin/sso").await;
    assert!(page.body.contains("expired on 1 April 2026"), "{}", page.body);
}

#[tokio::test]
async fn without_a_connection_the_page_says_how_to_make_one_and_has_our_values() {
    let house = House::bare().await;
    let page = house.owner("acme").await.follow("/admin/sso").await;
    for shown in ["Not connected", "vestibule apply acme.toml", "https://acme.vestibule.example/saml/SSO"] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
}

#[tokio::test]
async fn a_draft_is_told_from_what_is_published() {
    let house = House::bare().await;
    house.apply("acme", "sign_in_url = \"https://idp.example/sso\"\ndraft = true").await;
    let page = house.owner("acme").await.follow("/admin/sso").await;
    assert!(page.body.contains("This connection is a draft."), "{}", page.body);
    assert!(!page.body.contains("is-good\">Published<"), "{}", page.body);
}

#[tokio::test]
async fn the_log_is_searched_by_everything_it_shows() {
    let house = House::new().await;
    house.member("clara@acme.example").await;
    house.wait(SignedDuration::from_secs(10));
    let mut wrong = house.response("jo@acme.example");
    wrong.assertion.as_mut().unwrap().audiences = vec!["https://elsewhere.example".to_owned()];
    let refused = house.browser("acme").sign_in(wrong).await;
    let id = refused.header("x-tracking-id").to_owned();
    let mut owner = house.owner("acme").await;
    let by_id = format!("tracking_id={}", id.to_lowercase());
    for (query, clara, jo) in [
        ("", true, true),
        (by_id.as_str(), false, true),
        ("user=CLARA%40acme.example", true, false),
        ("code=1007", false, true),
        ("code=1003", false, false),
        ("outcome=accepted", true, false),
        ("since=1h", true, true),
        ("tracking_id=&user=&code=&outcome=&since=", true, true),
    ] {
        let page = owner.get(&format!("/admin/log?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        let row = |name: &str| page.body.contains(&format!(">{name}@acme.example</a>"));
        assert_eq!((row("clara"), row("jo")), (clara, jo), "{query}: {}", page.body);
    }
    house.wait(SignedDuration::from_mins(90));
    assert!(owner.get("/admin/log?since=1h").await.body.contains("No response matches"));
    for query in ["tracking_id=WEB_12", "code=9999", "code=x"] {
        let page = owner.get(&format!("/admin/log?{query}")).await;
        assert!(page.body.contains("role=\"alert\""), "{query}: {}", page.body);
    }
    assert_eq!(owner.get("/admin/log?code=1&code=2").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_empty_log_says_what_to_do() {
    let house = House::new().await;
    let page = house.owner("acme").await.get("/admin/log").await;
    assert!(
        page.body.contains("No response has come yet") && page.body.contains("href=\"/signin\""),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_log_is_leafed_through_without_losing_a_row() {
    let house = House::new().await;
    for _ in 0..52 {
        house.wait(SignedDuration::from_secs(1));
        house.browser("acme").bring_form("SAMLResponse=".into()).await;
    }
    let mut owner = house.owner("acme").await;
    let rows = |body: &str| body.matches("class=\"open\"").count();
    let first = owner.get("/admin/log?code=1001").await;
    assert_eq!(rows(&first.body), 50);
    let older = first.body.split("href=\"").find(|href| href.contains("before=")).unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    assert!(older.starts_with("/admin/log?code=1001&before=log_"), "{older}");
    let second = owner.get(&older).await;
    assert_eq!(rows(&second.body), 2);
    assert!(second.body.contains("href=\"/admin/log?code=1001\""), "{}", second.body);
}

#[tokio::test]
async fn an_unknown_tracking_id_is_answered_with_what_to_do() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let answer = owner.get(&format!("/admin/log/WEB_{}", "0".repeat(32))).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("no such tracking ID") && answer.body.contains("7 days"), "{}", answer.body);
    assert_eq!(owner.get("/admin/log/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_guide_shows_the_values_of_the_account_and_of_no_other() {
    let house = House::new().await;
    house.account("globex", "Globex").await;
    let list = house.owner("acme").await.get("/admin/guides").await;
    assert!(list.body.contains("href=\"/admin/guides/simplesamlphp\""), "{}", list.body);
    let guide = house.owner("acme").await.get("/admin/guides/simplesamlphp").await;
    for ours in ["https://acme.vestibule.example/saml/SSO", "acme.toml", "-----BEGIN CERTIFICATE-----"] {
        assert!(guide.body.contains(ours), "no {ours}: {}", guide.body);
    }
    let unconnected = house.owner("globex").await.get("/admin/guides/simplesamlphp").await;
    assert!(unconnected.body.contains("https://globex.vestibule.example/saml/SSO"), "{}", unconnected.body);
    assert!(unconnected.body.contains("once the account file was applied"), "{}", unconnected.body);
    assert!(!unconnected.body.contains("acme.vestibule"), "{}", unconnected.body);
    let mut owner = house.owner("acme").await;
    for path in ["/admin/guides/none", "/admin/guides/okta?connection=con_none"] {
        assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_overview_says_what_to_do_next_and_how_many_came() {
    let bare = House::bare().await;
    let page = bare.owner("acme").await.follow("/admin").await;
    for shown in ["0 of 6 done", "href=\"/admin/sso/setup\"", "aria-current=\"page\">Overview</a>"] {
        assert!(page.body.contains(shown), "no {shown}: {}", page.body);
    }
    let house = House::new().await;
    house.member("clara@acme.example").await;
    let mut wrong = house.response("jo@acme.example");
    wrong.assertion.as_mut().unwrap().audiences = vec!["https://elsewhere.example".to_owned()];
    house.browser("acme").sign_in(wrong).await;
    let page = house.owner("acme").await.follow("/admin").await;
    for shown in ["1 accepted", "1 refused", "/admin/log?code=1007", "certificate ends on", "acme.example"] {
        assert!(page.body.contains(shown), "no {shown}: {}", page.body);
    }
    assert!(!page.body.contains("style="), "the policy allows no inline style");
}
