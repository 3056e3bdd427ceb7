//! A case: a folder with a message, what it must fit, and what came of it.
//!
//! What lives here: reading such a folder, verifying its message, and the snapshot of the outcome. What does not: the
//! comparison (`cases.rs`), and the program that writes folders, which is an example of the test identity provider
//! and includes this file.
//! The one thing to know: a folder holds only what differs from the constants below.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vestibule_saml::response::{
    AssertedAttribute, Expected, Observed, Rejection, Verification, VerifiedAssertion, decode, verify,
};
use vestibule_saml::{Allowed, Certificate, DecryptionKey, NameId};

/// The time of every case that names none.
pub const NOW: &str = "2026-03-01T12:00:00Z";
/// The address of the assertion consumer service.
pub const ACS: &str = "https://acme.vestibule.example/saml/SSO";
/// The two entity IDs of the service.
pub const ENTITY_IDS: [&str; 2] = ["https://acme.vestibule.example", "acme.vestibule.example"];
/// The entity ID of the identity provider.
pub const ISSUER: &str = "https://idp.example/metadata";
/// The request that was sent.
pub const REQUEST: &str = "_q5e0c1f7a";

/// The file `case.toml`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, in a sentence.
    pub title: String,
    /// The code that refuses it; none if it is accepted.
    pub code: Option<u16>,
    /// The time here.
    pub now: Option<String>,
    /// The tolerance; 180 if not set.
    pub skew_seconds: Option<u32>,
    /// The addresses of the service.
    pub acs_urls: Option<Vec<String>>,
    /// The request that was sent; the empty text says that there was none.
    pub request_id: Option<String>,
    /// The certificates of the connection: names of files in `tests/keys`.
    pub certificates: Option<Vec<String>>,
    /// Our decryption key: the name of a file in `tests/keys`; none if not set.
    pub decryption_key: Option<String>,
    /// Whether the assertion must be encrypted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub encryption_required: bool,
    /// The weak algorithms that are allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
}

/// The folder with all cases and keys.
pub fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("saml/tests")
}

/// Every folder of cases of this kind, `accept` or `reject`, in order.
pub fn folders(kind: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(tests_folder().join(kind)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

impl Case {
    /// Reads `case.toml`.
    pub fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("case.toml")).unwrap();
        toml::from_str(&text).map_err(|error| format!("{}: {error}", folder.display())).unwrap()
    }

    /// The message of the folder: `message.xml`, or the form field in `message.b64`.
    pub fn message(folder: &Path) -> Result<Vec<u8>, Rejection> {
        match fs::read_to_string(folder.join("message.b64")) {
            Ok(form_value) => decode(&form_value),
            Err(_) => Ok(fs::read(folder.join("message.xml")).unwrap()),
        }
    }

    /// Verifies a message as this case expects it.
    pub fn verify_bytes<'m>(&self, message: &'m [u8]) -> Verification<'m> {
        self.prepare().verify(message)
    }

    /// Reads the certificates and everything else that is expected.
    pub fn prepare(&self) -> Prepared {
        let allows = |wanted: &str| self.allow.iter().any(|name| name == wanted);
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let certificates = self.certificates.clone().unwrap_or_else(|| vec!["idp".to_owned()]);
        Prepared {
            now: self.now.as_deref().unwrap_or(NOW).parse().unwrap(),
            skew_seconds: self.skew_seconds.unwrap_or(180),
            acs_urls: self.acs_urls.clone().unwrap_or_else(|| owned(&[ACS])),
            entity_ids: owned(&ENTITY_IDS),
            certificates: certificates.iter().map(|name| certificate(name)).collect(),
            allowed: Allowed { sha1: allows("sha1"), cbc: allows("cbc") },
            decryption_keys: self.decryption_key.iter().map(|name| decryption_key(name)).collect(),
            encryption_required: self.encryption_required,
            request_id: self.request_id.clone().unwrap_or_else(|| REQUEST.to_owned()),
        }
    }
}

/// What a message must fit, ready to be used many times.
pub struct Prepared {
    now: Timestamp,
    skew_seconds: u32,
    acs_urls: Vec<String>,
    entity_ids: Vec<String>,
    certificates: Vec<Certificate>,
    allowed: Allowed,
    decryption_keys: Vec<DecryptionKey>,
    encryption_required: bool,
    request_id: String,
}

