//! The settings of the account itself, as a form on a page changes them; and whether an account file covers them.

use super::{Configuration, Passwords, PatchAnswer, Provisioning, SecondFactor};
use crate::accounts::usable_name;
use crate::audit;
use crate::context::AdminCtx;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::group::{Setting, SettingName};
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_store as store;

/// An account file that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// When it last changed something.
    pub at: Timestamp,
    /// The sections that it had: `sso`, `mapping`, `domains`, …
    pub sections: BTreeSet<String>,
}

/// What an account is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// What people call it.
    pub name: String,
    /// How long a session lives without being used, such as `2h`; empty where the built-in time holds.
    pub session_idle: String,
    /// How a PATCH of its directory is answered.
    pub patch_answer: PatchAnswer,
    /// Who needs a second factor beside a password.
    pub second_factor: SecondFactor,
}

/// What an account is set to, and the version that it belongs to.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The version, for the form.
    pub version: i64,
    /// The settings.
    pub settings: AccountSettings,
}

impl AccountSettings {
    fn of(name: &str, configuration: &Configuration) -> Self {
        let idle = configuration.settings.get(SettingName::SessionIdle.as_str());
        Self {
            name: name.to_owned(),
            session_idle: idle.map(|setting| setting.value.clone()).unwrap_or_default(),
            patch_answer: configuration.provisioning.patch_answer,
            second_factor: configuration.passwords.second_factor,
        }
    }

    /// Checks what was typed, and writes values as they are kept.
    fn read(&self) -> Result<Self, Error> {
        let name = usable_name(&self.name).map_err(|error| error.about("name"))?;
        let idle = self.session_idle.trim();
        let setting = SettingName::SessionIdle;
        let session_idle = match idle {
            "" => String::new(),
            text => setting.parse(text).map_err(|error| {
                let key = setting.as_str();
                Error::new(Kind::Invalid, format!("`{key}`: {error}.")).about(key)
            })?,
        };
        Ok(Self { name, session_idle, ..*self })
    }

    fn into(self, before: &Configuration) -> Configuration {
        let mut after = before.clone();
        let key = SettingName::SessionIdle.as_str();
        if self.session_idle.is_empty() {
            after.settings.remove(key);
        } else {
            after.settings.insert(key.to_owned(), Setting { value: self.session_idle, locked: false });
        }
        after.provisioning = Provisioning { patch_answer: self.patch_answer };
        after.passwords = Passwords { second_factor: self.second_factor };
        after
    }

    fn differences(&self, after: &Self) -> Vec<Change> {
        let idle = |settings: &Self| Some(settings.session_idle.clone()).filter(|idle| !idle.is_empty());
        let answer = |settings: &Self| Some(settings.patch_answer.as_str().to_owned());
        let factor = |settings: &Self| Some(settings.second_factor.as_str().to_owned());
        let mut changes = audit::change("name", Some(self.name.clone()), Some(after.name.clone()));
        changes.extend(audit::change("settings.session_idle", idle(self), idle(after)));
        changes.extend(audit::change("provisioning.patch_answer", answer(self), answer(after)));
        changes.extend(audit::change("passwords.second_factor", factor(self), factor(after)));
        changes
    }
}

/// The settings of the account.
///
/// # Errors
/// When the store does not answer.
pub async fn look(ctx: &AdminCtx) -> Result<Seen, Error> {
    ctx.must(Permission::AccountRead)?;
    let id = ctx.account().id;
    let found = ctx.app().store().account(id).read(move |tx| {
        Box::pin(async move {
            let account = store::accounts::by_id(tx, id).await?.ok_or(store::Error::Stale)?;
            let configuration = Configuration::read(tx).await?;
            let settings = AccountSettings::of(&account.name, &configuration);
            Ok::<_, Error>(Seen { version: account.version, settings })
        })
    });
    found.await
}

/// Writes the settings of the account, if it is still as it was seen.
///
/// # Errors
/// [`Kind::Invalid`] about the field that is wrong; [`Kind::Conflict`] when the account changed since.
pub async fn change(ctx: &AdminCtx, seen_version: i64, wanted: &AccountSettings) -> Result<(), Error> {
    ctx.must(Permission::AccountEdit)?;
    let wanted = wanted.read()?;
    let (id, author) = (ctx.account().id, ctx.author());
    let changed = ctx.app().store().account(id).write(move |tx| {
        let (wanted, author) = (wanted.clone(), author.clone());
        Box::pin(async move {
            if store::accounts::bump(tx).await? != seen_version + 1 {
                return Err(Error::new(
                    Kind::Conflict,
                    "Somebody else changed the account since the page was shown.",
                )
                .hint("Nothing was saved. Look at it as it is now, and make your change again."));
            }
            let account = store::accounts::by_id(tx, id).await?.ok_or(store::Error::Stale)?;
            let before = Configuration::read(tx).await?;
            let changes = AccountSettings::of(&account.name, &before).differences(&wanted);
            if changes.is_empty() {
                return Ok(());
            }
            store::accounts::rename(tx, &wanted.name).await?;
            store::accounts::put_configuration(tx, &wanted.into(&before).to_stored()?).await?;
            let what = (Deed::AccountSettings, Subject::account(&account));
            Ok(audit::record(tx, &author, what, changes).await?)
        })
    });
    changed.await
}
