//! Certificates and private keys, read, shown and written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vestibule_dsig::{Certificate, Error, KeyKind, SigningKey};

use crate::support::{Party, TRUSTED};

const RSA: &str = include_str!("../xmlsec/rsa-2048.pem");

#[test]
fn a_certificate_is_shown_with_what_an_administrator_compares() {
    let key = SigningKey::generate(KeyKind::EcdsaP256).unwrap();
    let (from, until) = ("2024-02-29T12:00:01Z".parse().unwrap(), "2051-01-01T00:00:00Z".parse().unwrap());
    let certificate = key.self_signed("Zoë's identity provider", from, until).unwrap();
    assert_eq!(certificate.subject(), "CN=Zoë's identity provider");
    assert_eq!(certificate.issuer_name(), certificate.subject());
    assert_eq!((certificate.not_before(), certificate.not_after()), (from, until));
    assert_eq!(certificate.key_description(), "ECDSA P-256");
    assert_eq!(certificate.serial().len(), 47);
    let again = key.self_signed("Zoë's identity provider", from, until).unwrap();
    assert_ne!(certificate.serial(), again.serial(), "every certificate has a serial number of its own");
    assert_eq!(
        format!("{certificate:?}"),
        format!("Certificate(CN=Zoë's identity provider, {})", certificate.fingerprint_sha256())
    );
}

#[test]
fn a_certificate_reads_the_same_in_every_form() {
    let certificate = Certificate::from_pem(RSA).unwrap();
    assert_eq!(certificate.key_description(), "RSA 2048");
    assert_eq!(certificate.subject(), "O=Example, CN=rsa-2048.idp.example");
    let wrapped: String = certificate.to_base64().chars().flat_map(|c| [c, '\r', '\n', ' ']).collect();
    assert_eq!(Certificate::from_base64(&wrapped).as_ref(), Ok(&certificate));
    assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(&certificate));
    assert_eq!(certificate.to_pem(), RSA);
    let fingerprint = certificate.fingerprint_sha256();
    assert_eq!((fingerprint.len(), fingerprint.matches(':').count()), (95, 31));
}

#[test]
fn what_is_no_certificate_says_so() {
    assert_eq!(Certificate::from_pem("").err(), Some(Error::Pem { wanted: "CERTIFICATE" }));
    assert_eq!(Certificate::from_base64("a-_b").err(), Some(Error::Base64));
    assert_eq!(Certificate::from_base64("AAAA").err(), Some(Error::Certificate));
    assert_eq!(Certificate::from_base64("").err(), Some(Error::Certificate));
    let mut longer = TRUSTED.certificate.der().to_vec();
    longer.push(0);
    assert_eq!(Certificate::from_der(&longer).err(), Some(Error::Certificate));
    for length in 0..longer.len() - 1 {
        assert!(Certificate::from_der(&longer[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_private_key_comes_back_as_it_went() {
    for kind in [KeyKind::Rsa2048, KeyKind::Rsa3072, KeyKind::Rsa4096, KeyKind::EcdsaP256, KeyKind::EcdsaP384]
    {
        let key = SigningKey::generate(kind).unwrap();
        assert_eq!(key.kind(), kind);
        let pkcs8 = key.to_pkcs8().unwrap();
        let again = SigningKey::from_pkcs8(&pkcs8).unwrap();
        assert_eq!(again.kind(), kind);
        assert_eq!(again.to_pkcs8().unwrap(), pkcs8);
        let from_pem = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
        assert_eq!(from_pem.to_pkcs8().unwrap(), pkcs8);
    }
}

#[test]
fn a_private_key_belongs_to_certificates_of_its_own_alone() {
    for kind in [KeyKind::Rsa2048, KeyKind::EcdsaP256, KeyKind::EcdsaP384] {
        let (ours, theirs) = (Party::new(kind, "same"), Party::new(kind, "same"));
        assert!(ours.key.belongs_to(&ours.certificate) && theirs.key.belongs_to(&theirs.certificate));
        assert!(!ours.key.belongs_to(&theirs.certificate) && !theirs.key.belongs_to(&ours.certificate));
    }
    assert!(!TRUSTED.key.belongs_to(&Certificate::from_pem(RSA).unwrap()));
}

#[test]
fn the_older_forms_of_private_keys_are_read_and_protected_ones_named() {
    for (label, kind, header) in
        [("RSA PRIVATE KEY", KeyKind::Rsa2048, 26), ("EC PRIVATE KEY", KeyKind::EcdsaP256, 29)]
    {
        let pkcs8 = SigningKey::generate(kind).unwrap().to_pkcs8().unwrap();
        // PKCS #8 is the older form behind a header.
        let older = STANDARD.encode(&pkcs8[header..]);
        let pem = format!("-----BEGIN {label}-----\n{older}\n-----END {label}-----\n");
        assert_eq!(SigningKey::from_pem(&pem).unwrap().to_pkcs8().unwrap(), pkcs8);
    }
    let protected = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(SigningKey::from_pem(protected).err(), Some(Error::EncryptedKey));
    assert_eq!(SigningKey::from_pem(RSA).err(), Some(Error::Pem { wanted: "PRIVATE KEY" }));
    let garbage = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(SigningKey::from_pem(garbage).err(), Some(Error::Key));
    assert_eq!(SigningKey::from_pkcs8(TRUSTED.certificate.der()).err(), Some(Error::Key));
}

#[test]
fn dates_that_x509_cannot_write_are_refused() {
    let (before, after) = ("1969-12-31T23:59:59Z".parse().unwrap(), "2030-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(TRUSTED.key.self_signed("x", before, after).err(), Some(Error::SelfSigned));
}
