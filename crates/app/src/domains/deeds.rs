//! Claiming a domain, taking it back, and deciding what holds for its addresses.

use super::enforce;
use super::outsiders::Outsiders;
use super::{MOST_DOMAINS, words};
use crate::audit;
use crate::context::PeopleCtx;
use crate::error::{Error, Kind};
use crate::jobs;
use std::collections::BTreeSet;
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::domain::claim::{self, Claim, Unclaimable};
use vestibule_model::domain::enforcement::hindrances;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::email::Email;
use vestibule_model::id::ClaimId;
use vestibule_model::permission::Permission;
use vestibule_store::{self as store, Tx};

/// Claims a domain for the account; the claim says what has to be put where.
///
/// # Errors
/// [`Kind::Invalid`] when it is no domain that an account could have; [`Kind::Conflict`] when the account has it, claims it,
/// or has too many.
pub async fn claim(ctx: &PeopleCtx, text: &str) -> Result<Claim, Error> {
    ctx.must(Permission::DomainEdit)?;
    let app = &ctx.app;
    let domain =
        Domain::parse(text.trim()).map_err(|error| Error::new(Kind::Invalid, format!("That is {error}.")))?;
    let base_host = app.inner.deployment.base_url.host_str().unwrap_or_default();
    claim::claimable(&domain, base_host).map_err(|why| unclaimable(&domain, why))?;
    let now = app.now();
    let mut token = [0; 16];
    app.random().fill(&mut token);
    let claim = Claim::new(ClaimId::from_bytes(app.fresh_id(now)), domain, token, now);
    let (made, author) = (claim.clone(), ctx.author());
    let scope = app.store().account(ctx.account.id);
    let written = scope.write(move |tx| {
        let (claim, author) = (made.clone(), author.clone());
        Box::pin(async move {
            if store::domains::held(tx, &claim.domain).await?.is_some() {
                return Err(has_already(&claim.domain));
            }
            if names(tx).await?.len() >= MOST_DOMAINS {
                return Err(Error::new(
                    Kind::Conflict,
                    format!("An account has at most {MOST_DOMAINS} domains."),
                )
                .hint("Remove one that is not needed any more, or ask whoever runs this service."));
            }
            if !store::domain_claims::insert(tx, &claim).await? {
                return Err(has_already(&claim.domain));
            }
            store::jobs::schedule(tx, jobs::Kind::Domain.as_str(), claim.id.to_bytes(), now).await?;
            audit::record(tx, &author, (Deed::DomainClaimed, subject(&claim.domain)), Vec::new()).await?;
            Ok(())
        })
    });
    written.await?;
    Ok(claim)
}

/// A domain, as the audit log names it.
pub(super) fn subject(domain: &Domain) -> Subject {
    Subject::named(Thing::Domain, domain.as_str())
}

/// Every domain that the account has or claims.
async fn names(tx: &Tx<'_>) -> Result<BTreeSet<Domain>, store::Error> {
    let held = store::domains::all(tx).await?.into_iter().map(|held| held.domain);
    let claimed = store::domain_claims::list(tx).await?.into_iter().map(|claim| claim.domain);
    Ok(held.chain(claimed).collect())
}

fn unclaimable(domain: &Domain, why: Unclaimable) -> Error {
    Error::new(Kind::Invalid, format!("{domain} cannot be claimed: it {why}."))
        .hint("Claim the domain behind the @ of your company’s own addresses.")
}

fn has_already(domain: &Domain) -> Error {
    Error::new(Kind::Conflict, format!("The account has or claims {domain} already."))
        .hint("It is in the list.")
}

/// Takes a domain from the account, or a claim back. What the operator set stays.
///
/// # Errors
/// [`Kind::NotFound`] when there is none; [`Kind::Conflict`] while SSO is enforced for it, or when the operator set it.
pub async fn remove(ctx: &PeopleCtx, domain: &Domain) -> Result<(), Error> {
    ctx.must(Permission::DomainEdit)?;
    let (domain, scope) = (domain.clone(), ctx.app.store().account(ctx.account.id));
    let (by_operator, author) = (ctx.by.is_none(), ctx.author());
    let removed = scope.write(move |tx| {
        let (domain, author) = (domain.clone(), author.clone());
        Box::pin(async move {
            let claim = store::domain_claims::by_domain(tx, &domain).await?;
            let held = store::domains::held(tx, &domain).await?;
            if held.as_ref().is_some_and(|held| held.policy.enforce_sso) {
                return Err(Error::new(Kind::Conflict, format!("SSO is enforced for {domain}.")).hint(
                    "Switch enforced SSO off first: removing the domain would let passwords in again unseen.",
                ));
            }
            if claim.is_none() && held.is_none() {
                return Err(words::unknown(&domain));
            }
            if claim.is_none() && !by_operator {
                return Err(Error::new(
                    Kind::Conflict,
                    format!("{domain} was set by whoever runs this service."),
                )
                .hint("Ask them to remove it."));
            }
            forget_claim(tx, &domain).await?;
            store::domains::remove(tx, &domain).await?;
            store::accounts::bump(tx).await?;
            let policy = audit::policy(held.as_ref().map(|held| &held.policy), None);
            audit::record(tx, &author, (Deed::DomainRemoved, subject(&domain)), policy).await?;
            Ok(())
        })
    });
    removed.await
}

