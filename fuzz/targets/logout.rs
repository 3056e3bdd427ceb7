//! Any bytes as a logout message, by both bindings: what was not signed is never accepted; and the same bytes as the message
//! of an identity provider that signs what it likes, where nothing breaks and what comes out holds its own promises.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_fuzz::certificates;
use vestibule_saml::binding::{Direction, post_value, redirect_url};
use vestibule_saml::logout::{Expected, MAX_SESSION_INDEXES, Message, verify_request, verify_response};
use vestibule_saml::{Algorithm, Allowed, Certificate, DecryptionKey, KeyKind, SigningKey};

const URL: &str = "https://acme.vestibule.example/saml/SingleLogout";

static TRUSTED: LazyLock<Vec<Certificate>> = LazyLock::new(certificates);

static KEYS: LazyLock<Vec<DecryptionKey>> = LazyLock::new(vestibule_fuzz::decryption_keys);

static PROVIDER: LazyLock<(SigningKey, [Certificate; 1])> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::EcdsaP256).expect("the system has randomness");
    let time = |second| jiff::Timestamp::constant(second, 0);
    let certificate = key.self_signed("idp.example", time(1_700_000_000), time(2_000_000_000));
    (key, [certificate.expect("a certificate can be made")])
});

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        if let Ok(message) = Message::from_query(text) {
            nobody_is_believed(&message);
        }
        signed(text);
    }
    for direction in [Direction::Request, Direction::Response] {
        let message = Message::from_form(direction, &post_value(input), None);
        nobody_is_believed(&message.expect("Base64 of few bytes"));
    }
});

fn expected<'a>(urls: &'a [String], certificates: &'a [Certificate]) -> Expected<'a> {
    Expected {
        now: jiff::Timestamp::constant(1_772_366_400, 0),
        skew_seconds: 180,
        urls,
        issuer: "https://idp.example/metadata",
        certificates,
        allowed: Allowed { sha1: true, cbc: true },
        decryption_keys: &KEYS,
    }
}

/// No message of the tests is a logout message, so nothing can be one that is signed.
fn nobody_is_believed(message: &Message) {
    let urls = [URL.to_owned()];
    let expected = expected(&urls, &TRUSTED);
    let (request, response) = (verify_request(message, &expected), verify_response(message, &expected));
    assert!(request.outcome.is_err() && response.outcome.is_err());
    assert!(request.trace.iter().last().is_some_and(|check| !check.ok));
    assert!(message.claimed().issuer.is_none_or(|issuer| issuer.len() < 1_000));
}

fn signed(xml: &str) {
    let (key, certificates) = &*PROVIDER;
    let signer = Some((key, Algorithm::EcdsaSha256));
    let url = redirect_url(URL, Direction::Request, xml, None, signer).expect("the key signs so");
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let Ok(message) = Message::from_query(query) else { return };
    let urls = [URL.to_owned()];
    let expected = expected(&urls, certificates);
    if let Ok(request) = verify_request(&message, &expected).outcome {
        assert!(!request.request().name_id.value.is_empty() && !request.request().id.is_empty());
        assert!(request.request().session_indexes.len() <= MAX_SESSION_INDEXES);
        assert!(request.replay_until() > expected.now);
        assert!(verify_response(&message, &expected).outcome.is_err());
    }
}
