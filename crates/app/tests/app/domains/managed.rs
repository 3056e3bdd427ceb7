//! Managed domains: nobody new elsewhere in the deployment.

use super::{decide, pends, people};
use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::Kind;
use vestibule_app::domains::{Policy, claim, outsiders};
use vestibule_model::domain::Domain;

cases! {
    nobody_of_a_managed_domain_signs_up_in_another_account,
    who_was_there_before_goes_on_there,
    t03_whoever_has_a_domain_sees_who_is_elsewhere_with_it_and_nobody_else_does,
}

async fn manage(account: &Account, managed: bool) {
    let name = format!("{}.example", account.label);
    decide(account, &name, &Policy { managed, ..Policy::default() }).await.unwrap();
}

async fn nobody_of_a_managed_domain_signs_up_in_another_account(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    manage(&acme, true).await;
    let explanation = beta.refusal(&Person::of("new@acme.example")).await;
    assert_eq!(explanation.code, Some(1014));
    assert!(beta.find_user("new@acme.example").await.is_none());
    acme.sign_in(&Person::of("new@acme.example")).await;
    // Unmanaged, the mailbox decides.
    manage(&acme, false).await;
    pends(&beta, "other@acme.example").await;
    assert!(beta.find_user("other@acme.example").await.is_some());
}

async fn who_was_there_before_goes_on_there(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    pends(&beta, "guest@acme.example").await;
    beta.change("guest@acme.example", |guest| guest.status = vestibule_model::user::Status::Active).await;
    beta.change("guest@acme.example", |guest| guest.license = Some(vestibule_model::license::License::Basic))
        .await;
    manage(&acme, true).await;
    beta.sign_in(&Person::of("guest@acme.example")).await;
    assert_eq!(acme.refusal(&Person::of("guest@acme.example")).await.code, Some(1014));
}

async fn t03_whoever_has_a_domain_sees_who_is_elsewhere_with_it_and_nobody_else_does(world: &World) {
    let (acme, beta) = (world.acme().await, world.configured_account("beta").await);
    let told = async |account: &Account, domain: &str| {
        let found = outsiders(&people(account).await, &Domain::parse(domain).unwrap()).await;
        found.map(|found| found.addresses.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    acme.sign_in(&Person::of("own@acme.example")).await;
    assert!(told(&acme, "acme.example").await.unwrap().is_empty());
    for address in ["zoe@acme.example", "Anna@acme.example", "x@mail.acme.example", "y@notacme.example"] {
        pends(&beta, address).await;
    }
    // Accounts that were made before and after this one.
    let gamma = world.configured_account("gamma").await;
    pends(&gamma, "bob@acme.example").await;
    let expected = ["anna@acme.example", "bob@acme.example", "zoe@acme.example"];
    assert_eq!(told(&acme, "acme.example").await.unwrap(), expected);
    assert_eq!(told(&beta, "acme.example").await.unwrap_err().kind(), Kind::NotFound);
    claim(&people(&beta).await, "acme.example").await.unwrap();
    assert!(
        told(&beta, "acme.example").await.unwrap().is_empty(),
        "a claim that is not proved tells nothing"
    );
    assert_eq!(told(&beta, "beta.example").await.unwrap(), Vec::<String>::new());
}
