//! The walk through the identity provider and back.

use super::harness::{House, IDENTITY, answering, form};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use vestibule_saml::binding::post_value;
use vestibule_saml::write::Signed;

#[tokio::test]
async fn a_person_walks_through_the_identity_provider_to_the_profile() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let id = browser.request_id("/saml/login?return_to=%2Fprofile%3Ffrom%3Dmail&from=web").await;
    let answer = browser.bring(answering(house.response("clara@acme.example"), &id)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), "/profile?from=mail");
    let profile = browser.get("/profile").await;
    assert_eq!(profile.status, StatusCode::OK);
    for shown in
        ["clara@acme.example", "Clara", "givenName", "R&#38;D", "Basic", "Member", "Company sign-in (SSO)"]
    {
        assert!(profile.body.contains(shown), "{shown} in {}", profile.body);
    }
    assert_eq!(browser.get("/").await.header("location"), "/profile");
    assert_eq!(browser.get("/signin").await.header("location"), "/profile");
}

#[tokio::test]
async fn cookies_are_host_cookies_and_only_the_binding_crosses_sites() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let out = browser.get("/saml/login").await;
    let binding = out.cookies().join("\n");
    assert!(binding.starts_with("__Host-vestibule-browser="), "{binding}");
    assert!(binding.ends_with("; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=900"), "{binding}");
    let back = browser.sign_in(house.response("clara@acme.example")).await;
    let session = back.cookies().join("\n");
    assert!(session.starts_with("__Host-vestibule=acc_"), "{session}");
    assert!(session.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{session}");
}

#[tokio::test]
async fn a_refused_person_sees_the_tracking_id_and_nothing_about_the_cause() {
    let house = House::new().await;
    let mut response = house.response("clara@acme.example");
    response.assertion.as_mut().unwrap().audiences = vec!["https://elsewhere.example".to_owned()];
    let mut browser = house.browser("acme");
    let answer = browser.sign_in(response).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let tracking_id = answer.header("x-tracking-id").to_owned();
    assert!(answer.body.contains(&tracking_id), "{}", answer.body);
    for secret in ["audience", "Audience", "1007", "elsewhere", "clara"] {
        assert!(!answer.body.contains(secret), "{secret} in {}", answer.body);
    }
    assert!(answer.cookies().is_empty());
    assert_eq!(browser.get("/profile").await.status, StatusCode::SEE_OTHER);

    let page = house.owner("acme").await.get(&format!("/admin/log/{tracking_id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for shown in ["1007", "What to do", "https://elsewhere.example", "Differs", "givenName", "Claimed user"] {
        assert!(page.body.contains(shown), "{shown} in {}", page.body);
    }
}

#[tokio::test]
async fn p17_a_response_in_a_browser_that_asked_for_none_restarts_once_and_signs_nobody_in() {
    let house = House::new().await;
    let mut attacker = house.browser("acme");
    let id = attacker.request_id("/saml/login").await;
    let stolen = || answering(house.response("attacker@acme.example"), &id);
    let mut victim = house.browser("acme");
    let first = victim.bring(stolen()).await;
    assert_eq!(first.status, StatusCode::FORBIDDEN);
    assert!(!victim.cookies.contains_key("__Host-vestibule"), "{first:?}");
    assert_eq!(victim.get("/profile").await.header("location"), "/signin?return_to=%2Fprofile");
}

#[tokio::test]
async fn p17_an_unsolicited_response_begins_a_sign_in_of_our_own_and_cannot_loop() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let first = browser.bring(house.response("clara@acme.example")).await;
    assert_eq!(
        (first.status, first.header("location")),
        (StatusCode::SEE_OTHER, "/saml/login"),
        "{}",
        first.body
    );
    assert!(first.cookies().join("").contains("SameSite=None; Max-Age=300"));
    assert!(first.header("x-tracking-id").starts_with("WEB_"));
    assert!(!browser.cookies.contains_key("__Host-vestibule"));
    house.wait(SignedDuration::from_secs(1));
    let second = browser.bring(house.response("clara@acme.example")).await;
    assert_eq!(second.status, StatusCode::FORBIDDEN, "{}", second.body);
    let path = format!("/admin/log/{}", second.header("x-tracking-id"));
    assert!(house.owner("acme").await.get(&path).await.body.contains("1017"));
    house.wait(SignedDuration::from_secs(1));
    let honest = browser.sign_in(house.response("clara@acme.example")).await;
    assert_eq!(honest.header("location"), "/profile", "{}", honest.body);
}

#[tokio::test]
async fn p14_relay_state_leads_nowhere_and_is_never_shown() {
    let house = House::new().await;
    let long = "a".repeat(2048);
    for relay_state in ["https://evil.example/", "//evil.example", "\"><script>alert(1)</script>", &long, ""]
    {
        house.wait(SignedDuration::from_secs(1));
        let mut browser = house.browser("acme");
        let id = browser.request_id("/saml/login").await;
        let response = answering(house.response("clara@acme.example"), &id);
        let xml = response
            .write_signed(vestibule_saml::write::Signed::Assertion, &super::harness::IDENTITY)
            .unwrap();
        let value = vestibule_saml::binding::post_value(&xml);
        let answer = browser.bring_form(form(&[("RelayState", relay_state), ("SAMLResponse", &value)])).await;
        assert_eq!(answer.header("location"), "/profile", "{relay_state}: {}", answer.body);
        let replayed =
            browser.bring_form(form(&[("RelayState", relay_state), ("SAMLResponse", &value)])).await;
        assert_eq!(replayed.status, StatusCode::FORBIDDEN);
        assert!(relay_state.is_empty() || !replayed.body.contains(relay_state), "{relay_state}");
    }
}

