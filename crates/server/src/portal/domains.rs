//! Domains of the account: the list, and one of them with its proof and what was decided about it.

use super::moment::Moment;
use super::{Badge, Frame};
use askama::Template;
use vestibule_app::domains::{DomainView, Outsiders, Policy};
use vestibule_model::domain::claim::{Claim, FILE, Method, Seen, State};
use vestibule_model::domain::enforcement::Hindrance;
use vestibule_model::domain::{Domain, DomainPolicy};

/// The list, and the form that claims one.
#[derive(Debug, Template)]
#[template(path = "domains/list.html")]
pub struct DomainsPage {
    frame: Frame,
    rows: Vec<Row>,
    typed: String,
    problem: Option<String>,
}

#[derive(Debug)]
struct Row {
    domain: String,
    state: Badge,
    by: String,
    decided: Vec<Badge>,
}

impl DomainsPage {
    /// The page; `wrong` is what was typed, and what was wrong with it.
    #[must_use]
    pub fn new(frame: Frame, domains: Vec<DomainView>, wrong: Option<(String, String)>) -> Self {
        let (typed, problem) = wrong.map_or((String::new(), None), |(typed, problem)| (typed, Some(problem)));
        Self { frame, rows: domains.iter().map(row).collect(), typed, problem }
    }
}

fn row(view: &DomainView) -> Row {
    let policy = view.policy.as_ref();
    let decided = [
        policy.filter(|policy| policy.managed).map(|_| Badge::new("", "Managed")),
        policy.filter(|policy| policy.moves_people()).map(|_| Badge::new("", "Asks to move")),
        policy.filter(|policy| policy.enforce_sso).map(|_| Badge::new("", "SSO enforced")),
    ];
    Row {
        domain: view.domain.to_string(),
        state: badge(view),
        by: by(view),
        decided: decided.into_iter().flatten().collect(),
    }
}

fn badge(view: &DomainView) -> Badge {
    let missing = view.claim.as_ref().is_some_and(|claim| claim.suspends_at().is_some());
    match view.state {
        State::Verifying => Badge::new("is-warn", "Verifying"),
        State::Verified if missing => Badge::new("is-warn", "Verified, proof missing"),
        State::Verified => Badge::new("is-good", "Verified"),
        State::Suspended => Badge::new("is-bad", "Suspended"),
    }
}

fn by(view: &DomainView) -> String {
    match &view.claim {
        None => "Set by whoever runs this service".to_owned(),
        Some(claim) => {
            claim.proved_by.map_or("Not proved yet".to_owned(), |method| method.title().to_owned())
        }
    }
}

/// What was typed into the form of the policy, and what was wrong with it.
#[derive(Debug, Clone)]
pub struct Typed {
    /// What was typed.
    pub policy: Policy,
    /// What was wrong.
    pub problem: String,
}

/// One domain.
#[derive(Debug, Template)]
#[template(path = "domains/one.html")]
pub struct DomainPage {
    frame: Frame,
    domain: String,
    state: Badge,
    note: Option<Note>,
    told: Option<String>,
    asks: bool,
    proof: Option<Proof>,
    policy: Option<Form>,
    problem: Option<String>,
    removable: bool,
    outsiders: Outsiders,
}

#[derive(Debug)]
struct Note {
    tone: &'static str,
    title: &'static str,
    text: String,
}

#[derive(Debug)]
struct Proof {
    ways: Vec<WayToProve>,
    checked: Option<Moment>,
    next: Option<Moment>,
}

#[derive(Debug)]
struct WayToProve {
    title: &'static str,
    what: String,
    values: Vec<(&'static str, String)>,
    found: Option<(Badge, String)>,
}

#[derive(Debug)]
struct Form {
    managed: bool,
    consolidate: bool,
    enforce_sso: bool,
    exempt: String,
    hindrances: Vec<(String, &'static str)>,
}

impl DomainPage {
    /// The page; `typed` is a form that was refused.
    #[must_use]
    pub fn new(frame: Frame, view: &DomainView, typed: Option<Typed>) -> Self {
        let (typed, problem) = typed.map_or((None, None), |typed| (Some(typed.policy), Some(typed.problem)));
        Self {
            frame,
            domain: view.domain.to_string(),
            state: badge(view),
            note: note(view),
            told: None,
            asks: view.state == State::Verified
                && view.policy.as_ref().is_some_and(DomainPolicy::moves_people),
            proof: view.claim.as_ref().map(|claim| proof(view, claim)),
            policy: form(view, typed),
            problem,
            removable: view.claim.is_some(),
            outsiders: Outsiders::default(),
        }
    }

