//! The audit log: who changed what, newest first, with its search form.

use super::Frame;
use super::moment::Moment;
use askama::Template;
use vestibule_model::audit::{Actor, Area, Record, Subject, Thing};
use vestibule_model::story;
use vestibule_model::trace::{Change, shown, spelled};

/// The list, with its search form.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    frame: Frame,
    search: Search,
    searched: bool,
    problem: Option<String>,
    areas: Vec<Choice>,
    sinces: Vec<Choice>,
    rows: Vec<Row>,
    newest: Option<String>,
    older: Option<String>,
}

/// What was searched for, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Who did it, or to whom or what it was done.
    pub about: String,
    /// The word of an [`Area`].
    pub area: String,
    /// One of [`SINCES`].
    pub since: String,
}

/// The time spans offered: the word in the address, its name, and its hours.
pub const SINCES: [(&str, &str, i64); 4] = [
    ("24h", "Last 24 hours", 24),
    ("7d", "Last 7 days", 7 * 24),
    ("30d", "Last 30 days", 30 * 24),
    ("365d", "Last 365 days", 365 * 24),
];

/// What the list shows besides the form.
#[derive(Debug, Default)]
pub struct Found {
    /// The records, newest first.
    pub records: Vec<Record>,
    /// What was wrong with the search.
    pub problem: Option<String>,
    /// The address of the first page, unless this is it.
    pub newest: Option<String>,
    /// The address of the next page, if there is one.
    pub older: Option<String>,
}

#[derive(Debug)]
struct Choice {
    value: String,
    text: &'static str,
    chosen: bool,
}

/// A record, as a row of a list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) time: Moment,
    pub(super) deed: &'static str,
    pub(super) subject: String,
    pub(super) href: Option<String>,
    pub(super) changes: Vec<(String, String, String)>,
    pub(super) by: String,
    pub(super) from: String,
}

impl Row {
    /// Whether the changes are too many to be seen at once.
    fn is_long(&self) -> bool {
        self.changes.len() > 3
    }
}

impl AuditPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, search: Search, found: Found) -> Self {
        let typed = [&search.about, &search.area, &search.since];
        let choice = |chosen: &str, value: &str, text| Choice {
            chosen: chosen == value,
            value: value.to_owned(),
            text,
        };
        Self {
            frame,
            searched: typed.iter().any(|text| !text.is_empty()),
            problem: found.problem,
            areas: Area::ALL
                .into_iter()
                .map(|area| choice(&search.area, area.as_str(), area.title()))
                .collect(),
            sinces: SINCES.iter().map(|(word, name, _)| choice(&search.since, word, name)).collect(),
            rows: found.records.iter().map(row).collect(),
            newest: found.newest,
            older: found.older,
            search,
        }
    }
}

pub(super) fn row(record: &Record) -> Row {
    let address = record.address.as_ref().map(|address| format!(", {address}")).unwrap_or_default();
    Row {
        number: record.number,
        time: Moment(record.time),
        deed: record.deed.sentence(),
        subject: spelled(&record.subject.name),
        href: href(&record.subject),
        changes: record.changes.iter().map(change).collect(),
        by: match &record.actor {
            Actor::Person { name, .. } => spelled(name),
            Actor::Operator => "Whoever runs this service".to_owned(),
            Actor::Service => "The service itself".to_owned(),
        },
        from: format!("{}{address}", record.entrance.title()),
    }
}

/// The page of what it was done to; it may be gone.
fn href(subject: &Subject) -> Option<String> {
    let id = subject.id.as_deref();
    match subject.kind {
        Thing::User => id.map(|id| format!("/admin/users/{id}")),
        Thing::Group => id.map(|id| format!("/admin/groups/{id}")),
        Thing::Connection => id.map(|id| format!("/admin/sso/{id}")),
        Thing::Domain => Some(format!("/admin/domains/{}", subject.name)),
        Thing::Mapping => Some("/admin/mapping".to_owned()),
        Thing::Token | Thing::Client => Some("/admin/api".to_owned()),
        Thing::Account | Thing::Import | Thing::Role => None,
    }
}

/// The field, before and after, in words.
fn change(change: &Change) -> (String, String, String) {
    let said = |value: &Option<String>| match value.as_deref() {
        None | Some("") => "–".to_owned(),
        Some(value) => shown(&story::value(&change.field, value)),
    };
    (story::field(&change.field), said(&change.before), said(&change.after))
}
