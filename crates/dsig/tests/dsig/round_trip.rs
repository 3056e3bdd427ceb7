//! Signatures made here: they verify here, and libxmlsec1 agrees where it is installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use vestibule_dsig::{
    Algorithm, Allowed, Error, Hash, KeyKind, SigningKey, sign, sign_bytes, verify, verify_bytes,
};
use vestibule_xml::Document;

use crate::support::{MESSAGE, Party, STRANGER, TRUSTED, check};

const NONE: Allowed = Allowed { sha1: false, cbc: false };

fn unsigned() -> String {
    MESSAGE.replace("SIGNATURE", "")
}

/// The algorithms each kind of key signs with.
const SIGNERS: [(KeyKind, &[Algorithm]); 5] = [
    (
        KeyKind::Rsa2048,
        &[
            Algorithm::RsaSha256,
            Algorithm::RsaSha384,
            Algorithm::RsaSha512,
            Algorithm::RsaPssSha256,
            Algorithm::RsaPssSha384,
            Algorithm::RsaPssSha512,
        ],
    ),
    (KeyKind::Rsa3072, &[Algorithm::RsaSha256]),
    (KeyKind::Rsa4096, &[Algorithm::RsaPssSha512]),
    (KeyKind::EcdsaP256, &[Algorithm::EcdsaSha256]),
    (KeyKind::EcdsaP384, &[Algorithm::EcdsaSha384]),
];

#[test]
fn what_is_signed_verifies_by_every_algorithm_and_key_and_by_no_other_key() {
    for (kind, algorithms) in SIGNERS {
        let party = Party::new(kind, "signer");
        let other = Party::new(kind, "other");
        for algorithm in algorithms.iter().copied() {
            let signed = sign(&unsigned(), "_response", &party.key, None, algorithm).unwrap();
            let document = Document::parse(signed.as_bytes()).unwrap();
            let verified = verify(document.root(), std::slice::from_ref(&party.certificate), NONE).unwrap();
            assert_eq!(verified.algorithm(), algorithm);
            assert!(
                verify(document.root(), std::slice::from_ref(&other.certificate), NONE).is_err(),
                "{algorithm}"
            );
            let bare = sign_bytes(&party.key, algorithm, b"query").unwrap();
            assert!(
                verify_bytes(std::slice::from_ref(&party.certificate), algorithm, b"query", &bare, NONE)
                    .is_ok()
            );
            assert!(
                verify_bytes(std::slice::from_ref(&party.certificate), algorithm, b"Query", &bare, NONE)
                    .is_err()
            );
        }
    }
}

#[test]
fn a_curve_signs_with_its_own_hash_and_nothing_signs_with_sha1() {
    for (kind, algorithms) in SIGNERS {
        let key = SigningKey::generate(kind).unwrap();
        for hash in Hash::ALL {
            let chosen = key.algorithm_for(hash);
            let made = sign_bytes(&key, chosen, b"");
            assert_eq!(made.is_ok(), chosen != Algorithm::RsaSha1, "{kind} {hash:?}");
        }
        assert!(
            algorithms.contains(&Algorithm::RsaPssSha512)
                || algorithms.contains(&key.algorithm_for(Hash::Sha256))
        );
    }
    let refused = sign_bytes(&TRUSTED.key, Algorithm::EcdsaSha256, b"");
    assert_eq!(
        refused,
        Err(Error::Unsupported { kind: KeyKind::Rsa2048, algorithm: Algorithm::EcdsaSha256 })
    );
}

#[test]
fn the_signature_stands_after_the_issuer_or_first() {
    let signed =
        sign(&unsigned(), "_response", &TRUSTED.key, Some(&TRUSTED.certificate), Algorithm::RsaSha256)
            .unwrap();
    assert!(signed.contains("</saml:Issuer><ds:Signature "));
    assert!(signed.contains(&TRUSTED.certificate.to_base64()));
    let metadata =
        "<m:EntityDescriptor xmlns:m=\"urn:example:m\" ID=\"_m\">\n <m:Role/></m:EntityDescriptor>";
    let signed = sign(metadata, "_m", &TRUSTED.key, None, Algorithm::RsaSha256).unwrap();
    assert!(signed.starts_with("<m:EntityDescriptor xmlns:m=\"urn:example:m\" ID=\"_m\">\n <ds:Signature "));
    assert!(!signed.contains("KeyInfo"));
    assert!(check(&signed).is_ok());
}

#[test]
fn an_assertion_and_then_its_response_can_be_signed() {
    let inner = sign(&unsigned(), "_assertion", &TRUSTED.key, None, Algorithm::RsaSha256).unwrap();
    let both =
        sign(&inner, "_response", &STRANGER.key, Some(&STRANGER.certificate), Algorithm::RsaSha512).unwrap();
    let document = Document::parse(both.as_bytes()).unwrap();
    let assertion = document.root().elements().last().unwrap();
    assert!(verify(assertion, std::slice::from_ref(&TRUSTED.certificate), NONE).is_ok());
    let outer = verify(document.root(), std::slice::from_ref(&STRANGER.certificate), NONE).unwrap();
    assert!(
        String::from_utf8_lossy(outer.bytes()).contains("ds:Signature"),
        "the inner signature is signed with it"
    );
}

#[test]
fn what_cannot_be_signed_says_why() {
    let with = |xml: &str, id| sign(xml, id, &TRUSTED.key, None, Algorithm::RsaSha256).err();
    assert_eq!(with(&unsigned(), "_nowhere"), Some(Error::NoSuchId));
    assert_eq!(with("<a ID=\"x y\"><b/></a>", "x y"), Some(Error::NoSuchId));
    assert_eq!(with("<a ID=\"x\"/>", "x"), Some(Error::Empty));
    assert!(matches!(with("<a ID=\"x\">", "x"), Some(Error::Xml(_))));
    let signed = sign(&unsigned(), "_response", &TRUSTED.key, None, Algorithm::RsaSha256).unwrap();
    assert_eq!(with(&signed, "_response"), Some(Error::AlreadySigned));
}

#[test]
fn libxmlsec1_verifies_what_is_signed_here() {
    let python = "/usr/bin/python3";
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xmlsec/judge.py");
    let installed = Command::new(python).args(["-c", "import xmlsec"]).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        vestibule_testkit::skip("needs libxmlsec1 for Python (Debian: python3-xmlsec)");
        return;
    }
    for (kind, algorithms) in SIGNERS {
        let party = Party::new(kind, "signer");
        // The judge's version has no RSA-PSS.
        let known = |algorithm: &Algorithm| !algorithm.uri().contains("MGF1");
        for algorithm in algorithms.iter().copied().filter(known) {
            let inner =
                sign(&unsigned(), "_assertion", &party.key, Some(&party.certificate), algorithm).unwrap();
            let signed = sign(&inner, "_response", &party.key, None, algorithm).unwrap();
            let mut child = Command::new(python)
                .args(["-B", judge, &party.certificate.to_pem()])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(signed.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success(), "{algorithm}");
        }
    }
}
