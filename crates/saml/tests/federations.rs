//! Metadata that is signed, and metadata of thousands: what is read of it, and what is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;
use vestibule_dsig::{Invalid, Malformed};
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::idp::{self, IdentityProvider};
use vestibule_saml::metadata::{Endpoint, Error};
use vestibule_saml::write::Signer;
use vestibule_saml::{Algorithm, Certificate, SigningKey, names};

const ENTITY_ID: &str = "https://idp.example/metadata";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn signer(name: &str) -> Signer {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let pem = std::fs::read_to_string(path).unwrap();
    let algorithm = if name == "idp-ec" { Algorithm::EcdsaSha256 } else { Algorithm::RsaSha256 };
    Signer {
        key: SigningKey::from_pem(&pem).unwrap(),
        certificate: Certificate::from_pem(&pem).unwrap(),
        algorithm,
    }
}

/// Who signs the metadata; its key signs no response.
fn registrar() -> Signer {
    signer("idp-next")
}

fn provider() -> IdentityProvider {
    IdentityProvider {
        entity_id: ENTITY_ID.to_owned(),
        sso: vec![Endpoint::new(Binding::Redirect, "https://idp.example/sso")],
        slo: Vec::new(),
        signing_certificates: vec![signer("idp").certificate],
        name_id_formats: Vec::new(),
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: false,
    }
}

fn signed() -> String {
    idp::write_signed(&provider(), "_m1", &registrar()).unwrap()
}

fn read(xml: &str) -> Result<IdentityProvider, Error> {
    idp::read_signed(xml.as_bytes(), None, now(), &[registrar().certificate])
}

fn refused(xml: &str) -> Invalid {
    match read(xml) {
        Err(Error::Signature(invalid)) => invalid,
        other => panic!("{other:?}"),
    }
}

#[test]
fn signed_metadata_is_read_as_it_was_written() {
    assert_eq!(read(&signed()).unwrap(), provider());
    assert_eq!(read(&format!("\u{FEFF}<?xml version=\"1.0\"?>\n{}", signed())).unwrap(), provider());
    let elliptic = idp::write_signed(&provider(), "_m1", &signer("idp-ec")).unwrap();
    let pinned = [registrar().certificate, signer("idp-ec").certificate];
    assert_eq!(idp::read_signed(elliptic.as_bytes(), None, now(), &pinned).unwrap(), provider());
    // Who does not ask for the signature is not disturbed by it.
    assert_eq!(idp::read(signed().as_bytes(), None, now()).unwrap(), provider());
}

#[test]
fn p11_metadata_that_no_pinned_certificate_signed_is_refused() {
    assert_eq!(refused(&idp::write(&provider())), Invalid::NotSigned);
    let own = idp::write_signed(&provider(), "_m1", &signer("idp")).unwrap();
    assert!(matches!(refused(&own), Invalid::UnknownKey { .. }), "its own certificate proves nothing");
    let none = idp::read_signed(signed().as_bytes(), None, now(), &[]);
    assert!(matches!(none, Err(Error::Signature(_))), "no certificate is no reason to trust all");
    let sentence = read(&idp::write(&provider())).unwrap_err().to_string();
    assert!(sentence.starts_with("The metadata is not signed"), "{sentence}");
}

#[test]
fn p11_signed_metadata_that_was_changed_is_refused() {
    let other = signer("idp-ec").certificate.to_base64();
    let changed = [
        signed().replace("https://idp.example/sso", "https://evil.example/sso"),
        signed().replace(&provider().signing_certificates[0].to_base64(), &other),
        signed().replace("entityID=", "validUntil=\"2030-01-01T00:00:00Z\" entityID="),
    ];
    for xml in changed {
        assert_ne!(xml, signed());
        assert_eq!(refused(&xml), Invalid::Digest);
    }
    let twice = signed().replacen("<ds:Signature", "<ds:Signature/><ds:Signature", 1);
    assert!(matches!(refused(&twice), Invalid::Malformed(Malformed::SeveralSignatures)));
}

