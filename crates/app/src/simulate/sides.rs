//! The two configurations that a simulation sets against each other: what is in force, and what is wanted.

use crate::configuration::{Configuration, Planned, State};
use crate::context::App;
use crate::domains::enforce;
use crate::error::Error;
use crate::sign_in::{Below, vouches};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::account::{Account, Label};
use vestibule_model::admission::Rules;
use vestibule_model::admission::domain::Hold;
use vestibule_model::connection::{Connection, Settings};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::expression::Context;
use vestibule_model::id::ConnectionId;
use vestibule_model::license::{Inventory, Product};
use vestibule_model::user::User;
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
    domains: BTreeMap<Domain, DomainPolicy>,
    /// The addresses, folded, of administrators who are exempt somewhere and have a password, as far as they are administrators still.
    ways_in: BTreeSet<String>,
    /// Domains whose proof was lost.
    suspended: BTreeSet<Domain>,
    /// The seats as they are left by those who were met.
    pub(super) seats: Inventory,
    /// The sub-accounts, to which the mapping may send people.
    pub(super) below: BTreeMap<Label, Beneath>,
}

/// A sub-account: nothing of it is edited here, but its seats are taken.
#[derive(Clone)]
pub(super) struct Beneath {
    pub(super) below: Below,
    pub(super) domains: BTreeSet<Domain>,
    pub(super) seats: Inventory,
}

/// What an account has that sign-ins are decided by.
struct Known {
    state: State,
    published: Vec<Connection>,
    seats: Inventory,
    suspended: BTreeSet<Domain>,
    ways_in: BTreeSet<String>,
    below: BTreeMap<Label, Beneath>,
}

impl Sides {
    /// What is in force, and what applying a plan would bring about.
    pub(super) async fn of_plan(app: &App, planned: &Planned) -> Result<Self, Error> {
        let (account, wanted) = (planned.account(), planned.wanted());
        let known = read(app, account, wanted.domains.values()).await?;
        let before = Side::new(account, &known, known.seats.clone());
        let mut connections = in_use(&known.published);
        for (name, id) in &wanted.ids {
            let (is, becomes) = (known.state.connections.get(name), wanted.connections.get(name));
            match becomes {
                None => drop(connections.remove(id)),
                Some(becomes) if is != Some(becomes) && !becomes.draft => {
                    connections.insert(*id, becomes.settings.clone());
                }
                Some(_) => {}
            }
        }
        connections.retain(|_, settings| settings.enabled);
        let mut suspended = known.suspended.clone();
        suspended.retain(|domain| !wanted.domains.contains_key(domain));
        let after = Side {
            configuration: wanted.configuration.clone(),
            connections,
            // What a file of the operator names needs no proof.
            suspended,
            domains: wanted.domains.clone(),
            ..Side::new(account, &known, with_totals(known.seats.clone(), &wanted.seats))
        };
        Ok(Self { before, after })
    }

    /// What is in force, and the same with another mapping.
    pub(super) async fn of_configuration(
        app: &App,
        account: &Account,
        wanted: &Configuration,
    ) -> Result<Self, Error> {
        let known = read(app, account, std::iter::empty()).await?;
        let before = Side::new(account, &known, known.seats.clone());
        let mut after = Side::new(account, &known, known.seats.clone());
        after.configuration = wanted.clone();
        Ok(Self { before, after })
    }
}

/// Reads it; also who of those whom these further policies exempt could get in by a password.
async fn read<'p>(
    app: &App,
    account: &Account,
    wanted: impl Iterator<Item = &'p DomainPolicy>,
) -> Result<Known, Error> {
    let scope = app.store().account(account.id);
    let wanted: Vec<DomainPolicy> = wanted.cloned().collect();
    scope
        .read(move |tx| {
            let wanted = wanted.clone();
            Box::pin(async move {
                let state = State::read(tx).await?;
                let mut ways_in = BTreeSet::new();
                for policy in state.domains.values().chain(&wanted).filter(|policy| policy.enforce_sso) {
                    ways_in.append(&mut enforce::ways_in(tx, policy).await?);
                }
                let published = store::connections::list(tx).await?;
                let seats = store::licenses::inventory(tx).await?;
                let held = store::domains::all(tx).await?.into_iter();
                let suspended = held.filter(|held| !held.is_associated()).map(|held| held.domain).collect();
                let mut below = BTreeMap::new();
                for inside in store::sub_accounts::all(tx).await? {
                    let domains = store::domains::list(&inside.tx).await?;
                    let beneath = Beneath {
                        below: Below::read(&inside).await?,
                        domains: domains.into_iter().map(|(domain, _)| domain).collect(),
                        seats: store::licenses::inventory(&inside.tx).await?,
                    };
                    below.insert(inside.account.label, beneath);
                }
                Ok::<_, Error>(Known { state, published, seats, suspended, ways_in, below })
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
    /// What is in force, with these seats.
    fn new(account: &Account, known: &Known, seats: Inventory) -> Self {
        Self {
            configuration: known.state.configuration.clone(),
            connections: in_use(&known.published),
            own: account.label.clone(),
            domains: known.state.domains.clone(),
            ways_in: known.ways_in.clone(),
            suspended: known.suspended.clone(),
            seats,
            below: known.below.clone(),
        }
    }

    /// The rules for responses to this connection; none if it is not in use.
    pub(super) fn rules(&self, connection: ConnectionId) -> Option<Rules<'_>> {
        let settings = self.connections.get(&connection)?;
        Some(Rules {
            provision: settings.provision,
            mapping: &self.configuration.mapping,
            fallback_license: self.configuration.fallback_license,
            default_domain: self.default_domain(),
        })
    }

    /// What expressions of the mapping may ask for.
    pub(super) fn context(&self, (now, seed): (Timestamp, [u8; 32])) -> Context<'_> {
        Context { default_domain: self.default_domain(), ..Context::new(now, seed) }
    }

    fn default_domain(&self) -> Option<&str> {
        self.domains.keys().next().map(Domain::as_str)
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

    /// What the account has of a domain.
    pub(super) fn hold(&self, domain: &Domain) -> Hold {
        if self.domains.contains_key(domain) {
            Hold::Associated
        } else if self.suspended.contains(domain) {
            Hold::Suspended
        } else {
            Hold::None
        }
    }

    /// Whether nobody but this user could get in where SSO is enforced.
    pub(super) fn is_last_way_in(&self, user: &User) -> bool {
        let policy = self.domains.get(user.email.domain());
        policy.is_some_and(|policy| policy.is_last_way_in(&user.email, &self.ways_in))
    }

    /// Somebody is no administrator any more.
    pub(super) fn demote(&mut self, user: &User) {
        self.ways_in.remove(user.email.folded());
    }

    /// Takes and gives back seats, as a sign-in does, in the account or in a sub-account.
    pub(super) fn settle(
        &mut self,
        sub_account: Option<&Label>,
        take: &BTreeSet<Product>,
        free: &BTreeSet<Product>,
    ) {
        let seats = match sub_account.and_then(|label| self.below.get_mut(label)) {
            Some(beneath) => &mut beneath.seats,
            None => &mut self.seats,
        };
        for product in take {
            seats.0.entry(*product).or_default().used += 1;
        }
        for product in free {
            let seats = seats.0.entry(*product).or_default();
            seats.used = seats.used.saturating_sub(1).max(0);
        }
    }
}
