//! Users, their addresses, versions and passwords.

use crate::cases;
use crate::place::{Place, account_id, at, insert_user, user, user_id};
use std::collections::BTreeMap;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::license::{AddOn, License};
use vestibule_model::user::{Entry, Field, Holdings, Logins, Profile, Role, RoleName, Status, User};
use vestibule_store::{Error, passwords, users};

cases! {
    a_user_is_read_as_it_was_written,
    an_address_is_one_user_in_the_whole_deployment,
    a_refused_address_leaves_nothing_and_the_body_may_go_on,
    an_update_needs_the_version_that_was_read,
    a_user_can_get_another_address_and_frees_the_old_one,
    users_are_listed_page_by_page_in_the_order_they_came,
    users_are_found_by_the_beginning_of_their_address_in_the_order_of_bytes,
    what_a_user_holds_and_is_known_by_is_read_as_it_was_written,
    an_employee_id_is_one_user_in_an_account,
    a_password_is_replaced,
    a_password_belongs_to_a_user,
}

async fn update(place: &Place, user: User) -> Result<i64, Error> {
    let updated = place.store.account(account_id(1)).write(move |tx| {
        let user = user.clone();
        Box::pin(async move { users::update(tx, &user).await })
    });
    updated.await
}

async fn by_id(place: &Place, id: UserId) -> Option<User> {
    let acme = place.store.account(account_id(1));
    acme.read(move |tx| Box::pin(async move { users::by_id(tx, id).await })).await.unwrap()
}

async fn owner_of(place: &Place, folded: &'static str) -> Option<(AccountId, UserId)> {
    place.store.read(move |tx| Box::pin(async move { users::owner_of(tx, folded).await })).await.unwrap()
}

async fn a_user_is_read_as_it_was_written(place: &Place) {
    let entry =
        Entry { value: "Zo\u{eb} \u{1f600} 'x' \"y\" $1 {ID}".to_owned(), source: Some("cn".to_owned()) };
    let mut anna = user(1, "Anna@acme.example");
    anna.role = Role::Owner;
    anna.status = Status::Pending;
    anna.logins = Logins { work_email: true, sso: true };
    anna.license = Some(License::OnPrem);
    anna.profile = Profile(BTreeMap::from([(Field::DisplayName, entry)]));
    insert_user(&place.store, account_id(1), anna.clone()).await.unwrap();
    assert_eq!(by_id(place, anna.id).await, Some(anna.clone()));
    let acme = place.store.account(account_id(1));
    let found = acme.read(|tx| {
        Box::pin(async move {
            let (known, unknown) =
                (users::by_email(tx, "anna@acme.example"), users::by_email(tx, "ann@acme.example"));
            Ok::<_, Error>((known.await?, unknown.await?, users::count(tx).await?))
        })
    });
    assert_eq!(found.await.unwrap(), (Some(anna), None, 1));
}

async fn an_address_is_one_user_in_the_whole_deployment(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    for (account, number) in [(1, 2), (2, 3)] {
        let twin = insert_user(&place.store, account_id(account), user(number, "ANNA@acme.example")).await;
        assert!(matches!(twin, Err(Error::EmailTaken)), "{twin:?}");
    }
    assert_eq!(owner_of(place, "anna@acme.example").await, Some((account_id(1), user_id(1))));
    assert_eq!(owner_of(place, "bert@acme.example").await, None);
}

async fn a_refused_address_leaves_nothing_and_the_body_may_go_on(place: &Place) {
    insert_user(&place.store, account_id(2), user(1, "anna@acme.example")).await.unwrap();
    let acme = place.store.account(account_id(1));
    let counted = acme.write(|tx| {
        Box::pin(async move {
            let refused = users::insert(tx, &user(2, "anna@acme.example")).await;
            assert!(matches!(refused, Err(Error::EmailTaken)), "{refused:?}");
            users::insert(tx, &user(3, "bert@acme.example")).await?;
            users::count(tx).await
        })
    });
    assert_eq!(counted.await.unwrap(), 1);
    assert_eq!(owner_of(place, "anna@acme.example").await, Some((account_id(2), user_id(1))));
}

async fn an_update_needs_the_version_that_was_read(place: &Place) {
    let mut anna = user(1, "anna@acme.example");
    insert_user(&place.store, account_id(1), anna.clone()).await.unwrap();
    anna.status = Status::Inactive;
    assert_eq!(update(place, anna.clone()).await.unwrap(), 2);
    anna.status = Status::Active;
    assert!(matches!(update(place, anna.clone()).await, Err(Error::Stale)));
    assert!(matches!(update(place, user(2, "bert@acme.example")).await, Err(Error::Stale)));
    let kept = by_id(place, anna.id).await.unwrap();
    assert_eq!((kept.status, kept.version), (Status::Inactive, 2));
}

async fn a_user_can_get_another_address_and_frees_the_old_one(place: &Place) {
    let (mut anna, bert) = (user(1, "anna@acme.example"), user(2, "bert@acme.example"));
    insert_user(&place.store, account_id(1), anna.clone()).await.unwrap();
    insert_user(&place.store, account_id(2), bert.clone()).await.unwrap();
    anna.email = bert.email;
    assert!(matches!(update(place, anna.clone()).await, Err(Error::EmailTaken)));
    anna.email = Email::parse("Anna.Berg@acme.example").unwrap();
    assert_eq!(update(place, anna.clone()).await.unwrap(), 2);
    assert_eq!(by_id(place, anna.id).await.unwrap().email, anna.email);
    assert_eq!(owner_of(place, "anna@acme.example").await, None);
    assert_eq!(owner_of(place, "anna.berg@acme.example").await, Some((account_id(1), anna.id)));
    // Another spelling of the same address stays the same claim.
    (anna.email, anna.version) = (Email::parse("anna.berg@acme.example").unwrap(), 2);
    assert_eq!(update(place, anna.clone()).await.unwrap(), 3);
    assert_eq!(by_id(place, anna.id).await.unwrap().email.as_str(), "anna.berg@acme.example");
}

