//! Domains: claimed, proved and lost; and what enforced SSO means for the ways in.

mod claims;
mod enforcement;
mod host;
mod managed;
mod proofs;
mod simulated;

use crate::account::Account;
use crate::provider::Person;
use crate::world::World;
use host::Host;
use vestibule_app::domains::{self, Policy};
use vestibule_app::outbound::Dns;
use vestibule_app::sign_in::Finished;
use vestibule_app::{App, PeopleCtx};
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::State;
use vestibule_testkit::NameServer;

/// A node of the deployment that asks a name server of the test's own, and may reach loopback addresses.
struct Net {
    app: App,
    names: NameServer,
}

impl Net {
    async fn open(world: &World) -> Option<Self> {
        let names = NameServer::start()?;
        let dns = Dns::Server(names.address());
        let app = world
            .configured(|deployment| {
                deployment.dns = dns;
                deployment.outbound_allow = vec!["127.0.0.0/8".parse().unwrap()];
            })
            .await;
        Some(Self { app, names })
    }

    /// A new account of this node.
    async fn account(&self, world: &World, label: &str) -> Account {
        world.account(label).await.at(&self.app)
    }

    /// The same with the usual configuration.
    async fn configured(&self, world: &World, label: &str) -> Account {
        let account = self.account(world, label).await;
        account.apply(account.usual()).await;
        account
    }
}

pub async fn people(account: &Account) -> PeopleCtx {
    account.app.operator().people(account.label.as_str()).await.unwrap()
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

/// Claims a domain; the answer is what the proof says.
async fn claim(account: &Account, name: &str) -> String {
    domains::claim(&people(account).await, name).await.unwrap().proof()
}

async fn check(account: &Account, name: &str) -> State {
    domains::check(&people(account).await, &domain(name)).await.unwrap()
}

async fn state(account: &Account, name: &str) -> State {
    domains::one(&people(account).await, &domain(name)).await.unwrap().state
}

async fn decide(account: &Account, name: &str, policy: &Policy) -> Result<(), vestibule_app::Error> {
    domains::decide(&people(account).await, &domain(name), policy).await.map(drop)
}

/// The subjects of the mails to an address.
async fn subjects(app: &App, to: &str) -> Vec<String> {
    let mails = vestibule_app::outbox::list(&app.operator()).await.unwrap();
    mails.into_iter().filter(|mail| mail.to == to).map(|mail| mail.subject).collect()
}

/// Somebody new signs in, and has to confirm the mailbox first.
async fn pends(account: &Account, email: &str) {
    let outcome = account.attempt(&Person::of(email)).await;
    assert!(matches!(outcome, Ok(Finished::Pending { .. })), "{email}: {outcome:?}");
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
