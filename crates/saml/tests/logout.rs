//! Single logout: both messages, by both bindings, written, read, verified, and refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::binding::{Binding, Direction, post_decode, post_value, redirect_url};
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Rejection, Sent, Verification, VerifiedRequest,
    verify_request, verify_response,
};
use vestibule_saml::write::{Assertion, Response, Signed, Signer, Status};
use vestibule_saml::{Algorithm, Allowed, Certificate, NameId, SigningKey, names};

const ISSUER: &str = "https://idp.example/metadata";
const URL: &str = "https://acme.vestibule.example/saml/SingleLogout";
const BINDINGS: [Binding; 2] = [Binding::Redirect, Binding::Post];

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn signer(name: &str, algorithm: Algorithm) -> Signer {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    let pem = std::fs::read_to_string(path).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    Signer { key, certificate: Certificate::from_pem(&pem).unwrap(), algorithm }
}

fn idp() -> Signer {
    signer("idp", Algorithm::RsaSha256)
}

fn request() -> LogoutRequest {
    LogoutRequest {
        id: "_l1".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        not_on_or_after: Some(now() + SignedDuration::from_mins(5)),
        name_id: NameId {
            value: "zoë <b>&c".to_owned(),
            format: Some(names::name_id_format::PERSISTENT.to_owned()),
            name_qualifier: Some(ISSUER.to_owned()),
            sp_name_qualifier: Some("https://acme.vestibule.example".to_owned()),
        },
        session_indexes: vec!["s1".to_owned(), "s2".to_owned()],
    }
}

fn response() -> LogoutResponse {
    LogoutResponse {
        id: "_l2".to_owned(),
        issue_instant: now(),
        issuer: ISSUER.to_owned(),
        destination: Some(URL.to_owned()),
        in_response_to: Some("_ours".to_owned()),
        status: Status::success(),
    }
}

/// What a browser brings when it was sent with this.
fn arrived(sent: Sent) -> Message {
    match sent {
        Sent::Redirect(url) => Message::from_query(url.split_once('?').unwrap().1).unwrap(),
        Sent::Post { field, value, relay_state, .. } => {
            let direction = if field == "SAMLRequest" { Direction::Request } else { Direction::Response };
            Message::from_form(direction, &value, relay_state).unwrap()
        }
    }
}

fn posted(xml: &str) -> Message {
    Message::from_form(Direction::Request, &post_value(xml), None).unwrap()
}

fn sent(request: &LogoutRequest, binding: Binding, signer: Option<&Signer>) -> Message {
    arrived(request.parcel(binding, URL).with_relay_state(Some("a b&c".to_owned())).pack(signer).unwrap())
}

fn answered(response: &LogoutResponse, binding: Binding, signer: Option<&Signer>) -> Message {
    arrived(response.parcel(binding, URL).pack(signer).unwrap())
}

struct Service {
    urls: Vec<String>,
    certificates: Vec<Certificate>,
    allowed: Allowed,
    now: Timestamp,
}

impl Service {
    fn trusting(certificates: &[&Signer]) -> Self {
        let certificates = certificates.iter().map(|signer| signer.certificate.clone()).collect();
        Self { urls: vec![URL.to_owned()], certificates, allowed: Allowed::default(), now: now() }
    }

    fn expected(&self) -> Expected<'_> {
        Expected {
            now: self.now,
            skew_seconds: 180,
            urls: &self.urls,
            issuer: ISSUER,
            certificates: &self.certificates,
            allowed: self.allowed,
            decryption_keys: &[],
        }
    }

    fn judge(&self, message: &Message) -> Verification<VerifiedRequest> {
        verify_request(message, &self.expected())
    }

    fn accepts(&self, message: &Message) -> VerifiedRequest {
        let Verification { outcome, trace, .. } = self.judge(message);
        assert!(trace.iter().all(|check| check.ok), "{trace:?}");
        outcome.unwrap()
    }

    /// The one failed check is the last.
    fn refuses(&self, message: &Message) -> Rejection {
        let Verification { outcome, trace, .. } = self.judge(message);
        assert_eq!(trace.iter().filter(|check| !check.ok).count(), 1, "{trace:?}");
        assert!(!trace.last().unwrap().ok, "{trace:?}");
        outcome.unwrap_err()
    }
}

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
fn x17_a_name_is_read_whole_or_not_at_all() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let xml = request().write().replace("zoë", "zo<!-- -->ë");
    let verified = service.accepts(&posted(&idp.sign(&xml, "_l1").unwrap()));
    assert_eq!(verified.request().name_id.value, request().name_id.value);
    let xml = request().write().replace("zoë", "zo<b/>ë");
    assert_eq!(
        service.refuses(&posted(&idp.sign(&xml, "_l1").unwrap())),
        Rejection::Missing("single NameID")
    );
}

