//! Reading the response log: search it, explain a row of it.

pub(crate) mod sealed;

use crate::context::{AdminCtx, App, OperatorCtx};
use crate::error::{Error, Kind};
use crate::vault::{Place, Purpose};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use vestibule_model::account::{Account, Label};
use vestibule_model::code::Code;
use vestibule_model::id::{AccountId, LogId};
use vestibule_model::mapping::Attribute;
use vestibule_model::permission::Permission;
use vestibule_model::response_log::{Detail, Entry, Filter, OutcomeWord, TrackingId};
use vestibule_model::trace::{Change, Step};
use vestibule_store as store;

/// A row with everything that is known about it.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The account it belongs to.
    pub account: Label,
    /// The row.
    pub entry: Entry,
    /// The rest.
    pub detail: Detail,
}

/// An explanation as `vestibule explain --json` prints it.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The tracking ID.
    pub tracking_id: String,
    /// When the response came.
    pub time: jiff::Timestamp,
    /// The label of the account.
    pub account: String,
    /// The address it asserted.
    pub user: Option<String>,
    /// How it ended.
    pub outcome: &'static str,
    /// Why it was refused.
    pub code: Option<u16>,
    /// The sentence of the code, with the facts of this case.
    pub message: Option<String>,
    /// What to do about it.
    pub cure: Option<String>,
    /// Every check and rule that was looked at.
    pub trace: Vec<Step>,
    /// What changed for the person.
    pub changes: Vec<Change>,
}

impl Explained {
    /// The explanation without what only pages show.
    #[must_use]
    pub fn explanation(self) -> Explanation {
        let code = self.entry.code;
        let message = code.map(|code| match (self.detail.headline(code), &self.detail.reason) {
            (headline, Some(reason)) => format!("{}. {reason}", headline.trim_end_matches('.')),
            (headline, None) => headline.to_owned(),
        });
        Explanation {
            tracking_id: self.entry.tracking_id.to_string(),
            time: self.entry.time,
            account: self.account.to_string(),
            user: self.entry.user,
            outcome: self.entry.outcome.as_str(),
            code: code.map(Code::number),
            message,
            cure: code.map(|code| code.cure().to_owned()),
            trace: self.detail.trace,
            changes: self.detail.changes,
        }
    }
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "The response log has no such tracking ID.")
        .hint("Check it for typing errors. Rows are kept for 7 days.")
}

/// Rows of the account, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn search(ctx: &AdminCtx, filter: &Filter) -> Result<Vec<Entry>, Error> {
    ctx.must(Permission::LogRead)?;
    search_account(ctx.app(), ctx.account().id, filter.clone()).await
}

async fn search_account(app: &App, account: AccountId, filter: Filter) -> Result<Vec<Entry>, Error> {
    let filter = near(app, filter)?;
    let scope = app.store().account(account);
    let found = scope.read(move |tx| {
        let filter = filter.clone();
        Box::pin(async move { store::response_log::search(tx, &filter).await })
    });
    Ok(found.await?)
}

/// One row of the account.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such row.
pub async fn detail(ctx: &AdminCtx, tracking_id: TrackingId) -> Result<Explained, Error> {
    ctx.must(Permission::LogRead)?;
    open(ctx.app(), ctx.account(), tracking_id).await
}

/// The filter, narrowed to where the row of its tracking ID is.
fn near(app: &App, filter: Filter) -> Result<Filter, Error> {
    let Some(tracking_id) = filter.tracking_id else { return Ok(filter) };
    let id = app.inner.vault.row(tracking_id)?;
    let (made, next) =
        (id.made_at(), LogId::from_bytes(u128::from_be_bytes(id.to_bytes()).saturating_add(1).to_be_bytes()));
    Ok(Filter {
        since: filter.since.max(made),
        before: Some(filter.before.map_or(next, |b| b.min(next))),
        ..filter
    })
}

