//! A response answers one request of one browser, once (P08, P09), at the account it is for (P02, P07).

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::{Answer, Person};
use crate::world::{MILLISECOND, World, minutes};
use jiff::SignedDuration;
use vestibule_app::{jobs, sign_in};
use vestibule_model::id::ConnectionId;
use vestibule_saml::write::Signed;
use vestibule_store::{self as store, sign_ins::SignIn};

cases! {
    p08_another_browser_cannot_use_the_answer_and_the_right_one_still_can,
    p08_without_the_cookie_an_answer_is_worth_nothing,
    p08_a_request_waits_fifteen_minutes_to_the_moment,
    p08_an_answer_to_an_unknown_request_is_refused,
    p08_a_request_of_another_connection_is_not_answered,
    p08_a_request_is_answered_once,
    p02_p07_the_answer_to_one_account_is_worth_nothing_at_another,
    p07_a_message_of_another_identity_provider_is_refused,
    p09_a_response_is_used_once,
    p09_an_assertion_is_used_once_whatever_it_answers,
    p09_a_replay_is_refused_by_another_node,
    p09_what_is_forgotten_is_refused_for_its_age,
    a_response_that_admission_refused_is_burned,
    a_response_that_verification_refused_burns_nothing,
}

async fn prepared(account: &Account) -> (Browser, Answer) {
    let mut browser = Browser::default();
    let request = browser.start(account).await;
    let answer = account.idp.answer(account, &request, &Person::anna());
    (browser, answer)
}

async fn code(account: &Account, browser: &Browser, answer: &Answer) -> Option<u16> {
    account.code(browser.post(account, &answer.form_value()).await).await
}

async fn p08_another_browser_cannot_use_the_answer_and_the_right_one_still_can(world: &World) {
    let acme = world.acme().await;
    let (browser, answer) = prepared(&acme).await;
    let (attacker, _) = prepared(&acme).await;
    let before = world.dump();
    assert_eq!(code(&acme, &attacker, &answer).await, Some(1009));
    assert_eq!(world.dump(), before);
    SignedIn::of(browser.post(&acme, &answer.form_value()).await);
}

async fn p08_without_the_cookie_an_answer_is_worth_nothing(world: &World) {
    let acme = world.acme().await;
    let (_, answer) = prepared(&acme).await;
    let before = world.dump();
    for binding in [None, Some(String::new()), Some("made up".to_owned())] {
        let browser = Browser { binding, ..Browser::default() };
        let error = browser.post(&acme, &answer.form_value()).await.unwrap_err();
        let explanation = acme.explain_error(&error).await;
        assert_eq!(explanation.code, Some(1009));
        assert_eq!(explanation.trace.last().unwrap().check, "in_response_to");
    }
    assert_eq!(world.dump(), before);
}

async fn p08_a_request_waits_fifteen_minutes_to_the_moment(world: &World) {
    let acme = world.acme().await;
    assert_eq!(sign_in::REQUEST_LIFETIME, minutes(15));
    for (early, expected) in [(MILLISECOND, None), (SignedDuration::ZERO, Some(1009))] {
        let mut browser = Browser::default();
        let request = browser.start(&acme).await;
        world.time.pass(minutes(15) - early);
        let answer = acme.idp.answer(&acme, &request, &Person::anna());
        let outcome = browser.post(&acme, &answer.form_value()).await;
        match expected {
            None => drop(SignedIn::of(outcome)),
            expected => assert_eq!(acme.code(outcome).await, expected),
        }
    }
}

async fn p08_an_answer_to_an_unknown_request_is_refused(world: &World) {
    let acme = world.acme().await;
    let (browser, mut answer) = prepared(&acme).await;
    answer.response.in_response_to = Some("_never".to_owned());
    answer.assertion().in_response_to = Some("_never".to_owned());
    assert_eq!(code(&acme, &browser, &answer).await, Some(1009));
    // The two statements contradict each other, and the signed one counts.
    let (browser, mut answer) = prepared(&acme).await;
    answer.assertion().in_response_to = Some("_never".to_owned());
    assert_eq!(code(&acme, &browser, &answer).await, Some(1009));
}