    /// The same with what became of something that was just done.
    #[must_use]
    pub fn telling(self, told: String) -> Self {
        Self { told: Some(told), ..self }
    }

    /// The same with those who have users in other accounts with addresses of the domain.
    #[must_use]
    pub fn with_outsiders(self, outsiders: Outsiders) -> Self {
        Self { outsiders, ..self }
    }

    fn elsewhere(&self) -> String {
        elsewhere(&self.outsiders)
    }
}

fn elsewhere(outsiders: &Outsiders) -> String {
    match outsiders.count {
        0 => "Nobody has a user in another account with an address of it.".to_owned(),
        1 => "One person has a user in another account with an address of it.".to_owned(),
        count => format!("{count} people have users in other accounts with addresses of it."),
    }
}

/// The question before people elsewhere are asked to move: how many, and who.
#[derive(Debug, Template)]
#[template(path = "domains/move.html")]
pub struct MovePage {
    frame: Frame,
    domain: String,
    policy: Policy,
    outsiders: Outsiders,
}

impl MovePage {
    /// The page; what was typed goes along, and comes back with what was seen.
    #[must_use]
    pub fn new(frame: Frame, domain: &Domain, policy: Policy, outsiders: Outsiders) -> Self {
        let policy = Policy { seen: outsiders.mark(), ..policy };
        Self { frame, domain: domain.to_string(), policy, outsiders }
    }

    fn elsewhere(&self) -> String {
        elsewhere(&self.outsiders)
    }
}

fn note(view: &DomainView) -> Option<Note> {
    let claim = view.claim.as_ref()?;
    let day = claim.suspends_at().map(|day| Moment(day).full()).unwrap_or_default();
    match view.state {
        State::Suspended => Some(Note {
            tone: "is-bad",
            title: "The domain is suspended.",
            text: "Its proof stayed missing. Nobody comes in by single sign-on with an address of it, and another account may claim it. \
                   Put the proof back, then choose “Check now”: that ends it at once."
                .to_owned(),
        }),
        State::Verified if claim.suspends_at().is_some() => Some(Note {
            tone: "is-warn",
            title: "The proof is missing.",
            text: format!("Put it back by {day}; otherwise the domain is suspended then."),
        }),
        State::Verifying if claim.taken => Some(Note {
            tone: "is-bad",
            title: "It belongs to another account.",
            text: "You proved it, but another account of this service has the domain already, and a domain belongs to one account. \
                   Ask the administrators of the other account to remove it, or whoever runs this service."
                .to_owned(),
        }),
        State::Verifying | State::Verified => None,
    }
}

fn proof(view: &DomainView, claim: &Claim) -> Proof {
    let domain = &view.domain;
    let found = |method: Method| {
        let findings = claim.findings.as_ref()?;
        let (_, seen) = findings.all().into_iter().find(|(one, _)| *one == method)?;
        Some(match seen {
            Seen::Proved => (Badge::new("is-good", "Found"), String::new()),
            Seen::Absent(words) => (Badge::new("", "Not there"), words.clone()),
            Seen::Unknown(words) => (Badge::new("is-warn", "No answer"), words.clone()),
        })
    };
    let ways = vec![
        WayToProve {
            title: Method::Dns.title(),
            what: format!(
                "Where the records of {domain} are kept, add one of the type TXT, beside those that are there."
            ),
            values: vec![("Name", domain.to_string()), ("Value", claim.proof())],
            found: found(Method::Dns),
        },
        WayToProve {
            title: Method::File.title(),
            what: "Let the web server of the domain answer with a text file, by https.".to_owned(),
            values: vec![("Address", format!("https://{domain}{FILE}")), ("Content", claim.proof())],
            found: found(Method::File),
        },
        WayToProve {
            title: Method::Meta.title(),
            what: format!("Put an element into the head of the page https://{domain}/."),
            values: vec![("Element", claim.meta())],
            found: found(Method::Meta),
        },
    ];
    Proof { ways, checked: claim.checked_at.map(Moment), next: view.next_check.map(Moment) }
}

fn form(view: &DomainView, typed: Option<Policy>) -> Option<Form> {
    let known = view.policy.as_ref()?;
    let exempt = || known.exempt.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let hindrances = view.hindrances.iter();
    let hindrances = hindrances.map(|one: &Hindrance| (one.to_string(), one.advice())).collect();
    Some(match typed {
        Some(Policy { managed, consolidate, enforce_sso, exempt, .. }) => {
            Form { managed, consolidate, enforce_sso, exempt, hindrances }
        }
        None => Form {
            managed: known.managed,
            consolidate: known.consolidate,
            enforce_sso: known.enforce_sso,
            exempt: exempt(),
            hindrances,
        },
    })
}