#[test]
fn p11_signed_metadata_inside_other_metadata_vouches_for_nothing() {
    let wrapped = format!(
        "<md:EntitiesDescriptor xmlns:md=\"{}\" ID=\"_outer\">{}{}</md:EntitiesDescriptor>",
        names::METADATA,
        idp::write(&provider()).replace("https://idp.example/sso", "https://evil.example/sso"),
        signed().replace(ENTITY_ID, "https://other.example")
    );
    assert_eq!(refused(&wrapped), Invalid::NotSigned);
    // The signature moved out of the element that it was made for.
    let (before, rest) = wrapped.split_once("<ds:Signature").unwrap();
    let (signature, after) = rest.split_once("</ds:Signature>").unwrap();
    let moved = format!("{before}{after}").replacen(
        "ID=\"_outer\">",
        &format!("ID=\"_outer\"><ds:Signature xmlns:ds=\"{}\"{signature}</ds:Signature>", names::SIGNATURE)
            .replace(
                &format!(" xmlns:ds=\"{0}\" xmlns:ds=\"{0}\"", names::SIGNATURE),
                &format!(" xmlns:ds=\"{}\"", names::SIGNATURE),
            ),
        1,
    );
    assert!(matches!(refused(&moved), Invalid::Malformed(Malformed::ReferenceUri { .. })));
}

#[test]
fn p11_signed_metadata_past_its_date_is_refused_as_expired() {
    let until = now() + SignedDuration::from_secs(1);
    let ending = IdentityProvider { valid_until: Some(until), ..provider() };
    let xml = idp::write_signed(&ending, "_m1", &registrar()).unwrap();
    assert_eq!(read(&xml).unwrap(), ending);
    let late = idp::read_signed(xml.as_bytes(), None, until, &[registrar().certificate]);
    assert_eq!(late, Err(Error::Expired { valid_until: until, now: until }));
}

/// An aggregate as federations publish it: pretty-printed, with names for people, of many kinds of entity.
fn aggregate(count: usize) -> String {
    let one = idp::write(&provider());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntitiesDescriptor xmlns:md=\"{}\" ID=\"_all\" \
         cacheDuration=\"PT6H\" validUntil=\"2026-03-15T00:00:00Z\">\n",
        names::METADATA
    );
    for number in 0..count {
        let entity = one.replace("idp.example", &format!("idp{number}.example"));
        let _ = writeln!(xml, "  {}", entity.replace("><", ">\n    <"));
    }
    xml.push_str("</md:EntitiesDescriptor>");
    xml
}

#[test]
fn one_of_thousands_is_read_out_of_a_signed_aggregate() {
    let plain = aggregate(2_800);
    assert!((4_000_000..=5 * 1024 * 1024).contains(&plain.len()), "{}", plain.len());
    let xml = registrar().sign(&plain, "_all").unwrap();
    let pinned = [registrar().certificate];
    let wanted = "https://idp2799.example/metadata";
    let found = idp::read_signed(xml.as_bytes(), Some(wanted), now(), &pinned).unwrap();
    assert_eq!(found.sso[0].url, "https://idp2799.example/sso");
    assert_eq!(found.signing_certificates, provider().signing_certificates);
    assert_eq!(found.cache_duration, Some(SignedDuration::from_hours(6)));
    assert_eq!(found.valid_until, Some("2026-03-15T00:00:00Z".parse().unwrap()));
    let Err(Error::SeveralEntities { entity_ids }) = idp::read_signed(xml.as_bytes(), None, now(), &pinned)
    else {
        panic!()
    };
    assert_eq!(entity_ids.len(), 100, "some of them, to choose from");
}

