//! Single logout, begun here and begun at the identity provider.

use crate::account::Account;
use crate::browser::SignedIn;
use crate::cases;
use crate::provider::{ISSUER, Person};
use crate::wanted::Wanted;
use crate::world::{World, hours, minutes};
use vestibule_app::logout::{self, Arrived, Begun, Go, Received, Told};
use vestibule_app::{Error, Kind, jobs, sign_in, sso};
use vestibule_model::response_log::OutcomeWord;
use vestibule_saml::binding::{Binding, Direction, post_decode, post_value, redirect_url};
use vestibule_saml::logout::{
    Expected, LogoutRequest, LogoutResponse, Message, Sent, verify_request, verify_response,
};
use vestibule_saml::write::{Signer, Status};
use vestibule_saml::{Allowed, Certificate, NameId, names};

cases! {
    signing_out_ends_the_session_at_once_and_asks_the_identity_provider,
    by_form_it_is_the_same,
    our_request_names_the_person_as_the_identity_provider_did,
    without_a_sign_out_address_or_with_a_password_nobody_is_asked,
    an_account_that_does_not_sign_logout_sends_it_unsigned,
    the_answer_to_our_request_is_taken_once_in_its_own_browser,
    p15_an_answer_that_is_not_signed_proves_nothing,
    an_answer_that_reports_a_failure_is_logged_with_its_words,
    an_answer_that_is_not_believed_is_refused_where_nobody_waits_for_it,
    the_identity_provider_ends_its_sessions_and_gets_an_answer,
    by_form_the_identity_provider_is_understood_and_answered_too,
    p15_the_named_session_ends_and_another_ones_does_not,
    p15_a_request_that_is_not_signed_ends_nothing,
    p15_a_replayed_request_ends_nothing,
    p15_every_certificate_of_the_connection_is_tried,
    p15_the_identity_provider_of_another_account_ends_nothing,
    p10_an_account_without_a_published_connection_refuses,
    p10_a_connection_that_is_switched_off_refuses,
    x11_a_captured_response_ends_nothing,
    p14_relay_state_goes_back_within_bounds,
    the_answer_goes_to_the_configured_address_whatever_the_message_says,
    a_request_of_an_unknown_person_is_answered_all_the_same,
    a_refused_request_is_found_by_its_tracking_id,
    an_account_that_saves_no_responses_keeps_no_logout_message,
    a_name_that_is_too_long_to_be_found_by_still_signs_in,
    an_answer_that_comes_too_late_answers_nothing_and_its_request_is_forgotten,
}

const SIGN_OUT_URL: &str = "https://idp.example/slo";
const ANSWERS_URL: &str = "https://idp.example/slo/answers";

/// The account of most stories, whose identity provider takes logout requests.
async fn acme(world: &World) -> Account {
    with(world, |wanted| wanted).await
}

async fn with(world: &World, change: impl FnOnce(Wanted) -> Wanted) -> Account {
    let acme = world.account("acme").await;
    acme.apply(change(acme.usual().set(["sso", "sign_out_url"], SIGN_OUT_URL))).await;
    acme
}

/// What the browser brings.
enum Brought {
    Query(String),
    Form { field: &'static str, value: String, relay_state: Option<String> },
}

fn brought(sent: Sent) -> Brought {
    match sent {
        Sent::Redirect(url) => Brought::Query(url.split_once('?').unwrap().1.to_owned()),
        Sent::Post { field, value, relay_state, .. } => Brought::Form { field, value, relay_state },
    }
}

impl Account {
    async fn bring(&self, brought: &Brought, browser: Option<&str>) -> Result<Received, Error> {
        let arrived = match brought {
            Brought::Query(query) => Arrived::Query(query),
            Brought::Form { field, value, relay_state } => Arrived::Form {
                saml_request: (*field == "SAMLRequest").then_some(value.as_str()),
                saml_response: (*field == "SAMLResponse").then_some(value.as_str()),
                relay_state: relay_state.as_deref(),
            },
        };
        logout::receive(&self.visitor().await, arrived, browser).await
    }

