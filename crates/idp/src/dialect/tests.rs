//! Every dialect is accepted, says the same about the same person, and looks as its vendor's messages do.

use jiff::Timestamp;
use vestibule_saml::response::{Expected, VerifiedAssertion, verify};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Allowed, KeyKind, NameId, SigningKey, names};

use super::{ALL, Dialect, From, Several, find};
use crate::people::{Person, sample};

const ACS: &str = "https://acme.example/saml/SSO?a=1&b='2'";
const ENTITY_ID: &str = "https://acme.example";
const ISSUER: &str = "https://idp.example/metadata";
const REQUEST: &str = "_c0ffee";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn signer() -> Signer {
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate =
        key.self_signed("idp & co", now(), now() + jiff::SignedDuration::from_hours(1)).unwrap();
    Signer { key, certificate, algorithm: Algorithm::RsaSha256 }
}

fn honest(request: Option<&str>) -> Response {
    let request = request.map(str::to_owned);
    Response {
        id: "_00112233445566778899aabbccddeeff".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(ACS.to_owned()),
        in_response_to: request.clone(),
        status: Status::success(),
        assertion: Some(Assertion {
            id: "_ffeeddccbbaa99887766554433221100".to_owned(),
            issue_instant: now(),
            issuer: ISSUER.to_owned(),
            name_id: Some(NameId { value: "unused".to_owned(), ..NameId::default() }),
            recipient: ACS.to_owned(),
            in_response_to: request,
            not_before: Some(now()),
            not_on_or_after: now() + jiff::SignedDuration::from_mins(5),
            audiences: vec![ENTITY_ID.to_owned()],
            one_time_use: false,
            authn_instant: now(),
            authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
            session_index: Some("_5e55".to_owned()),
            session_not_on_or_after: None,
            attributes: Vec::new(),
        }),
    }
}

fn read(xml: &str, signer: &Signer, request: Option<&str>) -> VerifiedAssertion {
    let expected = Expected {
        now: now(),
        skew_seconds: 0,
        acs_urls: &[ACS.to_owned()],
        entity_ids: &[ENTITY_ID.to_owned()],
        issuer: ISSUER,
        certificates: std::slice::from_ref(&signer.certificate),
        allowed: Allowed::default(),
        decryption_keys: &[],
        encryption_required: false,
        request_id: request,
    };
    verify(xml.as_bytes(), &expected).outcome.map_err(|rejection| format!("{rejection}: {xml}")).unwrap()
}

/// All values under a name, or a friendly name.
fn values(assertion: &VerifiedAssertion, name: &str) -> Vec<String> {
    let named = assertion
        .attributes()
        .filter(|attribute| attribute.name == name || attribute.friendly_name == Some(name));
    named.flat_map(|attribute| attribute.values().map(str::to_owned)).collect()
}

fn says_the_same(dialect: &Dialect, person: &Person, assertion: &VerifiedAssertion) {
    for named in dialect.attributes {
        let From::Person(of) = named.from else { continue };
        let wanted = match named.several {
            Several::Joined => vec![person.values(of).join(";")],
            _ => person.values(of).to_vec(),
        };
        assert_eq!(values(assertion, named.name), wanted, "{} {of}", dialect.id);
        if let Some(friendly) = named.friendly {
            assert_eq!(values(assertion, friendly), wanted, "{} {friendly}", dialect.id);
        }
    }
}

#[test]
fn every_dialect_is_accepted_and_reads_to_the_same_person() {
    let signer = signer();
    for request in [Some(REQUEST), None] {
        for person in sample("acme.example") {
            for dialect in ALL {
                let xml = dialect.write(&honest(request), &person, &signer).unwrap();
                let assertion = read(&xml, &signer, request);
                assert_eq!(assertion.in_response_to(), request, "{}", dialect.id);
                assert!(assertion.session_index().is_some_and(|index| index.len() > 6), "{}", dialect.id);
                says_the_same(dialect, &person, &assertion);
            }
        }
    }
}

