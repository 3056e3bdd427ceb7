//! Basic response mapping: which asserted attribute fills which field (behaviour.md section 4).
//!
//! Values are taken as they were asserted, trimmed and bounded; several values: the first, the rest named in the trace.

use crate::email::Email;
use crate::license::License;
use crate::trace::{Change, Step};
use crate::user::{Entry, Field, Profile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an identity provider asserted about a person, as far as mapping is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asserted {
    /// The NameID.
    pub name_id: Option<String>,
    /// The attributes, in the order in which they came.
    pub attributes: Vec<Attribute>,
}

/// One asserted attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, exactly as sent.
    pub name: String,
    /// Its friendly name.
    pub friendly_name: Option<String>,
    /// Its values.
    pub values: Vec<String>,
}

/// The attribute name that means the NameID.
pub const NAME_ID: &str = "<NameID>";

/// Longest value that a profile field takes, in characters.
pub const LONGEST_VALUE: usize = 256;

/// An account's basic mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The license type of users that a sign-in creates; `None` refuses them (1030).
    pub default_license: Option<License>,
    /// Where the e-mail address comes from; the NameID if nothing is mapped.
    pub email: Option<String>,
    /// Where each field of the profile comes from.
    pub fields: BTreeMap<Field, Source>,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The attribute: its name or friendly name, or [`NAME_ID`].
    pub attribute: String,
    /// Whether a name is taken at every sign-in, not only at the first. The other fields always are.
    pub update: bool,
}

/// Whether a field is taken at the first sign-in alone unless *Update at each SSO login* is on.
#[must_use]
pub fn is_first_time_only(field: Field) -> bool {
    matches!(field, Field::FirstName | Field::LastName | Field::DisplayName)
}

impl Asserted {
    /// The values of the attribute with this name, or else with this friendly name.
    #[must_use]
    pub fn values(&self, attribute: &str) -> Vec<&str> {
        if attribute == NAME_ID {
            return self.name_id.as_deref().into_iter().collect();
        }
        let by_name = self.attributes.iter().filter(|a| a.name == attribute);
        let found: Vec<&str> = by_name.flat_map(|a| a.values.iter().map(String::as_str)).collect();
        if !found.is_empty() {
            return found;
        }
        let by_friendly_name =
            self.attributes.iter().filter(|a| a.friendly_name.as_deref() == Some(attribute));
        by_friendly_name.flat_map(|a| a.values.iter().map(String::as_str)).collect()
    }

    fn names(&self) -> String {
        let mut names: Vec<&str> = self.attributes.iter().map(|a| a.name.as_str()).take(20).collect();
        if self.name_id.is_some() {
            names.insert(0, NAME_ID);
        }
        if names.is_empty() { "nothing was sent".to_owned() } else { format!("sent: {}", names.join(", ")) }
    }
}

/// The address under which the person is looked up: the mapped attribute, else the NameID.
/// `None` when there is none that can be read (1016); the step says why.
#[must_use]
pub fn email(mapping: &Mapping, asserted: &Asserted) -> (Option<Email>, Step) {
    const CHECK: &str = "mapping.email";
    let mapped = mapping.email.as_deref().filter(|name| *name != NAME_ID);
    let sources = mapped.into_iter().chain([NAME_ID]);
    for source in sources {
        let first = asserted.values(source).into_iter().find(|value| !value.trim().is_empty());
        if let Some(email) = first.and_then(|value| Email::parse(value).ok()) {
            let found = format!("{email} from {source}");
            return (Some(email), Step::passed(CHECK, "an e-mail address", found));
        }
    }
    let expected = format!(
        "an e-mail address in {}",
        mapped.map_or(NAME_ID.to_owned(), |m| format!("{m} or {NAME_ID}"))
    );
    (None, Step::failed(CHECK, expected, asserted.names()))
}

/// How many values that are not used the trace shows.
const MOST_SHOWN: usize = 10;
/// How the names of the steps of mapping begin.
const PREFIX: &str = "mapping.";
const NOT_SENT: &str = "not sent: the field stays as it is";
const KEPT: &str = "kept: taken at the first sign-in only (\"Update at each SSO login\" is off)";
const CONCEALED: &str = "(the value is not kept)";

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

/// What mapping makes of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// The profile after mapping.
    pub profile: Profile,
    /// The fields that changed.
    pub changes: Vec<Change>,
    /// What was looked at.
    pub trace: Vec<Step>,
}

/// Applies the mapping to a profile; `is_new` when this sign-in creates the user.
#[must_use]
pub fn apply(mapping: &Mapping, asserted: &Asserted, before: &Profile, is_new: bool) -> Mapped {
    let mut mapped = Mapped { profile: before.clone(), ..Mapped::default() };
    for (field, source) in &mapping.fields {
        apply_field(*field, source, asserted, is_new, &mut mapped);
    }
    mapped
}

fn apply_field(field: Field, source: &Source, asserted: &Asserted, is_new: bool, mapped: &mut Mapped) {
    let check = format!("{PREFIX}{}", field.as_str());
    let from = format!("a value in {}", source.attribute);
    let values = asserted.values(&source.attribute);
    let mut values = values.into_iter().map(bounded).filter(|value| !value.is_empty());
    let Some(value) = values.next() else {
        mapped.trace.push(Step::passed(&check, from, NOT_SENT));
        return;
    };
    let current = mapped.profile.value(field);
    if !is_new && is_first_time_only(field) && !source.update && current.is_some() {
        mapped.trace.push(Step::passed(&check, from, KEPT));
        return;
    }
    mapped.trace.push(Step::passed(&check, from, format!("{value}{}", unused(&values.collect::<Vec<_>>()))));
    if current == Some(value.as_str()) {
        return;
    }
    let rule = format!("{} from {}", field.title(), source.attribute);
    let before = current.map(str::to_owned);
    mapped.changes.push(Change {
        field: field.as_str().to_owned(),
        before,
        after: Some(value.clone()),
        rule,
    });
    mapped.profile.0.insert(field, Entry { value, source: Some(source.attribute.clone()) });
}

/// The further values of an attribute, for the trace.
fn unused(rest: &[String]) -> String {
    if rest.is_empty() {
        return String::new();
    }
    let more = if rest.len() > MOST_SHOWN { ", …" } else { "" };
    let shown: Vec<&str> = rest.iter().take(MOST_SHOWN).map(String::as_str).collect();
    format!(" (the first of {}; not used: {}{more})", rest.len() + 1, shown.join(", "))
}

/// The value without surrounding white space and control characters, cut to [`LONGEST_VALUE`].
fn bounded(value: &str) -> String {
    value.trim().chars().filter(|c| !c.is_control()).take(LONGEST_VALUE).collect()
}

#[cfg(test)]
mod tests;
