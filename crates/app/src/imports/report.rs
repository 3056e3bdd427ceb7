//! The report: what became of each row, as a file that spreadsheets open without running anything in it (attacks S10, P18).

use super::{Sought, rows};
use crate::context::PeopleCtx;
use crate::error::Error;
use vestibule_model::id::ImportId;
use vestibule_model::import::{Column, Row};

/// How many rows are read at once.
const AT_ONCE: u32 = 500;

/// A report that is being written, piece by piece.
pub struct Report {
    ctx: PeopleCtx,
    id: ImportId,
    after: Option<i64>,
    begun: bool,
}

/// The report of an import, or its preview before it was applied.
#[must_use]
pub fn report(ctx: &PeopleCtx, id: ImportId) -> Report {
    Report { ctx: ctx.clone(), id, after: Some(0), begun: false }
}

impl Report {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        let Some(after) = self.after else { return Ok(None) };
        let mut text = String::new();
        if !std::mem::replace(&mut self.begun, true) {
            // With the mark, spreadsheets take it for what it is.
            text.push('\u{feff}');
            line(
                &mut text,
                ["line", "email", "first_name", "last_name", "verdict", "code", "message", "changes"],
            );
        }
        let page = rows(&self.ctx, self.id, Sought::All, (after, AT_ONCE)).await?;
        page.rows.iter().for_each(|row| write(&mut text, row));
        self.after = page.next;
        Ok(Some(text))
    }
}

fn write(text: &mut String, row: &Row) {
    let cell = |column| row.cells.get(&column).map_or("", String::as_str);
    let judged = row.outcome.as_ref().or(row.planned.as_ref());
    let (verdict, code, message, changes) = match judged {
        None => ("", String::new(), String::new(), String::new()),
        Some((verdict, note)) => {
            let changes: Vec<String> = note.changes.iter().map(changed).collect();
            let code = note.code.map(|code| code.to_string()).unwrap_or_default();
            (verdict.as_str(), code, note.sentences.join(" "), changes.join("; "))
        }
    };
    let number = row.number.to_string();
    line(
        text,
        [
            &number,
            cell(Column::Email),
            cell(Column::FirstName),
            cell(Column::LastName),
            verdict,
            &code,
            &message,
            &changes,
        ],
    );
}

fn changed(change: &vestibule_model::import::Altered) -> String {
    match (change.before.as_deref(), change.after.as_deref()) {
        (None, Some(after)) => format!("{}: {after}", change.field),
        (Some(before), Some(after)) => format!("{}: {before} -> {after}", change.field),
        (_, None) => format!("{}: removed", change.field),
    }
}

fn line<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        push(text, cell);
    }
    text.push_str("\r\n");
}

/// Writes a cell. One that a spreadsheet would take for a formula gets an apostrophe in front, and is a text.
fn push(text: &mut String, cell: &str) {
    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if runs { "'" } else { "" };
    if runs || cell.contains([',', ';', '"', '\r', '\n', '\t']) {
        text.push('"');
        text.push_str(guard);
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}
