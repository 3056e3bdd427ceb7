//! Groups: the list of a kind, one group with its members and settings, and what holds for everybody.

use super::people::{by, status};
use super::{Badge, Frame};
use askama::Template;
use std::collections::BTreeMap;
use vestibule_app::groups::{Member, Members, Page, Shown, Summary};
use vestibule_model::group::{GroupKind, SettingName, Settings};
use vestibule_model::trace::{shown, spelled};

/// What is wrong with a form, and what was typed into it.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// What was typed.
    pub typed: String,
    /// What is wrong with it, and what to do.
    pub words: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "groups/list.html")]
pub struct GroupsPage {
    frame: Frame,
    kind: GroupKind,
    prefix: String,
    problem: Option<String>,
    wrong: Option<Problem>,
    rows: Vec<Row>,
    everybody: Vec<(&'static str, String, bool)>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    members: String,
    sets: String,
}

impl GroupsPage {
    /// The page of the groups of a kind whose names begin like that.
    #[must_use]
    pub fn new(
        frame: Frame,
        (kind, prefix): (GroupKind, String),
        found: Result<Page, String>,
        everybody: &Settings,
    ) -> Self {
        let (rows, problem) = match found {
            Ok(page) => (page.items.iter().map(row).collect(), None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let everybody = SettingName::ALL.map(|name| {
            let said = everybody.get(name.as_str()).map(|setting| setting.value.clone());
            let is_said = said.is_some();
            (name.title(), said.unwrap_or_else(|| name.built_in().to_owned()), is_said)
        });
        Self { frame, kind, prefix, problem, wrong: None, rows, everybody: everybody.to_vec(), next: None }
    }

    /// The same with the address of the page after it.
    #[must_use]
    pub fn leading(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }

    /// The same with what is wrong with a new group.
    #[must_use]
    pub fn with(self, wrong: Option<Problem>) -> Self {
        Self { wrong, ..self }
    }

    fn kinds(&self) -> [GroupKind; 3] {
        GroupKind::ALL
    }

    fn has_settings(&self) -> bool {
        self.kind == GroupKind::UserGroup
    }

    fn typed(&self) -> &str {
        self.wrong.as_ref().map_or("", |wrong| &wrong.typed)
    }
}

fn row(summary: &Summary) -> Row {
    let sets: Vec<&str> = summary
        .settings
        .keys()
        .filter_map(|key| SettingName::from_word(key))
        .map(SettingName::title)
        .collect();
    Row {
        id: summary.id.to_string(),
        name: summary.name.to_string(),
        members: summary.members.to_string(),
        sets: sets.join(", "),
    }
}

/// One group.
#[derive(Debug, Template)]
#[template(path = "groups/one.html")]
pub struct GroupPage {
    frame: Frame,
    name: String,
    kind: GroupKind,
    count: String,
    address: String,
    version: i64,
    named_by: Vec<String>,
    auto: Option<String>,
    fields: Vec<Field>,
    prefix: String,
    problem: Option<String>,
    members: Vec<MemberRow>,
    next: Option<String>,
    new_name: String,
    new_member: String,
    rename_problem: Option<String>,
    join_problem: Option<String>,
    other_problem: Option<String>,
}

#[derive(Debug)]
struct MemberRow {
    id: String,
    email: String,
    name: String,
    status: Badge,
    origins: Vec<&'static str>,
    by_hand: bool,
}

impl GroupPage {
    /// The page of a group with those of its members whose addresses begin like that.
    #[must_use]
    pub fn new(frame: Frame, group: &Shown, prefix: String, found: Result<Members, String>) -> Self {
        let (members, problem) = match found {
            Ok(page) => (page.items.iter().map(member).collect(), None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let Summary { id, kind, name, members: count, settings, version, .. } = &group.summary;
        Self {
            frame,
            name: name.to_string(),
            kind: *kind,
            count: if *count == 1 { "1 member".to_owned() } else { format!("{count} members") },
            address: format!("/admin/groups/{id}"),
            version: *version,
            named_by: group.named_by.iter().map(|place| spelled(place)).collect(),
            auto: group.auto_mapping.as_deref().map(shown),
            fields: fields(&values(settings), None),
            prefix,
            problem,
            members,
            next: None,
            new_name: name.to_string(),
            new_member: String::new(),
            rename_problem: None,
            join_problem: None,
            other_problem: None,
        }
    }

    /// The same with the address of the page after it.
    #[must_use]
    pub fn leading(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }

    /// The same with what is wrong with one of its forms: the field, if one is named, and the words.
    #[must_use]
    pub fn wrong(
        mut self,
        deed: &str,
        typed: BTreeMap<String, String>,
        (key, words): (Option<&str>, String),
    ) -> Self {
        match deed {
            "rename" => {
                self.new_name = typed.get("name").cloned().unwrap_or_default();
                self.rename_problem = Some(words);
            }
            "join" => {
                self.new_member = typed.get("member").cloned().unwrap_or_default();
                self.join_problem = Some(words);
            }
            "settings" => {
                self.fields = fields(&typed, key.map(|key| (key, words.as_str())));
                self.other_problem = Some(format!("Nothing was saved. {words}"));
            }
            _ => self.other_problem = Some(words),
        }
        self
    }

    fn has_settings(&self) -> bool {
        self.kind == GroupKind::UserGroup
    }
}

fn member(member: &Member) -> MemberRow {
    use vestibule_model::group::Origin;
    MemberRow {
        id: member.id.to_string(),
        email: member.email.to_string(),
        name: spelled(&member.name),
        status: status(member.status),
        origins: member.origins.iter().map(|origin| by(*origin)).collect(),
        by_hand: member.origins.contains(&Origin::Manual),
    }
}

/// What holds for everybody.
#[derive(Debug, Template)]
#[template(path = "groups/everybody.html")]
pub struct EverybodyPage {
    frame: Frame,
    version: i64,
    fields: Vec<Field>,
    problem: Option<String>,
}

impl EverybodyPage {
    /// The form with what is set.
    #[must_use]
    pub fn new(frame: Frame, version: i64, settings: &Settings) -> Self {
        Self { frame, version, fields: fields(&values(settings), None), problem: None }
    }

    /// The form as it was typed, and what is wrong with it.
    #[must_use]
    pub fn typed(
        frame: Frame,
        version: i64,
        typed: BTreeMap<String, String>,
        (key, words): (Option<&str>, String),
    ) -> Self {
        let fields = fields(&typed, key.map(|key| (key, words.as_str())));
        Self { frame, version, fields, problem: Some(format!("Nothing was saved. {words}")) }
    }
}

/// A setting in a form.
#[derive(Debug)]
struct Field {
    key: &'static str,
    label: &'static str,
    help: String,
    /// Words and titles, where there are only a few.
    choices: Vec<(&'static str, &'static str)>,
    value: String,
    locked: bool,
    wrong: Option<String>,
}

/// Settings as a form has them.
fn values(settings: &Settings) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (key, setting) in settings {
        values.insert(key.clone(), setting.value.clone());
        if setting.locked {
            values.insert(format!("locked_{key}"), "true".to_owned());
        }
    }
    values
}

fn fields(values: &BTreeMap<String, String>, wrong: Option<(&str, &str)>) -> Vec<Field> {
    let field = |name: SettingName| {
        let key = name.as_str();
        Field {
            key,
            label: name.title(),
            help: help(name),
            choices: choices(name),
            value: values.get(key).cloned().unwrap_or_default(),
            locked: values.get(&format!("locked_{key}")).is_some_and(|word| word == "true"),
            wrong: wrong.filter(|(wrong, _)| *wrong == key).map(|(_, words)| words.to_owned()),
        }
    };
    SettingName::ALL.map(field).into()
}

fn help(name: SettingName) -> String {
    match name {
        SettingName::SessionIdle => {
            "How long a web session lives without being used: 5m to 24h. Left empty, the next setting in line holds, and in the end 2h."
        }
        SettingName::AutomaticLogout => {
            "How long after the sign-in a web session ends, however much it is used: 15m to 180d, or off. What the SSO connection says holds as well; the earlier end counts."
        }
        SettingName::MappedPicture => {
            "Whether a picture that the identity provider sends is taken. One that is there already stays."
        }
    }
    .to_owned()
}

fn choices(name: SettingName) -> Vec<(&'static str, &'static str)> {
    match name {
        SettingName::MappedPicture => vec![("", "Not set"), ("on", "On"), ("off", "Off")],
        SettingName::SessionIdle | SettingName::AutomaticLogout => Vec::new(),
    }
}
