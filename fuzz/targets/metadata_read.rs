//! Any bytes as metadata: what is read from it can be written, and is then read as the same, signed or not; and what
//! nobody signed is not read as signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_fuzz::certificates;
use vestibule_saml::metadata::{idp, sp};
use vestibule_saml::write::Signer;
use vestibule_saml::{Algorithm, Certificate, KeyKind, SigningKey};

const IDP: &[u8] = include_bytes!("../../crates/saml/tests/metadata/idp.xml");
const SP: &[u8] = include_bytes!("../../crates/saml/tests/metadata/sp.xml");
const NOW: jiff::Timestamp = jiff::Timestamp::constant(1_772_366_400, 0);

static REGISTRAR: LazyLock<Signer> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::EcdsaP256).expect("the system has randomness");
    let until = jiff::Timestamp::constant(2_000_000_000, 0);
    let certificate = key.self_signed("federation.example", NOW, until).expect("a certificate can be made");
    Signer { key, certificate, algorithm: Algorithm::EcdsaSha256 }
});

/// The messages of the tests are signed with these, and none of them is metadata.
static OTHERS: LazyLock<Vec<Certificate>> = LazyLock::new(certificates);

fuzz_target!(init: {
    idp::read(IDP, None, NOW).expect("the first input is metadata");
    sp::read(SP, None, NOW).expect("the first input is metadata");
}, |input: &[u8]| {
    if let Ok(provider) = idp::read(input, None, NOW) {
        let written = idp::write(&provider);
        assert_eq!(idp::read(written.as_bytes(), None, NOW).as_ref(), Ok(&provider), "{written}");
        let signed = idp::write_signed(&provider, "_m", &REGISTRAR).expect("what was written can be signed");
        let pinned = std::slice::from_ref(&REGISTRAR.certificate);
        assert_eq!(idp::read_signed(signed.as_bytes(), None, NOW, pinned), Ok(provider), "{signed}");
    }
    assert!(idp::read_signed(input, None, NOW, &OTHERS).is_err(), "nobody signed this");
    if let Ok(provider) = sp::read(input, None, NOW) {
        let written = sp::write(&provider);
        assert_eq!(sp::read(written.as_bytes(), None, NOW), Ok(provider), "{written}");
    }
});
