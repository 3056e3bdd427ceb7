//! What an account may not take: a domain of another account, seats fewer than its users hold.
//!
//! It is asked when a file is compared, so that a plan that cannot be applied says so, and again in the transaction that
//! applies it.

use super::state::State;
use super::{apart, imported};
use crate::error::{Error, Kind};
use vestibule_model::account::Account;
use vestibule_store::{self as store, Tx};

/// Refuses what the rest of the deployment does not allow, and names the key of the file.
pub(super) async fn check(tx: &Tx<'_>, account: &Account, file: &str, wanted: &State) -> Result<(), Error> {
    imported::check(file, wanted)?;
    apart::will_be_in_use(tx, &account.label, wanted).await?;
    for domain in wanted.domains.keys() {
        if store::domains::owner(tx, domain).await?.is_some_and(|owner| owner != account.id) {
            let message = format!("{file}: `domains.\"{domain}\"`: the domain belongs to another account.");
            return Err(Error::new(Kind::Conflict, message)
                .hint("A domain belongs to one account: remove it there first."));
        }
    }
    for (license, seats) in store::licenses::inventory(tx).await?.0 {
        let total = wanted.seats.get(&license).copied().unwrap_or(0);
        if seats.used > total {
            let message = format!(
                "{file}: `licenses.{}`: {} users hold {license}, more than the {total} seats wanted.",
                license.as_str(),
                seats.used
            );
            return Err(
                Error::new(Kind::Conflict, message).hint("Grant at least as many seats as are taken.")
            );
        }
    }
    Ok(())
}
