//! What an administrator or the operator does with an import once its file was read.

use super::{forget, scope, step};
use crate::audit;
use crate::context::{PeopleCtx, must_hold};
use crate::error::{Error, Kind};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::id::ImportId;
use vestibule_model::import::{Import, Options, Row, State};
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_store as store;
use vestibule_store::imports::Sought;

/// How many imports a list shows.
const MOST_LISTED: u32 = 20;
/// The most rows on a page.
const LARGEST_PAGE: u32 = 1_000;

/// Rows of an import.
#[derive(Debug, Clone)]
pub struct Page {
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// The line after which the next page begins; `None` when this is the last one.
    pub next: Option<i64>,
}

/// The newest imports whose file was read, the newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &PeopleCtx) -> Result<Vec<Import>, Error> {
    ctx.must(Permission::UserRead)?;
    let found = scope(ctx).read(|tx| Box::pin(async move { store::imports::list(tx, MOST_LISTED).await }));
    let found: Result<Vec<Import>, store::Error> = found.await;
    Ok(found?.into_iter().filter(|import| import.state != State::Reading).collect())
}

/// One import.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such import, or not any more.
pub async fn show(ctx: &PeopleCtx, id: ImportId) -> Result<Import, Error> {
    ctx.must(Permission::UserRead)?;
    let found = scope(ctx).read(move |tx| Box::pin(async move { store::imports::by_id(tx, id).await }));
    let found: Result<Option<Import>, store::Error> = found.await;
    found?.ok_or_else(unknown)
}

/// Rows of an import that are looked for, after this line.
///
/// # Errors
/// When the store does not answer.
pub async fn rows(
    ctx: &PeopleCtx,
    id: ImportId,
    sought: Sought,
    (after, limit): (i64, u32),
) -> Result<Page, Error> {
    ctx.must(Permission::UserRead)?;
    let limit = limit.min(LARGEST_PAGE);
    let found = scope(ctx).read(move |tx| {
        Box::pin(async move { store::imports::page(tx, id, sought, (after, limit + 1)).await })
    });
    let found: Result<Vec<Row>, store::Error> = found.await;
    let mut rows = found?;
    let is_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().map(|row| row.number).filter(|_| is_more);
    Ok(Page { rows, next })
}

/// Goes on with what is under way, some hundreds of rows; whoever waits for all of them calls again while it is.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such import; those of the store.
pub async fn go_on(ctx: &PeopleCtx, id: ImportId) -> Result<Import, Error> {
    ctx.must(Permission::UserEdit)?;
    step::step(&ctx.app, &ctx.account, id).await?.ok_or_else(unknown)
}

/// Begins to write what was checked and looked at: `file_hash` is that of the file that was shown.
///
/// # Errors
/// [`Kind::Conflict`] when it is another file, or the import is at another place; [`Kind::NotFound`] when the account has no such
/// import; [`Kind::Forbidden`] for an import of somebody who may do more.
pub async fn apply(ctx: &PeopleCtx, id: ImportId, file_hash: &[u8; 32]) -> Result<Import, Error> {
    ctx.must(Permission::UserEdit)?;
    let (now, hash, author) = (ctx.app.now(), *file_hash, ctx.author());
    let held = ctx.permissions();
    let begun = scope(ctx).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let mut import = store::imports::locked(tx, id).await?.ok_or_else(unknown)?;
            must_hold(held, import.options.reach)?;
            match import.state {
                State::Checked if import.file_hash == hash => {}
                State::Applying | State::Done if import.file_hash == hash => return Ok(import),
                _ => return Err(not_shown()),
            }
            import.state = State::Applying;
            import.cursor = 0;
            store::imports::update(tx, &import).await?;
            store::jobs::schedule(tx, store::imports::JOB, id.to_bytes(), now).await?;
            audit::record(tx, &author, (Deed::ImportApplied, subject(&import)), told(&import)).await?;
            Ok::<_, Error>(import)
        })
    });
    begun.await
}

/// Forgets an import with its rows. What it wrote stays.
///
/// # Errors
/// [`Kind::Conflict`] while rows are being written; [`Kind::NotFound`] when the account has no such import.
pub async fn discard(ctx: &PeopleCtx, id: ImportId) -> Result<(), Error> {
    ctx.must(Permission::UserEdit)?;
    if show(ctx, id).await?.state == State::Applying {
        return Err(Error::new(Kind::Conflict, "The import is being applied.")
            .hint("Wait until it is done: its report says what became of each row."));
    }
    let author = ctx.author();
    let noted = scope(ctx).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let import = store::imports::locked(tx, id).await?.ok_or_else(unknown)?;
            Ok::<_, Error>(
                audit::record(tx, &author, (Deed::ImportDiscarded, subject(&import)), Vec::new()).await?,
            )
        })
    });
    noted.await?;
    forget(ctx, id).await
}

/// Which file it is, and what it does for its people, as the audit log says it.
fn told(import: &Import) -> Vec<Change> {
    let hash: String = import.file_hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let Options { license, add_ons, sso, .. } = &import.options;
    let add_ons: Vec<&str> = add_ons.iter().map(|add_on| add_on.as_str()).collect();
    let said = [
        ("sha256", Some(hash)),
        ("rows", Some(import.rows.to_string())),
        ("rows_that_change", Some(import.planned.writes().to_string())),
        ("license", license.map(|license| license.as_str().to_owned())),
        ("add_ons", Some(add_ons.join(", ")).filter(|add_ons| !add_ons.is_empty())),
        ("sso", sso.then(|| "true".to_owned())),
    ];
    said.into_iter().flat_map(|(field, value)| audit::change(field, None, value)).collect()
}

/// An import, as the audit log names it.
fn subject(import: &Import) -> Subject {
    Subject::new(Thing::Import, import.id, import.file_name.as_str())
}

/// An import of the same file with the same options that was begun to be written and did not come to its end.
///
/// # Errors
/// When the store does not answer.
pub async fn find_unfinished(
    ctx: &PeopleCtx,
    file_hash: &[u8; 32],
    options: &Options,
) -> Result<Option<Import>, Error> {
    ctx.must(Permission::UserRead)?;
    let options = Options { reach: ctx.permissions(), ..options.clone() };
    let same = |import: &Import| {
        import.state == State::Applying && import.file_hash == *file_hash && import.options == options
    };
    Ok(list(ctx).await?.into_iter().find(same))
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "There is no such import.")
        .hint("Imports are forgotten after a month; send the file again.")
}

fn not_shown() -> Error {
    Error::new(
        Kind::Conflict,
        "This import cannot be applied as it is: its preview was not shown yet, or it is of another file.",
    )
    .hint("Look at the preview, then apply it.")
}
