//! The API call log.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account};
use jiff::Timestamp;
use vestibule_model::api_call::{About, Ending, Entry, Filter, Subject};
use vestibule_model::id::{CallId, GroupId, TokenId, UserId};
use vestibule_store::Error;
use vestibule_store::api_calls::{self, Block};

cases! {
    a_call_is_found_with_its_block,
    a_search_is_newest_first_and_matches_person_ending_product_and_time,
    calls_of_another_account_are_not_found,
    old_calls_are_purged_but_never_the_newest_ones,
}

/// An id made at a time, as `app` makes them.
fn id(time: Timestamp, number: u8) -> CallId {
    let milliseconds = u128::from(u64::try_from(time.as_millisecond()).unwrap());
    CallId::from_bytes((milliseconds << 80 | 0x7 << 76 | u128::from(number)).to_be_bytes())
}

/// Even calls are about the user 1, odd ones about a group; every third one is refused.
fn entry(number: u8) -> Entry {
    let time = at(i64::from(number));
    let anna =
        Subject::User(UserId::from_bytes([1; 16]), (number < 4).then(|| "Anna@acme.example".to_owned()));
    let even = number.is_multiple_of(2);
    Entry {
        id: id(time, number),
        time,
        method: "GET".to_owned(),
        path: "/v2/users".to_owned(),
        status: if number.is_multiple_of(3) { 409 } else { 200 },
        duration_micros: 120,
        token: TokenId::from_bytes([2; 16]),
        client: "Okta".to_owned(),
        dialect: even.then(|| "Okta".to_owned()),
        story: Some(format!("call {number}")),
        subject: Some(if even { anna } else { Subject::Group(GroupId::from_bytes([3; 16]), None) }),
    }
}

/// Writes calls in blocks of two.
async fn write(place: &Place, account: u8, numbers: impl IntoIterator<Item = u8>) {
    let entries: Vec<Entry> = numbers.into_iter().map(entry).collect();
    let written = place.store.account(account_id(account)).write(move |tx| {
        let entries = entries.clone();
        Box::pin(async move {
            for pair in entries.chunks(2) {
                let (first, last) = (pair.first().unwrap().id, pair.last().unwrap().id);
                let block = Block { id: first, last, sealed: vec![0, 255] };
                api_calls::insert(tx, pair, &block).await?;
            }
            Ok::<_, Error>(())
        })
    });
    written.await.unwrap();
}

async fn search(place: &Place, account: u8, filter: Filter) -> Vec<String> {
    let found = place.store.account(account_id(account)).read(move |tx| {
        let filter = filter.clone();
        Box::pin(async move { api_calls::search(tx, &filter).await })
    });
    let number = |entry: Entry| entry.story.unwrap().trim_start_matches("call ").to_owned();
    found.await.unwrap().into_iter().map(number).collect()
}

fn all() -> Filter {
    Filter { limit: 200, ..Filter::default() }
}

async fn a_call_is_found_with_its_block(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    write(place, 1, 1..=3).await;
    let found = place.store.account(account_id(1)).read(|tx| {
        Box::pin(async move {
            let (found, block, place) = api_calls::one(tx, entry(2).id).await?.unwrap();
            let none = api_calls::one(tx, entry(9).id).await?;
            Ok::<_, Error>((found, place, api_calls::block(tx, block).await?, none))
        })
    });
    assert_eq!(found.await.unwrap(), (entry(2), 1, Some(vec![0, 255]), None));
}

async fn a_search_is_newest_first_and_matches_person_ending_product_and_time(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    write(place, 1, 1..=6).await;
    assert_eq!(search(place, 1, all()).await, ["6", "5", "4", "3", "2", "1"]);
    let page = Filter { before: Some(entry(5).id), limit: 2, ..all() };
    assert_eq!(search(place, 1, page).await, ["4", "3"]);
    let about = |user: Option<u8>, name: Option<&str>| {
        let user = user.map(|byte| UserId::from_bytes([byte; 16]));
        Filter { about: Some(About { user, name: name.map(str::to_owned) }), ..all() }
    };
    assert_eq!(search(place, 1, about(Some(1), None)).await, ["6", "4", "2"]);
    assert_eq!(search(place, 1, about(None, Some("anna@acme.example"))).await, ["2"]);
    assert_eq!(search(place, 1, about(Some(9), Some("nobody"))).await, [""; 0]);
    assert_eq!(search(place, 1, Filter { ending: Some(Ending::Refused), ..all() }).await, ["6", "3"]);
    assert_eq!(search(place, 1, Filter { dialect: Some("Okta".to_owned()), ..all() }).await, ["6", "4", "2"]);
    assert_eq!(search(place, 1, Filter { since: Some(at(5)), ..all() }).await, ["6", "5"]);
}

async fn calls_of_another_account_are_not_found(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(2, "globex")).await.unwrap();
    write(place, 1, 1..=2).await;
    assert_eq!(search(place, 2, all()).await, [""; 0]);
    let id = entry(1).id;
    let found = place.store.account(account_id(2)).read(move |tx| {
        Box::pin(
            async move { Ok::<_, Error>((api_calls::one(tx, id).await?, api_calls::block(tx, id).await?)) },
        )
    });
    assert_eq!(found.await.unwrap(), (None, None));
    assert_eq!(search(place, 1, all()).await, ["2", "1"]);
}

async fn old_calls_are_purged_but_never_the_newest_ones(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(2, "globex")).await.unwrap();
    write(place, 1, 1..=6).await;
    write(place, 2, 1..=2).await;
    let purge = async |before: i64| {
        let purged = place.store.write(move |tx| {
            Box::pin(async move {
                let calls = api_calls::purge(tx, at(before), 3).await?;
                Ok::<_, Error>((calls, api_calls::purge_blocks(tx, at(before)).await?))
            })
        });
        purged.await.unwrap()
    };
    assert_eq!(purge(3).await, (2, 1), "older than 3");
    assert_eq!(purge(100).await, (1, 0), "the newest three stay, and the block that one of them is in");
    assert_eq!(search(place, 1, all()).await, ["6", "5", "4"]);
    assert_eq!(search(place, 2, all()).await, ["2", "1"]);
    assert_eq!(purge(100).await, (0, 0));
}
