//! Users as a directory sees them.

use crate::cases;
use crate::place::{Place, account_id, insert_user, user, user_id};
use vestibule_store::scim_users::{self, Description, Entry};
use vestibule_store::{Error, users};

cases! {
    a_name_that_a_directory_gave_is_found_in_any_case_and_an_address_is_the_name_of_the_others,
    two_users_of_an_account_never_have_the_same_name,
    every_address_that_was_written_finds_the_person,
    an_address_that_was_left_still_finds_the_person,
    an_answer_needs_the_document_alone_as_long_as_it_tells_everything,
    pages_follow_each_other_and_a_place_far_inside_is_found,
    whoever_is_deleted_leaves_the_address_free_and_is_counted_no_more,
}

/// What a directory says of somebody.
pub(crate) fn said<'a>(name: &'a str, external_id: Option<&'a str>, version: i64) -> Description<'a> {
    Description { user_name: name, user_name_folded: name, external_id, document: "{}", version }
}

async fn furnish(place: &Place) {
    for (number, address) in [(1, "anna@acme.example"), (2, "ben@acme.example"), (3, "cleo@acme.example")] {
        insert_user(&place.store, account_id(1), user(number, address)).await.unwrap();
    }
    insert_user(&place.store, account_id(2), user(4, "dora@other.example")).await.unwrap();
}

async fn describe(
    place: &Place,
    number: u8,
    name: &'static str,
    external_id: &'static str,
) -> Result<(), Error> {
    let scope = place.store.account(account_id(1));
    let written = scope.write(move |tx| {
        Box::pin(scim_users::describe(tx, user_id(number), said(name, Some(external_id), 1)))
    });
    written.await
}

async fn by_name(place: &Place, account: u8, name: &'static str) -> Option<Entry> {
    let scope = place.store.account(account_id(account));
    scope.read(|tx| Box::pin(scim_users::by_user_name(tx, name))).await.unwrap()
}

async fn a_name_that_a_directory_gave_is_found_in_any_case_and_an_address_is_the_name_of_the_others(
    place: &Place,
) {
    furnish(place).await;
    describe(place, 1, "a.berg", "00u1").await.unwrap();
    // Somebody's name is an address that nobody signs in with.
    describe(place, 2, "cleo@acme.example", "00u2").await.unwrap();
    assert_eq!(by_name(place, 1, "a.berg").await.unwrap().user.id, user_id(1));
    assert!(by_name(place, 1, "anna@acme.example").await.is_none(), "the name is another one by now");
    assert_eq!(
        by_name(place, 1, "cleo@acme.example").await.unwrap().user.id,
        user_id(2),
        "a given name goes first"
    );
    assert!(by_name(place, 2, "a.berg").await.is_none());
    let dora = by_name(place, 2, "dora@other.example").await.unwrap();
    assert_eq!((dora.user_name(), &dora.document), ("dora@other.example", &None));
}

async fn two_users_of_an_account_never_have_the_same_name(place: &Place) {
    furnish(place).await;
    describe(place, 1, "a.berg", "00u1").await.unwrap();
    assert!(matches!(describe(place, 2, "a.berg", "00u2").await, Err(Error::UserNameTaken)));
    describe(place, 2, "b.berg", "00U1").await.unwrap();
    describe(place, 3, "c.berg", "00u1").await.unwrap();
    let scope = place.store.account(account_id(1));
    let found = scope.read(|tx| Box::pin(scim_users::by_external_id(tx, "00u1", 9))).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|entry| entry.user.id).collect();
    assert_eq!(
        found,
        [user_id(1), user_id(3)],
        "letter for letter, and whoever sets it sees to it that it is one"
    );
}

async fn every_address_that_was_written_finds_the_person(place: &Place) {
    furnish(place).await;
    let scope = place.store.account(account_id(1));
    for written in [vec!["a@home.example", "b@home.example"], vec!["b@home.example", "c@home.example"]] {
        let written: Vec<String> = written.into_iter().map(str::to_owned).collect();
        let set = scope.write(move |tx| {
            let written = written.clone();
            Box::pin(async move { scim_users::set_addresses(tx, user_id(1), &written).await })
        });
        set.await.unwrap();
    }
    for (address, found) in
        [("a@home.example", 0), ("b@home.example", 1), ("c@home.example", 1), ("anna@acme.example", 1)]
    {
        let entries = scope.read(|tx| Box::pin(scim_users::by_address(tx, address, 9))).await.unwrap();
        assert_eq!(entries.len(), found, "{address}");
    }
}

