//! The other side: an identity provider with a fixed key, whose honest answers a test may bend before they are signed.

use crate::account::Account;
use crate::world::{START, Time, minutes};
use jiff::Timestamp;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use vestibule_idp::attack::Genuine;
use vestibule_saml::request::AuthnRequest;
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Attribute, Certificate, KeyKind, NameId, SigningKey, binding, names};

/// Its entity ID.
pub const ISSUER: &str = "https://idp.example/metadata";
/// Where it takes requests.
pub const SIGN_IN_URL: &str = "https://idp.example/sso";

const KEY: &str = include_str!("keys/idp.pem");
/// A key that it will use next, or that somebody else has.
const NEXT_KEY: &str = include_str!("keys/next.pem");

/// The identity provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider {
    time: Time,
    signer: Signer,
    answers: Arc<AtomicU32>,
}

impl Provider {
    pub fn new(time: Time) -> Self {
        Self { time, signer: signer(KEY, Algorithm::RsaSha256), answers: Arc::default() }
    }

    /// The same provider after it changed its key.
    pub fn with_next_key(&self) -> Self {
        Self { signer: signer(NEXT_KEY, Algorithm::EcdsaSha256), ..self.clone() }
    }

    pub fn certificate(&self) -> &Certificate {
        &self.signer.certificate
    }

    /// What it signs with.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    pub fn certificate_pem(&self) -> String {
        self.signer.certificate.to_pem()
    }

    /// The honest answer to a request.
    pub fn answer(&self, account: &Account, request: &AuthnRequest, person: &Person) -> Answer {
        let mut answer = self.unsolicited(account, person);
        answer.response.in_response_to = Some(request.id.clone());
        answer.assertion().in_response_to = Some(request.id.clone());
        answer
    }

    /// What it says when nobody asked.
    pub fn unsolicited(&self, account: &Account, person: &Person) -> Answer {
        let now = self.time.now();
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let acs = format!("https://{}.vestibule.example/saml/SSO", account.label);
        let assertion = Assertion {
            id: format!("_assertion{number}"),
            issue_instant: now,
            issuer: ISSUER.to_owned(),
            name_id: person.name_id.clone().map(|value| NameId { value, ..NameId::default() }),
            recipient: acs.clone(),
            in_response_to: None,
            not_before: Some(now),
            not_on_or_after: now + minutes(5),
            audiences: vec![format!("https://{}.vestibule.example", account.label)],
            one_time_use: false,
            authn_instant: now,
            authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
            session_index: Some(format!("session{number}")),
            session_not_on_or_after: None,
            attributes: person.attributes.clone(),
        };
        let response = Response {
            id: format!("_response{number}"),
            issue_instant: now,
            issuer: ISSUER.to_owned(),
            destination: Some(acs),
            in_response_to: None,
            status: Status::success(),
            assertion: Some(assertion),
        };
        Answer { response, signed: Signed::Assertion, signer: self.signer.clone() }
    }
}

/// Who signs metadata: a key that signs no response.
pub fn registrar() -> &'static Signer {
    static REGISTRAR: OnceLock<Signer> = OnceLock::new();
    REGISTRAR.get_or_init(|| {
        let key = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
        let now: Timestamp = START.parse().unwrap();
        let certificate = key.self_signed("federation.example", now, now + minutes(60 * 24 * 365)).unwrap();
        Signer { key, certificate, algorithm: Algorithm::EcdsaSha256 }
    })
}

fn signer(pem: &str, algorithm: Algorithm) -> Signer {
    let key = SigningKey::from_pem(pem).unwrap();
    Signer { key, certificate: Certificate::from_pem(pem).unwrap(), algorithm }
}

/// A response that is not signed yet.
pub struct Answer {
    pub response: Response,
    pub signed: Signed,
    pub signer: Signer,
}

impl Answer {
    pub fn assertion(&mut self) -> &mut Assertion {
        self.response.assertion.as_mut().unwrap()
    }

    /// The assertion's ID.
    pub fn with_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.assertion().id);
        self
    }

    pub fn form_value(&self) -> String {
        binding::post_value(self.response.write_signed(self.signed, &self.signer).unwrap())
    }

    /// What bad responses are made from.
    pub fn genuine(self, signed: Signed) -> Genuine {
        Genuine { response: self.response, signed, signer: self.signer, encryption_certificate: None }
    }
}

/// Somebody whom the identity provider knows.
#[derive(Clone)]
pub struct Person {
    pub name_id: Option<String>,
    pub attributes: Vec<Attribute>,
}

impl Person {
    /// Somebody whose NameID is an address, and of whom nothing else is said.
    pub fn of(email: &str) -> Self {
        Self { name_id: Some(email.to_owned()), attributes: Vec::new() }
    }

    /// The employee of most stories.
    pub fn anna() -> Self {
        Self::of("anna@acme.example")
            .with("mail", &["anna@acme.example"])
            .with("givenName", &["Anna"])
            .with("sn", &["Berg"])
            .with("department", &["Research"])
    }

    /// The same person with an attribute set.
    pub fn with(mut self, name: &str, values: &[&str]) -> Self {
        self.attributes.retain(|attribute| attribute.name != name);
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.attributes.push(Attribute { name: name.to_owned(), friendly_name: None, values });
        self
    }
}
