//! Responses that nobody asked for (P17): the way of login CSRF.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::sign_in::Finished;
use vestibule_model::response_log::OutcomeWord;
use vestibule_saml::write::Signed;

cases! {
    p17_an_unsolicited_response_signs_nobody_in_and_a_sign_in_of_our_own_begins,
    p17_it_restarts_once_and_then_says_so,
    p17_an_account_may_refuse_them,
    p17_an_unsolicited_response_that_does_not_verify_is_refused_for_that,
    p17_a_request_that_only_the_unsigned_response_names_counts_for_nothing,
    p17_an_account_may_accept_them_and_each_signs_in_once,
    p14_what_comes_along_with_an_accepted_one_leads_to_this_host_alone,
    p17_accepting_them_loosens_nothing_else,
}

async fn brought(account: &Account, browser: &Browser) -> Result<Finished, vestibule_app::Error> {
    let answer = account.idp.unsolicited(account, &Person::anna());
    browser.post(account, &answer.form_value()).await
}

async fn p17_an_unsolicited_response_signs_nobody_in_and_a_sign_in_of_our_own_begins(world: &World) {
    let acme = world.acme().await;
    let before = world.dump();
    let mut browser = Browser::default();
    let Ok(Finished::Restart { tracking_id }) = brought(&acme, &browser).await else { panic!() };
    assert_eq!(world.dump(), before, "no session, no user");
    let log = acme.log().await;
    assert_eq!(
        (log[0].tracking_id, log[0].outcome, log[0].code),
        (tracking_id, OutcomeWord::Restarted, None)
    );
    let explanation = acme.explained(tracking_id).await.explanation();
    assert_eq!((explanation.outcome, explanation.code, explanation.cure), ("restarted", None, None));
    // What begins now is bound to this browser.
    browser.restarted_recently = true;
    let request = browser.start(&acme).await;
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    SignedIn::of(browser.post(&acme, &answer.form_value()).await);
}

async fn p17_it_restarts_once_and_then_says_so(world: &World) {
    let acme = world.acme().await;
    let browser = Browser { restarted_recently: true, ..Browser::default() };
    let before = world.dump();
    let explanation = acme.explain_error(&brought(&acme, &browser).await.unwrap_err()).await;
    assert_eq!(explanation.code, Some(1017));
    assert!(explanation.cure.unwrap().contains("start page"), "the cure is named");
    assert_eq!(world.dump(), before);
}

async fn p17_an_account_may_refuse_them(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "unsolicited"], "refuse")).await;
    let before = world.dump();
    for restarted_recently in [false, true] {
        let browser = Browser { restarted_recently, ..Browser::default() };
        assert_eq!(acme.code(brought(&acme, &browser).await).await, Some(1017));
    }
    assert_eq!(world.dump(), before);
    acme.sign_in(&Person::anna()).await;
}

async fn p17_an_unsolicited_response_that_does_not_verify_is_refused_for_that(world: &World) {
    let acme = world.acme().await;
    let mut answer = acme.idp.unsolicited(&acme, &Person::anna());
    answer.assertion().audiences = vec!["https://elsewhere.example".to_owned()];
    assert_eq!(acme.code(Browser::default().post(&acme, &answer.form_value()).await).await, Some(1007));
}

async fn p17_a_request_that_only_the_unsigned_response_names_counts_for_nothing(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let mut answer = acme.idp.unsolicited(&acme, &Person::anna());
    answer.response.in_response_to = Some(request.id.clone());
    let before = world.dump();
    let outcome = browser.post(&acme, &answer.form_value()).await;
    assert!(matches!(outcome, Ok(Finished::Restart { .. }) | Err(_)), "{outcome:?}");
    assert_eq!((world.dump(), world.count("sign_ins")), (before, 1));
    // Signed, the same statement counts.
    answer.signed = Signed::Response;
    SignedIn::of(browser.post(&acme, &answer.form_value()).await);
}

/// The account that takes responses that nobody asked for.
async fn accepting(world: &World) -> Account {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "unsolicited"], "accept")).await;
    acme
}

async fn p17_an_account_may_accept_them_and_each_signs_in_once(world: &World) {
    let acme = accepting(world).await;
    let value = acme.idp.unsolicited(&acme, &Person::anna()).form_value();
    let signed_in = SignedIn::of(Browser::default().post(&acme, &value).await);
    assert_eq!(acme.member(&signed_in.session).await.unwrap().user().email.as_str(), "anna@acme.example");
    let explanation = acme.explained(signed_in.tracking_id).await.explanation();
    assert_eq!((explanation.outcome, explanation.code), ("accepted", None));
    let before = world.dump();
    for node in [world.app.clone(), world.node(5).await] {
        let there = acme.at(&node);
        let begun = {
            let mut browser = Browser::default();
            browser.start(&there).await;
            browser
        };
        for browser in [Browser::default(), begun] {
            assert_eq!(there.code(browser.post(&there, &value).await).await, Some(1010));
        }
    }
    assert_eq!(world.dump(), before);
    // Another one of the same person is another sign-in.
    SignedIn::of(brought(&acme, &Browser::default()).await);
}

async fn p14_what_comes_along_with_an_accepted_one_leads_to_this_host_alone(world: &World) {
    let acme = accepting(world).await;
    for (relay_state, expected) in [
        (Some("/admin/log?code=1007"), "/admin/log?code=1007"),
        (None, "/profile"),
        (Some(""), "/profile"),
        (Some("https://evil.example/"), "/profile"),
        (Some("//evil.example/"), "/profile"),
        (Some("/\\evil.example/"), "/profile"),
        (Some("javascript:alert(1)"), "/profile"),
    ] {
        let browser = Browser { relay_state: relay_state.map(str::to_owned), ..Browser::default() };
        let signed_in = SignedIn::of(brought(&acme, &browser).await);
        assert_eq!(signed_in.return_to, expected, "{relay_state:?}");
    }
    // Where an answer goes is remembered with its request, whatever comes along.
    let mut browser = Browser { relay_state: Some("/elsewhere".to_owned()), ..Browser::default() };
    let request = browser.start_for(&acme, Some("/asked")).await;
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    assert_eq!(SignedIn::of(browser.post(&acme, &answer.form_value()).await).return_to, "/asked");
}

async fn p17_accepting_them_loosens_nothing_else(world: &World) {
    let acme = accepting(world).await;
    let mut asked = Browser::default();
    let request = asked.start(&acme).await;
    let before = world.dump();
    // It names a request, so the request must be of this browser.
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    let stranger = Browser::default();
    assert_eq!(acme.code(stranger.post(&acme, &answer.form_value()).await).await, Some(1009));
    let mut foreign = acme.idp.unsolicited(&acme, &Person::anna());
    foreign.assertion().audiences = vec!["https://elsewhere.example".to_owned()];
    assert_eq!(acme.code(stranger.post(&acme, &foreign.form_value()).await).await, Some(1007));
    let mut unknown = acme.idp.unsolicited(&acme, &Person::anna());
    unknown.signer = acme.idp.with_next_key().signer().clone();
    assert_eq!(acme.code(stranger.post(&acme, &unknown.form_value()).await).await, Some(1004));
    assert_eq!(world.dump(), before);
    SignedIn::of(brought(&acme, &stranger).await);
}
