//! One person's story: sign-ins, calls of programs, what administrators changed, and the beginning in one line of time, newest first.

use super::super::moment::Moment;
use super::super::{Badge, audit, calls, log};
use jiff::Timestamp;
use vestibule_model::api_call;
use vestibule_model::audit::Record;
use vestibule_model::response_log::{Entry, OutcomeWord};

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) time: Moment,
    /// What kind of thing it is.
    pub(crate) kind: &'static str,
    pub(crate) what: String,
    /// Where the rest is told.
    pub(crate) href: Option<String>,
    pub(crate) ending: Option<Badge>,
    /// What was before and is after, by field.
    pub(crate) changes: Vec<(String, String, String)>,
    /// Who did it, or why it ended so.
    pub(crate) note: String,
}

/// What is known of a person's past, each the newest first. Kinds that whoever looks may not see are empty.
#[derive(Debug, Default)]
pub struct Past {
    /// Responses of the identity provider.
    pub sign_ins: Vec<Entry>,
    /// What programs did.
    pub calls: Vec<api_call::Entry>,
    /// What was changed by people, by whoever runs the service, and by the service itself.
    pub changes: Vec<Record>,
}

/// The story. A kind of thing of which there are more than were read would leave a gap, so the line ends where the first of
/// them ends.
pub(super) fn story(began: Timestamp, Past { sign_ins, calls, changes }: Past, limit: usize) -> Vec<Event> {
    let oldest = |count: usize, last: Option<Timestamp>| last.filter(|_| count >= limit);
    let ends = oldest(sign_ins.len(), sign_ins.last().map(|entry| entry.time))
        .max(oldest(calls.len(), calls.last().map(|call| call.time)))
        .max(oldest(changes.len(), changes.last().map(|record| record.time)));
    let mut events: Vec<Event> = sign_ins.into_iter().map(sign_in).collect();
    events.extend(calls.into_iter().map(call));
    events.extend(changes.iter().map(change));
    events.push(Event {
        time: Moment(began),
        kind: "User",
        what: "Became a user".to_owned(),
        href: None,
        ending: None,
        changes: Vec::new(),
        note: String::new(),
    });
    if let Some(ends) = ends {
        events.retain(|event| event.time.0 >= ends);
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.time.0));
    events
}

fn sign_in(entry: Entry) -> Event {
    let what = match entry.outcome {
        OutcomeWord::Accepted => "Signed in",
        OutcomeWord::Refused => "Was not let in",
        OutcomeWord::Restarted => "Came unasked; a sign-in was begun anew",
        OutcomeWord::Tested => "A test sign-in",
    };
    Event {
        time: Moment(entry.time),
        kind: "Sign-in",
        what: what.to_owned(),
        href: Some(format!("/admin/log/{}", entry.tracking_id)),
        ending: Some(log::outcome(entry.outcome)),
        changes: Vec::new(),
        note: entry.code.map(|code| format!("{} {}", code.number(), code.in_lists())).unwrap_or_default(),
    }
}

fn call(entry: api_call::Entry) -> Event {
    let row = calls::row(entry);
    Event {
        time: row.time,
        kind: "Program",
        what: row.story,
        href: Some(format!("/admin/api/calls/{}", row.id)),
        ending: Some(row.ending),
        changes: Vec::new(),
        note: row.client,
    }
}

fn change(record: &Record) -> Event {
    let row = audit::row(record);
    Event {
        time: row.time,
        kind: "Change",
        what: row.deed.to_owned(),
        href: None,
        ending: None,
        changes: row.changes,
        note: row.by,
    }
}

#[cfg(test)]
mod tests {
    use super::{Past, story};
    use jiff::{Timestamp, ToSpan as _};
    use vestibule_model::id::LogId;
    use vestibule_model::response_log::{Entry, OutcomeWord, TrackingId};

    fn entry(minute: i64) -> Entry {
        Entry {
            id: LogId::from_bytes([1; 16]),
            tracking_id: TrackingId::from_bytes([1; 16]),
            time: Timestamp::UNIX_EPOCH + minute.minutes(),
            connection: None,
            user: None,
            outcome: OutcomeWord::Accepted,
            code: None,
        }
    }

    #[test]
    fn the_newest_comes_first_and_nothing_is_told_from_before_a_gap() {
        let began = Timestamp::UNIX_EPOCH;
        let told =
            |limit| story(began, Past { sign_ins: vec![entry(9), entry(5)], ..Past::default() }, limit);
        let kinds: Vec<_> = told(10).iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["Sign-in", "Sign-in", "User"]);
        assert_eq!(told(2).len(), 2, "older sign-ins may stand between these and the beginning");
    }
}
