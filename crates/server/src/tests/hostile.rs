//! What identity providers and addresses say is shown as text, never as markup.

use super::harness::{Answer, House, attribute, form};
use axum::http::StatusCode;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{7*7}}</pre></details>";

fn shown_as_text(answer: &Answer, place: &str) {
    assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<img src=x"), "{place}");
    assert!(!answer.body.contains("\"><script") && !answer.body.contains("onerror='"), "{place}");
}

#[tokio::test]
async fn p18_attributes_of_an_accepted_response_are_text_on_every_page() {
    let house = House::new().await;
    let mut response = house.response("clara@acme.example");
    let assertion = response.assertion.as_mut().unwrap();
    assertion.attributes = vec![
        attribute("mail", "clara@acme.example"),
        attribute("givenName", HOSTILE),
        attribute("department", "=HYPERLINK(\"https://evil.example\")"),
        attribute(HOSTILE, HOSTILE),
    ];
    let mut browser = house.browser("acme");
    let answer = browser.sign_in(response).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let profile = browser.get("/profile").await;
    shown_as_text(&profile, "profile");
    assert!(profile.body.contains("&#60;script&#62;alert(1)"), "{}", profile.body);
    let row = house.owner("acme").await.get(&format!("/admin/log/{}", answer.header("x-tracking-id"))).await;
    shown_as_text(&row, "log row");
    assert!(row.body.contains("&#60;script&#62;alert(1)"), "{}", row.body);
}

#[tokio::test]
async fn p18_every_word_of_a_refused_response_is_text() {
    let house = House::new().await;
    let mut response = house.response(HOSTILE);
    response.issuer = HOSTILE.to_owned();
    response.destination = Some(HOSTILE.to_owned());
    response.status.message = Some(HOSTILE.to_owned());
    response.status.sub_code = Some(HOSTILE.to_owned());
    let assertion = response.assertion.as_mut().unwrap();
    assertion.issuer = HOSTILE.to_owned();
    assertion.recipient = HOSTILE.to_owned();
    assertion.audiences = vec![HOSTILE.to_owned()];
    let failure = vestibule_saml::write::Response {
        id: "_failed".to_owned(),
        status: vestibule_saml::write::Status {
            code: vestibule_saml::names::status::RESPONDER.to_owned(),
            sub_code: Some(HOSTILE.to_owned()),
            message: Some(HOSTILE.to_owned()),
        },
        assertion: None,
        ..response.clone()
    };
    let mut owner = house.owner("acme").await;
    for response in [response, failure] {
        let answer = house.browser("acme").sign_in(response).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        shown_as_text(&answer, "error page");
        shown_as_text(&owner.get("/admin/log").await, "log");
        let row = owner.get(&format!("/admin/log/{}", answer.header("x-tracking-id"))).await;
        shown_as_text(&row, "log row");
        assert!(row.body.contains("&#60;script&#62;alert(1)"), "{}", row.body);
    }
}

#[tokio::test]
async fn p18_what_visitors_type_is_text() {
    let house = House::new().await;
    let mut browser = house.browser("acme");
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", HOSTILE).finish();
    shown_as_text(&browser.get(&format!("/signin?{query}")).await, "return_to");
    shown_as_text(&browser.post("/signin", &[("email", HOSTILE), ("return_to", HOSTILE)]).await, "email");
    shown_as_text(
        &browser.post("/signin/password", &[("email", HOSTILE), ("password", HOSTILE)]).await,
        "password",
    );
    shown_as_text(&browser.get("/verify/%22%3E%3Cscript%3Ealert(1)").await, "token");
    shown_as_text(
        &browser.bring_form(form(&[("SAMLResponse", HOSTILE), ("RelayState", HOSTILE)])).await,
        "ACS",
    );
    let mut owner = house.owner("acme").await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            ["tracking_id", "user", "code", "outcome", "since", "before"].map(|name| (name, HOSTILE)),
        )
        .finish();
    shown_as_text(&owner.get(&format!("/admin/log?{query}")).await, "log search");
}

#[tokio::test]
async fn p18_a_hostile_address_of_the_identity_provider_stays_an_attribute_of_the_form() {
    let hostile = "https://idp.example/sso?a=%22&b='><script>alert(1)</script>";
    let house = House::bare().await;
    house.apply("acme", &format!("sign_in_url = \"{hostile}\"\nbinding = \"post\"")).await;
    let answer = house.browser("acme").get("/saml/login").await;
    shown_as_text(&answer, "auto-submit form");
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' https://idp.example https:"), "{policy}");
    shown_as_text(&house.owner("acme").await.get("/admin/sso").await, "connection page");
}
