//! The two configurations that a simulation sets against each other: what is in force, and what is wanted.

use crate::configuration::{Configuration, Planned, State};
use crate::context::App;
use crate::error::Error;
use crate::sign_in::vouches;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::account::{Account, Label};
use vestibule_model::admission::Rules;
use vestibule_model::connection::{Connection, Settings};
use vestibule_model::domain::Domain;
use vestibule_model::id::ConnectionId;
use vestibule_model::license::{Inventory, Product};
use vestibule_store as store;

/// What is in force, and what is wanted.
pub(super) struct Sides {
    pub(super) before: Side,
    pub(super) after: Side,
}

/// What sign-ins are decided by.
pub(super) struct Side {
    pub(super) configuration: Configuration,
    /// The connections in use.
    connections: BTreeMap<ConnectionId, Settings>,
    /// The account's own vanity URL.
    own: Label,
    domains: BTreeSet<Domain>,
    /// The seats as they are left by those who were met.
    pub(super) seats: Inventory,
}

impl Sides {
    /// What is in force, and what applying a plan would bring about.
    pub(super) async fn of_plan(app: &App, planned: &Planned) -> Result<Self, Error> {
        let (account, wanted) = (planned.account(), planned.wanted());
        let (current, published, seats) = read(app, account).await?;
        let before = Side::new(account, &current, in_use(&published), seats.clone());
        let mut connections = in_use(&published);
        for (name, id) in &wanted.ids {
            let (is, becomes) = (current.connections.get(name), wanted.connections.get(name));
            match becomes {
                None => drop(connections.remove(id)),
                Some(becomes) if is != Some(becomes) && !becomes.draft => {
                    connections.insert(*id, becomes.settings.clone());
                }
                Some(_) => {}
            }
        }
        connections.retain(|_, settings| settings.enabled);
        let after = Side::new(account, wanted, connections, with_totals(seats, &wanted.seats));
        Ok(Self { before, after })
    }

    /// What is in force, and the same with another mapping.
    pub(super) async fn of_configuration(
        app: &App,
        account: &Account,
        wanted: &Configuration,
    ) -> Result<Self, Error> {
        let (current, published, seats) = read(app, account).await?;
        let before = Side::new(account, &current, in_use(&published), seats.clone());
        let mut after = Side::new(account, &current, in_use(&published), seats);
        after.configuration = wanted.clone();
        Ok(Self { before, after })
    }
}

async fn read(app: &App, account: &Account) -> Result<(State, Vec<Connection>, Inventory), Error> {
    let scope = app.store().account(account.id);
    scope
        .read(|tx| {
            Box::pin(async move {
                let state = State::read(tx).await?;
                let connections = store::connections::list(tx).await?;
                Ok::<_, Error>((state, connections, store::licenses::inventory(tx).await?))
            })
        })
        .await
}

fn in_use(connections: &[Connection]) -> BTreeMap<ConnectionId, Settings> {
    let published = connections.iter().filter_map(|connection| {
        connection.published.as_ref().map(|version| (connection.id, version.settings.clone()))
    });
    published.filter(|(_, settings)| settings.enabled).collect()
}

fn with_totals(mut seats: Inventory, totals: &BTreeMap<Product, i64>) -> Inventory {
    for seats in seats.0.values_mut() {
        seats.total = 0;
    }
    for (product, total) in totals {
        seats.0.entry(*product).or_default().total = *total;
    }
    seats
}

impl Side {
    fn new(
        account: &Account,
        state: &State,
        connections: BTreeMap<ConnectionId, Settings>,
        seats: Inventory,
    ) -> Self {
        Self {
            configuration: state.configuration.clone(),
            connections,
            own: account.label.clone(),
            domains: state.domains.keys().cloned().collect(),
            seats,
        }
    }

    /// The rules for responses to this connection; none if it is not in use.
    pub(super) fn rules(&self, connection: ConnectionId) -> Option<Rules<'_>> {
        let settings = self.connections.get(&connection)?;
        Some(Rules {
            provision: settings.provision,
            mapping: &self.configuration.mapping,
            fallback_license: self.configuration.fallback_license,
        })
    }

    /// Whether a connection in use may speak for addresses of a domain.
    pub(super) fn vouches(&self, connection: ConnectionId, domain: &Domain) -> bool {
        let host =
            |settings: &Settings| settings.reach.vanity_url.clone().unwrap_or_else(|| self.own.clone());
        let Some(settings) = self.connections.get(&connection) else { return false };
        let beside = self.connections.iter().filter(|(id, _)| **id != connection);
        let beside = beside.filter(|(_, other)| host(other) == host(settings));
        let named = beside.flat_map(|(_, other)| &other.reach.email_domains);
        vouches(&settings.reach.email_domains, named, domain)
    }

    /// Whether a domain is associated with the account.
    pub(super) fn has(&self, domain: &Domain) -> bool {
        self.domains.contains(domain)
    }

    /// Takes and gives back seats, as a sign-in does.
    pub(super) fn settle(&mut self, take: &BTreeSet<Product>, free: &BTreeSet<Product>) {
        for product in take {
            self.seats.0.entry(*product).or_default().used += 1;
        }
        for product in free {
            let seats = self.seats.0.entry(*product).or_default();
            seats.used = seats.used.saturating_sub(1).max(0);
        }
    }
}
