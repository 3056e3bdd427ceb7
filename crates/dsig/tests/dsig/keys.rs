//! What a message says about its key: never used, and read only to say what changed.

use vestibule_dsig::{
    Algorithm, Allowed, Certificate, Invalid, KeyKind, Refusal, Role, claimed_certificate, sign_bytes,
    verify_bytes,
};
use vestibule_xml::Document;

use crate::support::{Party, STRANGER, TRUSTED, check, check_with, edit, signed_after, signed_by};

const METHOD: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

#[test]
fn x20_the_key_in_the_message_is_never_used() {
    let forged = signed_by(&STRANGER, Algorithm::RsaSha256, &[]);
    let claimed = STRANGER.certificate.clone();
    assert_eq!(check(&forged).err(), Some(Invalid::UnknownKey { claimed: claimed.clone() }));
    assert_eq!(check_with(&forged, &[], Allowed::default()).err(), Some(Invalid::UnknownKey { claimed }));
    // The twin: trusted, it is accepted, whatever the message claims.
    let trusted = [TRUSTED.certificate.clone(), STRANGER.certificate.clone()];
    assert_eq!(
        check_with(&forged, &trusted, Allowed::default()).unwrap().certificate(),
        &STRANGER.certificate
    );
}

#[test]
fn x20_a_forger_who_shows_the_trusted_certificate_has_a_wrong_signature() {
    let own = STRANGER.certificate.to_base64();
    let forged =
        edit(&signed_by(&STRANGER, Algorithm::RsaSha256, &[]), &own, &TRUSTED.certificate.to_base64());
    assert_eq!(check(&forged).err(), Some(Invalid::Signature));
}

#[test]
fn x20_any_key_info_beside_a_genuine_signature_is_ignored() {
    let own = TRUSTED.certificate.to_base64();
    let certificate = format!("<ds:X509Data><ds:X509Certificate>{own}</ds:X509Certificate></ds:X509Data>");
    let retrieval = "<ds:RetrievalMethod URI=\"https://evil.example/key\" Type=\"urn:x\"/>";
    let value = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>";
    let stranger = certificate.replace(&own, &STRANGER.certificate.to_base64());
    for key_info in [retrieval, value, "<ds:KeyName>trusted</ds:KeyName>", &stranger, "", "text"] {
        let message = signed_after(&[(&certificate, key_info)]);
        assert_eq!(check(&message).unwrap().certificate(), &TRUSTED.certificate, "{key_info}");
    }
    let none = signed_after(&[(&format!("<ds:KeyInfo>{certificate}</ds:KeyInfo>"), "")]);
    assert!(check(&none).is_ok());
}

#[test]
fn x20_a_retrieval_method_leads_nowhere_after_a_failure() {
    let own = STRANGER.certificate.to_base64();
    let certificate = format!("<ds:X509Data><ds:X509Certificate>{own}</ds:X509Certificate></ds:X509Data>");
    for key_info in [
        "<ds:RetrievalMethod URI=\"#_assertion\"/>",
        "<ds:X509Data><ds:X509Certificate>!</ds:X509Certificate></ds:X509Data>",
        "",
    ] {
        let forged = signed_by(&STRANGER, Algorithm::RsaSha256, &[(&certificate, key_info)]);
        assert_eq!(check(&forged).err(), Some(Invalid::Signature), "{key_info}");
    }
}

#[test]
fn x20_hmac_with_the_public_key_as_secret_is_refused_by_its_name() {
    for name in
        ["http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"]
    {
        let message = signed_after(&[(METHOD, name)]);
        let refusal = Refusal::NotAccepted;
        let expected = Invalid::Algorithm { role: Role::Signature, uri: name.to_owned(), refusal };
        assert_eq!(check(&message).err(), Some(expected));
    }
}

#[test]
fn every_trusted_certificate_is_tried() {
    let ecdsa = Party::new(KeyKind::EcdsaP256, "curve");
    let trusted = [ecdsa.certificate.clone(), STRANGER.certificate.clone(), TRUSTED.certificate.clone()];
    let signed = check_with(&signed_after(&[]), &trusted, Allowed::default()).unwrap();
    assert_eq!(signed.certificate(), &TRUSTED.certificate);
}

#[test]
fn a_key_of_another_kind_is_named() {
    let ecdsa = Party::new(KeyKind::EcdsaP256, "curve");
    let certificate = TRUSTED.certificate.to_base64();
    let key_info = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    );
    let message = signed_after(&[(&key_info, "")]);
    let unusable =
        |trusted: &str| Invalid::UnusableKey { algorithm: Algorithm::RsaSha256, trusted: trusted.to_owned() };
    assert_eq!(check_with(&message, &[], Allowed::default()).err(), Some(unusable("")));
    assert_eq!(
        check_with(&message, &[ecdsa.certificate], Allowed::default()).err(),
        Some(unusable("ECDSA P-256"))
    );
}

