//! The Employee Unique ID: linked at the first sign-in that brings it, and known by it ever after.

use crate::account::Account;
use crate::admission::known;
use crate::browser::{Browser, SignedIn};
use crate::cases;
use crate::connections;
use crate::provider::Person;
use crate::races::race;
use crate::world::{MILLISECOND, World, hours};
use vestibule_app::sign_in::Finished;
use vestibule_app::users::{self, Whom};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::mapping::{Input, NAME_ID};
use vestibule_model::response_log::OutcomeWord;
use vestibule_model::user::{Logins, Role, Status, User};
use vestibule_store as store;

cases! {
    the_first_sign_in_links_the_id_and_a_new_address_follows_it,
    t12_an_old_address_is_free_for_somebody_else,
    t11_an_address_changes_into_an_associated_domain_alone_for_members_alone_and_once_a_day,
    another_id_than_the_linked_one_is_refused_with_1015_until_an_administrator_replaces_it,
    t12_two_people_never_swap_records,
    t10_an_id_is_never_taken_for_anything_else,
    the_name_id_may_be_the_id,
    a_connection_vouches_for_the_ids_of_its_own_people_alone,
    one_of_two_who_link_the_same_id_at_once_gets_it,
    new_people_with_one_id_at_once_are_one_person,
}

const ANNA: &str = "anna@acme.example";
const BOB: &str = "bob@acme.example";
const NEW: &str = "anna.berg@acme.example";
const ID: &str = "employee";

async fn mapped(world: &World) -> Account {
    let acme = world.acme().await;
    by_id(&acme, ID).await;
    acme
}

async fn by_id(account: &Account, attribute: &str) {
    account.map(|mapping| mapping.employee_id = Some(Input::attribute(attribute))).await;
}

fn person(email: &str, id: &str) -> Person {
    Person::of(email).with(ID, &[id])
}

async fn the_first_sign_in_links_the_id_and_a_new_address_follows_it(world: &World) {
    let acme = mapped(world).await;
    acme.sign_in(&Person::of(ANNA)).await;
    let id = acme.user(ANNA).await.id;
    acme.sign_in(&person(ANNA, "e-1")).await;
    assert_eq!(acme.user(ANNA).await.employee_id.as_deref(), Some("e-1"));
    let signed_in = acme.sign_in(&person(NEW, "e-1")).await;
    let moved = acme.user(NEW).await;
    assert_eq!((moved.id, moved.email_changed_at), (id, Some(world.time.now())));
    assert!(acme.find_user(ANNA).await.is_none());
    let changes = acme.explained(signed_in.tracking_id).await.detail.changes;
    let change = changes.iter().find(|change| change.field == "email").unwrap();
    assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some(ANNA), Some(NEW)));
    // Somebody who is known by the ID needs no address.
    let mut nameless = person("x", "e-1");
    nameless.name_id = None;
    acme.sign_in(&nameless).await;
    assert_eq!(acme.user(NEW).await.id, id);
}

async fn t12_an_old_address_is_free_for_somebody_else(world: &World) {
    let acme = mapped(world).await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    acme.sign_in(&person(NEW, "e-1")).await;
    acme.sign_in(&person(ANNA, "e-2")).await;
    let (first, second) = (acme.user(NEW).await, acme.user(ANNA).await);
    assert_ne!(first.id, second.id);
    assert_eq!(second.employee_id.as_deref(), Some("e-2"));
    let owners = world.store.read(|tx| {
        Box::pin(async move {
            let (old, new) = (store::users::owner_of(tx, ANNA), store::users::owner_of(tx, NEW));
            Ok::<_, store::Error>((old.await?, new.await?))
        })
    });
    let owners = owners.await.unwrap();
    assert_eq!(owners, (Some((acme.id, second.id)), Some((acme.id, first.id))), "one address is one user");
}

async fn t11_an_address_changes_into_an_associated_domain_alone_for_members_alone_and_once_a_day(
    world: &World,
) {
    let acme = mapped(world).await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    let stays = async |wanted: &str, why: &str| {
        let signed_in = acme.sign_in(&person(wanted, "e-1")).await;
        assert_eq!(acme.user(ANNA).await.employee_id.as_deref(), Some("e-1"));
        let trace = acme.explained(signed_in.tracking_id).await.detail.trace;
        let step = trace.iter().find(|step| step.check == "admission.email_change").unwrap();
        assert!(step.warning && step.found.contains(why), "{step:?}");
    };
    stays("anna@partner.example", "not associated").await;
    acme.change(ANNA, |anna| anna.role = Role::Admin).await;
    stays(NEW, "owner or administrator").await;
    acme.change(ANNA, |anna| anna.role = Role::Member).await;
    acme.sign_in(&person(NEW, "e-1")).await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    assert!(acme.find_user(ANNA).await.is_none(), "it changed today already");
    world.time.pass(hours(24) - MILLISECOND);
    acme.sign_in(&person(ANNA, "e-1")).await;
    assert!(acme.find_user(ANNA).await.is_none());
    world.time.pass(MILLISECOND);
    acme.sign_in(&person(ANNA, "e-1")).await;
    assert_eq!(acme.user(ANNA).await.email_changed_at, Some(world.time.now()));
}

