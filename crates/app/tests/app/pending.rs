//! People whose domain is not the account's (T01): no session before the mailbox confirms.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::rules;
use crate::world::{World, hours};
use vestibule_app::sign_in::Finished;
use vestibule_app::users::{self, Action, PeopleCtx, Said, Whom};
use vestibule_app::{App, Kind, links, outbox};
use vestibule_model::license::License;
use vestibule_model::mapping::{CategoryName, Grant};
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::user::{Logins, Role, Status};

cases! {
    t01_an_address_outside_the_domains_waits_for_its_mailbox,
    t01_the_link_confirms_and_then_the_person_comes_in,
    t01_every_attempt_sends_a_link_of_its_own_and_one_use_is_enough,
    t01_a_look_at_the_link_changes_nothing,
    t01_the_link_works_once_for_a_while_and_here_alone,
    t01_a_link_confirms_nothing_for_an_inactive_user,
    t05_only_the_domain_itself_is_the_accounts,
    a_pending_person_takes_the_seat_when_the_mailbox_confirms,
    without_a_seat_the_link_says_so_and_works_when_there_is_one,
    a_domain_that_became_the_accounts_needs_no_mail,
    the_license_type_of_whoever_made_the_user_holds_whichever_mail_confirms,
    a_pending_person_is_granted_nothing_before_the_mailbox_confirms,
    where_the_default_is_none_the_rules_of_the_next_sign_in_decide_about_whoever_confirmed,
    the_mail_is_sent_again_by_hand_after_a_pause_and_every_link_works,
    several_who_send_the_mail_at_once_send_one,
    no_mail_is_sent_to_whoever_is_not_pending_or_of_another_account,
}

const BOB: &str = "bob@partner.example";

async fn attempt(account: &Account) -> vestibule_model::response_log::TrackingId {
    match account.attempt(&Person::of(BOB)).await {
        Ok(Finished::Pending { email, tracking_id }) => {
            assert_eq!(email.as_str(), BOB);
            tracking_id
        }
        other => panic!("{other:?}"),
    }
}

/// The secret in the newest mail to this person.
async fn mailed(account: &Account) -> String {
    let mails = outbox::list(&account.app.operator()).await.unwrap();
    let mail = mails.into_iter().find(|mail| mail.to == BOB).unwrap();
    let (_, link) = mail.body_text.split_once("/verify/").unwrap();
    link.lines().next().unwrap().to_owned()
}

async fn mails(account: &Account) -> usize {
    outbox::list(&account.app.operator()).await.unwrap().iter().filter(|mail| mail.to == BOB).count()
}

async fn t01_an_address_outside_the_domains_waits_for_its_mailbox(world: &World) {
    let acme = world.acme().await;
    let tracking_id = attempt(&acme).await;
    assert_eq!((world.count("sessions"), mails(&acme).await), (0, 1));
    let bob = acme.user(BOB).await;
    assert_eq!((bob.status, bob.license, bob.logins), (Status::Pending, None, Logins::SSO));
    assert_eq!(acme.seats(License::Basic).await.used, 1, "a pending user holds no seat");
    let log = acme.log().await;
    assert_eq!((log[0].outcome, log[0].code.map(|code| code.number())), (OutcomeWord::Refused, Some(1022)));
    assert_eq!(log[0].user.as_deref(), Some(BOB));
    let explanation = acme.explained(tracking_id).await.explanation();
    assert_eq!(explanation.code, Some(1022));
    let step = explanation.trace.iter().find(|step| step.check == "admission.domain").unwrap();
    assert!(!step.ok, "{step:?}");
    assert!(explanation.changes.iter().any(|change| change.after.as_deref() == Some("pending")));
}

async fn t01_the_link_confirms_and_then_the_person_comes_in(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    let token = mailed(&acme).await;
    let visitor = acme.visitor().await;
    let email = links::verify_email(&visitor, &token).await.unwrap();
    assert_eq!(email.as_str(), BOB);
    assert_eq!(world.count("sessions"), 0, "the link confirms, it signs nobody in");
    let bob = acme.user(BOB).await;
    assert_eq!((bob.status, bob.license), (Status::Active, Some(License::Basic)));
    let signed_in = acme.sign_in(&Person::of(BOB)).await;
    assert_eq!(acme.member(&signed_in.session).await.unwrap().user().id, bob.id);
}

