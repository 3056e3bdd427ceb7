//! Encrypted elements: what decrypts, and that no damage goes unseen or is told apart.
//!
//! The forms that are refused in the clear are in `encrypted_forms.rs`.

use std::fs;
use std::path::PathBuf;
use std::slice::from_ref;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
use vestibule_dsig::encryption::{
    Cipher, DecryptionKey, Encryption, KeyPlacement, KeyTransport, Undecryptable, decrypt, encrypt,
};
use vestibule_dsig::{Allowed, Error, KeyKind};
use vestibule_xml::Document;

use crate::support::{Party, STRANGER, TRUSTED};

const CBC: Allowed = Allowed { sha1: false, cbc: true };
const SECRET: &str = "<a:secret xmlns:a=\"urn:a\" ID=\"_s\">Grüße, zoë</a:secret>";
const GCM: Encryption = Encryption {
    cipher: Cipher::Aes256Gcm,
    transport: KeyTransport::OaepSha256,
    placement: KeyPlacement::Inside,
};

/// Every way to encrypt.
fn ways() -> impl Iterator<Item = Encryption> {
    let placements = [KeyPlacement::Inside, KeyPlacement::Beside];
    let transports = KeyTransport::ALL
        .into_iter()
        .flat_map(move |transport| placements.map(|placement| (transport, placement)));
    transports.flat_map(|(transport, placement)| {
        Cipher::ALL.map(|cipher| Encryption { cipher, transport, placement })
    })
}

pub static KEY: LazyLock<DecryptionKey> = LazyLock::new(|| key(&TRUSTED));

pub fn key(party: &Party) -> DecryptionKey {
    DecryptionKey::new(&party.key, Some(party.certificate.clone())).unwrap()
}

/// Puts what was encrypted where SAML has it.
fn wrapped(encrypted: &str) -> String {
    format!("<b:holder xmlns:b=\"urn:b\">{encrypted}</b:holder>")
}

/// Encrypts for the trusted party, and puts it where SAML has it.
fn message(plaintext: &str, how: Encryption) -> String {
    wrapped(&encrypt(plaintext, &TRUSTED.certificate, how).unwrap())
}

/// The local name, the namespace and the text of the decrypted element.
fn open(message: &str, keys: &[DecryptionKey], allowed: Allowed) -> Result<[String; 3], Undecryptable> {
    let document = Document::parse(message.as_bytes()).unwrap();
    let decrypted = decrypt(document.root(), keys, allowed)?;
    let plaintext = decrypted.read()?;
    let element = plaintext.element();
    let text = element.text().unwrap_or_default();
    Ok([element.local_name(), element.namespace(), &text].map(str::to_owned))
}

#[test]
fn whatever_is_encrypted_decrypts_to_itself() {
    let keys = [key(&STRANGER), KEY.clone()];
    for how in ways() {
        let message = message(SECRET, how);
        let opened = open(&message, &keys, CBC).unwrap_or_else(|error| panic!("{how:?}: {error}"));
        assert_eq!(opened, ["secret", "urn:a", "Grüße, zoë"], "{how:?}");
        let document = Document::parse(message.as_bytes()).unwrap();
        let decrypted = decrypt(document.root(), &keys, CBC).unwrap();
        assert_eq!((decrypted.cipher(), decrypted.transport()), (how.cipher, how.transport));
        assert_eq!(decrypted.certificate(), Some(&TRUSTED.certificate));
    }
}

#[test]
fn a_key_comes_from_the_file_of_a_signing_key_and_only_rsa_decrypts() {
    let pem = [TRUSTED.key.to_pem().unwrap().as_str(), &TRUSTED.certificate.to_pem()].concat();
    let read = DecryptionKey::from_pem(&pem).unwrap();
    assert_eq!(read.certificate(), Some(&TRUSTED.certificate));
    assert!(open(&message(SECRET, GCM), &[read], CBC).is_ok());
    let alone = DecryptionKey::from_pem(&TRUSTED.key.to_pem().unwrap()).unwrap();
    assert!(alone.certificate().is_none());
    let curve = Party::new(KeyKind::EcdsaP256, "curve");
    assert_eq!(DecryptionKey::new(&curve.key, None).err(), Some(Error::NotRsa));
    let refused = encrypt(SECRET, &curve.certificate, GCM);
    assert_eq!(refused, Err(Error::CannotEncrypt { key: "ECDSA P-256".to_owned() }));
}

#[test]
fn e05_the_plaintext_sees_the_namespaces_around_it_and_nothing_else() {
    let bare = "<b:secret><inner/></b:secret>";
    let message = message(bare, GCM).replace("<b:holder", "<b:holder xmlns=\"urn:default\" ID=\"_outer\"");
    let document = Document::parse(message.as_bytes()).unwrap();
    let decrypted = decrypt(document.root(), from_ref(&KEY), CBC).unwrap();
    let plaintext = decrypted.read().unwrap();
    let element = plaintext.element();
    assert_eq!(element.namespace(), "urn:b");
    assert_eq!(element.elements().next().unwrap().namespace(), "urn:default");
    assert_eq!(plaintext.document().ids().count(), 0);
}

