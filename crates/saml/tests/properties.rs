//! Properties over generated values: what is written is read, and no input makes a reader panic.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use case::{ACS, Case, ENTITY_IDS, ISSUER, NOW, REQUEST, tests_folder};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use vestibule_saml::binding::{Direction, post_decode, redirect_decode, redirect_url};
use vestibule_saml::metadata::{idp, sp};
use vestibule_saml::response::{decode, observe};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Attribute, Certificate, NameId, SigningKey, request};

#[expect(dead_code, reason = "other tests use the rest of it")]
mod case;

fn signer() -> Signer {
    let pem = std::fs::read_to_string(tests_folder().join("keys/idp.pem")).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    Signer { key, certificate: Certificate::from_pem(&pem).unwrap(), algorithm: Algorithm::RsaSha256 }
}

fn response(name_id: &str, attributes: Vec<Attribute>, not_on_or_after: Timestamp) -> Response {
    let now = NOW.parse().unwrap();
    let assertion = Assertion {
        id: "_a1".to_owned(),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId { value: name_id.to_owned(), ..NameId::default() }),
        recipient: ACS.to_owned(),
        in_response_to: Some(REQUEST.to_owned()),
        not_before: None,
        not_on_or_after,
        audiences: vec![ENTITY_IDS[0].to_owned()],
        one_time_use: false,
        authn_instant: now,
        authn_context: "urn:example".to_owned(),
        session_index: None,
        session_not_on_or_after: None,
        attributes,
    };
    Response {
        id: "_r1".to_owned(),
        issue_instant: now,
        issuer: ISSUER.to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: Some(REQUEST.to_owned()),
        status: Status::success(),
        assertion: Some(assertion),
    }
}

/// Text that XML can carry, with everything that has to be escaped.
fn text() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        prop::char::range(' ', '~'),
        prop::char::range('\u{a1}', '\u{d7ff}'),
        prop::sample::select(vec!['<', '>', '&', '"', '\'', ']', '\t', '\n', '\r', '\u{1f600}', '\u{2028}'])
    ];
    vec(characters, 0..40).prop_map(String::from_iter)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_and_signed_is_accepted_and_read(
        name_id in text(),
        values in vec(vec(text(), 0..3), 0..4),
        signed in prop::sample::select(vec![Signed::Assertion, Signed::Response, Signed::Both]),
    ) {
        let attribute = |(place, values): (usize, Vec<String>)| {
            Attribute { name: format!("a{place}"), friendly_name: None, values }
        };
        let attributes: Vec<Attribute> = values.into_iter().enumerate().map(attribute).collect();
        let end = NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(5);
        let xml = response(&name_id, attributes.clone(), end).write_signed(signed, &signer()).unwrap();
        let accepted = Case::default().verify_bytes(xml.as_bytes()).outcome.unwrap();
        let read = accepted.name_id().map(|name_id| name_id.value.as_str());
        prop_assert_eq!(read, Some(trimmed(&name_id)).filter(|name_id| !name_id.is_empty()));
        for (found, sent) in accepted.attributes().zip(&attributes) {
            let sent: Vec<&str> = sent.values.iter().map(|value| trimmed(value)).collect();
            prop_assert_eq!(found.values().collect::<Vec<_>>(), sent);
        }
        prop_assert_eq!(accepted.attributes().len(), attributes.len());
    }

    #[test]
    fn p06_the_end_is_the_end_to_the_millisecond(offset in -400_000_i64..400_000, skew in 0_u32..400) {
        let now: Timestamp = NOW.parse().unwrap();
        let end = now + SignedDuration::from_millis(offset);
        let xml = response("someone", vec![], end).write_signed(Signed::Both, &signer()).unwrap();
        let case = Case { skew_seconds: Some(skew), ..Case::default() };
        let outcome = case.verify_bytes(xml.as_bytes()).outcome;
        let tolerated = i64::from(skew.min(300)) * 1_000;
        prop_assert_eq!(outcome.is_ok(), 0 < offset + tolerated, "{:?}", outcome.err());
    }

    #[test]
    fn a_relay_state_comes_back_as_it_went(relay_state in ".{0,80}", message in "[ -~]{0,200}") {
        let url = redirect_url("https://idp.example/sso", Direction::Request, &message, Some(&relay_state), None);
        let url = url.unwrap();
        let read = redirect_decode(url.split_once('?').unwrap().1).unwrap();
        prop_assert_eq!(read.relay_state.as_deref(), Some(relay_state.as_str()));
        prop_assert_eq!(read.xml, message.as_bytes());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300), text in "[<>/a-z:=\"'&;! \\[\\]-]{0,200}") {
        let now = NOW.parse().unwrap();
        for input in [bytes.as_slice(), text.as_bytes()] {
            let _ = Case::default().verify_bytes(input);
            let _ = observe(input);
            let _ = request::read(input);
            let _ = idp::read(input, None, now);
            let _ = sp::read(input, None, now);
        }
        let _ = decode(&text);
        let _ = post_decode(&text);
        let _ = redirect_decode(&text);
        let _ = redirect_decode(&format!("SAMLRequest={text}&RelayState={text}"));
    }
}
