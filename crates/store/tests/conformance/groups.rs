//! Groups, and why a person belongs to one.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, user, user_id};
use vestibule_model::group::{Group, GroupKind, GroupName, Origin};
use vestibule_model::group::{Setting, Settings};
use vestibule_model::id::GroupId;
use vestibule_store::groups::Record;
use vestibule_store::{Body, Error, Tx, groups, scim_groups};

cases! {
    a_group_is_made_once_whatever_the_case_of_its_name,
    a_name_is_another_group_in_another_kind_and_another_account,
    a_membership_is_a_row_for_each_origin,
    memberships_come_in_the_order_of_their_places,
    t06_nobody_joins_a_group_of_another_account,
    t16_a_deleted_group_takes_every_membership_along_and_its_name_is_free_for_another_one,
    t16_a_renamed_group_keeps_its_members_and_no_two_have_one_name,
    a_record_is_written_at_the_version_at_which_it_was_read,
    groups_come_page_by_page_with_the_number_of_their_members,
    members_come_page_by_page_each_once,
    a_directory_sees_each_member_once_by_the_name_that_it_gave,
    t06_with_another_accounts_ids_no_group_is_found_or_changed,
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
        assert!(matches!(joined, Err(Error::Stale)), "{joined:?}");
    }
    let ours = ensure(place, 1, (KIND, "Sales"), 2).await.id;
    join(place, 1, ours, (Origin::Manual, 0)).await.unwrap();
    assert_eq!(memberships(place).await.len(), 1);
}

/// Writes in the first account.
async fn write<T: Send + 'static>(
    place: &Place,
    body: impl for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, Error> + Send + 'static,
) -> Result<T, Error> {
    place.store.account(account_id(1)).write(body).await
}

async fn record(place: &Place, id: GroupId) -> Option<Record> {
    let scope = place.store.account(account_id(1));
    scope.read(move |tx| Box::pin(groups::by_id(tx, id))).await.unwrap()
}

/// Users 1 to 3, and the group Sales with the first two of them.
async fn sales(place: &Place) -> GroupId {
    for (number, email) in [(1, "anna@acme.example"), (2, "bob@acme.example"), (3, "ann@acme.example")] {
        insert_user(&place.store, account_id(1), user(number, email)).await.unwrap();
    }
    let sales = ensure(place, 1, (KIND, "Sales"), 1).await.id;
    let joined = write(place, move |tx| {
        Box::pin(async move {
            for origin in Origin::ALL {
                groups::join(tx, user_id(1), sales, (origin, 0)).await?;
            }
            groups::join(tx, user_id(2), sales, (Origin::Manual, 0)).await
        })
    });
    joined.await.unwrap();
    sales
}

async fn t16_a_deleted_group_takes_every_membership_along_and_its_name_is_free_for_another_one(
    place: &Place,
) {
    let deleted = sales(place).await;
    assert!(write(place, move |tx| Box::pin(groups::delete(tx, deleted))).await.unwrap());
    assert!(memberships(place).await.is_empty() && record(place, deleted).await.is_none());
    assert!(!write(place, move |tx| Box::pin(groups::delete(tx, deleted))).await.unwrap());
    let again = ensure(place, 1, (KIND, "sales"), 2).await;
    assert_ne!(again.id, deleted);
    let count =
        place.store.account(account_id(1)).read(move |tx| Box::pin(groups::count(tx, again.id))).await;
    assert_eq!(count.unwrap(), 0, "nobody belongs to the new one");
    let joined = join(place, 1, deleted, (Origin::Mapping, 0)).await;
    assert!(matches!(joined, Err(Error::Stale)), "{joined:?}");
}

async fn t16_a_renamed_group_keeps_its_members_and_no_two_have_one_name(place: &Place) {
    let id = sales(place).await;
    ensure(place, 1, (KIND, "Marketing"), 2).await;
    ensure(place, 1, (GroupKind::Channel, "Revenue"), 3).await;
    let rename = async |to: &'static str| {
        let before = record(place, id).await.unwrap();
        write(place, move |tx| {
            let mut record = before.clone();
            record.group.name = GroupName::parse(to).unwrap();
            Box::pin(async move { groups::update(tx, &record, at(9)).await })
        })
        .await
    };
    assert!(matches!(rename("MARKETING").await, Err(Error::GroupNameTaken)));
    assert_eq!(rename("SALES").await.unwrap(), 2, "another case is no other name");
    assert_eq!(rename("Revenue").await.unwrap(), 3, "a channel of that name is another thing");
    let named: Vec<String> = memberships(place).await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(named, ["Revenue"; 4]);
}

async fn a_record_is_written_at_the_version_at_which_it_was_read(place: &Place) {
    let id = sales(place).await;
    let other = ensure(place, 1, (KIND, "Other"), 2).await.id;
    let before = record(place, id).await.unwrap();
    assert_eq!((before.version, before.updated_at, before.settings.len()), (1, at(0), 0));
    let setting = Setting { value: "15m".to_owned(), locked: true };
    let settings: Settings = [("session_idle".to_owned(), setting)].into();
    let changed = Record { settings: settings.clone(), external_id: Some("e-1".to_owned()), ..before };
    let put = |changed: Record| {
        write(place, move |tx| {
            let changed = changed.clone();
            Box::pin(async move { groups::update(tx, &changed, at(5)).await })
        })
    };
    assert_eq!(put(changed.clone()).await.unwrap(), 2);
    assert!(matches!(put(changed.clone()).await, Err(Error::Stale)));
    let after = record(place, id).await.unwrap();
    assert_eq!(after, Record { version: 2, updated_at: at(5), ..changed });
    let alike = Record { external_id: Some("e-1".to_owned()), ..record(place, other).await.unwrap() };
    put(alike).await.unwrap();
    let found = place.store.account(account_id(1)).read(|tx| {
        Box::pin(async move {
            let known = scim_groups::by_external_id(tx, "e-1", 9).await?;
            Ok::<_, Error>((known, groups::with_settings(tx).await?))
        })
    });
    let (known, with_settings) = found.await.unwrap();
    let ids: Vec<_> = known.iter().map(|record| record.group.id).collect();
    assert_eq!(ids, [id, other], "whoever sets an external id sees to it that it is the only one");
    assert_eq!(with_settings, [(after.group, settings)]);
}

