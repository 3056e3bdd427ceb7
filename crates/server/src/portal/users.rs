//! Users: the list that is searched and narrowed, and the report of a deed for many.

pub mod words;

use super::people::{self};
use super::{Badge, Frame};
use askama::Template;
use serde::Deserialize;
use vestibule_app::groups::Which;
use vestibule_app::users::bulk::{Action, Report};
use vestibule_app::users::{Filter, Found, LoginFilter, Summary};
use vestibule_model::domain::Domain;
use vestibule_model::group::GroupKind;
use vestibule_model::license::License;
use vestibule_model::trace::spelled;
use vestibule_model::user::{Role, Status};

/// What the address of the list asks for, letter by letter. `prefix` is what `find` was called before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(alias = "prefix")]
    find: String,
    status: String,
    login: String,
    license: String,
    role: String,
    group: String,
    domain: String,
    after: String,
}

impl Asked {
    /// What a form says, by the name of its fields.
    #[must_use]
    pub fn of_fields<'v>(value: impl Fn(&str) -> &'v str) -> Self {
        let text = |key| value(key).to_owned();
        Self {
            find: text("find"),
            status: text("status"),
            login: text("login"),
            license: text("license"),
            role: text("role"),
            group: text("group"),
            domain: text("domain"),
            after: text("after"),
        }
    }

    /// Where the page begins.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        Some(self.after.as_str()).filter(|after| !after.is_empty())
    }

    /// Whom it means.
    ///
    /// # Errors
    /// A sentence, when a field says nothing that can be.
    pub fn filter(&self) -> Result<Filter, &'static str> {
        Ok(Filter {
            text: self.find.clone(),
            status: read(&self.status, Status::from_word, "There is no such status.")?,
            login: read(&self.login, LoginFilter::from_word, "There is no such way of signing in.")?,
            license: match self.license.as_str() {
                "none" => Some(None),
                word => read(word, License::from_word, "There is no such license type.")?.map(Some),
            },
            role: read(&self.role, role, "There is no such role.")?,
            group: read(
                self.group.trim(),
                |text| Which::parse(GroupKind::UserGroup, text).ok(),
                "No group has a name like that.",
            )?,
            domain: read(self.domain.trim(), |text| Domain::parse(text).ok(), "That is not a domain.")?,
        })
    }

    /// The fields that say something, but where the page begins.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("find", &self.find),
            ("status", &self.status),
            ("login", &self.login),
            ("license", &self.license),
            ("role", &self.role),
            ("group", &self.group),
            ("domain", &self.domain),
        ];
        let said = all.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name, value.clone())).collect()
    }

    /// The address of the list, from its beginning.
    #[must_use]
    pub fn address(&self) -> String {
        self.address_from(None)
    }

    fn address_from(&self, after: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields() {
            query.append_pair(name, &value);
        }
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        match query.finish() {
            query if query.is_empty() => "/admin/users".to_owned(),
            query => format!("/admin/users?{query}"),
        }
    }

    /// Whether anything is asked for besides the text.
    fn narrows(&self) -> bool {
        self.fields().iter().any(|(name, _)| *name != "find")
    }
}

fn read<T>(
    word: &str,
    reader: impl Fn(&str) -> Option<T>,
    problem: &'static str,
) -> Result<Option<T>, &'static str> {
    if word.is_empty() { Ok(None) } else { reader(word).map(Some).ok_or(problem) }
}

/// A role by its word, or by the name that the account gave it.
fn role(word: &str) -> Option<Role> {
    Role::from_word(word).or_else(|| Role::from_word(&format!("custom:{word}")))
}

/// What the page shows besides what was asked for.
#[derive(Debug)]
pub struct Listed {
    /// The users, or what is wrong with what was asked for.
    pub found: Result<Found, String>,
    /// The names of the roles that the account made for itself.
    pub roles: Vec<String>,
    /// What is wrong with a deed.
    pub problem: Option<String>,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "users/list.html")]
pub struct UsersPage {
    frame: Frame,
    asked: Asked,
    selects: Vec<Select>,
    licenses: Vec<Choice>,
    problem: Option<String>,
    wrong: Option<String>,
    rows: Vec<Row>,
    more: bool,
    next: Option<String>,
    first: Option<String>,
}