/// The query of a signed request.
fn query() -> String {
    let sent = request()
        .parcel(Binding::Redirect, URL)
        .with_relay_state(Some("a/b".to_owned()))
        .pack(Some(&idp()))
        .unwrap();
    let Sent::Redirect(url) = sent else { panic!() };
    url.split_once('?').unwrap().1.to_owned()
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

fn sign_bytes(key: &SigningKey, bytes: &[u8]) -> String {
    let signature = vestibule_dsig::sign_bytes(key, Algorithm::RsaSha256, bytes).unwrap();
    post_value(signature).replace('+', "%2b").replace('/', "%2f").replace('=', "%3d")
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

#[test]
fn a_request_for_another_service_or_of_another_provider_is_refused() {
    let service = Service::trusting(&[&idp()]);
    for binding in BINDINGS {
        let refused = |change: fn(&mut LogoutRequest)| {
            let mut request = request();
            change(&mut request);
            service.refuses(&sent(&request, binding, Some(&idp()))).code()
        };
        assert_eq!(refused(|request| request.issuer.push('/')), 1005);
        assert_eq!(refused(|request| request.destination = None), 1006);
        assert_eq!(refused(|request| request.destination.as_mut().unwrap().push('/')), 1006);
        let foreign = |request: &mut LogoutRequest| {
            request.destination = Some("https://globex.vestibule.example/saml/SingleLogout".to_owned());
        };
        assert_eq!(refused(foreign), 1006);
    }
}

#[test]
fn p06_times_are_held_to_the_millisecond_at_both_ends_of_the_tolerance() {
    let mut service = Service::trusting(&[&idp()]);
    let message = sent(&request(), Binding::Redirect, Some(&idp()));
    let skew = SignedDuration::from_secs(180);
    let millisecond = SignedDuration::from_millis(1);
    let end = request().not_on_or_after.unwrap() + skew;
    for (at, accepted) in
        [(now() - skew, true), (now() - skew - millisecond, false), (end - millisecond, true), (end, false)]
    {
        service.now = at;
        let outcome = service.judge(&message).outcome;
        assert_eq!(outcome.is_ok(), accepted, "{at}");
        assert!(outcome.map_or_else(|refused| refused.code() == 1008, |_| true));
    }
    let endless = LogoutRequest { not_on_or_after: None, ..request() };
    let message = sent(&endless, Binding::Redirect, Some(&idp()));
    let day = SignedDuration::from_hours(24);
    for (at, accepted) in [(now() + day, true), (now() + day + millisecond, false)] {
        service.now = at;
        assert_eq!(service.judge(&message).outcome.is_ok(), accepted, "{at}");
    }
}

#[test]
fn p09_an_id_is_remembered_until_no_clock_accepts_the_request() {
    let service = Service::trusting(&[&idp()]);
    let until =
        |request: &LogoutRequest| service.accepts(&sent(request, Binding::Post, Some(&idp()))).replay_until();
    assert_eq!(until(&request()), now() + SignedDuration::from_mins(10));
    let day = now() + SignedDuration::from_secs(24 * 3_600 + 300);
    for not_on_or_after in [None, Some(Timestamp::MAX)] {
        assert_eq!(until(&LogoutRequest { not_on_or_after, ..request() }), day);
    }
}

#[test]
fn a_message_that_is_none_is_refused_by_a_sentence() {
    let (idp, service) = (idp(), Service::trusting(&[&idp()]));
    let base = "<saml:BaseID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>";
    let name_id = between(&request().write(), "<saml:NameID", "</saml:NameID>");
    let long: String = (0..100).map(|_| "<samlp:SessionIndex>s</samlp:SessionIndex>").collect();
    for (from, to, code, sentence) in [
        (
            "Version=\"2.0\"",
            "Version=\"1.1\"",
            1001,
            "The message is of SAML version 1.1; only \"2.0\" is read.",
        ),
        ("IssueInstant", "Instant", 1001, "The message has no IssueInstant."),
        ("2026-03-01T12:05:00Z", "soon", 1001, "NotOnOrAfter is \"soon\", which is not a time."),
        (">s1<", "> <", 1001, "The message has no text in a SessionIndex."),
        (
            "<samlp:SessionIndex>s1",
            &format!("{long}<samlp:SessionIndex>s1"),
            1001,
            "The message names more than 100 sessions.",
        ),
        ("saml:NameID", "saml:Name", 1001, "The message has no single NameID."),
        (
            "<saml:NameID",
            "<saml:NameID>x</saml:NameID><saml:NameID",
            1001,
            "The message has no single NameID.",
        ),
        (&name_id, base, 1001, "The person is named by BaseID, which is not read here; send a NameID."),
        (">https://idp.example/metadata<", "> <", 1001, "The message has no Issuer."),
    ] {
        let changed = request().write().replace(from, to);
        assert_ne!(changed, request().write());
        let refused = service.refuses(&posted(&idp.sign(&changed, "_l1").unwrap()));
        assert_eq!((refused.to_string().as_str(), refused.code()), (sentence, code));
    }
    for broken in ["<a", "<!DOCTYPE a><a/>", ""] {
        assert_eq!(service.refuses(&posted(broken)).code(), 1001);
    }
    let twice = request().write().replace("<saml:NameID", "<samlp:Extensions ID=\"_l1\"/><saml:NameID");
    assert_eq!(service.refuses(&posted(&twice)).code(), 1002);
}

#[test]
fn x22_what_is_too_large_is_refused_unread() {
    let large = "A".repeat(256 * 1024 + 4);
    assert_eq!(Message::from_form(Direction::Request, &large, None).unwrap_err().code(), 1001);
    assert_eq!(Message::from_query(&format!("SAMLRequest={large}")).unwrap_err().code(), 1001);
    assert_eq!(Message::from_form(Direction::Request, "%", None).unwrap_err().code(), 1001);
    assert_eq!(Message::from_query("").unwrap_err().code(), 1001);
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

/// The first stretch of the text that begins and ends so.
fn between(text: &str, begin: &str, end: &str) -> String {
    let from = text.find(begin).unwrap();
    let text = &text[from..];
    let from_last = text.find(end).unwrap() + end.len();
    text[..from_last].to_owned()
}
