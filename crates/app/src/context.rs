//! What a deed needs to know: the deployment ([`App`]), and who is asking (the contexts).
//!
//! This is the one room that reads the clock and draws randomness (`sources`); every rule and every document gets them as values.
//! A context can only be had from here, so a deed that takes an [`AdminCtx`] cannot be reached by anybody else.

mod api;
mod held;
mod people;
mod sources;

pub use api::{ApiCtx, Client as ApiClient, ScimCtx, UsersApiCtx};
pub use held::{HeldCtx, LeavingCtx};
pub(crate) use people::must_hold;
pub use people::{AdminCtx, MemberCtx, PeopleCtx};
pub use sources::{Clock, Random};

use crate::audit::Origin;
use crate::calls::Waiting;
use crate::error::{Error, Kind};
use crate::limits::Allowances;
use crate::live::{Live, LiveCache};
use crate::outbound::{Outbound, Transport};
use crate::provisioning::Answers;
use crate::tallies::Tallies;
use crate::tokens::Uses;
use crate::vault::{DeploymentKey, Vault};
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;
use url::Url;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::response_log::TrackingId;
use vestibule_store::{Store, sign_ins};

/// The label of the break-glass door; no account can have it.
pub const GLASS: &str = "admin";

/// A running deployment. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) deployment: Deployment,
    pub(crate) outbound: Outbound,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) live: LiveCache,
    pub(crate) uses: Uses,
    pub(crate) tallies: Tallies,
    pub(crate) calls: Waiting,
    pub(crate) answers: Answers,
    pub(crate) allowances: Allowances,
}

/// What the operator configured.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Where the deployment lives; accounts live at `{scheme}://{label}.{host}:{port}`.
    pub base_url: Url,
    /// Whether a vanity URL is approved as soon as it is asked for.
    pub approve_vanity_urls: bool,
    /// What becomes of mails.
    pub mail: Transport,
    /// Address ranges that look-ups may reach besides public ones.
    pub outbound_allow: Vec<crate::outbound::Range>,
    /// The schemas and resource types of SCIM: the built-in ones, and what the deployment brings.
    pub schemas: Arc<vestibule_scim::Registry>,
    /// How often an account may call the APIs.
    pub api_rate: crate::limits::Rate,
    /// Authorities that may vouch for servers that are looked up, besides those that the machine trusts.
    pub outbound_roots: Vec<crate::outbound::Root>,
    /// The passwords that nobody may choose, because they were stolen elsewhere.
    pub breached: Option<crate::sign_in::BreachedList>,
    /// Which name server is asked.
    pub dns: crate::outbound::Dns,
}

