//! What a message must say, and the sentences for those that do not.

use jiff::{SignedDuration, Timestamp};
use vestibule_saml::binding::{Binding, Direction};
use vestibule_saml::logout::{LogoutRequest, Message, Rejection};

use crate::support::{BINDINGS, Service, between, idp, now, posted, request, sent};

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
