//! What is wrong with an encrypted element in the clear, and is named exactly.
//!
//! The one thing to know: every row starts from an element that decrypts, so its one change is the only reason.

use std::slice::from_ref;

use vestibule_dsig::encryption::{
    Cipher, Encryption, KeyPlacement, KeyTransport, Shape, Undecryptable, decrypt, encrypt,
};
use vestibule_dsig::{Allowed, Hash, Refusal};
use vestibule_xml::Document;

use crate::decryption::KEY;
use crate::support::{TRUSTED, edit};

const STRICT: Allowed = Allowed { sha1: false, cbc: false };

/// An element encrypted for the trusted party, with something replaced.
fn message(placement: KeyPlacement, transport: KeyTransport, from: &str, to: &str) -> String {
    let how = Encryption { cipher: Cipher::Aes128Gcm, transport, placement };
    let encrypted = encrypt("<a/>", &TRUSTED.certificate, how).unwrap();
    edit(&format!("<h>{encrypted}</h>"), from, to)
}

fn outcome(message: &str) -> Result<(), Undecryptable> {
    let document = Document::parse(message.as_bytes()).unwrap();
    decrypt(document.root(), from_ref(&KEY), STRICT)?.read().map(drop)
}

#[test]
fn e03_algorithms_outside_the_list_are_named() {
    let gcm = Cipher::Aes128Gcm.uri();
    let ciphers = [
        ("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", Refusal::NotAccepted),
        ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", Refusal::NotAccepted),
        ("http://www.w3.org/2001/04/xmlenc#AES128-CBC", Refusal::NotAccepted),
        (Cipher::Aes128Cbc.uri(), Refusal::NeedsOptIn),
        (Cipher::Aes256Cbc.uri(), Refusal::NeedsOptIn),
    ];
    for (uri, refusal) in ciphers {
        let message = message(KeyPlacement::Inside, KeyTransport::OaepSha1, gcm, uri);
        assert_eq!(outcome(&message), Err(Undecryptable::Cipher { uri: uri.to_owned(), refusal }));
    }
    let transports =
        ["http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#kw-aes128"];
    for uri in transports {
        let message =
            message(KeyPlacement::Inside, KeyTransport::OaepSha1, KeyTransport::OaepSha1.uri(), uri);
        assert_eq!(outcome(&message), Err(Undecryptable::KeyTransport { uri: uri.to_owned() }));
    }
    let md5 = "http://www.w3.org/2001/04/xmldsig-more#md5";
    let message = message(KeyPlacement::Inside, KeyTransport::OaepSha256, Hash::Sha256.uri(), md5);
    assert_eq!(outcome(&message), Err(Undecryptable::KeyTransport { uri: md5.to_owned() }));
}

#[test]
fn e03_oaep_with_two_hash_functions_is_refused_by_name() {
    let mixed = |digest, mask| Err(Undecryptable::MixedHashes { digest, mask });
    let inside =
        |transport, from: &str, to: &str| outcome(&message(KeyPlacement::Inside, transport, from, to));
    let older = inside(KeyTransport::OaepSha1, Hash::Sha1.uri(), Hash::Sha256.uri());
    assert_eq!(older, mixed(Hash::Sha256, Hash::Sha1));
    let newer = inside(KeyTransport::OaepSha256, "#mgf1sha256", "#mgf1sha1");
    assert_eq!(newer, mixed(Hash::Sha256, Hash::Sha1));
    let left_out = format!(
        "<ds:DigestMethod xmlns:ds=\"{}\" Algorithm=\"{}\"/>",
        vestibule_dsig::NAMESPACE,
        Hash::Sha256.uri()
    );
    assert_eq!(inside(KeyTransport::OaepSha256, &left_out, ""), mixed(Hash::Sha1, Hash::Sha256));
    // Twins: what is left out means SHA-1.
    let left_out = left_out.replace(Hash::Sha256.uri(), Hash::Sha1.uri());
    assert_eq!(inside(KeyTransport::OaepSha1, &left_out, ""), Ok(()));
    let uri = KeyTransport::OaepSha1.uri();
    assert_eq!(inside(KeyTransport::OaepSha1, uri, KeyTransport::OaepSha256.uri()), Ok(()));
}

