//! The response log.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account};
use jiff::Timestamp;
use vestibule_model::code::Code;
use vestibule_model::id::{ConnectionId, LogId};
use vestibule_model::response_log::{Entry, Filter, OutcomeWord, TrackingId};
use vestibule_store::{Error, response_log};

cases! {
    a_row_is_found_by_its_id_with_its_detail,
    a_search_is_newest_first_and_goes_on_where_the_page_ended,
    a_search_matches_person_code_outcome_tracking_id_and_time,
    the_operator_finds_the_account_of_a_row,
    old_rows_are_purged_piece_by_piece,
}

/// An id made at a time, as `app` makes them.
fn log_id(time: Timestamp, number: u8) -> LogId {
    let milliseconds = u128::from(u64::try_from(time.as_millisecond()).unwrap());
    LogId::from_bytes((milliseconds << 80 | 0x7 << 76 | u128::from(number)).to_be_bytes())
}

fn entry(number: u8) -> Entry {
    let time = at(i64::from(number));
    let refused = number.is_multiple_of(2);
    Entry {
        id: log_id(time, number),
        tracking_id: TrackingId::from_bytes([number; 16]),
        time,
        connection: Some(ConnectionId::from_bytes([1; 16])),
        user: Some(if number < 3 { "Anna@ACME.example" } else { "Not An Address" }.to_owned()),
        outcome: if refused { OutcomeWord::Refused } else { OutcomeWord::Accepted },
        code: refused.then_some(Code::NoEmail),
    }
}

async fn write(place: &Place, account: u8, entries: impl IntoIterator<Item = u8>) {
    let entries: Vec<u8> = entries.into_iter().collect();
    let written = place.store.account(account_id(account)).write(move |tx| {
        let entries = entries.clone();
        Box::pin(async move {
            for number in entries {
                response_log::insert(tx, &entry(number), &[number, 0, 255]).await?;
            }
            Ok::<_, Error>(())
        })
    });
    written.await.unwrap();
}

async fn search(place: &Place, filter: Filter) -> Vec<Entry> {
    let found = place.store.account(account_id(1)).read(move |tx| {
        let filter = filter.clone();
        Box::pin(async move { response_log::search(tx, &filter).await })
    });
    found.await.unwrap()
}

async fn a_row_is_found_by_its_id_with_its_detail(place: &Place) {
    write(place, 1, [1, 2]).await;
    let found = place.store.account(account_id(1)).read(|tx| {
        Box::pin(async move {
            let second = response_log::detail(tx, entry(2).id).await?;
            let first = response_log::detail(tx, entry(1).id).await?;
            let unknown = response_log::detail(tx, entry(3).id).await?;
            Ok::<_, Error>([second, first, unknown])
        })
    });
    let expected = [Some((entry(2), vec![2, 0, 255])), Some((entry(1), vec![1, 0, 255])), None];
    assert_eq!(found.await.unwrap(), expected);
}

async fn a_search_is_newest_first_and_goes_on_where_the_page_ended(place: &Place) {
    write(place, 1, [2, 5, 1, 4, 3]).await;
    let first = search(place, Filter { limit: 2, ..Filter::default() }).await;
    assert_eq!(first, [entry(5), entry(4)]);
    let before = first.last().map(|entry| entry.id);
    assert_eq!(
        search(place, Filter { limit: 9, before, ..Filter::default() }).await,
        [entry(3), entry(2), entry(1)]
    );
}

async fn a_search_matches_person_code_outcome_tracking_id_and_time(place: &Place) {
    write(place, 1, 1..=5).await;
    let all = Filter { limit: 200, ..Filter::default() };
    let user = |user: &str| Filter { user: Some(user.to_owned()), ..all.clone() };
    assert_eq!(search(place, user("anna@acme.example")).await, [entry(2), entry(1)]);
    assert_eq!(search(place, user("NOT an address")).await, [entry(5), entry(4), entry(3)]);
    let with_code = Filter { code: Some(Code::NoEmail), ..all.clone() };
    assert_eq!(search(place, with_code.clone()).await, [entry(4), entry(2)]);
    let both = Filter { user: Some("anna@acme.example".to_owned()), ..with_code };
    assert_eq!(search(place, both).await, [entry(2)]);
    let accepted = Filter { outcome: Some(OutcomeWord::Accepted), ..all.clone() };
    assert_eq!(search(place, accepted).await, [entry(5), entry(3), entry(1)]);
    let tracked = Filter { tracking_id: Some(entry(3).tracking_id), ..all.clone() };
    assert_eq!(search(place, tracked).await, [entry(3)]);
    let recent = Filter { since: Some(at(4)), ..all };
    assert_eq!(search(place, recent).await, [entry(5), entry(4)]);
}

async fn the_operator_finds_the_account_of_a_row(place: &Place) {
    for (number, label) in [(1, "acme"), (2, "beta")] {
        create_account(&place.store, account(number, label)).await.unwrap();
        write(place, number, [number]).await;
    }
    let find = |number: u8| {
        place
            .store
            .read(move |tx| Box::pin(async move { response_log::find_account(tx, entry(number).id).await }))
    };
    assert_eq!(find(2).await.unwrap(), Some(account_id(2)));
    assert_eq!(find(3).await.unwrap(), None);
}

async fn old_rows_are_purged_piece_by_piece(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(2, "beta")).await.unwrap();
    write(place, 1, 1..=200).await;
    write(place, 2, 1..=200).await;
    let purge = |before: i64| {
        place.store.write_bulk(move |tx| Box::pin(async move { response_log::purge(tx, at(before)).await }))
    };
    assert_eq!(purge(1).await.unwrap(), 0);
    assert_eq!(purge(199).await.unwrap(), 396);
    let left = search(place, Filter { limit: 200, ..Filter::default() }).await;
    assert_eq!(left, [entry(200), entry(199)]);
}
