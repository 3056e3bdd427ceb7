//! What was read of the identity provider's metadata: kept, replaced, and asked for anew.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account};
use jiff::SignedDuration;
use std::collections::BTreeMap;
use vestibule_model::connection::IdentityProvider;
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::{Copy, Pending, PendingState};
use vestibule_store::idp_metadata::{self, Failure, Record};
use vestibule_store::{Error, connections, jobs};

cases! {
    a_record_is_kept_as_it_is_and_replaced,
    asking_anew_forgets_the_validators_alone,
    a_record_needs_its_connection,
    when_a_job_is_due_can_be_asked,
}

fn id() -> ConnectionId {
    ConnectionId::from_bytes([1; 16])
}

fn full() -> Record {
    let provider = IdentityProvider {
        metadata_url: Some("https://idp.example/metadata".to_owned()),
        issuer: "https://idp.example".to_owned(),
        sign_in_url: "https://idp.example/sso".to_owned(),
        sign_out_url: None,
        sign_out_response_url: None,
        sign_out_binding: None,
        certificates: vec!["one".to_owned()],
    };
    let pending = Some(Pending { since: at(3), state: PendingState::Dismissed });
    Record {
        etag: Some("W/\"a\"".to_owned()),
        last_modified: Some("Sun, 01 Mar 2026 12:00:00 GMT".to_owned()),
        fetched_at: Some(at(1)),
        valid_until: Some(at(9)),
        valid_since: Some(at(2)),
        cache_duration: Some(SignedDuration::from_hours(6)),
        failure: Some(Failure { since: at(4), message: "It is gone.".to_owned() }),
        copy: Some(Copy { provider, absent: BTreeMap::from([("two".to_owned(), at(5))]), pending }),
        ..Record::new(id(), "https://idp.example/metadata", at(7))
    }
}

async fn furnish(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let scope = place.store.account(account_id(1));
    scope.write(|tx| Box::pin(connections::create(tx, id(), "", at(0)))).await.unwrap();
}

async fn kept(place: &Place) -> Option<Record> {
    let scope = place.store.account(account_id(1));
    let found = scope.read(|tx| Box::pin(idp_metadata::find(tx, id()))).await.unwrap();
    let listed = scope.read(|tx| Box::pin(idp_metadata::list(tx))).await.unwrap();
    assert_eq!(listed, Vec::from_iter(found.clone()));
    found
}

async fn put(place: &Place, record: Record) -> Result<(), Error> {
    let scope = place.store.account(account_id(1));
    let put = scope.write(move |tx| {
        let record = record.clone();
        Box::pin(async move { idp_metadata::put(tx, &record).await })
    });
    put.await
}

async fn a_record_is_kept_as_it_is_and_replaced(place: &Place) {
    furnish(place).await;
    assert_eq!(kept(place).await, None);
    let new = Record::new(id(), "https://idp.example/metadata", at(0));
    for record in [new, full()] {
        put(place, record.clone()).await.unwrap();
        assert_eq!(kept(place).await, Some(record));
    }
}

async fn asking_anew_forgets_the_validators_alone(place: &Place) {
    furnish(place).await;
    put(place, full()).await.unwrap();
    let scope = place.store.account(account_id(1));
    scope.write(|tx| Box::pin(idp_metadata::ask_anew(tx, id()))).await.unwrap();
    assert_eq!(kept(place).await, Some(Record { etag: None, last_modified: None, ..full() }));
}

async fn a_record_needs_its_connection(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    assert!(put(place, full()).await.is_err());
}

async fn when_a_job_is_due_can_be_asked(place: &Place) {
    furnish(place).await;
    let scope = place.store.account(account_id(1));
    let due = async || scope.read(|tx| Box::pin(jobs::due(tx, "idp_metadata", [1; 16]))).await.unwrap();
    assert_eq!(due().await, None);
    scope.write(|tx| Box::pin(jobs::schedule(tx, "idp_metadata", [1; 16], at(5)))).await.unwrap();
    assert_eq!(due().await, Some(at(5)));
}
