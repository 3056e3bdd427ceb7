//! Who has a user in another account of the deployment, with an address of a domain of this one: what somebody knows before
//! they decide that its users are managed, or asked to move.
//!
//! Of another account nothing is told but the addresses, which say themselves whose domain they are of; and only while the domain
//! is proved.

use super::words;
use crate::context::PeopleCtx;
use crate::error::Error;
use crate::secret;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::permission::Permission;
use vestibule_store::{self as store, Tx};

/// How many are told by name.
pub const MOST_OUTSIDERS: usize = 200;

/// The users of other accounts with addresses of a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outsiders {
    /// How many they are.
    pub count: u64,
    /// Their addresses, in order; the first [`MOST_OUTSIDERS`].
    pub addresses: Vec<Email>,
}

impl Outsiders {
    /// How many are not told by name.
    #[must_use]
    pub fn beyond(&self) -> u64 {
        self.count.saturating_sub(u64::try_from(self.addresses.len()).unwrap_or(u64::MAX))
    }

    /// A mark of what was seen: another list has another one.
    #[must_use]
    pub fn mark(&self) -> String {
        let addresses: Vec<&str> = self.addresses.iter().map(Email::folded).collect();
        secret::spelled(&secret::hash(&format!("{} {}", self.count, addresses.join(" "))))
    }

    /// Reads them. Nobody is told of a domain that is not proved.
    pub(super) async fn read(tx: &Tx<'_>, domain: &Domain) -> Result<Self, store::Error> {
        if !store::domains::is_associated(tx, domain).await? {
            return Ok(Self::default());
        }
        let limit = u32::try_from(MOST_OUTSIDERS).unwrap_or(u32::MAX);
        let found = store::outsiders::list(tx, domain, None, limit).await?;
        let mut addresses: Vec<Email> = found.into_iter().map(|outsider| outsider.email).collect();
        addresses.sort_by(|one, other| one.folded().cmp(other.folded()));
        Ok(Self { count: store::outsiders::count(tx, domain).await?, addresses })
    }
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
            let known = store::domains::held(tx, &domain).await?.is_some()
                || store::domain_claims::by_domain(tx, &domain).await?.is_some();
            if known { Outsiders::read(tx, &domain).await.map(Some) } else { Ok(None) }
        })
    });
    let found: Result<_, store::Error> = found.await;
    found?.ok_or_else(|| words::unknown(domain))
}