    fn logout_url(&self) -> String {
        format!("https://{}.vestibule.example/saml/SingleLogout", self.label)
    }

    /// The request of the identity provider to end every session of this person.
    fn logout_request(&self, world: &World, name_id: &str) -> LogoutRequest {
        LogoutRequest {
            id: format!("_logout-{}", name_id.replace('@', ".")),
            issue_instant: world.time.now(),
            issuer: ISSUER.to_owned(),
            destination: Some(self.logout_url()),
            not_on_or_after: Some(world.time.now() + minutes(5)),
            name_id: NameId { value: name_id.to_owned(), ..NameId::default() },
            session_indexes: Vec::new(),
        }
    }

    fn sent(&self, request: &LogoutRequest, binding: Binding, signer: Option<&Signer>) -> Brought {
        brought(request.parcel(binding, self.logout_url()).pack(signer).unwrap())
    }

    /// The honest request, signed.
    fn asked(&self, world: &World, name_id: &str) -> Brought {
        self.sent(&self.logout_request(world, name_id), Binding::Redirect, Some(self.idp.signer()))
    }

    async fn is_in(&self, session: &str) -> bool {
        self.member(session).await.is_ok()
    }

    async fn begin_logout(&self, session: &str) -> Begun {
        logout::begin(&self.member(session).await.unwrap(), None).await.unwrap()
    }

