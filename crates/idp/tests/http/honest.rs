//! Honest sign-ins, by every way in.

use vestibule_idp::attack::Needs;
use vestibule_idp::{Adversary, Cipher, Encryption, KeyPlacement, KeyTransport, Signed, people};
use vestibule_saml::binding::{Binding, post_value};
use vestibule_saml::{Hash, metadata, names};

use crate::place::{ACS, OTHER_ACS, Place, REQUEST, SERVICE, now, service};

const HOSTILE: &str = r#"https://evil.example/"><script>alert('&amp;')</script>"#;

#[test]
fn the_metadata_is_what_the_reader_of_identity_providers_wants() {
    let place = Place::new();
    let answer = place.get("/metadata");
    assert_eq!(answer.header("content-type"), Some("application/samlmetadata+xml"));
    let read = metadata::idp::read(&answer.body, None, now()).unwrap();
    assert_eq!(read.entity_id, place.url("/metadata"));
    let bindings: Vec<_> = read.sso.iter().map(|sso| (sso.binding, sso.url.clone())).collect();
    assert_eq!(bindings, [Binding::Redirect, Binding::Post].map(|binding| (binding, place.url("/sso"))));
    assert_eq!(read.signing_certificates.len(), 1);
}

#[test]
fn a_request_by_redirect_leads_through_the_page_to_a_response_that_is_accepted() {
    let place = Place::new();
    let page = place.redirect(&place.request().write(), Some("/profile"), false);
    let form = place.choose(&page, &[("person", "marketer"), ("attack", "")]);
    assert_eq!((form.action.as_str(), form.field("RelayState")), (ACS, Some("/profile")));
    let assertion = place.judge(&form, Some(REQUEST)).unwrap();
    assert_eq!(assertion.name_id().unwrap().value, "renee.okafor@acme.example");
    assert_eq!(assertion.name_id().unwrap().format.as_deref(), Some(names::name_id_format::EMAIL));
    assert_eq!(assertion.in_response_to(), Some(REQUEST));
    assert!(assertion.session_index().is_some());
    let values = |name: &str| {
        let found = assertion.attributes().find(|attribute| attribute.name == name);
        found.map(|attribute| attribute.values().collect::<Vec<_>>()).unwrap()
    };
    assert_eq!(values("groups"), ["staff", "marketing", "hosts"]);
    assert_eq!(values("displayName"), ["Renée Okafor"]);
    assert_eq!(values("department"), ["Marketing & Events"]);
}

#[test]
fn an_assertion_is_encrypted_for_a_service_provider_that_names_a_key() {
    let encryption = Encryption {
        cipher: Cipher::Aes256Gcm,
        transport: KeyTransport::OaepSha256,
        placement: KeyPlacement::Inside,
    };
    let place = Place::encrypting(encryption);
    let page = place.ask(&place.request());
    let form = place.choose(&page, &[("person", "employee"), ("attack", "")]);
    let assertion = place.judge_strictly(&form, Some(REQUEST), Needs::RequiredEncryption).unwrap();
    assert!(assertion.name_id().is_some());
    let silent = service(&place.certificate, false).replace("use=\"encryption\"", "use=\"nothing\"");
    place.provider.trust(&silent).unwrap();
    let form = place.choose(&place.ask(&place.request()), &[("person", "employee"), ("attack", "")]);
    assert!(place.judge(&form, Some(REQUEST)).is_ok());
    assert!(place.judge_strictly(&form, Some(REQUEST), Needs::RequiredEncryption).is_err());
}

#[test]
fn a_signed_request_by_redirect_is_verified() {
    let place = Place::new();
    place.provider.trust(&service(&place.certificate, true)).unwrap();
    let page = place.redirect(&place.request().write(), Some("s=1&t=ü"), true);
    assert!(page.text().contains("verified"));
    let form = place.choose(&page, &[("person", "employee")]);
    assert_eq!(form.field("RelayState"), Some("s=1&t=ü"));
    assert_eq!(
        place.judge(&form, Some(REQUEST)).unwrap().name_id().unwrap().value,
        "zoe.lindstrom@acme.example"
    );
}

#[test]
fn a_request_by_post_leads_to_a_response_that_is_accepted_signed_or_not() {
    let place = Place::new();
    let algorithm = place.key.algorithm_for(Hash::Sha256);
    let signed = place.request().write_signed(&place.key, &place.certificate, algorithm).unwrap();
    for (xml, shown) in [(signed, "<code>verified</code>"), (place.request().write(), "<code>none</code>")] {
        let page = place.post("/sso", &[("SAMLRequest", &post_value(&xml)), ("RelayState", "r")]);
        assert!(page.text().contains(shown));
        let form = place.choose(&page, &[("person", "unknown")]);
        assert_eq!(form.field("RelayState"), Some("r"));
        let assertion = place.judge(&form, Some(REQUEST)).unwrap();
        assert_eq!(assertion.name_id().unwrap().value, "juergen.gross@elsewhere.example");
    }
}

#[test]
fn a_request_may_leave_open_what_metadata_says_and_choose_what_it_lists() {
    let place = Place::new();
    let mut request = place.request();
    request.destination = None;
    for (asked, answered) in [(None, ACS), (Some(OTHER_ACS), OTHER_ACS)] {
        request.acs_url = asked.map(str::to_owned);
        let form = place.choose(&place.ask(&request), &[("person", "admin")]);
        assert_eq!(form.action, answered);
        assert_eq!(
            place.judge(&form, Some(REQUEST)).unwrap().name_id().unwrap().value,
            "ada.whitfield@acme.example"
        );
    }
}