#[test]
fn every_dialect_names_the_person_and_the_address_the_given_name_the_surname_and_the_groups() {
    for dialect in ALL {
        for wanted in ["mail", "givenName", "sn", "department", "groups"] {
            let says = dialect.attributes.iter().any(|named| named.from == From::Person(wanted));
            assert!(says, "{} says nothing of {wanted}", dialect.id);
        }
        assert_eq!(find(&dialect.id.to_uppercase()).unwrap().id, dialect.id);
    }
    assert!(find("nobody").is_none());
}

#[test]
fn x13_a_dialect_signs_what_its_vendor_signs_and_a_changed_letter_is_noticed() {
    let signer = signer();
    let person = &sample("acme.example")[0];
    for dialect in ALL {
        let xml = dialect.write(&honest(Some(REQUEST)), person, &signer).unwrap();
        let count = if dialect.signed == Signed::Both { 2 } else { 1 };
        assert_eq!(xml.matches("SignedInfo>").count(), 2 * count, "{}", dialect.id);
        assert!(!xml.contains("<signature"), "{}", dialect.id);
        let changed = xml.replace("Engineering", "Engineerinq");
        let expected = Expected {
            now: now(),
            skew_seconds: 0,
            acs_urls: &[ACS.to_owned()],
            entity_ids: &[ENTITY_ID.to_owned()],
            issuer: ISSUER,
            certificates: std::slice::from_ref(&signer.certificate),
            allowed: Allowed::default(),
            decryption_keys: &[],
            encryption_required: false,
            request_id: Some(REQUEST),
        };
        let code = verify(changed.as_bytes(), &expected).outcome.unwrap_err().code();
        assert_eq!(code, 1003, "{}", dialect.id);
    }
}

#[test]
fn x23_x24_each_dialect_has_the_marks_of_its_vendor() {
    let signer = signer();
    let person = &sample("acme.example")[0];
    let marks: [(&str, &[&str]); 8] = [
        ("entra", &["<Assertion ID=\"_ffeeddcc-bbaa-", "<Signature xmlns=", "claims/tenantid"]),
        (
            "okta",
            &[
                "PrefixList=\"xs\"",
                "attrname-format:unspecified",
                "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\"",
            ],
        ),
        ("google", &["standalone=\"no\"", "xsi:type=\"xs:anyType\"", "<ds:X509SubjectName>"]),
        (
            "adfs",
            &[
                "Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\"",
                "<KeyInfo xmlns=",
                "12:05:00.000Z\" Recipient",
            ],
        ),
        (
            "keycloak",
            &["<dsig:SignatureValue>", "&#13;\n", "<dsig:KeyName>", "Name=\"Role\"", "SessionNotOnOrAfter"],
        ),
        ("onelogin", &["ID=\"pfx", "2026-03-01T12:00:00Z", "staff;engineering"]),
        (
            "ping",
            &["<samlp:Response Version=\"2.0\" ID=\"a", ".8899aabbccddeeff-_\"", "<ds:SignedInfo>\n<ds:"],
        ),
        (
            "shibboleth",
            &[
                "PrefixList=\"xsd\"",
                "urn:oid:0.9.2342.19200300.100.1.3",
                "Address=\"192.0.2.7\"",
                "nameid-format:transient",
            ],
        ),
    ];
    for (id, marks) in marks {
        let xml = find(id).unwrap().write(&honest(Some(REQUEST)), person, &signer).unwrap();
        for mark in marks {
            assert!(xml.contains(mark), "{id} lacks {mark}: {xml}");
        }
    }
    assert_eq!(ALL.len(), marks.len());
}

#[test]
fn the_page_of_the_test_identity_provider_tells_every_dialect_and_what_it_calls_the_address_and_the_groups() {
    let page = include_str!("../../../../docs/test-idp.md");
    for dialect in ALL {
        let row =
            page.lines().find(|line| line.starts_with(&format!("| `{}` ({})", dialect.id, dialect.name)));
        let row = row.map(str::to_owned).unwrap_or_default();
        for named in dialect.attributes.iter().filter(|named| named.from == From::Person("groups")) {
            assert!(row.contains(&format!("`{}`", named.name)), "{}: {}", dialect.id, named.name);
        }
        let signs = match dialect.signed {
            Signed::Assertion => "| Assertion |",
            Signed::Response => "| Response |",
            Signed::Both => "| both |",
        };
        assert!(row.contains(signs), "{}: {row}", dialect.id);
    }
}
