//! What follows from a look at the proof of a claim, whoever wanted it: a job, or somebody who presses a button.

use super::deeds::subject;
use super::{enforce, proof, words};
use crate::alarms::MOST_PEOPLE;
use crate::audit::{self, Author};
use crate::context::{App, JobCtx, PeopleCtx};
use crate::error::Error;
use crate::mail;
use jiff::Timestamp;
use vestibule_model::account::Account;
use vestibule_model::audit::Deed;
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::{Claim, Event, Findings, Holder, State};
use vestibule_model::id::ClaimId;
use vestibule_model::permission::Permission;
use vestibule_store::{self as store, Tx};

/// Looks for the proof of a claim, and says when to look again: the deed of a job.
pub(crate) async fn look_after(ctx: &JobCtx, id: ClaimId) -> Result<Option<Timestamp>, Error> {
    let scope = ctx.app.store().account(ctx.account.id);
    let found = scope.read(move |tx| Box::pin(async move { store::domain_claims::by_id(tx, id).await }));
    let Some(claim) = found.await? else { return Ok(None) };
    let claim = settle((&ctx.app, ctx.author()), &ctx.account, claim).await?;
    Ok(claim.and_then(|claim| claim.next_check(ctx.app.now())))
}

/// Looks for the proof of a claim now.
///
/// # Errors
/// [`crate::Kind::NotFound`] when the account does not claim the domain.
pub async fn check(ctx: &PeopleCtx, domain: &Domain) -> Result<State, Error> {
    ctx.must(Permission::DomainEdit)?;
    let (sought, scope) = (domain.clone(), ctx.app.store().account(ctx.account.id));
    let found = scope.read(move |tx| {
        let domain = sought.clone();
        Box::pin(async move { store::domain_claims::by_domain(tx, &domain).await })
    });
    let claim = found.await?.ok_or_else(|| words::unknown(domain))?;
    let settled = settle((&ctx.app, ctx.author()), &ctx.account, claim).await?;
    let settled = settled.ok_or_else(|| words::unknown(domain))?;
    let (id, next) = (settled.id, settled.next_check(ctx.app.now()));
    let scheduled = scope.write(move |tx| {
        Box::pin(async move {
            match next {
                Some(next) => {
                    store::jobs::schedule(tx, crate::jobs::Kind::Domain.as_str(), id.to_bytes(), next).await
                }
                None => Ok(()),
            }
        })
    });
    scheduled.await?;
    Ok(settled.state())
}

/// Looks, judges and writes; `None` when the claim is gone meanwhile.
async fn settle(
    (app, author): (&App, Author),
    account: &Account,
    claim: Claim,
) -> Result<Option<Claim>, Error> {
    let findings = proof::look(app, &claim).await;
    let (now, id) = (app.now(), claim.id);
    let scope = app.store().account(account.id);
    let (app, account) = (app.clone(), account.clone());
    let written = scope.write(move |tx| {
        let (app, account, findings) = (app.clone(), account.clone(), findings.clone());
        let author = author.clone();
        Box::pin(async move {
            let Some(claim) = store::domain_claims::locked(tx, id).await? else { return Ok(None) };
            let before = claim.state();
            let (claim, event) = judged(tx, claim, findings, now).await?;
            store::domain_claims::update(tx, &claim).await?;
            if (before, event.as_ref()) == (State::Suspended, Some(&Event::Taken)) {
                enforce::end_lost(tx, &claim.domain).await?;
            }
            if let Some(event) = event {
                tell(tx, (&app, &account), &claim, event).await?;
            }
            let (was, is) = (before.as_str().to_owned(), claim.state().as_str().to_owned());
            let changes = audit::change("state", Some(was), Some(is));
            if !changes.is_empty() {
                audit::record(tx, &author, (Deed::DomainChecked, subject(&claim.domain)), changes).await?;
            }
            Ok::<_, store::Error>(Some(claim))
        })
    });
    Ok(written.await?)
}

/// The judgment, with what it does to the domain done.
async fn judged(
    tx: &Tx<'_>,
    claim: Claim,
    findings: Findings,
    now: Timestamp,
) -> Result<(Claim, Option<Event>), store::Error> {
    let holder = match store::domains::owner(tx, &claim.domain).await? {
        None => Holder::Nobody,
        Some(owner) if owner.account == tx.account() => Holder::Claimant,
        Some(_) => Holder::Another,
    };
    let (judged, event) = claim.clone().judge(findings.clone(), holder, now);
    match event {
        Some(Event::Verified | Event::Restored) => {
            let held = store::domains::held(tx, &judged.domain).await?;
            let policy = held.map(|held| held.policy).unwrap_or_default();
            match store::domains::associate(tx, &judged.domain, &policy).await {
                // Somebody else was faster.
                Err(store::Error::DomainTaken) => return Ok(claim.judge(findings, Holder::Another, now)),
                associated => associated?,
            }
            store::accounts::bump(tx).await?;
        }
        Some(Event::Suspended) => {
            store::domains::suspend(tx, &judged.domain, now).await?;
            store::accounts::bump(tx).await?;
        }
        Some(Event::Taken | Event::Missing) | None => {}
    }
    Ok((judged, event))
}

/// Tells those who administer the account.
async fn tell(
    tx: &Tx<'_>,
    (app, account): (&App, &Account),
    claim: &Claim,
    event: Event,
) -> Result<(), store::Error> {
    for person in store::users::administrators(tx, MOST_PEOPLE).await? {
        let words = words::of_event(app, account, claim, event);
        store::outbox::insert(tx, &mail::to(app, &person.email, words)).await?;
    }
    Ok(())
}