async fn p08_a_request_of_another_connection_is_not_answered(world: &World) {
    let acme = world.acme().await;
    let (mut browser, _) = prepared(&acme).await;
    let mut request = browser.start(&acme).await;
    request.id = "_of_another".to_owned();
    let hash =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, browser.binding.as_ref().unwrap().as_bytes());
    let row = SignIn {
        request_id: request.id.clone(),
        connection: ConnectionId::from_bytes([3; 16]),
        browser_hash: hash.as_ref().try_into().unwrap(),
        return_to: "/".to_owned(),
        created_at: world.time.now(),
        expires_at: world.time.now() + minutes(15),
    };
    let sent = acme.store.account(acme.id).write(move |tx| {
        let row = row.clone();
        Box::pin(async move { store::sign_ins::insert(tx, &row).await })
    });
    sent.await.unwrap();
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    assert_eq!(code(&acme, &browser, &answer).await, Some(1009));
}

async fn p08_a_request_is_answered_once(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let [first, second] = [(); 2].map(|()| acme.idp.answer(&acme, &request, &Person::anna()));
    SignedIn::of(browser.post(&acme, &first.form_value()).await);
    let before = world.dump();
    assert_eq!(code(&acme, &browser, &second).await, Some(1009), "another assertion, but no request is open");
    assert_eq!(world.dump(), before);
}

async fn p02_p07_the_answer_to_one_account_is_worth_nothing_at_another(world: &World) {
    // One identity provider, configured alike by two accounts.
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (browser, answer) = prepared(&acme).await;
    let mut both = browser.clone();
    both.start(&beta).await;
    assert_eq!(code(&beta, &both, &answer).await, Some(1006));
    let (browser, mut answer) = prepared(&acme).await;
    let acs = "https://beta.vestibule.example/saml/SSO";
    answer.response.destination = Some(acs.to_owned());
    acs.clone_into(&mut answer.assertion().recipient);
    assert_eq!(code(&beta, &browser, &answer).await, Some(1007));
    answer.assertion().audiences = vec!["https://beta.vestibule.example".to_owned()];
    assert_eq!(code(&beta, &browser, &answer).await, Some(1009), "the request was acme's");
    assert_eq!(beta.users().await.len(), 1);
}

async fn p07_a_message_of_another_identity_provider_is_refused(world: &World) {
    let acme = world.acme().await;
    let before = world.dump();
    let other = Account { idp: acme.idp.with_next_key(), ..acme.clone() };
    let (browser, mut answer) = prepared(&other).await;
    assert_eq!(code(&acme, &browser, &answer).await, Some(1004), "its own key, our provider's name");
    answer.response.issuer = "https://other.example".to_owned();
    answer.assertion().issuer = "https://other.example".to_owned();
    assert_eq!(code(&acme, &browser, &answer).await, Some(1004), "its own key and name");
    let (browser, mut answer) = prepared(&acme).await;
    answer.response.issuer = "https://other.example".to_owned();
    assert_eq!(code(&acme, &browser, &answer).await, Some(1005), "our provider's key, another name");
    answer.assertion().issuer = "https://other.example".to_owned();
    answer.signed = Signed::Both;
    assert_eq!(code(&acme, &browser, &answer).await, Some(1005));
    assert_eq!(world.dump(), before);
}

async fn p09_a_response_is_used_once(world: &World) {
    let acme = world.acme().await;
    let (browser, mut answer) = prepared(&acme).await;
    answer.assertion().one_time_use = true;
    let value = answer.form_value();
    SignedIn::of(browser.post(&acme, &value).await);
    let before = world.dump();
    for browser in [browser, Browser::default(), prepared(&acme).await.0] {
        let explanation = acme.explain_error(&browser.post(&acme, &value).await.unwrap_err()).await;
        assert_eq!(explanation.code, Some(1010), "{:?}", explanation.trace.last());
        assert_eq!(explanation.trace.last().unwrap().check, "replay");
    }
    assert_eq!(world.dump(), before);
}

