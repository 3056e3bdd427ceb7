//! An account's configuration as sign-ins use it: parsed once, and held until its version changes.
//!
//! The account row (with its version) is read at every request, so a change made by another node or by the command line
//! is seen by the next one. What is parsed from it (certificates, keys) is kept in memory.

use crate::configuration::Configuration;
use crate::context::App;
use crate::error::Error;
use crate::vault::{Place, Purpose};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use vestibule_model::account::{Account, Label};
use vestibule_model::connection::{Connection, EntityIdForm, Settings, SigningKeyKind};
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_saml::{Certificate, KeyKind, SigningKey};
use vestibule_store::{self as store, sp_keys::SpKeyState};

/// An account with everything a sign-in needs.
pub(crate) struct Live {
    pub(crate) account: Account,
    pub(crate) configuration: Configuration,
    pub(crate) connection: Option<Arc<LiveConnection>>,
}

/// A published connection, ready for use.
pub(crate) struct LiveConnection {
    pub(crate) id: ConnectionId,
    pub(crate) settings: Settings,
    /// The identity provider's certificates.
    pub(crate) certificates: Vec<Certificate>,
    /// Our own key pair.
    pub(crate) signing: Signing,
    /// Where responses arrive; the first is the one that requests name.
    pub(crate) acs_urls: Vec<String>,
    /// Our entity ID in both spellings; the first is the one that requests name.
    pub(crate) entity_ids: Vec<String>,
}

/// A key pair of ours.
pub(crate) struct Signing {
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
}

/// How many accounts are held; beyond that all are dropped and parsed again when needed.
const MOST_HELD: usize = 2_000;

#[derive(Default)]
pub(crate) struct LiveCache(Mutex<HashMap<Label, Arc<Live>>>);

impl LiveCache {
    fn fresh(&self, account: &Account) -> Option<Arc<Live>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&account.label).filter(|live| live.account == *account).map(Arc::clone)
    }

    fn hold(&self, live: &Arc<Live>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_HELD {
            held.clear();
        }
        held.insert(live.account.label.clone(), Arc::clone(live));
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
        if let Some(live) = self.inner.live.fresh(&account) {
            return Ok(Some(live));
        }
        let live = Arc::new(self.load(account).await?);
        self.inner.live.hold(&live);
        Ok(Some(live))
    }

    async fn load(&self, account: Account) -> Result<Live, Error> {
        let scope = self.store().account(account.id);
        let (configuration, connections) = scope
            .read(|tx| {
                Box::pin(async move {
                    let configuration = store::accounts::configuration(tx).await?;
                    Ok::<_, store::Error>((configuration, store::connections::list(tx).await?))
                })
            })
            .await?;
        let configuration = Configuration::from_stored(configuration.as_deref())?;
        let mut live = Live { account, configuration, connection: None };
        for connection in connections {
            if let Some(published) = connection.published.clone() {
                let ready = self.prepare(&live.account, &connection, published.settings).await?;
                live.connection = Some(Arc::new(ready));
            }
        }
        Ok(live)
    }

    async fn prepare(
        &self,
        account: &Account,
        connection: &Connection,
        settings: Settings,
    ) -> Result<LiveConnection, Error> {
        let read = |pem: &String| Certificate::from_pem(pem).map_err(Error::internal);
        let certificates =
            settings.identity_provider.certificates.iter().map(read).collect::<Result<_, _>>()?;
        let signing = self.signing(account.id, connection.id, &settings).await?;
        Ok(LiveConnection {
            id: connection.id,
            certificates,
            signing,
            acs_urls: vec![format!("{}/saml/SSO", self.account_url(&account.label))],
            entity_ids: self.entity_ids(account, settings.sp_entity_id).to_vec(),
            settings,
        })
    }

    /// Our entity ID in both spellings, the chosen one first.
    pub(crate) fn entity_ids(&self, account: &Account, form: EntityIdForm) -> [String; 2] {
        let host = self.account_host(&account.label);
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
    ) -> Result<Signing, Error> {
        let found = self.find_signing(account, connection, settings.signing_key).await?;
        found.ok_or_else(|| Error::internal("an SSO connection has no key pair of its kind"))
    }

    /// The newest key pair of this kind. There may be others of other kinds: a draft that wants another kind must not
    /// change what the published version signs with, and a kind that was used before comes back with the certificate
    /// that the identity provider knows.
    pub(crate) async fn find_signing(
        &self,
        account: AccountId,
        connection: ConnectionId,
        kind: SigningKeyKind,
    ) -> Result<Option<Signing>, Error> {
        let scope = self.store().account(account);
        let keys = scope.read(move |tx| Box::pin(store::sp_keys::list(tx, connection))).await?;
        for stored in keys.into_iter().rev().filter(|key| key.state == SpKeyState::Active) {
            let place = Place { purpose: Purpose::PrivateKey, account, row: stored.id.to_bytes() };
            let pkcs8 = self.inner.vault.open(place, &stored.sealed_key)?;
            let key = SigningKey::from_pkcs8(&pkcs8).map_err(Error::internal)?;
            if key.kind() == key_kind(kind) {
                let certificate = Certificate::from_der(&stored.certificate).map_err(Error::internal)?;
                return Ok(Some(Signing { key, certificate }));
            }
        }
        Ok(None)
    }
}

/// The kind of key, as the keys themselves name it.
pub(crate) fn key_kind(kind: SigningKeyKind) -> KeyKind {
    match kind {
        SigningKeyKind::Rsa2048 => KeyKind::Rsa2048,
        SigningKeyKind::Rsa3072 => KeyKind::Rsa3072,
        SigningKeyKind::EcdsaP256 => KeyKind::EcdsaP256,
    }
}