impl Prepared {
    /// Verifies a message.
    pub fn verify<'m>(&self, message: &'m [u8]) -> Verification<'m> {
        let expected = Expected {
            now: self.now,
            skew_seconds: self.skew_seconds,
            acs_urls: &self.acs_urls,
            entity_ids: &self.entity_ids,
            issuer: ISSUER,
            certificates: &self.certificates,
            allowed: self.allowed,
            decryption_keys: &self.decryption_keys,
            encryption_required: self.encryption_required,
            request_id: Some(self.request_id.as_str()).filter(|id| !id.is_empty()),
        };
        verify(message, &expected)
    }
}

/// The certificate in a file of `tests/keys`.
pub fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&pem(name)).unwrap()
}

fn decryption_key(name: &str) -> DecryptionKey {
    DecryptionKey::from_pem(&pem(name)).unwrap()
}

fn pem(name: &str) -> String {
    fs::read_to_string(tests_folder().join("keys").join(format!("{name}.pem"))).unwrap()
}

/// The outcome as the file `expected.json` holds it.
pub fn snapshot(outcome: &Result<Verification<'_>, Rejection>) -> String {
    let value = match outcome {
        Ok(verification) => of_verification(verification),
        Err(rejection) => json!({"code": rejection.code(), "message": rejection.to_string()}),
    };
    format!("{}\n", lines(&value, 2))
}

/// JSON with one line for each thing down to this depth, so that a difference is a line.
fn lines(value: &Value, depth: usize) -> String {
    let inner = |text: String| text.replace('\n', "\n  ");
    let (open, parts, close) = match value {
        Value::Object(members) if depth > 0 && !members.is_empty() => {
            let member = |(name, value)| format!("{}: {}", json!(name), lines(value, depth - 1));
            ('{', members.iter().map(member).map(inner).collect::<Vec<_>>(), '}')
        }
        Value::Array(elements) if depth > 0 && !elements.is_empty() => {
            ('[', elements.iter().map(|element| inner(lines(element, depth - 1))).collect(), ']')
        }
        _ => return value.to_string(),
    };
    format!("{open}\n  {}\n{close}", parts.join(",\n  "))
}

fn of_verification(verification: &Verification<'_>) -> Value {
    let trace = verification.trace.iter().map(|check| {
        let ok = if check.ok { "ok" } else { "NOT OK" };
        json!([check.check, ok, check.expected, check.found])
    });
    let mut value = json!({
        "trace": trace.collect::<Vec<_>>(),
        "observed": of_observed(&verification.observed),
    });
    match &verification.outcome {
        Ok(assertion) => value["accepted"] = of_assertion(assertion),
        Err(rejection) => {
            value["code"] = json!(rejection.code());
            value["message"] = json!(rejection.to_string());
        }
    }
    value
}

fn of_assertion(assertion: &VerifiedAssertion) -> Value {
    json!({
        "assertion_id": assertion.assertion_id(),
        "response_id": assertion.response_id(),
        "issuer": assertion.issuer(),
        "name_id": assertion.name_id().map(of_name_id),
        "attributes": assertion.attributes().map(of_attribute).collect::<Vec<_>>(),
        "in_response_to": assertion.in_response_to(),
        "authn_instant": assertion.authn_instant().map(|time| time.to_string()),
        "authn_context": assertion.authn_context(),
        "session_index": assertion.session_index(),
        "session_not_on_or_after": assertion.session_not_on_or_after().map(|time| time.to_string()),
        "replay_until": assertion.replay_until().to_string(),
        "one_time_use": assertion.one_time_use(),
        "certificate": assertion.certificate().subject(),
    })
}

fn of_name_id(name_id: &NameId) -> Value {
    json!([name_id.value, name_id.format, name_id.name_qualifier, name_id.sp_name_qualifier])
}

fn of_attribute(attribute: AssertedAttribute<'_>) -> Value {
    json!([attribute.name, attribute.friendly_name, attribute.values().collect::<Vec<_>>()])
}

fn of_observed(observed: &Observed<'_>) -> Value {
    let attributes = observed
        .attributes
        .iter()
        .map(|attribute| json!([attribute.name, attribute.values.len(), attribute.not_text]));
    json!({
        "root": observed.root,
        "issuer": observed.issuer(),
        "destination": observed.destination,
        "recipients": observed.recipients,
        "audiences": observed.audiences,
        "in_response_to": observed.in_response_to,
        "status": observed.status,
        "name_id": observed.name_id,
        "assertions": [observed.assertions, observed.encrypted_assertions],
        "certificate": observed.certificate.as_ref().map(Certificate::subject),
        "attributes": attributes.collect::<Vec<_>>(),
        "truncated": observed.truncated,
    })
}
