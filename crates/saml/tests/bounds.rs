//! How much of a message is read, how much of it is kept for logs, and what needs no file.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use case::{ACS, Case, tests_folder};
use vestibule_saml::response::{NotCovered, Rejection, Unreadable, decode, observe};

#[expect(dead_code, reason = "other tests use the rest of it")]
mod case;

/// The genuine message, unsigned parts of which can be changed.
fn message() -> String {
    let folder = tests_folder().join("accept/x01_to_x13_p12_assertion_alone_is_signed");
    std::fs::read_to_string(folder.join("message.xml")).unwrap()
}

fn with_extension(content: &str) -> String {
    let extensions = format!("<samlp:Extensions>{content}</samlp:Extensions><samlp:Status>");
    message().replacen("<samlp:Status>", &extensions, 1)
}

fn code(xml: &str) -> Option<u16> {
    Case::default().verify_bytes(xml.as_bytes()).outcome.err().map(|rejection| rejection.code())
}

#[test]
fn x22_what_is_too_large_too_deep_or_too_much_is_refused_and_a_little_less_is_not() {
    let nested = |depth: usize| with_extension(&("<d>".repeat(depth) + &"</d>".repeat(depth)));
    let long = |length: usize| with_extension(&format!("<a b=\"{}\"/>", "x".repeat(length)));
    let many = |count: usize| with_extension(&"<a/>".repeat(count));
    let wide = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}=\"\"")).collect();
        with_extension(&format!("<a{attributes}/>"))
    };
    for (accepted, refused) in [
        (nested(60), nested(10_000)),
        (long(300 * 1024), long(10 * 1024 * 1024)),
        (many(15_000), many(30_000)),
        (wide(64), wide(1_000)),
    ] {
        assert_eq!(code(&accepted), None);
        assert_eq!(code(&refused), Some(1001));
    }
    assert_eq!(code(&(message() + &" ".repeat(600 * 1024))), Some(1001));
}

#[test]
fn x22_a_message_over_the_limit_is_named_by_its_size() {
    let message = vec![b'<'; 600 * 1024];
    let verification = Case::default().verify_bytes(&message);
    let size = Unreadable::Size { limit: 512 * 1024, found: 600 * 1024 };
    assert_eq!(verification.outcome.unwrap_err(), Rejection::Unreadable(size));
    let passed: Vec<bool> = verification.trace.iter().map(|check| check.ok).collect();
    assert_eq!(passed, [false]);
}

#[test]
fn what_is_kept_for_logs_is_bounded_and_says_so() {
    let value = "<saml:AttributeValue>v</saml:AttributeValue>";
    let attribute = format!("<saml:Attribute Name=\"extra\">{value}</saml:Attribute>");
    let end = "</saml:AttributeStatement>";
    let with = |content: &str| message().replacen(end, &format!("{content}{end}"), 1);
    assert!(!observe(with("").as_bytes()).truncated);
    let many = with(&attribute.repeat(300));
    assert!(observe(many.as_bytes()).truncated);
    assert_eq!(observe(many.as_bytes()).attributes.len(), 200);

    let many = with(&format!("<saml:Attribute Name=\"many\">{}</saml:Attribute>", value.repeat(1_500)));
    let values = observe(many.as_bytes());
    assert!(values.truncated);
    assert!(values.attributes[3].values.len() < 1_000);

    let long = with(&attribute.replace(">v<", &format!(">{}<", "é".repeat(4_000))));
    let long = observe(long.as_bytes());
    assert!(long.truncated);
    assert_eq!(long.attributes[3].values[0].chars().count(), 2_048 + 1);
}

#[test]
fn a_refused_message_is_observed_as_far_as_it_can_be_read() {
    let forged = message().replace("zoe.lindstrom", "mallory");
    let verification = Case::default().verify_bytes(forged.as_bytes());
    assert_eq!(verification.outcome.unwrap_err().code(), 1003);
    let observed = verification.observed;
    assert_eq!(observed.name_id.unwrap(), "mallory@acme.example");
    assert_eq!(observed.recipients, [ACS]);
    assert_eq!(observed.certificate.unwrap().subject(), "CN=idp.example");
    assert_eq!(observe(b"no xml"), vestibule_saml::response::Observed::default());
}

#[test]
fn an_id_that_is_there_twice_has_a_rejection_of_its_own() {
    let twice = with_extension("<e:Thing xmlns:e=\"urn:example\" ID=\"_a7f3\"/>");
    let rejection = Case::default().verify_bytes(twice.as_bytes()).outcome.unwrap_err();
    assert!(matches!(rejection, Rejection::NotCovered(NotCovered::DuplicateId(_))), "{rejection:?}");
}

#[test]
fn no_bytes_make_the_reader_panic() {
    for text in
        ["", "<", "<a", "\u{0}", "<samlp:Response/>", "<a xmlns=\"urn:x\"/>", "PHI+", "&", "]]>", "\u{feff}"]
    {
        let _ = decode(text);
        let _ = observe(text.as_bytes());
        assert!(Case::default().verify_bytes(text.as_bytes()).outcome.is_err());
    }
}
