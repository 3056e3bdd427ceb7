//! Encrypted assertions and name identifiers: those that are accepted, and accidents that are not.
//!
//! Attacks on encryption are in `refused.rs` like all others. The one thing to know: every ciphertext is random, so
//! these messages are written once.

use vestibule_idp::{Cipher, Encryption, KeyPlacement, KeyTransport};
use vestibule_saml::write::{Recipient, Sealed, Signed};

use super::{Built, honest, replaced, sign, signer};
use crate::case::certificate;

const GCM: Encryption = Encryption {
    cipher: Cipher::Aes256Gcm,
    transport: KeyTransport::OaepSha256,
    placement: KeyPlacement::Inside,
};

pub fn all() -> Vec<Built> {
    [signed(), ciphers(), shapes(), refused()].into_iter().flatten().collect()
}

fn recipient(encryption: Encryption) -> Recipient {
    Recipient { certificate: certificate("sp"), encryption }
}

fn built(name: &str, title: &str, message: String) -> Built {
    Built::new(name, title, message).with(|case| case.decryption_key = Some("sp".to_owned())).once()
}

fn encrypted(name: &str, title: &str, signed: Signed, encryption: Encryption) -> Built {
    let message = honest().write_encrypted(signed, &signer("idp"), &recipient(encryption)).unwrap();
    built(name, title, message)
}

fn signed() -> Vec<Built> {
    let required = encrypted(
        "e04_encrypted_as_required",
        "The assertion is encrypted, as it must be.",
        Signed::Both,
        GCM,
    );
    vec![
        encrypted("e01_signed_inside", "The encrypted assertion is signed.", Signed::Assertion, GCM),
        encrypted("e01_e02_signed_around", "The Response is signed around it.", Signed::Response, GCM),
        encrypted("e01_e02_signed_inside_and_around", "Both are signed.", Signed::Both, GCM),
        required.with(|case| case.encryption_required = true),
        Built::new(
            "e04_in_the_clear_where_both_are_taken",
            "There is a key, and the assertion is not encrypted.",
            sign(&honest().write(), Signed::Both),
        )
        .with(|case| case.decryption_key = Some("sp".to_owned())),
    ]
}

fn ciphers() -> Vec<Built> {
    let with = |name: &str, signed, cipher: Cipher, transport: KeyTransport| {
        let title = format!("The assertion is encrypted with {cipher} and {transport}.");
        let built = encrypted(name, &title, signed, Encryption { cipher, transport, ..GCM });
        if cipher.is_authenticated() { built } else { built.with(|case| case.allow = vec!["cbc".to_owned()]) }
    };
    let (around, inside) = (Signed::Response, Signed::Assertion);
    vec![
        with("e03_aes_128_gcm_and_oaep_with_sha1", inside, Cipher::Aes128Gcm, KeyTransport::OaepSha1),
        with("e03_aes_192_gcm_and_oaep_with_sha512", inside, Cipher::Aes192Gcm, KeyTransport::OaepSha512),
        with("e03_aes_128_cbc_by_opt_in_signed_around", around, Cipher::Aes128Cbc, KeyTransport::OaepSha1),
        with("e03_aes_256_cbc_by_opt_in_signed_inside", inside, Cipher::Aes256Cbc, KeyTransport::OaepSha1),
    ]
}

fn shapes() -> Vec<Built> {
    let name_id = recipient(GCM).seal(&honest().write(), Sealed::NameId).unwrap();
    // As Keycloak writes it: the prefix of the assertion is declared on the Response alone.
    let outside = honest().write().replacen(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
        "<saml:Assertion",
        1,
    );
    let bare = signer("idp").sign(&outside, "_a7f3").unwrap();
    vec![
        encrypted(
            "e03_key_beside_the_ciphertext",
            "The key stands beside the ciphertext, as Okta writes it.",
            Signed::Both,
            Encryption { placement: KeyPlacement::Beside, ..GCM },
        ),
        built(
            "e05_encrypted_name_identifier",
            "The name identifier is encrypted.",
            sign(&name_id, Signed::Assertion),
        ),
        built(
            "e05_both_the_name_identifier_and_the_assertion_are_encrypted",
            "The name identifier is encrypted, and the assertion around it too.",
            recipient(GCM).seal(&sign(&name_id, Signed::Assertion), Sealed::Assertion).unwrap(),
        ),
        built(
            "e05_namespaces_of_the_response",
            "The assertion uses a prefix that the Response declares.",
            recipient(GCM).seal(&bare, Sealed::Assertion).unwrap(),
        ),
    ]
}

fn refused() -> Vec<Built> {
    let cbc = Encryption { cipher: Cipher::Aes128Cbc, transport: KeyTransport::OaepSha1, ..GCM };
    let sealed = |encryption, xml: &str| recipient(encryption).seal(xml, Sealed::Assertion).unwrap();
    let signed = sign(&honest().write(), Signed::Assertion);
    let changed =
        replaced(&signed, ">zoe.lindstrom@acme.example</saml:NameID>", ">victim@acme.example</saml:NameID>");
    let allowed = |built: Built| built.with(|case| case.allow = vec!["cbc".to_owned()]);
    let former = encrypted("e03_encrypted_for_another_key", "Our key is another one now.", Signed::Both, GCM);
    vec![
        former.with(|case| case.decryption_key = Some("sp-former".to_owned())).refused(1011),
        allowed(built(
            "e03_aes_cbc_without_a_signature_says_no_more_than_a_wrong_key",
            "AES-CBC, and nothing is signed: the refusal is the one of a wrong key.",
            sealed(cbc, &honest().write()),
        ))
        .refused(1011),
        allowed(built(
            "e03_aes_cbc_with_a_wrong_signature_says_no_more_than_a_wrong_key",
            "AES-CBC, and the signature inside does not fit: the refusal is the one of a wrong key.",
            sealed(cbc, &changed),
        ))
        .refused(1011),
        allowed(
            encrypted(
                "e03_aes_cbc_for_another_key",
                "AES-CBC, for a key that we have not.",
                Signed::Assertion,
                cbc,
            )
            .with(|case| case.decryption_key = Some("sp-former".to_owned())),
        )
        .refused(1011),
        encrypted(
            "e03_aes_cbc_without_opt_in",
            "AES-CBC, signed around, and not allowed.",
            Signed::Both,
            cbc,
        )
        .refused(1011),
    ]
}