async fn t01_every_attempt_sends_a_link_of_its_own_and_one_use_is_enough(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    let first = mailed(&acme).await;
    world.time.pass(hours(1));
    attempt(&acme).await;
    let second = mailed(&acme).await;
    assert_ne!(first, second);
    assert_eq!((mails(&acme).await, acme.users().await.len()), (2, 2));
    let visitor = acme.visitor().await;
    links::verify_email(&visitor, &first).await.unwrap();
    let before = acme.user(BOB).await;
    links::verify_email(&visitor, &second).await.unwrap();
    assert_eq!(acme.user(BOB).await, before, "it was confirmed already");
    assert_eq!(acme.seats(License::Basic).await.used, 2);
}

async fn t01_a_look_at_the_link_changes_nothing(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    let token = mailed(&acme).await;
    let before = world.dump();
    for _ in 0..3 {
        let view = links::inspect(&acme.visitor().await, &token).await.unwrap();
        assert_eq!((view.purpose, view.email.as_str()), (links::Purpose::VerifyEmail, BOB));
    }
    assert_eq!(world.dump(), before, "mail scanners follow links");
}

async fn t01_the_link_works_once_for_a_while_and_here_alone(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    attempt(&acme).await;
    let token = mailed(&acme).await;
    let refused = async |account: &Account| {
        links::verify_email(&account.visitor().await, &token).await.unwrap_err().kind()
    };
    assert_eq!(refused(&beta).await, Kind::NotFound);
    let password = links::set_password(&acme.visitor().await, &token, crate::account::PASSWORD).await;
    assert_eq!(password.err().unwrap().kind(), Kind::NotFound, "it sets no password");
    links::verify_email(&acme.visitor().await, &token).await.unwrap();
    assert_eq!(refused(&acme).await, Kind::NotFound);
    acme.change(BOB, |bob| bob.status = Status::Pending).await;
    attempt(&acme).await;
    let token = mailed(&acme).await;
    world.time.pass(hours(24 * 7));
    let late = links::verify_email(&acme.visitor().await, &token).await;
    assert_eq!(late.unwrap_err().kind(), Kind::NotFound);
}

async fn t01_a_link_confirms_nothing_for_an_inactive_user(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    acme.change(BOB, |bob| bob.status = Status::Inactive).await;
    let _ = links::verify_email(&acme.visitor().await, &mailed(&acme).await).await;
    assert_eq!(acme.user(BOB).await.status, Status::Inactive);
    assert_eq!(acme.refusal(&Person::of(BOB)).await.code, Some(1013));
}

async fn t05_only_the_domain_itself_is_the_accounts(world: &World) {
    let acme = world.acme().await;
    for outside in [
        "a@evilacme.example",
        "b@mail.acme.example",
        "c@acme.example.evil.example",
        "d@acme.examples",
        "e@xn--cme-7cd.example",
    ] {
        let outcome = acme.attempt(&Person::of(outside)).await;
        assert!(matches!(outcome, Ok(Finished::Pending { .. })), "{outside}: {outcome:?}");
    }
    for inside in ["a@acme.example", "b@ACME.EXAMPLE", "c@acme.example."] {
        acme.sign_in(&Person::of(inside)).await;
    }
    assert_eq!(world.count("sessions"), 3);
}

async fn a_pending_person_takes_the_seat_when_the_mailbox_confirms(world: &World) {
    let acme = world.acme().await;
    let wanted = acme
        .usual()
        .set(["licenses", "licensed"], 1)
        .set(["licenses", "fallback"], "basic")
        .set(["mapping", "basic", "default_license"], "licensed");
    acme.apply(wanted).await;
    attempt(&acme).await;
    assert_eq!(acme.seats(License::Licensed).await.used, 0);
    // Somebody else was faster.
    acme.sign_in(&Person::anna()).await;
    assert_eq!(acme.seats(License::Licensed).await.used, 1);
    links::verify_email(&acme.visitor().await, &mailed(&acme).await).await.unwrap();
    assert_eq!(acme.user(BOB).await.license, Some(License::Basic), "the fallback");
    assert_eq!((acme.seats(License::Licensed).await.used, acme.seats(License::Basic).await.used), (1, 2));
}

async fn without_a_seat_the_link_says_so_and_works_when_there_is_one(world: &World) {
    let acme = world.acme().await;
    let seats = |count: i64| acme.usual().set(["licenses", "basic"], count);
    acme.apply(seats(2)).await;
    attempt(&acme).await;
    let token = mailed(&acme).await;
    acme.sign_in(&Person::anna()).await;
    let before = world.dump();
    let error = links::verify_email(&acme.visitor().await, &token).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.message().contains("seat") && error.advice().is_some(), "{error}");
    assert_eq!(world.dump(), before, "the person waits, and so does the link");
    acme.apply(seats(3)).await;
    links::verify_email(&acme.visitor().await, &token).await.unwrap();
    acme.sign_in(&Person::of(BOB)).await;
}

