//! What an account may not take: a domain of another account, seats fewer than its users hold.
//!
//! It is asked when a file is compared, so that a plan that cannot be applied says so, and again in the transaction that
//! applies it.

use super::state::State;
use super::{apart, imported};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use vestibule_model::account::Account;
use vestibule_model::domain::enforcement::{Readiness, hindrances};
use vestibule_store::{self as store, Tx};

/// Refuses what the rest of the deployment does not allow, and names the key of the file.
pub(super) async fn check(tx: &Tx<'_>, account: &Account, file: &str, wanted: &State) -> Result<(), Error> {
    imported::check(file, wanted)?;
    apart::will_be_in_use(tx, &account.label, wanted).await?;
    for domain in wanted.domains.keys() {
        if store::domains::owner(tx, domain).await?.is_some_and(|owner| owner.account != account.id) {
            let message = format!("{file}: `domains.\"{domain}\"`: the domain belongs to another account.");
            return Err(Error::new(Kind::Conflict, message)
                .hint("A domain belongs to one account: remove it there first."));
        }
    }
    enforceable(tx, file, wanted).await?;
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

/// Refuses to enforce SSO for a domain before everything is ready for it: a file of the operator locks nobody out either.
async fn enforceable(tx: &Tx<'_>, file: &str, wanted: &State) -> Result<(), Error> {
    if !wanted.domains.values().any(|policy| policy.enforce_sso) {
        return Ok(());
    }
    let current = State::read(tx).await?;
    for (domain, policy) in wanted.domains.iter().filter(|(_, policy)| policy.enforce_sso) {
        if current.domains.get(domain) == Some(policy) {
            continue;
        }
        // The operator's word makes it the account's domain.
        let ready = enforce::readiness(tx, domain, policy).await?;
        let found = hindrances(Readiness { verified: true, ..ready });
        if let Some(first) = found.first() {
            let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
            let message =
                format!("{file}: `domains.\"{domain}\".enforce_sso`: not yet: {}.", listed.join("; "));
            return Err(Error::new(Kind::Conflict, message).hint(first.advice()));
        }
    }
    Ok(())
}
