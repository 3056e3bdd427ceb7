//! Test sign-ins: a version of a connection is tried, and nothing changes for anybody.

use crate::account::Account;
use crate::browser::{Browser, SignedIn, requested};
use crate::cases;
use crate::provider::{Answer, Person};
use crate::wanted::Wanted;
use crate::world::{World, minutes};
use vestibule_app::sign_in::Finished;
use vestibule_app::sso::test::{self, Which};
use vestibule_app::{AdminCtx, Kind};
use vestibule_model::license::License;
use vestibule_model::response_log::{How, OutcomeWord, TrackingId};
use vestibule_model::user::Status;
use vestibule_saml::request::AuthnRequest;
use vestibule_saml::write::Signed;

cases! {
    a_test_runs_the_whole_flow_against_the_draft_and_changes_no_user,
    what_fails_in_a_test_is_told_with_its_code_and_leaves_the_draft_untested,
    p20_an_ordinary_response_is_never_judged_by_a_draft,
    p20_a_response_to_a_test_never_becomes_a_session,
    p20_a_test_is_bound_to_the_browser_that_began_it_and_to_its_version,
    p20_p09_a_response_to_a_test_is_used_once,
    p20_the_report_of_a_test_is_for_administrators_of_its_account,
    p10_a_disabled_version_is_not_tested,
    a_rehearsal_takes_no_seat_and_says_when_none_is_left,
}

/// The draft of an identity provider that changed its key.
fn next_key(acme: &Account) -> Wanted {
    let next = acme.idp.with_next_key().certificate_pem();
    acme.usual().set(["sso", "certificates"], vec![next]).set(["sso", "draft"], true)
}

async fn begin(acme: &Account, owner: &AdminCtx, browser: &mut Browser, which: Which) -> AuthnRequest {
    let id = acme.overview(owner).await.id;
    let started = test::start(owner, id, which, browser.binding.as_deref()).await.unwrap();
    browser.binding = Some(started.browser.clone());
    requested(&started.go)
}

async fn tested(acme: &Account, browser: &Browser, answer: &Answer) -> TrackingId {
    match browser.post(acme, &answer.form_value()).await {
        Ok(Finished::Tested { tracking_id }) => tracking_id,
        other => panic!("this is no answer to a test: {other:?}"),
    }
}

async fn a_test_runs_the_whole_flow_against_the_draft_and_changes_no_user(world: &World) {
    let acme = world.acme().await;
    acme.apply(next_key(&acme)).await;
    let owner = acme.owner().await;
    let mut browser = Browser::default();
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let before = world.dump();
    let answer = acme.idp.with_next_key().answer(&acme, &request, &Person::anna());
    let tracking_id = tested(&acme, &browser, &answer).await;
    let after = world.dump();
    for (table, rows) in &before {
        assert_eq!(after[table] == *rows, table != "connection_versions", "{table}");
    }
    assert_eq!(world.count("sign_ins"), 0, "the request is used up");

    let report = test::report(&owner, tracking_id).await.unwrap();
    assert_eq!((report.entry.outcome, report.entry.code), (OutcomeWord::Tested, None));
    assert_eq!(report.entry.user.as_deref(), Some("anna@acme.example"));
    let told = report.detail.test.unwrap();
    let would = told.would.unwrap();
    assert_eq!((told.version, would.how, would.license), (2, How::Created, Some(License::Basic)));
    assert!(report.detail.trace.iter().all(|step| step.ok), "{:?}", report.detail.trace);
    assert!(report.detail.changes.iter().any(|change| change.field == "first_name"));
    assert!(!report.detail.attributes.is_empty() && report.detail.xml.is_some());
    let passed = acme.overview(&owner).await.draft.unwrap().tested.unwrap();
    assert_eq!((passed.at, passed.by, passed.tracking_id), (world.time.now(), owner.user().id, tracking_id));

    // An edit makes another version, which has passed no test; and people go on signing in by the published one.
    acme.apply(next_key(&acme).set(["sso", "clock_skew"], "60s")).await;
    assert_eq!(acme.overview(&owner).await.draft.unwrap().tested, None);
    acme.sign_in(&Person::anna()).await;
}