#[test]
fn an_algorithm_that_the_key_did_not_sign_with_does_not_verify() {
    for other in [Algorithm::RsaSha384, Algorithm::RsaSha512, Algorithm::RsaPssSha256] {
        let message = signed_after(&[(METHOD, other.uri())]);
        assert_eq!(check(&message).err(), Some(Invalid::Signature), "{other}");
    }
    let message = signed_after(&[(METHOD, Algorithm::EcdsaSha256.uri())]);
    let trusted = "RSA 2048".to_owned();
    assert_eq!(
        check(&message).err(),
        Some(Invalid::UnusableKey { algorithm: Algorithm::EcdsaSha256, trusted })
    );
}

#[test]
fn the_claimed_certificate_is_the_first_that_can_be_read() {
    let message =
        signed_after(&[("<ds:X509Data>", "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>")]);
    let document = Document::parse(message.as_bytes()).unwrap();
    assert_eq!(claimed_certificate(document.root()), Some(TRUSTED.certificate.clone()));
    let assertion = document.root().elements().last().unwrap();
    assert_eq!(claimed_certificate(assertion), None);
}

#[test]
fn p13_bare_signatures_hold_for_their_bytes_alone() {
    let trusted = [STRANGER.certificate.clone(), TRUSTED.certificate.clone()];
    let verify = |algorithm, bytes: &[u8], signature: &[u8], trusted: &[Certificate]| {
        verify_bytes(trusted, algorithm, bytes, signature, Allowed::default())
    };
    let query = b"SAMLRequest=a%2bb&SigAlg=c";
    let signature = sign_bytes(&TRUSTED.key, Algorithm::RsaSha256, query).unwrap();
    assert_eq!(verify(Algorithm::RsaSha256, query, &signature, &trusted), Ok(TRUSTED.certificate.clone()));
    let refused = [
        (Algorithm::RsaSha256, &b"SAMLRequest=a%2Bb&SigAlg=c"[..], &signature[..], &trusted[..]),
        (Algorithm::RsaSha512, query, &signature, &trusted),
        (Algorithm::RsaSha256, query, &signature[1..], &trusted),
        (Algorithm::RsaSha256, query, &[], &trusted),
        (Algorithm::RsaSha256, query, &signature, &trusted[..1]),
    ];
    for (algorithm, bytes, signature, trusted) in refused {
        assert_eq!(verify(algorithm, bytes, signature, trusted), Err(Invalid::Signature));
    }
    let sha1 = verify(Algorithm::RsaSha1, query, &signature, &trusted);
    assert!(matches!(sha1, Err(Invalid::Algorithm { refusal: Refusal::NeedsOptIn, .. })));
}

#[test]
fn ecdsa_signatures_are_two_numbers_of_the_length_of_the_curve() {
    for (kind, algorithm) in
        [(KeyKind::EcdsaP256, Algorithm::EcdsaSha256), (KeyKind::EcdsaP384, Algorithm::EcdsaSha384)]
    {
        let party = Party::new(kind, "curve");
        let check = |signature: &[u8]| {
            let trusted = std::slice::from_ref(&party.certificate);
            verify_bytes(trusted, algorithm, b"query", signature, Allowed::default()).is_ok()
        };
        let signature = sign_bytes(&party.key, algorithm, b"query").unwrap();
        let (r, s) = signature.split_at(signature.len() / 2);
        assert!(check(&signature));
        let length = u8::try_from(r.len() + 1).unwrap();
        let integer = |number: &[u8]| [&[2, length, 0], number].concat();
        let der = [&[0x30, 2 * (length + 2)], &integer(r)[..], &integer(s)[..]].concat();
        let zero = vec![0; signature.len()];
        let padded = [&[0], r, &[0], s].concat();
        let swapped = [s, r].concat();
        for refused in [&der[..], &zero, &padded, &swapped, &signature[1..], r, &[]] {
            assert!(!check(refused), "{refused:02x?}");
        }
    }
}

#[test]
fn what_the_sender_wrote_is_cut_before_it_is_shown() {
    let long = format!("urn:{}", "é".repeat(10_000));
    let invalid = check(&signed_after(&[(METHOD, &long)])).err().unwrap();
    let shown = invalid.to_string();
    assert!(shown.starts_with("the signature algorithm urn:éé") && shown.ends_with("… is not accepted"));
    assert!(shown.chars().count() < 300);
}
