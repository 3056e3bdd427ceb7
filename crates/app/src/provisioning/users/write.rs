//! Making, changing and deleting users: each a deed of one transaction, begun again when somebody else was faster.

use super::manager;
use crate::ScimCtx;
use crate::directory::people::{self, Setting};
use crate::provisioning::shown::{attributes, bring_up_to_date, resource, user_id, users};
use crate::provisioning::wanted::{Address, address, addresses, wanted};
use crate::provisioning::{Expected, Failure, Told, Written, again, may_write, not_found};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::api_call::Subject;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::provision::{self, Settled, Source, Wanted};
use vestibule_model::story;
use vestibule_model::trace::Change;
use vestibule_model::user::User;
use vestibule_scim::resource::check_immutable;
use vestibule_scim::schema::VESTIBULE_USER;
use vestibule_scim::{Document, Patch, Quirk, patch as patches};
use vestibule_store::scim_users::{Description, Entry};
use vestibule_store::{self as store, Tx};

/// Makes a user.
///
/// # Errors
/// 409 for a `userName` or an address that is somebody's, for a domain that is not the account's, and when no
/// seat is left; 400 for what cannot be.
pub async fn create(ctx: &ScimCtx, base: &str, document: Document) -> Result<Written, Failure> {
    may_write(ctx)?;
    let mut document = without_password(document);
    if document.flag("active").is_none() {
        document.set("active", true.into());
    }
    let document = Arc::new(document);
    again(|| {
        let setting = setting(ctx);
        let (document, base) = (Arc::clone(&document), base.to_owned());
        scope(ctx).write(move |tx| {
            let (setting, document, base) = (Arc::clone(&setting), Arc::clone(&document), base.clone());
            Box::pin(async move {
                let name = fold(document.text("userName").unwrap_or_default());
                if store::scim_users::shown_by_user_name(tx, &name).await?.is_some() {
                    return Err(store::Error::UserNameTaken.into());
                }
                let asked = wanted(&Map::new(), &document)?;
                let asked = manager::wanted(tx, &Map::new(), &document.attributes, asked).await?;
                let email = free_address(tx, &setting, address(&document)).await?;
                let asked = Wanted { email, ..asked };
                let settled = people::settled(tx, &setting, &asked, None).await?;
                let entry = described(settled.user.clone(), (*document).clone());
                store::users::insert_described(tx, &settled.user, Some(description(&entry, &name))).await?;
                store::scim_users::add_addresses(tx, &settled.user, &addresses(&document)).await?;
                let told = told("created", &entry, Some(&settled.changes), &document.quirks);
                Ok(Written { resource: resource(&base, &entry, &[]), told })
            })
        })
    })
    .await
}

/// Replaces what is said of a user.
///
/// # Errors
/// 404 when the account has no such user, 412 when it is another version than expected, 403 when the person is shielded;
/// those of [`create`].
pub async fn replace(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    document: Document,
    expected: Expected,
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let document = Arc::new(without_password(document));
    change(ctx, (base, id), expected, move |entry| {
        let kind = users().ok_or_else(|| not_found("user"))?;
        let before = attributes(entry);
        let mut after = check_immutable(kind, &Document::stored(before.clone()), (*document).clone())?;
        // A client that does not know our extension takes nothing away by leaving it out.
        if let (None, Some(ours)) = (after.get(VESTIBULE_USER), before.get(VESTIBULE_USER)) {
            after.set(VESTIBULE_USER, ours.clone());
        }
        // What the directory itself wrote before, and leaves out now, is gone; what came by other ways stays.
        let wrote = entry.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(Next { wrote: Some(wrote.unwrap_or_default()), before, after })
    })
    .await
}

/// Changes a user by a patch.
///
/// # Errors
/// As [`replace`].
pub async fn patch(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    patch: Patch,
    expected: Expected,
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let patch = Arc::new(patch);
    change(ctx, (base, id), expected, move |entry| {
        let kind = users().ok_or_else(|| not_found("user"))?;
        let before = Document::stored(attributes(entry));
        let mut after = patches::apply(kind, &before, &patch)?;
        after.quirks.extend(patch.quirks.iter().copied());
        Ok(Next { wrote: None, before: before.attributes, after: without_password(after) })
    })
    .await
}

