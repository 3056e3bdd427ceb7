//! Single logout: the sessions that an identity provider names, and the requests of ours that wait for an answer.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, user, user_id};
use jiff::Timestamp;
use vestibule_model::group::Limits;
use vestibule_model::id::{ConnectionId, SessionId};
use vestibule_store::Store;
use vestibule_store::logouts::{self, Logout};
use vestibule_store::sessions::{self, Session, Settled};

cases! {
    every_session_of_a_name_id_ends,
    p15_the_named_sessions_of_a_name_id_end_and_no_other_does,
    p15_a_name_id_of_another_connection_or_account_ends_nothing,
    p15_what_begins_after_an_end_lives_until_the_next_one,
    p15_an_end_that_was_forgotten_ends_nothing_and_the_next_one_does,
    a_node_of_an_older_version_sees_sessions_end_and_has_its_own_ended,
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
        limits: Limits::default(),
        settled: Settled::WithoutSettings,
        second_factor: false,
        held: false,
    }
}

async fn begin(store: &Store, sessions: Vec<Session>) {
    insert_user(store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    begin_more(store, sessions).await;
}

async fn begin_more(store: &Store, sessions: Vec<Session>) {
    let begun = store.account(account_id(1)).write(move |tx| {
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

async fn end(store: &Store, (account, by): (u8, u8), name_id: &str, indexes: &[&str]) {
    end_at(store, (account, by), name_id, indexes, at(10)).await;
}

async fn end_at(store: &Store, (account, by): (u8, u8), name_id: &str, indexes: &[&str], now: Timestamp) {
    let name_id = name_id.to_owned();
    let indexes: Vec<String> = indexes.iter().map(|index| (*index).to_owned()).collect();
    let ended = store.account(account_id(account)).write(move |tx| {
        let (name_id, indexes) = (name_id.clone(), indexes.clone());
        Box::pin(async move { sessions::end_by_name_id(tx, connection(by), &name_id, &indexes, now).await })
    });
    ended.await.unwrap()
}

/// The sessions that are left, by number.
async fn left(store: &Store) -> Vec<u8> {
    let mut left = Vec::new();
    for number in 1..=9 {
        let found = store.account(account_id(1)).read(move |tx| {
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
    begin(&place.store, sessions).await;
    end(&place.store, (1, 1), "anna", &[]).await;
    assert_eq!(left(&place.store).await, [3, 4], "another person, and a session by password");
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
    begin(&place.store, sessions).await;
    end(&place.store, (1, 1), "anna", &["unknown"]).await;
    assert_eq!(left(&place.store).await, [1, 2, 3, 5, 6], "the one without an index could be it");
    end(&place.store, (1, 1), "anna", &["s1", "s3", "s1"]).await;
    assert_eq!(left(&place.store).await, [2, 5, 6], "the index of one person names no session of another");
}

async fn p15_a_name_id_of_another_connection_or_account_ends_nothing(place: &Place) {
    begin(&place.store, vec![session(1, "anna", Some("s1"))]).await;
    end(&place.store, (1, 2), "anna", &[]).await;
    end(&place.store, (1, 2), "anna", &["s1"]).await;
    end(&place.store, (2, 1), "anna", &[]).await;
    end(&place.store, (2, 1), "anna", &["s1"]).await;
    assert_eq!(left(&place.store).await, [1]);
    end(&place.store, (1, 1), "anna", &["s1"]).await;
    assert!(left(&place.store).await.is_empty());
}

async fn p15_what_begins_after_an_end_lives_until_the_next_one(place: &Place) {
    begin(&place.store, vec![session(1, "anna", Some("s1")), session(2, "anna", None)]).await;
    end(&place.store, (1, 1), "anna", &[]).await;
    end(&place.store, (1, 1), "anna", &["s1"]).await;
    assert!(left(&place.store).await.is_empty());
    let more = [session(3, "anna", Some("s1")), session(4, "anna", Some("s2")), session(5, "anna", None)];
    begin_more(&place.store, more.to_vec()).await;
    assert_eq!(left(&place.store).await, [3, 4, 5], "also at the same index, and at the same time");
    end(&place.store, (1, 1), "anna", &["s1"]).await;
    assert_eq!(left(&place.store).await, [4]);
    end(&place.store, (1, 1), "anna", &[]).await;
    assert!(left(&place.store).await.is_empty());
}

async fn p15_an_end_that_was_forgotten_ends_nothing_and_the_next_one_does(place: &Place) {
    begin(&place.store, vec![session(1, "anna", Some("s1"))]).await;
    end(&place.store, (1, 1), "anna", &[]).await;
    begin_more(&place.store, vec![session(2, "anna", Some("s1"))]).await;
    let forget = |now: i64| {
        let purge = place
            .store
            .write_bulk(move |tx| Box::pin(async move { sessions::purge_ended_names(tx, at(now)).await }));
        async { purge.await.unwrap() }
    };
    assert_eq!((forget(9).await, left(&place.store).await), (0, vec![2]));
    // By now the first one has been idle for so long that `app` takes it for over.
    assert_eq!((forget(10).await, forget(10).await), (1, 0));
    assert!(left(&place.store).await.contains(&2));
    end_at(&place.store, (1, 1), "anna", &[], at(20)).await;
    assert!(left(&place.store).await.is_empty());
}

async fn a_node_of_an_older_version_sees_sessions_end_and_has_its_own_ended(place: &Place) {
    begin(&place.store, vec![session(1, "anna", Some("s1")), session(2, "bert", None)]).await;
    end_all(&place.store).await;
    // As such a node writes them: without counts. Where there cannot be one, they are none.
    let more = [session(3, "anna", Some("s1")), session(4, "anna", None), session(5, "bert", None)];
    begin_more(&place.store, more.to_vec()).await;
    place.tamper("UPDATE sessions SET person_ended = NULL WHERE person_ended = 1").await;
    if place.url.starts_with("sqlite:") {
        assert!(left(&place.store).await.is_empty());
        return;
    }
    place.tamper("DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM sessions) = 3, 'rows that ended'; END $$").await;
    assert_eq!(left(&place.store).await, [3, 4, 5]);
    end(&place.store, (1, 1), "anna", &["s1"]).await;
    assert_eq!(left(&place.store).await, [5]);
    end_all(&place.store).await;
    assert!(left(&place.store).await.is_empty());
    place.tamper("DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM sessions) = 0, 'rows that ended'; END $$").await;
}

async fn end_all(store: &Store) {
    let ended = store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { sessions::end_all_of(tx, user_id(1)).await }));
    ended.await.unwrap();
}

async fn a_long_name_id_is_found_by_its_whole_length(place: &Place) {
    let long = |last: &str| format!("{}{last}", "ä".repeat(511));
    begin(&place.store, vec![session(1, &long("1"), None), session(2, &long("2"), None)]).await;
    end(&place.store, (1, 1), &long("1"), &[]).await;
    assert_eq!(left(&place.store).await, [2]);
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
