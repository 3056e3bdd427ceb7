//! The identity provider itself, while it runs.
//!
//! What lives here: [`Provider`], which holds the settings, the service providers and the sources of time and chance,
//! and the addresses it answers at. What does not: HTTP (`door.rs`), reading requests (`request.rs`), making responses
//! (`answer.rs`).
//! The one thing to know: a sign-in remembers nothing about anybody. There are no pending requests in here; the sign-in
//! page carries what was asked, and it is read and checked again when the page comes back. Who was signed in where is
//! noted for single logout alone (`logout`).

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use vestibule_saml::binding::Binding;
use vestibule_saml::metadata::{self, Endpoint};

use crate::answer::NAME_ID_FORMATS;
use crate::logout::Memory;
use crate::people::Person;
use crate::service::Service;
use crate::settings::{Error, Settings, Sources};

/// Looks up the current metadata of the service providers, one XML text each; what cannot be had is left out.
pub type LookUp = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Vec<String>> + Send>> + Send + Sync>;

/// An identity provider.
pub struct Provider {
    settings: Settings,
    base_url: String,
    entity_id: String,
    sources: Sources,
    services: RwLock<Vec<Arc<Service>>>,
    look_up: Option<LookUp>,
    memory: Memory,
}

impl Provider {
    /// Makes an identity provider.
    ///
    /// # Errors
    /// A sentence, if a service provider's metadata cannot be used.
    pub fn new(settings: Settings, sources: Sources) -> Result<Self, Error> {
        let base_url = settings.base_url.trim_end_matches('/').to_owned();
        let entity_id = settings.entity_id.clone().unwrap_or_else(|| format!("{base_url}/metadata"));
        let provider = Self {
            base_url,
            entity_id,
            sources,
            services: RwLock::default(),
            look_up: None,
            memory: Memory::default(),
            settings,
        };
        for metadata in &provider.settings.service_providers {
            provider.trust(metadata)?;
        }
        Ok(provider)
    }

    /// Looks metadata up again whenever a request does not fit what is known, so that a service provider may change its
    /// keys, its addresses or its mind about signing while this identity provider runs.
    #[must_use]
    pub fn looking_up(mut self, look_up: LookUp) -> Self {
        self.look_up = Some(look_up);
        self
    }

    /// Answers this service provider from now on. Metadata with the entity ID of a known one replaces what was known,
    /// so a service provider that changed its keys or its addresses is handed in again.
    ///
    /// # Errors
    /// A sentence, if the metadata cannot be used.
    pub fn trust(&self, metadata: &str) -> Result<(), Error> {
        let service = Service::read(metadata, self.now())?;
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        services.retain(|known| known.entity_id != service.entity_id);
        services.push(Arc::new(service));
        Ok(())
    }

    /// Takes what the look-up finds.
    pub(crate) async fn look_up(&self) {
        let Some(look_up) = &self.look_up else { return };
        for metadata in look_up().await {
            if let Err(error) = self.trust(&metadata) {
                tracing::warn!(%error, "the metadata of a service provider was looked up and cannot be used");
            }
        }
    }

    /// The entity ID.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The address of the metadata.
    #[must_use]
    pub fn metadata_url(&self) -> String {
        format!("{}/metadata", self.base_url)
    }

    /// The address that requests are sent to, by either binding.
    #[must_use]
    pub fn sso_url(&self) -> String {
        format!("{}/sso", self.base_url)
    }

    /// The address that logout messages are sent to, by either binding.
    #[must_use]
    pub fn slo_url(&self) -> String {
        format!("{}/slo", self.base_url)
    }

    /// The metadata, in XML.
    #[must_use]
    pub fn metadata(&self) -> String {
        let (sso_url, slo_url) = (self.sso_url(), self.slo_url());
        metadata::idp::write(&metadata::idp::IdentityProvider {
            entity_id: self.entity_id.clone(),
            sso: [Binding::Redirect, Binding::Post].map(|binding| Endpoint::new(binding, &sso_url)).into(),
            slo: [Binding::Redirect, Binding::Post].map(|binding| Endpoint::new(binding, &slo_url)).into(),
            signing_certificates: vec![self.settings.identity.certificate.clone()],
            name_id_formats: NAME_ID_FORMATS.map(str::to_owned).into(),
            valid_until: None,
            cache_duration: None,
            want_authn_requests_signed: false,
        })
    }

    /// The people who can be chosen.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.settings.people
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn services(&self) -> Vec<Arc<Service>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.sources.clock)()
    }

    /// A new identifier for a message or an assertion (SAML-Core, section 1.3.4): 128 random bits.
    pub(crate) fn new_id(&self) -> String {
        (self.sources.ids)().iter().fold(String::from("_"), |id, byte| format!("{id}{byte:02x}"))
    }
}