#[tokio::test]
async fn p14_the_place_to_return_to_is_always_a_path_of_this_host() {
    let house = House::new().await;
    for (wanted, led_to) in [
        ("/admin/log?code=1007", "/admin/log?code=1007"),
        ("https://evil.example/", "/profile"),
        ("//evil.example/", "/profile"),
        ("/\\evil.example/", "/profile"),
        ("javascript:alert(1)", "/profile"),
    ] {
        house.wait(SignedDuration::from_secs(1));
        let mut browser = house.browser("acme");
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", wanted).finish();
        let id = browser.request_id(&format!("/saml/login?{query}")).await;
        let answer = browser.bring(answering(house.response("clara@acme.example"), &id)).await;
        assert_eq!(answer.header("location"), led_to, "{wanted}");
        assert_eq!(browser.get(&format!("/signin?{query}")).await.header("location"), led_to, "{wanted}");
    }
}

#[tokio::test]
async fn x22_a_body_over_the_limit_is_refused_and_logged_as_unreadable() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    for size in [0, 300 * 1024, 3 * 1024 * 1024] {
        let answer = browser.bring_form(format!("SAMLResponse={}", "A".repeat(size)).into()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{size}");
        let path = format!("/admin/log/{}", answer.header("x-tracking-id"));
        let page = house.owner("acme").await.get(&path).await;
        assert!(page.body.contains("1001"), "{size}: {}", page.body);
    }
}

#[tokio::test]
async fn the_assertion_consumer_service_takes_posts_alone() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let answer = browser.get("/saml/SSO").await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    assert!(answer.body.contains("sign-in page"), "{}", answer.body);
    let answer = browser.send(Method::PUT, "/signin", &[], form(&[])).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD,POST"));
}

#[tokio::test]
async fn a_request_by_post_goes_through_a_page_that_may_send_to_the_identity_provider_alone() {
    let house = House::with("binding = \"post\"").await;
    let answer = house.browser("acme").get("/saml/login").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' https://idp.example https:"), "{policy}");
    assert!(answer.body.contains("action=\"https://idp.example/sso\""), "{}", answer.body);
    assert!(
        answer.body.contains("name=\"SAMLRequest\"") && answer.body.contains("<button"),
        "{}",
        answer.body
    );
    assert!(answer.cookies().join("").starts_with("__Host-vestibule-browser="));
}

#[tokio::test]
async fn metadata_is_there_for_the_identity_provider() {
    let house = House::new().await;
    let answer = house.browser("acme").get("/saml/metadata/sp").await;
    assert_eq!(answer.header("content-type"), "application/samlmetadata+xml");
    assert!(answer.body.contains("https://acme.vestibule.example/saml/SSO"), "{}", answer.body);
}

#[tokio::test]
async fn without_a_connection_the_way_out_says_what_to_do() {
    let house = House::bare().await;
    let answer = house.browser("acme").get("/saml/login").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("Single sign-on is not set up"), "{}", answer.body);
    let page = house.browser("acme").get("/signin").await;
    assert!(!page.body.contains("identity provider"), "{}", page.body);
}

#[tokio::test]
async fn p02_responses_are_taken_at_the_path_of_another_product_that_was_named_and_at_no_other() {
    let house = House::with("accepted_acs = [\"/old/acs\", \"https://old.example/sso/acme\"]").await;
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://idp.example")];
    let bring = async |path: &str, named: &str| {
        house.wait(SignedDuration::from_secs(1));
        let mut browser = house.browser("acme");
        let id = browser.request_id("/saml/login").await;
        let mut response = answering(house.response("clara@acme.example"), &id);
        response.destination = Some(named.to_owned());
        named.clone_into(&mut response.assertion.as_mut().unwrap().recipient);
        let xml = response.write_signed(Signed::Assertion, &IDENTITY).unwrap();
        let body = form(&[("SAMLResponse", &post_value(&xml))]);
        let answer = browser.send(Method::POST, path, &foreign, body).await;
        (answer.status, browser.cookies.contains_key("__Host-vestibule"))
    };
    let named = "https://acme.vestibule.example/old/acs";
    for (path, named) in [("/old/acs", named), ("/sso/acme", "https://old.example/sso/acme")] {
        assert_eq!(bring(path, named).await, (StatusCode::SEE_OTHER, true), "{path}");
    }
    for path in ["/old", "/old/acs/", "/OLD/acs", "/old/other", "/sso/acme/x", "/old/acs/../acs"] {
        assert_eq!(bring(path, named).await, (StatusCode::NOT_FOUND, false), "{path}");
    }
    // It is a page of nobody, and an address of this account alone.
    let mut browser = house.browser("acme");
    assert_eq!(browser.get("/old/acs").await.status, StatusCode::NOT_FOUND);
    house.account("beta", "Beta").await;
    let mut beta = house.browser("beta");
    let answer = beta.send(Method::POST, "/old/acs", &foreign, form(&[("SAMLResponse", "x")])).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
