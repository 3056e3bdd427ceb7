//! What an account has: the part of it that an account file describes, in one comparable value.

use super::Configuration;
use crate::error::Error;
use std::collections::BTreeMap;
use vestibule_model::connection::{Connection, Settings};
use vestibule_model::domain::{Domain, DomainPolicy};
use vestibule_model::id::ConnectionId;
use vestibule_model::license::License;
use vestibule_saml::Certificate;
use vestibule_store::{self as store, Tx};

/// Everything that an account file describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The connection that is kept, if there is one.
    pub(super) connection: Option<ConnectionId>,
    /// Its settings: the draft's if there is a draft.
    pub(super) sso: Option<Sso>,
    /// Seats the operator granted.
    pub(super) seats: BTreeMap<License, i64>,
    /// Associated domains.
    pub(super) domains: BTreeMap<Domain, DomainPolicy>,
    /// Mapping and fallback license.
    pub(super) configuration: Configuration,
}

/// A connection's settings, and whether they wait for their publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sso {
    pub(super) settings: Settings,
    pub(super) draft: bool,
}

impl State {
    /// Reads the state of the account that the transaction is scoped to.
    pub(super) async fn read(tx: &Tx<'_>) -> Result<Self, Error> {
        let connection = store::connections::list(tx).await?.into_iter().next();
        let inventory = store::licenses::inventory(tx).await?;
        let domains = store::domains::list(tx).await?;
        let configuration = store::accounts::configuration(tx).await?;
        Ok(Self {
            connection: connection.as_ref().map(|connection| connection.id),
            sso: connection.and_then(current),
            seats: inventory.0.into_iter().map(|(license, seats)| (license, seats.total)).collect(),
            domains: domains.into_iter().collect(),
            configuration: Configuration::from_stored(configuration.as_deref())?,
        })
    }

    /// The state as pairs of key and value, as an account file would say them.
    pub(super) fn pairs(&self) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        if let Some(sso) = &self.sso {
            pairs.extend(sso_pairs(sso).into_iter().map(|(key, value)| (format!("sso.{key}"), value)));
        }
        for (license, total) in &self.seats {
            pairs.insert(format!("licenses.{}", license.as_str()), total.to_string());
        }
        if let Some(fallback) = self.configuration.fallback_license {
            pairs.insert("licenses.fallback".to_owned(), fallback.as_str().to_owned());
        }
        for (domain, policy) in &self.domains {
            pairs.insert(format!("domains.\"{domain}\""), format!("managed = {}", policy.managed));
        }
        pairs.extend(mapping_pairs(&self.configuration));
        pairs
    }
}

fn current(connection: Connection) -> Option<Sso> {
    let draft = connection.draft.map(|version| Sso { settings: version.settings, draft: true });
    draft.or(connection.published.map(|version| Sso { settings: version.settings, draft: false }))
}

fn sso_pairs(sso: &Sso) -> Vec<(&'static str, String)> {
    let settings = &sso.settings;
    let provider = &settings.identity_provider;
    let mut pairs = vec![
        ("issuer", provider.issuer.clone()),
        ("sign_in_url", provider.sign_in_url.clone()),
        ("certificates", fingerprints(&provider.certificates)),
        ("sp_entity_id", settings.sp_entity_id.as_str().to_owned()),
        ("binding", settings.binding.as_str().to_owned()),
        ("signature_hash", settings.signature_hash.as_str().to_owned()),
        ("sign_requests", settings.sign_requests.to_string()),
        ("sign_logout", settings.sign_logout.to_string()),
        ("unsolicited", settings.unsolicited.as_str().to_owned()),
        ("provision", settings.provision.as_str().to_owned()),
        ("save_response_logs", settings.save_response_logs.to_string()),
        ("clock_skew", format!("{}s", settings.clock_skew_seconds)),
        ("signing_key", settings.signing_key.as_str().to_owned()),
        ("draft", sso.draft.to_string()),
    ];
    pairs.extend(provider.metadata_url.clone().map(|url| ("idp_metadata_url", url)));
    pairs.extend(provider.sign_out_url.clone().map(|url| ("sign_out_url", url)));
    if !settings.allow.is_empty() {
        let words: Vec<_> = settings.allow.iter().map(|weak| weak.as_str()).collect();
        pairs.push(("allow", words.join(", ")));
    }
    pairs
}

/// Certificates as people compare them.
fn fingerprints(certificates: &[String]) -> String {
    let shown = |pem: &String| match Certificate::from_pem(pem) {
        Ok(certificate) => format!("SHA-256 {}", certificate.fingerprint_sha256()),
        Err(_) => "unreadable".to_owned(),
    };
    certificates.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn mapping_pairs(configuration: &Configuration) -> Vec<(String, String)> {
    let mapping = &configuration.mapping;
    let license = mapping.default_license.map_or("none", License::as_str);
    let mut pairs = vec![("mapping.basic.default_license".to_owned(), license.to_owned())];
    pairs.extend(mapping.email.clone().map(|email| ("mapping.basic.email".to_owned(), email)));
    for (field, source) in &mapping.fields {
        let first_only = vestibule_model::mapping::is_first_time_only(*field);
        let update = if first_only && source.update { " (update at each sign-in)" } else { "" };
        pairs.push((format!("mapping.basic.{}", field.as_str()), format!("{}{update}", source.attribute)));
    }
    pairs
}
