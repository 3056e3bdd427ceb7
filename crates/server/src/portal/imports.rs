//! Importing people: the form with the newest imports, and one import as preview, progress and report.

use super::moment::Moment;
use super::{Badge, Fact, Frame};
use askama::Template;
use vestibule_app::imports::{self, Page, Sought};
use vestibule_model::import::{Altered, Column, Import, Row, State, Totals, Verdict};
use vestibule_model::license::{AddOn, License, Product};
use vestibule_model::trace::{shown, spelled};

/// The form, and the newest imports.
#[derive(Debug, Template)]
#[template(path = "imports.html")]
pub struct ImportsPage {
    frame: Frame,
    problem: Option<String>,
    rows: Vec<Summary>,
}

#[derive(Debug)]
struct Summary {
    id: String,
    file: String,
    time: Moment,
    by: String,
    rows: u64,
    state: Badge,
}

impl ImportsPage {
    /// The page; `problem` is what was wrong with a file.
    #[must_use]
    pub fn new(frame: Frame, imports: &[Import], problem: Option<String>) -> Self {
        let rows = imports.iter().map(|import| Summary {
            id: import.id.to_string(),
            file: spelled(&import.file_name),
            time: Moment(import.created_at),
            by: import.created_by.clone(),
            rows: import.rows,
            state: state(import.state),
        });
        Self { frame, problem, rows: rows.collect() }
    }

    fn licenses(&self) -> [License; 3] {
        License::ALL
    }

    fn add_ons(&self) -> Vec<AddOn> {
        AddOn::all().collect()
    }

    fn columns(&self) -> String {
        Column::all().map(Column::as_str).collect::<Vec<_>>().join(", ")
    }
}

fn state(state: State) -> Badge {
    match state {
        State::Reading => Badge::new("", "Is being read"),
        State::Checking => Badge::new("is-accent", "Is being checked"),
        State::Checked => Badge::new("is-warn", "Not applied"),
        State::Applying => Badge::new("is-accent", "Is being applied"),
        State::Done => Badge::new("is-good", "Done"),
    }
}

/// Which rows a page shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only those with this verdict.
    pub verdict: Option<Verdict>,
    /// Only those after this line.
    pub after: i64,
}

impl Filter {
    /// The rows to look for in an import that is this far.
    #[must_use]
    pub fn sought(self, state: State) -> Sought {
        match (self.verdict, state) {
            (None, _) => Sought::All,
            (Some(verdict), State::Done) => Sought::Ended(verdict),
            (Some(verdict), _) => Sought::Planned(verdict),
        }
    }
}

/// One import.
#[derive(Debug, Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    frame: Frame,
    address: String,
    file: String,
    state: State,
    facts: Vec<Fact>,
    unknown: Vec<String>,
    /// Handled, and all.
    progress: (u64, u64),
    tabs: Vec<Tab>,
    rows: Vec<Judged>,
    next: Option<String>,
    writes: u64,
    mails: u64,
    no_seat: u64,
    seats: Vec<String>,
    differs: bool,
    shown: String,
}

/// Rows of one verdict, and how many there are.
#[derive(Debug)]
struct Tab {
    href: String,
    title: &'static str,
    count: u64,
    current: bool,
}

#[derive(Debug)]
struct Judged {
    number: i64,
    email: String,
    name: String,
    verdict: Badge,
    code: Option<u16>,
    sentences: Vec<String>,
    changes: Vec<String>,
}

impl ImportPage {
    /// The page, with the rows that were looked for.
    #[must_use]
    pub fn new(frame: Frame, import: &Import, filter: Filter, page: Page) -> Self {
        let address = format!("/admin/users/import/{}", import.id);
        let done = import.state == State::Done;
        let totals = if matches!(import.state, State::Applying | State::Done) {
            &import.applied
        } else {
            &import.planned
        };
        let word = filter.verdict.map_or("", Verdict::as_str);
        let next = page.next.map(|after| format!("{address}?verdict={word}&after={after}"));
        Self {
            frame,
            file: spelled(&import.file_name),
            state: import.state,
            facts: facts(import),
            unknown: import.read.unknown.iter().map(|heading| spelled(heading)).collect(),
            progress: (totals.rows(), import.rows),
            tabs: tabs(&address, totals, filter),
            rows: page.rows.iter().map(|row| judged(row, done)).collect(),
            next,
            writes: totals.writes(),
            mails: totals.mails,
            no_seat: totals.no_seat,
            seats: seats(totals),
            differs: done && import.applied != import.planned,
            shown: imports::fingerprint(import),
            address,
        }
    }

