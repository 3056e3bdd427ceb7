//! Sample values of the pages about domains.

use super::{HOSTILE, admin, now, text};
use jiff::ToSpan as _;
use vestibule_app::domains::{DomainView, Policy};
use vestibule_model::domain::claim::{Claim, Findings, Holder, Seen, State};
use vestibule_model::domain::enforcement::Hindrance;
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::email::Email;
use vestibule_model::id::ClaimId;
use vestibule_server::portal::Here;
use vestibule_server::portal::domains::{DomainPage, DomainsPage, Typed};

fn domain(name: &str) -> Option<Domain> {
    Domain::parse(name).ok()
}

fn claim(name: &str) -> Option<Claim> {
    Some(Claim::new(ClaimId::from_bytes([1; 16]), domain(name)?, [0xab; 16], now()))
}

fn nothing() -> Findings {
    Findings {
        dns: Seen::Absent(text("None of 4 TXT records is it.")),
        file: Seen::Absent(text(
            "https://corp.example/.well-known/vestibule-verification.txt answers 404 Not Found.",
        )),
        meta: Seen::Unknown(format!("https://corp.example/ could not be fetched: {HOSTILE}.")),
    }
}

fn by_dns() -> Findings {
    Findings { dns: Seen::Proved, ..nothing() }
}

fn policy(enforce_sso: bool) -> Option<DomainPolicy> {
    let exempt = [Email::parse("breakglass@acme.example").ok()?].into();
    Some(DomainPolicy { managed: true, enforce_sso, exempt, ..DomainPolicy::default() })
}

fn verifying() -> Option<DomainView> {
    let (claim, _) = claim("corp.example")?.judge(nothing(), Holder::Nobody, now());
    let next_check = claim.next_check(now());
    let domain = claim.domain.clone();
    Some(DomainView {
        domain,
        state: State::Verifying,
        claim: Some(claim),
        policy: None,
        next_check,
        hindrances: Vec::new(),
    })
}

fn verified() -> Option<DomainView> {
    let (claim, _) = claim("acme.example")?.judge(by_dns(), Holder::Nobody, now());
    let next_check = claim.next_check(now());
    let domain = claim.domain.clone();
    let hindrances = vec![Hindrance::NotTested, Hindrance::LockOut];
    Some(DomainView {
        domain,
        state: State::Verified,
        claim: Some(claim),
        policy: policy(false),
        next_check,
        hindrances,
    })
}

fn suspended() -> Option<DomainView> {
    let (claim, _) = claim("old.example")?.judge(by_dns(), Holder::Nobody, now());
    let (claim, _) = claim.judge(nothing(), Holder::Claimant, now());
    let (claim, _) = claim.judge(nothing(), Holder::Claimant, now().checked_add(72.hours()).ok()?);
    let domain = claim.domain.clone();
    let (next_check, hindrances) = (claim.next_check(now()), Vec::new());
    Some(DomainView {
        domain,
        state: State::Suspended,
        claim: Some(claim),
        policy: policy(true),
        next_check,
        hindrances,
    })
}

fn set() -> Option<DomainView> {
    let (policy, hindrances) = (policy(true), Vec::new());
    let domain = domain("subsidiary.acme.example")?;
    Some(DomainView { domain, state: State::Verified, claim: None, policy, next_check: None, hindrances })
}

/// A domain in every state; with `problem` a claim was refused.
pub fn list(problem: bool) -> Option<DomainsPage> {
    let all = vec![verified()?, verifying()?, suspended()?, set()?];
    let wrong = (text(HOSTILE), text("That is not a domain name: expected one like example.com."));
    Some(DomainsPage::new(admin(Here::Domains), all, problem.then_some(wrong)))
}

/// The same when there is none.
pub fn empty() -> DomainsPage {
    DomainsPage::new(admin(Here::Domains), Vec::new(), None)
}

/// A claim that is not proved yet.
pub fn claimed() -> Option<DomainPage> {
    Some(DomainPage::new(admin(Here::Domains), &verifying()?, None))
}

/// A domain that is proved, where enforcement was refused.
pub fn refused() -> Option<DomainPage> {
    let policy = Policy { managed: true, enforce_sso: true, exempt: text(HOSTILE), ..Policy::default() };
    let problem = text(
        "SSO cannot be enforced for acme.example: the published SSO connection was never tested; no exempt owner or administrator has a working password. Run a test sign-in of the published connection, on its page.",
    );
    Some(DomainPage::new(admin(Here::Domains), &verified()?, Some(Typed { policy, problem })))
}

/// A domain whose proof was lost.
pub fn lost() -> Option<DomainPage> {
    Some(DomainPage::new(admin(Here::Domains), &suspended()?, None))
}

/// A domain that the operator set.
pub fn by_operator() -> Option<DomainPage> {
    Some(DomainPage::new(admin(Here::Domains), &set()?, None))
}
