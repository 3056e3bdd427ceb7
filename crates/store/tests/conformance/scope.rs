//! Account scope: with another account's ids, a transaction finds and changes nothing.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account, insert_user, settings, user, user_id};
use vestibule_model::group::Limits;
use vestibule_model::id::{ConnectionId, LogId, SessionId, SpKeyId};
use vestibule_model::license::License;
use vestibule_model::response_log::{Entry, Filter, OutcomeWord, TrackingId};
use vestibule_model::rotation::{Change, KeyState, Life};
use vestibule_model::user::{Role, User};
use vestibule_store::idp_metadata::Record;
use vestibule_store::links::{Link, LinkPurpose};
use vestibule_store::sessions::{Session, Settled};
use vestibule_store::sign_ins::SignIn;
use vestibule_store::{
    Error, Tx, alarms, connections, domains, idp_metadata, licenses, links, metadata_readers, outbox,
    passwords, replays, response_log, scim_users, sessions, sign_ins, sp_keys, users,
};

cases! {
    another_accounts_ids_find_nothing,
    another_accounts_ids_change_nothing,
    the_same_message_may_be_burned_in_two_accounts,
}

const HASH: [u8; 32] = [1; 32];

fn connection() -> ConnectionId {
    ConnectionId::from_bytes([1; 16])
}

fn key_id() -> SpKeyId {
    SpKeyId::from_bytes([1; 16])
}

fn session() -> SessionId {
    SessionId::from_bytes([1; 16])
}

fn log_entry() -> Entry {
    Entry {
        id: LogId::from_bytes([1; 16]),
        tracking_id: TrackingId::from_bytes([1; 16]),
        time: at(0),
        connection: None,
        user: Some("anna@acme.example".to_owned()),
        outcome: OutcomeWord::Accepted,
        code: None,
    }
}

/// Two accounts; the first has one of everything.
async fn furnish(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    create_account(&place.store, account(2, "beta")).await.unwrap();
    let admin = User { role: Role::Admin, ..user(1, "anna@acme.example") };
    insert_user(&place.store, account_id(1), admin).await.unwrap();
    let furnished = place.store.account(account_id(1)).write(|tx| Box::pin(fill(tx)));
    furnished.await.unwrap();
}

async fn fill(tx: &Tx<'_>) -> Result<(), Error> {
    passwords::put(tx, user_id(1), "$argon2id$x").await?;
    domains::associate(tx, &"acme.example".to_owned().try_into().unwrap(), &Default::default()).await?;
    licenses::set_total(tx, License::Basic, 3).await?;
    connections::create(tx, connection(), "", at(0)).await?;
    connections::save_draft(tx, connection(), &settings("https://idp.example"), at(0)).await?;
    let sign_in = SignIn {
        request_id: "_a".to_owned(),
        connection: connection(),
        browser_hash: HASH,
        return_to: "/".to_owned(),
        created_at: at(0),
        expires_at: at(600),
    };
    sign_ins::insert(tx, &sign_in).await?;
    sp_keys::insert(tx, &crate::key_pairs::key(1, connection(), Life::first(at(0)))).await?;
    metadata_readers::put(tx, connection(), &crate::key_pairs::visit("idp", 0)).await?;
    idp_metadata::put(tx, &Record::new(connection(), "https://idp.example/metadata", at(0))).await?;
    let link = Link {
        token_hash: HASH,
        purpose: LinkPurpose::SetPassword,
        user: user_id(1),
        created_at: at(0),
        expires_at: at(600),
        license: None,
        email: None,
    };
    links::insert(tx, &link).await?;
    response_log::insert(tx, &log_entry(), b"sealed").await?;
    let session = Session {
        id: session(),
        user: user_id(1),
        token_hash: HASH,
        connection: None,
        name_id: None,
        name_qualifiers: None,
        session_index: None,
        created_at: at(0),
        seen_at: at(0),
        expires_at: None,
        limits: Limits::default(),
        settled: Settled::WithoutSettings,
        second_factor: false,
        held: false,
    };
    sessions::insert(tx, &session).await?;
    scim_users::describe(tx, user_id(1), crate::scim_users::said("anna", Some("00u1"), 1)).await?;
    scim_users::set_addresses(tx, user_id(1), &["anna@other.example".to_owned()]).await
}

