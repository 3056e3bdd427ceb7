//! What a signature covers, whose it must be, and what only looks like one.

use jiff::SignedDuration;
use vestibule_saml::binding::{Binding, Direction, post_value, redirect_url};
use vestibule_saml::logout::{LogoutRequest, Message, Rejection, verify_response};
use vestibule_saml::write::{Assertion, Response, Signed, Status};
use vestibule_saml::{Algorithm, NameId, SigningKey, names};

use crate::support::{
    BINDINGS, ISSUER, Service, URL, answered, between, idp, now, posted, query, request, response, sent,
    signer,
};

#[test]
fn p15_every_certificate_of_the_connection_is_tried() {
    let (current, next) = (idp(), signer("idp-next", Algorithm::RsaSha256));
    let both = Service::trusting(&[&current, &next]);
    for binding in BINDINGS {
        for signer in [&current, &next] {
            both.accepts(&sent(&request(), binding, Some(signer)));
        }
        let refused = Service::trusting(&[&current]).refuses(&sent(&request(), binding, Some(&next)));
        // An address carries no certificate, so nobody can tell another key from a broken signature.
        assert_eq!(refused.code(), if binding == Binding::Post { 1004 } else { 1003 }, "{refused}");
        assert_eq!(Service::trusting(&[]).refuses(&sent(&request(), binding, Some(&next))).code(), 1004);
    }
}

#[test]
fn p15_a_request_that_is_not_signed_is_refused_by_both_bindings() {
    let service = Service::trusting(&[&idp()]);
    for binding in BINDINGS {
        let refused = service.refuses(&sent(&request(), binding, None));
        assert_eq!((refused.code(), &refused), (1002, &Rejection::NotSigned { binding }));
        let refused = verify_response(&answered(&response(), binding, None), &service.expected());
        assert_eq!(refused.outcome.unwrap_err(), Rejection::NotSigned { binding });
        assert_eq!(refused.claimed.in_response_to.as_deref(), Some("_ours"));
    }
    // A signature inside the document is none of HTTP-Redirect (SAML-Bindings, section 3.4.4.1).
    let inside = idp().sign(&request().write(), "_l1").unwrap();
    let url = redirect_url(URL, Direction::Request, &inside, None, None).unwrap();
    let refused = service.refuses(&Message::from_query(url.split_once('?').unwrap().1).unwrap());
    assert_eq!(refused, Rejection::NotSigned { binding: Binding::Redirect });
}

#[test]
fn x11_a_signed_element_of_another_message_signs_no_logout_request() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let genuine = captured().write_signed(Signed::Both, &idp).unwrap();
    let assertion = between(&genuine, "<saml:Assertion", "</saml:Assertion>");
    let signature = between(&assertion, "<ds:Signature", "</ds:Signature>");
    let unsigned = request().write();
    let inside = |what: &str| unsigned.replace("<saml:NameID", &format!("{what}<saml:NameID"));
    let wrapped =
        [
            ("the assertion beside the NameID", inside(&assertion)),
            ("its signature alone", inside(&signature)),
            (
                "the assertion in the extensions",
                inside(&format!("<samlp:Extensions>{assertion}</samlp:Extensions>")),
            ),
            ("its signature, and its ID as ours", inside(&signature).replace("\"_l1\"", "\"_captured\"")),
            (
                "its signature around the assertion",
                inside(&signature.replace(
                    "</ds:Signature>",
                    &format!("<ds:Object>{assertion}</ds:Object></ds:Signature>"),
                )),
            ),
            ("the whole response", inside(&genuine)),
        ];
    for (what, xml) in wrapped {
        let refused = service.refuses(&posted(&xml));
        assert!([1002, 1003].contains(&refused.code()), "{what}: {refused}");
    }
    // A genuine response is no logout request either, whatever its parameter is called.
    assert_eq!(service.refuses(&posted(&genuine)).code(), 1001);
    assert_eq!(service.refuses(&answered(&response(), Binding::Post, Some(&idp))).code(), 1001);
    service.accepts(&posted(&idp.sign(&unsigned, "_l1").unwrap()));
}

#[test]
fn x11_a_signed_logout_request_inside_another_is_not_read() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let genuine = idp.sign(&request().write(), "_l1").unwrap();
    let signature = between(&genuine, "<ds:Signature", "</ds:Signature>");
    let forged = LogoutRequest {
        id: "_forged".to_owned(),
        name_id: NameId { value: "somebody else".to_owned(), ..NameId::default() },
        ..request()
    };
    let inside = |what: &str| forged.write().replace("<saml:NameID", &format!("{what}<saml:NameID"));
    let object = signature
        .replace("</ds:Signature>", &format!("<ds:Object>{}</ds:Object></ds:Signature>", request().write()));
    for xml in [
        inside(&format!("<samlp:Extensions>{genuine}</samlp:Extensions>")),
        inside(&signature),
        inside(&object),
        inside(&signature).replace("\"_forged\"", "\"_l1\""),
        genuine.replace("zoë", "zoe"),
        genuine.replace(">s2<", ">s3<"),
        genuine.replace("<samlp:SessionIndex>s1</samlp:SessionIndex>", ""),
    ] {
        assert_ne!(xml, genuine);
        assert!([1002, 1003].contains(&service.refuses(&posted(&xml)).code()));
    }
}

