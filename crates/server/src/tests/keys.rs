//! Our own certificates on the connection's page, and who is taken for the identity provider at the metadata.

use super::harness::{Answer, Browser, House};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use vestibule_saml::{KeyKind, SigningKey};

/// The value of the first hidden field `key` behind this text.
fn key_after(page: &str, text: &str) -> String {
    let rest = page.split_once(text).unwrap().1;
    let value = rest.split_once("name=\"key\" value=\"").unwrap().1;
    value.split_once('"').unwrap().0.to_owned()
}

async fn page(browser: &mut Browser) -> (String, String) {
    let led = browser.get("/admin/sso").await;
    let address = led.header("location").to_owned();
    (browser.get(&address).await.body, address)
}

async fn read_metadata(house: &House, headers: &[(&str, &str)]) -> Answer {
    house.browser("acme").send(Method::GET, "/saml/metadata/sp", headers, Body::empty()).await
}

#[tokio::test]
async fn an_administrator_makes_the_next_certificate_uses_it_goes_back_and_removes_it() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let (body, address) = page(&mut owner).await;
    assert!(body.contains(">In use<") && !body.contains(">Next<"), "{body}");
    assert!(body.contains("The next one is made on 11 December 2028."), "{body}");

    let made = owner.post(&format!("{address}/keys/prepare"), &[]).await;
    assert_eq!(
        (made.status, made.header("location")),
        (StatusCode::SEE_OTHER, format!("{address}#keys").as_str())
    );
    let (body, _) = page(&mut owner).await;
    assert!(body.contains(">Next<") && !body.contains("Make the next certificate"), "{body}");
    assert_eq!(read_metadata(&house, &[]).await.body.matches("use=\"signing\"").count(), 2);
    let again = owner.post(&format!("{address}/keys/prepare"), &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("There is a next certificate already"), "{}", again.body);

    let next = key_after(&body, ">Next<");
    owner.post(&format!("{address}/keys/use"), &[("key", &next)]).await;
    let (body, _) = page(&mut owner).await;
    let former = key_after(&body, ">Former<");
    assert_ne!(former, next);
    assert!(body.contains("It is removed on 10 June 2026."), "{body}");
    owner.post(&format!("{address}/keys/use"), &[("key", &former)]).await;
    let (body, _) = page(&mut owner).await;
    assert!(body.contains("You went back from it."), "{body}");
    let removed = owner.post(&format!("{address}/keys/remove"), &[("key", &next)]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.body);
    let (body, _) = page(&mut owner).await;
    assert!(!body.contains(">Next<") && body.contains("Make the next certificate"), "{body}");
    let used = owner.post(&format!("{address}/keys/remove"), &[("key", &former)]).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    for bad in ["key_00", "", "usr_1"] {
        let answer = owner.post(&format!("{address}/keys/use"), &[("key", bad)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_no_certificate() {
    let house = House::with("signing_key = \"ecdsa-p256\"").await;
    let mut owner = house.owner("acme").await;
    let (before, address) = page(&mut owner).await;
    let foreign = [("sec-fetch-site", "same-site")];
    let path = format!("{address}/keys/prepare");
    let answer = owner.send(Method::POST, &path, &foreign, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    assert_eq!(page(&mut owner).await.0, before);
    assert_eq!(owner.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_machine_that_reads_the_metadata_is_listed_and_a_browser_is_not() {
    let house = House::with("signing_key = \"ecdsa-p256\"").await;
    let agent = "<b>idp</b>/1";
    for headers in [
        [("user-agent", "Mozilla/5.0"), ("accept", "*/*")],
        [("user-agent", "app/1"), ("cookie", "__Host-vestibule=x")],
        [("user-agent", "app/2"), ("accept-language", "en")],
        [("user-agent", "app/3"), ("sec-fetch-mode", "navigate")],
        [("user-agent", agent), ("accept", "*/*")],
    ] {
        assert_eq!(read_metadata(&house, &headers).await.status, StatusCode::OK);
    }
    let mut owner = house.owner("acme").await;
    let (body, address) = page(&mut owner).await;
    assert!(body.contains("&#60;b&#62;idp") && body.contains("Seen once"), "{body}");
    assert!(!body.contains("app/") && !body.contains("Mozilla"), "{body}");
    house.wait(SignedDuration::from_hours(24));
    let mut owner = house.owner("acme").await;
    owner.post(&format!("{address}/keys/prepare"), &[]).await;
    read_metadata(&house, &[("user-agent", agent)]).await;
    let (body, _) = page(&mut owner).await;
    assert!(
        body.contains(">Counts<") && body.contains("It takes over on 14 March 2026, 09:00:00 UTC."),
        "{body}"
    );
}

#[tokio::test]
async fn the_page_warns_when_our_certificate_ends_and_nothing_takes_over() {
    let house = House::with("signing_key = \"ecdsa-p256\"\ncertificate_rotation = \"manual\"").await;
    let day = |days: i64| SignedDuration::from_hours(24 * days);
    house.wait(day(3 * 365 - 31));
    assert!(!page(&mut house.owner("acme").await).await.0.contains("Our certificate expires"));
    house.wait(day(2));
    let (body, address) = page(&mut house.owner("acme").await).await;
    assert!(
        body.contains("Our certificate expires in 29 days.") && body.contains("Make the next one below"),
        "{body}"
    );
    house.owner("acme").await.post(&format!("{address}/keys/prepare"), &[]).await;
    house.wait(day(30));
    let (body, _) = page(&mut house.owner("acme").await).await;
    assert!(
        body.contains("Our certificate expired on") && body.contains("was not seen to read it"),
        "{body}"
    );
}

#[tokio::test]
async fn an_imported_certificate_is_shown_as_such_with_its_end_and_can_be_removed() {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let house = House::bare().await;
    let until = house.now() + SignedDuration::from_hours(24 * 20 + 1);
    let certificate = key.self_signed("old.example", house.now(), until).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old-sp.pem");
    std::fs::write(&file, [key.to_pem().unwrap().as_str(), &certificate.to_pem()].concat()).unwrap();
    let imported = format!("sign_in_url = \"https://idp.example/sso\"\nimported_keys = [{file:?}]\n");
    house.apply("acme", &format!("{imported}signing_key = \"imported\"")).await;
    let mut owner = house.owner("acme").await;
    let (body, address) = page(&mut owner).await;
    assert!(body.contains(">Imported<") && body.contains("expires in 20 days"), "{body}");
    assert!(body.contains("The imported certificate expires in 20 days."), "{body}");
    assert!(body.contains(&certificate.fingerprint_sha256()) && !body.contains("PRIVATE"), "{body}");
    assert!(body.contains("It signs, until the settings name a key of our own."), "{body}");
    house.apply("acme", &format!("{imported}signing_key = \"ecdsa-p256\"")).await;
    let (body, _) = page(&mut owner).await;
    let id = key_after(&body, ">Imported<");
    let used = owner.post(&format!("{address}/keys/use"), &[("key", &id)]).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    let removed = owner.post(&format!("{address}/keys/remove"), &[("key", &id)]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.body);
    assert!(!page(&mut owner).await.0.contains(">Imported<"));
}
