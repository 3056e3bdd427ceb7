//! What the targets share: the messages and certificates of the crates' tests, and what they must be verified against.
//!
//! A target knows from here what may be accepted at all. Nobody who changes a message can sign it, so whatever a
//! verifier accepts must have been in one of these messages already.

use std::fs;
use std::path::{Path, PathBuf};

use vestibule_saml::response::Expected;
use vestibule_saml::{Allowed, Certificate, DecryptionKey};

/// Every message of the tests that is whole: those of `dsig` and those of `saml`, refused ones too.
pub fn messages() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for folder in ["dsig/tests/xmlsec", "saml/tests/accept", "saml/tests/reject"] {
        for path in files(&crates().join(folder)) {
            if path.extension().is_some_and(|ending| ending == "xml") {
                found.extend(fs::read(path));
            }
        }
    }
    found
}

/// Every certificate of the tests.
pub fn certificates() -> Vec<Certificate> {
    let folders = ["dsig/tests/xmlsec", "saml/tests/keys"];
    let paths = folders.iter().flat_map(|folder| files(&crates().join(folder)));
    let texts = paths.filter_map(|path| fs::read_to_string(path).ok());
    let found: Vec<Certificate> = texts.filter_map(|text| Certificate::from_pem(&text).ok()).collect();
    assert!(!found.is_empty(), "the tests have no certificates any more");
    found
}

/// Every key of the tests that a message is encrypted for.
pub fn decryption_keys() -> Vec<DecryptionKey> {
    let files = ["dsig/tests/xmlsec/encryption.pem", "saml/tests/keys/sp.pem"];
    let texts = files.iter().filter_map(|file| fs::read_to_string(crates().join(file)).ok());
    texts.filter_map(|text| DecryptionKey::from_pem(&text).ok()).collect()
}

/// What the messages of `saml` are verified against: the same as its tests do.
pub struct Service {
    acs_urls: [String; 1],
    entity_ids: [String; 2],
    certificates: Vec<Certificate>,
    keys: Vec<DecryptionKey>,
}

impl Service {
    /// The service, and an identity provider with these certificates.
    pub fn trusting(certificates: Vec<Certificate>) -> Self {
        Self {
            acs_urls: ["https://acme.vestibule.example/saml/SSO".to_owned()],
            entity_ids: ["https://acme.vestibule.example".to_owned(), "acme.vestibule.example".to_owned()],
            certificates,
            keys: decryption_keys(),
        }
    }

    /// What a response must fit.
    pub fn expected(&self) -> Expected<'_> {
        Expected {
            now: jiff::Timestamp::constant(1_772_366_400, 0),
            skew_seconds: 180,
            acs_urls: &self.acs_urls,
            entity_ids: &self.entity_ids,
            issuer: "https://idp.example/metadata",
            certificates: &self.certificates,
            allowed: Allowed { sha1: true, cbc: true },
            decryption_keys: &self.keys,
            encryption_required: false,
            request_id: Some("_q5e0c1f7a"),
        }
    }
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