#[test]
fn e05_a_plaintext_that_is_not_one_well_formed_element_is_refused_like_a_wrong_key() {
    let refused = [
        "",
        "text",
        "text<a/>",
        "<a/>text",
        "<a/><b/>",
        "<a/><!-- comment -->",
        "<a>",
        "</decrypted><decrypted>",
        "<a/></decrypted><decrypted><a/>",
        "<c:a/>",
        "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
        "<?xml version=\"1.0\"?><a/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a xml:id=\"one\"><b ID=\"one\"/></a>",
    ];
    for how in ways().filter(|how| how.transport == KeyTransport::OaepSha1) {
        for plaintext in refused {
            let outcome = open(&message(plaintext, how), from_ref(&KEY), CBC);
            assert_eq!(outcome, Err(Undecryptable::Failed), "{how:?} {plaintext:?}");
        }
        assert!(open(&message("\r\n <a/>\t", how), from_ref(&KEY), CBC).is_ok(), "{how:?}");
    }
}

/// Changes one byte of the CipherValue with this number.
fn flipped(message: &str, value: usize, index: usize, bit: u8) -> String {
    let values: Vec<&str> = message.split("<xenc:CipherValue>").skip(1).collect();
    let text = values[value].split_once('<').unwrap().0;
    let mut bytes = STANDARD.decode(text).unwrap();
    let index = index % bytes.len();
    bytes[index] ^= 1 << bit;
    message.replace(text, &STANDARD.encode(bytes))
}

#[test]
fn e03_every_flipped_byte_of_key_nonce_ciphertext_and_tag_is_refused_with_one_error() {
    for cipher in [Cipher::Aes128Gcm, Cipher::Aes256Gcm] {
        let original = message(SECRET, Encryption { cipher, ..GCM });
        let lengths = original
            .split("<xenc:CipherValue>")
            .skip(1)
            .map(|value| STANDARD.decode(value.split_once('<').unwrap().0).unwrap().len());
        for (value, length) in lengths.collect::<Vec<_>>().into_iter().enumerate() {
            for index in 0..length {
                let outcome = open(&flipped(&original, value, index, 0), from_ref(&KEY), CBC);
                assert_eq!(outcome, Err(Undecryptable::Failed), "{cipher} value {value} byte {index}");
            }
        }
    }
}

#[test]
fn e03_a_wrong_key_a_wrong_padding_and_a_wrong_document_are_one_error() {
    for cipher in [Cipher::Aes128Cbc, Cipher::Aes256Cbc] {
        let how = Encryption { cipher, ..GCM };
        let original = message(SECRET, how);
        assert_eq!(open(&original, &[key(&STRANGER)], CBC), Err(Undecryptable::Failed));
        let values = original.rsplit("CipherValue>").nth(1).unwrap();
        let content = STANDARD.decode(values.trim_end_matches("</xenc:")).unwrap();
        let mut read = 0;
        for index in 0..content.len() {
            match open(&flipped(&original, 1, index, 7), from_ref(&KEY), CBC) {
                // Without authentication a changed plaintext can be one, too: whoever allows CBC relies on signatures.
                Ok(_) => read += 1,
                Err(error) => assert_eq!(error, Undecryptable::Failed, "{cipher} byte {index}"),
            }
        }
        assert!(read < content.len() / 2, "{cipher}: {read}");
        // The last byte of the block before the last decides how long the padding is.
        let padding = flipped(&original, 1, content.len() - 17, 7);
        assert_eq!(open(&padding, from_ref(&KEY), CBC), Err(Undecryptable::Failed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_comes_back_as_it_went(text in "[^\\x00-\\x1f<>&\\x7f-\\x9f\\ufffe\\uffff]{0,200}", way in any::<prop::sample::Index>()) {
        let ways: Vec<Encryption> = ways().collect();
        let how = ways[way.index(ways.len())];
        let message = message(&format!("<a>{text}</a>"), how);
        prop_assert_eq!(open(&message, from_ref(&KEY), CBC).map(|[_, _, text]| text), Ok(text));
    }

    #[test]
    fn e03_no_damage_of_an_authenticated_ciphertext_goes_unseen(value in 0_usize..2, index in any::<usize>(), bit in 0_u8..8) {
        let original = message(SECRET, GCM);
        let outcome = open(&flipped(&original, value, index, bit), from_ref(&KEY), CBC);
        prop_assert_eq!(outcome, Err(Undecryptable::Failed));
    }
}

fn fixture(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/xmlsec"));
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn elements_encrypted_by_libxmlsec1_decrypt() {
    let keys = [DecryptionKey::from_pem(&fixture("encryption.pem")).unwrap()];
    let cases = [
        ("encrypted-aes128-gcm-oaep-mgf1p", Cipher::Aes128Gcm, KeyTransport::OaepSha1),
        ("encrypted-aes192-gcm-oaep-sha1", Cipher::Aes192Gcm, KeyTransport::OaepSha1),
        ("encrypted-aes256-gcm-oaep-sha256", Cipher::Aes256Gcm, KeyTransport::OaepSha256),
        ("encrypted-aes256-gcm-oaep-sha512", Cipher::Aes256Gcm, KeyTransport::OaepSha512),
        ("encrypted-aes128-cbc-oaep-mgf1p", Cipher::Aes128Cbc, KeyTransport::OaepSha1),
        ("encrypted-aes256-cbc-oaep-sha256", Cipher::Aes256Cbc, KeyTransport::OaepSha256),
    ];
    for (name, cipher, transport) in cases {
        let message = fixture(&format!("{name}.xml"));
        let [name_of, namespace, text] =
            open(&message, &keys, CBC).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (name_of.as_str(), namespace.as_str()),
            ("NameID", "urn:oasis:names:tc:SAML:2.0:assertion")
        );
        assert_eq!(text, "zoë@acme.example & <others>", "{name}");
        let document = Document::parse(message.as_bytes()).unwrap();
        let decrypted = decrypt(document.root(), &keys, CBC).unwrap();
        assert_eq!((decrypted.cipher(), decrypted.transport()), (cipher, transport), "{name}");
    }
}
