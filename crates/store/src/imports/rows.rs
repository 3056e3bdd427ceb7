//! The rows of an import: written as the file is read, then looked at in the order of the file.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use vestibule_model::id::ImportId;
use vestibule_model::import::{self, Cells, Column, Note, Verdict, key};

statements! { import_rows:
    INSERT = "INSERT INTO import_rows (account_id, import_id, number, cells, address, employee_id) VALUES ($1, $2, $3, $4, $5, $6)";
    BATCH = "SELECT number, cells, planned, plan, outcome, report FROM import_rows \
             WHERE account_id = $1 AND import_id = $2 AND number > $3 ORDER BY number LIMIT $4";
    PLANNED = "SELECT number, cells, planned, plan, outcome, report FROM import_rows \
               WHERE account_id = $1 AND import_id = $2 AND number > $3 AND planned = $5 ORDER BY number LIMIT $4";
    ENDED = "SELECT number, cells, planned, plan, outcome, report FROM import_rows \
             WHERE account_id = $1 AND import_id = $2 AND number > $3 AND outcome = $5 ORDER BY number LIMIT $4";
    FIRST = "SELECT number FROM import_rows WHERE account_id = $1 AND import_id = $2 AND address = $3 ORDER BY number LIMIT 1";
    WANTS = "SELECT r.number, r.address FROM import_rows r WHERE r.account_id = $1 AND r.import_id = $2 AND r.employee_id = $3 \
             AND r.number < $4 AND r.planned <> 'refused' ORDER BY r.number LIMIT 1";
    GIVES_UP = "SELECT number FROM import_rows WHERE account_id = $1 AND import_id = $2 AND address = $3 AND number < $4 \
                AND employee_id <> $5 AND planned <> 'refused' ORDER BY number LIMIT 1";
    PLAN = "UPDATE import_rows SET planned = $4, plan = $5 WHERE account_id = $1 AND import_id = $2 AND number = $3";
    OUTCOME = "UPDATE import_rows SET outcome = $4, report = $5 WHERE account_id = $1 AND import_id = $2 AND number = $3";
}

/// Which rows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// All of them.
    All,
    /// Those of which this would become.
    Planned(Verdict),
    /// Those of which this became.
    Ended(Verdict),
}

/// Writes a row down when the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn add(tx: &Tx<'_>, import: ImportId, (number, cells): (i64, &Cells)) -> Result<(), Error> {
    let (address, employee_id) = key(cells);
    tx.defer(&INSERT, params![tx.account(), import, number, json(cells)?, address, employee_id])
}

/// The rows after this one, in the order of the file.
///
/// # Errors
/// Those of the database.
pub async fn batch(tx: &Tx<'_>, import: ImportId, after: i64, limit: u32) -> Result<Vec<import::Row>, Error> {
    page(tx, import, Sought::All, (after, limit)).await
}

/// The rows after this one that are looked for, in the order of the file.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &Tx<'_>,
    import: ImportId,
    sought: Sought,
    (after, limit): (i64, u32),
) -> Result<Vec<import::Row>, Error> {
    let account = tx.account();
    let rows = match sought {
        Sought::All => tx.rows(&BATCH, params![account, import, after, limit]).await?,
        Sought::Planned(verdict) => {
            tx.rows(&PLANNED, params![account, import, after, limit, verdict.as_str()]).await?
        }
        Sought::Ended(verdict) => {
            tx.rows(&ENDED, params![account, import, after, limit, verdict.as_str()]).await?
        }
    };
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The line of the first row with this (folded) address.
///
/// # Errors
/// Those of the database.
pub async fn first_of(tx: &Tx<'_>, import: ImportId, address: &str) -> Result<Option<i64>, Error> {
    let row = tx.row(&FIRST, params![tx.account(), import, address]).await?;
    row.map(|mut row| row.integer("number")).transpose()
}

/// Who has an Employee Unique ID once the rows before this line are written, if it is `held` by somebody of this (folded) address
/// now: the address, and the line of the row that gives it, if it is one.
///
/// # Errors
/// Those of the database.
pub async fn wants_employee_id(
    tx: &Tx<'_>,
    import: ImportId,
    (employee_id, held): (&str, Option<&str>),
    line: i64,
) -> Result<Option<(String, Option<i64>)>, Error> {
    let account = tx.account();
    if let Some(mut row) = tx.row(&WANTS, params![account, import, employee_id, line]).await? {
        return Ok(Some((row.text("address")?, Some(row.integer("number")?))));
    }
    let Some(held) = held else { return Ok(None) };
    let given_up = tx.row(&GIVES_UP, params![account, import, held, line, employee_id]).await?;
    Ok(given_up.is_none().then(|| (held.to_owned(), None)))
}

/// Notes what would become of a row. Rows behind it see who gets an Employee Unique ID; everything else can wait for the end of
/// the transaction.
///
/// # Errors
/// Those of the database.
pub async fn note_plan(
    tx: &Tx<'_>,
    import: ImportId,
    row: &import::Row,
    (verdict, note): (Verdict, &Note),
) -> Result<(), Error> {
    let params = params![tx.account(), import, row.number, verdict.as_str(), json(note)?];
    match row.cells.contains_key(&Column::EmployeeId) {
        true => tx.execute(&PLAN, params).await.map(drop),
        false => tx.defer(&PLAN, params),
    }
}

/// Notes what became of a row, when the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn note_outcome(
    tx: &Tx<'_>,
    import: ImportId,
    number: i64,
    (verdict, note): (Verdict, &Note),
) -> Result<(), Error> {
    tx.defer(&OUTCOME, params![tx.account(), import, number, verdict.as_str(), json(note)?])
}

fn read(row: &mut Row) -> Result<import::Row, Error> {
    let planned = row.word_or_null("planned", Verdict::from_word)?;
    let outcome = row.word_or_null("outcome", Verdict::from_word)?;
    let plan: Option<Note> = row.json_or_null("plan")?;
    let report: Option<Note> = row.json_or_null("report")?;
    Ok(import::Row {
        number: row.integer("number")?,
        cells: row.json("cells")?,
        planned: planned.map(|verdict| (verdict, plan.unwrap_or_default())),
        outcome: outcome.map(|verdict| (verdict, report.unwrap_or_default())),
    })
}
