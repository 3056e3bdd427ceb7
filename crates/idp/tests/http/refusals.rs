//! What does not go on: each with a page that says why, and what to do.

use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;
use vestibule_idp::{Adversary, Identity, Signed};
use vestibule_saml::binding::{Binding, post_value};
use vestibule_saml::{Hash, KeyKind, SigningKey};
use vestibule_testkit::http::{self, Answer};

use crate::place::{ACS, Place, SERVICE, now, service};

/// Asserts that the answer is a page of this status and title, with these values on it.
fn refused(answer: &Answer, status: u16, title: &str, values: &[&str]) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(text.contains(&format!("<h1>{title}</h1>")), "{title} is not the title of {text}");
    assert!(text.contains("What to do.") && !text.contains("SAMLResponse\" value"));
    for value in values {
        assert!(text.contains(value), "{value} is not in {text}");
    }
}

const BACK: &str = r#"href="http://acme.localhost:8080/">Back to acme.localhost:8080"#;

#[test]
fn a_visit_without_a_request_is_told_where_to_begin() {
    let place = Place::new();
    refused(&place.get("/sso"), 400, "Nobody asked for a sign-in", &["Begin at the service provider"]);
    refused(&place.post("/sso", &[]), 400, "Nobody asked for a sign-in", &[]);
}

#[test]
fn garbage_is_no_request() {
    let place = Place::new();
    let title = "The sign-in request could not be read";
    for query in
        ["SAMLRequest=%%%", "SAMLRequest=AAAA", "SAMLRequest=a&SAMLRequest=b", "SAMLResponse=AAAA", "x=y"]
    {
        refused(&place.get(&format!("/sso?{query}")), 400, title, &[]);
    }
    for xml in ["", "hello", "<a/>", "<!DOCTYPE a><a/>", "\u{feff}<a/>"] {
        let field = post_value(xml);
        let answer = place.post("/sso", &[("SAMLRequest", &field), ("RelayState", "r")]);
        if !xml.is_empty() {
            refused(&answer, 400, title, &[]);
        }
    }
    refused(&place.post("/sso", &[("SAMLRequest", "***")]), 400, title, &["Base64"]);
    let logout = place.request().write().replace("AuthnRequest", "LogoutRequest");
    refused(&place.redirect(&logout, None, false), 400, title, &["LogoutRequest"]);
}

#[test]
fn p18_an_unknown_service_provider_is_named_and_never_markup() {
    let place = Place::new();
    let mut request = place.request();
    request.issuer = "https://evil.example/<script>alert(1)</script>".to_owned();
    let answer = place.ask(&request);
    let escaped = "https://evil.example/&#60;script&#62;";
    refused(&answer, 403, "This service is not known here", &[escaped, SERVICE, "--sp-metadata"]);
    assert!(!answer.text().contains("<script>alert"));
    refused(&place.get("/start?sp=nobody"), 403, "This service is not known here", &["nobody"]);
}

#[test]
fn an_answer_goes_to_no_address_that_metadata_does_not_list() {
    let place = Place::new();
    let title = "The answer would go to an address that is not known";
    for foreign in ["https://evil.example/acs", "http://acme.localhost:8080/saml/SSO/", "javascript:alert(1)"]
    {
        let mut request = place.request();
        request.acs_url = Some(foreign.to_owned());
        refused(&place.ask(&request), 403, title, &[foreign, ACS, BACK]);
    }
}

#[test]
fn a_request_for_another_identity_provider_is_not_answered() {
    let place = Place::new();
    let mut request = place.request();
    request.destination = Some("https://idp.example/sso".to_owned());
    let title = "The request is addressed to somebody else";
    refused(&place.ask(&request), 400, title, &["https://idp.example/sso", &place.url("/sso"), BACK]);
}

#[test]
fn an_answer_by_redirect_is_not_given() {
    let place = Place::new();
    let mut request = place.request();
    request.protocol_binding = Some(Binding::Redirect);
    let title = "The answer is wanted over a binding that is not spoken here";
    refused(&place.ask(&request), 400, title, &[Binding::Redirect.uri()]);
    request.protocol_binding = Some(Binding::Post);
    assert_eq!(place.ask(&request).status, 200);
}

const UNVERIFIED: &str = "The signature of the request does not verify";

#[test]
fn a_redirect_that_was_changed_after_signing_is_refused() {
    let place = Place::new();
    let url = place.redirect_url(&place.request().write(), Some("/profile"), true);
    assert_eq!(http::get(&url).unwrap().status, 200);
    let changed = http::get(&url.replace("RelayState=%2Fprofile", "RelayState=%2Fevil")).unwrap();
    refused(&changed, 403, UNVERIFIED, &[BACK]);
}

#[test]
fn x20_a_posted_request_that_is_signed_by_an_impostor_is_refused() {
    let place = Place::new();
    let key = SigningKey::generate(KeyKind::Rsa2048).unwrap();
    let certificate = Identity { certificate: place.certificate.clone(), key: key.clone() }.certificate;
    let signed = place.request().write_signed(&key, &certificate, key.algorithm_for(Hash::Sha256)).unwrap();
    let answer = place.post("/sso", &[("SAMLRequest", &post_value(&signed))]);
    refused(&answer, 403, UNVERIFIED, &[BACK]);
}

