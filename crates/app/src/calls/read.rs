//! Reading the call log: search it, look at one call. Whoever looks sees what was called a moment ago too: it is written first.

use super::whom::by_name;
use super::{sealed, write_waiting};
use crate::context::{AdminCtx, App, OperatorCtx};
use crate::error::{Error, Kind};
use crate::vault::{Place, Purpose};
use serde::Serialize;
use vestibule_model::account::Account;
use vestibule_model::api_call::{About, Detail, Entry, Filter, Subject};
use vestibule_model::id::{AccountId, CallId};
use vestibule_model::permission::Permission;
use vestibule_store::{self as store, Tx};

/// A call with everything that is known of it.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The row.
    pub entry: Entry,
    /// The rest.
    pub detail: Detail,
}

/// Calls to the account, newest first; `about` names a person by id, address or `userName`.
///
/// # Errors
/// When the store does not answer.
pub async fn search(ctx: &AdminCtx, about: Option<&str>, filter: &Filter) -> Result<Vec<Entry>, Error> {
    ctx.must(Permission::LogRead)?;
    write_waiting(ctx.app()).await?;
    search_account(ctx.app(), ctx.account().id, about, filter).await
}

async fn search_account(
    app: &App,
    account: AccountId,
    about: Option<&str>,
    filter: &Filter,
) -> Result<Vec<Entry>, Error> {
    let (about, filter) = (about.map(str::to_owned), filter.clone());
    let found = app.store().account(account).read(move |tx| {
        let (about, mut filter) = (about.clone(), filter.clone());
        Box::pin(async move {
            if let Some(text) = about {
                filter.about = Some(person(tx, &text).await?);
            }
            store::api_calls::search(tx, &filter).await
        })
    });
    Ok(found.await?)
}

/// Who is meant by an id, an address or a `userName`.
async fn person(tx: &Tx<'_>, text: &str) -> Result<About, store::Error> {
    if let Ok(id) = text.trim().parse() {
        return Ok(About { user: Some(id), name: None });
    }
    Ok(About { user: by_name(tx, text).await?, name: Some(text.trim().to_lowercase()) })
}

/// One call to the account.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such call.
pub async fn show(ctx: &AdminCtx, id: CallId) -> Result<Explained, Error> {
    ctx.must(Permission::LogRead)?;
    write_waiting(ctx.app()).await?;
    let account = ctx.account().id;
    let found = ctx.app().store().account(account).read(move |tx| {
        Box::pin(async move {
            let Some((entry, block, place)) = store::api_calls::one(tx, id).await? else { return Ok(None) };
            let kept = store::api_calls::block(tx, block).await?;
            Ok::<_, store::Error>(kept.map(|kept| (entry, block, place, kept)))
        })
    });
    let (entry, block, place, kept) = found.await?.ok_or_else(|| {
        Error::new(Kind::NotFound, "The call log has no such call.").hint("Calls are kept for 7 days.")
    })?;
    let at = Place { purpose: Purpose::Calls, account, row: block.to_bytes() };
    let plain = ctx.app().inner.vault.open_packed(at, &kept)?;
    Ok(Explained { entry, detail: sealed::read(&plain, place)? })
}

/// A row of a list at the command line.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: CallId,
    /// When it came.
    pub time: jiff::Timestamp,
    /// The label of the account.
    pub account: String,
    /// The method of HTTP.
    pub method: String,
    /// Path and query, masked.
    pub path: String,
    /// The status of HTTP.
    pub status: u16,
    /// How long the answer took, in microseconds.
    pub duration_micros: i64,
    /// The token or the client.
    pub client: String,
    /// The product that called.
    pub dialect: Option<String>,
    /// What was done, or why it was not.
    pub story: Option<String>,
    /// The id of the user or the group that it touched.
    pub subject: Option<String>,
}

/// Calls to one account, or to all, newest first.
///
/// # Errors
/// When there is no such account.
pub async fn list(
    ctx: &OperatorCtx,
    account: Option<&str>,
    about: Option<&str>,
    filter: &Filter,
) -> Result<Vec<Listed>, Error> {
    write_waiting(&ctx.app).await?;
    let accounts = match account {
        Some(label) => vec![ctx.account(label).await?],
        None => ctx.app.store().read(|tx| Box::pin(store::accounts::list(tx))).await?,
    };
    let mut listed = Vec::new();
    for account in accounts {
        let entries = search_account(&ctx.app, account.id, about, filter).await?;
        listed.extend(entries.into_iter().map(|entry| row(&account, entry)));
    }
    listed.sort_by_key(|row| std::cmp::Reverse(row.time));
    listed.truncate(filter.limit as usize);
    Ok(listed)
}

fn row(account: &Account, entry: Entry) -> Listed {
    let story = entry.story.is_some().then(|| entry.sentence());
    let subject = entry.subject.and_then(|subject| match subject {
        Subject::User(id, _) => Some(id.to_string()),
        Subject::Group(id, _) => Some(id.to_string()),
        Subject::Nobody(_) => None,
    });
    Listed {
        id: entry.id,
        time: entry.time,
        account: account.label.to_string(),
        method: entry.method,
        path: entry.path,
        status: entry.status,
        duration_micros: entry.duration_micros,
        client: entry.client,
        dialect: entry.dialect,
        story,
        subject,
    }
}
