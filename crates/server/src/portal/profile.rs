//! The person's own page.

use super::{Fact, Frame, Here};
use crate::portal::moment::Moment;
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::user::{Field, Logins, Role, User};

/// Who the person is here, and what was mapped.
#[derive(Debug, Template)]
#[template(path = "profile.html")]
pub struct ProfilePage {
    frame: Frame,
    name: String,
    role: &'static str,
    you: Vec<Fact>,
    session: Vec<Fact>,
    mapped: Vec<MappedRow>,
}

#[derive(Debug)]
struct MappedRow {
    field: &'static str,
    value: String,
    source: Option<String>,
}

/// What the page tells of the session.
#[derive(Debug, Clone, Copy)]
pub struct SessionFacts {
    /// When it began.
    pub began: Timestamp,
    /// Whether the identity provider vouched for the person; else a password did.
    pub by_sso: bool,
    /// How long it lives without being used.
    pub idle: SignedDuration,
    /// When it ends whatever the person does.
    pub last_end: Option<Timestamp>,
}

impl ProfilePage {
    /// The page of this person.
    #[must_use]
    pub fn new(account: &str, user: &User, session: SessionFacts) -> Self {
        let frame = frame(account, user, Here::Profile);
        let mapped = Field::ALL.iter().filter_map(|field| {
            let entry = user.profile.0.get(field)?;
            Some(MappedRow { field: field.title(), value: entry.value.clone(), source: entry.source.clone() })
        });
        Self {
            frame,
            name: user.shown_name(),
            role: role(user.role),
            you: you(user),
            session: session_facts(session),
            mapped: mapped.collect(),
        }
    }
}

/// The frame around the pages of this person.
#[must_use]
pub fn frame(account: &str, user: &User, here: Here) -> Frame {
    Frame {
        account: account.to_owned(),
        person: user.email.to_string(),
        admin: user.role.administers(),
        here,
    }
}

/// The role, for people.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Member => "Member",
    }
}

fn you(user: &User) -> Vec<Fact> {
    vec![
        Fact::new("E-mail address", user.email.to_string()),
        Fact::several("Sign-in", logins(user.logins)).help("How you may come in").or("Not possible"),
        Fact::new("License", user.license.map(|license| license.to_string())),
        Fact::new("Role", role(user.role).to_owned()),
        Fact::new("Member since", Moment(user.created_at).day()),
    ]
}

/// The login types, for people.
#[must_use]
pub fn logins(logins: Logins) -> Vec<String> {
    let named = [(logins.sso, "Company sign-in (SSO)"), (logins.work_email, "E-mail and password")];
    named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()).collect()
}

fn session_facts(session: SessionFacts) -> Vec<Fact> {
    let how = if session.by_sso {
        "Through your company’s identity provider"
    } else {
        "With e-mail and password"
    };
    let mut facts = vec![
        Fact::new("Signed in", Moment(session.began).full()),
        Fact::new("How", how.to_owned()),
        Fact::new("Ends", format!("{} hours after you last open a page", session.idle.as_hours())),
    ];
    facts.extend(session.last_end.map(|end| Fact::new("Ends at the latest", Moment(end).full())));
    facts
}