    /// The code under which the log explains a refusal. The person learns nothing of it.
    async fn logout_code(&self, outcome: Result<Received, Error>) -> Option<u16> {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{error}");
        assert_eq!(error.message(), "Your identity provider could not sign you out here.");
        let explained = self.explained(error.tracking_id().unwrap()).await.explanation();
        assert!(explained.message.as_ref().unwrap().contains("Single logout."), "{explained:?}");
        assert!(!explained.trace.is_empty());
        explained.code
    }
}

/// A request of ours on its way, and the cookie of its browser.
fn leaving(begun: Begun) -> (String, Go) {
    let Begun::Leaving { browser, go } = begun else { panic!("{begun:?}") };
    (browser, go)
}

/// A message of ours, as the identity provider receives it.
fn message_of(go: &Go) -> Message {
    match go {
        Go::Redirect(url) => Message::from_query(url.split_once('?').unwrap().1).unwrap(),
        Go::Post { field, value, relay_state, .. } => {
            let direction = if *field == "SAMLRequest" { Direction::Request } else { Direction::Response };
            Message::from_form(direction, value, relay_state.clone()).unwrap()
        }
    }
}

/// Our certificate, as the identity provider knows it from our metadata.
async fn our_certificates(account: &Account) -> Vec<Certificate> {
    let metadata = sso::sp_metadata(&account.visitor().await, None).await.unwrap();
    let now = crate::world::START.parse().unwrap();
    let provider = vestibule_saml::metadata::sp::read(metadata.as_bytes(), None, now).unwrap();
    let urls: Vec<&str> = provider.slo.iter().map(|endpoint| endpoint.url.as_str()).collect();
    assert_eq!(urls, [account.logout_url(), account.logout_url()]);
    provider.signing_certificates
}

/// What the identity provider holds our messages to.
fn theirs<'a>(world: &World, urls: &'a [String], certificates: &'a [Certificate]) -> Expected<'a> {
    Expected {
        now: world.time.now(),
        skew_seconds: 0,
        urls,
        issuer: "https://acme.vestibule.example",
        certificates,
        allowed: Allowed::default(),
    }
}

async fn verified_request(world: &World, account: &Account, go: &Go, url: &str) -> LogoutRequest {
    let certificates = our_certificates(account).await;
    let urls = [url.to_owned()];
    let verification = verify_request(&message_of(go), &theirs(world, &urls, &certificates));
    verification.outcome.unwrap().request().clone()
}

async fn verified_response(world: &World, account: &Account, go: &Go, url: &str) -> LogoutResponse {
    let certificates = our_certificates(account).await;
    let urls = [url.to_owned()];
    let verification = verify_response(&message_of(go), &theirs(world, &urls, &certificates));
    verification.outcome.unwrap().response().clone()
}

/// The identity provider's answer to a request of ours.
fn answer(world: &World, account: &Account, request: &LogoutRequest, status: Status) -> LogoutResponse {
    LogoutResponse {
        id: "_answer".to_owned(),
        issue_instant: world.time.now(),
        issuer: ISSUER.to_owned(),
        destination: Some(account.logout_url()),
        in_response_to: Some(request.id.clone()),
        status,
    }
}

fn packed(
    account: &Account,
    response: &LogoutResponse,
    binding: Binding,
    signer: Option<&Signer>,
) -> Brought {
    brought(response.parcel(binding, account.logout_url()).pack(signer).unwrap())
}

async fn signing_out_ends_the_session_at_once_and_asks_the_identity_provider(world: &World) {
    let acme = acme(world).await;
    let [here, there] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    let index = acme.member(&here.session).await.unwrap().session().session_index.clone().unwrap();
    let (_, go) = leaving(acme.begin_logout(&here.session).await);
    assert!(!acme.is_in(&here.session).await, "whatever the identity provider does");
    assert!(acme.is_in(&there.session).await);
    let Go::Redirect(url) = &go else { panic!("{go:?}") };
    assert!(url.starts_with("https://idp.example/slo?SAMLRequest="), "{url}");
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    assert_eq!(request.name_id.value, "anna@acme.example");
    assert_eq!(request.session_indexes, [index]);
    assert_eq!(request.not_on_or_after, Some(world.time.now() + minutes(5)));
}

async fn by_form_it_is_the_same(world: &World) {
    let acme = with(world, |wanted| wanted.set(["sso", "sign_out_binding"], "post")).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (browser, go) = leaving(acme.begin_logout(&session).await);
    let Go::Post { url, field, value, relay_state } = &go else { panic!("{go:?}") };
    assert_eq!((url.as_str(), *field, relay_state), (SIGN_OUT_URL, "SAMLRequest", &None));
    assert!(String::from_utf8(post_decode(value).unwrap()).unwrap().contains("<ds:Signature"));
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    let response = answer(world, &acme, &request, Status::success());
    let brought = packed(&acme, &response, Binding::Post, Some(acme.idp.signer()));
    assert_eq!(acme.bring(&brought, Some(&browser)).await.unwrap(), Received::Back(Told::Everywhere));
}

async fn our_request_names_the_person_as_the_identity_provider_did(world: &World) {
    let acme = acme(world).await;
    let mut browser = crate::browser::Browser::default();
    let request = browser.start(&acme).await;
    let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
    let asserted = NameId {
        value: "8f3a".to_owned(),
        format: Some(names::name_id_format::PERSISTENT.to_owned()),
        name_qualifier: Some(ISSUER.to_owned()),
        sp_name_qualifier: Some("https://acme.vestibule.example".to_owned()),
    };
    answer.assertion().name_id = Some(asserted.clone());
    answer.assertion().session_index = None;
    let session = SignedIn::of(browser.post(&acme, &answer.form_value()).await).session;
    let (_, go) = leaving(acme.begin_logout(&session).await);
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    assert_eq!((request.name_id, request.session_indexes), (asserted, Vec::new()));
}

async fn without_a_sign_out_address_or_with_a_password_nobody_is_asked(world: &World) {
    let acme = acme(world).await;
    let owner = acme.owner().await;
    let visitor = acme.visitor().await;
    let email = owner.user().email.as_str();
    let by_password = sign_in::with_password(&visitor, email, crate::account::PASSWORD).await.unwrap();
    let member = acme.member(&by_password).await.unwrap();
    assert!(matches!(logout::begin(&member, None).await.unwrap(), Begun::Here));
    assert!(!acme.is_in(&by_password).await);
    acme.apply(acme.usual()).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    assert!(matches!(acme.begin_logout(&session).await, Begun::Here));
    assert!(!acme.is_in(&session).await);
    assert_eq!(world.count("logouts"), 0);
}

async fn an_account_that_does_not_sign_logout_sends_it_unsigned(world: &World) {
    let acme = with(world, |wanted| wanted.set(["sso", "sign_logout"], false)).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (_, go) = leaving(acme.begin_logout(&session).await);
    let Go::Redirect(url) = &go else { panic!("{go:?}") };
    assert!(!url.contains("Signature"), "{url}");
    assert_eq!(message_of(&go).claimed().name_id.as_deref(), Some("anna@acme.example"));
}

async fn the_answer_to_our_request_is_taken_once_in_its_own_browser(world: &World) {
    let acme = acme(world).await;
    let partial = Status { sub_code: Some(names::status::PARTIAL_LOGOUT.to_owned()), ..Status::success() };
    for (status, told) in [(Status::success(), Told::Everywhere), (partial, Told::Partly)] {
        let session = acme.sign_in(&Person::anna()).await.session;
        let (browser, go) = leaving(acme.begin_logout(&session).await);
        let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
        let response = answer(world, &acme, &request, status);
        let brought = packed(&acme, &response, Binding::Redirect, Some(acme.idp.signer()));
        for other in [None, Some("another browser")] {
            assert_eq!(acme.bring(&brought, other).await.unwrap(), Received::Nothing);
        }
        assert_eq!(acme.bring(&brought, Some(&browser)).await.unwrap(), Received::Back(told));
        assert_eq!(acme.bring(&brought, Some(&browser)).await.unwrap(), Received::Nothing, "once");
    }
    assert!(acme.log().await.iter().all(|row| row.outcome == OutcomeWord::Accepted));
}

async fn p15_an_answer_that_is_not_signed_proves_nothing(world: &World) {
    let acme = acme(world).await;
    let bert = acme.sign_in(&Person::of("bert@acme.example")).await.session;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (browser, go) = leaving(acme.begin_logout(&session).await);
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    for binding in [Binding::Redirect, Binding::Post] {
        let response = answer(world, &acme, &request, Status::success());
        let brought = packed(&acme, &response, binding, None);
        let wanted =
            if binding == Binding::Redirect { Received::Back(Told::Unproven) } else { Received::Nothing };
        assert_eq!(acme.bring(&brought, Some(&browser)).await.unwrap(), wanted);
    }
    assert!(acme.is_in(&bert).await);
}

async fn an_answer_that_reports_a_failure_is_logged_with_its_words(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (browser, go) = leaving(acme.begin_logout(&session).await);
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    let status = Status {
        code: names::status::RESPONDER.to_owned(),
        sub_code: None,
        message: Some("No session here.".to_owned()),
    };
    let response = answer(world, &acme, &request, status);
    let brought = packed(&acme, &response, Binding::Post, Some(acme.idp.signer()));
    let received = acme.bring(&brought, Some(&browser)).await.unwrap();
    let Received::Back(Told::Failed(tracking_id)) = received else { panic!("{received:?}") };
    let explained = acme.explained(tracking_id).await.explanation();
    assert_eq!(explained.code, Some(1012));
    assert!(explained.message.unwrap().contains("No session here."));
}

async fn an_answer_that_is_not_believed_is_refused_where_nobody_waits_for_it(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (browser, go) = leaving(acme.begin_logout(&session).await);
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    let foreign = acme.idp.with_next_key();
    let response = answer(world, &acme, &request, Status::success());
    let brought = packed(&acme, &response, Binding::Post, Some(foreign.signer()));
    assert_eq!(acme.logout_code(acme.bring(&brought, None).await).await, Some(1004));
    let received = acme.bring(&brought, Some(&browser)).await.unwrap();
    assert!(matches!(received, Received::Back(Told::Failed(_))), "{received:?}");
}

async fn the_identity_provider_ends_its_sessions_and_gets_an_answer(world: &World) {
    let acme = acme(world).await;
    let [one, two] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    let bert = acme.sign_in(&Person::of("bert@acme.example")).await;
    let asked = acme.asked(world, "anna@acme.example");
    let Ok(Received::Answer(go)) = acme.bring(&asked, None).await else { panic!() };
    for session in [&one.session, &two.session] {
        assert!(!acme.is_in(session).await);
        assert!(!acme.at(&world.node(7).await).is_in(session).await, "on every node");
    }
    assert!(acme.is_in(&bert.session).await);
    let response = verified_response(world, &acme, &go, SIGN_OUT_URL).await;
    assert_eq!(response.in_response_to.as_deref(), Some("_logout-anna.acme.example"));
    assert_eq!(response.status, Status::success());
    assert_eq!(acme.log().await.len(), 3, "a logout that went well is no row of the response log");
}

async fn by_form_the_identity_provider_is_understood_and_answered_too(world: &World) {
    let acme = with(world, |wanted| {
        wanted.set(["sso", "sign_out_binding"], "post").set(["sso", "sign_out_response_url"], ANSWERS_URL)
    })
    .await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let request = acme.logout_request(world, "anna@acme.example");
    let asked = acme.sent(&request, Binding::Post, Some(acme.idp.signer()));
    let Ok(Received::Answer(go)) = acme.bring(&asked, None).await else { panic!() };
    assert!(!acme.is_in(&session).await);
    let Go::Post { url, field, .. } = &go else { panic!("{go:?}") };
    assert_eq!((url.as_str(), *field), (ANSWERS_URL, "SAMLResponse"));
    let response = verified_response(world, &acme, &go, ANSWERS_URL).await;
    assert_eq!(response.in_response_to, Some(request.id));
}

async fn p15_the_named_session_ends_and_another_ones_does_not(world: &World) {
    let acme = acme(world).await;
    let [one, two] = [acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::anna()).await];
    let bert = acme.sign_in(&Person::of("bert@acme.example")).await;
    let index = |session: String| {
        let acme = acme.clone();
        async move { acme.member(&session).await.unwrap().session().session_index.clone().unwrap() }
    };
    let [first, berts] = [index(one.session.clone()).await, index(bert.session.clone()).await];
    let ask = |id: &str, indexes: &[&String]| {
        let request = LogoutRequest {
            id: id.to_owned(),
            session_indexes: indexes.iter().map(|index| (*index).clone()).collect(),
            ..acme.logout_request(world, "anna@acme.example")
        };
        acme.sent(&request, Binding::Redirect, Some(acme.idp.signer()))
    };
    acme.bring(&ask("_1", &[&berts]), None).await.unwrap();
    for session in [&one.session, &two.session, &bert.session] {
        assert!(acme.is_in(session).await, "an index of one person names no session of another");
    }
    acme.bring(&ask("_2", &[&berts, &first]), None).await.unwrap();
    assert!(!acme.is_in(&one.session).await);
    assert!(acme.is_in(&two.session).await && acme.is_in(&bert.session).await);
}

