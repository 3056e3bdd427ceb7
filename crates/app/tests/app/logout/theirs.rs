//! The identity provider asks: its sessions end here, and it is answered.

use super::{
    ANSWERS_URL, Brought, SIGN_OUT_URL, acme, answer, brought, message_of, packed, verified_response, with,
};
use crate::cases;
use crate::encryption::{GCM, offered};
use crate::provider::Person;
use crate::world::{World, hours, minutes};
use vestibule_app::logout::{Begun, Go, Received};
use vestibule_app::{Kind, jobs};
use vestibule_model::response_log::OutcomeWord;
use vestibule_saml::binding::{Binding, Direction, post_value, redirect_url};
use vestibule_saml::logout::LogoutRequest;
use vestibule_saml::write::{Recipient, Sealed, Status};
use vestibule_saml::{Cipher, Encryption};

cases! {
    the_identity_provider_ends_its_sessions_and_gets_an_answer,
    by_form_the_identity_provider_is_understood_and_answered_too,
    p15_the_named_session_ends_and_another_ones_does_not,
    p15_a_request_that_is_not_signed_ends_nothing,
    p15_a_replayed_request_ends_nothing,
    e01_a_request_with_an_encrypted_name_ends_what_it_names_if_it_is_signed,
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

async fn e01_a_request_with_an_encrypted_name_ends_what_it_names_if_it_is_signed(world: &World) {
    let acme = acme(world).await;
    let (anna, berta) =
        (acme.sign_in(&Person::anna()).await, acme.sign_in(&Person::of("berta@acme.example")).await);
    let request = acme.logout_request(world, "anna@acme.example");
    let sealed = async |encryption| {
        let recipient = Recipient { certificate: offered(&acme).await, encryption };
        recipient.seal(&request.write(), Sealed::NameId).unwrap()
    };
    let by_form =
        |xml: String| Brought::Form { field: "SAMLRequest", value: post_value(xml), relay_state: None };
    let genuine = acme.idp.signer().sign(&sealed(GCM).await, &request.id).unwrap();
    let cbc = Encryption { cipher: Cipher::Aes128Cbc, ..GCM };
    let weak = acme.idp.signer().sign(&sealed(cbc).await, &request.id).unwrap();
    for (xml, code) in [(sealed(GCM).await, 1002), (weak, 1011)] {
        let outcome = acme.bring(&by_form(xml), None).await;
        assert_eq!(acme.logout_code(outcome).await, Some(code));
        assert!(acme.is_in(&anna.session).await);
    }
    let received = acme.bring(&by_form(genuine.clone()), None).await.unwrap();
    assert!(matches!(received, Received::Answer(_)), "{received:?}");
    assert!(!acme.is_in(&anna.session).await && acme.is_in(&berta.session).await);
    let again = acme.bring(&by_form(genuine), None).await;
    assert_eq!(acme.logout_code(again).await, Some(1010));
}
