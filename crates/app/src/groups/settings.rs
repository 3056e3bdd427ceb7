//! What a group sets for its members, and the account for everybody. Sessions that are open notice it at their next request.

use super::deeds::subject;
use super::{Changed, PeopleCtx, Which};
use crate::audit;
use crate::configuration::{Configuration, settings_of_form};
use crate::error::{Error, Kind};
use crate::users;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::group::{GroupKind, Setting, Settings};
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_store as store;
use vestibule_store::groups::Record;

/// What a form says: the value of each setting, and `locked_…` with `true` where it is locked. What is empty is not set.
pub type Form = BTreeMap<String, String>;

/// What the account sets for everybody.
#[derive(Debug, Clone, Serialize)]
pub struct Everybody {
    /// The version of the account, for the form.
    pub version: i64,
    /// The settings.
    pub settings: Settings,
}

/// Writes what a user group sets, if its record is still as it was seen.
///
/// # Errors
/// [`Kind::Invalid`] about the field that is wrong, and for a channel or an IM group; [`Kind::Conflict`] when the group changed
/// since; [`Kind::NotFound`] when there is no such group.
pub async fn set(ctx: &PeopleCtx, which: &Which, seen_version: i64, form: &Form) -> Result<Changed, Error> {
    ctx.must(Permission::GroupEdit)?;
    let wanted = settings_of_form(form)?;
    let (now, rule, author) = (ctx.app.now(), users::by(ctx), ctx.author());
    let which = which.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (which, wanted, rule) = (which.clone(), wanted.clone(), rule.clone());
            let author = author.clone();
            Box::pin(async move {
                store::accounts::bump(tx).await?;
                let record = which.locked(tx).await?;
                if record.group.kind != GroupKind::UserGroup {
                    return Err(Error::new(Kind::Invalid, "Only user groups have settings.")
                        .hint("Put the people into a user group, and set it there."));
                }
                if record.version != seen_version {
                    return Err(stale());
                }
                let changes = changes(&record.settings, &wanted, &rule);
                let group = record.group.clone();
                if !changes.is_empty() {
                    store::groups::update(tx, &Record { settings: wanted, ..record }, now).await?;
                    let what = (Deed::GroupSettings, subject(&group));
                    audit::record(tx, &author, what, changes.clone()).await?;
                }
                Ok(Changed { id: group.id, kind: group.kind, group: group.name, changes, notes: Vec::new() })
            })
        })
        .await
}

fn stale() -> Error {
    Error::new(Kind::Conflict, "Somebody else changed this since the page was shown.")
        .hint("Nothing was saved. Look at it as it is now, and make your change again.")
}

/// What differs, setting by setting.
fn changes(before: &Settings, after: &Settings, rule: &str) -> Vec<Change> {
    let told = |setting: Option<&Setting>| {
        setting.map(
            |Setting { value, locked }| if *locked { format!("{value} (locked)") } else { value.clone() },
        )
    };
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let change = |key: &String| Change {
        field: key.clone(),
        before: told(before.get(key)),
        after: told(after.get(key)),
        rule: rule.to_owned(),
    };
    changed.map(change).collect()
}

/// What the account sets for everybody.
///
/// # Errors
/// When the store does not answer.
pub async fn everybody(ctx: &PeopleCtx) -> Result<Everybody, Error> {
    ctx.must(Permission::GroupRead)?;
    let scope = ctx.app.store().account(ctx.account.id);
    let id = ctx.account.id;
    scope
        .read(move |tx| {
            Box::pin(async move {
                let account = store::accounts::by_id(tx, id).await?.ok_or(store::Error::Stale)?;
                Ok(Everybody { version: account.version, settings: Configuration::read(tx).await?.settings })
            })
        })
        .await
}

/// Writes what the account sets for everybody, if the account is still as it was seen.
///
/// # Errors
/// [`Kind::Invalid`] about the field that is wrong; [`Kind::Conflict`] when the account changed since.
pub async fn set_everybody(ctx: &PeopleCtx, seen_version: i64, form: &Form) -> Result<Vec<Change>, Error> {
    ctx.must(Permission::GroupEdit)?;
    let mut wanted = settings_of_form(form)?;
    // There is nobody whose setting it would have to win over.
    wanted.values_mut().for_each(|setting| setting.locked = false);
    let (rule, author, account) = (users::by(ctx), ctx.author(), Subject::account(&ctx.account));
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (wanted, rule) = (wanted.clone(), rule.clone());
            let (author, account) = (author.clone(), account.clone());
            Box::pin(async move {
                if store::accounts::bump(tx).await? != seen_version + 1 {
                    return Err(stale());
                }
                let before = Configuration::read(tx).await?;
                let changes = changes(&before.settings, &wanted, &rule);
                let after = Configuration { settings: wanted, ..before };
                store::accounts::put_configuration(tx, &after.to_stored()?).await?;
                if !changes.is_empty() {
                    audit::record(tx, &author, (Deed::EverybodySettings, account), changes.clone()).await?;
                }
                Ok(changes)
            })
        })
        .await
}