async fn p15_a_request_that_is_not_signed_ends_nothing(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let before = world.dump();
    let request = acme.logout_request(world, "anna@acme.example");
    for binding in [Binding::Redirect, Binding::Post] {
        let outcome = acme.bring(&acme.sent(&request, binding, None), None).await;
        assert_eq!(acme.logout_code(outcome).await, Some(1002));
        let foreign = acme.idp.with_next_key();
        let outcome = acme.bring(&acme.sent(&request, binding, Some(foreign.signer())), None).await;
        assert_eq!(acme.logout_code(outcome).await, Some(1004));
    }
    assert_eq!(world.dump(), before);
    assert!(acme.is_in(&session).await);
    acme.bring(&acme.asked(world, "anna@acme.example"), None).await.unwrap();
    assert!(!acme.is_in(&session).await);
}

async fn p15_a_replayed_request_ends_nothing(world: &World) {
    let acme = acme(world).await;
    let asked = acme.asked(world, "anna@acme.example");
    acme.bring(&asked, None).await.unwrap();
    let session = acme.sign_in(&Person::anna()).await.session;
    assert_eq!(acme.logout_code(acme.bring(&asked, None).await).await, Some(1010));
    let there = acme.at(&world.node(3).await);
    assert_eq!(there.logout_code(there.bring(&asked, None).await).await, Some(1010), "on every node");
    world.time.pass(minutes(7));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(acme.logout_code(acme.bring(&asked, None).await).await, Some(1010), "within the tolerance");
    world.time.pass(hours(1));
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(acme.logout_code(acme.bring(&asked, None).await).await, Some(1008), "forgotten, and over");
    assert!(acme.is_in(&session).await);
}

