//! The trace: one line for each check that was performed.
//!
//! What each check means is said where it is performed (`verify.rs` and its neighbors). The one thing to know: a check
//! is recorded whether it passes or not, so the last line of a refused response is the one that failed.

use std::borrow::Cow;

/// One check of a message, with what it wanted and what it met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The name of the check.
    pub check: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What would pass.
    pub expected: Cow<'static, str>,
    /// What the message has.
    pub found: Cow<'static, str>,
}

#[derive(Default)]
pub(crate) struct Trace(Vec<Check>);

impl Trace {
    /// Records a check by its outcome, which it passes on.
    pub(crate) fn check<T, E>(
        &mut self,
        check: &'static str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
        outcome: Result<T, E>,
    ) -> Result<T, E> {
        self.0.push(Check { check, ok: outcome.is_ok(), expected: expected.into(), found: found.into() });
        outcome
    }

    /// Records a check that passed.
    pub(crate) fn passed(
        &mut self,
        check: &'static str,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) {
        self.0.push(Check { check, ok: true, expected: expected.into(), found: found.into() });
    }

    pub(crate) fn into_checks(self) -> Vec<Check> {
        self.0
    }
}