async fn groups_come_page_by_page_with_the_number_of_their_members(place: &Place) {
    sales(place).await;
    for (id, name) in [(2, "Sales West"), (3, "Support"), (4, "Sales East")] {
        ensure(place, 1, (KIND, name), id).await;
    }
    ensure(place, 1, (GroupKind::Channel, "Sales North"), 5).await;
    let page = async |prefix: &'static str, after: Option<&'static str>, limit: u32| {
        let scope = place.store.account(account_id(1));
        let found = scope.read(move |tx| Box::pin(groups::page(tx, KIND, (prefix, after), limit))).await;
        let named =
            found.unwrap().into_iter().map(|(record, members)| (record.group.name.to_string(), members));
        named.collect::<Vec<_>>()
    };
    let named = |name: &str, members: i64| (name.to_owned(), members);
    assert_eq!(page("sales", None, 2).await, [named("Sales", 2), named("Sales East", 0)]);
    assert_eq!(page("sales", Some("sales east"), 2).await, [named("Sales West", 0)]);
    assert_eq!(page("", None, 9).await.len(), 4);
}

async fn members_come_page_by_page_each_once(place: &Place) {
    let sales = sales(place).await;
    let joined = write(place, move |tx| {
        Box::pin(async move { groups::join(tx, user_id(3), sales, (Origin::Scim, 0)).await })
    });
    joined.await.unwrap();
    let scope = place.store.account(account_id(1));
    let all = async |after: Option<u8>, limit: u32| {
        let after = after.map(user_id);
        let found = scope.read(move |tx| Box::pin(groups::members(tx, sales, after, limit))).await.unwrap();
        found.into_iter().map(|member| (member.user.id, member.origins.len())).collect::<Vec<_>>()
    };
    assert_eq!(all(None, 1).await, [(user_id(1), 4)]);
    assert_eq!(all(None, 2).await, [(user_id(1), 4), (user_id(2), 1)]);
    assert_eq!(all(Some(2), 2).await, [(user_id(3), 1)]);
    let by_address = async |prefix: &'static str, after: Option<&'static str>, limit: u32| {
        let found = scope
            .read(move |tx| Box::pin(groups::members_by_address(tx, sales, (prefix, after), limit)))
            .await;
        found.unwrap().into_iter().map(|member| member.user.email.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(by_address("ann", None, 9).await, ["ann@acme.example", "anna@acme.example"]);
    assert_eq!(by_address("ann", None, 1).await, ["ann@acme.example"]);
    assert_eq!(by_address("ann", Some("ann@acme.example"), 9).await, ["anna@acme.example"]);
    let count = scope.read(move |tx| Box::pin(groups::count(tx, sales))).await.unwrap();
    assert_eq!(count, 3);
}

async fn a_directory_sees_each_member_once_by_the_name_that_it_gave(place: &Place) {
    let sales = sales(place).await;
    let joined = write(place, move |tx| {
        Box::pin(async move {
            groups::join(tx, user_id(3), sales, (Origin::Scim, 0)).await?;
            scim_groups::call(tx, user_id(1), sales, "Anna of Sales").await
        })
    });
    joined.await.unwrap();
    let seen = async |account: u8, limit: u32| {
        let scope = place.store.account(account_id(account));
        let found = scope.read(move |tx| Box::pin(scim_groups::members(tx, sales, limit))).await.unwrap();
        found.into_iter().map(|member| (member.user, member.name)).collect::<Vec<_>>()
    };
    let all = seen(1, 9).await;
    assert_eq!(all.iter().map(|(user, _)| *user).collect::<Vec<_>>(), [1, 2, 3].map(user_id));
    assert_eq!((all[0].1.as_str(), all[1].1.as_str()), ("Anna of Sales", "bob@acme.example"));
    assert_eq!(seen(1, 1).await, all[..1]);
    assert_eq!(seen(2, 9).await, [], "another account sees none of them");
}

async fn t06_with_another_accounts_ids_no_group_is_found_or_changed(place: &Place) {
    let ours = sales(place).await;
    let record = record(place, ours).await.unwrap();
    let kept = record.clone();
    let theirs = place.store.account(account_id(2)).write(move |tx| {
        let record = record.clone();
        Box::pin(async move {
            assert!(groups::by_id(tx, ours).await?.is_none() && groups::locked(tx, ours).await?.is_none());
            assert!(matches!(groups::update(tx, &record, at(9)).await, Err(Error::Stale)));
            assert!(!groups::delete(tx, ours).await?);
            assert!(!groups::leave(tx, user_id(1), ours, Origin::Manual).await?);
            assert!(groups::members(tx, ours, None, 9).await?.is_empty());
            assert!(groups::page(tx, KIND, ("", None), 9).await?.is_empty());
            groups::count(tx, ours).await
        })
    });
    assert_eq!(theirs.await.unwrap(), 0);
    assert_eq!(super::groups::record(place, ours).await, Some(kept));
    assert_eq!(memberships(place).await.len(), 4);
}
