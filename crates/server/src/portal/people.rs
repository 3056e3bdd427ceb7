//! One person's page. The list is in `users`.

mod timeline;

pub use timeline::Past;

use super::moment::Moment;
use super::{Badge, Fact, Frame};
use askama::Template;
use vestibule_app::users::{Invitation, Person, Pictured, Summary, Verification};
use vestibule_model::group::{GroupKind, Holding, Origin};
use vestibule_model::trace::spelled;
use vestibule_model::user::{Role, Status, User};

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

/// How many of a person's responses, of the calls about a person, and of the changes, are told of.
pub const EVENTS: u32 = 25;

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
    story: Vec<timeline::Event>,
    all_sign_ins: String,
    all_calls: String,
    all_changes: String,
    deeds: Vec<Deed>,
    role: String,
    roles: Vec<(String, String)>,
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

/// A form of one button.
#[derive(Debug)]
struct Deed {
    word: &'static str,
    button: &'static str,
}

impl PersonPage {
    /// The page, with what is known of the person's past: at most [`EVENTS`] of each kind.
    #[must_use]
    pub fn new(frame: Frame, person: &Person, past: Past) -> Self {
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
            story: timeline::story(summary.created_at, past, EVENTS as usize),
            all_sign_ins: format!("/admin/log?user={}", encoded(summary.email.as_str())),
            all_calls: format!("/admin/api/calls?user={}", summary.id),
            all_changes: format!("/admin/audit?about={}", encoded(summary.email.as_str())),
            deeds: deeds(person),
            role: summary.role.as_str().to_owned(),
            roles: Vec::new(),
        }
    }

    /// The same with the roles that may be given to the person by whoever looks: none to the owner and to oneself, and none in
    /// place of one that may not be given.
    #[must_use]
    pub fn with_roles(self, roles: Vec<Role>, by: &User) -> Self {
        let changes = roles.iter().any(|role| role.as_str() == self.role)
            && self.address != format!("/admin/users/{}", by.id);
        let roles = roles.into_iter().filter(|_| changes);
        let roles = roles.map(|role| (role.as_str().to_owned(), spelled(role.title()))).collect();
        Self { roles, ..self }
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
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
    let since = person.second_factor.map(|since| format!("Since {}", Moment(since).day()));
    facts.extend(since.map(|since| Fact::new("Second factor", since)));
    facts.extend(person.invitation.map(|mail| Fact::several("Invitation", invited(mail))));
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

fn invited(mail: Invitation) -> Vec<String> {
    let sent = mail.sent_at.map(|at| format!("Sent on {}", Moment(at).full()));
    let end = mail.expires_at.map(|at| match mail.open {
        true => format!("Its link works until {}", Moment(at).full()),
        false => format!("It has expired on {}", Moment(at).full()),
    });
    let none = || "None, and there is no password yet".to_owned();
    [Some(sent.unwrap_or_else(none)), end].into_iter().flatten().collect()
}

fn deeds(person: &Person) -> Vec<Deed> {
    let summary = &person.summary;
    let mail = person.verification.filter(|mails| mails.again_at.is_none());
    let mail = mail.map(|_| Deed { word: "send-verification", button: "Send the verification mail again" });
    let invitation = person.invitation;
    let again = invitation.filter(|mail| mail.again_at.is_none()).map(|mail| match mail.sent_at {
        Some(_) => Deed { word: "invite-again", button: "Send the invitation again" },
        None => Deed { word: "invite-again", button: "Send an invitation" },
    });
    let back = invitation.filter(|mail| mail.sent_at.is_some());
    let back = back.map(|_| Deed { word: "withdraw-invitation", button: "Withdraw the invitation" });
    let sso = (!summary.login_types.contains(&"sso"))
        .then_some(Deed { word: "add-sso-login", button: "Add the SSO login type" });
    let turn = match summary.status {
        Status::Inactive => Some(Deed { word: "activate", button: "Activate" }),
        Status::Active if summary.role != Role::Owner => {
            Some(Deed { word: "deactivate", button: "Deactivate" })
        }
        Status::Active | Status::Pending => None,
    };
    let factor = person.second_factor.filter(|_| summary.role != Role::Owner);
    let factor = factor.map(|_| Deed { word: "reset-second-factor", button: "Reset the second factor" });
    mail.into_iter().chain(again).chain(back).chain(sso).chain(factor).chain(turn).collect()
}