async fn what_fails_in_a_test_is_told_with_its_code_and_leaves_the_draft_untested(world: &World) {
    let acme = world.acme().await;
    acme.apply(next_key(&acme).set(["sso", "provision"], "link_at_sign_in")).await;
    let owner = acme.owner().await;
    let mut browser = Browser::default();
    // Signed with the key of the published version, which the draft does not know.
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let id = tested(&acme, &browser, &acme.idp.answer(&acme, &request, &Person::anna())).await;
    let report = test::report(&owner, id).await.unwrap();
    assert_eq!(report.entry.code.map(|code| code.number()), Some(1004));
    assert_eq!(report.detail.test.unwrap().would, None);
    // Verified, and refused by admission.
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let answer = acme.idp.with_next_key().answer(&acme, &request, &Person::anna());
    let id = tested(&acme, &browser, &answer).await;
    let explanation = test::report(&owner, id).await.unwrap().explanation();
    assert_eq!((explanation.outcome, explanation.code), ("tested", Some(1021)));
    assert!(explanation.cure.is_some());
    assert_eq!(acme.overview(&owner).await.draft.unwrap().tested, None);
    // Pending: a test sends no mail.
    acme.apply(next_key(&acme)).await;
    let stranger = Person::of("kim@elsewhere.example").with("mail", &["kim@elsewhere.example"]);
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let mails = world.count("outbox");
    let id = tested(&acme, &browser, &acme.idp.with_next_key().answer(&acme, &request, &stranger)).await;
    assert_eq!(test::report(&owner, id).await.unwrap().explanation().code, Some(1022));
    assert_eq!(world.count("outbox"), mails);
}

async fn p20_an_ordinary_response_is_never_judged_by_a_draft(world: &World) {
    let acme = world.acme().await;
    acme.apply(next_key(&acme)).await;
    let owner = acme.owner().await;
    let next = acme.idp.with_next_key();
    let mut browser = Browser::default();
    let test = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let ordinary = browser.start(&acme).await;
    // What only the draft would believe, as the answer to an ordinary request.
    let answer = next.answer(&acme, &ordinary, &Person::anna());
    assert_eq!(acme.code(browser.post(&acme, &answer.form_value()).await).await, Some(1004));
    // The unsigned part names the test; the signed one answers the ordinary request.
    let mut answer = next.answer(&acme, &ordinary, &Person::anna());
    answer.response.in_response_to = Some(test.id.clone());
    let id = tested(&acme, &browser, &answer).await;
    assert_eq!(test::report(&owner, id).await.unwrap().explanation().code, Some(1009));
    assert!(acme.find_user("anna@acme.example").await.is_none());
    assert_eq!(acme.overview(&owner).await.draft.unwrap().tested, None);
    // Neither was used up.
    SignedIn::of(browser.post(&acme, &acme.idp.answer(&acme, &ordinary, &Person::anna()).form_value()).await);
    let id = tested(&acme, &browser, &next.answer(&acme, &test, &Person::anna())).await;
    assert_eq!(test::report(&owner, id).await.unwrap().entry.code, None);
}

async fn p20_a_response_to_a_test_never_becomes_a_session(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let mut browser = Browser::default();
    let sessions = world.count("sessions");
    let test = begin(&acme, &owner, &mut browser, Which::Published).await;
    let ordinary = browser.start(&acme).await;
    // The unsigned part names an ordinary request, and hides that the signed one answers a test.
    let mut answer = acme.idp.answer(&acme, &test, &Person::anna());
    answer.response.in_response_to = Some(ordinary.id.clone());
    assert_eq!(acme.code(browser.post(&acme, &answer.form_value()).await).await, Some(1009));
    // Or it says nothing; or all of it is signed.
    answer.response.in_response_to = None;
    tested(&acme, &browser, &answer).await;
    let test = begin(&acme, &owner, &mut browser, Which::Published).await;
    let mut answer = acme.idp.answer(&acme, &test, &Person::anna());
    answer.signed = Signed::Both;
    tested(&acme, &browser, &answer).await;
    assert_eq!(world.count("sessions"), sessions);
    assert!(acme.find_user("anna@acme.example").await.is_none());
    acme.sign_in(&Person::anna()).await;
}

async fn p20_a_test_is_bound_to_the_browser_that_began_it_and_to_its_version(world: &World) {
    let acme = world.acme().await;
    acme.apply(next_key(&acme)).await;
    let owner = acme.owner().await;
    let next = acme.idp.with_next_key();
    let mut browser = Browser::default();
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let answer = next.answer(&acme, &request, &Person::anna());
    let mut other = Browser::default();
    other.start(&acme).await;
    for stranger in [other, Browser::default()] {
        assert_eq!(acme.code(stranger.post(&acme, &answer.form_value()).await).await, Some(1004));
    }
    // A newer draft does not change what the test judges by.
    acme.apply(acme.usual().set(["sso", "issuer"], "https://other.example").set(["sso", "draft"], true))
        .await;
    let id = tested(&acme, &browser, &answer).await;
    assert_eq!(test::report(&owner, id).await.unwrap().detail.test.unwrap().version, 2);
    assert_eq!(acme.overview(&owner).await.draft.unwrap().tested, None, "version 3 was not tested");
    // Too late.
    let request = begin(&acme, &owner, &mut browser, Which::Published).await;
    world.time.pass(minutes(16));
    let late = acme.idp.answer(&acme, &request, &Person::anna());
    assert_eq!(acme.code(browser.post(&acme, &late.form_value()).await).await, Some(1009));
}

