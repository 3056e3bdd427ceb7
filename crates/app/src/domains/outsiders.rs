//! Who has a user in another account of the deployment, with an address of a domain of this one: what somebody knows before
//! they decide that its users are managed.
//!
//! Of another account nothing is told but the addresses, which say themselves whose domain they are of; and only while the domain
//! is proved.

use super::words;
use crate::context::PeopleCtx;
use crate::error::Error;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::permission::Permission;
use vestibule_store as store;

/// How many are told by name.
pub const MOST_OUTSIDERS: usize = 200;

/// The users of other accounts with addresses of a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outsiders {
    /// Their addresses, in order; the first [`MOST_OUTSIDERS`].
    pub addresses: Vec<Email>,
    /// Whether there are more.
    pub more: bool,
}

/// Who has a user elsewhere with an address of a domain of the account. Sub-accounts are not elsewhere. Nobody is told of a domain
/// that is not proved.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the account neither has nor claims the domain.
pub async fn outsiders(ctx: &PeopleCtx, domain: &Domain) -> Result<Outsiders, Error> {
    ctx.must(Permission::DomainEdit)?;
    let (sought, scope) = (domain.clone(), ctx.app.store().account(ctx.account.id));
    let found = scope.read(move |tx| {
        let domain = sought.clone();
        Box::pin(async move {
            let Some(held) = store::domains::held(tx, &domain).await? else {
                let claim = store::domain_claims::by_domain(tx, &domain).await?;
                return Ok(claim.map(|_| Vec::new()));
            };
            if !held.is_associated() {
                return Ok(Some(Vec::new()));
            }
            let limit = u32::try_from(MOST_OUTSIDERS + 1).unwrap_or(u32::MAX);
            store::outsiders::list(tx, &domain, limit).await.map(Some)
        })
    });
    let found: Result<_, store::Error> = found.await;
    let mut addresses: Vec<Email> = found?.ok_or_else(|| words::unknown(domain))?;
    let more = addresses.len() > MOST_OUTSIDERS;
    addresses.truncate(MOST_OUTSIDERS);
    Ok(Outsiders { addresses, more })
}
