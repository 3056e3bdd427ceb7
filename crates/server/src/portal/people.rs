//! People: who is in the account, and one person's page.

use super::moment::Moment;
use super::{Badge, Fact, Frame, calls, log};
use askama::Template;
use vestibule_app::users::{Page, Person, Pictured, Summary, Verification};
use vestibule_model::api_call;
use vestibule_model::group::{GroupKind, Holding, Origin};
use vestibule_model::response_log::Entry;
use vestibule_model::trace::spelled;
use vestibule_model::user::{Role, Status};

/// The list.
#[derive(Debug, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    frame: Frame,
    prefix: String,
    problem: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    id: String,
    email: String,
    name: String,
    status: Badge,
    role: String,
    logins: Vec<&'static str>,
    license: String,
}

impl PeoplePage {
    /// The page; `next` is the address of the one after it.
    #[must_use]
    pub fn new(frame: Frame, prefix: String, found: Result<Page, String>, next: Option<String>) -> Self {
        let (rows, problem) = match found {
            Ok(page) => (page.items.iter().map(row).collect(), None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        Self { frame, prefix, problem, rows, next }
    }
}

fn row(summary: &Summary) -> Row {
    Row {
        id: summary.id.to_string(),
        email: summary.email.to_string(),
        name: spelled(&summary.name),
        status: status(summary.status),
        role: spelled(summary.role.title()),
        logins: logins(summary),
        license: summary.license.map_or_else(|| "None".to_owned(), |license| license.to_string()),
    }
}

/// The status of a person.
pub(super) fn status(status: Status) -> Badge {
    match status {
        Status::Active => Badge::new("is-good", "Active"),
        Status::Inactive => Badge::new("is-bad", "Inactive"),
        Status::Pending => Badge::new("is-warn", "Pending"),
    }
}

fn logins(summary: &Summary) -> Vec<&'static str> {
    let title = |word: &&'static str| if *word == "sso" { "SSO" } else { "Password" };
    summary.login_types.iter().map(title).collect()
}

/// One person.
#[derive(Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    frame: Frame,
    heading: String,
    address: String,
    status: Badge,
    logins: Vec<&'static str>,
    facts: Vec<Fact>,
    groups: Vec<GroupRow>,
    settings: Vec<(&'static str, String, String)>,
    profile: Vec<(String, String, Option<String>)>,
    sign_ins: Vec<SignIn>,
    calls: Vec<calls::Row>,
    all_calls: String,
    deeds: Vec<Deed>,
    roles: Vec<(String, &'static str, bool)>,
}

#[derive(Debug)]
struct GroupRow {
    id: String,
    name: String,
    kind: &'static str,
    primary: bool,
    origins: Vec<&'static str>,
    by_hand: bool,
}

#[derive(Debug)]
struct SignIn {
    time: Moment,
    outcome: Badge,
    code: Option<(u16, &'static str)>,
    tracking_id: String,
}

/// A form of one button.
#[derive(Debug)]
struct Deed {
    word: &'static str,
    button: &'static str,
}

impl PersonPage {
    /// The page, with the person's latest responses, and the latest calls about the person.
    #[must_use]
    pub fn new(frame: Frame, person: &Person, sign_ins: Vec<Entry>, calls: Vec<api_call::Entry>) -> Self {
        let summary = &person.summary;
        let profile = person.profile.0.iter().map(|(field, entry)| {
            (spelled(field.title()), spelled(&entry.value), entry.source.as_deref().map(spelled))
        });
        let groups = person.groups.iter().map(|group| GroupRow {
            id: group.id.to_string(),
            name: group.name.to_string(),
            kind: group.kind.title(),
            primary: group.primary,
            origins: group.origins.iter().map(|origin| by(*origin)).collect(),
            by_hand: group.origins.contains(&Origin::Manual),
        });
        Self {
            frame,
            heading: spelled(&summary.name),
            address: format!("/admin/users/{}", summary.id),
            status: status(summary.status),
            logins: logins(summary),
            facts: facts(person),
            groups: groups.collect(),
            settings: person.settings.iter().map(setting).collect(),
            profile: profile.collect(),
            sign_ins: sign_ins.into_iter().map(sign_in).collect(),
            calls: calls.into_iter().map(calls::row).collect(),
            all_calls: format!("/admin/api/calls?user={}", summary.id),
            deeds: deeds(person),
            roles: roles(&summary.role),
        }
    }
}

impl PersonPage {
    fn kinds(&self) -> [GroupKind; 3] {
        GroupKind::ALL
    }
}

/// A setting, its value, and why it holds.
fn setting(held: &Holding) -> (&'static str, String, String) {
    (held.setting.title(), held.value.clone(), held.reason())
}

/// Who put a person into a group.
pub(super) fn by(origin: Origin) -> &'static str {
    match origin {
        Origin::Mapping => "a rule of the mapping",
        Origin::Scim => "the directory (SCIM)",
        Origin::Csv => "an import",
        Origin::Manual => "hand",
    }
}

fn facts(person: &Person) -> Vec<Fact> {
    let summary = &person.summary;
    let add_ons = person.add_ons.iter().map(|add_on| add_on.title().to_owned());
    let mut facts = vec![
        Fact::new("E-mail address", summary.email.to_string()),
        Fact::new("Role", spelled(summary.role.title())),
        Fact::new("License type", summary.license.map(|license| license.to_string())),
        Fact::several("Add-ons", add_ons.collect()),
        Fact::new("Phone site", person.phone_site.as_deref().map(spelled)),
        Fact::new("Employee Unique ID", person.employee_id.as_deref().map(spelled)).exact(),
        Fact::new("Known since", Moment(summary.created_at).full()),
    ];
    facts.extend(person.picture.as_ref().map(|picture| Fact::new("Picture", pictured(picture))));
    facts.extend(person.verification.map(|mails| Fact::several("Verification mail", mailed(mails))));
    facts
}

/// What became of the picture that was sent.
fn pictured(picture: &Pictured) -> String {
    let at = picture.checked_at.map(|at| format!(" ({})", Moment(at).full())).unwrap_or_default();
    match (picture.state, &picture.reason) {
        ("shown", _) => "Shown".to_owned(),
        (_, Some(reason)) => {
            format!("The one that was sent cannot be used{at}: {} One from before stays.", spelled(reason))
        }
        _ => "Was sent, and is looked at soon".to_owned(),
    }
}

fn mailed(mails: Verification) -> Vec<String> {
    let sent = mails.sent_at.map(|at| format!("Sent on {}", Moment(at).full()));
    let again = mails.again_at.map(|at| format!("Another one can be sent from {} on", Moment(at).full()));
    let none = || "None with a link that still works".to_owned();
    [Some(sent.unwrap_or_else(none)), again].into_iter().flatten().collect()
}

fn sign_in(entry: Entry) -> SignIn {
    SignIn {
        time: Moment(entry.time),
        outcome: log::outcome(entry.outcome),
        code: entry.code.map(|code| (code.number(), code.message())),
        tracking_id: entry.tracking_id.to_string(),
    }
}

/// The roles that a hand may give: word, title, and whether the person has it.
fn roles(held: &Role) -> Vec<(String, &'static str, bool)> {
    if *held == Role::Owner {
        return Vec::new();
    }
    let choices = [(Role::Member, "Member"), (Role::Admin, "Administrator")];
    choices.into_iter().map(|(role, title)| (role.as_str().to_owned(), title, role == *held)).collect()
}

fn deeds(person: &Person) -> Vec<Deed> {
    let summary = &person.summary;
    let mail = person.verification.filter(|mails| mails.again_at.is_none());
    let mail = mail.map(|_| Deed { word: "send-verification", button: "Send the verification mail again" });
    let sso = (!summary.login_types.contains(&"sso"))
        .then_some(Deed { word: "add-sso-login", button: "Add the SSO login type" });
    let turn = match summary.status {
        Status::Inactive => Some(Deed { word: "activate", button: "Activate" }),
        Status::Active if summary.role != Role::Owner => {
            Some(Deed { word: "deactivate", button: "Deactivate" })
        }
        Status::Active | Status::Pending => None,
    };
    mail.into_iter().chain(sso).chain(turn).collect()
}
