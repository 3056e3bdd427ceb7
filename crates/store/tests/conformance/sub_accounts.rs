//! Families of accounts: the one door from an account into another, and what goes through it.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account, insert_user, user, user_id};
use vestibule_model::account::Label;
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_store::hand_overs::HandOver;
use vestibule_store::{Error, accounts, hand_overs, sub_accounts, users};

cases! {
    a_sub_account_is_entered_from_its_own_parent_alone,
    what_is_done_in_both_is_done_or_undone_together,
    what_has_a_parent_is_nobodys_parent,
    a_hand_over_is_taken_once_by_its_own_browser_in_its_own_account,
    hand_overs_are_forgotten_by_name_and_by_age,
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}

/// Makes an account below another one; false when that one takes none.
async fn below(place: &Place, number: u8, name: &'static str, parent: u8) -> bool {
    let made = place.store.account(account_id(number)).write(move |tx| {
        Box::pin(async move {
            accounts::create(tx, &account(number, name)).await?;
            match sub_accounts::adopt(tx, account_id(parent)).await? {
                true => Ok(true),
                false => Err(Error::Stale),
            }
        })
    });
    made.await.unwrap_or(false)
}

/// Acme with the sub-accounts beta and gamma, and a stranger.
async fn family(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(4, "stranger")).await.unwrap();
    assert!(below(place, 3, "gamma", 1).await && below(place, 2, "beta", 1).await);
}

/// The accounts that are entered from this one by this label and by this id.
async fn entered(place: &Place, from: u8, name: &'static str, number: u8) -> [Option<AccountId>; 2] {
    let found = place.store.account(account_id(from)).read(move |tx| {
        Box::pin(async move {
            let by_label = sub_accounts::by_label(tx, &label(name)).await?;
            let by_id = sub_accounts::by_id(tx, account_id(number)).await?;
            let inside =
                |found: Option<sub_accounts::SubAccount<'_>>| found.map(|inside| inside.tx.account());
            Ok::<_, Error>([inside(by_label), inside(by_id)])
        })
    });
    found.await.unwrap()
}

async fn a_sub_account_is_entered_from_its_own_parent_alone(place: &Place) {
    family(place).await;
    assert_eq!(entered(place, 1, "beta", 2).await, [Some(account_id(2)); 2]);
    for (from, name, number) in
        [(4, "beta", 2), (3, "beta", 2), (2, "acme", 1), (2, "beta", 2), (1, "acme", 1), (1, "stranger", 4)]
    {
        assert_eq!(entered(place, from, name, number).await, [None, None], "{name} from {from}");
    }
    let told = place.store.account(account_id(1)).read(|tx| {
        Box::pin(async move {
            let all = sub_accounts::all(tx).await?;
            let all: Vec<String> = all.iter().map(|inside| inside.account.label.to_string()).collect();
            let above = sub_accounts::parent(tx, account_id(2)).await?.map(|above| above.id);
            let of_acme = sub_accounts::parent(tx, account_id(1)).await?;
            Ok::<_, Error>((all, above, of_acme, sub_accounts::list(tx, account_id(4)).await?.len()))
        })
    });
    let expected = (vec!["beta".to_owned(), "gamma".to_owned()], Some(account_id(1)), None, 0);
    assert_eq!(told.await.unwrap(), expected);
}

async fn what_is_done_in_both_is_done_or_undone_together(place: &Place) {
    family(place).await;
    for (fails, expected) in [(true, 0), (false, 1)] {
        let done = place.store.account(account_id(1)).write(move |tx| {
            Box::pin(async move {
                users::insert(tx, &user(1, "anna@acme.example")).await?;
                let inside = sub_accounts::by_label(tx, &label("beta")).await?.unwrap();
                users::insert(&inside.tx, &user(2, "bob@acme.example")).await?;
                hand_overs::insert(&inside.tx, &on_its_way()).await?;
                if fails { Err(Error::Stale) } else { Ok(()) }
            })
        });
        assert_eq!(done.await.is_err(), fails);
        for (number, id) in [(1, 1), (2, 2)] {
            let count = place.store.account(account_id(number)).read(|tx| Box::pin(users::count(tx)));
            assert_eq!(count.await.unwrap(), expected, "account {number}");
            let there = place.store.account(account_id(number));
            let there = there.read(move |tx| Box::pin(async move { users::by_id(tx, user_id(id)).await }));
            assert_eq!(there.await.unwrap().is_some(), !fails);
        }
        assert_eq!(take(place, 2, [1; 32], [2; 32], 0).await.is_some(), !fails, "what waits for the end too");
    }
    let elsewhere = place.store.account(account_id(1));
    let elsewhere = elsewhere.read(|tx| Box::pin(async move { users::by_id(tx, user_id(2)).await }));
    assert_eq!(elsewhere.await.unwrap(), None, "each has its own");
}

