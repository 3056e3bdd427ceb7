//! Looking records up: a page of them, a list at the command line, an export, and what was done to one person.

use crate::context::{AdminCtx, App, OperatorCtx, PeopleCtx};
use crate::error::{Error, Kind};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::account::Account;
use vestibule_model::audit::{Filter, Record, line};
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::permission::Permission;
use vestibule_store as store;
use vestibule_store::audit::Kept;

/// How many records are read at once for an export.
const AT_ONCE: u32 = 500;

/// Records, newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Before which number the next page begins; `None` when this is the last one.
    pub next: Option<i64>,
}

/// A page of the records that a filter asks for.
///
/// # Errors
/// [`Kind::Invalid`] when what is looked for cannot be in a record.
pub async fn page(ctx: &AdminCtx, filter: &Filter) -> Result<Page, Error> {
    ctx.must(Permission::AuditRead)?;
    let limit = filter.limit as usize;
    let mut records =
        search(ctx.app(), ctx.account().id, &Filter { limit: filter.limit + 1, ..filter.clone() }).await?;
    let is_more = records.len() > limit;
    records.truncate(limit);
    let next = records.last().filter(|_| is_more).map(|record| record.number);
    Ok(Page { records, next })
}

async fn search(app: &App, account: AccountId, filter: &Filter) -> Result<Vec<Record>, Error> {
    if filter.about.as_ref().is_some_and(|about| about.contains(char::is_control)) {
        return Err(Error::new(Kind::Invalid, "No record is about that.")
            .hint("Type an e-mail address, or the name of a domain, a group or a connection."));
    }
    let filter = filter.clone();
    let found = app.store().account(account).read(move |tx| {
        let filter = filter.clone();
        Box::pin(async move { store::audit::search(tx, &filter).await })
    });
    found.await?.iter().map(read).collect()
}

fn read(kept: &Kept) -> Result<Record, Error> {
    Record::parse(&kept.text).map_err(Error::internal)
}

/// What was done to one person, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn of_user(ctx: &PeopleCtx, user: UserId, limit: u32) -> Result<Vec<Record>, Error> {
    ctx.must(Permission::AuditRead)?;
    let id = user.to_string();
    let found = ctx.app.store().account(ctx.account.id).read(move |tx| {
        let id = id.clone();
        Box::pin(async move { store::audit::of_subject(tx, &id, limit).await })
    });
    let found: Result<Vec<Kept>, store::Error> = found.await;
    found?.iter().map(read).collect()
}

/// A record as lists at the command line show it.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// The label of the account.
    pub label: String,
    /// The record.
    #[serde(flatten)]
    pub record: Record,
}

/// Records of one account, newest first.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such account.
pub async fn list(ctx: &OperatorCtx, label: &str, filter: &Filter) -> Result<Vec<Listed>, Error> {
    let Account { id, label, .. } = ctx.account(label).await?;
    let found = search(&ctx.app, id, filter).await?;
    Ok(found.into_iter().map(|record| Listed { label: label.to_string(), record }).collect())
}

/// An export that is being written, piece by piece.
pub struct Export {
    app: App,
    account: AccountId,
    since: Option<Timestamp>,
    after: Option<i64>,
}

impl Export {
    /// Everything that an account remembers, for somebody who may read it.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] without the permission.
    pub fn of(ctx: &AdminCtx) -> Result<Self, Error> {
        ctx.must(Permission::AuditRead)?;
        Ok(Self { app: ctx.app().clone(), account: ctx.account().id, since: None, after: Some(0) })
    }

    /// The next lines, each a JSON object; `None` at the end.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        let Some(after) = self.after else { return Ok(None) };
        let since = self.since;
        let found = self.app.store().account(self.account).read(move |tx| {
            Box::pin(async move { store::audit::following(tx, after, since, AT_ONCE).await })
        });
        let found: Result<Vec<Kept>, store::Error> = found.await;
        let found = found?;
        self.after = found.last().filter(|_| found.len() == AT_ONCE as usize).map(|kept| kept.number);
        Ok(Some(found.iter().map(|kept| format!("{}\n", line(&kept.text, kept.hash))).collect()))
    }
}

/// The records of an account as lines, oldest first: all of them, or those that were not written before a time.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such account.
pub async fn export(ctx: &OperatorCtx, label: &str, since: Option<Timestamp>) -> Result<Export, Error> {
    let account = ctx.account(label).await?.id;
    Ok(Export { app: ctx.app.clone(), account, since, after: Some(0) })
}
