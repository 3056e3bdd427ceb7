//! Many at once, on two nodes over one database: exactly as many win as there is to win.

use crate::account::Account;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use std::future::Future;
use vestibule_app::sign_in::Finished;
use vestibule_app::{Error, links, outbox};
use vestibule_model::license::License;
use vestibule_model::user::Status;

cases! {
    p08_p09_one_of_a_hundred_posts_of_one_response_begins_a_session,
    p08_one_of_many_answers_to_one_request_is_taken,
    seats_are_never_exceeded_by_fifty_first_sign_ins,
    many_first_sign_ins_of_one_person_make_one_user,
    one_address_is_one_user_when_two_accounts_meet_it_at_once,
    many_sign_ins_that_change_one_person_all_end_well,
    a_mailbox_that_confirms_many_times_at_once_takes_one_seat,
}

/// Runs the same deed many times at once, on two nodes in turn.
pub async fn race<T: Send + 'static, F>(
    world: &World,
    account: &Account,
    count: u32,
    deed: impl Fn(Account, u32) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let nodes = [account.clone(), account.at(&world.node(1_000).await)];
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..count {
        racers.spawn(deed(nodes[(number % 2) as usize].clone(), number));
    }
    racers.join_all().await
}

fn is_signed_in(outcome: &Result<Finished, Error>) -> bool {
    matches!(outcome, Ok(Finished::SignedIn { .. }))
}

/// The codes of those who were refused; everybody else was signed in.
async fn codes(account: &Account, outcomes: Vec<Result<Finished, Error>>) -> Vec<Option<u16>> {
    let mut codes = Vec::new();
    for outcome in outcomes {
        if !is_signed_in(&outcome) {
            codes.push(account.code(outcome).await);
        }
    }
    codes
}

async fn p08_p09_one_of_a_hundred_posts_of_one_response_begins_a_session(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let value = acme.idp.answer(&acme, &request, &Person::anna()).form_value();
    let outcomes = race(world, &acme, 100, |account, _| {
        let (browser, value) = (browser.clone(), value.clone());
        async move { browser.post(&account, &value).await }
    });
    let codes = codes(&acme, outcomes.await).await;
    assert_eq!(codes, vec![Some(1010); 99]);
    assert_eq!((world.count("sessions"), acme.users().await.len()), (1, 2));
    assert_eq!(world.count("response_log"), 100, "each has its row");
}

async fn p08_one_of_many_answers_to_one_request_is_taken(world: &World) {
    let acme = world.acme().await;
    let mut browser = Browser::default();
    let request = browser.start(&acme).await;
    let outcomes = race(world, &acme, 20, |account, _| {
        let (browser, request) = (browser.clone(), request.clone());
        async move {
            let answer = account.idp.answer(&account, &request, &Person::anna());
            browser.post(&account, &answer.form_value()).await
        }
    });
    assert_eq!(codes(&acme, outcomes.await).await, vec![Some(1009); 19]);
    assert_eq!(world.count("sessions"), 1);
}

async fn seats_are_never_exceeded_by_fifty_first_sign_ins(world: &World) {
    let acme = world.acme().await;
    let wanted = acme.usual().set(["licenses", "licensed"], 20);
    acme.apply(wanted.set(["mapping", "basic", "default_license"], "licensed")).await;
    let outcomes = race(world, &acme, 50, |account, number| async move {
        account.attempt(&Person::of(&format!("person{number}@acme.example"))).await
    });
    assert_eq!(codes(&acme, outcomes.await).await, vec![Some(1031); 30]);
    let seats = acme.seats(License::Licensed).await;
    assert_eq!((seats.used, seats.total), (20, 20));
    let holders =
        acme.users().await.into_iter().filter(|user| user.license == Some(License::Licensed)).count();
    assert_eq!((holders, world.count("sessions")), (20, 20));
}

async fn many_first_sign_ins_of_one_person_make_one_user(world: &World) {
    let acme = world.acme().await;
    let outcomes = race(world, &acme, 20, |account, _| async move { account.attempt(&Person::anna()).await });
    assert!(outcomes.await.iter().all(is_signed_in));
    assert_eq!((acme.users().await.len(), world.count("sessions")), (2, 20));
    assert_eq!(acme.seats(License::Basic).await.used, 2, "one seat for one person");
}

async fn one_address_is_one_user_when_two_accounts_meet_it_at_once(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let outcomes = race(world, &acme, 10, |acme, number| {
        let account = if number % 4 < 2 { acme } else { beta.clone() };
        async move { (account.label.clone(), account.attempt(&Person::anna()).await) }
    });
    let mut here = 0;
    for (label, outcome) in outcomes.await {
        match outcome {
            Ok(Finished::SignedIn { .. } | Finished::Pending { .. }) => here += 1,
            outcome => {
                let account = if label == acme.label { &acme } else { &beta };
                assert_eq!(account.code(outcome).await, Some(1014));
            }
        }
    }
    assert!(here == 4 || here == 6, "{here}");
    let found = [acme.find_user("anna@acme.example").await, beta.find_user("anna@acme.example").await];
    assert_eq!(found.iter().flatten().count(), 1);
}

async fn many_sign_ins_that_change_one_person_all_end_well(world: &World) {
    let acme = world.acme().await;
    acme.sign_in(&Person::anna()).await;
    let outcomes = race(world, &acme, 16, |account, number| async move {
        account.attempt(&Person::anna().with("department", &[&format!("Department {number}")])).await
    });
    for outcome in outcomes.await {
        SignedIn::of(outcome);
    }
    assert_eq!(acme.user("anna@acme.example").await.version, 17, "no change was lost");
}

async fn a_mailbox_that_confirms_many_times_at_once_takes_one_seat(world: &World) {
    let acme = world.acme().await;
    acme.attempt(&Person::of("bob@partner.example")).await.unwrap();
    let mails = outbox::list(&world.app.operator()).await.unwrap();
    let mail = mails.into_iter().find(|mail| mail.to == "bob@partner.example").unwrap();
    let (_, rest) = mail.body_text.split_once("/verify/").unwrap();
    let token = rest.lines().next().unwrap().to_owned();
    let outcomes = race(world, &acme, 20, |account, _| {
        let token = token.clone();
        async move { links::verify_email(&account.visitor().await, &token).await.is_ok() }
    });
    assert_eq!(outcomes.await.into_iter().filter(|confirmed| *confirmed).count(), 1);
    assert_eq!(acme.user("bob@partner.example").await.status, Status::Active);
    assert_eq!(acme.seats(License::Basic).await.used, 2);
}
