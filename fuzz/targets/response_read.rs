//! Any bytes as a response: an accepted one says what a message of the tests says, and is traced to its end.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_fuzz::Service;
use vestibule_saml::response::{VerifiedAssertion, decode, verify};

static SERVICE: LazyLock<Service> = LazyLock::new(|| Service::trusting(vestibule_fuzz::certificates()));

static GENUINE: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let accepted = |message: &Vec<u8>| verify(message, &SERVICE.expected()).outcome.ok();
    let genuine: BTreeSet<String> =
        vestibule_fuzz::messages().iter().filter_map(accepted).map(|assertion| said(&assertion)).collect();
    assert!(!genuine.is_empty(), "no message of the tests is accepted any more");
    genuine
});

fuzz_target!(|input: &[u8]| {
    let verification = verify(input, &SERVICE.expected());
    let passed: Vec<bool> = verification.trace.iter().map(|check| check.ok).collect();
    let failed = passed.iter().position(|ok| !ok);
    match &verification.outcome {
        Ok(assertion) => {
            assert!(failed.is_none());
            assert!(GENUINE.contains(&said(assertion)), "asserted by nobody: {}", said(assertion));
        }
        Err(rejection) => {
            assert_eq!(failed, Some(passed.len() - 1), "the failed check is the last");
            assert!(rejection.code() >= 1000 && !rejection.to_string().is_empty());
        }
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = decode(text);
    }
});

/// All that the sign-in will rely on.
fn said(assertion: &VerifiedAssertion) -> String {
    format!(
        "{} {} {:?} {:?} {:?}",
        assertion.assertion_id(),
        assertion.issuer(),
        assertion.name_id(),
        assertion.attributes().collect::<Vec<_>>(),
        assertion.in_response_to()
    )
}
