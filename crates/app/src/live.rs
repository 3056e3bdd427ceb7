//! An account's configuration as sign-ins use it: parsed once, and held until its version changes.
//!
//! The account row (with its version) is read at every request, so a change made by another node or by the command line
//! is seen by the next one. What is parsed from it (certificates, keys) is kept in memory.

use crate::configuration::Configuration;
use crate::context::App;
use crate::error::Error;
use crate::keys::{OwnKey, Ring};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;
use vestibule_model::account::{Account, Label};
use vestibule_model::connection::{Connection, EntityIdForm, Settings, SignatureHash};
use vestibule_model::domain::Domain;
use vestibule_model::group::Policy;
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_saml::{Algorithm, Certificate, DecryptionKey, Hash};
use vestibule_store as store;
use vestibule_store::sessions::Settled;

/// An account with everything a sign-in at one of its vanity URLs needs.
pub(crate) struct Live {
    pub(crate) account: Account,
    /// The vanity URL that was visited.
    pub(crate) host: Label,
    pub(crate) configuration: Configuration,
    /// The first by name of the account's associated domains.
    pub(crate) default_domain: Option<Domain>,
    /// The settings for everybody, and those of groups.
    pub(crate) policy: Policy,
    /// The connections in use at this vanity URL, in the order in which they were made.
    pub(crate) connections: Vec<Arc<LiveConnection>>,
}

impl Live {
    /// What the limits of sessions are worked out for now.
    pub(crate) fn settled(&self) -> Settled {
        if self.policy.is_empty() { Settled::WithoutSettings } else { Settled::At(self.account.version) }
    }

    /// The connection for everybody whose address no other one names.
    pub(crate) fn connection(&self) -> Option<&Arc<LiveConnection>> {
        let for_all = |connection: &&Arc<LiveConnection>| connection.settings.reach.email_domains.is_empty();
        self.connections.iter().find(for_all).or_else(|| self.only())
    }

    /// The connection for an address.
    pub(crate) fn connection_for(&self, domain: &Domain) -> Option<&Arc<LiveConnection>> {
        let named =
            |connection: &&Arc<LiveConnection>| connection.settings.reach.email_domains.contains(domain);
        self.connections.iter().find(named).or_else(|| self.connection())
    }

    /// The connection with this id.
    pub(crate) fn connection_with(&self, id: ConnectionId) -> Option<&Arc<LiveConnection>> {
        self.connections.iter().find(|connection| connection.id == id)
    }

    /// The connection that the metadata at this address describes, or the one that was named there.
    pub(crate) fn described(&self, named: Option<ConnectionId>) -> Option<&Arc<LiveConnection>> {
        match named {
            Some(id) => self.connection_with(id),
            None => self.connection().or_else(|| self.connections.first()),
        }
    }

    /// The connection by which a message of this issuer is judged. What the message claims only chooses: the connection
    /// verifies it with its own certificates, and holds it to its own issuer.
    pub(crate) fn connection_of(
        &self,
        issuer: impl FnOnce() -> Option<String>,
    ) -> Option<&Arc<LiveConnection>> {
        if self.connections.len() < 2 {
            return self.only();
        }
        let issuer = issuer();
        let claimed = |connection: &&Arc<LiveConnection>| {
            issuer.as_deref() == Some(connection.settings.identity_provider.issuer.as_str())
        };
        self.connections
            .iter()
            .find(claimed)
            .or_else(|| self.connection())
            .or_else(|| self.connections.first())
    }

    fn only(&self) -> Option<&Arc<LiveConnection>> {
        match self.connections.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// A published connection, ready for use.
pub(crate) struct LiveConnection {
    pub(crate) id: ConnectionId,
    pub(crate) settings: Settings,
    /// The identity provider's certificates.
    pub(crate) certificates: Vec<Certificate>,
    /// Our own key pairs.
    pub(crate) keys: Ring,
    /// The one of them that signs.
    pub(crate) signing: OwnKey,
    /// Those that decrypt.
    pub(crate) decryption: Vec<DecryptionKey>,
    /// Where responses arrive; the first is the one that requests name.
    pub(crate) acs_urls: Vec<String>,
    /// Our entity ID in both spellings; the first is the one that requests name.
    pub(crate) entity_ids: Vec<String>,
}

impl LiveConnection {
    /// What we sign with.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.signing.key.algorithm_for(match self.settings.signature_hash {
            SignatureHash::Sha256 => Hash::Sha256,
            SignatureHash::Sha384 => Hash::Sha384,
            SignatureHash::Sha512 => Hash::Sha512,
        })
    }

    /// Whether responses may arrive at this path besides the usual one.
    pub(crate) fn takes_responses_at(&self, path: &str) -> bool {
        self.acs_urls.iter().skip(1).filter_map(|url| Url::parse(url).ok()).any(|url| url.path() == path)
    }
}

/// How many accounts are held; beyond that all are dropped and parsed again when needed.
const MOST_HELD: usize = 2_000;

#[derive(Default)]
pub(crate) struct LiveCache(Mutex<HashMap<Label, Arc<Live>>>);