async fn p09_an_assertion_is_used_once_whatever_it_answers(world: &World) {
    let acme = world.acme().await;
    let (browser, answer) = prepared(&acme).await;
    SignedIn::of(browser.post(&acme, &answer.with_id("_once").form_value()).await);
    let (browser, answer) = prepared(&acme).await;
    let before = world.dump();
    let answer = answer.with_id("_once");
    assert_eq!(code(&acme, &browser, &answer).await, Some(1010));
    assert_eq!(world.dump(), before);
    // Another account's identity provider counts for itself.
    let beta = world.configured_account("beta").await;
    beta.apply(beta.usual().domain("berg.example")).await;
    let mut browser = Browser::default();
    let request = browser.start(&beta).await;
    let answer = beta.idp.answer(&beta, &request, &Person::of("anna@berg.example")).with_id("_once");
    SignedIn::of(browser.post(&beta, &answer.form_value()).await);
}

async fn p09_a_replay_is_refused_by_another_node(world: &World) {
    let acme = world.acme().await;
    let there = acme.at(&world.node(2).await);
    let (browser, answer) = prepared(&acme).await;
    SignedIn::of(browser.post(&there, &answer.form_value()).await);
    for account in [&acme, &there, &acme.at(&world.node(3).await)] {
        assert_eq!(code(account, &browser, &answer).await, Some(1010));
    }
}

async fn p09_what_is_forgotten_is_refused_for_its_age(world: &World) {
    let acme = world.acme().await;
    // The widest tolerance there is.
    acme.apply(acme.usual().set(["sso", "clock_skew"], "5m")).await;
    let (browser, answer) = prepared(&acme).await;
    SignedIn::of(browser.post(&acme, &answer.form_value()).await);
    world.time.pass(minutes(10) - MILLISECOND);
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("replays"), 1);
    assert_eq!(code(&acme, &browser, &answer).await, Some(1010));
    world.time.pass(MILLISECOND);
    jobs::forget(&world.app).await.unwrap();
    assert_eq!(world.count("replays"), 0);
    assert_eq!(code(&acme, &browser, &answer).await, Some(1008));
}

async fn a_response_that_admission_refused_is_burned(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "provision"], "prior_to_sign_in")).await;
    let (browser, answer) = prepared(&acme).await;
    assert_eq!(code(&acme, &browser, &answer).await, Some(1021));
    assert_eq!((world.count("sign_ins"), world.count("replays")), (0, 1));
    acme.apply(acme.usual()).await;
    assert_eq!(code(&acme, &browser, &answer).await, Some(1010), "the cure needs a sign-in of its own");
    acme.sign_in(&Person::anna()).await;
}

async fn a_response_that_verification_refused_burns_nothing(world: &World) {
    let acme = world.acme().await;
    let (browser, mut answer) = prepared(&acme).await;
    answer.assertion().audiences = vec!["https://elsewhere.example".to_owned()];
    assert_eq!(code(&acme, &browser, &answer).await, Some(1007));
    for broken in ["", "no Base64!", "PGE+", "PGEvPg=="] {
        assert_eq!(acme.code(browser.post(&acme, broken).await).await, Some(1001), "{broken}");
    }
    assert_eq!((world.count("sign_ins"), world.count("replays")), (1, 0));
    answer.assertion().audiences = vec!["https://acme.vestibule.example".to_owned()];
    SignedIn::of(browser.post(&acme, &answer.form_value()).await);
}

/// A real restart: everything that was in memory is gone. (For SQLite, whose file is all there is.)
#[test]
fn p08_p09_after_a_restart_an_open_request_is_answered_and_a_used_response_is_refused() {
    crate::world::run(async {
        let world = World::fresh().await;
        let acme = world.acme().await;
        let (browser, used) = prepared(&acme).await;
        SignedIn::of(browser.post(&acme, &used.form_value()).await);
        let (waiting, answer) = prepared(&acme).await;
        let (label, id) = (acme.label.clone(), acme.id);
        drop(acme);
        let world = world.restarted().await;
        let acme = world.found(label, id);
        assert_eq!(code(&acme, &browser, &used).await, Some(1010));
        SignedIn::of(waiting.post(&acme, &answer.form_value()).await);
        assert_eq!(code(&acme, &waiting, &answer).await, Some(1010));
    });
}