async fn users_are_listed_page_by_page_in_the_order_they_came(place: &Place) {
    for number in [3, 1, 200, 2] {
        let email = format!("user{number}@acme.example");
        insert_user(&place.store, account_id(1), user(number, &email)).await.unwrap();
    }
    let acme = place.store.account(account_id(1));
    let page = |after: Option<UserId>| async move {
        let page =
            acme.read(move |tx| Box::pin(async move { users::list(tx, after, 3).await })).await.unwrap();
        page.into_iter().map(|user| user.id).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, [user_id(1), user_id(2), user_id(3)]);
    assert_eq!(page(Some(user_id(3))).await, [user_id(200)]);
}

async fn users_are_found_by_the_beginning_of_their_address_in_the_order_of_bytes(place: &Place) {
    for (number, local) in ["bo", "Ann", "ann-b", "ann_c", "ann.d", "\u{e9}mile"].into_iter().enumerate() {
        let person = user(u8::try_from(number).unwrap() + 1, &format!("{local}@acme.example"));
        insert_user(&place.store, account_id(1), person).await.unwrap();
    }
    insert_user(&place.store, account_id(2), user(90, "anna@acme.example")).await.unwrap();
    let acme = place.store.account(account_id(1));
    let page = |prefix: &'static str, after: Option<&'static str>, limit: u32| async move {
        let found = acme
            .read(move |tx| Box::pin(async move { users::by_address(tx, prefix, after, limit).await }))
            .await
            .unwrap();
        let local = |user: User| user.email.as_str().split_once('@').unwrap().0.to_owned();
        found.into_iter().map(local).collect::<Vec<_>>()
    };
    assert_eq!(page("ann", None, 9).await, ["ann-b", "ann.d", "Ann", "ann_c"]);
    assert_eq!(page("ann", None, 2).await, ["ann-b", "ann.d"]);
    assert_eq!(page("ann", Some("ann.d@acme.example"), 9).await, ["Ann", "ann_c"]);
    assert_eq!(page("", Some("bo@acme.example"), 9).await, ["\u{e9}mile"]);
    assert_eq!(page("\u{e9}", None, 9).await.len(), 1);
    assert_eq!(page("%", None, 9).await.len(), 0);
}

async fn what_a_user_holds_and_is_known_by_is_read_as_it_was_written(place: &Place) {
    let add_ons = ["webinar-500", "phone-global"].map(|word| AddOn::from_word(word).unwrap());
    let mut anna = user(1, "anna@acme.example");
    anna.holdings = Holdings { add_ons: add_ons.into(), phone_site: Some("Z\u{fc}rich".to_owned()) };
    (anna.employee_id, anna.email_changed_at) = (Some("e-1".to_owned()), Some(at(7)));
    anna.role = Role::Custom(RoleName::parse("Help desk").unwrap());
    insert_user(&place.store, account_id(1), anna.clone()).await.unwrap();
    assert_eq!(by_id(place, anna.id).await, Some(anna.clone()));
    let changed = User { holdings: Holdings::default(), employee_id: None, email_changed_at: None, ..anna };
    update(place, changed.clone()).await.unwrap();
    assert_eq!(by_id(place, changed.id).await, Some(User { version: 2, ..changed }));
}

async fn an_employee_id_is_one_user_in_an_account(place: &Place) {
    let known = |number, email, id: &str| User { employee_id: Some(id.to_owned()), ..user(number, email) };
    insert_user(&place.store, account_id(1), known(1, "anna@acme.example", "e-1")).await.unwrap();
    let twin = insert_user(&place.store, account_id(1), known(2, "bert@acme.example", "e-1")).await;
    assert!(matches!(twin, Err(Error::EmployeeIdTaken)), "{twin:?}");
    assert_eq!(owner_of(place, "bert@acme.example").await, None, "nothing is left of it");
    insert_user(&place.store, account_id(1), known(2, "bert@acme.example", "E-1")).await.unwrap();
    let taken = update(place, known(2, "bert@acme.example", "e-1")).await;
    assert!(matches!(taken, Err(Error::EmployeeIdTaken)), "{taken:?}");
    insert_user(&place.store, account_id(2), known(3, "cleo@acme.example", "e-1")).await.unwrap();
    let acme = place.store.account(account_id(1));
    let found =
        acme.read(|tx| Box::pin(async move { users::by_employee_id(tx, "e-1").await })).await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(user_id(1)));
}

async fn a_password_is_replaced(place: &Place) {
    insert_user(&place.store, account_id(1), user(1, "anna@acme.example")).await.unwrap();
    let acme = place.store.account(account_id(1));
    let written = acme.write(|tx| {
        Box::pin(async move {
            let before = passwords::get(tx, user_id(1)).await?;
            passwords::put(tx, user_id(1), "$argon2id$one").await?;
            passwords::put(tx, user_id(1), "$argon2id$two").await?;
            Ok::<_, Error>((before, passwords::get(tx, user_id(1)).await?))
        })
    });
    assert_eq!(written.await.unwrap(), (None, Some("$argon2id$two".to_owned())));
}

async fn a_password_belongs_to_a_user(place: &Place) {
    let acme = place.store.account(account_id(1));
    let written =
        acme.write(|tx| Box::pin(async move { passwords::put(tx, user_id(1), "$argon2id$x").await })).await;
    assert!(matches!(written, Err(Error::Database { .. })), "{written:?}");
}