async fn a_domain_that_became_the_accounts_needs_no_mail(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    // The cure that the log names for 1022.
    acme.apply(acme.usual().domain("partner.example")).await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let answer = acme.idp.answer(&acme, &request, &Person::of(BOB));
    let signed_in = SignedIn::of(browser.post(&acme, &answer.form_value()).await);
    let bob = acme.user(BOB).await;
    assert_eq!((bob.status, bob.license), (Status::Active, Some(License::Basic)));
    assert_eq!(acme.seats(License::Basic).await.used, 2);
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let changed: Vec<_> =
        changes.iter().map(|change| (change.field.as_str(), change.after.as_deref())).collect();
    assert!(changed.contains(&("status", Some("active"))) && changed.contains(&("license", Some("basic"))));
}

async fn the_license_type_of_whoever_made_the_user_holds_whichever_mail_confirms(world: &World) {
    const EVE: &str = "eve@partner.example";
    let acme = world.acme().await;
    let none =
        acme.usual().set(["licenses", "licensed"], 3).set(["mapping", "basic", "default_license"], "none");
    acme.apply(none.clone()).await;
    let people = acme.app.operator().people("acme").await.unwrap();
    for (email, license) in
        [(BOB, Some(License::Licensed)), (EVE, Some(License::Licensed)), ("kim@partner.example", None)]
    {
        let said = Said { email: Some(email.to_owned()), license, ..Said::default() };
        users::create(&people, &Action::Sso, &said).await.unwrap();
    }
    // The mail of the sign-in is the newer one; the default is for people whom a sign-in creates.
    let first = mailed(&acme).await;
    world.time.pass(hours(1));
    attempt(&acme).await;
    let newest = mailed(&acme).await;
    assert_ne!(first, newest);
    links::verify_email(&acme.visitor().await, &newest).await.unwrap();
    assert_eq!(acme.user(BOB).await.license, Some(License::Licensed));
    acme.sign_in(&Person::of(BOB)).await;
    // Nor does it take the place of that type when the domain became the account's.
    acme.apply(none.domain("partner.example")).await;
    let signed_in = acme.sign_in(&Person::of(EVE)).await;
    assert_eq!(acme.user(EVE).await.license, Some(License::Licensed));
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "license").unwrap();
    assert_eq!(change.rule, "decided on when the user was made");
    acme.sign_in(&Person::of("kim@partner.example")).await;
    assert_eq!(acme.user("kim@partner.example").await.license, Some(License::Basic), "as for others at once");
    assert_eq!(acme.seats(License::Licensed).await.used, 2);
}

async fn a_pending_person_is_granted_nothing_before_the_mailbox_confirms(world: &World) {
    let acme = world.acme().await;
    ruled(&acme, Some(License::Basic)).await;
    let hosting = Person::of(BOB).with(rules::GROUPS, &["hosts"]);
    assert!(matches!(acme.attempt(&hosting).await, Ok(Finished::Pending { .. })));
    assert_eq!((world.count("groups"), world.count("memberships")), (0, 0));
    assert_eq!(acme.seats(License::Licensed).await.used, 0);
    links::verify_email(&acme.visitor().await, &mailed(&acme).await).await.unwrap();
    assert_eq!(acme.user(BOB).await.license, Some(License::Basic), "the default");
    acme.sign_in(&hosting).await;
    let bob = acme.user(BOB).await;
    assert_eq!((bob.license, bob.role), (Some(License::Licensed), Role::Admin));
    assert_eq!((acme.seats(License::Licensed).await.used, acme.seats(License::Basic).await.used), (1, 1));
    assert_eq!(acme.memberships(BOB).await.len(), 1);
}

async fn where_the_default_is_none_the_rules_of_the_next_sign_in_decide_about_whoever_confirmed(
    world: &World,
) {
    let acme = world.acme().await;
    ruled(&acme, None).await;
    let hosting = Person::of(BOB).with(rules::GROUPS, &["hosts"]);
    assert!(matches!(acme.attempt(&hosting).await, Ok(Finished::Pending { .. })));
    links::verify_email(&acme.visitor().await, &mailed(&acme).await).await.unwrap();
    let bob = acme.user(BOB).await;
    assert_eq!((bob.status, bob.license), (Status::Active, None));
    assert_eq!(acme.refusal(&Person::of(BOB)).await.code, Some(1030), "no rule grants a license type");
    acme.sign_in(&hosting).await;
    assert_eq!(acme.user(BOB).await.license, Some(License::Licensed));
    assert_eq!(acme.seats(License::Licensed).await.used, 1);
}

