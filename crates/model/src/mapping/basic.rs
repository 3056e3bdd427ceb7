//! Basic mapping: which asserted value fills which field of the profile. Several values: the first, the rest named in
//! the trace.

use super::input::Read;
use super::{Asserted, Mapping, Source};
use crate::expression::Context;
use crate::trace::{Change, Step};
use crate::user::{Entry, Field, Profile};

/// Longest value that a profile field takes, in characters.
pub const LONGEST_VALUE: usize = 256;

/// Whether a field is taken at the first sign-in alone unless *Update at each SSO login* is on.
#[must_use]
pub fn is_first_time_only(field: &Field) -> bool {
    matches!(
        field,
        Field::FirstName
            | Field::LastName
            | Field::DisplayName
            | Field::Phone1
            | Field::Phone2
            | Field::Phone3
    )
}

/// How many values that are not used the trace shows.
const MOST_SHOWN: usize = 10;
/// How the names of the steps of mapping begin.
const PREFIX: &str = "mapping.";
pub(super) const NOT_SENT: &str = "not sent: the field stays as it is";
pub(super) const KEPT: &str = "kept: taken at the first sign-in only (\"Update at each SSO login\" is off)";
pub(super) const CONCEALED: &str = "(the value is not kept)";

/// Takes the values of profile fields out of what mapping left behind, for accounts that keep no attribute values. What
/// was looked at and what changed stays.
pub fn conceal(trace: &mut [Step], changes: &mut [Change]) {
    let is_field = |name: &str| Field::from_word(name).is_some();
    for step in trace.iter_mut().filter(|step| step.check.strip_prefix(PREFIX).is_some_and(is_field)) {
        if step.found != NOT_SENT && step.found != KEPT {
            CONCEALED.clone_into(&mut step.found);
        }
    }
    for change in changes.iter_mut().filter(|change| is_field(&change.field)) {
        for value in [&mut change.before, &mut change.after].into_iter().flatten() {
            CONCEALED.clone_into(value);
        }
    }
}

/// A picture that was asserted; looking at it is for later, outside the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Where it is.
    Url(String),
    /// The picture itself, in Base64.
    Base64(String),
}

/// What mapping makes of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// The profile after mapping.
    pub profile: Profile,
    /// The picture that was asserted.
    pub picture: Option<Picture>,
    /// The fields that changed.
    pub changes: Vec<Change>,
    /// What was looked at.
    pub trace: Vec<Step>,
}

/// Applies the basic mapping to a profile; `is_new` when this sign-in creates the user.
#[must_use]
pub fn apply(
    mapping: &Mapping,
    asserted: &Asserted,
    before: &Profile,
    is_new: bool,
    context: &Context<'_>,
) -> Mapped {
    let mut mapped = Mapped { profile: before.clone(), ..Mapped::default() };
    for (field, source) in &mapping.fields {
        let read = source.input.read(asserted, field.as_str(), context);
        apply_field(field, source, &read, is_new, &mut mapped);
    }
    mapped
}

fn apply_field(field: &Field, source: &Source, read: &Read<'_>, is_new: bool, mapped: &mut Mapped) {
    let check = format!("{PREFIX}{}", field.as_str());
    let from = format!("a value in {}", source.input);
    if let Some(failure) = &read.failure {
        mapped.trace.push(Step::warning(&check, from, format!("{failure}: the field stays as it is")));
        return;
    }
    let mut values = read.values.iter().map(|value| bounded(value)).filter(|value| !value.is_empty());
    let Some(value) = values.next() else {
        mapped.trace.push(Step::passed(&check, from, NOT_SENT));
        return;
    };
    let current = mapped.profile.value(field);
    if !is_new && is_first_time_only(field) && !source.update && current.is_some() {
        mapped.trace.push(Step::passed(&check, from, KEPT));
        return;
    }
    let found = format!("{}{}", read.shown(&value), unused(read, &values.collect::<Vec<_>>()));
    mapped.trace.push(Step::passed(&check, from, found));
    if current == Some(value.as_str()) {
        return;
    }
    let rule = format!("{} from {}", field.title(), source.input);
    mapped.changes.push(Change {
        field: field.as_str().to_owned(),
        before: current.map(|before| read.disclosed(before)),
        after: Some(read.disclosed(&value)),
        rule,
    });
    mapped.profile.0.insert(field.clone(), Entry { value, source: Some(source.input.to_string()) });
}

/// The further values of an attribute, for the trace.
fn unused(read: &Read<'_>, rest: &[String]) -> String {
    if rest.is_empty() {
        return String::new();
    }
    let more = if rest.len() > MOST_SHOWN { ", …" } else { "" };
    let listed: Vec<String> = rest.iter().take(MOST_SHOWN).map(|value| read.shown(value)).collect();
    format!(" (the first of {}; not used: {}{more})", rest.len() + 1, listed.join(", "))
}

/// The value without surrounding white space and control characters, cut to [`LONGEST_VALUE`].
fn bounded(value: &str) -> String {
    value.trim().chars().filter(|c| !c.is_control()).take(LONGEST_VALUE).collect()
}
