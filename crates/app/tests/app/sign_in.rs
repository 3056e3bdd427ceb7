//! The way back, when it ends well.

use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::snapshot;
use crate::world::World;
use vestibule_app::Kind;
use vestibule_model::license::License;
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::user::{Field, Logins, Role, Status};
use vestibule_saml::names::name_id_format;
use vestibule_saml::write::Signed;

cases! {
    the_first_sign_in_makes_the_user_and_begins_a_session,
    the_log_explains_an_accepted_response,
    a_second_sign_in_is_the_same_person,
    p12_a_response_may_be_signed_at_either_place_or_both,
    by_post_it_is_the_same,
    t05_an_address_is_one_user_however_it_is_written,
    both_spellings_of_our_entity_id_are_an_audience,
    any_certificate_of_the_connection_verifies,
    p14_the_person_returns_to_the_path_that_was_asked_for_and_nowhere_else,
    two_tabs_of_one_browser_both_end_well,
    the_owner_may_come_by_sso_and_stays_the_owner,
    a_session_token_is_nowhere_in_the_database,
}

async fn the_first_sign_in_makes_the_user_and_begins_a_session(world: &World) {
    let acme = world.acme().await;
    let signed_in = acme.sign_in(&Person::anna()).await;
    assert_eq!(signed_in.return_to, "/profile");
    let member = acme.member(&signed_in.session).await.unwrap();
    let user = member.user();
    assert_eq!(user.email.as_str(), "anna@acme.example");
    assert_eq!((user.status, &user.role, user.logins), (Status::Active, &Role::Member, Logins::SSO));
    assert_eq!(user.license, Some(License::Basic));
    let profile = [
        (Field::FirstName, Some("Anna")),
        (Field::LastName, Some("Berg")),
        (Field::Department, Some("Research")),
        (Field::JobTitle, None),
    ];
    for (field, value) in profile {
        assert_eq!(user.profile.value(&field), value, "{field:?}");
    }
    assert_eq!(acme.user("anna@acme.example").await, *user);
    assert_eq!(acme.seats(License::Basic).await.used, 2);
    let session = member.session();
    assert_eq!(session.name_id.as_deref(), Some("anna@acme.example"));
    assert!(session.session_index.as_ref().unwrap().starts_with("session"));
    assert!(session.connection.is_some() && session.expires_at.is_none());
    assert_eq!(member.admin().err().unwrap().kind(), Kind::Forbidden);
}

async fn the_log_explains_an_accepted_response(world: &World) {
    let acme = world.acme().await;
    let signed_in = acme.sign_in(&Person::anna()).await;
    let log = acme.log().await;
    assert_eq!(log.len(), 1);
    assert_eq!(
        (log[0].tracking_id, log[0].outcome, log[0].code),
        (signed_in.tracking_id, OutcomeWord::Accepted, None)
    );
    assert_eq!((log[0].user.as_deref(), log[0].time), (Some("anna@acme.example"), world.time.now()));
    let explained = acme.explained(signed_in.tracking_id).await;
    assert!(explained.detail.trace.iter().all(|step| step.ok));
    assert!(
        explained.detail.compared.iter().all(|compared| compared.agrees),
        "{:?}",
        explained.detail.compared
    );
    assert!(explained.detail.xml.as_ref().unwrap().starts_with("<samlp:Response"));
    assert_eq!(explained.detail.name_id.as_deref(), Some("anna@acme.example"));
    assert_eq!(explained.detail.attributes.len(), 4);
    snapshot::check_json("first_sign_in.json", &explained.explanation());
    let second = acme.sign_in(&Person::anna().with("department", &["Sales", "Support"])).await;
    snapshot::check_json("second_sign_in.json", &acme.explained(second.tracking_id).await.explanation());
}

async fn a_second_sign_in_is_the_same_person(world: &World) {
    let acme = world.acme().await;
    let first = acme.sign_in(&Person::anna()).await;
    let before = acme.user("anna@acme.example").await;
    let second = acme.sign_in(&Person::anna()).await;
    assert_eq!(acme.user("anna@acme.example").await, before, "nothing changed, so nothing was written");
    assert_ne!(first.session, second.session);
    assert_eq!((world.count("sessions"), acme.seats(License::Basic).await.used), (2, 2));
    for session in [&first.session, &second.session] {
        assert_eq!(acme.member(session).await.unwrap().user().id, before.id);
    }
    let changes = acme.explained(second.tracking_id).await.detail.changes;
    assert_eq!(changes, []);
}

async fn p12_a_response_may_be_signed_at_either_place_or_both(world: &World) {
    let acme = world.acme().await;
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        let mut browser = Browser::default();
        let request = browser.start(&acme).await;
        let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
        answer.signed = signed;
        SignedIn::of(browser.post(&acme, &answer.form_value()).await);
    }
}

async fn by_post_it_is_the_same(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "binding"], "post")).await;
    acme.sign_in(&Person::anna()).await;
}