/// A field of which one value is chosen.
#[derive(Debug)]
struct Select {
    key: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

#[derive(Debug)]
struct Row {
    id: String,
    email: String,
    name: Option<String>,
    status: Badge,
    role: Option<Badge>,
    logins: Vec<Badge>,
    license: Option<String>,
}

impl UsersPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, asked: Asked, listed: Listed) -> Self {
        let (found, wrong) = match listed.found {
            Ok(found) => (found, None),
            Err(wrong) => (Found { items: Vec::new(), next: None, more: false }, Some(wrong)),
        };
        Self {
            frame,
            selects: selects(&asked, &listed.roles),
            licenses: licenses("").collect(),
            problem: listed.problem,
            wrong,
            rows: found.items.iter().map(row).collect(),
            more: found.more,
            next: found.next.as_deref().map(|after| asked.address_from(Some(after))),
            first: asked.after().map(|_| asked.address()),
            asked,
        }
    }

    /// What goes along with a deed, so that everybody whom the list finds can be meant.
    fn along(&self) -> Vec<(&'static str, String)> {
        self.asked.fields()
    }

    fn actions(&self) -> [(&'static str, &'static str); 4] {
        words::ACTIONS
    }
}

fn selects(asked: &Asked, roles: &[String]) -> Vec<Select> {
    let select = |key, label, chosen: &str, choices: Vec<(String, String)>| {
        let choices =
            choices.into_iter().map(|(value, text)| Choice { chosen: value == chosen, value, text });
        Select { key, label, choices: choices.collect() }
    };
    let owned = |(value, text): (&str, &str)| (value.to_owned(), text.to_owned());
    let statuses = [("active", "Active"), ("inactive", "Inactive"), ("pending", "Pending")].map(owned);
    let logins = [("sso", "SSO"), ("no-sso", "Not by SSO"), ("password", "Password")].map(owned);
    let built_in = [("owner", "Owner"), ("admin", "Admin"), ("member", "Member")].map(owned);
    let own = roles.iter().map(|name| (name.clone(), name.clone()));
    vec![
        select("status", "Status", &asked.status, statuses.into()),
        select("login", "Signs in by", &asked.login, logins.into()),
        Select { key: "license", label: "License", choices: licenses(&asked.license).collect() },
        select("role", "Role", &asked.role, built_in.into_iter().chain(own).collect()),
    ]
}

fn licenses(chosen: &str) -> impl Iterator<Item = Choice> {
    let all = License::ALL.into_iter().map(|license| (license.as_str(), license.to_string()));
    let all = all.chain([("none", "None".to_owned())]);
    all.map(move |(value, text)| Choice { chosen: value == chosen, value: value.to_owned(), text })
}

fn row(summary: &Summary) -> Row {
    let name = spelled(&summary.name);
    let email = summary.email.to_string();
    let login = |word: &&str| match *word {
        "sso" => Badge::new("is-accent", "SSO"),
        _ => Badge::new("", "Password"),
    };
    Row {
        id: summary.id.to_string(),
        name: Some(name).filter(|name| *name != email),
        email,
        status: people::status(summary.status),
        role: match &summary.role {
            Role::Member => None,
            role => Some(Badge::new("is-accent", spelled(role.title()))),
        },
        logins: summary.login_types.iter().map(login).collect(),
        license: summary.license.map(|license| license.to_string()),
    }
}

/// What became of a deed for many.
#[derive(Debug, Template)]
#[template(path = "users/report.html")]
pub struct ReportPage {
    frame: Frame,
    heading: String,
    done: String,
    unchanged: Option<String>,
    refused: Vec<(String, String)>,
    unnamed: usize,
    next: Option<String>,
    fields: Vec<(&'static str, String)>,
    back: String,
}

impl ReportPage {
    /// The page; the fields are those of the form that asks for the same again, for the rest.
    #[must_use]
    pub fn new(
        frame: Frame,
        action: Action,
        report: Report,
        fields: Vec<(&'static str, String)>,
        back: String,
    ) -> Self {
        let named = report.refused.into_iter().map(|(email, why)| {
            (
                email.map_or_else(
                    || "Somebody who is not there any more".to_owned(),
                    |email| email.to_string(),
                ),
                why,
            )
        });
        Self {
            frame,
            heading: words::done(action).to_owned(),
            done: words::people(report.done),
            unchanged: (report.unchanged > 0).then(|| words::people(report.unchanged)),
            refused: named.collect(),
            unnamed: report.refused_unnamed,
            next: report.next,
            fields,
            back,
        }
    }
}
