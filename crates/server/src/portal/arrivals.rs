//! Somebody new, the fields of a person, and who is invited.

use super::moment::Moment;
use super::{Badge, Frame};
use askama::Template;
use std::collections::BTreeMap;
use vestibule_app::users::{Invited, MOST, Person};
use vestibule_model::license::License;
use vestibule_model::user::Field as ProfileField;

/// The form of somebody new, or of somebody who is known.
#[derive(Debug, Template)]
#[template(path = "arrivals/form.html")]
pub struct PersonForm {
    frame: Frame,
    heading: String,
    text: &'static str,
    problem: Option<String>,
    action: String,
    back: String,
    back_to: &'static str,
    button: &'static str,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    title: &'static str,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    choices: Option<Vec<(&'static str, String)>>,
    value: String,
    wrong: Option<String>,
}

impl Field {
    fn choices(&self) -> Option<&[(&'static str, String)]> {
        self.choices.as_deref()
    }

    fn is_area(&self) -> bool {
        false
    }

    fn is_switch(&self) -> bool {
        false
    }
}

/// What was typed, and what is wrong with it: the sentence, and the field that is meant.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The text of each field.
    pub values: BTreeMap<String, String>,
    /// What is wrong, and with which field.
    pub problem: Option<(String, Option<String>)>,
}

/// The fields of a profile that the form has: word, label, help.
pub const PROFILE: [(ProfileField, &str, &str); 9] = [
    (ProfileField::FirstName, "First name", ""),
    (ProfileField::LastName, "Last name", ""),
    (ProfileField::DisplayName, "Display name", "Shown in place of first and last name."),
    (ProfileField::JobTitle, "Job title", ""),
    (ProfileField::Department, "Department", ""),
    (ProfileField::Location, "Location", ""),
    (ProfileField::Manager, "Manager", "An e-mail address."),
    (ProfileField::Phone1, "Phone", "With the country code, such as +31 10 123 4567."),
    (ProfileField::Language, "Language", "A code such as en or pt-BR."),
];

/// The way in of somebody new, under which its field is sent.
pub const WAY: &str = "way";
/// The word of an invitation there.
pub const INVITE: &str = "invite";
/// The word of an SSO user there.
pub const SSO: &str = "sso";

impl PersonForm {
    /// The form of somebody new.
    #[must_use]
    pub fn new(frame: Frame, typed: &Typed) -> Self {
        let ways = vec![
            (INVITE, "Invitation: by e-mail and password".to_owned()),
            (SSO, "SSO user: by your identity provider".to_owned()),
        ];
        let way = typed.field((WAY, "Signs in by", "An invitation is a mail with a link, which works for 30 days and sets a password. An SSO user gets no mail, unless the domain of the address is not yours: then the mailbox confirms the address first."), Some(ways));
        let known = vec![typed.email("One address is one user in this service."), way, typed.license(false)];
        Self {
            frame,
            heading: "New person".to_owned(),
            text: "A member of the account. Whoever signs in by the identity provider for the first time is made by itself; here somebody is made before that.",
            problem: typed.about_nothing(),
            action: "/admin/users/new".to_owned(),
            back: "/admin/users".to_owned(),
            back_to: "Users",
            button: "Make the user",
            groups: vec![Group { title: "Who it is", fields: known }, typed.profile()],
        }
    }