async fn t05_an_address_is_one_user_however_it_is_written(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().domain("bücher.example")).await;
    acme.sign_in(&Person::of("Anna.Berg@ACME.example")).await;
    let user = acme.user("anna.berg@acme.example").await;
    assert_eq!(user.email.as_str(), "Anna.Berg@acme.example");
    for same in ["anna.berg@acme.example", "ANNA.BERG@Acme.Example", "anna.berg@acme.example."] {
        let signed_in = acme.sign_in(&Person::of(same)).await;
        assert_eq!(acme.member(&signed_in.session).await.unwrap().user().id, user.id, "{same}");
    }
    acme.sign_in(&Person::of("zoe@bücher.example")).await;
    acme.sign_in(&Person::of("zoe@xn--bcher-kva.example")).await;
    assert_eq!(acme.users().await.len(), 3);
    acme.sign_in(&Person::of("anna.berg+x@acme.example")).await;
    assert_eq!(acme.users().await.len(), 4, "a tag makes another address");
}

async fn both_spellings_of_our_entity_id_are_an_audience(world: &World) {
    let acme = world.acme().await;
    for form in ["https", "bare"] {
        acme.apply(acme.usual().set(["sso", "sp_entity_id"], form)).await;
        for audience in ["https://acme.vestibule.example", "acme.vestibule.example"] {
            let mut browser = Browser::default();
            let request = browser.start(&acme).await;
            let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
            answer.assertion().audiences = vec![audience.to_owned()];
            SignedIn::of(browser.post(&acme, &answer.form_value()).await);
        }
    }
}

async fn any_certificate_of_the_connection_verifies(world: &World) {
    let acme = world.acme().await;
    let next = acme.idp.with_next_key();
    let by_next = crate::account::Account { idp: next.clone(), ..acme.clone() };
    assert_eq!(by_next.refusal(&Person::anna()).await.code, Some(1004));
    let both = vec![acme.idp.certificate_pem(), next.certificate_pem()];
    acme.apply(acme.usual().set(["sso", "certificates"], both)).await;
    acme.sign_in(&Person::anna()).await;
    by_next.sign_in(&Person::anna()).await;
    acme.apply(acme.usual().set(["sso", "certificates"], vec![next.certificate_pem()])).await;
    assert_eq!(
        acme.refusal(&Person::anna()).await.code,
        Some(1004),
        "a certificate that was taken out is not trusted"
    );
}

async fn p14_the_person_returns_to_the_path_that_was_asked_for_and_nowhere_else(world: &World) {
    let acme = world.acme().await;
    let long = format!("/{}", "a".repeat(2_000));
    for (wanted, expected) in [
        ("/admin/log?code=1007&user=a%20b", "/admin/log?code=1007&user=a%20b"),
        ("/", "/"),
        ("https://evil.example/", "/profile"),
        ("//evil.example/", "/profile"),
        ("/\\evil.example/", "/profile"),
        ("\\\\evil.example/", "/profile"),
        ("/\t/evil.example/", "/profile"),
        ("javascript:alert(1)", "/profile"),
        ("/\"><script>alert(1)</script>\u{7f}", "/profile"),
        ("", "/profile"),
        (long.as_str(), "/profile"),
    ] {
        let mut browser = Browser::default();
        let request = browser.start_for(&acme, Some(wanted)).await;
        let answer = acme.idp.answer(&acme, &request, &Person::anna());
        let signed_in = SignedIn::of(browser.post(&acme, &answer.form_value()).await);
        assert_eq!(signed_in.return_to, expected, "{wanted:?}");
    }
}

async fn two_tabs_of_one_browser_both_end_well(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let first = browser.start_for(&acme, Some("/first")).await;
    let second = browser.start_for(&acme, Some("/second")).await;
    for (request, return_to) in [(second, "/second"), (first, "/first")] {
        let answer = acme.idp.answer(&acme, &request, &Person::anna());
        assert_eq!(SignedIn::of(browser.post(&acme, &answer.form_value()).await).return_to, return_to);
    }
}

async fn the_owner_may_come_by_sso_and_stays_the_owner(world: &World) {
    let acme = world.acme().await;
    acme.owner().await;
    let signed_in = acme.sign_in(&Person::of("owner@acme.example").with("department", &["Board"])).await;
    let member = acme.member(&signed_in.session).await.unwrap();
    assert_eq!(member.user().role, Role::Owner);
    assert_eq!(member.user().logins, Logins { work_email: true, sso: true });
    assert_eq!(member.user().profile.value(&Field::Department), Some("Board"));
    member.admin().unwrap();
    // The password works on.
    vestibule_app::sign_in::with_password(
        &acme.visitor().await,
        ("owner@acme.example", crate::account::PASSWORD),
        vestibule_app::sign_in::Knock::default(),
    )
    .await
    .unwrap();
}

async fn a_session_token_is_nowhere_in_the_database(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
    answer.assertion().name_id.as_mut().unwrap().format = Some(name_id_format::EMAIL.to_owned());
    let signed_in = SignedIn::of(browser.post(&acme, &answer.form_value()).await);
    let (_, secret) = signed_in.session.rsplit_once('.').unwrap();
    assert_eq!(secret.len(), 43);
    for rows in world.dump().values() {
        assert!(!rows.contains(secret));
    }
    let raw = world.raw_bytes();
    assert!(!raw.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