async fn what_has_a_parent_is_nobodys_parent(place: &Place) {
    family(place).await;
    assert!(!below(place, 5, "delta", 2).await);
    assert!(!below(place, 5, "delta", 9).await, "there is no such account");
    let all = place.store.read(|tx| Box::pin(async move { accounts::list(tx).await })).await.unwrap();
    assert!(all.iter().all(|account| account.label.as_str() != "delta"));
    assert!(below(place, 5, "delta", 4).await);
}

fn on_its_way() -> HandOver {
    HandOver {
        token_hash: [1; 32],
        browser_hash: [2; 32],
        sub_account: account_id(2),
        user: user_id(2),
        connection: ConnectionId::from_bytes([3; 16]),
        name_id: Some("anna".to_owned()),
        name_qualifiers: None,
        session_index: Some("s1".to_owned()),
        session_ends_at: Some(at(900)),
        expires_at: at(60),
    }
}

async fn put(place: &Place, number: u8, wanted: HandOver) {
    let done = place.store.account(account_id(number)).write(move |tx| {
        let wanted = wanted.clone();
        Box::pin(async move { hand_overs::insert(tx, &wanted).await })
    });
    done.await.unwrap();
}

async fn take(place: &Place, number: u8, token: [u8; 32], browser: [u8; 32], now: i64) -> Option<HandOver> {
    let taken = place
        .store
        .account(account_id(number))
        .write(move |tx| Box::pin(async move { hand_overs::take(tx, &token, &browser, at(now)).await }));
    taken.await.unwrap()
}

async fn a_hand_over_is_taken_once_by_its_own_browser_in_its_own_account(place: &Place) {
    family(place).await;
    insert_user(&place.store, account_id(2), user(2, "anna@acme.example")).await.unwrap();
    put(place, 1, on_its_way()).await;
    for (number, token, browser, now) in [
        (2, [1; 32], [2; 32], 0),
        (1, [9; 32], [2; 32], 0),
        (1, [1; 32], [9; 32], 0),
        (1, [1; 32], [2; 32], 60),
    ] {
        assert_eq!(take(place, number, token, browser, now).await, None);
    }
    assert_eq!(take(place, 1, [1; 32], [2; 32], 59).await, Some(on_its_way()));
    assert_eq!(take(place, 1, [1; 32], [2; 32], 59).await, None);
}

async fn hand_overs_are_forgotten_by_name_and_by_age(place: &Place) {
    family(place).await;
    put(place, 2, on_its_way()).await;
    put(place, 2, HandOver { token_hash: [4; 32], name_id: None, expires_at: at(90), ..on_its_way() }).await;
    let end = |number: u8, name: &'static str| {
        let connection = on_its_way().connection;
        place
            .store
            .account(account_id(number))
            .write(move |tx| Box::pin(async move { hand_overs::end_by_name_id(tx, connection, name).await }))
    };
    assert_eq!((end(1, "anna").await.unwrap(), end(2, "bob").await.unwrap()), (0, 0));
    assert_eq!(end(2, "anna").await.unwrap(), 1);
    put(place, 2, on_its_way()).await;
    let purge = place.store.write_bulk(|tx| Box::pin(async move { hand_overs::purge(tx, at(60)).await }));
    assert_eq!(purge.await.unwrap(), 1);
    assert!(take(place, 2, [4; 32], [2; 32], 60).await.is_some());
}
