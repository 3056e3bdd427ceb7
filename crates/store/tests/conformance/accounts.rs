//! Accounts, their configuration, domains, seats and connections.

use crate::cases;
use crate::place::{Place, account, account_id, at, create_account, settings};
use std::collections::BTreeMap;
use vestibule_model::account::{Label, VanityState};
use vestibule_model::connection::Version;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::id::ConnectionId;
use vestibule_model::license::{Inventory, License, Seats};
use vestibule_store::{Error, accounts, connections, domains, licenses};

cases! {
    an_account_is_found_by_its_label_and_by_its_id,
    a_label_belongs_to_one_account,
    approving_a_vanity_url_makes_a_new_version_of_the_account,
    configuration_is_kept_as_it_is_and_the_version_counts_changes,
    a_domain_belongs_to_one_account,
    the_policy_of_a_domain_can_be_changed,
    a_seat_is_taken_only_while_one_is_left,
    a_connection_goes_from_draft_to_published_and_keeps_its_versions,
    an_old_version_can_be_published_again,
}

async fn an_account_is_found_by_its_label_and_by_its_id(place: &Place) {
    let (acme, beta) = (account(1, "acme"), account(2, "beta"));
    create_account(&place.store, beta.clone()).await.unwrap();
    create_account(&place.store, acme.clone()).await.unwrap();
    let found = place.store.read(|tx| {
        Box::pin(async move {
            let (acme, gone) = (Label::parse("acme").unwrap(), Label::parse("gone").unwrap());
            let by_label = (accounts::by_label(tx, &acme).await?, accounts::by_label(tx, &gone).await?);
            let by_id =
                (accounts::by_id(tx, account_id(2)).await?, accounts::by_id(tx, account_id(3)).await?);
            Ok::<_, Error>((by_label, by_id, accounts::list(tx).await?))
        })
    });
    let expected = ((Some(acme.clone()), None), (Some(beta.clone()), None), vec![acme, beta]);
    assert_eq!(found.await.unwrap(), expected);
}

async fn a_label_belongs_to_one_account(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    assert!(matches!(create_account(&place.store, account(2, "acme")).await, Err(Error::LabelTaken)));
    let all = place.store.read(|tx| Box::pin(async move { accounts::list(tx).await }));
    assert_eq!(all.await.unwrap(), [account(1, "acme")]);
}

async fn approving_a_vanity_url_makes_a_new_version_of_the_account(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let approved = place.store.write(|tx| {
        Box::pin(async move {
            let (acme, gone) = (Label::parse("acme").unwrap(), Label::parse("gone").unwrap());
            let approved = (accounts::approve(tx, &acme).await?, accounts::approve(tx, &gone).await?);
            Ok::<_, Error>((approved, accounts::by_label(tx, &acme).await?.unwrap()))
        })
    });
    let (approved, acme) = approved.await.unwrap();
    assert_eq!((approved, acme.state, acme.version), ((true, false), VanityState::Approved, 2));
}

async fn configuration_is_kept_as_it_is_and_the_version_counts_changes(place: &Place) {
    create_account(&place.store, account(1, "acme")).await.unwrap();
    let acme = place.store.account(account_id(1));
    let document = "{ \"b\": 1,  \"a\": \"\u{fc}\\u0000\" }";
    let written = acme.write(move |tx| {
        Box::pin(async move {
            let before = accounts::configuration(tx).await?;
            accounts::put_configuration(tx, document).await?;
            Ok::<_, Error>((before, accounts::bump(tx).await?))
        })
    });
    assert_eq!(written.await.unwrap(), (Some("{}".to_owned()), 2));
    let read = acme.read(|tx| Box::pin(async move { accounts::configuration(tx).await })).await;
    assert_eq!(read.unwrap().as_deref(), Some(document));
    let nobody = place.store.account(account_id(9));
    let bumped = nobody.write(|tx| Box::pin(async move { accounts::bump(tx).await })).await;
    assert!(matches!(bumped, Err(Error::Stale)));
}

async fn associate(place: &Place, account: u8, domain: &str, managed: bool) -> Result<(), Error> {
    let domain = Domain::parse(domain).unwrap();
    let associated = place.store.account(account_id(account)).write(move |tx| {
        let domain = domain.clone();
        Box::pin(async move {
            domains::associate(tx, &domain, &DomainPolicy { managed, ..DomainPolicy::default() }).await
        })
    });
    associated.await
}

async fn a_domain_belongs_to_one_account(place: &Place) {
    associate(place, 1, "acme.example", false).await.unwrap();
    assert!(matches!(associate(place, 2, "acme.example", false).await, Err(Error::DomainTaken)));
    let owned = |number: u8| {
        place.store.account(account_id(number)).write(|tx| {
            Box::pin(async move {
                let domain = Domain::parse("acme.example").unwrap();
                let owner = domains::owner(tx, &domain).await?.map(|owner| owner.account);
                let associated = domains::is_associated(tx, &domain).await?;
                Ok::<_, Error>((owner, associated, domains::remove(tx, &domain).await?))
            })
        })
    };
    assert_eq!(owned(2).await.unwrap(), (Some(account_id(1)), false, false));
    assert_eq!(owned(1).await.unwrap(), (Some(account_id(1)), true, true));
    assert_eq!(owned(1).await.unwrap(), (None, false, false));
    associate(place, 2, "acme.example", false).await.unwrap();
}

