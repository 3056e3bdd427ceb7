//! Signing out here: the session ends, and the identity provider is asked.

use super::{SIGN_OUT_URL, acme, answer, leaving, message_of, packed, verified_request, with};
use crate::browser::SignedIn;
use crate::cases;
use crate::provider::{ISSUER, Person};
use crate::world::{World, minutes};
use vestibule_app::logout::{self, Begun, Go, Received, Told};
use vestibule_app::{jobs, sign_in};
use vestibule_model::response_log::OutcomeWord;
use vestibule_saml::binding::{Binding, post_decode};
use vestibule_saml::write::Status;
use vestibule_saml::{NameId, names};

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
    an_answer_that_comes_too_late_answers_nothing_and_its_request_is_forgotten,
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
    let by_password =
        sign_in::with_password(&visitor, (email, crate::account::PASSWORD), sign_in::Knock::default())
            .await
            .unwrap()
            .inside()
            .unwrap()
            .session;
    let leaving = visitor.leaving(&by_password).await.unwrap();
    assert!(matches!(logout::begin(&leaving, None).await.unwrap(), Begun::Here));
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
