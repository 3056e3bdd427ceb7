//! What domains have to say about who comes in is said by a simulation too.

use super::enforcement::{add, enforced, enforced_acme};
use super::{decide, domain, pends};
use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::simulate::{rule, sign_in, simulate};
use crate::wanted::Wanted;
use crate::world::World;
use toml::{Table, Value};
use vestibule_app::domains::Policy;
use vestibule_app::simulate::Total;
use vestibule_model::user::Role;
use vestibule_store as store;

cases! {
    t02_a_simulation_lets_nobody_in_by_a_suspended_domain,
    a_simulation_lets_nobody_new_in_by_a_domain_that_another_account_manages,
    t15_a_simulation_leaves_the_last_way_in_its_role,
}

/// A file that refuses whoever has this address.
fn refusing(wanted: Wanted, address: &str) -> Wanted {
    wanted.set(["mapping", "license"], vec![rule("<NameID>", address, Some("none".into()))])
}

async fn suspend(account: &Account, name: &str, now: jiff::Timestamp) {
    let name = domain(name);
    let suspended = account.store.account(account.id).write(move |tx| {
        let name = name.clone();
        Box::pin(async move { store::domains::suspend(tx, &name, now).await })
    });
    suspended.await.unwrap();
}

async fn t02_a_simulation_lets_nobody_in_by_a_suspended_domain(world: &World) {
    let acme = world.acme().await;
    assert_eq!(sign_in(world, &acme, &Person::anna()).await.0, None);
    // Before the proof is lost a rule refuses her.
    let file = refusing(acme.usual(), "anna@acme.example").without("domains");
    let told = simulate(world, &acme, &file).await;
    assert_eq!(told.items[0].after.code, Some(1030), "{told:?}");
    suspend(&acme, "acme.example", world.time.now()).await;
    // Then nobody comes in by either side, and the rule changes nothing.
    let told = simulate(world, &acme, &file).await;
    assert_eq!((told.people, told.changed), (1, 0), "{told:?}");
    assert_eq!(sign_in(world, &acme, &Person::anna()).await.0, Some(1022));
    assert_eq!(simulate(world, &acme, &file).await.changed, 0);
    // A file of the operator that names the domain needs no proof.
    let told = simulate(world, &acme, &acme.usual()).await;
    let [item] = told.items.as_slice() else { panic!("{told:?}") };
    assert_eq!((item.before.code, item.after.admitted), (Some(1022), true));
    assert!(item.before.reason.as_ref().unwrap().contains("the proof of acme.example was lost"), "{item:?}");
    acme.apply(acme.usual()).await;
    assert_eq!(sign_in(world, &acme, &Person::anna()).await.0, None);
}

async fn a_simulation_lets_nobody_new_in_by_a_domain_that_another_account_manages(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let closed = beta.usual().set(["sso", "provision"], "prior_to_sign_in");
    pends(&beta, "guest@acme.example").await;
    beta.apply(closed).await;
    let new = Person::of("new@acme.example");
    assert_eq!(sign_in(world, &beta, &new).await.0, Some(1021));
    // While the mailbox decides, an open account would send her a mail.
    let told = simulate(world, &beta, &beta.usual()).await;
    let told: Vec<_> = told.items.iter().map(|item| (item.user.as_str(), item.after.code)).collect();
    assert_eq!(told, [("new@acme.example", Some(1022))]);
    let managed = Policy { managed: true, ..Policy::default() };
    decide(&acme, "acme.example", &managed).await.unwrap();
    let told = simulate(world, &beta, &beta.usual()).await;
    assert_eq!((told.people, told.changed), (2, 0), "{told:?}");
    beta.apply(beta.usual()).await;
    assert_eq!(sign_in(world, &beta, &new).await.0, Some(1014));
    // Who was there before still waits for the mailbox alone.
    pends(&beta, "guest@acme.example").await;
}

async fn t15_a_simulation_leaves_the_last_way_in_its_role(world: &World) {
    const LAST: &str = "admin@acme.example";
    const OTHER: &str = "second.admin@acme.example";
    let acme = enforced_acme(world).await;
    add(&acme, LAST, Role::Admin).await;
    decide(&acme, "acme.example", &enforced(LAST)).await.unwrap();
    assert_eq!(sign_in(world, &acme, &Person::of(LAST)).await.0, None);
    let everybody = Table::from_iter([
        ("otherwise".to_owned(), true.into()),
        ("result".to_owned(), Value::from("member")),
    ]);
    let demoting = |exempt: &[&str]| {
        acme.usual().enforced("acme.example", exempt).set(["mapping", "role"], vec![everybody.clone()])
    };
    let told = simulate(world, &acme, &demoting(&[LAST])).await;
    assert_eq!((told.people, told.changed), (2, 0), "{told:?}");
    // With another way in the role goes: of two who would both be demoted, the one who comes later stays.
    add(&acme, OTHER, Role::Admin).await;
    let both = demoting(&[LAST, OTHER]);
    let sentences = |told: &vestibule_app::simulate::Simulation| {
        told.totals.iter().map(Total::sentence).collect::<Vec<_>>()
    };
    assert_eq!(sentences(&simulate(world, &acme, &both).await), ["1 would become Member"]);
    assert_eq!(sign_in(world, &acme, &Person::of(OTHER)).await.0, None);
    let told = simulate(world, &acme, &both).await;
    assert_eq!(sentences(&told), ["1 would become Member"]);
    assert_eq!(told.items[0].user, OTHER, "who signed in last is met first");
    acme.apply(both).await;
    for email in [OTHER, LAST] {
        assert_eq!(sign_in(world, &acme, &Person::of(email)).await.0, None);
    }
    assert_eq!((acme.user(OTHER).await.role, acme.user(LAST).await.role), (Role::Member, Role::Admin));
    // The log says why the role stays.
    let latest = acme.log().await.remove(0);
    let trace = acme.explained(latest.tracking_id).await.detail.trace;
    assert!(trace.iter().any(|step| step.check == "admission.role" && step.warning), "{trace:?}");
}