async fn p20_p09_a_response_to_a_test_is_used_once(world: &World) {
    let acme = world.acme().await;
    let owner = acme.owner().await;
    let mut browser = Browser::default();
    let request = begin(&acme, &owner, &mut browser, Which::Published).await;
    let answer = acme.idp.answer(&acme, &request, &Person::anna());
    tested(&acme, &browser, &answer).await;
    assert_eq!(acme.code(browser.post(&acme, &answer.form_value()).await).await, Some(1010));
    // The same assertion as the answer to another test.
    let second = begin(&acme, &owner, &mut browser, Which::Published).await;
    let used = answer.response.assertion.as_ref().unwrap().id.clone();
    let again = acme.idp.answer(&acme, &second, &Person::anna()).with_id(&used);
    let id = tested(&acme, &browser, &again).await;
    assert_eq!(test::report(&owner, id).await.unwrap().explanation().code, Some(1010));
}

async fn p20_the_report_of_a_test_is_for_administrators_of_its_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let (owner, theirs) = (acme.owner().await, beta.owner().await);
    let mut browser = Browser::default();
    let request = begin(&acme, &owner, &mut browser, Which::Published).await;
    let id = tested(&acme, &browser, &acme.idp.answer(&acme, &request, &Person::anna())).await;
    assert!(test::report(&owner, id).await.is_ok());
    assert_eq!(test::report(&theirs, id).await.unwrap_err().kind(), Kind::NotFound);
    let connection = acme.overview(&owner).await.id;
    for which in [Which::Draft, Which::Published] {
        let refused = test::start(&theirs, connection, which, None).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NotFound, "{which:?}");
    }
    // A row that is no test has no report.
    let signed_in = acme.sign_in(&Person::anna()).await;
    assert_eq!(test::report(&owner, signed_in.tracking_id).await.unwrap_err().kind(), Kind::NotFound);
    // A member is no administrator, so there is no context to test with.
    let member = acme.member(&signed_in.session).await.unwrap();
    assert_eq!(member.admin().err().unwrap().kind(), Kind::Forbidden);
}

async fn p10_a_disabled_version_is_not_tested(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["sso", "enabled"], false)).await;
    let owner = acme.owner().await;
    let id = acme.overview(&owner).await.id;
    let refused = test::start(&owner, id, Which::Published, None).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid);
    // The draft that enables it again is.
    acme.apply(acme.usual().set(["sso", "draft"], true)).await;
    let mut browser = Browser::default();
    let request = begin(&acme, &owner, &mut browser, Which::Draft).await;
    let id = tested(&acme, &browser, &acme.idp.answer(&acme, &request, &Person::anna())).await;
    assert_eq!(test::report(&owner, id).await.unwrap().entry.code, None);
}

async fn a_rehearsal_takes_no_seat_and_says_when_none_is_left(world: &World) {
    let acme = world.acme().await;
    acme.apply(acme.usual().set(["licenses", "basic"], 2)).await;
    let owner = acme.owner().await;
    let mut browser = Browser::default();
    let used = acme.seats(License::Basic).await.used;
    for (person, code) in [("anna", None), ("bert", None)] {
        let person = Person::anna().with("mail", &[&format!("{person}@acme.example")]);
        let request = begin(&acme, &owner, &mut browser, Which::Published).await;
        let id = tested(&acme, &browser, &acme.idp.answer(&acme, &request, &person)).await;
        assert_eq!(test::report(&owner, id).await.unwrap().entry.code, code);
    }
    assert_eq!(acme.seats(License::Basic).await.used, used);
    let mut number = 0;
    while acme.seats(License::Basic).await.used < 2 {
        number += 1;
        let person = Person::anna().with("mail", &[&format!("user{number}@acme.example")]);
        acme.sign_in(&person).await;
    }
    let request = begin(&acme, &owner, &mut browser, Which::Published).await;
    let late = Person::anna().with("mail", &["late@acme.example"]);
    let id = tested(&acme, &browser, &acme.idp.answer(&acme, &request, &late)).await;
    assert_eq!(test::report(&owner, id).await.unwrap().explanation().code, Some(1031));
    let active = acme.users().await.iter().filter(|user| user.status == Status::Active).count();
    assert!(active >= 2);
}
