//! Groups, and why a person belongs to one.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, user, user_id};
use vestibule_model::group::{Group, GroupKind, GroupName, Origin};
use vestibule_model::id::GroupId;
use vestibule_store::{Error, groups};

cases! {
    a_group_is_made_once_whatever_the_case_of_its_name,
    a_name_is_another_group_in_another_kind_and_another_account,
    a_membership_is_a_row_for_each_origin,
    memberships_come_in_the_order_of_their_places,
    t06_nobody_joins_a_group_of_another_account,
}

const KIND: GroupKind = GroupKind::UserGroup;

fn group_id(number: u8) -> GroupId {
    GroupId::from_bytes([number; 16])
}

async fn ensure(place: &Place, account: u8, (kind, name): (GroupKind, &'static str), id: u8) -> Group {
    let scope = place.store.account(account_id(account));
    let made = scope.write(move |tx| {
        let name = GroupName::parse(name).unwrap();
        Box::pin(async move { groups::ensure(tx, (kind, &name), group_id(id), at(0)).await })
    });
    made.await.unwrap()
}

async fn join(place: &Place, account: u8, group: GroupId, as_what: (Origin, i64)) -> Result<(), Error> {
    let scope = place.store.account(account_id(account));
    scope.write(move |tx| Box::pin(async move { groups::join(tx, user_id(1), group, as_what).await })).await
}

async fn leave(place: &Place, group: GroupId, origin: Origin) {
    let scope = place.store.account(account_id(1));
    let left =
        scope.write(move |tx| Box::pin(async move { groups::leave(tx, user_id(1), group, origin).await }));
    left.await.unwrap();
}

/// The memberships of the first user: group, origin, place.
async fn memberships(place: &Place) -> Vec<(String, Origin, i64)> {
    let scope = place.store.account(account_id(1));
    let found = scope.read(|tx| Box::pin(groups::of_user(tx, user_id(1)))).await.unwrap();
    found.into_iter().map(|m| (m.group.name.to_string(), m.origin, m.position)).collect()
}

async fn a_group_is_made_once_whatever_the_case_of_its_name(place: &Place) {
    let made = ensure(place, 1, (KIND, "Möbel & Co"), 1).await;
    let again = ensure(place, 1, (KIND, "MÖBEL & co"), 2).await;
    assert_eq!(again, made, "it keeps its id and the name as it was first written");
    let scope = place.store.account(account_id(1));
    let listed = scope.read(|tx| Box::pin(groups::list(tx, KIND))).await.unwrap();
    assert_eq!(listed, [made]);
}

async fn a_name_is_another_group_in_another_kind_and_another_account(place: &Place) {
    for (number, (account, kind)) in
        [(1, KIND), (1, GroupKind::Channel), (1, GroupKind::ImGroup), (2, KIND)].into_iter().enumerate()
    {
        let id = u8::try_from(number).unwrap() + 1;
        assert_eq!(ensure(place, account, (kind, "Sales"), id).await.id, group_id(id));
    }
    let scope = place.store.account(account_id(2));
    let found = scope.read(|tx| {
        Box::pin(async move {
            let name = GroupName::parse("sales").unwrap();
            let channel = groups::by_name(tx, GroupKind::Channel, &name).await?;
            Ok::<_, Error>((groups::by_name(tx, KIND, &name).await?.map(|group| group.id), channel))
        })
    });
    assert_eq!(found.await.unwrap(), (Some(group_id(4)), None));
}

async fn a_membership_is_a_row_for_each_origin(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    let sales = ensure(place, 1, (KIND, "Sales"), 1).await.id;
    join(place, 1, sales, (Origin::Mapping, 0)).await.unwrap();
    join(place, 1, sales, (Origin::Manual, 5)).await.unwrap();
    join(place, 1, sales, (Origin::Mapping, 2)).await.unwrap();
    let sales_by = |origin, position| ("Sales".to_owned(), origin, position);
    assert_eq!(memberships(place).await, [sales_by(Origin::Mapping, 2), sales_by(Origin::Manual, 5)]);
    leave(place, sales, Origin::Mapping).await;
    leave(place, sales, Origin::Scim).await;
    assert_eq!(
        memberships(place).await,
        [sales_by(Origin::Manual, 5)],
        "who did not give it does not take it"
    );
}

async fn memberships_come_in_the_order_of_their_places(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    for (id, name, position) in [(1, "C", 7), (2, "A", 0), (3, "B", 3)] {
        let group = ensure(place, 1, (KIND, name), id).await.id;
        join(place, 1, group, (Origin::Csv, position)).await.unwrap();
    }
    let names: Vec<String> = memberships(place).await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["A", "B", "C"]);
}

async fn t06_nobody_joins_a_group_of_another_account(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    let theirs = ensure(place, 2, (KIND, "Sales"), 1).await.id;
    for account in [1, 2] {
        let joined = join(place, account, theirs, (Origin::Manual, 0)).await;
        assert!(matches!(joined, Err(Error::Database { .. })), "{joined:?}");
    }
    let ours = ensure(place, 1, (KIND, "Sales"), 2).await.id;
    join(place, 1, ours, (Origin::Manual, 0)).await.unwrap();
    assert_eq!(memberships(place).await.len(), 1);
}
