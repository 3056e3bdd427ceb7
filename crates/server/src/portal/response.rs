//! One row of the response log in full: how it ended, what to do, and everything that was looked at.
//!
//! The trace is told by `vestibule_model::story`. Whatever came from outside is spelled out where it cannot be seen, and
//! cut where it is long.

use super::cure::{CurePart, Lead, leads};
use super::{Badge, Fact, Frame, log};
use crate::portal::moment::Moment;
use askama::Template;
use vestibule_model::code::Code;
use vestibule_model::mapping::Attribute;
use vestibule_model::response_log::{Compared, Detail, Entry, How, OutcomeWord, Test};
use vestibule_model::story::{self, Chapter, Part, Verdict};
use vestibule_model::trace::{Change, spelled, spelled_lines};

/// The row.
#[derive(Debug, Template)]
#[template(path = "response.html")]
pub struct ResponsePage {
    frame: Frame,
    heading: String,
    outcome: Badge,
    back: (String, &'static str),
    test: Option<TestPart>,
    summary: &'static str,
    reason: Option<String>,
    refusal: Option<Refusal>,
    cure: Option<CurePart>,
    leads: Vec<Lead>,
    facts: Vec<Fact>,
    compared: Vec<Compared>,
    differences: usize,
    parts: Vec<Part>,
    changes: Vec<Change>,
    attributes: Vec<Sent>,
    no_attributes: &'static str,
    trusted: bool,
    xml: Option<String>,
}

/// What a test sign-in came to.
#[derive(Debug)]
struct TestPart {
    version: i64,
    passed: bool,
    sentence: String,
    facts: Vec<Fact>,
    /// The page on which one goes on.
    connection: Option<String>,
}

#[derive(Debug)]
struct Refusal {
    code: u16,
    message: &'static str,
    reason: Option<String>,
    cure: &'static str,
}

/// An attribute, as far as it is shown.
#[derive(Debug)]
struct Sent {
    name: String,
    friendly_name: Option<String>,
    values: Vec<String>,
    left_out: usize,
}

/// Most values of one attribute that are shown.
const MOST_VALUES: usize = 200;
/// Most characters of a value that are shown.
const LONGEST: usize = 2_000;

impl ResponsePage {
    /// The page of this row.
    #[must_use]
    pub fn new(frame: Frame, entry: &Entry, detail: Detail) -> Self {
        let who = entry.user.as_deref().unwrap_or("somebody unnamed");
        let reason = detail.reason.as_deref().map(cut);
        let refusal = entry.code.map(|code| Refusal {
            code: code.number(),
            message: detail.headline(code),
            reason: reason.clone(),
            cure: code.cure(),
        });
        Self {
            frame,
            heading: match &detail.test {
                Some(test) => format!("Test sign-in with version {}", test.version),
                None => format!("Response for {}", cut(who)),
            },
            outcome: detail.test.as_ref().map_or_else(|| log::outcome(entry.outcome), verdict),
            back: back(entry),
            test: detail.test.map(|test| test_part(test, connection(entry))),
            summary: summary(entry.outcome),
            refusal,
            cure: None,
            leads: leads(entry),
            reason,
            facts: facts(entry, detail.name_id),
            differences: detail.compared.iter().filter(|row| !row.agrees).count(),
            compared: detail.compared.into_iter().map(compared).collect(),
            parts: story::tell(&detail.trace),
            changes: detail.changes.into_iter().map(change).collect(),
            attributes: detail.attributes.into_iter().map(sent).collect(),
            no_attributes: no_attributes(detail.xml.is_some()),
            trusted: is_trusted(entry),
            xml: detail.xml.as_deref().map(spelled_lines),
        }
    }

    /// The same, with what can be mended here.
    #[must_use]
    pub fn with_cure(self, cure: Option<CurePart>) -> Self {
        Self { cure, ..self }
    }
}

fn summary(outcome: OutcomeWord) -> &'static str {
    match outcome {
        OutcomeWord::Accepted => "The response was accepted, and the person is signed in.",
        OutcomeWord::Refused => "The response was refused, and nobody was signed in.",
        OutcomeWord::Tested => "Nobody was signed in, and nothing changed for anybody.",
        OutcomeWord::Restarted => {
            "The response answered no request of ours. It was discarded, and a sign-in of our own began in its place."
        }
    }
}

