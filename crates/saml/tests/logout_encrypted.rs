//! Logout requests whose person is named by an EncryptedID: read from signed bytes alone, by our keys alone.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use jiff::Timestamp;
use vestibule_saml::binding::{Direction, post_value, redirect_url};
use vestibule_saml::logout::{
    Expected, LogoutRequest, Message, Rejection, Verification, VerifiedRequest, verify_request,
};
use vestibule_saml::response::Encrypted;
use vestibule_saml::write::{Recipient, Sealed, Signer};
use vestibule_saml::{
    Algorithm, Allowed, Certificate, Cipher, DecryptionKey, Encryption, KeyPlacement, KeyTransport, NameId,
    SigningKey, Undecryptable,
};

const ISSUER: &str = "https://idp.example/metadata";
const URL: &str = "https://acme.vestibule.example/saml/SingleLogout";
const CBC: Allowed = Allowed { sha1: false, cbc: true };
const GCM: Encryption = Encryption {
    cipher: Cipher::Aes256Gcm,
    transport: KeyTransport::OaepSha256,
    placement: KeyPlacement::Inside,
};
const ALL: [&str; 2] = ["sp", "sp-former"];

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn pem(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn signer(name: &str) -> Signer {
    let pem = pem(name);
    let (key, certificate) = (SigningKey::from_pem(&pem).unwrap(), Certificate::from_pem(&pem).unwrap());
    Signer { key, certificate, algorithm: Algorithm::RsaSha256 }
}

fn zoe() -> NameId {
    NameId { value: "zoë <b>&c".to_owned(), format: Some("urn:x:y".to_owned()), ..NameId::default() }
}

fn plain() -> String {
    let request = LogoutRequest {
        id: "_l1".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        not_on_or_after: None,
        name_id: zoe(),
        session_indexes: vec!["s1".to_owned()],
    };
    request.write()
}

/// Some request with its NameID encrypted for this key.
fn sealed(xml: &str, key: &str, encryption: Encryption) -> String {
    let recipient = Recipient { certificate: Certificate::from_pem(&pem(key)).unwrap(), encryption };
    recipient.seal(xml, Sealed::NameId).unwrap()
}

fn posted(xml: &str) -> Message {
    Message::from_form(Direction::Request, &post_value(xml), None).unwrap()
}

/// What an identity provider posts that signs what it is given.
fn signed(xml: &str) -> Message {
    posted(&signer("idp").sign(xml, "_l1").unwrap())
}

fn judge(message: &Message, keys: &[&str], allowed: Allowed) -> Verification<VerifiedRequest> {
    let decryption_keys: Vec<_> =
        keys.iter().map(|key| DecryptionKey::from_pem(&pem(key)).unwrap()).collect();
    let expected = Expected {
        now: now(),
        skew_seconds: 180,
        urls: &[URL.to_owned()],
        issuer: ISSUER,
        certificates: &[signer("idp").certificate],
        allowed,
        decryption_keys: &decryption_keys,
    };
    verify_request(message, &expected)
}

fn refused(message: &Message) -> Rejection {
    judge(message, &ALL, Allowed::default()).outcome.unwrap_err()
}

#[test]
fn an_encrypted_name_is_read_by_any_of_our_keys_and_by_both_bindings() {
    for key in ALL {
        let xml = sealed(&plain(), key, GCM);
        assert!(!xml.contains("zoë") && xml.contains("EncryptedID"), "{xml}");
        let idp = signer("idp");
        let url = redirect_url(URL, Direction::Request, &xml, None, Some((&idp.key, idp.algorithm))).unwrap();
        let in_address = Message::from_query(url.split_once('?').unwrap().1).unwrap();
        for message in [signed(&xml), in_address] {
            assert_eq!(message.claimed().name_id, None);
            let verification = judge(&message, &ALL, Allowed::default());
            let request = verification.outcome.unwrap().request().clone();
            assert_eq!((request.name_id, request.session_indexes), (zoe(), vec!["s1".to_owned()]));
            assert_eq!(verification.claimed.name_id, Some(zoe().value));
            let how = verification.trace.iter().find(|check| check.check == "name identifier").unwrap();
            assert!(how.ok && how.found.contains("AES-256-GCM"), "{how:?}");
        }
    }
}

#[test]
fn e01_an_encrypted_name_that_no_signature_covers_is_not_even_decrypted() {
    let genuine = signer("idp").sign(&plain(), "_l1").unwrap();
    let exchanged = sealed(&genuine, "sp", GCM);
    for (message, code) in [(posted(&sealed(&plain(), "sp", GCM)), 1002), (posted(&exchanged), 1003)] {
        let verification = judge(&message, &ALL, Allowed::default());
        assert_eq!(verification.outcome.unwrap_err().code(), code);
        assert_eq!(verification.trace.iter().last().unwrap().check, "signature");
        assert_eq!(verification.claimed.name_id, None);
    }
    assert!(judge(&posted(&genuine), &ALL, Allowed::default()).outcome.is_ok());
}

#[test]
fn e02_a_name_stands_once_encrypted_or_not() {
    let one = sealed(&plain(), "sp", GCM);
    let name_id = "<saml:NameID>ada</saml:NameID>";
    let second = one.replace("<samlp:SessionIndex>", &format!("{name_id}<samlp:SessionIndex>"));
    let first = one.replace("<saml:EncryptedID", &format!("{name_id}<saml:EncryptedID"));
    let encrypted = sealed(&second, "sp", GCM);
    for twice in [second, first, encrypted] {
        assert_eq!(refused(&signed(&twice)), Rejection::Missing("single NameID"));
    }
    assert!(judge(&signed(&one), &ALL, Allowed::default()).outcome.is_ok());
}

#[test]
fn e03_what_our_keys_do_not_open_is_refused_with_one_sentence() {
    let xml = sealed(&plain(), "sp", GCM);
    let failed = Rejection::Encrypted(Encrypted::Undecryptable {
        element: "EncryptedID",
        cause: Undecryptable::Failed,
    });
    assert_eq!(judge(&signed(&xml), &["sp-former"], Allowed::default()).outcome.unwrap_err(), failed);
    let (begin, value) = xml.rsplit_once("CipherValue>").unwrap().0.rsplit_once("CipherValue>").unwrap();
    for place in [0, 20, 40] {
        let mut changed = value.to_owned();
        let other = if &value[place..=place] == "A" { "B" } else { "A" };
        changed.replace_range(place..=place, other);
        let rest = &xml[begin.len() + "CipherValue>".len() + value.len()..];
        let flipped = format!("{begin}CipherValue>{changed}{rest}");
        assert_eq!(refused(&signed(&flipped)), failed);
    }
    assert_eq!(failed.code(), 1011);
    let none = judge(&signed(&xml), &[], Allowed::default()).outcome.unwrap_err();
    assert_eq!(none, Rejection::Encrypted(Encrypted::NoKey { element: "EncryptedID" }));
    assert!(judge(&signed(&xml), &["sp"], Allowed::default()).outcome.is_ok());
}

#[test]
fn e03_aes_cbc_is_refused_by_its_name_unless_it_is_allowed() {
    let cbc = Encryption { cipher: Cipher::Aes128Cbc, transport: KeyTransport::OaepSha1, ..GCM };
    let message = signed(&sealed(&plain(), "sp", cbc));
    let rejection = refused(&message);
    assert_eq!(rejection.code(), 1011);
    assert!(rejection.to_string().contains("aes128-cbc"), "{rejection}");
    assert_eq!(judge(&message, &ALL, CBC).outcome.unwrap().request().name_id, zoe());
}

#[test]
fn e05_something_else_in_the_place_of_the_name_is_refused() {
    let name_id = plain();
    let name_id = &name_id[name_id.find("<saml:NameID").unwrap()..name_id.find("<samlp:Session").unwrap()];
    let saml = "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    for inside in [
        format!("<saml:NameID {saml}> </saml:NameID>"),
        format!("<saml:NameID {saml}>a</saml:NameID><saml:NameID {saml}>b</saml:NameID>"),
        format!("text<saml:NameID {saml}>a</saml:NameID>"),
        format!("<saml:BaseID {saml}>a</saml:BaseID>"),
        format!("<saml:Assertion {saml}><saml:NameID>a</saml:NameID></saml:Assertion>"),
        "<NameID>a</NameID>".to_owned(),
        "<!DOCTYPE a><a/>".to_owned(),
        String::new(),
    ] {
        let certificate = Certificate::from_pem(&pem("sp")).unwrap();
        let data = vestibule_dsig::encryption::encrypt(&inside, &certificate, GCM).unwrap();
        let xml = plain().replace(name_id, &format!("<saml:EncryptedID>{data}</saml:EncryptedID>"));
        let rejection = refused(&signed(&xml));
        assert_eq!(rejection.code(), 1011, "{inside}: {rejection}");
    }
}
