//! Users counted in runs: every place of a long list is found, whoever comes and goes, in whatever order.

use crate::cases;
use crate::place::{Place, account_id, user};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::user::User;
use vestibule_store::{Error, scim_users, users};

cases! {
    every_place_of_a_long_list_is_found_whatever_the_order_in_which_people_came,
    a_place_is_found_when_most_of_those_before_it_have_gone,
    nobody_is_counted_twice_where_several_come_at_once,
}

fn id(number: u32) -> UserId {
    let number = number.to_be_bytes();
    let mut bytes = [number[3]; 16];
    bytes[..4].copy_from_slice(&number);
    UserId::from_bytes(bytes)
}

fn person(number: u32) -> User {
    let email = Email::parse(&format!("user{number}@acme.example")).unwrap();
    User { id: id(number), email, ..user(1, "x@acme.example") }
}

async fn bring(place: &Place, numbers: Vec<u32>) -> Result<(), Error> {
    let scope = place.store.account(account_id(1));
    let brought = scope.write(move |tx| {
        let numbers = numbers.clone();
        Box::pin(async move {
            for number in numbers {
                users::insert(tx, &person(number)).await?;
            }
            Ok(())
        })
    });
    brought.await
}

async fn take_away(place: &Place, numbers: Vec<u32>) {
    let scope = place.store.account(account_id(1));
    let gone = scope.write(move |tx| {
        let numbers = numbers.clone();
        Box::pin(async move {
            for number in numbers {
                users::delete(tx, &person(number)).await?;
            }
            Ok::<_, Error>(())
        })
    });
    gone.await.unwrap();
}

async fn standing_at(place: &Place, at: i64) -> Option<UserId> {
    let scope = place.store.account(account_id(1));
    scope.read(move |tx| Box::pin(scim_users::standing_at(tx, at))).await.unwrap()
}

async fn total(place: &Place) -> i64 {
    place.store.account(account_id(1)).read(|tx| Box::pin(users::count(tx))).await.unwrap()
}

/// The list must be exactly these, in order.
async fn expect(place: &Place, listed: &[u32]) {
    assert_eq!(total(place).await, listed.len() as i64);
    for (at, number) in listed.iter().enumerate().step_by(97) {
        assert_eq!(standing_at(place, at as i64).await, Some(id(*number)), "place {at}");
    }
    assert_eq!(standing_at(place, listed.len() as i64 - 1).await, listed.last().copied().map(id));
    assert_eq!(standing_at(place, listed.len() as i64).await, None);
}

async fn every_place_of_a_long_list_is_found_whatever_the_order_in_which_people_came(place: &Place) {
    // Two runs and more; 4,999 is prime, so that this goes through all numbers in a wild order.
    let wild: Vec<u32> = (1..4_999).map(|step| step * 1_234 % 4_999).collect();
    for some in wild.chunks(500) {
        bring(place, some.to_vec()).await.unwrap();
    }
    expect(place, &(1..4_999).collect::<Vec<_>>()).await;
}

async fn a_place_is_found_when_most_of_those_before_it_have_gone(place: &Place) {
    bring(place, (1..4_200).collect()).await.unwrap();
    take_away(place, (1..3_000).filter(|number| number % 100 != 0).collect()).await;
    let left: Vec<u32> = (1..4_200).filter(|number| *number >= 3_000 || number % 100 == 0).collect();
    expect(place, &left).await;
    take_away(place, left.clone()).await;
    assert_eq!((total(place).await, standing_at(place, 0).await), (0, None));
    bring(place, vec![5]).await.unwrap();
    assert_eq!((total(place).await, standing_at(place, 0).await), (1, Some(id(5))));
}

async fn nobody_is_counted_twice_where_several_come_at_once(place: &Place) {
    // Each brings every fourth, so all of them meet in the same run when it is cut.
    let bring_all = async |first: u32| {
        for some in (0..1_100).map(|step| first + 4 * step).collect::<Vec<_>>().chunks(10) {
            bring(place, some.to_vec()).await.unwrap();
        }
    };
    tokio::join!(bring_all(1), bring_all(2), bring_all(3), bring_all(4));
    expect(place, &(1..4_401).collect::<Vec<_>>()).await;
}
