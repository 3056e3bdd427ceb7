//! Metadata of both kinds of provider: written, read, and refused by a sentence that names what is missing.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::idp::{self, IdentityProvider};
use vestibule_saml::metadata::sp::{self, ServiceProvider};
use vestibule_saml::metadata::{Endpoint, Error};
use vestibule_saml::{Certificate, Cipher};

const ENTITY_ID: &str = "https://idp.example/metadata";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn certificate(name: &str) -> Certificate {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    Certificate::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn provider() -> IdentityProvider {
    IdentityProvider {
        entity_id: ENTITY_ID.to_owned(),
        sso: vec![
            Endpoint::new(Binding::Redirect, "https://idp.example/sso?a=1&b=2"),
            Endpoint::new(Binding::Post, "https://idp.example/sso"),
        ],
        slo: vec![Endpoint {
            binding: Binding::Redirect,
            url: "https://idp.example/slo".to_owned(),
            response_url: Some("https://idp.example/slo/done".to_owned()),
        }],
        signing_certificates: vec![certificate("idp"), certificate("idp-next")],
        name_id_formats: vec!["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()],
        valid_until: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        cache_duration: Some(SignedDuration::from_hours(6)),
        want_authn_requests_signed: true,
    }
}

fn read(xml: &str) -> Result<IdentityProvider, Error> {
    idp::read(xml.as_bytes(), None, now())
}

/// The written metadata with something changed.
fn changed(from: &str, to: &str) -> String {
    let xml = idp::write(&provider());
    assert!(xml.contains(from), "{from}");
    xml.replace(from, to)
}

#[test]
fn an_identity_provider_is_read_as_it_was_written() {
    assert_eq!(read(&idp::write(&provider())).unwrap(), provider());
    let small = IdentityProvider {
        slo: vec![],
        name_id_formats: vec![],
        valid_until: None,
        cache_duration: None,
        want_authn_requests_signed: false,
        ..provider()
    };
    assert_eq!(read(&idp::write(&small)).unwrap(), small);
}

#[test]
fn metadata_may_begin_with_a_byte_order_mark() {
    let xml = format!("\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>{}", idp::write(&provider()));
    assert_eq!(read(&xml).unwrap(), provider());
    assert!(matches!(read(&format!("\u{FEFF}{xml}")), Err(Error::Xml(_))), "one is enough");
}

#[test]
fn p11_a_key_without_a_use_is_for_signing_too() {
    let certificates = provider().signing_certificates;
    assert_eq!(read(&changed(" use=\"signing\"", "")).unwrap().signing_certificates, certificates);
    let one = idp::write(&provider()).replacen("use=\"signing\"", "use=\"encryption\"", 1);
    assert_eq!(read(&one).unwrap().signing_certificates, certificates[1..]);
    // The same key in two places is one key, and a pretty-printed certificate is one.
    let first = certificates[0].to_base64();
    let indented: Vec<&str> = first.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    let doubled =
        changed(&certificates[1].to_base64(), &format!("\n      {}\n    ", indented.join("\r\n      ")));
    assert_eq!(read(&doubled).unwrap().signing_certificates, certificates[..1]);
}

#[test]
fn p11_metadata_without_a_key_that_can_verify_is_refused() {
    let none = changed("use=\"signing\"", "use=\"encryption\"");
    assert_eq!(read(&none), Err(Error::NoCertificate));
    let names = "<md:KeyDescriptor><ds:KeyInfo><ds:KeyName>a</ds:KeyName></ds:KeyInfo></md:KeyDescriptor>";
    let without = none.replace("<md:SingleLogoutService", &format!("{names}<md:SingleLogoutService"));
    assert_eq!(read(&without), Err(Error::NoCertificate));
    let broken = changed(&certificate("idp").to_base64(), "AAAA");
    assert!(matches!(read(&broken), Err(Error::Certificate(_))));
    let weak = IdentityProvider { signing_certificates: vec![certificate("idp-weak")], ..provider() };
    let sentence = read(&idp::write(&weak)).unwrap_err().to_string();
    assert!(
        sentence.starts_with("No key in the metadata can verify signatures here: RSA 1024"),
        "{sentence}"
    );
}

#[test]
fn p11_metadata_past_its_date_is_refused_wherever_the_date_stands() {
    let expired = changed("2027-01-01T00:00:00Z", "2026-03-01T12:00:00Z");
    assert_eq!(read(&expired), Err(Error::Expired { valid_until: now(), now: now() }));
    let a_second_left = changed("2027-01-01T00:00:00Z", "2026-03-01T12:00:01Z");
    assert!(read(&a_second_left).is_ok());
    let role = changed("<md:IDPSSODescriptor", "<md:IDPSSODescriptor validUntil=\"2026-01-01T00:00:00Z\"");
    assert!(matches!(read(&role), Err(Error::Expired { .. })));
    let group = format!(
        "<m:EntitiesDescriptor xmlns:m=\"urn:oasis:names:tc:SAML:2.0:metadata\" validUntil=\"2026-02-01T00:00:00Z\">{}\
         </m:EntitiesDescriptor>",
        idp::write(&provider())
    );
    assert!(matches!(read(&group), Err(Error::Expired { .. })));
    assert!(matches!(read(&changed("2027-01-01T00:00:00Z", "soon")), Err(Error::Time(_))));
}

/// Two identity providers and a service provider in one document.
fn federation() -> String {
    let other = IdentityProvider { entity_id: "https://other.example".to_owned(), ..provider() };
    let service = sp::write(&service());
    format!(
        "<?xml version=\"1.0\"?>\n<!-- a federation -->\n\
         <EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"><EntitiesDescriptor>{}</EntitiesDescriptor>\
         {}{service}</EntitiesDescriptor>",
        idp::write(&provider()),
        idp::write(&other)
    )
}

#[test]
fn p11_of_several_entities_the_wanted_one_is_read_and_else_they_are_listed() {
    let xml = federation();
    let wanted = idp::read(xml.as_bytes(), Some(ENTITY_ID), now()).unwrap();
    assert_eq!(wanted, provider());
    assert_eq!(
        read(&xml).unwrap_err().to_string(),
        "The metadata describes several entities; say which one: https://idp.example/metadata, https://other.example."
    );
    let unknown = idp::read(xml.as_bytes(), Some("https://no.example"), now()).unwrap_err().to_string();
    assert!(unknown.starts_with("The metadata does not describe https://no.example, but "), "{unknown}");
    let role =
        idp::read(xml.as_bytes(), Some("https://acme.vestibule.example"), now()).unwrap_err().to_string();
    assert_eq!(role, "The entity has no IDPSSODescriptor for SAML 2.0, but SPSSODescriptor.");
    // Of the three only one is a service provider, so nobody needs to say which.
    assert_eq!(sp::read(xml.as_bytes(), None, now()).unwrap(), service());
}

#[test]
fn p11_addresses_that_no_browser_can_be_sent_to_are_refused() {
    let soap = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";
    let other = changed(Binding::Redirect.uri(), soap).replace(Binding::Post.uri(), soap);
    assert_eq!(
        read(&other).unwrap_err().to_string(),
        format!(
            "The metadata has no SingleSignOnService for HTTP-Redirect or HTTP-POST; it offers {soap}, {soap}."
        )
    );
    let one = read(&changed(Binding::Redirect.uri(), soap)).unwrap();
    assert_eq!((one.sso.len(), one.slo.len()), (1, 0));
    for location in
        ["javascript:alert(1)//https://", "data:text/html,x", "ftp://idp.example/", "/sso", "https://a b/"]
    {
        let xml = changed("https://idp.example/sso\"", &format!("{location}\""));
        assert!(matches!(read(&xml), Err(Error::Location { .. })), "{location}");
    }
    assert_eq!(read(&changed("entityID=", "entityId=")), Err(Error::Missing("entityID")));
}

#[test]
fn documents_with_several_roles_and_other_protocols_are_read() {
    let before = "<md:RoleDescriptor protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\"/>\
                  <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol\">\
                  <md:SingleSignOnService Binding=\"urn:mace:shibboleth:1.0:profiles:AuthnRequest\" \
                  Location=\"https://idp.example/old\"/></md:IDPSSODescriptor><md:IDPSSODescriptor ";
    let service = sp::write(&service());
    let (_, role) = service.split_once("<md:SPSSODescriptor").unwrap();
    let (role, _) = role.split_once("</md:SPSSODescriptor>").unwrap();
    let after = format!(
        "</md:IDPSSODescriptor><md:SPSSODescriptor{role}</md:SPSSODescriptor>\
                         <md:AttributeAuthorityDescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>"
    );
    let xml = changed("</md:IDPSSODescriptor>", &after).replacen("<md:IDPSSODescriptor ", before, 1);
    let both = "urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol";
    let xml = xml.replace(
        "protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">",
        &format!("protocolSupportEnumeration=\"{both}\">"),
    );
    assert_eq!(read(&xml).unwrap(), provider());
}

#[test]
fn a_document_that_is_no_metadata_is_refused_by_its_name() {
    assert_eq!(
        read("<html><body/></html>").unwrap_err().to_string(),
        "The document is not SAML metadata (an EntityDescriptor) but html."
    );
    let dtd = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", idp::write(&provider()));
    assert!(matches!(read(&dtd), Err(Error::Xml(_))));
    let empty = "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>";
    assert_eq!(read(empty), Err(Error::Missing("EntityDescriptor")));
}

fn service() -> ServiceProvider {
    ServiceProvider {
        entity_id: "https://acme.vestibule.example".to_owned(),
        acs_urls: vec![
            "https://acme.vestibule.example/saml/SSO".to_owned(),
            "https://old.example/acs?a=1&b=2".to_owned(),
        ],
        slo: vec![Endpoint::new(Binding::Post, "https://acme.vestibule.example/saml/SingleLogout")],
        signing_certificates: vec![certificate("idp"), certificate("idp-ec")],
        encryption_certificates: vec![certificate("sp"), certificate("sp-former")],
        ciphers: vec![Cipher::Aes256Gcm, Cipher::Aes128Gcm],
        name_id_formats: vec!["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()],
        authn_requests_signed: true,
        want_assertions_signed: true,
        valid_until: None,
        cache_duration: Some(SignedDuration::from_hours(12)),
    }
}

#[test]
fn a_service_provider_is_read_as_it_was_written() {
    let read = |xml: &str| sp::read(xml.as_bytes(), None, now()).unwrap();
    assert_eq!(read(&sp::write(&service())), service());
    let small = ServiceProvider {
        entity_id: "acme.vestibule.example".to_owned(),
        acs_urls: vec!["https://acme.vestibule.example/saml/SSO".to_owned()],
        ..ServiceProvider::default()
    };
    assert_eq!(read(&sp::write(&small)), small);
    // The default comes first, wherever it stands.
    let xml = sp::write(&service()).replace(" isDefault=\"true\"", "");
    let xml = xml.replace("index=\"1\"", "index=\"1\" isDefault=\"true\"");
    assert_eq!(read(&xml).acs_urls[0], "https://old.example/acs?a=1&b=2");
}

#[test]
fn what_may_encrypt_is_named_best_first_and_oaep_with_both_of_its_hashes() {
    let xml = sp::write(&service());
    let key = xml.split("<md:KeyDescriptor use=\"encryption\">").nth(1).unwrap();
    let names: Vec<&str> =
        key.split("Algorithm=\"").skip(1).map(|text| text.split('"').next().unwrap()).collect();
    let expected = [
        Cipher::Aes256Gcm.uri(),
        Cipher::Aes128Gcm.uri(),
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2009/xmlenc11#mgf1sha256",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    ];
    assert_eq!(names, expected);
    let signing = xml.split("use=\"encryption\"").next().unwrap();
    assert!(!signing.contains("EncryptionMethod"));
}

#[test]
fn want_assertions_signed_is_never_written_as_false() {
    let quiet = ServiceProvider { want_assertions_signed: false, ..service() };
    assert!(sp::write(&service()).contains("WantAssertionsSigned=\"true\""));
    assert!(!sp::write(&quiet).contains("WantAssertionsSigned"));
}