pub(crate) async fn open(app: &App, account: &Account, tracking_id: TrackingId) -> Result<Explained, Error> {
    let scope = app.store().account(account.id);
    let row = app.inner.vault.row(tracking_id)?;
    let found =
        scope.read(move |tx| Box::pin(async move { store::response_log::detail(tx, row).await })).await?;
    let (entry, sealed) = found.ok_or_else(unknown)?;
    let place = Place { purpose: Purpose::Response, account: account.id, row: entry.id.to_bytes() };
    let (detail, beside): (Detail, _) = sealed::read(&app.inner.vault.open_packed(place, &sealed)?)?;
    let detail = Detail { xml: beside.or(detail.xml), ..detail };
    Ok(Explained { account: account.label.clone(), entry, detail })
}

/// A row of a list at the command line.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// When the response came.
    pub time: jiff::Timestamp,
    /// The label of the account.
    pub account: String,
    /// The tracking ID.
    pub tracking_id: String,
    /// The address it asserted.
    pub user: Option<String>,
    /// How it ended.
    pub outcome: &'static str,
    /// Why it was refused.
    pub code: Option<u16>,
    /// The sentence of the code.
    pub message: Option<&'static str>,
}

/// Rows of one account, or of all, newest first.
///
/// # Errors
/// When there is no such account.
pub async fn list(ctx: &OperatorCtx, account: Option<&str>, filter: &Filter) -> Result<Vec<Listed>, Error> {
    let accounts = match account {
        Some(label) => vec![ctx.account(label).await?],
        None => ctx.app.store().read(|tx| Box::pin(store::accounts::list(tx))).await?,
    };
    let mut listed = Vec::new();
    for account in accounts {
        let entries = search_account(&ctx.app, account.id, filter.clone()).await?;
        listed.extend(entries.into_iter().map(|entry| row(&account, entry)));
    }
    listed.sort_by_key(|row| std::cmp::Reverse(row.time));
    listed.truncate(filter.limit as usize);
    Ok(listed)
}

fn row(account: &Account, entry: Entry) -> Listed {
    Listed {
        time: entry.time,
        account: account.label.to_string(),
        tracking_id: entry.tracking_id.to_string(),
        user: entry.user,
        outcome: entry.outcome.as_str(),
        code: entry.code.map(Code::number),
        message: entry.code.map(Code::in_lists),
    }
}

/// The row with this tracking ID, whatever its account.
///
/// # Errors
/// [`Kind::NotFound`] when there is none.
pub async fn explain(ctx: &OperatorCtx, tracking_id: &str) -> Result<Explained, Error> {
    let tracking_id = TrackingId::parse(tracking_id).ok_or_else(|| {
        Error::new(Kind::Invalid, "That is not a tracking ID.").hint("One is WEB_ and 32 hexadecimal digits.")
    })?;
    let row = ctx.app.inner.vault.row(tracking_id)?;
    let found = ctx.app.store().read(move |tx| {
        Box::pin(async move {
            match store::response_log::find_account(tx, row).await? {
                Some(id) => store::accounts::by_id(tx, id).await,
                None => Ok(None),
            }
        })
    });
    let account = found.await?.ok_or_else(unknown)?;
    open(&ctx.app, &account, tracking_id).await
}

/// Whether a row is of a response that was verified, and then decided about by admission.
pub(crate) fn is_verified(entry: &Entry) -> bool {
    match entry.outcome {
        OutcomeWord::Accepted => true,
        OutcomeWord::Refused => entry.code.is_some_and(Code::is_about_the_person),
        OutcomeWord::Restarted | OutcomeWord::Tested => false,
    }
}

/// What of a row says who came. The rest is not read.
#[derive(Deserialize)]
pub(crate) struct Kept {
    pub(crate) name_id: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    xml: Option<IgnoredAny>,
}

impl Kept {
    /// What a row kept; `None` where the account keeps nothing of responses.
    pub(crate) fn open(
        app: &App,
        account: AccountId,
        row: LogId,
        sealed: &[u8],
    ) -> Result<Option<Self>, Error> {
        let place = Place { purpose: Purpose::Response, account, row: row.to_bytes() };
        let (kept, beside): (Self, _) = sealed::read(&app.inner.vault.open_packed(place, sealed)?)?;
        let message = beside.is_some() || kept.xml.is_some();
        let anything = message || kept.name_id.is_some() || !kept.attributes.is_empty();
        Ok(anything.then_some(kept))
    }
}
