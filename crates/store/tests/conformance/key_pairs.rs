//! Our own key pairs through their states, who reads our metadata, and alarms.

use crate::cases;
use crate::place::{Place, account_id, at};
use vestibule_model::connection::SigningKeyKind;
use vestibule_model::id::{ConnectionId, SpKeyId};
use vestibule_model::rotation::{Change, KeyState, Life, Noted, Reader};
use vestibule_store::sp_keys::SpKey;
use vestibule_store::{Body, Error, Tx, alarms, connections, metadata_readers, sp_keys};

cases! {
    a_connection_keeps_its_keys,
    there_is_one_key_that_signs_and_one_that_is_next_of_each_kind,
    a_key_changes_only_from_the_state_that_was_seen,
    the_first_time_that_a_key_was_seen_counts,
    a_key_is_removed_only_in_the_state_that_was_seen,
    readers_are_kept_by_name,
    an_alarm_is_raised_once_for_each_step,
}

fn connection() -> ConnectionId {
    ConnectionId::from_bytes([3; 16])
}

pub fn key(number: u8, connection: ConnectionId, life: Life) -> SpKey {
    SpKey {
        id: SpKeyId::from_bytes([number; 16]),
        connection,
        kind: SigningKeyKind::EcdsaP256,
        life,
        created_at: at(5),
        certificate: vec![0, 1, 255],
        sealed_key: Vec::new(),
    }
}

pub fn visit(agent: &str, seconds: i64) -> Noted {
    let reader = Reader {
        agent: agent.to_owned(),
        address: "192.0.2.1".to_owned(),
        first_seen_at: at(0),
        last_seen_at: at(seconds),
    };
    Noted { reader, forget: None }
}

fn former() -> Life {
    Life { state: KeyState::Former, retired_at: Some(at(9)), ..Life::first(at(1)) }
}

async fn write<T: Send + 'static>(
    place: &Place,
    body: impl for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, Error> + Send + Sync + 'static,
) -> Result<T, Error> {
    place.store.account(account_id(1)).write(body).await
}

async fn create(place: &Place) {
    let created = write(place, |tx| Box::pin(connections::create(tx, connection(), "", at(0))));
    created.await.unwrap();
}

async fn insert(place: &Place, key: SpKey) -> Result<(), Error> {
    write(place, move |tx| {
        let key = key.clone();
        Box::pin(async move { sp_keys::insert(tx, &key).await })
    })
    .await
}

async fn list(place: &Place) -> Vec<SpKey> {
    write(place, |tx| Box::pin(sp_keys::list(tx, connection()))).await.unwrap()
}

async fn a_connection_keeps_its_keys(place: &Place) {
    create(place).await;
    let all = Life { seen_at: Some(at(7)), held: true, ..former() };
    let keys = [key(4, connection(), Life::first(at(5))), key(5, connection(), all)];
    for key in &keys {
        insert(place, key.clone()).await.unwrap();
    }
    assert!(list(place).await == keys);
    let one = write(place, |tx| Box::pin(sp_keys::by_id(tx, SpKeyId::from_bytes([5; 16]))));
    assert!(one.await.unwrap().as_ref() == Some(&keys[1]));
}

async fn there_is_one_key_that_signs_and_one_that_is_next_of_each_kind(place: &Place) {
    create(place).await;
    for (number, life) in [(1, Life::first(at(0))), (2, Life::next()), (3, former()), (4, former())] {
        insert(place, key(number, connection(), life)).await.unwrap();
    }
    assert!(insert(place, key(5, connection(), Life::first(at(0)))).await.is_err());
    assert!(insert(place, key(6, connection(), Life::next())).await.is_err());
    let rsa = SpKey { kind: SigningKeyKind::Rsa2048, ..key(7, connection(), Life::first(at(0))) };
    insert(place, rsa).await.unwrap();
    assert_eq!(list(place).await.len(), 5);
}

async fn a_key_changes_only_from_the_state_that_was_seen(place: &Place) {
    create(place).await;
    insert(place, key(1, connection(), Life::first(at(0)))).await.unwrap();
    let retire = |before| {
        let change = Change { id: SpKeyId::from_bytes([1; 16]), before, after: former() };
        write(place, move |tx| Box::pin(async move { sp_keys::change(tx, &change).await }))
    };
    assert!(matches!(retire(KeyState::Next).await, Err(Error::Stale)));
    retire(KeyState::Active).await.unwrap();
    assert!(matches!(retire(KeyState::Active).await, Err(Error::Stale)));
    assert_eq!(list(place).await[0].life, former());
}

async fn the_first_time_that_a_key_was_seen_counts(place: &Place) {
    create(place).await;
    insert(place, key(1, connection(), Life::next())).await.unwrap();
    for seconds in [8, 9] {
        let seen =
            write(place, move |tx| Box::pin(sp_keys::seen(tx, SpKeyId::from_bytes([1; 16]), at(seconds))));
        seen.await.unwrap();
    }
    assert_eq!(list(place).await[0].life.seen_at, Some(at(8)));
}

async fn a_key_is_removed_only_in_the_state_that_was_seen(place: &Place) {
    create(place).await;
    insert(place, key(1, connection(), former())).await.unwrap();
    let remove =
        |state| write(place, move |tx| Box::pin(sp_keys::remove(tx, SpKeyId::from_bytes([1; 16]), state)));
    assert!(matches!(remove(KeyState::Active).await, Err(Error::Stale)));
    remove(KeyState::Former).await.unwrap();
    assert!(list(place).await.is_empty());
}

async fn readers_are_kept_by_name(place: &Place) {
    create(place).await;
    let visits = [
        visit("", 1),
        visit("idp", 2),
        visit("idp", 9),
        Noted { forget: Some(String::new()), ..visit("other", 3) },
    ];
    for visit in visits {
        let put = write(place, move |tx| {
            let visit = visit.clone();
            Box::pin(async move { metadata_readers::put(tx, connection(), &visit).await })
        });
        put.await.unwrap();
    }
    let readers = write(place, |tx| Box::pin(metadata_readers::list(tx, connection()))).await.unwrap();
    assert_eq!(readers, [visit("idp", 9).reader, visit("other", 3).reader]);
}

async fn an_alarm_is_raised_once_for_each_step(place: &Place) {
    let raise = |subject: &'static [u8], step| {
        write(place, move |tx| {
            Box::pin(async move { alarms::raise(tx, "topic", subject, step, at(0)).await })
        })
    };
    assert!(raise(b"a", 30).await.unwrap());
    assert!(!raise(b"a", 30).await.unwrap());
    assert!(raise(b"a", 7).await.unwrap());
    assert!(raise(b"b", 30).await.unwrap());
    let purge = |before| place.store.write(move |tx| Box::pin(alarms::purge(tx, before)));
    assert_eq!((purge(at(-1)).await.unwrap(), purge(at(0)).await.unwrap()), (0, 3));
    assert!(raise(b"a", 30).await.unwrap());
}