async fn the_policy_of_a_domain_can_be_changed(place: &Place) {
    associate(place, 1, "b.example", false).await.unwrap();
    associate(place, 1, "a.example", false).await.unwrap();
    associate(place, 1, "b.example", true).await.unwrap();
    let list = place.store.account(account_id(1));
    let list = list.read(|tx| Box::pin(async move { domains::list(tx).await })).await.unwrap();
    let expected = [("a.example", false), ("b.example", true)].map(|(domain, managed)| {
        (Domain::parse(domain).unwrap(), DomainPolicy { managed, ..DomainPolicy::default() })
    });
    assert_eq!(list, expected);
}

async fn a_seat_is_taken_only_while_one_is_left(place: &Place) {
    let acme = place.store.account(account_id(1));
    let taken = acme.write(|tx| {
        Box::pin(async move {
            let unknown = licenses::take(tx, License::Licensed).await?;
            licenses::set_total(tx, License::Licensed, 1).await?;
            let first = licenses::take(tx, License::Licensed).await?;
            let second = licenses::take(tx, License::Licensed).await?;
            licenses::free(tx, License::Licensed).await?;
            // One more than were taken changes nothing.
            licenses::free(tx, License::Licensed).await?;
            let again = licenses::take(tx, License::Licensed).await?;
            licenses::set_total(tx, License::Licensed, 5).await?;
            Ok::<_, Error>([unknown, first, second, again])
        })
    });
    assert_eq!(taken.await.unwrap(), [false, true, false, true]);
    let inventory = acme.read(|tx| Box::pin(async move { licenses::inventory(tx).await })).await.unwrap();
    assert_eq!(
        inventory,
        Inventory(BTreeMap::from([(License::Licensed.into(), Seats { total: 5, used: 1 })]))
    );
}

fn version(number: i64, issuer: &str) -> Version {
    Version { number, settings: settings(issuer), created_at: at(number), tested: None }
}

fn connection() -> ConnectionId {
    ConnectionId::from_bytes([3; 16])
}

async fn save(place: &Place, number: i64, issuer: &'static str) -> Result<i64, Error> {
    let saved = place.store.account(account_id(1)).write(move |tx| {
        Box::pin(
            async move { connections::save_draft(tx, connection(), &settings(issuer), at(number)).await },
        )
    });
    saved.await
}

async fn publish(place: &Place, number: i64) -> Result<(), Error> {
    let published = place.store.account(account_id(1)).write(move |tx| {
        Box::pin(async move { connections::publish(tx, connection(), number, at(100 + number)).await })
    });
    published.await
}

async fn create_connection(place: &Place) {
    let created = place
        .store
        .account(account_id(1))
        .write(|tx| Box::pin(async move { connections::create(tx, connection(), "", at(0)).await }));
    created.await.unwrap();
}

/// The published version and the draft.
async fn state(place: &Place) -> (Option<Version>, Option<Version>) {
    let list = place.store.account(account_id(1));
    let mut list = list.read(|tx| Box::pin(async move { connections::list(tx).await })).await.unwrap();
    assert_eq!(list.len(), 1);
    let one = list.remove(0);
    (one.published, one.draft)
}

async fn a_connection_goes_from_draft_to_published_and_keeps_its_versions(place: &Place) {
    assert!(matches!(save(place, 1, "https://a.example").await, Err(Error::Stale)));
    create_connection(place).await;
    assert_eq!(state(place).await, (None, None));
    assert!(matches!(publish(place, 1).await, Err(Error::Stale)));
    assert_eq!(save(place, 1, "https://a.example").await.unwrap(), 1);
    assert_eq!(state(place).await, (None, Some(version(1, "https://a.example"))));
    publish(place, 1).await.unwrap();
    assert_eq!(state(place).await, (Some(version(1, "https://a.example")), None));
    assert_eq!(save(place, 2, "https://b.example").await.unwrap(), 2);
    let both = (Some(version(1, "https://a.example")), Some(version(2, "https://b.example")));
    assert_eq!(state(place).await, both);
    let versions = place.store.account(account_id(1));
    let versions = versions.read(|tx| Box::pin(async move { connections::versions(tx, connection()).await }));
    let versions = versions.await.unwrap();
    let versions: Vec<_> = versions.iter().map(|saved| (saved.version.number, saved.published_at)).collect();
    assert_eq!(versions, [(2, None), (1, Some(at(101)))]);
}

async fn an_old_version_can_be_published_again(place: &Place) {
    create_connection(place).await;
    for (number, issuer) in [(1, "https://a.example"), (2, "https://b.example"), (3, "https://c.example")] {
        assert_eq!(save(place, number, issuer).await.unwrap(), number);
    }
    publish(place, 2).await.unwrap();
    publish(place, 1).await.unwrap();
    let both = (Some(version(1, "https://a.example")), Some(version(3, "https://c.example")));
    assert_eq!(state(place).await, both);
    assert!(matches!(publish(place, 4).await, Err(Error::Stale)));
    assert_eq!(state(place).await, both);
}