    fn heading(&self) -> &'static str {
        match self.state {
            State::Reading | State::Checking => "Looking at the file",
            State::Checked => "What the import would do",
            State::Applying => "The import is being applied",
            State::Done => "What the import did",
        }
    }
}

fn facts(import: &Import) -> Vec<Fact> {
    let options = &import.options;
    let columns = import.read.columns.iter().map(|column| column.as_str());
    let add_ons = options.add_ons.iter().map(|add_on| add_on.title().to_owned()).collect();
    let sso =
        if options.sso { "Yes: everybody gains the SSO login type" } else { "No: somebody new is invited" };
    vec![
        Fact::new("Columns", columns.collect::<Vec<_>>().join(", ")),
        Fact::new("License type", options.license.map(|license| license.to_string()))
            .or("Not set by the file"),
        Fact::several("Add-ons", add_ons),
        Fact::new("SSO user", sso.to_owned()),
        Fact::new("Sent", format!("{} {}", Moment(import.created_at).full(), import.created_by)),
    ]
}

fn tabs(address: &str, totals: &Totals, filter: Filter) -> Vec<Tab> {
    let all = Tab {
        href: address.to_owned(),
        title: "All",
        count: totals.rows(),
        current: filter.verdict.is_none(),
    };
    let of = |verdict: Verdict| Tab {
        href: format!("{address}?verdict={}", verdict.as_str()),
        title: title(verdict),
        count: totals.of(verdict),
        current: filter.verdict == Some(verdict),
    };
    std::iter::once(all).chain(Verdict::ALL.map(of)).collect()
}

fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "New",
        Verdict::Pending => "Pending",
        Verdict::Changed => "Changed",
        Verdict::Unchanged => "Unchanged",
        Verdict::Refused => "Refused",
    }
}

fn seats(totals: &Totals) -> Vec<String> {
    let named =
        |word: &str| Product::from_word(word).map_or_else(|| word.to_owned(), |product| product.to_string());
    let told = totals.seats.iter().map(|(word, count)| match count {
        1.. => format!("{count} of {} taken", named(word)),
        _ => format!("{} of {} given back", count.unsigned_abs(), named(word)),
    });
    told.collect()
}

fn judged(row: &Row, done: bool) -> Judged {
    let cell = |column| row.cells.get(&column).map(|text| shown(text)).unwrap_or_default();
    let judged = if done { row.outcome.as_ref() } else { row.planned.as_ref() };
    let (verdict, note) = judged.cloned().unwrap_or((Verdict::Unchanged, Default::default()));
    let tone = match verdict {
        Verdict::New | Verdict::Changed => "is-good",
        Verdict::Pending => "is-warn",
        Verdict::Unchanged => "",
        Verdict::Refused => "is-bad",
    };
    let name = [cell(Column::FirstName), cell(Column::LastName)].join(" ");
    Judged {
        number: row.number,
        email: cell(Column::Email),
        name: name.trim().to_owned(),
        verdict: Badge::new(tone, title(verdict)),
        code: note.code,
        sentences: note.sentences.iter().map(|sentence| spelled(sentence)).collect(),
        changes: note.changes.iter().map(changed).collect(),
    }
}

fn changed(change: &Altered) -> String {
    let field = shown(&change.field);
    match (change.before.as_deref(), change.after.as_deref()) {
        (None, Some(after)) => format!("{field}: {}", shown(after)),
        (Some(before), Some(after)) => format!("{field}: {} → {}", shown(before), shown(after)),
        (_, None) => format!("{field}: removed"),
    }
}
