//! Samples of the pages of imports.

use super::{HOSTILE, MAIL, admin, days, minutes_ago, text};
use vestibule_app::imports::Page;
use vestibule_model::id::ImportId;
use vestibule_model::import::{
    Altered, Cells, Column, Import, Note, Options, Read, Row, State, Totals, Verdict,
};
use vestibule_model::license::License;
use vestibule_server::portal::Here;
use vestibule_server::portal::imports::{Filter, ImportPage, ImportsPage};

/// The form, with what is wrong with a file or without.
pub fn imports(problem: bool) -> ImportsPage {
    let problem = problem.then(|| {
        text("The first line names no column of e-mail addresses. The first line names the columns, one of them email.")
    });
    let earlier = [
        sample(State::Checked),
        sample(State::Done),
        Import { file_name: text(HOSTILE), ..sample(State::Applying) },
    ];
    ImportsPage::new(admin(Here::People), &earlier, problem)
}

/// One that is this far.
pub fn import(state: State) -> ImportPage {
    let rows = if state.is_under_way() { Vec::new() } else { rows() };
    ImportPage::new(admin(Here::People), &sample(state), Filter::default(), Page { rows, next: Some(112) })
}

fn sample(state: State) -> Import {
    let planned = Totals {
        new: 1_204,
        pending: 3,
        changed: 87,
        unchanged: 40,
        refused: 12,
        no_seat: 9,
        mails: 3,
        seats: [(text("licensed"), 1_204), (text("basic"), -17)].into(),
    };
    let part = Totals { new: 800, ..Totals::default() };
    let (planned, applied) = match state {
        State::Checking => (part, Totals::default()),
        State::Applying => (planned, part),
        State::Done => (planned.clone(), Totals { refused: 13, new: 1_203, ..planned }),
        _ => (planned, Totals::default()),
    };
    Import {
        id: ImportId::from_bytes([7; 16]),
        created_at: if state == State::Done { days(-3) } else { minutes_ago(2) },
        created_by: format!("by {MAIL}"),
        file_name: text("people of the autumn.csv"),
        file_hash: [9; 32],
        options: Options { license: Some(License::Licensed), sso: true, ..Options::default() },
        read: Read {
            columns: vec![Column::Email, Column::FirstName, Column::LastName, Column::UserGroup],
            unknown: vec![text("Shoe size"), text(HOSTILE)],
            encoding: text("UTF-8"),
            delimiter: text(";"),
        },
        state,
        rows: 1_346,
        cursor: 0,
        planned,
        applied,
    }
}

fn row(number: i64, (email, first, last): (&str, &str, &str), verdict: Verdict, note: Note) -> Row {
    let cells: Cells =
        [(Column::Email, text(email)), (Column::FirstName, text(first)), (Column::LastName, text(last))]
            .into();
    let judged = Some((verdict, note));
    Row { number, cells, planned: judged.clone(), outcome: judged }
}

fn rows() -> Vec<Row> {
    let altered = |field: &str, before: Option<&str>, after: &str| Altered {
        field: text(field),
        before: before.map(text),
        after: Some(text(after)),
    };
    let said = |sentences: &[&str]| sentences.iter().map(|sentence| text(sentence)).collect();
    let new = Note {
        changes: vec![altered("status", None, "active"), altered("license", None, "licensed")],
        ..Note::default()
    };
    let changed = Note {
        changes: vec![
            altered("login_types", Some("work_email"), "work_email, sso"),
            altered("user_group", Some("Sales"), "Marketing, All staff"),
        ],
        ..Note::default()
    };
    let pending = Note {
        sentences: said(&[
            "The domain is not associated with the account: the mailbox has to confirm the address first.",
        ]),
        ..Note::default()
    };
    let no_seat = Note {
        code: Some(1031),
        sentences: said(&[
            "You can't add paid users: no seat of Licensed is left.",
            "Free a seat by deactivating somebody, order more seats, or ask for another license type.",
        ]),
        changes: Vec::new(),
    };
    let bad = Note {
        sentences: said(&[
            "email cannot be used: not an e-mail address: expected one like name@example.com.",
        ]),
        ..Note::default()
    };
    vec![
        row(2, ("zoe.lindstrom@acme.example", "Zoë", "Lindström"), Verdict::New, new),
        row(3, (MAIL, "Clara", "Fields"), Verdict::Changed, changed),
        row(4, ("max@elsewhere.example", "", ""), Verdict::Pending, pending),
        row(5, ("renee@acme.example", "Renée", "Okafor"), Verdict::Unchanged, Note::default()),
        row(6, ("late@acme.example", "Lee", "Late"), Verdict::Refused, no_seat),
        row(7, (HOSTILE, "=HYPERLINK(\"x\")", HOSTILE), Verdict::Refused, bad),
    ]
}