#[test]
fn p11_an_entity_that_is_described_twice_is_refused() {
    let evil = idp::write(&provider()).replace("https://idp.example/sso", "https://evil.example/sso");
    let twice = format!(
        "<md:EntitiesDescriptor xmlns:md=\"{}\">{}{evil}</md:EntitiesDescriptor>",
        names::METADATA,
        idp::write(&provider()),
    );
    let read = |xml: &str| idp::read(xml.as_bytes(), Some(ENTITY_ID), now());
    assert_eq!(read(&twice), Err(Error::DescribedTwice { wanted: ENTITY_ID.to_owned() }));
    // Twice, but once in another role: only one of them is an identity provider.
    let role = evil.replace("IDPSSODescriptor", "SPSSODescriptor");
    assert_eq!(read(&twice.replace(&evil, &role)).unwrap(), provider());
}

#[test]
fn how_often_to_look_again_is_the_shortest_of_what_is_said() {
    let kept = |entity: &str, role: &str| {
        let xml = idp::write(&provider())
            .replace("entityID=", &format!("{entity} entityID="))
            .replace("<md:IDPSSODescriptor", &format!("<md:IDPSSODescriptor {role}"));
        idp::read(xml.as_bytes(), None, now()).unwrap().cache_duration
    };
    let hours = SignedDuration::from_hours;
    assert_eq!(kept("cacheDuration=\"P1D\"", "cacheDuration=\"PT2H\""), Some(hours(2)));
    assert_eq!(kept("cacheDuration=\" PT2H \"", ""), Some(hours(2)));
    assert_eq!(kept("cacheDuration=\"often\"", "cacheDuration=\"-PT2H\""), None, "it is only a wish");
}

/// One entity in three roles with its certificates printed over many lines, as LemonLDAP::NG writes it.
#[test]
fn p11_one_entity_in_three_roles_with_pretty_printed_certificates_is_read() {
    let lines = |certificate: &Certificate| {
        let text = certificate.to_base64();
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        lines.join("\n")
    };
    let (own, second) = (lines(&signer("idp").certificate), lines(&signer("idp-ec").certificate));
    let key = |usage: &str, certificate: &str| {
        format!(
            "<KeyDescriptor{usage}>\n<ds:KeyInfo xmlns:ds=\"{}\">\n<ds:X509Data>\n<ds:X509Certificate>\n{certificate}\n\
             </ds:X509Certificate>\n</ds:X509Data>\n</ds:KeyInfo>\n</KeyDescriptor>",
            names::SIGNATURE
        )
    };
    let protocol = format!("protocolSupportEnumeration=\"{}\"", names::PROTOCOL);
    let service = |name: &str, binding: Binding, place: &str| {
        let uri = binding.uri();
        format!("<{name} Binding=\"{uri}\" Location=\"https://auth.example/{place}\" index=\"1\"/>\n")
    };
    let xml = format!(
        "<?xml version=\"1.0\"?>\n<EntityDescriptor xmlns=\"{}\" entityID=\"{ENTITY_ID}\">\n\
         <IDPSSODescriptor WantAuthnRequestsSigned=\"false\" {protocol}>\n{}\n{}\n{}{}</IDPSSODescriptor>\n\
         <SPSSODescriptor {protocol}>\n{}\n{}</SPSSODescriptor>\n\
         <AttributeAuthorityDescriptor {protocol}>\n{}</AttributeAuthorityDescriptor>\n</EntityDescriptor>\n",
        names::METADATA,
        key(" use=\"signing\"", &own),
        key(" use=\"encryption\"", &second),
        service("SingleLogoutService", Binding::Redirect, "saml/singleLogout"),
        service("SingleSignOnService", Binding::Redirect, "saml/singleSignOn"),
        key("", &second),
        service("AssertionConsumerService", Binding::Post, "saml/proxySingleSignOnPost"),
        key("", &second),
    );
    let read = idp::read(xml.as_bytes(), None, now()).unwrap();
    assert_eq!(read.signing_certificates, [signer("idp").certificate], "no key of another role or use");
    assert_eq!(read.sso, [Endpoint::new(Binding::Redirect, "https://auth.example/saml/singleSignOn")]);
    assert_eq!(read.slo.len(), 1);
}
