//! The functions: a table for each kind, and what they make of their constants when an expression is read.
//!
//! Where nothing else is said, a function of a text that the object does not have gives nothing.

mod chance;
mod convert;
mod date;
mod diacritics;
mod list;
mod logic;
mod replace;
mod target;
mod text;

use super::signature::Function;

/// What a call keeps of its constants.
#[derive(Debug)]
pub(super) enum Prepared {
    /// Nothing needed to be prepared.
    Nothing,
    /// Of `Replace`.
    Replace(Box<replace::Mode>),
    /// Of `FormatDateTime`.
    Formats(Box<date::Formats>),
    /// Of `DateAdd` and `DateDiff`.
    Interval(date::Interval),
    /// Of `RandomString`.
    Random(Box<chance::Recipe>),
    /// Of `ToLower` and `ToUpper`: whether the language has an i without a dot.
    Dotless(bool),
}

const TABLES: [&[Function]; 8] = [
    text::TABLE,
    replace::TABLE,
    date::TABLE,
    logic::TABLE,
    list::TABLE,
    convert::TABLE,
    target::TABLE,
    chance::TABLE,
];

/// All functions.
pub(super) fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.into_iter().flatten()
}

/// The function of this name.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// How alike a name must be to be suggested.
const NEAR: f64 = 0.8;

/// The function whose name is nearest, if one is near; case does not matter.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let lower: String = name.chars().take(64).collect::<String>().to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&lower, &known.to_lowercase());
    let (name, likeness) =
        all().map(|function| (function.name, likeness(function.name))).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (likeness > NEAR).then_some(name)
}
