//! Single logout: the sessions that an identity provider names, and the requests of ours that wait for an answer.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, user, user_id};
use vestibule_model::id::{ConnectionId, SessionId};
use vestibule_store::logouts::{self, Logout};
use vestibule_store::sessions::{self, Session};

cases! {
    every_session_of_a_name_id_ends,
    p15_the_named_sessions_of_a_name_id_end_and_no_other_does,
    p15_a_name_id_of_another_connection_or_account_ends_nothing,
    a_long_name_id_is_found_by_its_whole_length,
    a_request_is_answered_once_in_its_own_browser_for_its_own_connection,
    an_expired_request_is_not_there_and_is_purged,
}

fn connection(number: u8) -> ConnectionId {
    ConnectionId::from_bytes([number; 16])
}

/// Session `number` of this NameID, begun by the first connection.
fn session(number: u8, name_id: &str, index: Option<&str>) -> Session {
    Session {
        id: SessionId::from_bytes([number; 16]),
        user: user_id(1),
        token_hash: [number; 32],
        connection: Some(connection(1)),
        name_id: Some(name_id.to_owned()),
        name_qualifiers: None,
        session_index: index.map(str::to_owned),
        created_at: at(0),
        seen_at: at(0),
        expires_at: None,
    }
}

async fn begin(place: &Place, sessions: Vec<Session>) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    let begun = place.store.account(account_id(1)).write(move |tx| {
        let sessions = sessions.clone();
        Box::pin(async move {
            for session in &sessions {
                sessions::insert(tx, session).await?;
            }
            Ok::<_, vestibule_store::Error>(())
        })
    });
    begun.await.unwrap();
}

async fn end(place: &Place, (account, by): (u8, u8), name_id: &str, indexes: &[&str]) -> u64 {
    let name_id = name_id.to_owned();
    let indexes: Vec<String> = indexes.iter().map(|index| (*index).to_owned()).collect();
    let ended = place.store.account(account_id(account)).write(move |tx| {
        let (name_id, indexes) = (name_id.clone(), indexes.clone());
        Box::pin(async move { sessions::end_by_name_id(tx, connection(by), &name_id, &indexes).await })
    });
    ended.await.unwrap()
}

/// The sessions that are left, by number.
async fn left(place: &Place) -> Vec<u8> {
    let mut left = Vec::new();
    for number in 1..=9 {
        let found = place.store.account(account_id(1)).read(move |tx| {
            Box::pin(async move { sessions::by_id(tx, SessionId::from_bytes([number; 16])).await })
        });
        if found.await.unwrap().is_some() {
            left.push(number);
        }
    }
    left
}

async fn every_session_of_a_name_id_ends(place: &Place) {
    let sessions = vec![
        session(1, "anna", Some("s1")),
        session(2, "anna", None),
        session(3, "Anna", Some("s1")),
        Session { connection: None, name_id: None, session_index: None, ..session(4, "", None) },
    ];
    begin(place, sessions).await;
    assert_eq!(end(place, (1, 1), "anna", &[]).await, 2);
    assert_eq!(left(place).await, [3, 4], "another person, and a session by password");
    assert_eq!(end(place, (1, 1), "anna", &[]).await, 0, "they ended once");
}

async fn p15_the_named_sessions_of_a_name_id_end_and_no_other_does(place: &Place) {
    let sessions = vec![
        session(1, "anna", Some("s1")),
        session(2, "anna", Some("s2")),
        session(3, "anna", Some("s3")),
        session(4, "anna", None),
        session(5, "bert", Some("s1")),
        session(6, "bert", None),
    ];
    begin(place, sessions).await;
    assert_eq!(end(place, (1, 1), "anna", &["unknown"]).await, 1, "the one without an index could be it");
    assert_eq!(left(place).await, [1, 2, 3, 5, 6]);
    assert_eq!(end(place, (1, 1), "anna", &["s1", "s3", "s1"]).await, 2);
    assert_eq!(left(place).await, [2, 5, 6], "the index of one person names no session of another");
}

async fn p15_a_name_id_of_another_connection_or_account_ends_nothing(place: &Place) {
    begin(place, vec![session(1, "anna", Some("s1"))]).await;
    assert_eq!(end(place, (1, 2), "anna", &[]).await, 0);
    assert_eq!(end(place, (1, 2), "anna", &["s1"]).await, 0);
    assert_eq!(end(place, (2, 1), "anna", &[]).await, 0);
    assert_eq!(end(place, (2, 1), "anna", &["s1"]).await, 0);
    assert_eq!(left(place).await, [1]);
    assert_eq!(end(place, (1, 1), "anna", &["s1"]).await, 1);
}

async fn a_long_name_id_is_found_by_its_whole_length(place: &Place) {
    let long = |last: &str| format!("{}{last}", "ä".repeat(511));
    begin(place, vec![session(1, &long("1"), None), session(2, &long("2"), None)]).await;
    assert_eq!(end(place, (1, 1), &long("1"), &[]).await, 1);
    assert_eq!(left(place).await, [2]);
}

fn request() -> Logout {
    Logout {
        request_id: "_l1".to_owned(),
        connection: connection(1),
        browser_hash: [1; 32],
        expires_at: at(600),
    }
}

async fn send(place: &Place) {
    let sent = place
        .store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { logouts::insert(tx, &request()).await }));
    sent.await.unwrap();
}

async fn take(place: &Place, account: u8, by: u8, browser: u8, now: i64) -> bool {
    let taken = place.store.account(account_id(account)).write(move |tx| {
        Box::pin(async move { logouts::take(tx, "_l1", connection(by), &[browser; 32], at(now)).await })
    });
    taken.await.unwrap()
}

async fn a_request_is_answered_once_in_its_own_browser_for_its_own_connection(place: &Place) {
    send(place).await;
    assert!(!take(place, 1, 1, 2, 10).await, "another browser");
    assert!(!take(place, 1, 2, 1, 10).await, "another connection");
    assert!(!take(place, 2, 1, 1, 10).await, "another account");
    assert!(take(place, 1, 1, 1, 10).await);
    assert!(!take(place, 1, 1, 1, 10).await, "answered");
}

async fn an_expired_request_is_not_there_and_is_purged(place: &Place) {
    send(place).await;
    assert!(!take(place, 1, 1, 1, 600).await);
    let purge = |now: i64| {
        place.store.write_bulk(move |tx| Box::pin(async move { logouts::purge(tx, at(now)).await }))
    };
    assert_eq!((purge(599).await.unwrap(), purge(600).await.unwrap(), purge(600).await.unwrap()), (0, 1, 0));
}
