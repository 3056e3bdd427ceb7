//! The sentences of the overview: steps, and what needs somebody.

use crate::portal::moment::Moment;
use vestibule_app::overview::{Notice, Overview};
use vestibule_model::domain::claim::State;
use vestibule_model::first_steps::{FirstStep, Standing};
use vestibule_model::id::ConnectionId;

/// A step of the list.
#[derive(Debug)]
pub(super) struct StepLine {
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) is_done: bool,
    pub(super) is_next: bool,
    /// What has to be done before, by its title.
    pub(super) waits_for: Option<&'static str>,
    /// What one presses, and where it leads.
    pub(super) link: Option<(&'static str, String)>,
}

/// The steps of an account.
pub(super) fn steps(seen: &Overview) -> Vec<StepLine> {
    let line = |(step, standing): &(FirstStep, Standing)| StepLine {
        title: title(*step),
        why: why(*step),
        is_done: *standing == Standing::Done,
        is_next: *standing == Standing::Next,
        waits_for: match standing {
            Standing::Waits(needed) => Some(title(*needed)),
            _ => None,
        },
        link: matches!(standing, Standing::Next | Standing::Open).then(|| link(*step, seen)),
    };
    seen.steps.iter().map(line).collect()
}

fn title(step: FirstStep) -> &'static str {
    match step {
        FirstStep::Connect => "Connect your identity provider",
        FirstStep::ProveDomain => "Prove your domain",
        FirstStep::Test => "Test a sign-in",
        FirstStep::Publish => "Publish the connection",
        FirstStep::Map => "Map attributes",
        FirstStep::Enforce => "Enforce single sign-on",
    }
}

fn why(step: FirstStep) -> &'static str {
    match step {
        FirstStep::Connect => {
            "Paste its metadata address, upload its metadata, or type three values. A guide shows the way for each product."
        }
        FirstStep::ProveDomain => {
            "People with an address of a domain that is yours come in without confirming their mailboxes."
        }
        FirstStep::Test => {
            "You go through the whole sign-in and see every check. Nobody notices, and nothing changes."
        }
        FirstStep::Publish => "From then on everybody of the account can sign in by it.",
        FirstStep::Map => {
            "Fill names and departments, and give licenses, roles and groups by what the identity provider says."
        }
        FirstStep::Enforce => {
            "Addresses of the domain go to the identity provider and nowhere else; no password is taken."
        }
    }
}

fn link(step: FirstStep, seen: &Overview) -> (&'static str, String) {
    let connection = |word| (word, seen.connection.map_or_else(|| "/admin/sso".to_owned(), at));
    match step {
        FirstStep::Connect => ("Connect", "/admin/sso/setup".to_owned()),
        FirstStep::ProveDomain => match seen.domains.iter().find(|line| line.state != State::Verified) {
            Some(claimed) => ("Go on proving it", format!("/admin/domains/{}", claimed.domain)),
            None => ("Claim a domain", "/admin/domains".to_owned()),
        },
        FirstStep::Test => connection("Test it"),
        FirstStep::Publish => connection("Publish it"),
        FirstStep::Map => ("Open the mapping", "/admin/mapping".to_owned()),
        FirstStep::Enforce => match seen.domains.iter().find(|line| line.state == State::Verified) {
            Some(line) => ("Open the domain", format!("/admin/domains/{}", line.domain)),
            None => ("Open the domains", "/admin/domains".to_owned()),
        },
    }
}

fn at(connection: ConnectionId) -> String {
    format!("/admin/sso/{connection}")
}

/// What needs somebody, in a line.
#[derive(Debug)]
pub(super) struct NoticeLine {
    pub(super) is_urgent: bool,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) link: (&'static str, String),
}

/// A notice in words.
pub(super) fn notice(notice: &Notice) -> NoticeLine {
    let (title, text, link) = match notice {
        Notice::TheirCertificate { connection, subject, ends_at } => (
            format!("The identity provider’s certificate ends on {}", Moment(*ends_at).day()),
            format!("After that its responses are refused (1004). It is {subject}. Ask for the next one, or fetch the metadata."),
            ("Open the connection", at(*connection)),
        ),
        Notice::OurCertificate { connection, ends_at } => (
            format!("Our certificate ends on {}", Moment(*ends_at).day()),
            "The next one takes over as soon as the identity provider has read our metadata, or you say so.".to_owned(),
            ("Open the connection", at(*connection)),
        ),
        Notice::MetadataFails { connection, since, message } => (
            format!("The identity provider’s metadata cannot be had since {}", Moment(*since).day()),
            format!("{message} Sign-ins go on with what is known."),
            ("Open the connection", at(*connection)),
        ),
        Notice::MetadataDiffers { connection, since } => (
            format!("The identity provider announced a change on {}", Moment(*since).day()),
            "Look at what would change, and accept it or not.".to_owned(),
            ("Look at the change", at(*connection)),
        ),
        Notice::DomainSuspended(domain) => (
            format!("{domain} is suspended"),
            "Its proof is gone, so nobody comes in by single sign-on with an address of it.".to_owned(),
            ("Prove it again", format!("/admin/domains/{domain}")),
        ),
        Notice::ProofMissing { domain, suspends_at } => (
            format!("The proof of {domain} is missing"),
            format!("Put it back by {}; the domain is suspended then.", Moment(*suspends_at).day()),
            ("Look at the proof", format!("/admin/domains/{domain}")),
        ),
        Notice::Draft { connection, number, tested } => (
            format!("Version {number} of the connection is a draft"),
            match tested {
                true => "It passed its test. Publish it, or discard it.".to_owned(),
                false => "Nobody uses it yet. Test it, then publish it, or discard it.".to_owned(),
            },
            ("Open the draft", at(*connection)),
        ),
        Notice::NoSeat(product) => (
            format!("No seat of {product} is left"),
            "New people who should get one are refused (1031) or get the fallback license. Free seats, or ask for more.".to_owned(),
            ("Look at the licenses", "/admin/licenses".to_owned()),
        ),
    };
    NoticeLine { is_urgent: notice.is_urgent(), title, text, link }
}
