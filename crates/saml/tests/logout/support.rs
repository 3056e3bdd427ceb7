//! The parties of a logout, and messages as a browser carries them.

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::binding::{Binding, Direction, post_value};
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Rejection, Sent, Verification, VerifiedRequest,
    verify_request,
};
use vestibule_saml::write::{Signer, Status};
use vestibule_saml::{Algorithm, Allowed, Certificate, NameId, SigningKey, names};

pub const ISSUER: &str = "https://idp.example/metadata";
pub const URL: &str = "https://acme.vestibule.example/saml/SingleLogout";
pub const BINDINGS: [Binding; 2] = [Binding::Redirect, Binding::Post];

pub fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub fn signer(name: &str, algorithm: Algorithm) -> Signer {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let pem = std::fs::read_to_string(path).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    Signer { key, certificate: Certificate::from_pem(&pem).unwrap(), algorithm }
}

pub fn idp() -> Signer {
    signer("idp", Algorithm::RsaSha256)
}

pub fn request() -> LogoutRequest {
    LogoutRequest {
        id: "_l1".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        not_on_or_after: Some(now() + SignedDuration::from_mins(5)),
        name_id: NameId {
            value: "zoë <b>&c".to_owned(),
            format: Some(names::name_id_format::PERSISTENT.to_owned()),
            name_qualifier: Some(ISSUER.to_owned()),
            sp_name_qualifier: Some("https://acme.vestibule.example".to_owned()),
        },
        session_indexes: vec!["s1".to_owned(), "s2".to_owned()],
    }
}

pub fn response() -> LogoutResponse {
    LogoutResponse {
        id: "_l2".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        in_response_to: Some("_ours".to_owned()),
        status: Status::success(),
    }
}

/// What a browser brings when it was sent with this.
pub fn arrived(sent: Sent) -> Message {
    match sent {
        Sent::Redirect(url) => Message::from_query(url.split_once('?').unwrap().1).unwrap(),
        Sent::Post { field, value, relay_state, .. } => {
            let direction = if field == "SAMLRequest" { Direction::Request } else { Direction::Response };
            Message::from_form(direction, &value, relay_state).unwrap()
        }
    }
}

pub fn posted(xml: &str) -> Message {
    Message::from_form(Direction::Request, &post_value(xml), None).unwrap()
}

pub fn sent(request: &LogoutRequest, binding: Binding, signer: Option<&Signer>) -> Message {
    arrived(request.parcel(binding, URL).with_relay_state(Some("a b&c".to_owned())).pack(signer).unwrap())
}

pub fn answered(response: &LogoutResponse, binding: Binding, signer: Option<&Signer>) -> Message {
    arrived(response.parcel(binding, URL).pack(signer).unwrap())
}

pub struct Service {
    pub urls: Vec<String>,
    pub certificates: Vec<Certificate>,
    pub allowed: Allowed,
    pub now: Timestamp,
}

impl Service {
    pub fn trusting(certificates: &[&Signer]) -> Self {
        let certificates = certificates.iter().map(|signer| signer.certificate.clone()).collect();
        Self { urls: vec![URL.to_owned()], certificates, allowed: Allowed::default(), now: now() }
    }

    pub fn expected(&self) -> Expected<'_> {
        Expected {
            now: self.now,
            skew_seconds: 180,
            urls: &self.urls,
            issuer: ISSUER,
            certificates: &self.certificates,
            allowed: self.allowed,
            decryption_keys: &[],
        }
    }

    pub fn judge(&self, message: &Message) -> Verification<VerifiedRequest> {
        verify_request(message, &self.expected())
    }

    pub fn accepts(&self, message: &Message) -> VerifiedRequest {
        let Verification { outcome, trace, .. } = self.judge(message);
        assert!(trace.iter().all(|check| check.ok), "{trace:?}");
        outcome.unwrap()
    }

    /// The one failed check is the last.
    pub fn refuses(&self, message: &Message) -> Rejection {
        let Verification { outcome, trace, .. } = self.judge(message);
        assert_eq!(trace.iter().filter(|check| !check.ok).count(), 1, "{trace:?}");
        assert!(!trace.iter().last().unwrap().ok, "{trace:?}");
        outcome.unwrap_err()
    }
}

/// The query of a signed request.
pub fn query() -> String {
    let sent = request()
        .parcel(Binding::Redirect, URL)
        .with_relay_state(Some("a/b".to_owned()))
        .pack(Some(&idp()))
        .unwrap();
    let Sent::Redirect(url) = sent else { panic!() };
    url.split_once('?').unwrap().1.to_owned()
}

/// The first stretch of the text that begins and ends so.
pub fn between(text: &str, begin: &str, end: &str) -> String {
    let from = text.find(begin).unwrap();
    let text = &text[from..];
    let from_last = text.find(end).unwrap() + end.len();
    text[..from_last].to_owned()
}
