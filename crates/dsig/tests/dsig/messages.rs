//! Messages that libxmlsec1 signed (`tests/xmlsec/generate.py`): every one is valid to it.

use std::fs;
use std::path::PathBuf;

use vestibule_dsig::{
    Algorithm, Allowed, Certificate, Hash, Invalid, Malformed, Refusal, Role, Signed, verify,
};
use vestibule_xml::Document;

use crate::support::SHA1;

const NONE: Allowed = Allowed { sha1: false, cbc: false };
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

fn read(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xmlsec"));
    fs::read_to_string(folder.join(name)).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&read(&format!("{name}.pem"))).unwrap()
}

/// Verifies the element of a message that its file name says.
fn check(message: &str, certificate_name: &str, allowed: Allowed) -> Result<Signed, Invalid> {
    check_element(message, message.starts_with("assertion"), certificate_name, allowed)
}

fn check_element(
    message: &str,
    assertion: bool,
    certificate_name: &str,
    allowed: Allowed,
) -> Result<Signed, Invalid> {
    let text = read(&format!("{message}.xml"));
    let document = Document::parse(text.as_bytes()).unwrap();
    let root = document.root();
    let element = if assertion { root.elements().last().unwrap() } else { root };
    verify(element, &[certificate(certificate_name)], allowed)
}

#[test]
fn messages_signed_by_libxmlsec1_verify() {
    let cases = [
        ("response-rsa-sha256", "rsa-2048", Algorithm::RsaSha256),
        ("response-without-key-info", "rsa-2048", Algorithm::RsaSha256),
        ("assertion-rsa-sha384-prefix-list", "rsa-2048", Algorithm::RsaSha384),
        ("both-rsa-sha512", "rsa-2048", Algorithm::RsaSha512),
        ("assertion-ecdsa-p256-sha256", "p-256", Algorithm::EcdsaSha256),
        ("response-ecdsa-p256-sha512", "p-256", Algorithm::EcdsaSha512),
        ("response-ecdsa-p384-sha256", "p-384", Algorithm::EcdsaSha256),
        ("response-ecdsa-p384-sha384", "p-384", Algorithm::EcdsaSha384),
    ];
    for (message, key, algorithm) in cases {
        let signed = check(message, key, NONE).unwrap_or_else(|invalid| panic!("{message}: {invalid}"));
        assert_eq!(signed.algorithm(), algorithm, "{message}");
        let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
        assert!(text.contains("zoë@acme.example</NameID>"), "{message}");
        assert!(text.contains("Größe &gt; 1 &amp; &lt; 3 &#xD; 漢字 &lt;raw&gt; &amp; end"), "{message}");
        assert!(!text.contains("a comment between"), "{message}");
    }
    assert!(check_element("both-rsa-sha512", true, "rsa-2048", NONE).is_ok());
}

#[test]
fn x24_an_inclusive_prefix_list_keeps_the_prefixes_it_names() {
    let signed = check("assertion-rsa-sha384-prefix-list", "rsa-2048", NONE).unwrap();
    let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
    assert!(text.contains("xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""));
    assert!(text.contains("xmlns:unused=\"urn:example:unused\""));
    let plain = check("assertion-ecdsa-p256-sha256", "p-256", NONE).unwrap();
    assert!(!String::from_utf8(plain.bytes().to_vec()).unwrap().contains("unused"));
}

#[test]
fn x21_sha1_from_outside_is_refused_by_default_and_accepted_by_opt_in() {
    let refusal =
        |role, uri: &str| Invalid::Algorithm { role, uri: uri.to_owned(), refusal: Refusal::NeedsOptIn };
    let cases = [
        ("response-rsa-sha1", refusal(Role::Signature, Algorithm::RsaSha1.uri())),
        ("response-rsa-sha256-digest-sha1", refusal(Role::Digest, Hash::Sha1.uri())),
    ];
    for (message, expected) in cases {
        assert_eq!(check(message, "rsa-2048", NONE).err(), Some(expected));
        assert!(check(message, "rsa-2048", SHA1).is_ok());
    }
}

#[test]
fn x21_an_rsa_key_of_1024_bits_is_refused_and_named() {
    let invalid = check("response-rsa-1024", "rsa-1024", NONE).err().unwrap();
    let expected = Invalid::UnusableKey { algorithm: Algorithm::RsaSha256, trusted: "RSA 1024".to_owned() };
    assert_eq!(invalid, expected);
    assert!(invalid.to_string().contains("RSA from 2048 bits"));
    assert!(!certificate("rsa-1024").can_verify());
    assert!(certificate("rsa-2048").can_verify());
}

#[test]
fn x20_a_genuine_hmac_keyed_with_the_certificate_is_refused() {
    let uri = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".to_owned();
    let expected = Invalid::Algorithm { role: Role::Signature, uri, refusal: Refusal::NotAccepted };
    assert_eq!(check("response-hmac-with-certificate", "rsa-2048", NONE).err(), Some(expected));
}

#[test]
fn x18_x19_x13_forms_that_a_general_engine_accepts_are_refused() {
    let algorithm =
        |role, uri: &str| Invalid::Algorithm { role, uri: uri.to_owned(), refusal: Refusal::NotAccepted };
    let uri = |found: &str| {
        Invalid::from(Malformed::ReferenceUri {
            expected: "#_response".to_owned(),
            found: Some(found.to_owned()),
        })
    };
    let cases = [
        ("response-inclusive-form", algorithm(Role::Transform, INCLUSIVE)),
        ("response-inclusive-signed-info", algorithm(Role::Canonicalization, INCLUSIVE)),
        ("response-enveloped-only", Malformed::Transforms.into()),
        (
            "response-with-comments",
            algorithm(Role::Transform, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        ),
        ("response-xpath", algorithm(Role::Transform, "http://www.w3.org/TR/1999/REC-xpath-19991116")),
        ("response-whole-document", uri("")),
        ("response-xpointer", uri("#xpointer(id('_response'))")),
        ("response-points-to-assertion", uri("#_assertion")),
    ];
    for (message, expected) in cases {
        assert_eq!(check(message, "rsa-2048", NONE).err(), Some(expected), "{message}");
    }
}

#[test]
fn the_wrong_certificate_is_told_from_the_wrong_signature() {
    let stranger = check("response-rsa-sha256", "p-256", NONE).err();
    assert_eq!(stranger, Some(Invalid::UnknownKey { claimed: certificate("rsa-2048") }));
    let unnamed = check("response-without-key-info", "p-256", NONE).err();
    let trusted = "ECDSA P-256".to_owned();
    assert_eq!(unnamed, Some(Invalid::UnusableKey { algorithm: Algorithm::RsaSha256, trusted }));
}