impl App {
    /// Composes a deployment.
    ///
    /// # Errors
    /// When the deployment key cannot be used.
    pub fn new(
        store: Store,
        key: &DeploymentKey,
        deployment: Deployment,
        clock: Clock,
        random: Random,
    ) -> Result<Self, Error> {
        let vault = Vault::new(key)?;
        let outbound = Outbound::new(deployment.outbound_allow.clone(), deployment.outbound_roots.clone())
            .asking(deployment.dns);
        let inner = Inner {
            store,
            vault,
            deployment,
            outbound,
            clock,
            random,
            live: LiveCache::default(),
            uses: Uses::default(),
            tallies: Tallies::default(),
            calls: Waiting::default(),
            answers: Answers::default(),
            allowances: Allowances::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The source of randomness.
    #[must_use]
    pub fn random(&self) -> &Random {
        &self.inner.random
    }

    /// Where an account lives, without a slash at the end.
    #[must_use]
    pub fn account_url(&self, label: &Label) -> String {
        let base = &self.inner.deployment.base_url;
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", base.scheme(), self.account_host(label))
    }

    /// Where the break-glass door is, without a slash at the end.
    #[must_use]
    pub fn glass_url(&self) -> String {
        let base = &self.inner.deployment.base_url;
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{GLASS}.{}{port}", base.scheme(), base.host_str().unwrap_or_default())
    }

    /// The host name of an account, without a port.
    #[must_use]
    pub fn account_host(&self, label: &Label) -> String {
        format!("{label}.{}", self.inner.deployment.base_url.host_str().unwrap_or_default())
    }

    /// Sixteen time-ordered bytes for an id (UUIDv7, RFC 9562 §5.7).
    pub(crate) fn fresh_id(&self, now: Timestamp) -> [u8; 16] {
        let mut random = [0; 10];
        self.inner.random.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into_bytes()
    }

    /// A fresh ID of a SAML message: an `xs:ID` does not begin with a digit, and SAML-Core 1.3.4 asks for 128 bits of
    /// randomness. The time comes before them, so that requests that wait for their answers lie beside each other.
    pub(crate) fn fresh_message_id(&self, now: Timestamp) -> String {
        let mut random = [0; 16];
        self.inner.random.fill(&mut random);
        format!("{}{:032x}", sign_ins::first_letters(now), u128::from_be_bytes(random))
    }

    /// A fresh tracking ID: 128 bits of randomness, so that nobody can guess another one's.
    #[must_use]
    pub fn fresh_tracking_id(&self) -> TrackingId {
        let mut bytes = [0; 16];
        self.inner.random.fill(&mut bytes);
        TrackingId::from_bytes(bytes)
    }

    /// What the expressions of one decision draw chance from.
    pub(crate) fn fresh_seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.inner.random.fill(&mut seed);
        seed
    }

    /// Someone at the vanity host of an account.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when no account has the label or its vanity URL is not approved.
    pub async fn visitor(&self, label: &Label) -> Result<VisitorCtx, Error> {
        match self.live(label).await? {
            Some(live) if live.account.state == VanityState::Approved => {
                Ok(VisitorCtx { app: self.clone(), live, origin: Origin::PORTAL })
            }
            _ => Err(Error::new(Kind::NotFound, "There is no account at this address.")
                .hint("Check the address for typing errors, or ask your administrator for it.")),
        }
    }

    /// Whoever runs the deployment: the command line on its machine.
    #[must_use]
    pub fn operator(&self) -> OperatorCtx {
        OperatorCtx { app: self.clone() }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.store().ping().await?)
    }
}

/// Someone at the vanity host of an account, signed in or not.
#[derive(Clone)]
pub struct VisitorCtx {
    pub(crate) app: App,
    pub(crate) live: Arc<Live>,
    pub(crate) origin: Origin,
}

impl VisitorCtx {
    /// The same visitor, of whose client the address is known.
    #[must_use]
    pub fn from_address(self, address: Option<IpAddr>) -> Self {
        Self { origin: Origin { address, ..self.origin }, ..self }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.live.account
    }

    /// Whether an SSO connection is in use at this address.
    #[must_use]
    pub fn has_sso(&self) -> bool {
        !self.live.connections.is_empty()
    }

    /// Whether the identity provider of a connection, set up for another product, posts its responses to this path.
    #[must_use]
    pub fn takes_responses_at(&self, path: &str) -> bool {
        self.live.connections.iter().any(|connection| connection.takes_responses_at(path))
    }

    /// The address that was visited, without a slash at the end: the account's own, or that of a connection.
    #[must_use]
    pub fn url(&self) -> String {
        self.app.account_url(&self.live.host)
    }
}

/// Work of an account that nobody waits for.
#[derive(Clone)]
pub struct JobCtx {
    pub(crate) app: App,
    pub(crate) account: Account,
}

/// Whoever runs the deployment.
#[derive(Clone)]
pub struct OperatorCtx {
    pub(crate) app: App,
}

impl OperatorCtx {
    /// The account with this label.
    pub(crate) async fn account(&self, label: &str) -> Result<Account, Error> {
        let missing = || {
            Error::new(Kind::NotFound, format!("There is no account \"{label}\"."))
                .hint("`vestibule account list` names the accounts there are.")
        };
        let label = Label::parse(label).map_err(|_| missing())?;
        let found = self.app.store().read(move |tx| {
            let label = label.clone();
            Box::pin(async move {
                match vestibule_store::accounts::by_label(tx, &label).await? {
                    // Named by the vanity URL of a connection: what is said of the account is about its own.
                    Some(account) if account.label != label => {
                        vestibule_store::accounts::by_id(tx, account.id).await
                    }
                    found => Ok(found),
                }
            })
        });
        found.await?.ok_or_else(missing)
    }
}