#[test]
fn e03_forms_outside_the_profile_are_named() {
    use KeyPlacement::{Beside, Inside};
    let cases = [
        (
            Inside,
            "<h>",
            "<h><xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"/>",
            Shape::Children,
        ),
        (Inside, "<h>", "<h><other/>", Shape::Children),
        (
            Inside,
            "<xenc:CipherData><xenc:CipherValue>",
            "<xenc:CipherData><!-- c --><xenc:CipherValue>",
            Shape::NotPlain,
        ),
        (Inside, "xmlenc#Element", "xmlenc#Content", Shape::Type),
        (Inside, "<ds:KeyInfo", "<other/><ds:KeyInfo", Shape::Unknown),
        (
            Inside,
            "</ds:KeyInfo>",
            "</ds:KeyInfo><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
            Shape::Unknown,
        ),
        (Inside, "xenc:EncryptedKey>", "xenc:AgreementMethod>", Shape::NoEncryptedKey),
        (Beside, "URI=\"#_", "URI=\"https://impostor.example/#_", Shape::RetrievalMethod),
        (Beside, "URI=\"#_", "URI=\"#_x", Shape::RetrievalMethod),
        (
            Beside,
            "<ds:RetrievalMethod Type=\"http://www.w3.org/2001/04/xmlenc#EncryptedKey\"",
            "<ds:RetrievalMethod Type=\"http://www.w3.org/2001/04/xmlenc#Other\"",
            Shape::RetrievalMethod,
        ),
    ];
    for (placement, from, to, shape) in cases {
        let how = Encryption { cipher: Cipher::Aes128Gcm, transport: KeyTransport::OaepSha1, placement };
        let encrypted = format!("<h>{}</h>", encrypt("<a/>", &TRUSTED.certificate, how).unwrap());
        assert_eq!(outcome(&encrypted), Ok(()));
        let at = encrypted.rfind(from).unwrap_or_else(|| panic!("{from} is not there"));
        let edited = if from == "xenc:EncryptedKey>" {
            encrypted.replace("xenc:EncryptedKey>", "xenc:AgreementMethod>")
        } else if from.starts_with("URI") {
            encrypted.replacen(from, to, 1)
        } else {
            [&encrypted[..at], to, &encrypted[at + from.len()..]].concat()
        };
        assert_eq!(outcome(&edited), Err(Undecryptable::Malformed(shape)), "{to}");
    }
}

#[test]
fn e03_ciphertexts_are_in_the_message_whole_and_of_a_possible_length() {
    let how = Encryption {
        cipher: Cipher::Aes128Gcm,
        transport: KeyTransport::OaepSha1,
        placement: KeyPlacement::Inside,
    };
    let encrypted = format!("<h>{}</h>", encrypt("<a/>", &TRUSTED.certificate, how).unwrap());
    let (before, last) = encrypted.rsplit_once("<xenc:CipherValue>").unwrap();
    let (_, after) = last.split_once("</xenc:CipherValue>").unwrap();
    let with = |value: &str| outcome(&format!("{before}{value}{after}"));
    let reference = "<xenc:CipherReference URI=\"https://impostor.example/\"/>";
    assert_eq!(with(reference), Err(Shape::CipherReference.into()));
    // A nonce of 96 bits and a tag of 128 are 28 bytes; nothing shorter is a ciphertext.
    for value in ["", "<xenc:CipherValue>?</xenc:CipherValue>", "<xenc:CipherValue>AAAA</xenc:CipherValue>"] {
        assert_eq!(with(value), Err(Shape::CipherValue.into()), "{value}");
    }
    let twenty_eight = format!("<xenc:CipherValue>{}AA==</xenc:CipherValue>", "A".repeat(36));
    assert_eq!(with(&twenty_eight), Err(Undecryptable::Failed));
    let keys =
        encrypted.split_once("<xenc:EncryptedKey>").unwrap().1.split_once("</xenc:EncryptedKey>").unwrap().0;
    let key = format!("<xenc:EncryptedKey>{keys}</xenc:EncryptedKey>");
    assert_eq!(outcome(&encrypted.replace(&key, &key.repeat(4))), Ok(()));
    assert_eq!(outcome(&encrypted.replace(&key, &key.repeat(5))), Err(Shape::TooManyKeys.into()));
}

#[test]
fn without_a_key_nothing_is_tried() {
    let message = message(KeyPlacement::Inside, KeyTransport::OaepSha1, "<h>", "<h> ");
    let document = Document::parse(message.as_bytes()).unwrap();
    assert_eq!(decrypt(document.root(), &[], STRICT).err(), Some(Undecryptable::NoKey));
}