#[test]
fn p13_the_signature_covers_the_query_as_it_was_sent() {
    let service = Service::trusting(&[&idp()]);
    let query = query();
    service.accepts(&Message::from_query(&query).unwrap());
    // Escapes in lower case are other bytes: a sender that signs them so is understood, one that changes them is not.
    let lower = query.replace("%2F", "%2f");
    assert_ne!(lower, query);
    let signed_part = |query: &str| query.split_once("&Signature=").unwrap().0.to_owned();
    assert_eq!(service.refuses(&Message::from_query(&lower).unwrap()).code(), 1003);
    let idp = idp();
    let value = idp.key.clone();
    let signature = sign_bytes(&value, signed_part(&lower).as_bytes());
    let resigned = format!("{}&Signature={signature}", signed_part(&lower));
    service.accepts(&Message::from_query(&resigned).unwrap());
    // Parameters may stand in any order; what is covered is set by the specification.
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.reverse();
    service.accepts(&Message::from_query(&parts.join("&")).unwrap());
    for (from, to) in
        [("RelayState=a%2Fb", "RelayState=a%2Fc"), ("RelayState=a%2Fb&", ""), ("rsa-sha256", "rsa-sha512")]
    {
        let changed = query.replace(from, to);
        assert_ne!(changed, query);
        assert_eq!(service.refuses(&Message::from_query(&changed).unwrap()).code(), 1003, "{to}");
    }
}

#[test]
fn p13_a_parameter_that_is_there_twice_is_refused_before_anything_is_read() {
    let query = query();
    for (parameter, value) in [
        ("SAMLRequest", "x"),
        ("RelayState", "y"),
        ("SigAlg", "z"),
        ("Signature", "AA=="),
        ("SAMLResponse", "x"),
    ] {
        for doubled in [format!("{query}&{parameter}={value}"), format!("{parameter}={value}&{query}")] {
            let refused = Message::from_query(&doubled).unwrap_err();
            assert_eq!(refused.code(), 1001, "{parameter}");
        }
    }
    assert!(Message::from_query(&format!("{query}&other=1&other=2")).is_ok());
    for half in [query.split_once("&Signature=").unwrap().0, &query.replace("SigAlg=", "Sig=")] {
        assert_eq!(Message::from_query(half).unwrap_err().code(), 1001);
    }
}

#[test]
fn x21_sha1_is_refused_unless_the_connection_allows_it() {
    let query = query().replace("2001%2F04%2Fxmldsig-more%23rsa-sha256", "2000%2F09%2Fxmldsig%23rsa-sha1");
    let message = Message::from_query(&query).unwrap();
    let mut service = Service::trusting(&[&idp()]);
    assert_eq!(service.refuses(&message).code(), 1018);
    service.allowed.sha1 = true;
    assert_eq!(service.refuses(&message).code(), 1003, "allowed, and not what was signed");
}

fn sign_bytes(key: &SigningKey, bytes: &[u8]) -> String {
    let signature = vestibule_dsig::sign_bytes(key, Algorithm::RsaSha256, bytes).unwrap();
    post_value(signature).replace('+', "%2b").replace('/', "%2f").replace('=', "%3d")
}

/// A genuine response of the same identity provider.
fn captured() -> Response {
    let assertion = Assertion {
        id: "_captured".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        name_id: Some(NameId { value: "zoe".to_owned(), ..NameId::default() }),
        recipient: "https://acme.vestibule.example/saml/SSO".to_owned(),
        in_response_to: None,
        not_before: None,
        not_on_or_after: now() + SignedDuration::from_mins(5),
        audiences: vec!["https://acme.vestibule.example".to_owned()],
        one_time_use: false,
        authn_instant: now(),
        authn_context: names::PASSWORD_PROTECTED_TRANSPORT.to_owned(),
        session_index: Some("s1".to_owned()),
        session_not_on_or_after: None,
        attributes: Vec::new(),
    };
    Response {
        id: "_r".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some("https://acme.vestibule.example/saml/SSO".to_owned()),
        in_response_to: None,
        status: Status::success(),
        assertion: Some(assertion),
    }
}
