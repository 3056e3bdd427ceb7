//! Roles that the account made for itself: what each may do, who holds it, and what becomes of it.
//!
//! They are account configuration, so an account file has them too (`configuration`); what the permissions open is in
//! `model::permission`, and asking for one is the first line of each deed (`context`). Here is also what tokens ask of roles: whether
//! whoever made one may still do what it permits.

mod deeds;
mod given;

pub use deeds::{Saved, View, create, list, remove, save, show};
pub(crate) use given::may_give;
pub use given::{assignable, names, set_role};

use crate::configuration::Configuration;
use crate::context::App;
use crate::error::Error;
use jiff::Timestamp;
use vestibule_model::id::AccountId;
use vestibule_model::permission::Roles;
use vestibule_model::user::{Role, RoleName};
use vestibule_store::{self as store, Tx};

/// The roles of an account.
pub(crate) async fn of_account(app: &App, account: AccountId) -> Result<Roles, Error> {
    let scope = app.store().account(account);
    let stored = scope.read(|tx| Box::pin(store::accounts::configuration(tx))).await?;
    Ok(Configuration::from_stored(stored.as_deref())?.roles)
}

/// What is needed to say what somebody with this role may do: nothing is read where the role is built in.
pub(crate) async fn to_judge(app: &App, account: AccountId, role: Option<&Role>) -> Result<Roles, Error> {
    match role {
        Some(Role::Custom(_)) => of_account(app, account).await,
        _ => Ok(Roles::default()),
    }
}

/// Makes members of those whose role is there no more.
pub(crate) async fn take_back(
    tx: &Tx<'_>,
    (before, after): (&Roles, &Roles),
    now: Timestamp,
) -> Result<(), store::Error> {
    let gone = before.iter().map(|(name, _)| name).filter(|name| after.named(name).is_none());
    let gone: Vec<RoleName> = gone.cloned().collect();
    for name in gone {
        store::roles::take_back(tx, &Role::Custom(name), now).await?;
    }
    Ok(())
}
