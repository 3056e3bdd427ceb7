//! Who is let in: the provision modes, and everybody who is refused.

use crate::account::Account;
use crate::cases;
use crate::provider::{ISSUER, Person};
use crate::snapshot;
use crate::world::{START, World};
use vestibule_app::response_log::Explanation;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::user::{Logins, Profile, Role, Status, User};

cases! {
    prior_to_sign_in_lets_in_whoever_has_the_login_type,
    prior_to_sign_in_refuses_others_with_1020_and_unknown_people_with_1021,
    link_at_sign_in_adds_the_login_type_and_creates_nobody,
    at_sign_in_adds_the_login_type_to_a_known_user,
    t13_an_inactive_user_is_refused_and_stays_inactive,
    somebody_of_another_account_is_refused_and_nothing_is_learned_of_them,
    without_an_address_nobody_is_let_in,
    p16_a_failure_that_the_identity_provider_reports_is_shown_in_its_words,
    a_refusal_explains_itself,
}

const EMAIL: &str = "anna@acme.example";

/// A user whom a directory brought.
pub fn known(logins: Logins) -> User {
    let now = START.parse().unwrap();
    User {
        id: UserId::from_bytes([9; 16]),
        email: Email::parse(EMAIL).unwrap(),
        status: Status::Active,
        role: Role::Member,
        logins,
        license: Some(License::Basic),
        holdings: vestibule_model::user::Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn provision(account: &Account, mode: &str) {
    account.apply(account.usual().set(["sso", "provision"], mode)).await;
}

/// Refused, and nothing is left of it but the row of the log.
async fn refused(world: &World, account: &Account, person: &Person) -> Explanation {
    let before = world.dump();
    let explanation = account.refusal(person).await;
    assert_eq!(world.dump(), before, "a refused response changes nothing");
    assert_eq!((explanation.outcome, explanation.changes.len()), ("refused", 0));
    assert!(!explanation.trace.last().unwrap().ok, "the trace ends with the step that failed");
    assert!(explanation.message.is_some() && explanation.cure.is_some());
    explanation
}

async fn prior_to_sign_in_lets_in_whoever_has_the_login_type(world: &World) {
    let acme = world.acme().await;
    provision(&acme, "prior_to_sign_in").await;
    acme.add(known(Logins::SSO)).await;
    acme.sign_in(&Person::anna()).await;
}

async fn prior_to_sign_in_refuses_others_with_1020_and_unknown_people_with_1021(world: &World) {
    let acme = world.acme().await;
    provision(&acme, "prior_to_sign_in").await;
    assert_eq!(refused(world, &acme, &Person::anna()).await.code, Some(1021));
    acme.add(known(Logins::WORK_EMAIL)).await;
    let explanation = refused(world, &acme, &Person::anna()).await;
    assert_eq!(explanation.code, Some(1020));
    assert!(explanation.message.unwrap().contains("please manually import the SSO user"));
    // The cure.
    acme.change(EMAIL, |user| user.logins.sso = true).await;
    acme.sign_in(&Person::anna()).await;
}

async fn link_at_sign_in_adds_the_login_type_and_creates_nobody(world: &World) {
    let acme = world.acme().await;
    provision(&acme, "link_at_sign_in").await;
    assert_eq!(refused(world, &acme, &Person::anna()).await.code, Some(1021));
    acme.add(known(Logins::WORK_EMAIL)).await;
    let signed_in = acme.sign_in(&Person::anna()).await;
    assert_eq!(acme.user(EMAIL).await.logins, Logins { work_email: true, sso: true });
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "login_types").unwrap();
    assert_eq!(change.before.as_deref(), Some("work_email"));
    assert_eq!(change.after.as_deref(), Some("work_email, sso"));
    assert!(change.rule.contains("link_at_sign_in"));
}

async fn at_sign_in_adds_the_login_type_to_a_known_user(world: &World) {
    let acme = world.acme().await;
    acme.add(known(Logins::WORK_EMAIL)).await;
    acme.sign_in(&Person::anna()).await;
    let user = acme.user(EMAIL).await;
    assert_eq!((user.id, user.logins), (UserId::from_bytes([9; 16]), Logins { work_email: true, sso: true }));
    assert_eq!(user.license, Some(License::Basic), "who came before takes no default license");
    assert_eq!(acme.seats(License::Basic).await.used, 1);
}

async fn t13_an_inactive_user_is_refused_and_stays_inactive(world: &World) {
    let acme = world.acme().await;
    acme.add(User { status: Status::Inactive, ..known(Logins::SSO) }).await;
    for mode in ["at_sign_in", "link_at_sign_in", "prior_to_sign_in"] {
        provision(&acme, mode).await;
        assert_eq!(refused(world, &acme, &Person::anna()).await.code, Some(1013), "{mode}");
    }
}

async fn somebody_of_another_account_is_refused_and_nothing_is_learned_of_them(world: &World) {
    let acme = world.acme().await;
    let beta = world.configured_account("beta").await;
    beta.add(User { role: Role::Admin, ..known(Logins::SSO) }).await;
    for mode in ["at_sign_in", "link_at_sign_in", "prior_to_sign_in"] {
        provision(&acme, mode).await;
        let explanation = refused(world, &acme, &Person::anna()).await;
        assert_eq!(explanation.code, Some(1014), "{mode}");
        let shown = serde_json::to_string(&explanation).unwrap();
        assert!(!shown.contains("beta") && !shown.contains("admin\""), "{shown}");
    }
}

async fn without_an_address_nobody_is_let_in(world: &World) {
    let acme = world.acme().await;
    let mut nobody = Person::of("x").with("department", &["Research"]);
    nobody.name_id = None;
    for person in [Person::of("anna"), Person::of("anna@localhost"), Person::of("a@b@acme.example"), nobody] {
        let explanation = refused(world, &acme, &person).await;
        assert_eq!(explanation.code, Some(1016));
        assert_eq!(explanation.trace.last().unwrap().check, "mapping.email");
    }
}

async fn p16_a_failure_that_the_identity_provider_reports_is_shown_in_its_words(world: &World) {
    let acme = world.acme().await;
    let before = world.dump();
    for (signed, marked) in [(false, true), (true, false)] {
        let mut browser = crate::browser::Browser::default();
        let request = browser.start(&acme).await;
        let mut answer = acme.idp.answer(&acme, &request, &Person::anna());
        answer.response.assertion = None;
        answer.response.status = vestibule_saml::write::Status {
            code: vestibule_saml::names::status::RESPONDER.to_owned(),
            sub_code: Some(vestibule_saml::names::status::REQUEST_DENIED.to_owned()),
            message: Some("not assigned to this application".to_owned()),
        };
        let value = if signed {
            answer.form_value()
        } else {
            vestibule_saml::binding::post_value(answer.response.write())
        };
        let explanation = acme.explain_error(&browser.post(&acme, &value).await.unwrap_err()).await;
        assert_eq!(explanation.code, Some(1012));
        let message = explanation.message.unwrap();
        assert!(
            message.contains("RequestDenied") && message.contains("not assigned to this application"),
            "{message}"
        );
        assert_eq!(message.contains("unverified"), marked, "{message}");
    }
    assert_eq!(world.dump(), before);
}

async fn a_refusal_explains_itself(world: &World) {
    let acme = world.acme().await;
    provision(&acme, "prior_to_sign_in").await;
    let explanation = acme.refusal(&Person::anna()).await;
    assert!(explanation.trace.iter().any(|step| step.found.contains(ISSUER)));
    snapshot::check_json("refused_1021.json", &explanation);
}