async fn p15_every_certificate_of_the_connection_is_tried(world: &World) {
    let acme = acme(world).await;
    let next = acme.idp.with_next_key();
    let both = vec![acme.idp.certificate_pem(), next.certificate_pem()];
    acme.apply(acme.usual().set(["sso", "sign_out_url"], SIGN_OUT_URL).set(["sso", "certificates"], both))
        .await;
    for (id, signer) in [("_1", acme.idp.signer()), ("_2", next.signer())] {
        let session = acme.sign_in(&Person::anna()).await.session;
        let request = LogoutRequest { id: id.to_owned(), ..acme.logout_request(world, "anna@acme.example") };
        acme.bring(&acme.sent(&request, Binding::Redirect, Some(signer)), None).await.unwrap();
        assert!(!acme.is_in(&session).await);
    }
}

async fn p15_the_identity_provider_of_another_account_ends_nothing(world: &World) {
    let acme = acme(world).await;
    let beta = world.account("beta").await;
    let other = beta.idp.with_next_key();
    beta.apply(
        beta.usual()
            .set(["sso", "issuer"], "https://other.example/metadata")
            .set(["sso", "certificates"], vec![other.certificate_pem()])
            .set(["sso", "sign_out_url"], SIGN_OUT_URL),
    )
    .await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let request = LogoutRequest {
        issuer: "https://other.example/metadata".to_owned(),
        ..acme.logout_request(world, "anna@acme.example")
    };
    let asked = acme.sent(&request, Binding::Post, Some(other.signer()));
    assert_eq!(acme.logout_code(acme.bring(&asked, None).await).await, Some(1004));
    // Made for acme and brought to beta it is for another place, and of nobody whom beta knows.
    assert_eq!(beta.logout_code(beta.bring(&asked, None).await).await, Some(1006));
    let honest = LogoutRequest { destination: Some(beta.logout_url()), ..request };
    beta.bring(&beta.sent(&honest, Binding::Post, Some(other.signer())), None).await.unwrap();
    assert!(acme.is_in(&session).await, "a NameID names sessions of its own account and connection");
}