#[test]
fn a_promised_signature_must_come() {
    let place = Place::new();
    place.provider.trust(&service(&place.certificate, true)).unwrap();
    refused(&place.ask(&place.request()), 403, "The request is not signed", &["AuthnRequestsSigned", BACK]);
    place.provider.trust(&service(&place.certificate, false)).unwrap();
    assert_eq!(place.ask(&place.request()).status, 200, "newer metadata replaces what was known");
}

#[test]
fn metadata_is_looked_up_again_when_a_request_does_not_fit_it() {
    let place = Place::made(Adversary::Offered, Signed::Both, |provider, certificate| {
        provider.trust(&service(certificate, true)).unwrap();
        let newer = service(certificate, false);
        provider.looking_up(Box::new(move || Box::pin(std::future::ready(vec![newer.clone()]))))
    });
    assert_eq!(place.ask(&place.request()).status, 200);
    let mut request = place.request();
    request.issuer = "https://evil.example".to_owned();
    refused(&place.ask(&request), 403, "This service is not known here", &[]);
}

/// A request of mostly white space, packed as small as can be, as it stands in an address.
fn bomb(unpacked: usize) -> String {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(format!("<a>{}</a>", " ".repeat(unpacked)).as_bytes()).unwrap();
    post_value(packer.finish().unwrap()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

#[test]
fn x22_more_than_any_request_needs_is_not_read() {
    let place = Place::new();
    let large = "A".repeat(65 * 1024);
    refused(&place.post("/sso", &[("SAMLRequest", &large)]), 413, "The message is too large", &["65536"]);
    refused(&place.post("/answer", &[("query", &large)]), 413, "The message is too large", &[]);
    let query = format!("/sso?SAMLRequest={}", bomb(10 * 1024 * 1024));
    refused(&place.get(&query), 400, "The sign-in request could not be read", &["unpacks to more than"]);
}

#[test]
fn a_form_names_only_what_its_page_offers() {
    let place = Place::new();
    let page = place.ask(&place.request());
    let nobody = place.choose_page(&page, &[("person", "nobody")]);
    refused(&nobody, 400, "This person is not known here", &["nobody", BACK]);
    refused(&place.choose_page(&page, &[]), 400, "This person is not known here", &[]);
    let attack = place.choose_page(&page, &[("person", "employee"), ("attack", "x99")]);
    refused(&attack, 400, "This bad response is not known here", &["x99"]);
    refused(&place.post("/answer", &[("person", "employee")]), 400, "The form could not be read", &[]);
}

#[test]
fn the_form_is_checked_again_and_can_smuggle_nothing_in() {
    let place = Place::new();
    let mut request = place.request();
    request.acs_url = Some("https://evil.example/acs".to_owned());
    let fields =
        [("binding", "post"), ("saml_request", &*post_value(request.write())), ("person", "employee")];
    let title = "The answer would go to an address that is not known";
    refused(&place.post("/answer", &fields), 403, title, &["https://evil.example/acs"]);
}

#[test]
fn without_an_adversary_no_bad_response_is_offered_or_sent() {
    let place = Place::with(Adversary::Absent, Signed::Both);
    let page = place.ask(&place.request());
    assert!(!page.text().contains("Send a bad response"));
    let answer = place.choose_page(&page, &[("person", "employee"), ("attack", "p01")]);
    refused(&answer, 400, "This bad response is not known here", &["p01"]);
}

#[test]
fn other_addresses_and_methods_have_pages_too() {
    let place = Place::new();
    refused(&place.get("/wp-login.php"), 404, "There is no such page", &[]);
    refused(&place.get("/answer"), 405, "This address is not used that way", &[]);
}

#[test]
fn metadata_that_cannot_be_used_is_named_in_a_sentence() {
    let place = Place::new();
    let broken = place.provider.trust("<a/>").unwrap_err().to_string();
    assert!(broken.starts_with("the metadata of a service provider: "), "{broken}");
    let ours = place.provider.trust(&place.provider.metadata()).unwrap_err().to_string();
    assert!(ours.contains("SPSSODescriptor"), "{ours}");
}

#[test]
fn an_identity_is_read_from_pem_with_or_without_its_certificate() {
    let made = Identity::generate(now()).unwrap();
    let key = made.key.to_pem().unwrap();
    let both = format!("{}{}", *key, made.certificate.to_pem());
    let read = Identity::from_pem(&both, now()).unwrap();
    assert_eq!(read.certificate.fingerprint_sha256(), made.certificate.fingerprint_sha256());
    assert!(Identity::from_pem(&key, now()).is_ok());
    let missing = Identity::from_pem("nothing", now()).err().unwrap().to_string();
    assert!(missing.starts_with("the signing key of the identity provider: "), "{missing}");
}
