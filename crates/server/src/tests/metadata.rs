//! The identity provider's metadata on the connection's page: fetched from a listener of the test, accepted, dismissed.

use super::harness::{Browser, House, IDENTITY, ISSUER};
use axum::http::StatusCode;
use jiff::SignedDuration;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use vestibule_app::outbox;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::Endpoint;
use vestibule_saml::metadata::idp::{self, IdentityProvider};
use vestibule_saml::{Certificate, KeyKind, SigningKey};

/// The account, the server of its identity provider's metadata, and the page of the connection.
struct Followed {
    house: House,
    answer: Arc<Mutex<Vec<u8>>>,
    owner: Browser,
    address: String,
}

impl Followed {
    async fn begin() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/metadata", listener.local_addr().unwrap());
        let answer = Arc::<Mutex<Vec<u8>>>::default();
        let kept = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(&kept.lock().unwrap());
            }
        });
        let house = House::reaching(vec!["127.0.0.1/32".parse().unwrap()]).await;
        let owner = house.owner("acme").await;
        let mut followed = Self { house, answer, owner, address: String::new() };
        followed.publishes(&[&IDENTITY.certificate], "https://idp.example/sso");
        let file = format!(
            "account = \"acme\"\n[sso]\nidp_metadata_url = \"{url}\"\nsigning_key = \"ecdsa-p256\"\n\
             [domains.\"acme.example\"]\n[mapping.basic]\ndefault_license = \"basic\"\nemail = \"mail\"\n"
        );
        followed.house.apply_text(file).await;
        followed.address = followed.owner.get("/admin/sso").await.header("location").to_owned();
        followed
    }

    fn answers(&self, head: &str, body: &str) {
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        *self.answer.lock().unwrap() = answer.into_bytes();
    }

    fn publishes(&self, certificates: &[&Certificate], sign_in_url: &str) {
        let metadata = IdentityProvider {
            entity_id: ISSUER.to_owned(),
            sso: vec![Endpoint::new(Binding::Redirect, sign_in_url)],
            slo: Vec::new(),
            signing_certificates: certificates.iter().copied().cloned().collect(),
            name_id_formats: Vec::new(),
            valid_until: None,
            cache_duration: None,
            want_authn_requests_signed: false,
        };
        self.answers("200 OK", &idp::write(&metadata));
    }

    async fn page(&mut self) -> String {
        self.owner.get(&self.address).await.body
    }

    /// Presses a button, is led back, and gives the page.
    async fn press(&mut self, button: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.owner.post(&format!("{}/metadata/{button}", self.address), fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("location"), format!("{}#metadata", self.address));
        self.page().await
    }
}

fn next_certificate() -> Certificate {
    let key = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
    let (from, to) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2028-03-01T00:00:00Z".parse().unwrap());
    key.self_signed("next.idp.example", from, to).unwrap()
}

/// What the forms about the difference name it.
fn since(page: &str) -> String {
    let value = page.split_once("name=\"since\" value=\"").unwrap().1;
    value.split_once('"').unwrap().0.to_owned()
}

const NOTE: &str = "Your identity provider changed its metadata.";

#[tokio::test]
async fn an_administrator_sees_what_the_metadata_says_and_accepts_it() {
    let mut followed = Followed::begin().await;
    let body = followed.press("fetch", &[]).await;
    assert!(body.contains("Its metadata</h2>") && body.contains("12 March 2026, 09:00:00 UTC"), "{body}");
    assert!(!body.contains(NOTE) && !body.contains(">Accept<"), "{body}");

    let next = next_certificate();
    followed.publishes(&[&next], "https://idp.example/new");
    let body = followed.press("fetch", &[]).await;
    for word in [
        NOTE,
        ">New<",
        ">Not listed any more<",
        &next.fingerprint_sha256(),
        "<ins>https://idp.example/new</ins>",
    ] {
        assert!(body.contains(word), "{word}: {body}");
    }
    let mails = outbox::list(&followed.house.app.operator()).await.unwrap();
    let link = format!("https://acme.vestibule.example{}\n", followed.address);
    assert!(mails.iter().any(|mail| mail.body_text.contains(&link)), "{link}");

    let since = since(&body);
    let body = followed.press("accept", &[("since", &since)]).await;
    assert!(body.contains("https://idp.example/new") && body.contains("CN=next.idp.example"), "{body}");
    assert!(!body.contains(NOTE) && !body.contains("CN=idp.example"), "{body}");
    let path = format!("{}/metadata/accept", followed.address);
    let again = followed.owner.post(&path, &[("since", &since)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    for bad in ["", "yesterday", "<b>"] {
        let answer = followed.owner.post(&path, &[("since", bad)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn what_an_administrator_dismisses_changes_nothing_and_can_still_be_accepted() {
    let mut followed = Followed::begin().await;
    followed.publishes(&[&IDENTITY.certificate], "https://idp.example/new");
    let body = followed.press("fetch", &[]).await;
    let body = followed.press("dismiss", &[("since", &since(&body))]).await;
    assert!(body.contains(">Dismissed<") && !body.contains(NOTE) && !body.contains(">Dismiss<"), "{body}");
    let body = followed.press("fetch", &[]).await;
    assert!(body.contains(">Dismissed<") && body.contains("<del>https://idp.example/sso</del>"), "{body}");
    let body = followed.press("accept", &[("since", &since(&body))]).await;
    assert!(!body.contains(">Dismissed<") && body.contains("https://idp.example/new"), "{body}");
}

#[tokio::test]
async fn metadata_that_cannot_be_read_is_told_at_once_and_above_everything_after_a_day() {
    let mut followed = Followed::begin().await;
    followed.answers("503 Service Unavailable", "");
    let body = followed.press("fetch", &[]).await;
    assert!(body.contains("It cannot be read.") && body.contains("503"), "{body}");
    assert!(!body.contains("metadata could not be read since"), "{body}");
    followed.house.wait(SignedDuration::from_hours(25));
    followed.owner = followed.house.owner("acme").await;
    let body = followed.page().await;
    assert!(body.contains("metadata could not be read since 12 March 2026."), "{body}");
    followed.publishes(&[&IDENTITY.certificate], "https://idp.example/sso");
    let body = followed.press("fetch", &[]).await;
    assert!(!body.contains("cannot be read") && !body.contains("could not be read"), "{body}");
}

#[tokio::test]
async fn a_connection_that_follows_no_metadata_shows_none_and_fetches_none() {
    let house = House::new().await;
    let mut owner = house.owner("acme").await;
    let address = owner.get("/admin/sso").await.header("location").to_owned();
    assert!(!owner.get(&address).await.body.contains("Its metadata</h2>"));
    let answer = owner.post(&format!("{address}/metadata/fetch"), &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
}

#[tokio::test]
async fn a_member_neither_fetches_nor_accepts_nor_dismisses() {
    let house = House::new().await;
    let address = house.owner("acme").await.get("/admin/sso").await.header("location").to_owned();
    let mut member = house.member("clara@acme.example").await;
    for button in ["fetch", "accept", "dismiss"] {
        let fields = [("since", "2026-03-12T09:00:00Z")];
        let answer = member.post(&format!("{address}/metadata/{button}"), &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{button}");
    }
}
