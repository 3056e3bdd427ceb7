//! Drafts on the connection's page: edited, tested, published, restored.

use super::harness::{Answer, Browser, House, answering};
use axum::http::StatusCode;
use vestibule_saml::binding::redirect_decode;
use vestibule_saml::request;

async fn connection(owner: &mut Browser) -> String {
    owner.get("/admin/sso").await.header("location").to_owned()
}

/// The form as a browser would send it back, with one field changed.
async fn edit(owner: &mut Browser, page: &str, key: &str, value: &str) -> Answer {
    let certificate = super::harness::IDENTITY.certificate.to_pem();
    let fields = [
        ("from", "typed"),
        ("issuer", super::harness::ISSUER),
        ("sign_in_url", "https://idp.example/sso"),
        ("certificates", certificate.as_str()),
        ("enabled", "true"),
        ("sign_requests", "true"),
        ("save_response_logs", "true"),
    ];
    let mut fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != key).collect();
    fields.push((key, value));
    owner.post(&format!("{page}/edit"), &fields).await
}

/// The request of a test. A browser does not follow a redirect from a form to another site: a page leads there.
fn requested(out: &Answer) -> String {
    assert_eq!(out.status, StatusCode::OK, "{}", out.body);
    let (_, to) = out.body.split_once("http-equiv=\"refresh\" content=\"0; url=").unwrap();
    let query =
        to.split_once('"').unwrap().0.split_once('?').unwrap().1.replace("&#38;", "&").replace("&amp;", "&");
    request::read(&redirect_decode(&query).unwrap().xml).unwrap().id
}

#[tokio::test]
async fn p20_a_draft_is_edited_tested_and_published_and_the_administrator_stays_signed_in() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = connection(&mut owner).await;
    assert!(owner.get(&format!("{page}/edit")).await.body.contains("name=\"clock_skew\""));
    let saved = edit(&mut owner, &page, "clock_skew", "60s").await;
    assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
    let shown = owner.get(&page).await.body;
    for part in
        ["Version 2 is a draft", "clock_skew", "<del>180s</del>", "<ins>60s</ins>", "not passed a test"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let asked = owner.post(&format!("{page}/publish"), &[("version", "2")]).await;
    assert!(asked.body.contains("Publish version 2 without a test?"), "{}", asked.body);

    let out = owner.post(&format!("{page}/test"), &[("version", "draft")]).await;
    let id = requested(&out);
    // The post from the other site carries no session, only the cookie that binds it to the browser.
    let session = owner.cookies.remove("__Host-vestibule").unwrap();
    let back = owner.bring(answering(house.response("clara@acme.example"), &id)).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    let report = back.header("location").to_owned();
    assert!(report.starts_with("/admin/sso/test/WEB_"), "{report}");
    assert!(!owner.cookies.contains_key("__Host-vestibule"), "no session came of it");
    assert_eq!(
        owner.get(&report).await.status,
        StatusCode::SEE_OTHER,
        "without a session there is no report"
    );
    owner.cookies.insert("__Host-vestibule".to_owned(), session);
    let told = owner.get(&report).await.body;
    for part in ["Passed", "clara@acme.example would have been created", "How it was decided", "Basic"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let published = owner.post(&format!("{page}/publish"), &[("version", "2")]).await;
    assert_eq!((published.status, published.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
    assert!(!owner.get(&page).await.body.contains("is a draft"));

    let again = format!("{page}/restore/1");
    assert!(owner.post(&again, &[("publish", "yes")]).await.body.contains("Put version 1 in use again?"));
    let restored = owner.post(&again, &[("publish", "yes"), ("consent", "yes")]).await;
    assert_eq!(restored.status, StatusCode::SEE_OTHER, "{}", restored.body);
    assert!(owner.get(&page).await.body.contains("Version 3"));
    // Nobody was created by the test.
    house.wait(jiff::SignedDuration::from_secs(1));
    let member = house.member("clara@acme.example").await;
    assert!(member.cookies.contains_key("__Host-vestibule"));
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_beside_its_field_and_what_failed_in_a_test_with_its_cure() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = connection(&mut owner).await;
    let wrong = edit(&mut owner, &page, "clock_skew", "an hour").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    for part in ["value=\"an hour\"", "aria-invalid=\"true\"", "is not a duration", "id=\"clock_skew-help\""]
    {
        assert!(wrong.body.contains(part), "{part} in {}", wrong.body);
    }
    edit(&mut owner, &page, "issuer", "https://other.example").await;
    let out = owner.post(&format!("{page}/test"), &[("version", "draft")]).await;
    let id = requested(&out);
    let back = owner.bring(answering(house.response("clara@acme.example"), &id)).await;
    let told = owner.get(back.header("location")).await.body;
    for part in ["Failed", "1005", "What to do", "is-different"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(owner.get("/admin/log?outcome=tested").await.body.contains("1005"));
}

#[tokio::test]
async fn a_test_whose_person_is_refused_calls_what_was_signed_proven_and_a_forgery_nothing() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let page = connection(&mut owner).await;
    edit(&mut owner, &page, "provision", "prior_to_sign_in").await;
    let out = owner.post(&format!("{page}/test"), &[("version", "draft")]).await;
    let back = owner.bring(answering(house.response("clara@acme.example"), &requested(&out))).await;
    let told = owner.get(back.header("location")).await.body;
    for part in ["Failed", "1021", "Exactly as the signed assertion carries them", "clara@acme.example"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    for part in ["Not proven", "none of it is proven", "Claimed user"] {
        assert!(!told.contains(part), "{part} in {told}");
    }

    edit(&mut owner, &page, "issuer", "https://other.example").await;
    let out = owner.post(&format!("{page}/test"), &[("version", "draft")]).await;
    let back = owner.bring(answering(house.response("clara@acme.example"), &requested(&out))).await;
    let told = owner.get(back.header("location")).await.body;
    for part in ["1005", "Not proven", "none of it is proven", "Claimed user"] {
        assert!(told.contains(part), "{part} in {told}");
    }
}