async fn p10_an_account_without_a_published_connection_refuses(world: &World) {
    let acme = world.account("acme").await;
    acme.apply(acme.usual().set(["sso", "draft"], true)).await;
    let outcome = acme.bring(&acme.asked(world, "anna@acme.example"), None).await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::NotFound);
    let response = answer(world, &acme, &acme.logout_request(world, "x"), Status::success());
    let brought = packed(&acme, &response, Binding::Redirect, Some(acme.idp.signer()));
    assert_eq!(acme.bring(&brought, None).await.unwrap_err().kind(), Kind::NotFound);
    acme.apply(acme.usual()).await;
    acme.bring(&acme.asked(world, "anna@acme.example"), None).await.unwrap();
}

async fn p10_a_connection_that_is_switched_off_refuses(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    acme.apply(acme.usual().set(["sso", "enabled"], false)).await;
    let outcome = acme.bring(&acme.asked(world, "anna@acme.example"), None).await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::NotFound);
    assert!(acme.is_in(&session).await);
    assert!(matches!(acme.begin_logout(&session).await, Begun::Here), "nobody is asked by it either");
}

async fn x11_a_captured_response_ends_nothing(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let captured = acme.idp.unsolicited(&acme, &Person::anna());
    let xml = captured.response.write_signed(captured.signed, &captured.signer).unwrap();
    let from = xml.find("<saml:Assertion").unwrap();
    let until = xml.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    let forged = acme
        .logout_request(world, "anna@acme.example")
        .write()
        .replace("<saml:NameID", &format!("{}<saml:NameID", &xml[from..until]));
    for (xml, code) in [(forged, 1002), (xml, 1001)] {
        let value = post_value(&xml);
        let brought = Brought::Form { field: "SAMLRequest", value, relay_state: None };
        assert_eq!(acme.logout_code(acme.bring(&brought, None).await).await, Some(code));
    }
    assert!(acme.is_in(&session).await);
}

