//! Resources of a deployment's own types.

use crate::cases;
use crate::place::{Place, account_id, user};
use jiff::Timestamp;
use vestibule_model::id::ResourceId;
use vestibule_store::{Error, resources};

cases! {
    a_resource_is_kept_changed_from_the_version_that_was_read_and_deleted,
    a_value_is_one_resource_s_in_its_account_until_it_lets_go,
    pages_of_resources_follow_each_other_by_type,
}

fn id(number: u8) -> ResourceId {
    ResourceId::from_bytes([number; 16])
}

fn now() -> Timestamp {
    user(1, "a@acme.example").created_at
}

async fn insert(place: &Place, account: u8, kind: &'static str, number: u8) {
    let scope = place.store.account(account_id(account));
    let written = scope.write(move |tx| {
        Box::pin(async move { resources::insert(tx, kind, (id(number), now()), "{}").await })
    });
    written.await.unwrap();
}

async fn claim(place: &Place, account: u8, number: u8, value: &'static str) -> bool {
    let scope = place.store.account(account_id(account));
    let claimed =
        scope.write(move |tx| Box::pin(resources::claim(tx, "Room", id(number), ("number", value))));
    claimed.await.unwrap()
}

async fn a_resource_is_kept_changed_from_the_version_that_was_read_and_deleted(place: &Place) {
    insert(place, 1, "Room", 1).await;
    let scope = place.store.account(account_id(1));
    let change = |version: i64, text: &'static str| {
        scope.write(move |tx| Box::pin(resources::update(tx, "Room", (id(1), version), (text, now()))))
    };
    change(1, "{\"floor\":1}").await.unwrap();
    assert!(matches!(change(1, "{\"floor\":2}").await, Err(Error::Stale)));
    let found = scope.read(|tx| Box::pin(resources::by_id(tx, "Room", id(1)))).await.unwrap().unwrap();
    assert_eq!((found.version, found.document.as_str()), (2, "{\"floor\":1}"));
    assert!(scope.read(|tx| Box::pin(resources::by_id(tx, "Hall", id(1)))).await.unwrap().is_none());
    let other = place.store.account(account_id(2));
    assert!(other.read(|tx| Box::pin(resources::by_id(tx, "Room", id(1)))).await.unwrap().is_none());
    let delete = |version| scope.write(move |tx| Box::pin(resources::delete(tx, "Room", (id(1), version))));
    assert!(matches!(delete(1).await, Err(Error::Stale)));
    delete(2).await.unwrap();
    assert_eq!(scope.read(|tx| Box::pin(resources::count(tx, "Room"))).await.unwrap(), 0);
}

async fn a_value_is_one_resource_s_in_its_account_until_it_lets_go(place: &Place) {
    for (account, number) in [(1, 1), (1, 2), (2, 3)] {
        insert(place, account, "Room", number).await;
    }
    assert!(claim(place, 1, 1, "a1").await);
    assert!(!claim(place, 1, 2, "a1").await);
    assert!(claim(place, 2, 3, "a1").await);
    let scope = place.store.account(account_id(1));
    let by_value = || scope.read(|tx| Box::pin(resources::by_value(tx, "Room", ("number", "a1"))));
    assert_eq!(by_value().await.unwrap().map(|found| found.id), Some(id(1)));
    scope.write(|tx| Box::pin(resources::let_go(tx, "Room", id(1)))).await.unwrap();
    assert!(by_value().await.unwrap().is_none());
    assert!(claim(place, 1, 2, "a1").await);
    scope.write(|tx| Box::pin(resources::delete(tx, "Room", (id(2), 1)))).await.unwrap();
    assert!(claim(place, 1, 1, "a1").await, "what is deleted lets go");
}

async fn pages_of_resources_follow_each_other_by_type(place: &Place) {
    for number in 1..=3 {
        insert(place, 1, "Room", number).await;
    }
    insert(place, 1, "Hall", 4).await;
    let scope = place.store.account(account_id(1));
    let page = |after: Option<u8>, skipped: i64, limit: u32| {
        scope.read(move |tx| Box::pin(resources::page(tx, "Room", after.map(id), (skipped, limit))))
    };
    let ids = |records: Vec<resources::Record>| records.into_iter().map(|found| found.id).collect::<Vec<_>>();
    assert_eq!(ids(page(None, 0, 2).await.unwrap()), [id(1), id(2)]);
    assert_eq!(ids(page(Some(2), 0, 2).await.unwrap()), [id(3)]);
    assert_eq!(ids(page(None, 1, 1).await.unwrap()), [id(2)]);
    assert_eq!(scope.read(|tx| Box::pin(resources::count(tx, "Room"))).await.unwrap(), 3);
}
