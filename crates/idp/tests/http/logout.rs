//! Single logout at the identity provider: it answers, and it begins.

use vestibule_saml::binding::{Binding, Direction};
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Sent, VerifiedRequest, VerifiedResponse,
    verify_request, verify_response,
};
use vestibule_saml::write::{Signer, Status};
use vestibule_saml::{Allowed, Hash, NameId, metadata};
use vestibule_testkit::http::{self, Answer};

use crate::place::{Form, Place, SERVICE, SLO, now};

const BINDINGS: [Binding; 2] = [Binding::Redirect, Binding::Post];

impl Place {
    fn signer(&self) -> Signer {
        let algorithm = self.key.algorithm_for(Hash::Sha256);
        Signer { key: self.key.clone(), certificate: self.certificate.clone(), algorithm }
    }

    /// Signs the employee in, and gives the request to end that.
    fn signed_in(&self) -> LogoutRequest {
        let form = self.choose(&self.ask(&self.request()), &[("person", "employee")]);
        let assertion = self.judge(&form, None).unwrap();
        LogoutRequest {
            id: "_logout-1".to_owned(),
            issue_instant: now(),
            issuer: SERVICE.to_owned(),
            destination: Some(self.provider.slo_url()),
            not_on_or_after: None,
            name_id: assertion.name_id().unwrap().clone(),
            session_indexes: assertion.session_index().map(str::to_owned).into_iter().collect(),
        }
    }

    fn bring(&self, sent: &Sent) -> Answer {
        match sent {
            Sent::Redirect(url) => http::get(url).unwrap(),
            Sent::Post { field, value, relay_state, .. } => {
                let relay_state = relay_state.as_deref().unwrap_or_default();
                self.post("/slo", &[(*field, value.as_str()), ("RelayState", relay_state)])
            }
        }
    }

    fn remembered(&self) -> usize {
        self.get("/logout").text().matches("name=\"session\"").count()
    }
}

/// The message that a page or a redirect carries to the service provider.
fn carried(answer: &Answer) -> Message {
    match answer.header("location") {
        Some(url) => {
            assert_eq!(answer.status, 303);
            assert!(url.starts_with(&format!("{SLO}?")), "{url}");
            Message::from_query(url.split_once('?').unwrap().1).unwrap()
        }
        None => {
            let form = Form::read(answer);
            assert_eq!(form.action, SLO);
            let field = |name| form.field(name).map(str::to_owned);
            let (direction, value) = match field("SAMLRequest") {
                Some(value) => (Direction::Request, value),
                None => (Direction::Response, field("SAMLResponse").unwrap()),
            };
            Message::from_form(direction, &value, field("RelayState")).unwrap()
        }
    }
}

fn expected<T>(place: &Place, judge: impl FnOnce(&Expected<'_>) -> T) -> T {
    let metadata = metadata::idp::read(place.provider.metadata().as_bytes(), None, now()).unwrap();
    assert_eq!(metadata.slo.len(), 2);
    let urls = [SLO.to_owned()];
    judge(&Expected {
        now: now(),
        skew_seconds: 0,
        urls: &urls,
        issuer: place.provider.entity_id(),
        certificates: &metadata.signing_certificates,
        allowed: Allowed::default(),
        decryption_keys: &[],
    })
}

fn answered(place: &Place, answer: &Answer) -> VerifiedResponse {
    expected(place, |expected| verify_response(&carried(answer), expected).outcome.unwrap())
}

fn asked(place: &Place, answer: &Answer) -> VerifiedRequest {
    expected(place, |expected| verify_request(&carried(answer), expected).outcome.unwrap())
}

#[test]
fn a_signed_logout_request_is_answered_by_the_way_it_came() {
    for binding in BINDINGS {
        let place = Place::new();
        let request = place.signed_in();
        assert_eq!(place.remembered(), 1);
        let parcel = request.parcel(binding, place.provider.slo_url());
        let sent = parcel.with_relay_state(Some("a&b".to_owned())).pack(Some(&place.signer())).unwrap();
        let answer = place.bring(&sent);
        let response = answered(&place, &answer);
        assert_eq!(response.response().in_response_to.as_deref(), Some("_logout-1"));
        assert_eq!(response.response().status, Status::success());
        assert_eq!((carried(&answer).binding(), carried(&answer).relay_state()), (binding, Some("a&b")));
        assert_eq!(place.remembered(), 0);
    }
}

#[test]
fn p15_a_request_that_is_not_signed_or_names_another_session_forgets_nobody() {
    for binding in BINDINGS {
        let place = Place::new();
        let request = place.signed_in();
        let url = place.provider.slo_url();
        let answer = place.bring(&request.parcel(binding, &url).pack(None).unwrap());
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("<h1>The logout message is not accepted</h1>"), "{}", answer.text());
        let other = LogoutRequest { session_indexes: vec!["other".to_owned()], ..request.clone() };
        answered(&place, &place.bring(&other.parcel(binding, &url).pack(Some(&place.signer())).unwrap()));
        let name_id = NameId { value: "somebody@acme.example".to_owned(), ..request.name_id.clone() };
        let other = LogoutRequest { name_id, session_indexes: Vec::new(), ..request };
        answered(&place, &place.bring(&other.parcel(binding, &url).pack(Some(&place.signer())).unwrap()));
        assert_eq!(place.remembered(), 1);
    }
}

#[test]
fn somebody_is_signed_out_from_the_page_and_the_service_answers() {
    let place = Place::new();
    let signed_in = place.signed_in();
    let page = place.get("/logout").text();
    assert!(page.contains("Zoë Lindström at acme.localhost:8080"), "{page}");
    let id = page.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let request = asked(&place, &place.post("/logout", &[("session", &id)]));
    assert_eq!(request.request().name_id, signed_in.name_id);
    assert_eq!(request.request().session_indexes, signed_in.session_indexes);
    assert_eq!(place.remembered(), 0);
    assert_eq!(place.post("/logout", &[("session", &id)]).status, 400, "it has ended already");
    for binding in BINDINGS {
        let response = LogoutResponse {
            id: "_answer".to_owned(),
            issue_instant: now(),
            issuer: SERVICE.to_owned(),
            destination: Some(place.provider.slo_url()),
            in_response_to: Some(request.request().id.clone()),
            status: Status::success(),
        };
        let parcel = response.parcel(binding, place.provider.slo_url());
        let page = place.bring(&parcel.pack(Some(&place.signer())).unwrap());
        assert!(page.text().contains("<h1>Signed out of acme.localhost:8080</h1>"), "{}", page.text());
        let parcel = response.parcel(binding, place.provider.slo_url());
        assert_eq!(place.bring(&parcel.pack(None).unwrap()).status, 403, "it must be signed");
    }
}

#[test]
fn what_is_no_logout_message_is_refused_and_bad_responses_are_not_remembered() {
    let place = Place::new();
    for query in ["", "SAMLRequest=%%%", "SAMLRequest=AAAA"] {
        let answer = place.get(&format!("/slo?{query}"));
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    place.choose_page(&place.ask(&place.request()), &[("person", "employee"), ("attack", "p01")]);
    place.choose_page(&place.ask(&place.request()), &[("decline", "yes")]);
    assert_eq!(place.remembered(), 0);
    assert_eq!(place.post("/logout", &[]).status, 400);
}
