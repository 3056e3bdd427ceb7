//! Any bytes as metadata: what is read from it can be written, and is then read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vestibule_saml::metadata::{idp, sp};

const IDP: &[u8] = include_bytes!("../../crates/saml/tests/metadata/idp.xml");
const SP: &[u8] = include_bytes!("../../crates/saml/tests/metadata/sp.xml");

fuzz_target!(init: {
    let now = jiff::Timestamp::constant(1_772_366_400, 0);
    idp::read(IDP, None, now).expect("the first input is metadata");
    sp::read(SP, None, now).expect("the first input is metadata");
}, |input: &[u8]| {
    let now = jiff::Timestamp::constant(1_772_366_400, 0);
    if let Ok(provider) = idp::read(input, None, now) {
        let written = idp::write(&provider);
        assert_eq!(idp::read(written.as_bytes(), None, now), Ok(provider), "{written}");
    }
    if let Ok(provider) = sp::read(input, None, now) {
        let written = sp::write(&provider);
        assert_eq!(sp::read(written.as_bytes(), None, now), Ok(provider), "{written}");
    }
});
