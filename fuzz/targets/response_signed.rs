//! Any response, signed here: what lies behind the signature, read from an identity provider that sends what it likes.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vestibule_dsig::{NAMESPACE, sign};
use vestibule_fuzz::Service;
use vestibule_saml::response::verify;
use vestibule_saml::{Algorithm, Certificate, KeyKind, SigningKey};
use vestibule_xml::{Document, Element};

static PROVIDER: LazyLock<(SigningKey, Service)> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::EcdsaP256).expect("the system has randomness");
    let time = |second| jiff::Timestamp::constant(second, 0);
    let certificate: Certificate = key
        .self_signed("idp.example", time(1_700_000_000), time(2_000_000_000))
        .expect("a certificate can be made");
    (key, Service::trusting(vec![certificate]))
});

fuzz_target!(|input: &[u8]| {
    let Some(xml) = unsigned(input) else { return };
    let Some(id) = id_of_root(&xml) else { return };
    let (key, service) = &*PROVIDER;
    let Ok(signed) = sign(&xml, &id, key, None, Algorithm::EcdsaSha256) else { return };
    let verification = verify(signed.as_bytes(), &service.expected());
    let known = |check: &&str| verification.trace.iter().any(|done| done.check == *check && done.ok);
    assert!(known(&"size") && (signed.len() > 400_000 || known(&"xml")), "{:?}", verification.outcome.err());
    if let Ok(assertion) = verification.outcome {
        assert!(!assertion.assertion_id().is_empty());
        assert!(assertion.replay_until() >= service.expected().now);
    }
});

/// The message without the signatures of the root and of its children.
fn unsigned(input: &[u8]) -> Option<String> {
    let document = Document::parse(input).ok()?;
    let root = document.root();
    let signed = std::iter::once(root).chain(root.elements());
    let mut xml = std::str::from_utf8(input).ok()?.to_owned();
    let mut spans: Vec<_> =
        signed.flat_map(|element| element.children(NAMESPACE, "Signature")).map(Element::span).collect();
    spans.sort_by_key(|span| span.start);
    // A signature inside one that goes goes with it.
    let mut last = usize::MAX;
    for span in spans.into_iter().rev() {
        if span.end <= last {
            last = span.start;
            xml.replace_range(span, "");
        }
    }
    Some(xml)
}

fn id_of_root(xml: &str) -> Option<String> {
    Document::parse(xml.as_bytes()).ok()?.root().attribute("ID").map(str::to_owned)
}
