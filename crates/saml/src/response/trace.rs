//! The trace: one line for each check that was performed.
//!
//! What each check means is said where it is performed (`verify.rs` and its neighbors), how its line is worded in
//! `words.rs`. The one thing to know: a check is recorded whether it passes or not, so the last line of a refused
//! response is the one that failed.

use std::fmt;

use super::words::Words;

/// One check of a message, with what it wanted and what it met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'t> {
    /// The name of the check.
    pub check: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What would pass.
    pub expected: &'t str,
    /// What the message has.
    pub found: &'t str,
}

/// Every check that was performed, in order; if one failed, it is the last.
#[derive(Clone, PartialEq, Eq)]
pub struct Trace {
    lines: Vec<Line>,
    /// The words of all lines, one after the other: one piece of memory, not two for each line.
    words: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Line {
    check: &'static str,
    ok: bool,
    /// How many bytes of the words say what would pass, and how many behind them what there is.
    expected: usize,
    found: usize,
}

impl Trace {
    /// Room for the lines of a message that passes.
    const LINES: usize = 24;
    const WORDS: usize = 3 * 1024;

    pub(crate) fn new() -> Self {
        Self { lines: Vec::with_capacity(Self::LINES), words: String::with_capacity(Self::WORDS) }
    }

    /// The checks, in order.
    pub fn iter(&self) -> impl Iterator<Item = Check<'_>> {
        let mut rest = self.words.as_str();
        let mut next = move |length| {
            let (words, behind) = rest.split_at_checked(length).unwrap_or_default();
            rest = behind;
            words
        };
        self.lines.iter().map(move |&Line { check, ok, expected, found }| {
            let expected = next(expected);
            Check { check, ok, expected, found: next(found) }
        })
    }

    /// Records a check by its outcome, which it passes on.
    pub(crate) fn check<T, E>(
        &mut self,
        check: &'static str,
        expected: impl Words,
        found: impl Words,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        self.record(check, outcome.is_ok(), expected, found);
        outcome
    }

    /// Records a check that passed.
    pub(crate) fn passed(&mut self, check: &'static str, expected: impl Words, found: impl Words) {
        self.record(check, true, expected, found);
    }

    /// Records a check that failed.
    pub(crate) fn failed(&mut self, check: &'static str, expected: impl Words, found: impl Words) {
        self.record(check, false, expected, found);
    }

    fn record(&mut self, check: &'static str, ok: bool, expected: impl Words, found: impl Words) {
        let start = self.words.len();
        expected.put(&mut self.words);
        let middle = self.words.len();
        found.put(&mut self.words);
        let (expected, found) = (middle - start, self.words.len() - middle);
        self.lines.push(Line { check, ok, expected, found });
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
