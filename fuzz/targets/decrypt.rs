//! Any bytes as an encrypted element: what decrypts was encrypted for the key of the tests, and a failure says no more
//! than it may.
//!
//! The input is a document in which every element with a child EncryptedData is tried. Nobody who changes a message can
//! make an authenticated ciphertext, so such a plaintext is one of the tests'.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_dsig::Allowed;
use vestibule_dsig::encryption::{DecryptionKey, NAMESPACE, Undecryptable, decrypt};
use vestibule_xml::{Document, Element};

const ALL: Allowed = Allowed { sha1: true, cbc: true };

static KEYS: LazyLock<Vec<DecryptionKey>> = LazyLock::new(vestibule_fuzz::decryption_keys);

static KNOWN: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let messages = vestibule_fuzz::messages();
    let known: BTreeSet<String> = messages.iter().flat_map(|message| plaintexts(message)).collect();
    assert!(!known.is_empty(), "no message of the tests decrypts any more");
    known
});

fuzz_target!(|input: &[u8]| {
    for plaintext in plaintexts(input) {
        assert!(KNOWN.contains(&plaintext), "encrypted by nobody: {plaintext}");
    }
});

/// What the authenticated ciphertexts of a message decrypt to, without the declarations around it.
fn plaintexts(message: &[u8]) -> Vec<String> {
    let Ok(document) = Document::parse(message) else { return Vec::new() };
    let holders =
        document.root().descendants().filter(|element| element.child(NAMESPACE, "EncryptedData").is_some());
    holders.take(2).filter_map(plaintext).collect()
}

fn plaintext(holder: Element<'_>) -> Option<String> {
    let decrypted = match decrypt(holder, &KEYS, ALL) {
        Ok(decrypted) => decrypted,
        Err(error) => {
            assert!(!error.to_string().is_empty() && error != Undecryptable::NoKey);
            return None;
        }
    };
    match decrypted.read() {
        Ok(plaintext) if decrypted.cipher().is_authenticated() => Some(said(plaintext.element())),
        Ok(_) => None,
        Err(error) => {
            assert_eq!(error, Undecryptable::Failed);
            None
        }
    }
}

/// The names and texts in an element. Its namespaces may be those of the document around it, which anyone can change.
fn said(element: Element<'_>) -> String {
    let parts = element.descendants().map(|part| (part.local_name(), part.text()));
    format!("{:?}", parts.collect::<Vec<_>>())
}
