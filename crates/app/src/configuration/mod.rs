//! Declarative account configuration: read an account file, show the difference, apply it as one version, write it out.
//!
//! `keys` knows every key of the file, `file` its shape, `sso` the settings of a connection, `imported` its key pairs of another
//! product, `mapping` the mapping, `settings` those of everybody and of groups, `roles` the roles that the account made for itself, `provisioning` how a directory is answered, `passwords` what is asked beside them, `place` where a key stands, `state` what an account has, `undo` the way back from a change of the mapping, `plan` the difference between two
//! states, `account` changes the settings of the account itself from a form, `edit` changes one connection from a form, `edit_mapping` one piece of the mapping,
//! `limits` what the rest of the deployment does not allow, `apart` which connections cannot be in use side by side, `apply` writes it in one transaction, `export` prints a state as a file that changes nothing when applied.
//! A section that is absent from a file is left alone; in a section that is there, an absent key means its default.

pub mod account;
pub(crate) mod apart;
mod apply;
pub mod edit;
pub mod edit_mapping;
mod export;
mod file;
mod identity_provider;
mod imported;
mod keys;
mod limits;
mod mapping;
mod passwords;
mod place;
mod plan;
mod provisioning;
mod roles;
mod settings;
mod sso;
mod state;
mod undo;

pub use account::AppliedFile;
pub use apply::{Applied, apply};
pub use export::export;
pub use file::Source;
pub use passwords::{Passwords, SecondFactor};
pub use plan::{Difference, Planned, plan};
pub use provisioning::{PatchAnswer, Provisioning};
pub(crate) use roles::{MOST_ROLES, USABLE_NAME};
pub(crate) use settings::of_form as settings_of_form;
pub(crate) use state::State;
pub use undo::Undo;

use crate::context::AdminCtx;
use crate::error::Error;
use serde::{Deserialize, Serialize};
use vestibule_model::group::{Group, Policy, Settings};
use vestibule_model::license::License;
use vestibule_model::mapping::Mapping;
use vestibule_model::permission::{Permission, Roles};
use vestibule_store::{self as store, Tx};

/// What an account configured besides its connections, domains and seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Configuration {
    /// The mapping.
    pub mapping: Mapping,
    /// The license type for new users when no seat of the default one is left.
    pub fallback_license: Option<License>,
    /// The roles that the account made for itself, and what each may do; no other may be granted.
    #[serde(flatten)]
    pub roles: Roles,
    /// The settings that hold for everybody whose groups say nothing else.
    pub settings: Settings,
    /// How its directory is answered.
    pub provisioning: Provisioning,
    /// What it asks of those who sign in by password.
    pub passwords: Passwords,
    /// The account file that was applied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<AppliedFile>,
    /// The way back from the last change of the mapping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
}

/// What the account of an administrator configured.
///
/// # Errors
/// When the store does not answer.
pub async fn current(ctx: &AdminCtx) -> Result<Configuration, Error> {
    ctx.must(Permission::MappingRead)?;
    let scope = ctx.app().store().account(ctx.account().id);
    let stored = scope.read(|tx| Box::pin(store::accounts::configuration(tx))).await?;
    Configuration::from_stored(stored.as_deref())
}

impl Default for Configuration {
    fn default() -> Self {
        let mapping = Mapping { default_license: Some(License::Basic), ..Mapping::default() };
        Self {
            mapping,
            fallback_license: None,
            roles: Roles::default(),
            settings: Settings::new(),
            provisioning: Provisioning::default(),
            passwords: Passwords::default(),
            applied: None,
            undo: None,
        }
    }
}

impl Configuration {
    /// Reads what the account of the transaction configured.
    pub(crate) async fn read(tx: &Tx<'_>) -> Result<Self, Error> {
        let stored = store::accounts::configuration(tx).await?;
        Self::from_stored(stored.as_deref())
    }

    /// Reads what the store keeps; an account that never configured anything has the defaults.
    pub(crate) fn from_stored(json: Option<&str>) -> Result<Self, Error> {
        json.map_or_else(|| Ok(Self::default()), |json| serde_json::from_str(json).map_err(Error::internal))
    }

    /// What the account says about settings, with those of its groups.
    pub(crate) fn policy(&self, groups: Vec<(Group, Settings)>) -> Policy {
        let groups = groups.into_iter().map(|(group, settings)| (group.id, settings)).collect();
        Policy { everybody: self.settings.clone(), groups }
    }

    pub(crate) fn to_stored(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}
