//! The domains of an account, as people look at them.

use super::enforce;
use super::words;
use crate::context::PeopleCtx;
use crate::error::Error;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use vestibule_model::domain::claim::{Claim, State};
use vestibule_model::domain::enforcement::{Hindrance, hindrances};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::permission::Permission;
use vestibule_store::domains::Held;
use vestibule_store::{self as store, Tx};

/// A domain that an account has, had or claims.
#[derive(Debug, Clone)]
pub struct DomainView {
    /// The domain.
    pub domain: Domain,
    /// How far it is proved; the operator's word counts as a proof.
    pub state: State,
    /// The claim; `None` where the operator set the domain.
    pub claim: Option<Claim>,
    /// What was decided about it, once it was the account's.
    pub policy: Option<DomainPolicy>,
    /// When its proof is looked for again by itself.
    pub next_check: Option<Timestamp>,
    /// What stands in the way of enforced SSO, if it is not on.
    pub hindrances: Vec<Hindrance>,
}

impl Serialize for DomainView {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let (claim, policy) = (self.claim.as_ref(), self.policy.as_ref());
        let mut shown = serializer.serialize_struct("Domain", 10)?;
        shown.serialize_field("domain", &self.domain)?;
        shown.serialize_field("state", self.state.as_str())?;
        shown.serialize_field("set_by_operator", &claim.is_none())?;
        shown.serialize_field("proof", &claim.map(Claim::proof))?;
        shown.serialize_field("proved_by", &claim.and_then(|claim| claim.proved_by))?;
        shown.serialize_field("checked_at", &claim.and_then(|claim| claim.checked_at))?;
        shown.serialize_field("managed", &policy.is_some_and(|policy| policy.managed))?;
        shown.serialize_field("consolidate", &policy.is_some_and(|policy| policy.consolidate))?;
        shown.serialize_field("enforce_sso", &policy.is_some_and(|policy| policy.enforce_sso))?;
        shown.serialize_field("exempt", &policy.map(|policy| &policy.exempt))?;
        shown.end()
    }
}

/// The domains of the account, by name.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &PeopleCtx) -> Result<Vec<DomainView>, Error> {
    ctx.must(Permission::DomainRead)?;
    let scope = ctx.app.store().account(ctx.account.id);
    Ok(scope.read(|tx| Box::pin(read(tx))).await?)
}

async fn read(tx: &Tx<'_>) -> Result<Vec<DomainView>, store::Error> {
    let claims = store::domain_claims::list(tx).await?;
    let mut claims: BTreeMap<Domain, Claim> =
        claims.into_iter().map(|claim| (claim.domain.clone(), claim)).collect();
    let mut views = Vec::new();
    for held in store::domains::all(tx).await? {
        let claim = claims.remove(&held.domain);
        views.push(view(tx, held.domain.clone(), claim, Some(held)).await?);
    }
    for (domain, claim) in claims {
        views.push(view(tx, domain, Some(claim), None).await?);
    }
    views.sort_by(|one, other| one.domain.cmp(&other.domain));
    Ok(views)
}

/// One domain of the account.
///
/// # Errors
/// [`crate::Kind::NotFound`] when it neither has nor claims it.
pub async fn one(ctx: &PeopleCtx, domain: &Domain) -> Result<DomainView, Error> {
    ctx.must(Permission::DomainRead)?;
    let (sought, scope) = (domain.clone(), ctx.app.store().account(ctx.account.id));
    let found = scope.read(move |tx| {
        let domain = sought.clone();
        Box::pin(async move {
            let claim = store::domain_claims::by_domain(tx, &domain).await?;
            let held = store::domains::held(tx, &domain).await?;
            if claim.is_none() && held.is_none() {
                return Ok(None);
            }
            view(tx, domain, claim, held).await.map(Some)
        })
    });
    let found: Result<_, store::Error> = found.await;
    found?.ok_or_else(|| words::unknown(domain))
}

async fn view(
    tx: &Tx<'_>,
    domain: Domain,
    claim: Option<Claim>,
    held: Option<Held>,
) -> Result<DomainView, store::Error> {
    let state = match &held {
        Some(held) if held.is_associated() => State::Verified,
        Some(_) => State::Suspended,
        None => State::Verifying,
    };
    let policy = held.map(|held| held.policy);
    let mut stands_in_the_way = Vec::new();
    if let Some(policy) = policy.as_ref().filter(|policy| !policy.enforce_sso) {
        stands_in_the_way = hindrances(enforce::readiness(tx, &domain, policy).await?);
    }
    let next_check = match &claim {
        Some(claim) => store::jobs::due(tx, crate::jobs::Kind::Domain.as_str(), claim.id.to_bytes()).await?,
        None => None,
    };
    Ok(DomainView { domain, state, claim, policy, next_check, hindrances: stands_in_the_way })
}
