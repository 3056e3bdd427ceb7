//! `vestibule domain claim · check · list`

use crate::cli::DomainCommand;
use crate::output::{self, Exit, Failure};
use vestibule_app::domains::{self, DomainView};
use vestibule_app::{App, PeopleCtx};
use vestibule_model::domain::claim::{FILE, Seen, State};
use vestibule_model::domain::{Domain, DomainPolicy};

pub(super) async fn run(app: &App, command: DomainCommand, json: bool) -> Result<Exit, Failure> {
    let operator = app.operator();
    match command {
        DomainCommand::Claim { domain, account } => {
            let ctx = operator.people(&account).await?;
            let claim = domains::claim(&ctx, &domain).await?;
            if json {
                return shown(&ctx, &claim.domain).await;
            }
            output::line(format!("{} is claimed. Prove it in one of these ways:", claim.domain));
            output::line(format!("  a TXT record of {}: {}", claim.domain, claim.proof()));
            output::line(format!("  the file https://{}{FILE}: {}", claim.domain, claim.proof()));
            output::line(format!("  in the head of https://{}/: {}", claim.domain, claim.meta()));
            Ok(Exit::Done)
        }
        DomainCommand::Check { domain, account } => {
            let ctx = operator.people(&account).await?;
            let domain =
                Domain::parse(&domain).map_err(|error| Failure::usage(format!("{domain} is {error}")))?;
            let state = domains::check(&ctx, &domain).await?;
            if json {
                shown(&ctx, &domain).await?;
            } else {
                told(&domains::one(&ctx, &domain).await?);
            }
            Ok(if state == State::Verified { Exit::Done } else { Exit::Failed })
        }
        DomainCommand::List { account } => {
            output::list(&domains::list(&operator.people(&account).await?).await?, json, line)
        }
    }
}

async fn shown(ctx: &PeopleCtx, domain: &Domain) -> Result<Exit, Failure> {
    output::object(&domains::one(ctx, domain).await?)?;
    Ok(Exit::Done)
}

fn told(view: &DomainView) {
    output::line(format!("{} is {}.", view.domain, view.state.as_str()));
    let findings = view.claim.as_ref().and_then(|claim| claim.findings.as_ref());
    for (method, seen) in findings.into_iter().flat_map(|findings| findings.all()) {
        let words = match seen {
            Seen::Proved => "found",
            Seen::Absent(words) | Seen::Unknown(words) => words,
        };
        output::line(format!("  {}: {words}", method.title()));
    }
}

fn line(view: &DomainView) -> String {
    let policy = view.policy.as_ref();
    let decided = [
        (policy.is_some_and(|policy| policy.managed), "managed"),
        (policy.is_some_and(DomainPolicy::moves_people), "asks people to move"),
        (policy.is_some_and(|policy| policy.enforce_sso), "SSO enforced"),
        (view.claim.is_none(), "set by the operator"),
    ];
    let decided: Vec<&str> = decided.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect();
    format!("{:<32} {:<10} {}", view.domain.to_string(), view.state.as_str(), decided.join(", "))
}
