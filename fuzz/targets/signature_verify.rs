//! Any bytes against fixed certificates: a signature that verifies covers what it covered in a message of the tests.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_dsig::{Allowed, Certificate, claimed_certificate, verify};
use vestibule_xml::Document;

static TRUSTED: LazyLock<Vec<Certificate>> = LazyLock::new(vestibule_fuzz::certificates);

static GENUINE: LazyLock<BTreeSet<Vec<u8>>> = LazyLock::new(|| {
    let covered: BTreeSet<_> =
        vestibule_fuzz::messages().iter().flat_map(|message| verified(message)).collect();
    assert!(!covered.is_empty(), "no message of the tests verifies any more");
    covered
});

fuzz_target!(|input: &[u8]| {
    for covered in verified(input) {
        assert!(GENUINE.contains(&covered), "signed by nobody: {}", String::from_utf8_lossy(&covered));
        assert!(Document::parse(&covered).is_ok());
    }
});

/// What verifies at the two places where a signature may stand, or anywhere else.
fn verified(input: &[u8]) -> Vec<Vec<u8>> {
    let Ok(document) = Document::parse(input) else { return Vec::new() };
    let mut covered = Vec::new();
    for element in document.root().descendants().take(64) {
        let _ = claimed_certificate(element);
        if let Ok(signed) = verify(element, &TRUSTED, Allowed { sha1: true, cbc: true }) {
            covered.push(signed.bytes().to_vec());
        }
    }
    covered
}