async fn p14_relay_state_goes_back_within_bounds(world: &World) {
    let acme = acme(world).await;
    let hostile = "\"><script>alert(1)</script>&SAMLResponse=x#";
    for (number, relay_state, back) in [
        (1, hostile.to_owned(), Some(hostile.to_owned())),
        (2, "a".repeat(512), Some("a".repeat(512))),
        (3, "a".repeat(513), None),
    ] {
        let request =
            LogoutRequest { id: format!("_{number}"), ..acme.logout_request(world, "anna@acme.example") };
        let parcel = request.parcel(Binding::Redirect, acme.logout_url()).with_relay_state(Some(relay_state));
        let asked = brought(parcel.pack(Some(acme.idp.signer())).unwrap());
        let Ok(Received::Answer(go)) = acme.bring(&asked, None).await else { panic!() };
        let Go::Redirect(url) = &go else { panic!("{go:?}") };
        assert!(url.starts_with("https://idp.example/slo?SAMLResponse=") && !url.contains(['<', '"', '#']));
        assert_eq!(message_of(&go).relay_state(), back.as_deref());
    }
}

async fn the_answer_goes_to_the_configured_address_whatever_the_message_says(world: &World) {
    let acme = acme(world).await;
    let request = acme.logout_request(world, "anna@acme.example");
    let xml = request.write().replace(
        "</saml:Issuer>",
        "</saml:Issuer><samlp:Extensions><aslo:Asynchronous xmlns:aslo=\"urn:x\" \
         ResponseLocation=\"https://evil.example\"/></samlp:Extensions>",
    );
    let signer = acme.idp.signer();
    let url = redirect_url(
        &acme.logout_url(),
        Direction::Request,
        &xml,
        Some("https://evil.example"),
        Some((&signer.key, signer.algorithm)),
    );
    let asked = Brought::Query(url.unwrap().split_once('?').unwrap().1.to_owned());
    let Ok(Received::Answer(Go::Redirect(url))) = acme.bring(&asked, None).await else { panic!() };
    assert!(url.starts_with("https://idp.example/slo?"), "{url}");
    acme.apply(acme.usual()).await;
    let request = LogoutRequest { id: "_2".to_owned(), ..request };
    let asked = acme.sent(&request, Binding::Redirect, Some(signer));
    assert_eq!(acme.bring(&asked, None).await.unwrap(), Received::Ended, "no address to answer to");
}

async fn a_request_of_an_unknown_person_is_answered_all_the_same(world: &World) {
    let acme = acme(world).await;
    let Ok(Received::Answer(go)) = acme.bring(&acme.asked(world, "nobody"), None).await else { panic!() };
    let response = verified_response(world, &acme, &go, SIGN_OUT_URL).await;
    assert_eq!(response.status, Status::success(), "who is signed in here is nobody's business");
}