fn bob() -> Whom {
    Whom::parse(BOB).unwrap()
}

/// Sends the mail again; what it was refused for.
async fn refused(people: &PeopleCtx) -> Kind {
    let error = users::send_verification(people, &bob()).await.unwrap_err();
    assert!(error.advice().is_some(), "{error}");
    error.kind()
}

async fn the_mail_is_sent_again_by_hand_after_a_pause_and_every_link_works(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    let first = mailed(&acme).await;
    let people = acme.owner().await.people();
    let state = async || users::show(&people, &bob()).await.unwrap().verification.unwrap();
    let written = world.time.now();
    assert_eq!(
        (state().await.sent_at, state().await.again_at),
        (Some(written), Some(written + users::PAUSE))
    );
    let before = world.dump();
    assert_eq!(refused(&people).await, Kind::Conflict, "the sign-in has just sent one");
    assert_eq!(world.dump(), before);

    world.time.pass(users::PAUSE);
    assert_eq!(state().await.again_at, None);
    let sent = users::send_verification(&people, &bob()).await.unwrap();
    assert_eq!((sent.user.as_str(), sent.changes.len()), (BOB, 1));
    assert_eq!(sent.changes[0].rule, "by owner@acme.example");
    assert_eq!(mails(&acme).await, 2);
    let operator = acme.app.operator().people(acme.label.as_str()).await.unwrap();
    assert_eq!(refused(&operator).await, Kind::Conflict, "whoever asks");
    assert_eq!(acme.user(BOB).await.status, Status::Pending, "sending confirms nothing");

    let second = mailed(&acme).await;
    assert_ne!(first, second);
    links::verify_email(&acme.visitor().await, &second).await.unwrap();
    links::verify_email(&acme.visitor().await, &first).await.unwrap();
    acme.sign_in(&Person::of(BOB)).await;
    assert!(users::show(&people, &bob()).await.unwrap().verification.is_none());
}

async fn several_who_send_the_mail_at_once_send_one(world: &World) {
    let acme = world.acme().await;
    attempt(&acme).await;
    world.time.pass(users::PAUSE);
    let people = async |app: &App| app.operator().people(acme.label.as_str()).await.unwrap();
    let (here, there) = (people(&acme.app).await, people(&world.node(2).await).await);
    let whom = bob();
    let send = |people| users::send_verification(people, &whom);
    let sent = tokio::join!(send(&here), send(&there), send(&here), send(&there));
    let sent = [sent.0, sent.1, sent.2, sent.3];
    assert_eq!(sent.iter().filter(|sent| sent.is_ok()).count(), 1, "{sent:?}");
    assert_eq!(mails(&acme).await, 2);
}

async fn no_mail_is_sent_to_whoever_is_not_pending_or_of_another_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    attempt(&acme).await;
    world.time.pass(users::PAUSE);
    assert_eq!(refused(&beta.owner().await.people()).await, Kind::NotFound);
    let people = acme.owner().await.people();
    acme.change(BOB, |bob| bob.status = Status::Inactive).await;
    assert_eq!(refused(&people).await, Kind::Conflict);
    acme.change(BOB, |bob| bob.status = Status::Active).await;
    assert!(users::send_verification(&people, &bob()).await.unwrap().changes.is_empty());
    assert_eq!(mails(&acme).await, 1, "that of the sign-in");
    acme.change(BOB, |bob| bob.status = Status::Pending).await;
    users::send_verification(&people, &bob()).await.unwrap();
    assert_eq!(mails(&acme).await, 2);
}

/// Rules that give whoever hosts a license type, a group and a role.
async fn ruled(account: &Account, default_license: Option<License>) {
    account.grant(License::Licensed, 1).await;
    account
        .map(|mapping| {
            mapping.default_license = default_license;
            let mut give = |name, grant| {
                mapping.categories.insert(name, rules::keeping([rules::rule("hosts", grant)]));
            };
            give(CategoryName::License, rules::license(License::Licensed));
            give(CategoryName::Role, Grant::Role(Role::Admin));
            give(rules::USER_GROUPS, rules::groups(&["Hosts"]));
        })
        .await;
}
