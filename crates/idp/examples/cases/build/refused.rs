//! Refused: every attack, and what is no attack but an accident.

use vestibule_idp::attack::{ALL, Attack, Needs};
use vestibule_saml::write::Signed;
use vestibule_saml::{NameId, names};

use super::{Built, changed, genuine, honest, replaced, sign, sign_by, signer};
use crate::case::{ACS, certificate};

/// Too large for a file; tests make them where they are needed.
const LARGE: [&str; 3] = ["x22b", "x22c", "x22e"];

pub fn all() -> Vec<Built> {
    let mut cases: Vec<Built> =
        ALL.iter().filter(|attack| !LARGE.contains(&attack.id)).flat_map(attack).collect();
    cases.extend(edges());
    cases.extend(accidents());
    cases
}

/// The attack on a signed Response, and where it matters what was signed, on a signed Assertion too.
fn attack(attack: &'static Attack) -> Vec<Built> {
    let build = |signed, suffix: &str| {
        let name = format!("{}_{}{suffix}", attack.id, words(attack.title));
        let genuine = genuine(signed);
        let built = Built::new(name, attack.title, attack.message(&genuine).unwrap()).refused(attack.code);
        let built = match attack.needs {
            Needs::Nothing => built,
            Needs::EncryptionKey => built.with(|case| case.decryption_key = Some("sp".to_owned())).once(),
            Needs::RequiredEncryption => built.with(|case| {
                case.decryption_key = Some("sp".to_owned());
                case.encryption_required = true;
            }),
        };
        if attack.id == "x23d" { built.field(attack.form_value(&genuine).unwrap()) } else { built }
    };
    if attack.id <= "x14" && attack.id.starts_with('x') {
        vec![build(Signed::Assertion, "_signed_assertion"), build(Signed::Response, "_signed_response")]
    } else {
        vec![build(Signed::Both, "")]
    }
}

/// The title as the name of a folder, up to a length.
fn words(title: &str) -> String {
    let mut name = String::new();
    for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if name.len() + word.len() > 64 {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(&word.to_ascii_lowercase());
    }
    while let Some((rest, "a" | "an" | "the" | "of" | "in" | "to" | "by" | "that" | "its" | "and")) =
        name.rsplit_once('_')
    {
        name.truncate(rest.len());
    }
    name
}

fn edges() -> Vec<Built> {
    let at = |name: &str, title: &str, time: &str| {
        let time = time.to_owned();
        Built::new(name, title, sign(&honest().write(), Signed::Both))
            .with(|case| case.now = Some(time))
            .refused(1008)
    };
    vec![
        at("p06_one_moment_too_late", "Exactly end and tolerance.", "2026-03-01T12:08:00Z"),
        at(
            "p06_one_moment_too_early",
            "A millisecond more than the tolerance early.",
            "2026-03-01T11:56:59.999Z",
        ),
        at(
            "p06_too_late_for_the_largest_tolerance",
            "An hour of tolerance counts as five minutes.",
            "2026-03-01T12:10:00Z",
        )
        .with(|case| case.skew_seconds = Some(3_600)),
        at("p06_too_late_without_tolerance", "Without tolerance, at the end.", "2026-03-01T12:05:00Z")
            .with(|case| case.skew_seconds = Some(0)),
        Built::new(
            "p06_a_day_and_a_moment_old",
            "The assertion is good for years, but the Response was made a day ago.",
            sign(
                &replaced(
                    &honest().write(),
                    "NotOnOrAfter=\"2026-03-01T12:05:00Z\"",
                    "NotOnOrAfter=\"2036-03-01T12:05:00Z\"",
                ),
                Signed::Both,
            ),
        )
        .with(|case| case.now = Some("2026-03-02T12:00:00.001Z".to_owned()))
        .refused(1008),
    ]
}

fn edited(name: &str, title: &str, code: u16, from: &str, to: &str) -> Built {
    Built::new(name, title, sign(&replaced(&honest().write(), from, to), Signed::Both)).refused(code)
}

