//! The audit log.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account};
use vestibule_model::audit::{Actor, Area, Deed, Entrance, Filter, Hash, Head, Record, Subject, Thing};
use vestibule_store::audit::{self, Kept};
use vestibule_store::{Error, Tx};

cases! {
    records_are_numbered_without_gaps_and_found_by_what_they_say,
    many_who_append_at_once_stand_in_one_row,
}

/// Appends a record; its hash is its number alone.
async fn append(tx: &Tx<'_>, (deed, name): (Deed, &str), seconds: i64) -> Result<Head, Error> {
    let head = audit::lock_head(tx).await?;
    let record = Record {
        number: head.number + 1,
        time: at(seconds),
        account: tx.account(),
        actor: Actor::Operator,
        entrance: Entrance::CommandLine,
        address: None,
        deed,
        subject: Subject::new(Thing::Group, format!("grp_{name}"), name),
        changes: Vec::new(),
        previous: head.hash,
    };
    let hash = Hash([u8::try_from(record.number).unwrap(); 32]);
    audit::append(tx, &Kept::of(&record, audit::text(&record)?, hash)).await?;
    audit::head(tx).await
}

async fn write(place: &Place, number: u8, deed: Deed, name: &'static str, seconds: i64) -> Head {
    let written = place
        .store
        .account(account_id(number))
        .write(move |tx| Box::pin(async move { append(tx, (deed, name), seconds).await }));
    written.await.unwrap()
}

async fn search(place: &Place, number: u8, filter: Filter) -> Vec<i64> {
    let found = place.store.account(account_id(number)).read(move |tx| {
        let filter = Filter { limit: 200, ..filter.clone() };
        Box::pin(async move { audit::search(tx, &filter).await })
    });
    found.await.unwrap().into_iter().map(|kept: Kept| kept.number).collect()
}

async fn records_are_numbered_without_gaps_and_found_by_what_they_say(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(2, "beta")).await.unwrap();
    assert_eq!(write(place, 1, Deed::GroupCreated, "Sales", 1).await.number, 1);
    assert_eq!(write(place, 1, Deed::GroupDeleted, "Sales", 2).await.number, 2);
    assert_eq!(write(place, 2, Deed::GroupCreated, "Sales", 3).await.number, 1, "each account counts alone");
    assert_eq!(
        write(place, 1, Deed::DomainClaimed, "Other", 4).await,
        Head { number: 3, hash: Hash([3; 32]) }
    );

    let undone = place.store.account(account_id(1)).write(|tx| {
        Box::pin(async move {
            append(tx, (Deed::GroupCreated, "Never"), 5).await?;
            Err::<(), _>(Error::Stale)
        })
    });
    assert!(undone.await.is_err());

    let about = |text: &str| Filter { about: Some(text.to_owned()), ..Filter::default() };
    assert_eq!(search(place, 1, Filter::default()).await, [3, 2, 1], "what was undone left no gap");
    assert_eq!(search(place, 1, about("sales")).await, [2, 1]);
    assert_eq!(search(place, 1, about("grp_Other")).await, [3]);
    assert_eq!(search(place, 1, about("operator")).await, [3, 2, 1]);
    assert_eq!(search(place, 1, Filter { area: Some(Area::Domains), ..about("other") }).await, [3]);
    assert_eq!(
        search(place, 1, Filter { since: Some(at(2)), until: Some(at(4)), ..Filter::default() }).await,
        [2]
    );
    assert_eq!(search(place, 1, Filter { before: Some(2), ..Filter::default() }).await, [1]);
    assert_eq!(search(place, 2, Filter::default()).await, [1]);

    let read = place.store.account(account_id(1)).read(|tx| {
        Box::pin(async move {
            let of_subject = audit::of_subject(tx, "grp_Sales", 1).await?;
            Ok::<_, Error>((of_subject, audit::following(tx, 1, Some(at(3)), 10).await?))
        })
    });
    let (of_subject, following) = read.await.unwrap();
    assert_eq!(of_subject.iter().map(|kept| kept.number).collect::<Vec<_>>(), [2]);
    assert_eq!(following.iter().map(|kept| kept.number).collect::<Vec<_>>(), [3]);
}

async fn many_who_append_at_once_stand_in_one_row(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let nodes = [place.store.clone(), place.open().await.unwrap()];
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let [one, other] = &nodes;
        let store = if number % 2 == 0 { one } else { other }.clone();
        writers.spawn(async move {
            let write = store
                .account(account_id(1))
                .write(|tx| Box::pin(async move { append(tx, (Deed::GroupCreated, "Sales"), 1).await }));
            write.await
        });
    }
    for written in writers.join_all().await {
        written.unwrap();
    }
    assert_eq!(search(place, 1, Filter::default()).await, (1..=8).rev().collect::<Vec<i64>>());
}
