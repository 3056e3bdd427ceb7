//! What an account has: the part of it that an account file describes, in one comparable value.

use super::settings::{self, OfGroups};
use super::{Configuration, imported, mapping, passwords, provisioning, roles, sso};
use crate::error::Error;
use crate::keys::{self, Imported};
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;
use vestibule_model::account::Label;
use vestibule_model::connection::{Connection, Settings};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::email::Email;
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::Absences;
use vestibule_model::license::Product;
use vestibule_saml::Certificate;
use vestibule_store::{self as store, Tx};

/// Everything that an account file describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The connections that are kept, also those that nobody uses any more, by name.
    pub(crate) ids: BTreeMap<String, ConnectionId>,
    /// The settings of each connection: the draft's if there is a draft. The one of `[sso]` has no name.
    pub(crate) connections: BTreeMap<String, ConnectionState>,
    /// The key pairs of another product, by the connection's name.
    pub(super) imported: BTreeMap<String, Vec<Imported>>,
    /// Since when published certificates are missing from the identity provider's metadata, by connection.
    pub(super) absences: BTreeMap<ConnectionId, Absences>,
    /// Seats the operator granted.
    pub(crate) seats: BTreeMap<Product, i64>,
    /// Associated domains.
    pub(crate) domains: BTreeMap<Domain, DomainPolicy>,
    /// The user groups that have settings.
    pub(crate) groups: OfGroups,
    /// Mapping, fallback license and the settings of everybody.
    pub(crate) configuration: Configuration,
    /// Its sub-accounts, which no file makes or takes away.
    pub(crate) sub_accounts: BTreeSet<Label>,
}

/// A connection's settings, and whether they wait for their publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConnectionState {
    pub(crate) settings: Settings,
    pub(crate) draft: bool,
}

impl State {
    /// Reads the state of the account that the transaction is scoped to.
    pub(crate) async fn read(tx: &Tx<'_>) -> Result<Self, Error> {
        let connections = store::connections::list(tx).await?;
        let inventory = store::licenses::inventory(tx).await?;
        let domains = store::domains::list(tx).await?;
        let configuration = store::accounts::configuration(tx).await?;
        let groups = store::groups::with_settings(tx).await?;
        let metadata = store::idp_metadata::list(tx).await?;
        let below = store::sub_accounts::list(tx, tx.account()).await?;
        let mut imported = BTreeMap::new();
        for connection in &connections {
            imported.insert(connection.name.clone(), keys::imported(tx, connection.id).await?);
        }
        Ok(Self {
            sub_accounts: below.into_iter().map(|account| account.label).collect(),
            imported,
            ids: connections.iter().map(|connection| (connection.name.clone(), connection.id)).collect(),
            connections: connections.into_iter().filter_map(current).collect(),
            absences: metadata
                .into_iter()
                .filter_map(|record| Some((record.connection, record.copy?.absent)))
                .collect(),
            seats: inventory.0.into_iter().map(|(license, seats)| (license, seats.total)).collect(),
            domains: domains.into_iter().collect(),
            groups: settings::of_groups(groups),
            configuration: Configuration::from_stored(configuration.as_deref())?,
        })
    }

    /// The connection of this name, and what is missing from its metadata since when.
    pub(super) fn known(&self, name: &str) -> Option<(&ConnectionState, Absences)> {
        let absent = self.ids.get(name).and_then(|id| self.absences.get(id));
        Some((self.connections.get(name)?, absent.cloned().unwrap_or_default()))
    }

    /// The key pairs of another product that the connection of this name has.
    pub(super) fn imported(&self, name: &str) -> &[Imported] {
        self.imported.get(name).map_or(&[], Vec::as_slice)
    }

    /// The state as pairs of key and value, as an account file would say them.
    pub(super) fn pairs(&self) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        for (name, connection) in &self.connections {
            let section = section(name);
            let said = sso::table(connection);
            pairs.extend(said.iter().map(|(key, value)| (format!("{section}.{key}"), shown(key, value))));
            let imported: Vec<String> = self.imported(name).iter().map(imported::name).collect();
            if !imported.is_empty() {
                pairs.insert(format!("{section}.imported_keys"), imported.join(", "));
            }
        }
        for (product, total) in &self.seats {
            pairs.insert(format!("licenses.{}", product.as_str()), total.to_string());
        }
        if let Some(fallback) = self.configuration.fallback_license {
            pairs.insert("licenses.fallback".to_owned(), fallback.as_str().to_owned());
        }
        for (domain, policy) in &self.domains {
            pairs.insert(format!("domains.\"{domain}\""), policy_words(policy));
        }
        pairs.extend(roles::pairs(&self.configuration.roles));
        pairs.extend(mapping::pairs(&self.configuration.mapping));
        let passwords = passwords::pairs(self.configuration.passwords).into_iter();
        pairs.extend(passwords.map(|(key, word)| (format!("passwords.{key}"), word.to_owned())));
        let provisioning = provisioning::pairs(self.configuration.provisioning);
        pairs.extend(
            provisioning.into_iter().map(|(key, word)| (format!("provisioning.{key}"), word.to_owned())),
        );
        pairs.extend(settings::pairs(&self.configuration.settings, &self.groups));
        pairs
    }
}

/// What messages and differences call a connection.
pub(super) fn section(name: &str) -> String {
    if name.is_empty() { "sso".to_owned() } else { format!("connection.\"{name}\"") }
}

fn current(connection: Connection) -> Option<(String, ConnectionState)> {
    let draft = connection.draft.map(|version| ConnectionState { settings: version.settings, draft: true });
    let published =
        connection.published.map(|version| ConnectionState { settings: version.settings, draft: false });
    Some((connection.name, draft.or(published)?))
}

/// A value as people compare it.
fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(entries) => {
            let texts: Vec<String> = entries.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if key.ends_with("certificates") { fingerprints(&texts) } else { texts.join(", ") }
        }
        other => other.to_string(),
    }
}

/// Certificates as people compare them.
fn fingerprints(certificates: &[String]) -> String {
    let shown = |pem: &String| match Certificate::from_pem(pem) {
        Ok(certificate) => format!("SHA-256 {}", certificate.fingerprint_sha256()),
        Err(_) => "unreadable".to_owned(),
    };
    certificates.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn policy_words(policy: &DomainPolicy) -> String {
    let mut words = vec![format!("managed = {}", policy.managed)];
    if policy.consolidate {
        words.push("consolidate = true".to_owned());
    }
    if policy.enforce_sso {
        words.push("enforce_sso = true".to_owned());
    }
    let exempt: Vec<&str> = policy.exempt.iter().map(Email::as_str).collect();
    if !exempt.is_empty() {
        words.push(format!("exempt = {}", exempt.join(", ")));
    }
    words.join(", ")
}
