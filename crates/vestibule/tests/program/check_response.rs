//! The verifier offline: what it prints and how it ends.

use super::{Folder, Run, keys};
use jiff::{SignedDuration, Timestamp};
use vestibule_saml::binding::post_value;
use vestibule_saml::write::{Assertion, Recipient, Response, Signed, Signer, Status};
use vestibule_saml::{
    Algorithm, Attribute, Cipher, Encryption, KeyKind, KeyPlacement, KeyTransport, NameId, SigningKey,
};

const ACS: &str = "https://acme.example/saml/SSO";
const NOW: &str = "2026-01-31T12:00:00Z";

fn folder() -> Folder {
    let now: Timestamp = NOW.parse().unwrap();
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = key.self_signed("idp", now, now + SignedDuration::from_hours(24)).unwrap();
    let folder = Folder::new();
    folder.write("idp.pem", certificate.to_pem());
    let response = Response {
        id: "_response".to_owned(),
        issue_instant: now,
        issuer: "https://idp.example".to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: Some("_request".to_owned()),
        status: Status::success(),
        assertion: Some(Assertion {
            id: "_assertion".to_owned(),
            issue_instant: now,
            issuer: "https://idp.example".to_owned(),
            name_id: Some(NameId { value: "anna@acme.example".to_owned(), ..NameId::default() }),
            recipient: ACS.to_owned(),
            in_response_to: Some("_request".to_owned()),
            not_before: Some(now),
            not_on_or_after: now + SignedDuration::from_mins(5),
            audiences: vec!["https://acme.example".to_owned()],
            one_time_use: false,
            authn_instant: now,
            authn_context: "urn:oasis:names:tc:SAML:2.0:ac:classes:Password".to_owned(),
            session_index: None,
            session_not_on_or_after: None,
            attributes: vec![Attribute {
                name: "groups".to_owned(),
                friendly_name: None,
                values: vec!["staff".to_owned(), "sales".to_owned()],
            }],
        }),
    };
    let signer = Signer { key, certificate, algorithm: Algorithm::RsaSha256 };
    let ours = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = ours.self_signed("ours", now, now + SignedDuration::from_hours(24)).unwrap();
    folder.write("ours.pem", [ours.to_pem().unwrap().as_str(), &certificate.to_pem()].concat());
    let encryption = Encryption {
        cipher: Cipher::Aes128Cbc,
        transport: KeyTransport::OaepSha1,
        placement: KeyPlacement::Inside,
    };
    let recipient = Recipient { certificate, encryption };
    folder.write("cbc.xml", response.write_encrypted(Signed::Response, &signer, &recipient).unwrap());
    let xml = response.write_signed(Signed::Response, &signer).unwrap();
    folder.write("response.b64", post_value(&xml));
    folder.write("response.xml", xml);
    folder
}

fn check(folder: &Folder, file: &str, audience: &str, more: &[&str]) -> Run {
    let mut arguments =
        vec!["check-response", file, "--certificate", "idp.pem", "--issuer", "https://idp.example"];
    arguments.extend(["--audience", audience, "--acs", ACS, "--now", NOW]);
    arguments.extend(more);
    folder.run(&arguments)
}

#[test]
fn a_good_response_is_accepted_as_xml_and_as_base64() {
    let folder = folder();
    for file in ["response.xml", "response.b64"] {
        let report = check(&folder, file, "https://acme.example", &["--json"]).ends_with(0).json();
        assert_eq!(keys(&report), ["accepted", "attributes", "code", "message", "name_id", "trace"]);
        assert_eq!(report["accepted"], true);
        assert!(report["code"].is_null() && report["message"].is_null());
        assert_eq!(report["name_id"], "anna@acme.example");
        assert_eq!(report["attributes"]["groups"][1], "sales");
        assert_eq!(keys(&report["trace"][0]), ["check", "expected", "found", "ok"]);
    }
    check(&folder, "response.xml", "https://acme.example", &["--request-id", "_request"]).ends_with(0);
}

#[test]
fn a_bad_response_is_refused_with_its_code_and_what_to_do() {
    let folder = folder();
    let report = check(&folder, "response.xml", "https://other.example", &["--json"]).ends_with(1).json();
    assert_eq!((report["accepted"].as_bool(), report["code"].as_u64()), (Some(false), Some(1007)));
    assert!(report["name_id"].is_null());
    let text = check(&folder, "response.xml", "https://other.example", &[]).ends_with(1).stdout();
    assert!(text.contains("1007") && text.contains("What to do"), "{text}");
    let other = check(&folder, "response.xml", "https://acme.example", &["--request-id", "_other", "--json"]);
    assert_eq!(other.ends_with(1).json()["code"], 1009);
    folder.write("response.xml", "no XML at all");
    assert_eq!(check(&folder, "response.xml", "a", &["--json"]).ends_with(1).json()["code"], 1001);
}

#[test]
fn an_encrypted_response_is_decrypted_with_the_key_and_the_ciphers_that_are_given() {
    let folder = folder();
    let run =
        |more: &[&str]| check(&folder, "cbc.xml", "https://acme.example", &[more, &["--json"]].concat());
    let report = run(&["--decryption-key", "ours.pem", "--allow", "cbc"]).ends_with(0).json();
    assert_eq!(report["name_id"], "anna@acme.example");
    assert!(report["trace"].to_string().contains("AES-128-CBC"));
    let report = run(&["--decryption-key", "ours.pem"]).ends_with(1).json();
    assert_eq!(report["code"], 1011);
    assert!(report["message"].as_str().unwrap().contains("allow = [\"cbc\"]"), "{report}");
    assert_eq!(run(&[]).ends_with(1).json()["code"], 1011);
    run(&["--decryption-key", "idp.pem"]).ends_with(2);
}

#[test]
fn an_unreadable_key_file_is_wrong_usage() {
    let folder = folder();
    folder.write("idp.pem", "no certificate");
    check(&folder, "response.xml", "https://acme.example", &[]).ends_with(2);
    check(&folder, "nowhere.xml", "https://acme.example", &[]).ends_with(2);
    check(&folder, "response.xml", "https://acme.example", &["--skew", "301s"]).ends_with(2);
}