/// Forgets the claim to a domain, and the job that looks after it.
pub(crate) async fn forget_claim(tx: &Tx<'_>, domain: &Domain) -> Result<(), store::Error> {
    if let Some(claim) = store::domain_claims::by_domain(tx, domain).await? {
        store::jobs::cancel(tx, jobs::Kind::Domain.as_str(), claim.id.to_bytes()).await?;
        store::domain_claims::remove(tx, domain).await?;
    }
    Ok(())
}

/// What is decided about a domain, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Sign-ups elsewhere with the domain are refused.
    pub managed: bool,
    /// People elsewhere with addresses of the domain are asked to move.
    pub consolidate: bool,
    /// The mark of the list of those people that was shown before ([`Outsiders::mark`]).
    pub seen: String,
    /// The identity provider is the only way in.
    pub enforce_sso: bool,
    /// Exempt addresses, one on each line.
    pub exempt: String,
}

/// The most exempt addresses of a domain.
const MOST_EXEMPT: usize = 100;

impl Policy {
    fn read(&self, domain: &Domain) -> Result<DomainPolicy, Error> {
        let mut exempt = BTreeSet::new();
        for text in self.exempt.split([',', ';', '\n', '\r', ' ']).filter(|text| !text.trim().is_empty()) {
            let email = Email::parse(text)
                .map_err(|error| Error::new(Kind::Invalid, format!("\"{}\" is {error}.", text.trim())))?;
            if email.domain() != domain {
                return Err(Error::new(Kind::Invalid, format!("{email} is not an address of {domain}."))
                    .hint("Exempt people at the domain of their address."));
            }
            exempt.insert(email);
        }
        if exempt.len() > MOST_EXEMPT {
            return Err(Error::new(Kind::Invalid, format!("At most {MOST_EXEMPT} people are exempt.")));
        }
        let &Self { managed, consolidate, enforce_sso, .. } = self;
        let policy = DomainPolicy { managed, consolidate, enforce_sso, exempt };
        if policy.contradicts_itself() {
            return Err(Error::new(
                Kind::Invalid,
                "People can be asked to move here only where the account manages the domain.",
            )
            .hint("Tick \"Manage users with this domain\" too."));
        }
        Ok(policy)
    }
}

/// What became of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It holds.
    Done,
    /// Nothing changed: these people would be asked to move, and the list of them was not seen, or is another one by now.
    Asks(Outsiders),
}

/// Decides what holds for the addresses of a domain. Where SSO is enforced, sessions that began by a password are over at once,
/// but for those of exempt people. People elsewhere are asked to move once whoever decides that has seen who they are.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such domain; [`Kind::Invalid`] when an address is none; [`Kind::Conflict`] when
/// enforced SSO cannot be switched on yet, with every reason.
pub async fn decide(ctx: &PeopleCtx, domain: &Domain, policy: &Policy) -> Result<Decided, Error> {
    ctx.must(Permission::DomainEdit)?;
    let (policy, seen) = (policy.read(domain)?, policy.seen.clone());
    let (domain, scope) = (domain.clone(), ctx.app.store().account(ctx.account.id));
    let author = ctx.author();
    let decided = scope.write(move |tx| {
        let (domain, policy, author) = (domain.clone(), policy.clone(), author.clone());
        let seen = seen.clone();
        Box::pin(async move {
            if let Some(asked) = would_ask(tx, &domain, &policy, &seen).await? {
                return Ok(Decided::Asks(asked));
            }
            // First, so that whoever changes the account meanwhile waits, and what is asked below still holds.
            store::accounts::bump(tx).await?;
            let held = store::domains::held(tx, &domain).await?.ok_or_else(|| words::unknown(&domain))?;
            may_enforce(tx, &domain, &held.policy, &policy).await?;
            store::domains::decide(tx, &domain, &policy).await?;
            let ended = enforce::end_passwords(tx, &domain, &policy).await?;
            let mut changes = audit::policy(Some(&held.policy), Some(&policy));
            if ended > 0 {
                changes.extend(audit::change("sessions_by_password", Some(ended.to_string()), None));
            }
            if !changes.is_empty() {
                audit::record(tx, &author, (Deed::DomainDecided, subject(&domain)), changes).await?;
            }
            Ok(Decided::Done)
        })
    });
    decided.await
}

/// Whom the policy would begin to ask, if that is not what was seen.
async fn would_ask(
    tx: &Tx<'_>,
    domain: &Domain,
    policy: &DomainPolicy,
    seen: &str,
) -> Result<Option<Outsiders>, Error> {
    let held = store::domains::held(tx, domain).await?.ok_or_else(|| words::unknown(domain))?;
    if !policy.moves_people() || held.policy.moves_people() {
        return Ok(None);
    }
    if !held.is_associated() {
        return Err(Error::new(Kind::Conflict, format!("The domain {domain} lost its proof."))
            .hint("Put the proof back first: until then nobody is asked to move."));
    }
    let asked = Outsiders::read(tx, domain).await?;
    Ok(Some(asked).filter(|asked| asked.mark() != seen))
}

/// The lock-out guard: enforcement is switched on, and stays under changed exemptions, only where everything is ready.
async fn may_enforce(
    tx: &Tx<'_>,
    domain: &Domain,
    before: &DomainPolicy,
    after: &DomainPolicy,
) -> Result<(), Error> {
    if !after.enforce_sso || before == after {
        return Ok(());
    }
    let found = hindrances(enforce::readiness(tx, domain, after).await?);
    let Some(first) = found.first() else { return Ok(()) };
    let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
    let sentence = format!("SSO cannot be enforced for {domain}: {}.", listed.join("; "));
    Err(Error::new(Kind::Conflict, sentence).hint(first.advice()))
}