/// Whether anything of the first account is found.
async fn finds(tx: &Tx<'_>) -> Result<Vec<bool>, Error> {
    let filter = Filter { limit: 200, ..Filter::default() };
    Ok(vec![
        users::by_id(tx, user_id(1)).await?.is_some(),
        users::by_email(tx, "anna@acme.example").await?.is_some(),
        !users::list(tx, None, 9).await?.is_empty(),
        users::count(tx).await? > 0,
        passwords::get(tx, user_id(1)).await?.is_some(),
        !domains::list(tx).await?.is_empty(),
        domains::is_associated(tx, &"acme.example".to_owned().try_into().unwrap()).await?,
        !licenses::inventory(tx).await?.0.is_empty(),
        !connections::list(tx).await?.is_empty(),
        !connections::versions(tx, connection()).await?.is_empty(),
        !sp_keys::list(tx, connection()).await?.is_empty(),
        sp_keys::by_id(tx, key_id()).await?.is_some(),
        !metadata_readers::list(tx, connection()).await?.is_empty(),
        idp_metadata::find(tx, connection()).await?.is_some(),
        !idp_metadata::list(tx).await?.is_empty(),
        scim_users::by_id(tx, user_id(1)).await?.is_some(),
        scim_users::by_user_name(tx, "anna").await?.is_some(),
        !scim_users::by_external_id(tx, "00u1", 9).await?.is_empty(),
        !scim_users::by_address(tx, "anna@other.example", 9).await?.is_empty(),
        !scim_users::page(tx, None, 9).await?.is_empty(),
        scim_users::at(tx, None, 0).await?.is_some(),
        scim_users::standing_at(tx, 0).await?.is_some(),
        scim_users::shown(tx, user_id(1)).await?.is_some(),
        scim_users::shown_by_user_name(tx, "anna").await?.is_some(),
        !scim_users::shown_page(tx, None, 9).await?.is_empty(),
        !scim_users::from(tx, user_id(1), 9).await?.is_empty(),
        !users::administrators(tx, 9).await?.is_empty(),
        links::find(tx, &HASH).await?.is_some(),
        sessions::by_id(tx, session()).await?.is_some(),
        !response_log::search(tx, &filter).await?.is_empty(),
        response_log::detail(tx, log_entry().id).await?.is_some(),
    ])
}

async fn another_accounts_ids_find_nothing(place: &Place) {
    furnish(place).await;
    let own = place.store.account(account_id(1)).read(|tx| Box::pin(finds(tx))).await.unwrap();
    assert!(own.iter().all(|found| *found), "{own:?}");
    let foreign = place.store.account(account_id(2)).read(|tx| Box::pin(finds(tx))).await.unwrap();
    assert!(foreign.iter().all(|found| !*found), "{foreign:?}");
    let nothing =
        place.store.account(account_id(2)).read(|tx| Box::pin(async move { outbox::list(tx, 9).await }));
    assert!(nothing.await.unwrap().is_empty());
}

/// Tries to change everything of the first account.
async fn change(tx: &Tx<'_>) -> Result<(), Error> {
    assert!(matches!(users::update(tx, &user(1, "anna@acme.example")).await, Err(Error::Stale)));
    assert!(!domains::remove(tx, &"acme.example".to_owned().try_into().unwrap()).await?);
    assert!(!licenses::take(tx, License::Basic).await?);
    assert!(matches!(connections::publish(tx, connection(), 1, at(1)).await, Err(Error::Stale)));
    assert!(sign_ins::take(tx, "_a", connection(), &HASH, at(1)).await?.is_none());
    assert!(links::take(tx, &HASH, LinkPurpose::SetPassword, at(1)).await?.is_none());
    let (former, active) = (Life { state: KeyState::Former, ..Life::first(at(0)) }, KeyState::Active);
    let retired = sp_keys::change(tx, &Change { id: key_id(), before: active, after: former }).await;
    assert!(matches!(retired, Err(Error::Stale)));
    assert!(matches!(sp_keys::remove(tx, key_id(), active).await, Err(Error::Stale)));
    sp_keys::seen(tx, key_id(), at(1)).await?;
    assert!(alarms::raise(tx, "t", &HASH, 30, at(1)).await?);
    sessions::touch(tx, session(), at(1)).await?;
    sessions::end(tx, session()).await?;
    sessions::end_all_of(tx, user_id(1)).await?;
    sessions::end_by_name_id(tx, connection(), "anna", &[], at(1)).await?;
    Ok(())
}

async fn another_accounts_ids_change_nothing(place: &Place) {
    furnish(place).await;
    place.store.account(account_id(2)).write(|tx| Box::pin(change(tx))).await.unwrap();
    let own = place.store.account(account_id(1)).write(|tx| {
        Box::pin(async move {
            let found = finds(tx).await?;
            let request = sign_ins::take(tx, "_a", connection(), &HASH, at(1)).await?;
            let (session, user) = sessions::by_id(tx, session()).await?.unwrap();
            let key = sp_keys::by_id(tx, key_id()).await?.unwrap();
            assert_eq!(key.life, Life::first(at(0)));
            assert!(alarms::raise(tx, "t", &HASH, 30, at(1)).await?, "the other account raised its own");
            Ok::<_, Error>((found, request.is_some(), session.seen_at, user.version))
        })
    });
    let (found, request, seen_at, version) = own.await.unwrap();
    assert!(found.iter().all(|found| *found), "{found:?}");
    assert_eq!((request, seen_at, version), (true, at(0), 1));
}

async fn the_same_message_may_be_burned_in_two_accounts(place: &Place) {
    for account in [1, 2] {
        let burned = place
            .store
            .account(account_id(account))
            .write(|tx| Box::pin(async move { replays::insert(tx, &HASH, at(100)).await }));
        assert!(burned.await.unwrap());
    }
}
