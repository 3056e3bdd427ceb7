//! One row of the response log in full: how it ended, what to do, and everything that was looked at.

use super::{Badge, Fact, Frame, log};
use crate::portal::moment::Moment;
use askama::Template;
use vestibule_model::code::Code;
use vestibule_model::mapping::Attribute;
use vestibule_model::response_log::{Compared, Detail, Entry, How, OutcomeWord, Test};
use vestibule_model::trace::{Change, Step};
use vestibule_model::user::Field;

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
    facts: Vec<Fact>,
    compared: Vec<Compared>,
    differences: usize,
    trace: Vec<TraceRow>,
    trace_summary: String,
    changes: Vec<Change>,
    attributes: Vec<Attribute>,
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

#[derive(Debug)]
struct TraceRow {
    title: String,
    ok: bool,
    expected: String,
    found: String,
}

impl ResponsePage {
    /// The page of this row.
    #[must_use]
    pub fn new(frame: Frame, entry: &Entry, detail: Detail) -> Self {
        let who = entry.user.as_deref().unwrap_or("somebody unnamed");
        let trace: Vec<_> = detail.trace.into_iter().map(trace_row).collect();
        let changes =
            detail.changes.into_iter().map(|change| Change { field: title(&change.field), ..change });
        Self {
            frame,
            heading: match &detail.test {
                Some(test) => format!("Test sign-in with version {}", test.version),
                None => format!("Response for {who}"),
            },
            outcome: detail.test.as_ref().map_or_else(|| log::outcome(entry.outcome), verdict),
            back: back(entry),
            test: detail.test.map(|test| test_part(test, connection(entry))),
            summary: summary(entry.outcome),
            refusal: entry.code.map(|code| Refusal {
                code: code.number(),
                message: code.message(),
                reason: detail.reason.clone(),
                cure: code.cure(),
            }),
            reason: detail.reason,
            facts: facts(entry, detail.name_id),
            differences: detail.compared.iter().filter(|row| !row.agrees).count(),
            compared: detail.compared,
            trace_summary: trace_summary(&trace),
            trace,
            changes: changes.collect(),
            attributes: detail.attributes,
            no_attributes: no_attributes(detail.xml.is_some()),
            trusted: is_trusted(entry),
            xml: detail.xml,
        }
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
    let sentence = match would.how {
        How::Known => format!("{} would have been signed in, as a user who is known here.", would.email),
        How::Approved => format!("{} would have been approved, and signed in.", would.email),
        How::Created => format!("{} would have been created as a new user, and signed in.", would.email),
    };
    let license = would.license.map(|license| license.to_string());
    let facts = vec![Fact::new("User", would.email), Fact::new("License type", license)];
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
        Fact::new("User", entry.user.clone())
    } else {
        Fact::new("Claimed user", entry.user.clone()).help("Not proven: the response was not accepted")
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
        Fact::new("NameID", name_id).exact().or("Not kept"),
    ]
}

fn trace_row(step: Step) -> TraceRow {
    TraceRow { title: title(&step.check), ok: step.ok, expected: step.expected, found: step.found }
}

fn trace_summary(trace: &[TraceRow]) -> String {
    let passed = trace.iter().filter(|row| row.ok).count();
    match trace.len() - passed {
        0 => format!("All {passed} passed."),
        1 => format!("{passed} passed, 1 failed."),
        failed => format!("{passed} passed, {failed} failed."),
    }
}

/// The stable name of a check or a field (`mapping.first_name`, `not on or after`) as people read it.
fn title(name: &str) -> String {
    let (room, rest) = name.rsplit_once('.').map_or((None, name), |(room, rest)| (Some(room), rest));
    let words = match rest {
        "xml" => "XML".to_owned(),
        "email" => "E-mail address".to_owned(),
        "in response to" | "in_response_to" => "Answers our request".to_owned(),
        "not before" => "Valid from".to_owned(),
        "not on or after" => "Valid until".to_owned(),
        rest => Field::from_word(rest)
            .map_or_else(|| capitalized(&rest.replace('_', " ")), |field| field.title().to_owned()),
    };
    match room {
        Some("mapping") => format!("Mapping: {}", decapitalized(&words)),
        _ => words,
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn decapitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn names_of_checks_read_as_words() {
        assert_eq!(title("audience"), "Audience");
        assert_eq!(title("xml"), "XML");
        assert_eq!(title("not on or after"), "Valid until");
        assert_eq!(title("admission.login_type"), "Login type");
        assert_eq!(title("mapping.first_name"), "Mapping: first name");
        assert_eq!(title(""), "");
    }
}
