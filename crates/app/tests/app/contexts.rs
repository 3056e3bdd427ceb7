//! Ways of signing in that a connection asks for, and what becomes of a response that came about in another way.

use crate::account::Account;
use crate::browser::{Browser, SignedIn, requested};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::Error;
use vestibule_app::sign_in::Finished;
use vestibule_app::sso::test::{self, Which};

cases! {
    a_response_of_a_way_that_was_not_asked_for_is_refused,
    a_test_is_judged_by_what_its_version_asks_for,
    an_unsolicited_response_is_held_to_it_too,
}

const ASKED: [&str; 2] = ["urn:oasis:names:tc:SAML:2.0:ac:classes:X509", "https://refeds.org/profile/mfa"];
const OTHERS: [&str; 4] = [
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:x509",
    "https://refeds.org/profile/mfa/",
    "https://refeds.org/profile/mfa https://refeds.org/profile/sfa",
];

async fn asking(world: &World) -> Account {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "authn_contexts"], ASKED.to_vec())).await;
    acme
}

async fn came_by(acme: &Account, context: &str) -> Result<Finished, Error> {
    let mut browser = Browser::default();
    let request = browser.start(acme).await;
    let mut answer = acme.idp.answer(acme, &request, &Person::anna());
    context.clone_into(&mut answer.assertion().authn_context);
    browser.post(acme, &answer.form_value()).await
}

async fn a_response_of_a_way_that_was_not_asked_for_is_refused(world: &World) {
    let acme = asking(world).await;
    let before = world.dump();
    for context in OTHERS {
        let explanation = acme.explain_error(&came_by(&acme, context).await.unwrap_err()).await;
        assert_eq!(explanation.code, Some(1012), "{context}");
        let step = explanation.trace.iter().find(|step| !step.ok).unwrap();
        assert_eq!((step.check.as_str(), step.found.as_str()), ("authn_context", context));
        assert!(ASKED.iter().all(|asked| step.expected.contains(asked)), "{step:?}");
        let message = explanation.message.unwrap();
        assert!(
            message.starts_with("The identity provider signed the person in another way than asked. "),
            "{message}"
        );
        assert!(explanation.cure.unwrap().contains("authn_contexts"));
    }
    assert_eq!(world.dump(), before);
    for context in ASKED {
        let signed_in = SignedIn::of(came_by(&acme, context).await);
        let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
        assert!(trace.iter().any(|step| step.check == "authn_context" && step.ok && step.found == context));
    }
    // Who asks for nothing takes any.
    acme.apply(acme.usual()).await;
    SignedIn::of(came_by(&acme, OTHERS[0]).await);
}

async fn a_test_is_judged_by_what_its_version_asks_for(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "authn_contexts"], ASKED.to_vec()).set(["sso", "draft"], true)).await;
    let owner = acme.owner().await;
    let id = acme.overview(&owner).await.id;
    for (which, context, code) in [
        (Which::Draft, OTHERS[0], Some(1012)),
        (Which::Draft, ASKED[0], None),
        (Which::Published, OTHERS[0], None),
    ] {
        let started = test::start(&owner, id, which, None).await.unwrap();
        let browser = Browser { binding: Some(started.browser), ..Browser::default() };
        let mut answer = acme.idp.answer(&acme, &requested(&started.go), &Person::anna());
        context.clone_into(&mut answer.assertion().authn_context);
        let Ok(Finished::Tested { tracking_id }) = browser.post(&acme, &answer.form_value()).await else {
            panic!("{context}")
        };
        let report = test::report(&owner, tracking_id).await.unwrap().explanation();
        assert_eq!(report.code, code, "{which:?} {context}");
    }
    assert!(acme.overview(&owner).await.draft.unwrap().tested.is_some());
}

async fn an_unsolicited_response_is_held_to_it_too(world: &World) {
    let acme = asking(world).await;
    let wanted = acme.usual().set(["sso", "authn_contexts"], ASKED.to_vec());
    acme.apply(wanted.set(["sso", "unsolicited"], "accept")).await;
    for (context, accepted) in [(OTHERS[0], false), (ASKED[1], true)] {
        let mut answer = acme.idp.unsolicited(&acme, &Person::anna());
        context.clone_into(&mut answer.assertion().authn_context);
        let outcome = Browser::default().post(&acme, &answer.form_value()).await;
        assert_eq!(outcome.is_ok(), accepted, "{context}");
        if !accepted {
            assert_eq!(acme.code(outcome).await, Some(1012));
        }
    }
}