/// Deletes a user: the person leaves every group, the seats and the address are free, and the sessions are over.
///
/// # Errors
/// 404 when the account has no such user, 412 when it is another version than expected, 403 when the person is shielded.
pub async fn delete(ctx: &ScimCtx, id: &str, expected: Expected) -> Result<Told, Failure> {
    may_write(ctx)?;
    let id = user_id(id).ok_or_else(|| not_found("user"))?;
    again(|| {
        let (setting, expected) = (setting(ctx), expected.clone());
        scope(ctx).write(move |tx| {
            let (setting, expected) = (Arc::clone(&setting), expected.clone());
            Box::pin(async move {
                let entry = store::scim_users::by_id(tx, id).await?.ok_or_else(|| not_found("user"))?;
                expected.check(entry.user.version)?;
                people::delete(tx, &setting, &entry.user).await?;
                Ok(told("deleted", &entry, Some(&[]), &BTreeSet::new()))
            })
        })
    })
    .await
}

/// What becomes of a user.
struct Next {
    /// What the directory itself had written, where that is another thing than what was so.
    wrote: Option<Map<String, Value>>,
    /// What was so.
    before: Map<String, Value>,
    /// What the directory says now.
    after: Document,
}

async fn change(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    expected: Expected,
    next: impl Fn(&Entry) -> Result<Next, Failure> + Clone + Send + Sync + 'static,
) -> Result<Written, Failure> {
    let id = user_id(id).ok_or_else(|| not_found("user"))?;
    again(|| {
        let (setting, expected, next) = (setting(ctx), expected.clone(), next.clone());
        let base = base.to_owned();
        scope(ctx).write(move |tx| {
            let (setting, expected, next) = (Arc::clone(&setting), expected.clone(), next.clone());
            let base = base.clone();
            Box::pin(async move {
                let entry = store::scim_users::by_id(tx, id).await?.ok_or_else(|| not_found("user"))?;
                expected.check(entry.user.version)?;
                let mut next = next(&entry)?;
                let quirks = std::mem::take(&mut next.after.quirks);
                let (entry, changes) = apply(tx, &setting, entry, next).await?;
                let groups = store::groups::of_user(tx, id).await?;
                let told = told("changed", &entry, changes.as_deref(), &quirks);
                Ok(Written { resource: resource(&base, &entry, &groups), told })
            })
        })
    })
    .await
}

/// Writes what is so now, and tells what changed; when it was so already nothing is written, and there is nothing to tell.
async fn apply(
    tx: &Tx<'_>,
    setting: &Setting,
    entry: Entry,
    Next { wrote, before, after }: Next,
) -> Result<(Entry, Option<Vec<Change>>), Failure> {
    let name = fold(after.text("userName").unwrap_or_default());
    // A name that was given is nobody else's.
    let keeps_name = entry.user_name.as_deref().is_some_and(|before| fold(before) == name);
    if !keeps_name
        && let Some(other) = store::scim_users::by_user_name(tx, &name).await?
        && other.user.id != entry.user.id
    {
        return Err(store::Error::UserNameTaken.into());
    }
    let said = wrote.as_ref().unwrap_or(&before);
    let asked = manager::wanted(tx, said, &after.attributes, wanted(said, &after)?).await?;
    let email = new_address(tx, setting, &entry, address(&after)).await?;
    let asked = Wanted { email, ..asked };
    let settled = people::settled(tx, setting, &asked, Some(&entry.user)).await?;
    let says_the_same = entry.document.is_some() && before == after.attributes;
    if settled.changes.is_empty() && says_the_same {
        return Ok((entry, None));
    }
    let lists_the_same = tells_everything(&entry) && before.get("emails") == after.get("emails");
    let changes = settled.changes.clone();
    let written = write_down(tx, setting, settled, (after, lists_the_same), &entry).await?;
    Ok((written, Some(changes)))
}

/// Whether the document has what is so now.
fn tells_everything(entry: &Entry) -> bool {
    entry.document.is_some() && entry.document_version == Some(entry.user.version)
}

/// Writes the record of somebody known, and beside it the document with everything in it that is so now.
async fn write_down(
    tx: &Tx<'_>,
    setting: &Setting,
    mut settled: Settled,
    (document, lists_the_same): (Document, bool),
    before: &Entry,
) -> Result<Entry, Failure> {
    if settled.changes.is_empty() {
        settled.user.updated_at = setting.now;
    }
    let now = addresses(&document);
    let entry = described(User { version: before.user.version + 1, ..settled.user.clone() }, document);
    let text = entry.document.as_deref();
    people::rewrite(tx, setting, (&before.user, &settled), text.or(Some("{}"))).await?;
    if (&entry.user_name, &entry.external_id) != (&before.user_name, &before.external_id) {
        let folded = fold(entry.user_name());
        store::scim_users::describe(tx, entry.user.id, description(&entry, &folded)).await?;
    }
    if !lists_the_same {
        set_addresses(tx, before, &now).await?;
    }
    Ok(entry)
}