async fn another_id_than_the_linked_one_is_refused_with_1015_until_an_administrator_replaces_it(
    world: &World,
) {
    let acme = mapped(world).await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    let before = world.dump();
    let explanation = acme.refusal(&person(ANNA, "e-2")).await;
    assert_eq!((explanation.code, world.dump()), (Some(1015), before));
    let owner = acme.owner().await.people();
    users::replace_employee_id(&owner, &Whom::parse(ANNA).unwrap(), Some("e-2")).await.unwrap();
    acme.sign_in(&person(ANNA, "e-2")).await;
    // Or it is taken away, and the next sign-in links what is sent.
    users::replace_employee_id(&owner, &Whom::parse(ANNA).unwrap(), None).await.unwrap();
    acme.sign_in(&person(ANNA, "e-3")).await;
    assert_eq!(acme.user(ANNA).await.employee_id.as_deref(), Some("e-3"));
}

async fn t12_two_people_never_swap_records(world: &World) {
    let acme = mapped(world).await;
    let beta = world.configured_account("beta").await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    acme.sign_in(&person(BOB, "e-2")).await;
    beta.sign_in(&Person::of("eve@beta.example")).await;
    let before = world.dump();
    assert_eq!(acme.refusal(&person(BOB, "e-1")).await.code, Some(1015));
    assert_eq!(acme.refusal(&person(ANNA, "e-2")).await.code, Some(1015));
    assert_eq!(acme.refusal(&person("eve@beta.example", "e-1")).await.code, Some(1014));
    assert_eq!(world.dump(), before);
    acme.sign_in(&person(ANNA, "e-1")).await;
}

async fn t10_an_id_is_never_taken_for_anything_else(world: &World) {
    let acme = mapped(world).await;
    acme.sign_in(&Person::of(BOB)).await;
    let bob = acme.user(BOB).await;
    // Another one's address or id, a number, case, and a text that is far too long.
    let long = "e".repeat(10_000);
    let ids = [BOB, &bob.id.to_string(), "1", "A-1", "a-1", &long, "a\u{202e}b"];
    for (number, id) in ids.into_iter().enumerate() {
        acme.sign_in(&person(&format!("person{number}@acme.example"), id)).await;
    }
    assert_eq!(acme.user(BOB).await, bob, "an ID names nobody but who has it as ID");
    let people = acme.users().await;
    assert_eq!(people.len(), 2 + ids.len());
    assert_eq!(people.iter().filter(|user| user.employee_id.is_some()).count(), 5, "two cannot be IDs");
}

async fn the_name_id_may_be_the_id(world: &World) {
    let acme = world.acme().await;
    by_id(&acme, NAME_ID).await;
    acme.sign_in(&Person::of("s-1-5-21").with("mail", &[ANNA])).await;
    acme.sign_in(&Person::of("s-1-5-21").with("mail", &[NEW])).await;
    assert_eq!(acme.user(NEW).await.employee_id.as_deref(), Some("s-1-5-21"));
}

async fn a_connection_vouches_for_the_ids_of_its_own_people_alone(world: &World) {
    let acme = world.acme().await;
    acme.apply(connections::by_domain(&acme, "Other")).await;
    by_id(&acme, ID).await;
    acme.sign_in(&person(ANNA, "e-1")).await;
    let other = connections::with_other(&acme);
    let connection = connections::way(&other, "eve@other.example").await;
    let answered = async |person: Person| {
        let mut browser = Browser::default();
        let request = connections::begin(&other, &mut browser, connection).await;
        browser.post(&other, &connections::others_answer(&other, &request, &person).form_value()).await
    };
    let before = world.dump();
    let mut nameless = person("x", "e-1");
    nameless.name_id = None;
    for stranger in [person("eve@other.example", "e-1"), nameless] {
        let code = acme.code(answered(stranger).await).await;
        assert_eq!(code, Some(1014), "the other connection speaks for other.example alone");
    }
    assert_eq!(world.dump(), before);
    SignedIn::of(answered(person("eve@other.example", "e-2")).await);
    assert_eq!(acme.user(ANNA).await.employee_id.as_deref(), Some("e-1"));
}

async fn one_of_two_who_link_the_same_id_at_once_gets_it(world: &World) {
    let acme = mapped(world).await;
    for number in 0..10_u8 {
        let email = Email::parse(&format!("person{number}@acme.example")).unwrap();
        acme.add(User { id: UserId::from_bytes([100 + number; 16]), email, ..known(Logins::SSO) }).await;
    }
    let outcomes = race(world, &acme, 10, |account, number| async move {
        account.attempt(&person(&format!("person{number}@acme.example"), "e-1")).await
    });
    let mut codes = Vec::new();
    for outcome in outcomes.await {
        match outcome {
            Ok(Finished::SignedIn { .. }) => {}
            refused => codes.push(acme.code(refused).await),
        }
    }
    assert_eq!(codes, vec![Some(1015); 9]);
    let linked = acme.users().await.into_iter().filter(|user| user.employee_id.is_some()).count();
    assert_eq!((linked, world.count("sessions"), world.count("response_log")), (1, 1, 10), "none was lost");
}

async fn new_people_with_one_id_at_once_are_one_person(world: &World) {
    let acme = mapped(world).await;
    let outcomes =
        race(world, &acme, 12, |account, _| async move { account.attempt(&person(ANNA, "e-1")).await });
    for outcome in outcomes.await {
        SignedIn::of(outcome);
    }
    let anna = acme.user(ANNA).await;
    assert_eq!((acme.users().await.len(), anna.status), (2, Status::Active));
    assert!(acme.log().await.iter().all(|row| row.outcome == OutcomeWord::Accepted));
}