    /// The form of somebody who is known.
    #[must_use]
    pub fn of(frame: Frame, person: &Person, typed: &Typed) -> Self {
        let help = "Another one has to be in a domain of yours. Links that were mailed to the old address stop working, and it gets a mail that says so.";
        let id = (
            "employee_id",
            "Employee Unique ID",
            "By it the identity provider’s answers find this person before the address does. Empty: by the address.",
        );
        let fields = vec![typed.email(help), typed.license(true), typed.field(id, None)];
        let address = format!("/admin/users/{}", person.summary.id);
        Self {
            frame,
            heading: format!("Edit {}", person.summary.email),
            text: "What the mapping or a directory says comes back with the next sign-in or sync.",
            problem: typed.about_nothing(),
            action: format!("{address}/edit"),
            back: address,
            back_to: "Back without saving",
            button: "Save",
            groups: vec![Group { title: "Who it is", fields }, typed.profile()],
        }
    }
}

impl Typed {
    /// What is known of a person.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let mut values = BTreeMap::from([
            ("email".to_owned(), person.summary.email.to_string()),
            ("employee_id".to_owned(), person.employee_id.clone().unwrap_or_default()),
            ("license".to_owned(), person.summary.license.map_or("", License::as_str).to_owned()),
        ]);
        for (field, ..) in &PROFILE {
            let value = person.profile.value(field).unwrap_or_default();
            values.insert(field.as_str().to_owned(), value.to_owned());
        }
        Self { values, problem: None }
    }

    /// What is wrong and is said beside no field.
    fn about_nothing(&self) -> Option<String> {
        let (words, key) = self.problem.as_ref()?;
        let shown = ["email", "employee_id"];
        let is_shown =
            |key: &str| shown.contains(&key) || PROFILE.iter().any(|(field, ..)| field.as_str() == key);
        (!key.as_deref().is_some_and(is_shown)).then(|| words.clone())
    }

    fn field(
        &self,
        (key, label, help): (&'static str, &'static str, &'static str),
        choices: Option<Vec<(&'static str, String)>>,
    ) -> Field {
        let problem = self.problem.as_ref().filter(|(_, about)| about.as_deref() == Some(key));
        Field {
            key,
            label,
            help,
            choices,
            value: self.values.get(key).cloned().unwrap_or_default(),
            wrong: problem.map(|(words, _)| words.clone()),
        }
    }

    fn email(&self, help: &'static str) -> Field {
        self.field(("email", "E-mail address", help), None)
    }

    fn license(&self, known: bool) -> Field {
        let help = "Takes a seat. Somebody whose mailbox has to confirm the address first gets it then.";
        let title = |license: License| (license.as_str(), license.to_string());
        let stays = known.then(|| ("", "As it is".to_owned()));
        let choices = stays.into_iter().chain(License::ALL.into_iter().map(title)).collect();
        self.field(("license", "License type", help), Some(choices))
    }

    fn profile(&self) -> Group {
        let fields = PROFILE.iter().map(|(field, label, help)| self.field((word(field), label, help), None));
        Group { title: "Profile", fields: fields.collect() }
    }
}

/// The word of a field that every account has.
fn word(field: &ProfileField) -> &'static str {
    match field {
        ProfileField::FirstName => "first_name",
        ProfileField::LastName => "last_name",
        ProfileField::DisplayName => "display_name",
        ProfileField::JobTitle => "job_title",
        ProfileField::Department => "department",
        ProfileField::Location => "location",
        ProfileField::Manager => "manager",
        ProfileField::Phone1 => "phone_1",
        _ => "language",
    }
}

/// Who is invited.
#[derive(Debug, Template)]
#[template(path = "arrivals/invitations.html")]
pub struct InvitationsPage {
    frame: Frame,
    rows: Vec<Row>,
    is_full: bool,
}

#[derive(Debug)]
struct Row {
    address: String,
    email: String,
    state: Badge,
    sent: Moment,
    ends: Moment,
}

impl InvitationsPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, invited: Vec<Invited>) -> Self {
        let is_full = invited.len() >= MOST as usize;
        let row = |invited: Invited| Row {
            address: format!("/admin/users/{}", invited.user),
            email: invited.email.to_string(),
            state: match invited.expired {
                true => Badge::new("is-bad", "Expired"),
                false => Badge::new("is-warn", "Open"),
            },
            sent: Moment(invited.sent_at),
            ends: Moment(invited.expires_at),
        };
        Self { frame, rows: invited.into_iter().map(row).collect(), is_full }
    }
}
