//! The API call log: what programs asked for and what came of it, as a list and call by call.

use super::moment::Moment;
use super::{Badge, Fact, Frame};
use crate::portal::log::SINCES;
use askama::Template;
use vestibule_model::api_call::{Body, Detail, Ending, Entry, Subject};
use vestibule_model::trace::spelled;
use vestibule_scim::{Dialect, Quirk};

/// The list, with its search form.
#[derive(Debug, Template)]
#[template(path = "calls.html")]
pub struct CallsPage {
    frame: Frame,
    search: Search,
    searched: bool,
    endings: Vec<Choice>,
    dialects: Vec<Choice>,
    sinces: Vec<Choice>,
    rows: Vec<Row>,
    newest: Option<String>,
    older: Option<String>,
}

/// What was searched for, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The person: an id, an address or a `userName`.
    pub user: String,
    /// The word of an [`Ending`].
    pub ending: String,
    /// The name of a product.
    pub dialect: String,
    /// One of [`SINCES`].
    pub since: String,
}

/// What the list shows besides the form.
#[derive(Debug, Default)]
pub struct Found {
    /// The rows, newest first.
    pub entries: Vec<Entry>,
    /// The address of the first page, unless this is it.
    pub newest: Option<String>,
    /// The address of the next page, if there is one.
    pub older: Option<String>,
}

#[derive(Debug)]
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// A call, as a row of a list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) time: Moment,
    pub(super) story: String,
    pub(super) call: String,
    pub(super) client: String,
    pub(super) ending: Badge,
}

const DIALECTS: [Dialect; 7] = [
    Dialect::Entra,
    Dialect::EntraRfc,
    Dialect::Okta,
    Dialect::Google,
    Dialect::OneLogin,
    Dialect::JumpCloud,
    Dialect::Ping,
];

impl CallsPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, search: Search, found: Found) -> Self {
        let typed = [&search.user, &search.ending, &search.dialect, &search.since];
        let choice = |chosen: &str, value: &str, text: &str| Choice {
            chosen: chosen == value,
            value: value.to_owned(),
            text: text.to_owned(),
        };
        let endings =
            Ending::ALL.into_iter().map(|ending| choice(&search.ending, ending.as_str(), title(ending)));
        let dialects =
            DIALECTS.into_iter().map(|dialect| choice(&search.dialect, dialect.name(), dialect.name()));
        let sinces = SINCES.iter().map(|(word, name, _)| choice(&search.since, word, name));
        Self {
            frame,
            searched: typed.iter().any(|text| !text.is_empty()),
            endings: endings.collect(),
            dialects: dialects.collect(),
            sinces: sinces.collect(),
            rows: found.entries.into_iter().map(row).collect(),
            newest: found.newest,
            older: found.older,
            search,
        }
    }
}

fn title(ending: Ending) -> &'static str {
    match ending {
        Ending::Done => "Done",
        Ending::Refused => "Refused",
        Ending::Failed => "Failed",
    }
}

fn badge(status: u16) -> Badge {
    let ending = Ending::of(status);
    let tone = match ending {
        Ending::Done => "is-good",
        Ending::Refused => "is-warn",
        Ending::Failed => "is-bad",
    };
    Badge::new(tone, title(ending))
}

pub(super) fn row(entry: Entry) -> Row {
    let client = match &entry.dialect {
        Some(dialect) => format!("{} ({dialect})", spelled(&entry.client)),
        None => spelled(&entry.client),
    };
    Row {
        id: entry.id.to_string(),
        time: Moment(entry.time),
        story: capital(&spelled(&entry.sentence())),
        call: format!("{} {} → {}", entry.method, spelled(&entry.path), entry.status),
        client,
        ending: badge(entry.status),
    }
}

/// One call.
#[derive(Debug, Template)]
#[template(path = "call.html")]
pub struct CallPage {
    frame: Frame,
    heading: String,
    ending: Badge,
    refusal: Option<String>,
    changes: Vec<String>,
    person: Option<(String, String)>,
    facts: Vec<Fact>,
    quirks: Vec<&'static str>,
    bodies: Vec<Shown>,
}

/// A body as it is shown.
#[derive(Debug)]
struct Shown {
    title: &'static str,
    text: Option<String>,
    note: String,
}

impl CallPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, entry: Entry, detail: Detail) -> Self {
        let quirk = |name: &String| Quirk::ALL.into_iter().find(|quirk| quirk.name() == name);
        let bodies = [("What was sent", detail.request), ("What was answered", detail.response)];
        let person = entry.subject.as_ref().and_then(|subject| match subject {
            Subject::User(id, name) => {
                let name = name.as_deref().map_or_else(|| id.to_string(), spelled);
                Some((format!("/admin/users/{id}"), name))
            }
            Subject::Group(..) | Subject::Nobody(_) => None,
        });
        Self {
            frame,
            heading: heading(&entry),
            ending: badge(entry.status),
            refusal: detail.refusal.as_deref().map(spelled),
            changes: detail.action.iter().skip(1).map(|change| spelled(change)).collect(),
            person,
            quirks: detail.quirks.iter().filter_map(quirk).map(Quirk::sentence).collect(),
            facts: facts(&entry),
            bodies: bodies.into_iter().filter_map(|(title, body)| Some(shown(title, body?))).collect(),
        }
    }
}

/// What was done; of a refusal what was asked for, as the reason stands below in full.
fn heading(entry: &Entry) -> String {
    let sentence = spelled(&entry.sentence());
    match (Ending::of(entry.status), entry.subject.as_ref().and_then(Subject::name)) {
        (Ending::Done, _) | (_, None) => capital(&sentence),
        (_, Some(_)) => capital(sentence.split_once(": ").map_or(sentence.as_str(), |(asked, _)| asked)),
    }
}

fn facts(entry: &Entry) -> Vec<Fact> {
    let group = match &entry.subject {
        Some(Subject::Group(id, name)) => Some(name.as_deref().map_or_else(|| id.to_string(), spelled)),
        _ => None,
    };
    let mut facts = vec![
        Fact::new("Time", Moment(entry.time).full()),
        Fact::new("Call", format!("{} {}", entry.method, spelled(&entry.path))).exact(),
        Fact::new("Status", entry.status.to_string()),
        Fact::new(
            "Duration",
            format!("{}.{:03} ms", entry.duration_micros / 1000, entry.duration_micros % 1000),
        ),
        Fact::new("Token or client", spelled(&entry.client)),
        Fact::new("Token ID", entry.token.to_string()).exact(),
        Fact::new("Product", entry.dialect.clone()),
    ];
    if group.is_some() {
        facts.push(Fact::new("Group", group));
    }
    facts
}

fn shown(title: &'static str, body: Body) -> Shown {
    let note = match (&body.text, body.is_cut) {
        (None, _) => format!("{} bytes, not kept: only JSON can be masked.", body.length),
        (Some(_), true) => {
            format!("{} bytes, of which the beginning is kept. Secrets are hidden.", body.length)
        }
        (Some(_), false) => "Secrets are hidden.".to_owned(),
    };
    Shown { title, text: body.text.as_deref().map(indented), note }
}

/// JSON as people read it; what was cut stays as it is.
fn indented(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
