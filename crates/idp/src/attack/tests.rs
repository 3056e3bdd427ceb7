//! Every bad response is made, is what it says, and is refused by its code.

use std::sync::LazyLock;

use jiff::{Timestamp, ToSpan as _};
use vestibule_saml::response::{Expected, decode, verify};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{
    Algorithm, Allowed, Attribute, Certificate, DecryptionKey, KeyKind, NameId, SigningKey, names,
};

use super::{ALL, Error, Genuine, Needs, find};

const NOW: &str = "2026-03-01T12:00:00Z";
const ACS: &str = "https://acme.example/saml/SSO";
const ENTITY_ID: &str = "https://acme.example";
const ISSUER: &str = "https://idp.example/metadata";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The key of the service provider.
static OURS: LazyLock<DecryptionKey> = LazyLock::new(|| {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = key.self_signed("acme.example", now() - 1.hours(), now() + 1.hours()).unwrap();
    DecryptionKey::new(&key, Some(certificate)).unwrap()
});

fn genuine(signed: Signed) -> Genuine {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = key.self_signed("idp.example", now() - 1.hours(), now() + 1.hours()).unwrap();
    let assertion = Assertion {
        id: "_a1".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId { value: "someone@acme.example".to_owned(), ..NameId::default() }),
        recipient: ACS.to_owned(),
        in_response_to: Some("_q1".to_owned()),
        not_before: Some(now()),
        not_on_or_after: now() + 5.minutes(),
        audiences: vec![ENTITY_ID.to_owned()],
        one_time_use: false,
        authn_instant: now(),
        authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
        session_index: Some("_s1".to_owned()),
        session_not_on_or_after: None,
        attributes: vec![Attribute {
            name: "mail".to_owned(),
            friendly_name: None,
            values: vec!["someone@acme.example".to_owned()],
        }],
    };
    let response = Response {
        id: "_r1".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: Some("_q1".to_owned()),
        status: Status::success(),
        assertion: Some(assertion),
    };
    let signer = Signer { key, certificate, algorithm: Algorithm::RsaSha256 };
    Genuine { response, signed, signer, encryption_certificate: OURS.certificate().cloned() }
}

/// The code by which a form field is refused; `None` if it is not.
fn refused(form_value: &str, certificate: &Certificate, needs: Needs) -> Option<u16> {
    let expected = Expected {
        now: now(),
        skew_seconds: 180,
        acs_urls: &[ACS.to_owned()],
        entity_ids: &[ENTITY_ID.to_owned()],
        issuer: ISSUER,
        certificates: std::slice::from_ref(certificate),
        allowed: Allowed::default(),
        decryption_keys: std::slice::from_ref(&*OURS),
        encryption_required: needs == Needs::RequiredEncryption,
        request_id: Some("_q1"),
    };
    let outcome = decode(form_value).and_then(|xml| verify(&xml, &expected).outcome);
    outcome.err().map(|rejection| rejection.code())
}

const EVERY: [Signed; 3] = [Signed::Assertion, Signed::Response, Signed::Both];

#[test]
fn the_honest_response_is_accepted_wherever_it_is_signed() {
    for signed in EVERY {
        let genuine = genuine(signed);
        let field = vestibule_saml::binding::post_value(genuine.honest().unwrap());
        assert_eq!(refused(&field, &genuine.signer.certificate, Needs::Nothing), None, "{signed:?}");
    }
}

#[test]
fn every_bad_response_is_refused_by_its_code_wherever_the_honest_one_is_signed() {
    for signed in EVERY {
        let genuine = genuine(signed);
        let honest = genuine.honest().unwrap();
        let mut surprises = Vec::new();
        for attack in ALL {
            assert_ne!(attack.message(&genuine).unwrap(), honest.as_bytes(), "{}", attack.id);
            let value = attack.form_value(&genuine).unwrap();
            let code = refused(&value, &genuine.signer.certificate, attack.needs);
            if code != Some(attack.code) {
                surprises.push(format!("{} wants {}, gets {code:?}", attack.id, attack.code));
            }
        }
        assert_eq!(surprises, Vec::<String>::new(), "{signed:?}");
    }
}

/// What follows `- code: ` in the section of an attack: the code of its variants, and of those that differ.
fn page_codes(id: &str) -> Option<(u16, Vec<(&'static str, u16)>)> {
    let page = include_str!("../../../../docs/attacks.md");
    let (_, section) = page.split_once(&format!("### {}: ", id.to_uppercase()))?;
    let line = section.lines().find_map(|line| line.strip_prefix("- code: "))?;
    let mut parts = line.split(", ");
    let all = parts.next()?.parse().ok()?;
    let others = parts.map(|part| part.split_once(' ').and_then(|(id, code)| Some((id, code.parse().ok()?))));
    Some((all, others.collect::<Option<_>>()?))
}

#[test]
fn the_page_of_attacks_promises_the_codes_that_they_end_with() {
    let mut surprises = Vec::new();
    for attack in ALL {
        let promised = page_codes(&attack.id[..3]).map(|(all, others)| {
            others.into_iter().find(|(id, _)| *id == attack.id).map_or(all, |(_, code)| code)
        });
        if promised != Some(attack.code) {
            surprises
                .push(format!("{} ends with {}, docs/attacks.md says {promised:?}", attack.id, attack.code));
        }
    }
    assert_eq!(surprises, Vec::<String>::new());
}

#[test]
fn an_attack_that_is_not_sent_says_why_on_the_page() {
    for section in include_str!("../../../../docs/attacks.md").split("\n### ").skip(1) {
        let id = section[..3].to_lowercase();
        let sent = ALL.iter().any(|attack| attack.id.starts_with(&id));
        assert_eq!(sent, !section.contains("\n- not a single response: "), "{id}");
    }
}

#[test]
fn without_a_certificate_nothing_is_encrypted_and_everything_else_is_made() {
    let genuine = Genuine { encryption_certificate: None, ..genuine(Signed::Both) };
    for attack in ALL {
        let made = attack.message(&genuine).map(drop);
        let expected =
            if attack.needs == Needs::EncryptionKey { Err(Error::NoEncryptionKey) } else { Ok(()) };
        // For somebody else anyone can encrypt.
        if !["e03c", "e05d"].contains(&attack.id) {
            assert_eq!(made, expected, "{}", attack.id);
        }
    }
}

#[test]
fn ids_are_unique_in_order_and_found_in_any_case() {
    let ids: Vec<&str> = ALL.iter().map(|attack| attack.id).collect();
    let (wrapping, protocol): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| id.starts_with('x'));
    assert!(wrapping.is_sorted() && protocol.is_sorted());
    for id in &ids {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
        assert_eq!(find(&id.to_uppercase()).unwrap().id, *id);
    }
    assert!(find("x99").is_none());
}