fn accidents() -> Vec<Built> {
    let mut cases = keys();
    cases.extend(parts());
    cases.extend([
        edited(
            "p06_time_that_is_none",
            "A time is no time.",
            1001,
            "NotBefore=\"2026-03-01T12:00:00Z\"",
            "NotBefore=\"noon\"",
        ),
        edited(
            "p16_other_version",
            "The Assertion is of another version.",
            1001,
            "ID=\"_a7f3\" Version=\"2.0\"",
            "ID=\"_a7f3\" Version=\"1.1\"",
        ),
        Built::new("p16_no_xml_at_all", "The message is a page.", "<!doctype html><title>Sign in</title>")
            .refused(1001),
        Built::new("p16_empty", "There is no message.", "").refused(1001),
        Built::new(
            "p08_assertion_answers_another_request",
            "Response and Assertion answer different requests, and nobody says which was sent.",
            sign(
                &changed(|response, _| response.in_response_to = Some("_other".to_owned())).write(),
                Signed::Assertion,
            ),
        )
        .with(|case| case.request_id = Some(String::new()))
        .refused(1009),
        Built::new(
            "p08_request_named_by_an_unsigned_response_alone",
            "Only the unsigned Response names the request.",
            sign(&changed(|_, assertion| assertion.in_response_to = None).write(), Signed::Assertion),
        )
        .refused(1009),
        Built::new(
            "p16_failure_that_nobody_signed",
            "The identity provider reports a failure and does not sign it.",
            changed(|response, _| names::status::REQUESTER.clone_into(&mut response.status.code)).write(),
        )
        .refused(1012),
    ]);
    cases
}

fn keys() -> Vec<Built> {
    let xml = honest().write();
    let with = |name: &str, title: &str, code, certificates: &[&str]| {
        let certificates = certificates.iter().map(|name| (*name).to_owned()).collect();
        Built::new(name, title, sign(&xml, Signed::Both))
            .with(|case| case.certificates = Some(certificates))
            .refused(code)
    };
    let spoiled = replaced(&sign(&xml, Signed::Both), "engineering", "engineerinq");
    vec![
        with("x20_connection_without_certificates", "The connection has no certificate.", 1004, &[]),
        with(
            "x20_connection_with_the_next_certificate",
            "The connection has another certificate.",
            1004,
            &["idp-next"],
        ),
        with(
            "x20_connection_with_another_kind_of_key",
            "The connection has a key of another kind.",
            1004,
            &["idp-ec"],
        ),
        weak_key(),
        Built::new("x13_one_letter_changed", "A value was changed after signing.", spoiled).refused(1003),
        Built::new(
            "x13_response_signed_by_another",
            "The Assertion is genuine, and the Response around it is signed by a key that nobody knows.",
            signer("idp-next").sign(&sign(&xml, Signed::Assertion), "_r218").unwrap(),
        )
        .refused(1004),
        Built::new(
            "x13_assertion_signed_by_another",
            "The Response is genuine, and the Assertion in it is signed by a key that nobody knows.",
            sign(&sign_by(&signer("idp-next"), &xml, Signed::Assertion), Signed::Response),
        )
        .refused(1004),
    ]
}

/// The certificate is the connection's, and a key of 1024 bits is one that others can find out.
fn weak_key() -> Built {
    let signer = signer("idp");
    let weak = certificate("idp-weak");
    let xml =
        vestibule_dsig::sign(&honest().write(), "_r218", &signer.key, Some(&weak), signer.algorithm).unwrap();
    Built::new("x21_connection_with_a_weak_key", "The key of the connection is too short.", xml)
        .with(|case| case.certificates = Some(vec!["idp-weak".to_owned()]))
        .refused(1018)
}

fn parts() -> Vec<Built> {
    let name = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">\
                zoe.lindstrom@acme.example</saml:NameID>";
    let encrypted = "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:CipherData>\
                     <xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>";
    let xml = honest().write();
    let (before, rest) = xml.split_once("<saml:Assertion").unwrap();
    let (_, after) = rest.split_once("</saml:Assertion>").unwrap();
    let whole = format!("{before}<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>{after}");
    let with_white_space = changed(|_, assertion| {
        assertion.recipient = format!("{ACS}/");
        assertion.name_id = Some(NameId::default());
    });
    vec![
        Built::new(
            "e03_without_a_key",
            "The assertion is encrypted, and there is no key to decrypt it.",
            signer("idp").sign(&whole, "_r218").unwrap(),
        )
        .refused(1011),
        edited(
            "e05_encrypted_name_id_without_a_key",
            "The name identifier is encrypted, and there is no key to decrypt it.",
            1011,
            name,
            &format!("<saml:EncryptedID>{encrypted}</saml:EncryptedID>"),
        ),
        edited(
            "e05_encrypted_attribute",
            "An attribute is encrypted.",
            1011,
            "</saml:AttributeStatement>",
            &format!(
                "<saml:EncryptedAttribute>{encrypted}</saml:EncryptedAttribute></saml:AttributeStatement>"
            ),
        ),
        Built::new(
            "p03_recipient_with_another_path",
            "The recipient ends in a slash.",
            sign(&with_white_space.write(), Signed::Both),
        )
        .refused(1006),
        edited("p16_attribute_without_a_name", "An attribute has no name.", 1001, "Name=\"givenName\" ", ""),
        Built::new(
            "p16_assertion_without_a_subject",
            "The assertion is about nobody.",
            sign(&xml.replace("saml:Subject>", "saml:Nobody>"), Signed::Both),
        )
        .refused(1001),
    ]
}
