//! What is written: the messages of all cases that the test identity provider can make.
//!
//! | module | holds |
//! |---|---|
//! | `signed` | accepted: what may be signed, how, and by which key |
//! | `shaped` | accepted: how the same can be written in XML |
//! | `stated` | accepted: what a response may say |
//! | `encrypted` | what is encrypted, and accidents with it |
//! | `dialects` | accepted: how other vendors write |
//! | `refused` | refused: every attack, and what is no attack but an accident |
//!
//! The one thing to know: RSA PKCS #1 signatures are deterministic, and everything else is passed in, so two runs write
//! the same bytes. What is encrypted, or signed by other algorithms, is random and written once.

use std::fs;

use jiff::Timestamp;
use vestibule_idp::attack::Genuine;
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Attribute, Certificate, Hash, NameId, SigningKey, names};

use crate::case::{ACS, Case, ENTITY_IDS, ISSUER, NOW, REQUEST, certificate, tests_folder};

mod dialects;
mod encrypted;
mod refused;
mod shaped;
mod signed;
mod stated;

/// A case to write.
pub struct Built {
    /// The name of its folder.
    pub name: String,
    /// Whether the message differs each time it is made, for the sake of its signature; then it is written once.
    pub once: bool,
    case: Case,
    content: Content,
}

enum Content {
    Message(Vec<u8>),
    Field(String),
}

impl Built {
    fn new(name: impl Into<String>, title: &str, message: impl Into<Vec<u8>>) -> Self {
        let case = Case { title: title.to_owned(), ..Case::default() };
        Self { name: name.into(), once: false, case, content: Content::Message(message.into()) }
    }

    fn field(mut self, value: impl Into<String>) -> Self {
        self.content = Content::Field(value.into());
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Case)) -> Self {
        change(&mut self.case);
        self
    }

    fn refused(self, code: u16) -> Self {
        self.with(|case| case.code = Some(code))
    }

    fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// The folder of folders that it belongs to.
    pub fn kind(&self) -> &'static str {
        if self.case.code.is_some() { "reject" } else { "accept" }
    }

    /// Its files.
    pub fn files(&self) -> [(&'static str, Vec<u8>); 2] {
        let case = toml::to_string(&self.case).unwrap().into_bytes();
        match &self.content {
            Content::Message(message) => [("case.toml", case), ("message.xml", message.clone())],
            Content::Field(value) => [("case.toml", case), ("message.b64", value.clone().into_bytes())],
        }
    }
}

/// Every case.
pub fn all() -> Vec<Built> {
    [signed::all(), shaped::all(), stated::all(), dialects::all(), encrypted::all(), refused::all()]
        .into_iter()
        .flatten()
        .collect()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The signer with the key in a file of `tests/keys`.
fn signer(name: &str) -> Signer {
    let pem = fs::read_to_string(tests_folder().join("keys").join(format!("{name}.pem"))).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    let algorithm = key.algorithm_for(Hash::Sha256);
    Signer { key, certificate: Certificate::from_pem(&pem).unwrap(), algorithm }
}

fn attribute(name: &str, values: &[&str]) -> Attribute {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Attribute { name: name.to_owned(), friendly_name: None, values }
}

/// The honest response that every case starts from.
fn honest() -> Response {
    let assertion = Assertion {
        id: "_a7f3".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId {
            value: "zoe.lindstrom@acme.example".to_owned(),
            format: Some(names::name_id_format::EMAIL.to_owned()),
            ..NameId::default()
        }),
        recipient: ACS.to_owned(),
        in_response_to: Some(REQUEST.to_owned()),
        not_before: Some(now()),
        not_on_or_after: time("2026-03-01T12:05:00Z"),
        audiences: vec![ENTITY_IDS[0].to_owned()],
        one_time_use: false,
        authn_instant: now(),
        authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
        session_index: Some("_s90".to_owned()),
        session_not_on_or_after: None,
        attributes: vec![
            attribute("mail", &["zoe.lindstrom@acme.example"]),
            attribute("givenName", &["Zoë"]),
            attribute("groups", &["staff", "engineering"]),
        ],
    };
    Response {
        id: "_r218".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: Some(REQUEST.to_owned()),
        status: Status::success(),
        assertion: Some(assertion),
    }
}

/// The honest response with something else in it.
fn changed(change: impl FnOnce(&mut Response, &mut Assertion)) -> Response {
    let mut response = honest();
    let mut assertion = response.assertion.take().unwrap();
    change(&mut response, &mut assertion);
    response.assertion = Some(assertion);
    response
}

fn genuine(signed: Signed) -> Genuine {
    Genuine {
        response: honest(),
        signed,
        signer: signer("idp"),
        encryption_certificate: Some(certificate("sp")),
    }
}

/// Signs a text in the places that are asked for.
fn sign(xml: &str, signed: Signed) -> String {
    sign_by(&signer("idp"), xml, signed)
}

fn sign_by(signer: &Signer, xml: &str, signed: Signed) -> String {
    let mut xml = xml.to_owned();
    if signed != Signed::Response {
        xml = signer.sign(&xml, "_a7f3").unwrap();
    }
    if signed != Signed::Assertion {
        xml = signer.sign(&xml, "_r218").unwrap();
    }
    xml
}

/// Replaces a text that must be there.
fn replaced(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "{from} is not in {xml}");
    xml.replace(from, to)
}
