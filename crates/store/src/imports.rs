//! Imports of people: the file that was read, how far it is, and its rows (`rows`).
//!
//! Whoever handles rows locks the import first, and moves its cursor in the same transaction: that no row is handled twice, on
//! however many nodes, is held by this alone.

mod rows;

pub use rows::{Sought, add, batch, first_of, note_outcome, note_plan, page, wants_employee_id};

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::id::ImportId;
use vestibule_model::import::{Import, State};

pub(crate) use rows::STATEMENTS as ROW_STATEMENTS;

/// The kind of the jobs that go on with an import; their subject is its id.
pub const JOB: &str = "import";

macro_rules! columns {
    () => {
        "id, created_at, created_by, file_name, file_hash, options, file_read, state, row_count, cursor_number, planned, applied"
    };
}

statements! { imports:
    INSERT = "INSERT INTO imports (account_id, id, created_at, created_by, file_name, file_hash, options, file_read, state, \
              row_count, cursor_number, planned, applied) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    BY_ID = concat!("SELECT ", columns!(), " FROM imports WHERE account_id = $1 AND id = $2");
    LOCKED = concat!("SELECT ", columns!(), " FROM imports WHERE account_id = $1 AND id = $2 {FOR_UPDATE}");
    LIST = concat!("SELECT ", columns!(), " FROM imports WHERE account_id = $1 ORDER BY id DESC LIMIT $2");
    UPDATE = "UPDATE imports SET file_hash = $3, file_read = $4, state = $5, row_count = $6, cursor_number = $7, planned = $8, \
              applied = $9 WHERE account_id = $1 AND id = $2";
    DELETE_ROWS = "DELETE FROM import_rows WHERE (account_id, import_id, number) IN \
                   (SELECT account_id, import_id, number FROM import_rows WHERE account_id = $1 AND import_id = $2 LIMIT $3)";
    DELETE = "DELETE FROM imports WHERE account_id = $1 AND id = $2 AND NOT EXISTS \
              (SELECT 1 FROM import_rows r WHERE r.account_id = $1 AND r.import_id = $2)";
    PURGE_ROWS = "DELETE FROM import_rows WHERE (account_id, import_id, number) IN \
                  (SELECT r.account_id, r.import_id, r.number FROM imports i \
                  JOIN import_rows r ON r.account_id = i.account_id AND r.import_id = i.id \
                  WHERE i.created_at <= $3 AND (i.created_at <= $1 OR i.state = 'reading') LIMIT $2)";
    PURGE = "DELETE FROM imports WHERE (account_id, id) IN (SELECT i.account_id, i.id FROM imports i \
             WHERE i.created_at <= $3 AND (i.created_at <= $1 OR i.state = 'reading') \
             AND NOT EXISTS (SELECT 1 FROM import_rows r WHERE r.account_id = i.account_id AND r.import_id = i.id) LIMIT $2)";
}

/// Remembers a new import.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, import: &Import) -> Result<(), Error> {
    let row = params![
        tx.account(),
        import.id,
        import.created_at,
        import.created_by.as_str(),
        import.file_name.as_str(),
        &import.file_hash,
        json(&import.options)?,
        json(&import.read)?,
        import.state.as_str(),
        count(import.rows),
        import.cursor,
        json(&import.planned)?,
        json(&import.applied)?,
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The import with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: ImportId) -> Result<Option<Import>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The import with this id, with which nobody else goes on before this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>, id: ImportId) -> Result<Option<Import>, Error> {
    tx.row(&LOCKED, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The newest imports.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, limit: u32) -> Result<Vec<Import>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Writes how far an import is. The caller holds on to it.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &Tx<'_>, import: &Import) -> Result<(), Error> {
    let row = params![
        tx.account(),
        import.id,
        &import.file_hash,
        json(&import.read)?,
        import.state.as_str(),
        count(import.rows),
        import.cursor,
        json(&import.planned)?,
        json(&import.applied)?,
    ];
    tx.execute(&UPDATE, row).await.map(drop)
}

/// Forgets rows of an import, at most [`PURGED_AT_ONCE`], and the import itself with the last of them; tells how many rows.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &Tx<'_>, id: ImportId) -> Result<u64, Error> {
    let gone = tx.execute(&DELETE_ROWS, params![tx.account(), id, PURGED_AT_ONCE]).await?;
    tx.execute(&DELETE, params![tx.account(), id]).await?;
    Ok(gone)
}

/// Which imports are forgotten by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Old {
    /// Those whose file came before.
    pub before: Timestamp,
    /// Those whose file began to come before, later than `before`, and did not come to its end.
    pub broken_off: Timestamp,
}

/// Forgets rows of old imports of all accounts, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge_rows(tx: &GlobalTx<'_>, old: Old) -> Result<u64, Error> {
    tx.execute(&PURGE_ROWS, params![old.before, PURGED_AT_ONCE, old.broken_off]).await
}

/// Forgets old imports without rows, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, old: Old) -> Result<u64, Error> {
    tx.execute(&PURGE, params![old.before, PURGED_AT_ONCE, old.broken_off]).await
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn read(row: &mut Row) -> Result<Import, Error> {
    Ok(Import {
        id: row.id("id", ImportId::from_bytes)?,
        created_at: row.time("created_at")?,
        created_by: row.text("created_by")?,
        file_name: row.text("file_name")?,
        file_hash: row.hash("file_hash")?,
        options: row.json("options")?,
        read: row.json("file_read")?,
        state: row.word("state", State::from_word)?,
        rows: u64::try_from(row.integer("row_count")?).unwrap_or(0),
        cursor: row.integer("cursor_number")?,
        planned: row.json("planned")?,
        applied: row.json("applied")?,
    })
}
