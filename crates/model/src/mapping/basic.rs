//! Basic mapping: which asserted value fills which field of the profile. Several values: the first, the rest named in
//! the trace. What a value must look like is in `value`.

use super::input::Read;
use super::picture::{self, Picture};
use super::value::{self, Fitted, bounded};
use super::{Asserted, Mapping, Source};
use crate::expression::Context;
use crate::trace::{APPLIES, Change, Step, Text};
use crate::user::{Entry, Field, Profile};
use std::collections::BTreeSet;

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
/// The numbers, which must differ.
pub(super) const NUMBERS: [Field; 4] = [Field::Phone1, Field::Phone2, Field::Phone3, Field::Fax];
pub(super) const NOT_SENT: &str = "not sent: the field stays as it is";
pub(super) const KEPT: &str = "kept: taken at the first sign-in only (\"Update at each SSO login\" is off)";
pub(super) const CONCEALED: &str = "(the value is not kept)";
const APPLIED: &str = "applies (the value is not kept)";

/// Takes asserted values out of what mapping left behind, for accounts that keep no attribute values. What
/// was looked at and what changed stays.
pub fn conceal(trace: &mut [Step], changes: &mut [Change]) {
    let is_field = |name: &str| Field::from_word(name).is_some();
    for step in trace.iter_mut().filter(|step| step.quotes) {
        // Of a rule it stays known that it applied.
        let applied = step.found.starts_with(APPLIES);
        step.found = Text::said(if applied { APPLIED } else { CONCEALED });
    }
    for change in changes.iter_mut().filter(|change| is_field(&change.field)) {
        for value in [&mut change.before, &mut change.after].into_iter().flatten() {
            CONCEALED.clone_into(value);
        }
    }
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

/// A value that was asserted for a field, on its way into the profile.
struct Proposal<'a> {
    field: &'a Field,
    source: &'a Source,
    read: Read<'a>,
    fitted: Fitted,
    /// Where in the trace it is spoken of.
    step: usize,
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
    let (picture, looked_at) = picture::picture(mapping, asserted, context);
    let mut mapped = Mapped { profile: before.clone(), picture, ..Mapped::default() };
    let mut proposals: Vec<Proposal<'_>> = Vec::new();
    for (field, source) in &mapping.fields {
        let read = source.input.read(asserted, field.as_str(), context);
        let is_free = is_new || source.update || !is_first_time_only(field) || before.value(field).is_none();
        let (step, fitted) = look(field, source, &read, is_free);
        proposals.extend(fitted.map(|fitted| Proposal {
            field,
            source,
            read,
            fitted,
            step: mapped.trace.len(),
        }));
        mapped.trace.push(step);
    }
    mapped.trace.extend(looked_at);
    drop_same_numbers(&mut proposals, before, &mut mapped.trace);
    for proposal in proposals {
        mapped.take(proposal);
    }
    mapped
}

/// What there is for a field, and what the trace says of it.
fn look(field: &Field, source: &Source, read: &Read<'_>, is_free: bool) -> (Step, Option<Fitted>) {
    let check = || field.check();
    let from = format!("a value in {}", source.input);
    if let Some(failure) = &read.failure {
        let found = format!("{failure}: the field stays as it is");
        return (Step { warning: true, ..Step::new(check(), true, from, found) }.quoting(), None);
    }
    let Some(sent) = read.values.first() else {
        return (Step::new(check(), true, from, Text::said(NOT_SENT)), None);
    };
    if !is_free {
        return (Step::new(check(), true, from, Text::said(KEPT)), None);
    }
    let value = bounded(sent);
    if value.is_empty() {
        let found = format!("{}: nothing in it can be seen: the field stays as it is", read.shown(sent));
        return (Step { warning: true, ..Step::new(check(), true, from, found) }.quoting(), None);
    }
    match value::fit(field, &value) {
        Err(problem) => {
            let found = format!("{}: {problem}: left out", read.shown(sent));
            (Step { warning: true, ..Step::new(check(), true, from, found) }.quoting(), None)
        }
        Ok(fitted) => {
            let mut found = read.shown(&fitted.value);
            if fitted.value != **sent {
                found = format!("{found} (sent as {})", read.shown(sent));
            }
            if let Some(note) = fitted.note.as_ref().filter(|_| !read.is_redacted) {
                found = format!("{found} ({note})");
            }
            (Step::new(check(), true, from, found + &unused(read)).quoting(), Some(fitted))
        }
    }
}

/// Leaves out numbers that another of the four has, or will have: of two that were sent the later, and one that was sent
/// rather than one that stays.
fn drop_same_numbers(proposals: &mut Vec<Proposal<'_>>, before: &Profile, trace: &mut [Step]) {
    let mut dropped: BTreeSet<&Field> = BTreeSet::new();
    while let Some((field, other)) = same_numbers(proposals, before, &dropped) {
        dropped.insert(field);
        let spoken_of = proposals.iter().find(|proposal| proposal.field == field);
        if let Some(step) = spoken_of.and_then(|proposal| trace.get_mut(proposal.step)) {
            step.warning = true;
            step.found = format!("{}: the same as {}, left out", step.found, other.title()).into();
        }
    }
    proposals.retain(|proposal| !dropped.contains(proposal.field));
}

/// A number that was sent and cannot stay, and the field that has the same.
fn same_numbers<'a>(
    proposals: &[Proposal<'a>],
    before: &Profile,
    dropped: &BTreeSet<&Field>,
) -> Option<(&'a Field, Field)> {
    let sent =
        |field: &Field| proposals.iter().find(|proposal| proposal.field == field && !dropped.contains(field));
    let after = |field: &Field| {
        sent(field).map_or_else(|| before.value(field), |proposal| Some(proposal.fitted.value.as_str()))
    };
    for (place, later) in NUMBERS.iter().enumerate() {
        let Some(number) = after(later) else { continue };
        for earlier in NUMBERS.iter().take(place).filter(|earlier| after(earlier) == Some(number)) {
            let pair = [(later, earlier), (earlier, later)];
            let gives_way = pair.into_iter().find_map(|(one, other)| {
                sent(one)
                    .filter(|_| before.value(one) != Some(number))
                    .map(|sent| (sent.field, other.clone()))
            });
            if gives_way.is_some() {
                return gives_way;
            }
        }
    }
    None
}

impl Mapped {
    fn take(&mut self, Proposal { field, source, read, fitted, .. }: Proposal<'_>) {
        let current = self.profile.value(field);
        if current == Some(fitted.value.as_str()) {
            return;
        }
        self.changes.push(Change {
            field: field.as_str().to_owned(),
            before: current.map(|before| read.disclosed(before)),
            after: Some(read.disclosed(&fitted.value)),
            rule: format!("{} from {}", field.title(), source.input),
        });
        let entry = Entry { value: fitted.value, source: Some(source.input.to_string()) };
        self.profile.0.insert(field.clone(), entry);
    }
}

/// The further values of an attribute, for the trace.
fn unused(read: &Read<'_>) -> String {
    let Some((_, rest)) = read.values.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return String::new();
    };
    let more = if rest.len() > MOST_SHOWN { ", …" } else { "" };
    let listed: Vec<String> = rest.iter().take(MOST_SHOWN).map(|value| read.shown(value)).collect();
    format!(" (the first of {}; not used: {}{more})", rest.len() + 1, listed.join(", "))
}