impl LiveCache {
    fn fresh(&self, host: &Label, account: &Account) -> Option<Arc<Live>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(host).filter(|live| live.account == *account).map(Arc::clone)
    }

    fn hold(&self, live: &Arc<Live>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD {
            held.clear();
        }
        held.insert(live.host.clone(), Arc::clone(live));
    }
}

impl App {
    /// The account with this label, as of now.
    pub(crate) async fn live(&self, label: &Label) -> Result<Option<Arc<Live>>, Error> {
        let wanted = label.clone();
        let found = self.store().read(move |tx| {
            let label = wanted.clone();
            Box::pin(async move { store::accounts::by_label(tx, &label).await })
        });
        let Some(account) = found.await? else { return Ok(None) };
        if let Some(live) = self.inner.live.fresh(label, &account) {
            return Ok(Some(live));
        }
        let live = Arc::new(self.load(account, label).await?);
        self.inner.live.hold(&live);
        Ok(Some(live))
    }

    /// The account with this label as if it had no SSO connection: for when theirs cannot be made ready. Nobody holds it.
    pub(crate) async fn live_without_sso(&self, label: &Label) -> Result<Option<Arc<Live>>, Error> {
        let wanted = label.clone();
        let found = self.store().read(move |tx| {
            let label = wanted.clone();
            Box::pin(async move { store::accounts::by_label(tx, &label).await })
        });
        let Some(account) = found.await? else { return Ok(None) };
        Ok(Some(Arc::new(self.load_all(account, label).await?.0)))
    }

    async fn load(&self, account: Account, host: &Label) -> Result<Live, Error> {
        let (live, connections) = self.load_all(account, host).await?;
        let mut ready = Vec::new();
        for connection in connections {
            let Some(published) = connection.published else { continue };
            let settings = published.settings;
            let visited = settings.reach.vanity_url.as_ref().unwrap_or(&live.account.label) == host;
            if visited && settings.enabled {
                ready.push(Arc::new(self.prepare(&live.account, connection.id, settings).await?));
            }
        }
        Ok(Live { connections: ready, ..live })
    }

    /// Everything but the connections, which are not made ready yet.
    async fn load_all(&self, account: Account, host: &Label) -> Result<(Live, Vec<Connection>), Error> {
        let scope = self.store().account(account.id);
        let (configuration, groups, connections, domains) = scope
            .read(|tx| {
                Box::pin(async move {
                    let configuration = store::accounts::configuration(tx).await?;
                    let groups = store::groups::with_settings(tx).await?;
                    let connections = store::connections::list(tx).await?;
                    let domains = store::domains::list(tx).await?;
                    Ok::<_, store::Error>((configuration, groups, connections, domains))
                })
            })
            .await?;
        let configuration = Configuration::from_stored(configuration.as_deref())?;
        let policy = configuration.policy(groups);
        let default_domain = domains.into_iter().next().map(|(domain, _)| domain);
        let (host, ready) = (host.clone(), Vec::new());
        let live = Live { account, host, configuration, default_domain, policy, connections: ready };
        Ok((live, connections))
    }

    /// Makes settings ready for use.
    pub(crate) async fn prepare(
        &self,
        account: &Account,
        id: ConnectionId,
        settings: Settings,
    ) -> Result<LiveConnection, Error> {
        let read = |pem: &String| Certificate::from_pem(pem).map_err(Error::internal);
        let certificates = settings.verifying_certificates().map(read).collect::<Result<_, _>>()?;
        let keys = self.ring(account.id, id).await?;
        let signing = signing(&keys, &settings)?;
        let decryption = keys.decryption(&settings)?;
        let host = settings.reach.vanity_url.as_ref().unwrap_or(&account.label);
        let url = self.account_url(host);
        let foreign = settings.accepted.acs.iter();
        let foreign =
            foreign.map(|acs| if acs.starts_with('/') { format!("{url}{acs}") } else { acs.clone() });
        let acs_urls = [format!("{url}/saml/SSO")].into_iter().chain(foreign).collect();
        let own = self.entity_ids(host, settings.sp_entity_id);
        let entity_ids = own.into_iter().chain(settings.accepted.entity_ids.iter().cloned()).collect();
        Ok(LiveConnection { id, certificates, keys, signing, decryption, acs_urls, entity_ids, settings })
    }

    /// Our entity ID in both spellings, the chosen one first.
    pub(crate) fn entity_ids(&self, host: &Label, form: EntityIdForm) -> [String; 2] {
        let host = self.account_host(host);
        let https = format!("https://{host}");
        match form {
            EntityIdForm::Https => [https, host],
            EntityIdForm::Bare => [host, https],
        }
    }

    /// The key pair with which a connection signs under these settings.
    pub(crate) async fn signing(
        &self,
        account: AccountId,
        connection: ConnectionId,
        settings: &Settings,
    ) -> Result<OwnKey, Error> {
        signing(&self.ring(account, connection).await?, settings)
    }
}

fn signing(keys: &Ring, settings: &Settings) -> Result<OwnKey, Error> {
    let found = keys.signing(settings.signing_key).cloned();
    found.ok_or_else(|| Error::internal("an SSO connection has no key pair of its kind"))
}
