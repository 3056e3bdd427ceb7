//! The response log as a list: what came, from whom, how it ended.

use super::{Badge, Frame};
use crate::portal::moment::Moment;
use askama::Template;
use vestibule_model::code::Code;
use vestibule_model::response_log::{Entry, OutcomeWord};

/// The list, with its search form.
#[derive(Debug, Template)]
#[template(path = "log.html")]
pub struct LogPage {
    frame: Frame,
    search: Search,
    searched: bool,
    problem: Option<String>,
    codes: Vec<Choice>,
    outcomes: Vec<Choice>,
    sinces: Vec<Choice>,
    rows: Vec<Row>,
    newest: Option<String>,
    older: Option<String>,
}

/// What was searched for, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The tracking ID.
    pub tracking_id: String,
    /// The person's address.
    pub user: String,
    /// The code's number.
    pub code: String,
    /// The outcome's word.
    pub outcome: String,
    /// One of [`SINCES`].
    pub since: String,
}

/// The time spans offered: the word in the address, its name, and its hours.
pub const SINCES: [(&str, &str, i64); 3] =
    [("1h", "Last hour", 1), ("24h", "Last 24 hours", 24), ("7d", "Last 7 days", 168)];

/// What the list shows besides the form.
#[derive(Debug, Default)]
pub struct Found {
    /// The rows, newest first.
    pub entries: Vec<Entry>,
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
    text: String,
    chosen: bool,
}

#[derive(Debug)]
struct Row {
    time: Moment,
    person: String,
    outcome: Badge,
    reason: Option<(Code, &'static str)>,
    tracking_id: String,
}

impl Row {
    /// The beginning, which tells rows apart.
    fn short_id(&self) -> String {
        format!("{}…", self.tracking_id.get(..12).unwrap_or(&self.tracking_id))
    }
}

impl LogPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, search: Search, found: Found) -> Self {
        let typed = [&search.tracking_id, &search.user, &search.code, &search.outcome, &search.since];
        let codes = Code::ALL.iter().map(|code| {
            choice(&search.code, code.to_string(), format!("{code} {}", shortened(code.in_lists())))
        });
        let outcomes = OutcomeWord::ALL
            .into_iter()
            .map(|word| choice(&search.outcome, word.as_str().to_owned(), outcome(word).text));
        let sinces = SINCES
            .iter()
            .map(|(word, name, _)| choice(&search.since, (*word).to_owned(), (*name).to_owned()));
        Self {
            frame,
            searched: typed.iter().any(|text| !text.is_empty()),
            problem: found.problem,
            codes: codes.collect(),
            outcomes: outcomes.collect(),
            sinces: sinces.collect(),
            rows: found.entries.into_iter().map(row).collect(),
            newest: found.newest,
            older: found.older,
            search,
        }
    }
}

/// How a response ended, for people.
#[must_use]
pub fn outcome(word: OutcomeWord) -> Badge {
    match word {
        OutcomeWord::Accepted => Badge::new("is-good", "Accepted"),
        OutcomeWord::Refused => Badge::new("is-bad", "Refused"),
        OutcomeWord::Restarted => Badge::new("is-warn", "Restarted"),
        OutcomeWord::Tested => Badge::new("is-accent", "Tested"),
    }
}

fn choice(chosen: &str, value: String, text: String) -> Choice {
    Choice { chosen: chosen == value, value, text }
}

/// The sentence cut at a word, for the narrow list of codes.
fn shortened(message: &str) -> String {
    const MOST: usize = 60;
    if message.len() <= MOST {
        return message.to_owned();
    }
    let cut = message.char_indices().take_while(|(at, _)| *at < MOST).filter(|(_, c)| *c == ' ').last();
    cut.and_then(|(at, _)| message.get(..at)).map_or_else(|| message.to_owned(), |text| format!("{text} …"))
}

fn row(entry: Entry) -> Row {
    Row {
        time: Moment(entry.time),
        person: entry.user.unwrap_or_else(|| "Nobody named".to_owned()),
        outcome: outcome(entry.outcome),
        reason: entry.code.map(|code| (code, code.in_lists())),
        tracking_id: entry.tracking_id.to_string(),
    }
}