async fn a_refused_request_is_found_by_its_tracking_id(world: &World) {
    let acme = acme(world).await;
    world.time.pass(minutes(1));
    let request = LogoutRequest {
        not_on_or_after: Some(world.time.now() - minutes(10)),
        ..acme.logout_request(world, "anna@acme.example")
    };
    let asked = acme.sent(&request, Binding::Post, Some(acme.idp.signer()));
    let error = acme.bring(&asked, None).await.unwrap_err();
    let explained = acme.explained(error.tracking_id().unwrap()).await;
    assert_eq!(explained.entry.outcome, OutcomeWord::Refused);
    assert_eq!(explained.entry.user.as_deref(), Some("anna@acme.example"));
    assert!(explained.detail.xml.as_ref().unwrap().starts_with("<samlp:LogoutRequest"));
    assert!(explained.detail.compared.iter().all(|compared| compared.agrees));
    let checks: Vec<_> = explained.detail.trace.iter().map(|step| (step.check.as_str(), step.ok)).collect();
    assert_eq!(
        checks,
        [
            ("xml", true),
            ("message", true),
            ("signature", true),
            ("content", true),
            ("issuer", true),
            ("destination", true),
            ("issue instant", true),
            ("not on or after", false),
        ]
    );
    let explanation = explained.explanation();
    assert_eq!(explanation.code, Some(1008));
    assert!(explanation.message.unwrap().contains("10 minutes ago by our clock"));
    let garbage = Brought::Form { field: "SAMLRequest", value: "%%%".to_owned(), relay_state: None };
    assert_eq!(acme.logout_code(acme.bring(&garbage, None).await).await, Some(1001));
    let nothing = Brought::Query(String::new());
    assert_eq!(acme.logout_code(acme.bring(&nothing, None).await).await, Some(1001));
}

async fn an_account_that_saves_no_responses_keeps_no_logout_message(world: &World) {
    let acme = with(world, |wanted| wanted.set(["sso", "save_response_logs"], false)).await;
    let request = acme.logout_request(world, "anna@acme.example");
    let error = acme.bring(&acme.sent(&request, Binding::Post, None), None).await.unwrap_err();
    let detail = acme.explained(error.tracking_id().unwrap()).await.detail;
    assert_eq!((detail.xml, detail.name_id), (None, None));
    assert!(!detail.trace.is_empty());
}

async fn a_name_that_is_too_long_to_be_found_by_still_signs_in(world: &World) {
    let acme = acme(world).await;
    for (length, found) in [(1_024, true), (1_025, false), (9_000, false)] {
        let name_id = Some("n".repeat(length));
        let session = acme.sign_in(&Person { name_id, ..Person::anna() }).await.session;
        let kept = acme.member(&session).await.unwrap().session().name_id.is_some();
        assert_eq!(kept, found, "{length}");
        let begun = acme.begin_logout(&session).await;
        assert_eq!(matches!(begun, Begun::Leaving { .. }), found, "{length}");
        assert!(!acme.is_in(&session).await);
    }
}

async fn an_answer_that_comes_too_late_answers_nothing_and_its_request_is_forgotten(world: &World) {
    let acme = acme(world).await;
    let session = acme.sign_in(&Person::anna()).await.session;
    let (browser, go) = leaving(acme.begin_logout(&session).await);
    let request = verified_request(world, &acme, &go, SIGN_OUT_URL).await;
    world.time.pass(sign_in::REQUEST_LIFETIME);
    let response = answer(world, &acme, &request, Status::success());
    let brought = packed(&acme, &response, Binding::Redirect, Some(acme.idp.signer()));
    assert_eq!(acme.bring(&brought, Some(&browser)).await.unwrap(), Received::Nothing);
    assert_eq!(world.count("logouts"), 1);
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("logouts"), 0);
}
