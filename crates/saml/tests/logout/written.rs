//! What is written is read again, by both bindings and every algorithm.

use vestibule_saml::binding::{Binding, Direction, post_decode};
use vestibule_saml::logout::{LogoutResponse, Message, Sent, verify_response};
use vestibule_saml::write::Status;
use vestibule_saml::{Algorithm, NameId, names};

use crate::support::{
    BINDINGS, ISSUER, Service, URL, answered, arrived, idp, query, request, response, sent, signer,
};

#[test]
fn a_request_is_read_as_it_was_written_by_both_bindings() {
    let service = Service::trusting(&[&idp()]);
    let mut bare = request();
    bare.not_on_or_after = None;
    bare.name_id = NameId { value: "zoe".to_owned(), ..NameId::default() };
    bare.session_indexes.clear();
    for request in [request(), bare] {
        for binding in BINDINGS {
            let message = sent(&request, binding, Some(&idp()));
            assert_eq!(*service.accepts(&message).request(), request);
            assert_eq!(message.relay_state(), Some("a b&c"));
            assert_eq!((message.binding(), message.direction()), (binding, Direction::Request));
        }
    }
}

#[test]
fn a_response_is_read_as_it_was_written_by_both_bindings() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let partial = Status {
        code: names::SUCCESS.to_owned(),
        sub_code: Some(names::status::PARTIAL_LOGOUT.to_owned()),
        message: Some("One of three did not answer.".to_owned()),
    };
    for (status, is_partial) in [(Status::success(), false), (partial, true)] {
        for binding in BINDINGS {
            let response = LogoutResponse { status: status.clone(), ..response() };
            let verified = verify_response(&answered(&response, binding, Some(&idp)), &service.expected());
            let verified = verified.outcome.unwrap();
            assert_eq!((verified.response(), verified.is_partial()), (&response, is_partial));
        }
    }
}

#[test]
fn a_reported_failure_is_refused_with_its_words() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let status = Status {
        code: names::status::RESPONDER.to_owned(),
        sub_code: Some(names::status::REQUEST_DENIED.to_owned()),
        message: Some("Not today.".to_owned()),
    };
    for binding in BINDINGS {
        let message = answered(&LogoutResponse { status: status.clone(), ..response() }, binding, Some(&idp));
        let refused = verify_response(&message, &service.expected()).outcome.unwrap_err();
        assert_eq!(refused.code(), 1012);
        assert_eq!(
            refused.to_string(),
            "The identity provider reported Responder / RequestDenied, in its own words \"Not today.\"."
        );
    }
}

#[test]
fn every_algorithm_that_signs_is_verified_by_both_bindings() {
    use Algorithm::{EcdsaSha256, EcdsaSha384, EcdsaSha512, RsaPssSha256, RsaPssSha384, RsaPssSha512};
    use Algorithm::{RsaSha256, RsaSha384, RsaSha512};
    let rsa = [RsaSha256, RsaSha384, RsaSha512, RsaPssSha256, RsaPssSha384, RsaPssSha512];
    let signers = rsa.map(|algorithm| signer("idp", algorithm));
    let ecdsa = [EcdsaSha256, EcdsaSha384, EcdsaSha512].map(|algorithm| signer("idp-ec", algorithm));
    let mut signed = 0;
    for signer in signers.iter().chain(&ecdsa) {
        let service = Service::trusting(&[signer]);
        for binding in BINDINGS {
            // A curve has its own hash here; which algorithms a key signs with is asked in `dsig`.
            let Ok(parcel) = request().parcel(binding, URL).pack(Some(signer)) else { continue };
            service.accepts(&arrived(parcel));
            signed += 1;
        }
    }
    assert_eq!(signed, 2 * 7, "six of RSA, one of the curve");
}

#[test]
fn the_form_of_a_request_is_signed_inside_and_its_address_outside() {
    let idp = idp();
    let Sent::Post { url, field, value, relay_state } =
        request().parcel(Binding::Post, URL).pack(Some(&idp)).unwrap()
    else {
        panic!()
    };
    assert_eq!((url.as_str(), field, relay_state), (URL, "SAMLRequest", None));
    let xml = String::from_utf8(post_decode(&value).unwrap()).unwrap();
    let (issuer, signature) = (xml.find("</saml:Issuer>").unwrap(), xml.find("<ds:Signature").unwrap());
    assert_eq!(issuer + "</saml:Issuer>".len(), signature, "the schema wants it after the issuer");
    let message = Message::from_query(&query()).unwrap();
    assert!(!String::from_utf8_lossy(message.xml()).contains("Signature"), "SAML-Bindings, section 3.4.4.1");
    assert_eq!(message.claimed().issuer.as_deref(), Some(ISSUER));
}
