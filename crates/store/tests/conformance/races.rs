//! A hundred at once: exactly one wins.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, settings, user, user_id};
use std::future::Future;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::id::{ConnectionId, UserId};
use vestibule_model::license::License;
use vestibule_model::user::User;
use vestibule_store::sign_ins::SignIn;
use vestibule_store::{Error, Store, connections, domains, licenses, replays, sign_ins, users};

cases! {
    p09_one_of_a_hundred_burns_a_message,
    p08_one_of_a_hundred_takes_a_request,
    one_of_a_hundred_gets_an_address_across_accounts,
    one_of_a_hundred_gets_a_domain_across_accounts,
    never_more_seats_are_taken_than_there_are,
    no_update_of_a_user_is_lost,
    every_draft_saved_at_once_gets_a_number_of_its_own,
}

const RACERS: u8 = 100;

/// Runs the same deed a hundred times at once, on two stores over the same database: two nodes.
async fn race<T: Send + 'static, F>(place: &Place, deed: impl Fn(Store, u8) -> F) -> Vec<Result<T, Error>>
where
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let nodes = [place.store.clone(), place.open().await.unwrap()];
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..RACERS {
        let [one, other] = &nodes;
        racers.spawn(deed(if number % 2 == 0 { one } else { other }.clone(), number));
    }
    racers.join_all().await
}

fn wins(answers: Vec<Result<bool, Error>>) -> usize {
    answers.into_iter().filter(|answer| *answer.as_ref().unwrap()).count()
}

async fn p09_one_of_a_hundred_burns_a_message(place: &Place) {
    let answers = race(place, |store, _| async move {
        let burned = store
            .account(account_id(1))
            .write(|tx| Box::pin(async move { replays::insert(tx, &[7; 32], at(100)).await }));
        burned.await
    });
    assert_eq!(wins(answers.await), 1);
}

async fn p08_one_of_a_hundred_takes_a_request(place: &Place) {
    let connection = ConnectionId::from_bytes([1; 16]);
    let sent = place.store.account(account_id(1)).write(move |tx| {
        let sign_in = SignIn {
            request_id: "_a".to_owned(),
            connection,
            browser_hash: [1; 32],
            return_to: "/".to_owned(),
            created_at: at(0),
            expires_at: at(600),
        };
        Box::pin(async move { sign_ins::insert(tx, &sign_in).await })
    });
    sent.await.unwrap();
    let answers = race(place, |store, _| async move {
        let taken = store.account(account_id(1)).write(move |tx| {
            Box::pin(async move { sign_ins::take(tx, "_a", connection, &[1; 32], at(1)).await })
        });
        taken.await.map(|taken| taken.is_some())
    });
    assert_eq!(wins(answers.await), 1);
}

async fn one_of_a_hundred_gets_an_address_across_accounts(place: &Place) {
    let answers = race(place, |store, number| async move {
        let inserted = insert_user(&store, account_id(number % 7), user(number, "anna@acme.example")).await;
        match inserted {
            Ok(()) => Ok(true),
            Err(Error::EmailTaken) => Ok(false),
            Err(error) => Err(error),
        }
    });
    assert_eq!(wins(answers.await), 1);
    let mut found = 0;
    for account in 0..7 {
        let counted = place.store.account(account_id(account));
        found += counted.read(|tx| Box::pin(async move { users::count(tx).await })).await.unwrap();
    }
    assert_eq!(found, 1);
}

async fn one_of_a_hundred_gets_a_domain_across_accounts(place: &Place) {
    let answers = race(place, |store, number| async move {
        let associated = store.account(account_id(number)).write(|tx| {
            Box::pin(async move {
                let domain = Domain::parse("acme.example").unwrap();
                domains::associate(tx, &domain, &DomainPolicy::default()).await
            })
        });
        match associated.await {
            Ok(()) => Ok(true),
            Err(Error::DomainTaken) => Ok(false),
            Err(error) => Err(error),
        }
    });
    assert_eq!(wins(answers.await), 1);
}

async fn never_more_seats_are_taken_than_there_are(place: &Place) {
    let set = place
        .store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { licenses::set_total(tx, License::Licensed, 10).await }));
    set.await.unwrap();
    let answers = race(place, |store, _| async move {
        let taken = store
            .account(account_id(1))
            .write(|tx| Box::pin(async move { licenses::take(tx, License::Licensed).await }));
        taken.await
    });
    assert_eq!(wins(answers.await), 10);
}

/// Reads, changes and writes until nobody was faster.
async fn rise(store: Store, id: UserId) -> Result<(), Error> {
    loop {
        let written = store.account(account_id(1)).write(move |tx| {
            Box::pin(async move {
                let user: User = users::by_id(tx, id).await?.ok_or(Error::Stale)?;
                users::update(tx, &user).await
            })
        });
        match written.await {
            Err(Error::Stale) => {}
            written => return written.map(drop),
        }
    }
}

async fn no_update_of_a_user_is_lost(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    for answer in race(place, |store, _| rise(store, user_id(1))).await {
        answer.unwrap();
    }
    let read = place.store.account(account_id(1));
    let anna = read.read(|tx| Box::pin(async move { users::by_id(tx, user_id(1)).await })).await.unwrap();
    assert_eq!(anna.unwrap().version, 1 + i64::from(RACERS));
}

async fn every_draft_saved_at_once_gets_a_number_of_its_own(place: &Place) {
    let connection = ConnectionId::from_bytes([1; 16]);
    let created = place
        .store
        .account(account_id(1))
        .write(move |tx| Box::pin(async move { connections::create(tx, connection, "", at(0)).await }));
    created.await.unwrap();
    let answers = race(place, |store, number| async move {
        let saved = store.account(account_id(1)).write(move |tx| {
            let settings = settings(&format!("https://idp{number}.example"));
            Box::pin(async move { connections::save_draft(tx, connection, &settings, at(1)).await })
        });
        saved.await
    });
    let mut numbers: Vec<i64> = answers.await.into_iter().map(Result::unwrap).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=i64::from(RACERS)));
}