async fn an_address_that_was_left_still_finds_the_person(place: &Place) {
    let scope = place.store.account(account_id(1));
    let anna = user(1, "anna@acme.example");
    let listed = ["anna@acme.example".to_owned(), "anna@home.example".to_owned()];
    let brought = scope.write({
        let (anna, listed) = (anna.clone(), listed.clone());
        move |tx| {
            let (anna, listed) = (anna.clone(), listed.clone());
            Box::pin(async move {
                users::insert_described(tx, &anna, Some(said("anna", None, 1))).await?;
                scim_users::add_addresses(tx, &anna, &listed).await
            })
        }
    });
    brought.await.unwrap();
    let email = vestibule_model::email::Email::parse("berg@acme.example").unwrap();
    let renamed = vestibule_model::user::User { email, ..anna };
    let moved = scope.write(move |tx| {
        let renamed = renamed.clone();
        Box::pin(async move { users::update(tx, &renamed).await })
    });
    moved.await.unwrap();
    for address in ["anna@acme.example", "anna@home.example", "berg@acme.example"] {
        let entries = scope.read(|tx| Box::pin(scim_users::by_address(tx, address, 9))).await.unwrap();
        assert_eq!(entries.len(), 1, "{address}");
    }
}

async fn an_answer_needs_the_document_alone_as_long_as_it_tells_everything(place: &Place) {
    furnish(place).await;
    describe(place, 1, "a.berg", "00u1").await.unwrap();
    // Somebody's name is an address that nobody signs in with.
    describe(place, 2, "cleo@acme.example", "00u2").await.unwrap();
    let scope = place.store.account(account_id(1));
    let named = async |name: &'static str| {
        scope.read(move |tx| Box::pin(scim_users::shown_by_user_name(tx, name))).await.unwrap()
    };
    let anna = named("a.berg").await.unwrap();
    assert_eq!((anna.id, anna.document.as_deref(), anna.version), (user_id(1), Some("{}"), 1));
    assert_eq!(named("cleo@acme.example").await.unwrap().id, user_id(2), "a given name goes first");
    assert!(named("anna@acme.example").await.is_none());
    let changed = async |document: Option<&'static str>| {
        let written = scope.write(move |tx| {
            Box::pin(async move {
                let anna = users::by_id(tx, user_id(1)).await?.unwrap();
                let version = users::update(tx, &anna).await?;
                match document {
                    Some(document) => scim_users::rewrite(tx, user_id(1), document, version).await,
                    None => Ok(()),
                }
            })
        });
        written.await.unwrap();
        scope.read(|tx| Box::pin(scim_users::shown(tx, user_id(1)))).await.unwrap().unwrap()
    };
    assert_eq!(changed(None).await.document, None, "the record went on without it");
    let anna = changed(Some("{\"title\":\"x\"}")).await;
    assert_eq!((anna.user_name.as_str(), anna.document.as_deref()), ("a.berg", Some("{\"title\":\"x\"}")));
    let page = scope.read(|tx| Box::pin(scim_users::shown_page(tx, Some(user_id(1)), 9))).await.unwrap();
    let told: Vec<_> = page.iter().map(|user| (user.id, user.document.is_some())).collect();
    assert_eq!(told, [(user_id(2), true), (user_id(3), false)]);
    let page = scope.read(|tx| Box::pin(scim_users::from(tx, user_id(2), 1))).await.unwrap();
    assert_eq!(page.iter().map(|entry| entry.user.id).collect::<Vec<_>>(), [user_id(2)]);
}

async fn pages_follow_each_other_and_a_place_far_inside_is_found(place: &Place) {
    furnish(place).await;
    let scope = place.store.account(account_id(1));
    let ids = async |after, limit| {
        let page = scope.read(move |tx| Box::pin(scim_users::page(tx, after, limit))).await.unwrap();
        page.into_iter().map(|entry| entry.user.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 2).await, [user_id(1), user_id(2)]);
    assert_eq!(ids(Some(user_id(2)), 2).await, [user_id(3)]);
    let at = async |after, offset| {
        scope.read(move |tx| Box::pin(scim_users::at(tx, after, offset))).await.unwrap()
    };
    assert_eq!(at(None, 2).await, Some(user_id(3)));
    assert_eq!(at(Some(user_id(1)), 1).await, Some(user_id(3)));
    assert_eq!(at(None, 3).await, None);
}

async fn whoever_is_deleted_leaves_the_address_free_and_is_counted_no_more(place: &Place) {
    furnish(place).await;
    let scope = place.store.account(account_id(1));
    let deleted = async |version| {
        let gone = vestibule_model::user::User { version, ..user(1, "anna@acme.example") };
        scope
            .write(move |tx| {
                let gone = gone.clone();
                Box::pin(async move { users::delete(tx, &gone).await })
            })
            .await
    };
    assert!(matches!(deleted(9).await, Err(Error::Stale)));
    deleted(1).await.unwrap();
    let count = scope.read(|tx| Box::pin(users::count(tx))).await.unwrap();
    assert_eq!(count, 2);
    insert_user(&place.store, account_id(2), user(5, "anna@acme.example")).await.unwrap();
}