/// Whether the signature and every other check of the message held; the person may have been refused all the same.
fn is_trusted(entry: &Entry) -> bool {
    match entry.outcome {
        OutcomeWord::Accepted => true,
        OutcomeWord::Tested | OutcomeWord::Refused => {
            entry.code.map_or(entry.outcome == OutcomeWord::Tested, Code::is_about_the_person)
        }
        OutcomeWord::Restarted => false,
    }
}

fn back(entry: &Entry) -> (String, &'static str) {
    match connection(entry) {
        Some(connection) if entry.outcome == OutcomeWord::Tested => (connection, "SSO connection"),
        _ => ("/admin/log".to_owned(), "Response log"),
    }
}

/// The page of the connection that the response belongs to.
fn connection(entry: &Entry) -> Option<String> {
    entry.connection.map(|connection| format!("/admin/sso/{connection}"))
}

fn verdict(test: &Test) -> Badge {
    if test.would.is_some() { Badge::new("is-good", "Passed") } else { Badge::new("is-bad", "Failed") }
}

fn test_part(test: Test, connection: Option<String>) -> TestPart {
    let Test { version, would } = test;
    let Some(would) = would else {
        let sentence = "A sign-in would have been refused, for the reason above.".to_owned();
        return TestPart { version, passed: false, sentence, facts: Vec::new(), connection };
    };
    let sub_account = would.sub_account.clone();
    let sentence = match would.how {
        How::Known => format!("{} would have been signed in, as a user who is known here.", would.email),
        How::Approved => format!("{} would have been approved, and signed in.", would.email),
        How::Created => format!("{} would have been created as a new user, and signed in.", would.email),
    };
    let license = would.license.map(|license| license.to_string());
    let mut facts = vec![Fact::new("User", would.email), Fact::new("License type", license)];
    if sub_account.is_some() {
        facts.push(Fact::new("Sub-account", sub_account));
    }
    TestPart { version, passed: true, sentence, facts, connection }
}

fn no_attributes(message_kept: bool) -> &'static str {
    if message_kept {
        "The response carries no attributes."
    } else {
        "Neither attribute values nor the message were kept: this account does not save response logs, or nothing could be read."
    }
}

fn facts(entry: &Entry, name_id: Option<String>) -> Vec<Fact> {
    let user = if is_trusted(entry) {
        Fact::new("User", entry.user.as_deref().map(cut))
    } else {
        Fact::new("Claimed user", entry.user.as_deref().map(cut))
            .help("Not proven: the response was not accepted")
    };
    let seen = if entry.outcome == OutcomeWord::Tested {
        "Finds this test in the response log"
    } else {
        "What the person saw, if it was refused"
    };
    vec![
        Fact::new("Tracking ID", entry.tracking_id.to_string()).carried().help(seen),
        Fact::new("Time", Moment(entry.time).full()),
        user.or("Nobody named"),
        Fact::new("NameID", name_id.as_deref().map(cut)).exact().or("Not kept"),
    ]
}

fn compared(row: Compared) -> Compared {
    Compared { asserted: row.asserted.as_deref().map(cut), ..row }
}

fn change(change: Change) -> Change {
    let worded = |value: Option<String>| value.map(|value| story::value(&change.field, &value));
    Change {
        before: worded(change.before),
        after: worded(change.after),
        rule: cut(&change.rule),
        field: story::field(&change.field),
    }
}

fn sent(attribute: Attribute) -> Sent {
    Sent {
        name: cut(&attribute.name),
        friendly_name: attribute.friendly_name.as_deref().map(cut),
        left_out: attribute.values.len().saturating_sub(MOST_VALUES),
        values: attribute.values.iter().take(MOST_VALUES).map(|value| cut(value)).collect(),
    }
}

/// A value from outside: what cannot be seen is spelled out, and what is too long is left away.
fn cut(value: &str) -> String {
    match value.char_indices().nth(LONGEST).and_then(|(end, _)| value.split_at_checked(end)) {
        Some((shown, rest)) => format!("{}… ({} more characters)", spelled(shown), rest.chars().count()),
        None => spelled(value),
    }
}