/// Writes by which addresses the person is found, if these are others than the document listed before.
async fn set_addresses(tx: &Tx<'_>, before: &Entry, now: &[String]) -> Result<(), store::Error> {
    let listed = before.document.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let listed = listed.map(|known| addresses(&Document::stored(known))).unwrap_or_default();
    match listed == now {
        true => Ok(()),
        false => store::scim_users::set_addresses(tx, before.user.id, now).await,
    }
}

/// A user with the document, and everything in it that is so now.
fn described(user: User, document: Document) -> Entry {
    let mut entry = Entry {
        user_name: document.text("userName").map(str::to_owned),
        external_id: document.text("externalId").map(str::to_owned),
        document: Some(String::new()),
        document_version: Some(user.version),
        user,
    };
    let mut attributes = document.attributes;
    bring_up_to_date(&mut attributes, &entry);
    // Keys are texts, so there is nothing that could not be written.
    entry.document = serde_json::to_string(&attributes).ok();
    entry
}

/// What stands beside the record, with the name in the form in which it is compared.
fn description<'a>(entry: &'a Entry, folded: &'a str) -> Description<'a> {
    Description {
        user_name: entry.user_name(),
        user_name_folded: folded,
        external_id: entry.external_id.as_deref(),
        document: entry.document.as_deref().unwrap_or("{}"),
        version: entry.user.version,
    }
}

/// The address of somebody new: the `userName`, if it is one. An address that is only listed is taken if it is in a domain of
/// the account and free; else the new user has a stand-in, and is somebody of their own (attack T07).
async fn free_address(tx: &Tx<'_>, setting: &Setting, address: Address) -> Result<Option<Email>, Failure> {
    let listed = match address {
        Address::Named(email) => return Ok(Some(email)),
        Address::Listed(email) if may_be_had(tx, &email, None).await? => Some(email),
        Address::Listed(_) | Address::None => None,
    };
    Ok(listed.or_else(|| Email::placeholder(setting.fresh)))
}

/// The address that a known user gets, if it is another one. One that is only listed changes nothing where it may not.
async fn new_address(
    tx: &Tx<'_>,
    setting: &Setting,
    entry: &Entry,
    address: Address,
) -> Result<Option<Email>, Failure> {
    match address {
        Address::Named(email) => Ok(Some(email)),
        Address::None => Ok(None),
        Address::Listed(email) => {
            let may = provision::address_may_change(Source::Directory, &entry.user, &email, setting.now)
                && may_be_had(tx, &email, Some(entry.user.id)).await?;
            Ok(may.then_some(email))
        }
    }
}

/// Whether an address is in a domain of the account, and nobody else's.
async fn may_be_had(tx: &Tx<'_>, email: &Email, by: Option<UserId>) -> Result<bool, Failure> {
    if !store::domains::is_associated(tx, email.domain()).await? {
        return Ok(false);
    }
    let held = store::users::owner_of(tx, email.folded()).await?;
    Ok(held.is_none_or(|(account, user)| account == tx.account() && Some(user) == by))
}

/// A password is taken, and never kept (attack T08).
fn without_password(mut document: Document) -> Document {
    document.take("password");
    document
}

/// The form in which a `userName` is compared.
pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What was done, in words, and field by field; `None` where it was so already.
fn told(verb: &str, entry: &Entry, changes: Option<&[Change]>, quirks: &BTreeSet<Quirk>) -> Told {
    let name = entry.user_name();
    let story = changes.map_or_else(|| story::unchanged(name), |changes| story::deed(verb, name, changes));
    let subject = Some(Subject::User(entry.user.id, Some(name.to_owned())));
    Told { story, subject, quirks: quirks.clone() }
}

fn setting(ctx: &ScimCtx) -> Arc<Setting> {
    Arc::new(Setting::new(&ctx.api().app, ctx.account(), Source::Directory))
}

fn scope(ctx: &ScimCtx) -> store::AccountStore<'_> {
    ctx.api().app.store().account(ctx.account().id)
}