#[test]
fn p12_each_choice_of_signed_elements_is_accepted() {
    for signs in [Signed::Assertion, Signed::Response, Signed::Both] {
        let place = Place::with(Adversary::Absent, signs);
        let form = place.choose(&place.ask(&place.request()), &[("person", "employee")]);
        let assertion = place.judge(&form, Some(REQUEST)).unwrap();
        assert_eq!(assertion.response_id().is_some(), signs != Signed::Assertion);
    }
}

#[test]
fn the_identity_provider_may_begin() {
    let place = Place::new();
    for path in
        ["/start?relay_state=%2Fprofile", "/start?sp=https%3A%2F%2Facme.localhost&relay_state=/profile"]
    {
        let form = place.choose(&place.get(path), &[("person", "employee")]);
        assert_eq!((form.action.as_str(), form.field("RelayState")), (ACS, Some("/profile")));
        let assertion = place.judge(&form, None).unwrap();
        assert_eq!(assertion.in_response_to(), None);
    }
}

#[test]
fn a_persistent_name_stays_and_a_transient_one_does_not() {
    let place = Place::new();
    let name = |format: &str| {
        let mut request = place.request();
        request.name_id_format = Some(format.to_owned());
        let form = place.choose(&place.ask(&request), &[("person", "employee")]);
        let name = place.judge(&form, Some(REQUEST)).unwrap().name_id().unwrap().clone();
        assert_eq!(name.format.as_deref(), Some(format));
        assert_eq!(name.sp_name_qualifier.as_deref(), Some(SERVICE));
        name.value
    };
    let (persistent, transient) = (names::name_id_format::PERSISTENT, names::name_id_format::TRANSIENT);
    assert_eq!(name(persistent), name(persistent));
    assert!(!name(persistent).contains('@'));
    assert_ne!(name(transient), name(transient));
}

#[test]
fn p16_what_cannot_be_done_is_reported_to_the_service_provider() {
    let place = Place::new();
    let declined = place.choose(&place.ask(&place.request()), &[("decline", "yes")]);
    let mut passive = place.request();
    passive.is_passive = true;
    let passive = crate::place::Form::read(&place.ask(&passive));
    let mut format = place.request();
    format.name_id_format = Some("urn:example:badge".to_owned());
    let format = crate::place::Form::read(&place.ask(&format));
    for (form, code) in [(declined, "AuthnFailed"), (passive, "NoPassive"), (format, "InvalidNameIDPolicy")] {
        let rejection = place.judge(&form, Some(REQUEST)).unwrap_err();
        assert_eq!(rejection.code(), 1012);
        assert!(rejection.to_string().contains(code), "{rejection}");
    }
}

#[test]
fn the_page_shows_everybody_with_all_attributes() {
    let place = Place::new();
    let text = place.ask(&place.request()).text();
    for person in place.provider.people() {
        assert!(text.contains(&format!(r#"name="person" value="{}""#, person.id)));
        for attribute in &person.attributes {
            for value in &attribute.values {
                assert!(text.contains(&value.replace('&', "&#38;")), "{value}");
            }
        }
    }
    assert!(text.contains(r#"<a href="http://acme.localhost:8080/">Back to acme.localhost:8080</a>"#));
}

#[test]
fn p14_a_relay_state_comes_back_as_it_was_and_is_never_markup() {
    let place = Place::new();
    let page = place.redirect(&place.request().write(), Some(HOSTILE), false);
    let sent = place.choose_page(&page, &[("person", "employee")]);
    for answer in [&page, &sent] {
        assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
    }
    assert_eq!(crate::place::Form::read(&sent).field("RelayState"), Some(HOSTILE));
}

#[test]
fn the_response_can_be_looked_at_before_it_is_sent() {
    let place = Place::new();
    let page = place.ask(&place.request());
    let sent = place.choose_page(&page, &[("person", "employee")]).text();
    assert!(sent.contains("/assets/send.js") && !sent.contains("&#60;samlp:Response"));
    let shown = place.choose_page(&page, &[("person", "employee"), ("look", "yes")]).text();
    assert!(!shown.contains("/assets/send.js") && shown.contains("&#60;samlp:Response"));
}

#[test]
fn every_answer_has_its_headers_and_only_the_response_may_leave_by_form() {
    let place = Place::new();
    let page = place.ask(&place.request());
    let sent = place.choose_page(&page, &[("person", "employee")]);
    let pages =
        [page, place.get("/"), place.get("/nothing"), place.get("/assets/idp.css"), place.get("/metadata")];
    for answer in pages.iter().chain([&sent]) {
        let policy = answer.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("cache-control").is_some_and(|value| value.starts_with("no-")));
    }
    assert!(
        pages
            .iter()
            .all(|page| page.header("content-security-policy").unwrap().contains("form-action 'self'"))
    );
    assert!(!sent.header("content-security-policy").unwrap().contains("form-action"));
}

#[test]
fn the_front_page_leads_to_services_and_gives_what_their_configuration_needs() {
    let place = Place::new();
    let text = place.get("/").text();
    for part in
        ["/start?sp=https%3A%2F%2Facme.localhost", "BEGIN CERTIFICATE", &place.url("/sso"), "RSA 2048"]
    {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn the_guide_names_everybody_every_attribute_and_every_address() {
    let guide = include_str!("../../../../docs/test-idp.md");
    for person in people::sample("acme.example") {
        let attributes = person.attributes.iter().map(|attribute| attribute.name.as_str());
        for name in [person.display_name(), person.mail(), &person.id].into_iter().chain(attributes) {
            assert!(guide.contains(name), "{name}");
        }
    }
    for path in ["/metadata", "/sso", "/start", "/answer"] {
        assert!(guide.contains(&format!("| `{path}")), "{path}");
    }
}

#[test]
fn it_ends_when_it_is_told_to() {
    let place = Place::new();
    assert_eq!(place.get("/").status, 200);
    place.end().unwrap();
}
