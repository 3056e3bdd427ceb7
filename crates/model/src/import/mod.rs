//! A file of people, and what is made of its rows (behaviour.md section 7, *CSV import*).
//!
//! `columns` reads the header, `row` what a row wants, `groups` which memberships follow; what becomes of the person is decided by
//! [`crate::provision`], as for every other way in. How a file is cut into rows is in `app/imports`.

mod columns;
mod groups;
mod row;
#[cfg(test)]
mod tests;

pub use columns::{BadHeader, Column, Header, MOST_COLUMNS};
pub use groups::{Placement, placement};
pub use row::{Cells, Problem, Wish, key, wish};

use crate::id::ImportId;
use crate::license::{AddOn, Inventory, License, Product, Seats};
use crate::permission::Permissions;
use crate::trace::Change;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What holds for every row of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The license type; none says nothing about it.
    pub license: Option<License>,
    /// Add-ons that everybody gets.
    pub add_ons: BTreeSet<AddOn>,
    /// Whether everybody gains the SSO login type (*SSO user*): the cure for 1020.
    pub sso: bool,
    /// What whoever brought the file may do: it changes nobody who may do more.
    pub reach: Permissions,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its file is being read.
    Reading,
    /// What would become of each row is being decided.
    Checking,
    /// That is known, and somebody may look at it.
    Checked,
    /// Rows are being written.
    Applying,
    /// Every row has its report.
    Done,
}

impl State {
    /// The word under which it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Applying => "applying",
            Self::Done => "done",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Reading, Self::Checking, Self::Checked, Self::Applying, Self::Done];
        all.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether there are rows to go on with.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Checking | Self::Applying)
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Somebody new, who may come in at once.
    New,
    /// Somebody new, whose mailbox has to confirm the address first.
    Pending,
    /// Somebody who is known, and changes.
    Changed,
    /// Somebody who is like that already.
    Unchanged,
    /// Nothing: the note says why.
    Refused,
}

impl Verdict {
    /// Every verdict, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::New, Self::Pending, Self::Changed, Self::Unchanged, Self::Refused];

    /// The word under which it is stored, and stands in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Pending => "pending",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// What there is to say of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// The code of a refusal, where it has one (1031).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Sentences: why not, what deserves attention, what to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sentences: Vec<String>,
    /// Field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Altered>,
}

/// One field that changes; the rule is the import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Altered {
    /// The field.
    pub field: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value afterwards.
    pub after: Option<String>,
}

impl From<Change> for Altered {
    fn from(change: Change) -> Self {
        Self { field: change.field, before: change.before, after: change.after }
    }
}

/// How many rows come to what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Rows by verdict.
    pub new: u64,
    /// As above.
    pub pending: u64,
    /// As above.
    pub changed: u64,
    /// As above.
    pub unchanged: u64,
    /// As above.
    pub refused: u64,
    /// How many of the refused ones found no seat (1031).
    pub no_seat: u64,
    /// How many people are sent a mail: an invitation, or one that asks to confirm the address.
    pub mails: u64,
    /// Seats that are taken, less those that are given back, by the word of the product.
    pub seats: BTreeMap<String, i64>,
}

impl Totals {
    /// Counts a row.
    pub fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::New => self.new += 1,
            Verdict::Pending => self.pending += 1,
            Verdict::Changed => self.changed += 1,
            Verdict::Unchanged => self.unchanged += 1,
            Verdict::Refused => self.refused += 1,
        }
    }

    /// The rows with this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::New => self.new,
            Verdict::Pending => self.pending,
            Verdict::Changed => self.changed,
            Verdict::Unchanged => self.unchanged,
            Verdict::Refused => self.refused,
        }
    }

    /// Counts seats that change hands.
    pub fn move_seats(&mut self, take: &BTreeSet<Product>, free: &BTreeSet<Product>) {
        let taken = take.iter().map(|product| (product, 1));
        for (product, by) in taken.chain(free.iter().map(|product| (product, -1))) {
            *self.seats.entry(product.as_str().to_owned()).or_default() += by;
        }
        self.seats.retain(|_, count| *count != 0);
    }

    /// How many rows were counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        Verdict::ALL.into_iter().map(|verdict| self.of(verdict)).sum()
    }

    /// How many rows write something.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.new + self.pending + self.changed
    }
}

/// The seats that are left to a row when those before it get what they were promised.
#[must_use]
pub fn seats_left(seats: &Inventory, promised: &Totals) -> Inventory {
    let mut left = seats.clone();
    for (word, count) in &promised.seats {
        if let Some(product) = Product::from_word(word) {
            let held: &mut Seats = left.0.entry(product).or_default();
            held.used = (held.used + count).max(0);
        }
    }
    left
}

/// What was read of the file itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Read {
    /// The columns that were understood, in the order of the file.
    pub columns: Vec<Column>,
    /// The headings of the others, which are not looked at.
    pub unknown: Vec<String>,
    /// The name of its encoding.
    pub encoding: String,
    /// What stands between cells.
    pub delimiter: String,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// When its file came.
    pub created_at: Timestamp,
    /// Who brought it, in words.
    pub created_by: String,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of the file, once it was read.
    pub file_hash: [u8; 32],
    /// What holds for every row.
    pub options: Options,
    /// What was read of the file itself.
    pub read: Read,
    /// How far it is.
    pub state: State,
    /// How many rows it has.
    pub rows: u64,
    /// The line of the last row that was handled in this state.
    pub cursor: i64,
    /// What would become of the rows.
    pub planned: Totals,
    /// What became of them.
    pub applied: Totals,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file at which it begins.
    pub number: i64,
    /// Its cells.
    pub cells: Cells,
    /// What would become of it, once that is known.
    pub planned: Option<(Verdict, Note)>,
    /// What became of it.
    pub outcome: Option<(Verdict, Note)>,
}
