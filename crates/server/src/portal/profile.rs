//! The person's own page.

use super::{Fact, Frame, Here};
use crate::portal::moment::Moment;
use askama::Template;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::permission::Permissions;
use vestibule_model::user::{Field, Logins, User};

/// Who the person is here, and what was mapped.
#[derive(Debug, Template)]
#[template(path = "profile.html")]
pub struct ProfilePage {
    frame: Frame,
    name: String,
    role: String,
    picture: bool,
    password: bool,
    you: Vec<Fact>,
    session: Vec<Fact>,
    mapped: Vec<MappedRow>,
}

#[derive(Debug)]
struct MappedRow {
    field: String,
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
    pub fn new(account: &str, user: &User, may: Permissions, session: SessionFacts) -> Self {
        let frame = frame(account, user, may, Here::Profile);
        let own = user.profile.0.keys().filter(|field| matches!(field, Field::Custom(_))).cloned();
        let mapped = Field::all().chain(own).filter_map(|field| {
            let entry = user.profile.0.get(&field)?;
            let (value, source) = (entry.value.clone(), entry.source.clone());
            Some(MappedRow { field: field.title().to_owned(), value, source })
        });
        Self {
            frame,
            name: user.shown_name(),
            role: user.role.title().to_owned(),
            picture: false,
            password: user.logins.work_email,
            you: you(user),
            session: session_facts(session),
            mapped: mapped.collect(),
        }
    }

    /// The same with the person's picture.
    #[must_use]
    pub fn with_picture(self) -> Self {
        Self { picture: true, ..self }
    }
}

/// The frame around the pages of this person.
#[must_use]
pub fn frame(account: &str, user: &User, may: Permissions, here: Here) -> Frame {
    Frame { account: account.to_owned(), person: user.email.to_string(), may, here, file: None }
}

fn you(user: &User) -> Vec<Fact> {
    vec![
        Fact::new("E-mail address", user.email.to_string()),
        Fact::several("Sign-in", logins(user.logins)).help("How you may come in").or("Not possible"),
        Fact::new("License", user.license.map(|license| license.to_string())),
        Fact::new("Role", user.role.title().to_owned()),
        Fact::new("Member since", Moment(user.created_at).day()),
    ]
}

/// Changes the person's own password.
#[derive(Debug, Template)]
#[template(path = "own_password.html")]
pub struct OwnPasswordPage {
    /// What stands around it.
    pub frame: Frame,
    /// Fewest characters.
    pub shortest: usize,
    /// What was wrong.
    pub problem: Option<String>,
    /// Whether that is about the current password; else it is about the new one.
    pub about_current: bool,
}

/// The login types, for people.
#[must_use]
pub fn logins(logins: Logins) -> Vec<String> {
    let named = [(logins.sso, "Company sign-in (SSO)"), (logins.work_email, "E-mail and password")];
    named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()).collect()
}

/// An idle time in words.
fn idle(time: SignedDuration) -> String {
    match (time.as_hours(), time.as_mins()) {
        (1, 60) => "1 hour".to_owned(),
        (hours, minutes) if hours > 0 && minutes == hours * 60 => format!("{hours} hours"),
        (_, minutes) => format!("{minutes} minutes"),
    }
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
        Fact::new("Ends", format!("{} after you last open a page", idle(session.idle))),
    ];
    facts.extend(session.last_end.map(|end| Fact::new("Ends at the latest", Moment(end).full())));
    facts
}
