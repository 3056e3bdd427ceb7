//! Managed domains: nobody new elsewhere in the deployment.

use super::{decide, pends};
use crate::account::Account;
use crate::cases;
use crate::provider::Person;
use crate::world::World;
use vestibule_app::domains::Policy;

cases! {
    nobody_of_a_managed_domain_signs_up_in_another_account,
    who_was_there_before_goes_on_there,
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
