//! What differs between two verdicts about one person.

use super::Fate;
use crate::sign_in::Person;
use std::collections::BTreeMap;
use vestibule_model::admission::After;
use vestibule_model::code::Code;
use vestibule_model::group::{GroupKind, GroupName, Origin};
use vestibule_model::mapping::{Input, Mapping, Picture};
use vestibule_model::trace::Change;
use vestibule_model::user::{Field, Status};

/// What one side makes of a response.
pub(super) enum Verdict {
    /// The connection that it came to is not in use.
    NotInUse,
    Refused {
        code: Code,
        reason: Option<String>,
    },
    /// With what would change for the person.
    Admitted {
        after: Box<After>,
        changes: Vec<Change>,
    },
}

/// One thing that differs.
pub(super) struct Difference {
    pub(super) change: Change,
    /// What is taken and what is given, where it is a list.
    pub(super) lists: (Vec<String>, Vec<String>),
}

impl Verdict {
    /// Whether the person comes in. Whoever must confirm a mailbox first does not.
    pub(super) fn fate(&self) -> Fate {
        let refused = |code: Option<Code>, reason: Option<String>| Fate {
            admitted: false,
            code: code.map(Code::number),
            reason,
        };
        match self {
            Self::NotInUse => refused(None, Some("the connection is not in use".to_owned())),
            Self::Refused { code, reason } => refused(Some(*code), reason.clone()),
            Self::Admitted { after, .. } if after.status == Status::Pending => {
                refused(Some(Code::Unverified), Some("a verification mail is sent".to_owned()))
            }
            Self::Admitted { .. } => Fate { admitted: true, code: None, reason: None },
        }
    }

    fn rule(&self, field: &str) -> Option<&str> {
        let Self::Admitted { changes, .. } = self else { return None };
        changes.iter().find(|change| change.field == field).map(|change| change.rule.as_str())
    }
}

/// What differs for the person, if both sides let them in; if only what is wanted does, all that it gives them.
pub(super) fn changes(
    (before, was): (&Verdict, &Person),
    (after, is): (&Verdict, &Person),
    concealed: impl Fn(&str) -> bool,
) -> Vec<Difference> {
    let (before_facts, after_facts) = match (before, after) {
        (Verdict::Admitted { after: old, .. }, Verdict::Admitted { after: new, .. }) => {
            (facts(old, was), facts(new, is))
        }
        (_, Verdict::Admitted { after: new, .. }) => (BTreeMap::new(), facts(new, is)),
        _ => return Vec::new(),
    };
    let mut fields: Vec<&String> = before_facts.keys().chain(after_facts.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let mut differences = Vec::new();
    for field in fields {
        let (old, new) = (before_facts.get(field), after_facts.get(field));
        if old == new {
            continue;
        }
        let rule = match (after.rule(field), before.rule(field)) {
            (Some(rule), _) => rule.to_owned(),
            (None, Some(rule)) => format!("no more: {rule}"),
            (None, None) => String::new(),
        };
        let told = |values: Option<&Vec<String>>| values.map(|values| told(values, concealed(field)));
        let change = Change { field: field.clone(), before: told(old), after: told(new), rule };
        differences.push(Difference { change, lists: (without(old, new), without(new, old)) });
    }
    differences
}

fn told(values: &[String], concealed: bool) -> String {
    if concealed { "[Redact]".to_owned() } else { values.join(", ") }
}

/// The values of the one that the other has not.
fn without(these: Option<&Vec<String>>, those: Option<&Vec<String>>) -> Vec<String> {
    let missing = |value: &&String| !those.is_some_and(|those| those.contains(value));
    these.into_iter().flatten().filter(missing).cloned().collect()
}

/// Whether a field is filled by an expression whose value may not be shown.
pub(super) fn is_redacted(mapping: &Mapping, field: &str) -> bool {
    let source = Field::from_word(field).and_then(|field| mapping.fields.get(&field));
    source.is_some_and(|source| match &source.input {
        Input::Expression(expression) => expression.is_redacted(),
        Input::Attribute(_) => false,
    })
}

/// Everything that a person would have after a sign-in, by the names of the fields in the log.
fn facts(after: &After, person: &Person) -> BTreeMap<String, Vec<String>> {
    let mut facts = BTreeMap::new();
    let mut put = |field: &str, value: &str| drop(facts.insert(field.to_owned(), vec![value.to_owned()]));
    put("email", after.email.as_str());
    put("status", after.status.as_str());
    put("role", after.role.as_str());
    put("login_types", &after.logins.words().join(", "));
    let picture = after.picture.as_ref().map(|picture| match picture {
        Picture::Url(url) => url.as_str(),
        Picture::Base64(_) => "(a picture)",
    });
    let single = [
        ("license", after.license.map(|license| license.as_str().to_owned())),
        ("phone_site", after.holdings.phone_site.clone()),
        ("employee_id", after.employee_id.clone()),
        ("sub_account", after.sub_account.as_ref().map(ToString::to_string)),
        ("picture", picture.map(str::to_owned)),
    ];
    for (field, value) in single {
        value.into_iter().for_each(|value| put(field, &value));
    }
    for add_on in &after.holdings.add_ons {
        put(&format!("addon.{}", add_on.as_str()), "granted");
    }
    for (field, entry) in &after.profile.0 {
        put(field.as_str(), &entry.value);
    }
    for kind in GroupKind::ALL {
        let names = groups(after, person, kind);
        if !names.is_empty() {
            facts.insert(kind.as_str().to_owned(), names);
        }
    }
    facts
}

/// The groups of one kind: those that mapping gives, then those that came another way.
fn groups(after: &After, person: &Person, kind: GroupKind) -> Vec<String> {
    let mut held: Vec<_> =
        person.memberships().iter().filter(|membership| membership.group.kind == kind).collect();
    held.sort_by_key(|membership| (membership.position, membership.group.id));
    let by = |mapped: bool| {
        let of = move |origin: Origin| (origin == Origin::Mapping) == mapped;
        held.iter().filter(move |membership| of(membership.origin)).map(|membership| &membership.group.name)
    };
    let given: Vec<&GroupName> = match after.groups.get(&kind) {
        Some(names) => names.iter().collect(),
        None => by(true).collect(),
    };
    let mut names: Vec<String> = Vec::new();
    for name in given.into_iter().chain(by(false)) {
        if !names.iter().any(|known| known.to_lowercase() == name.folded()) {
            names.push(name.as_str().to_owned());
        }
    }
    names
}
