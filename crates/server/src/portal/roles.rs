//! Roles that the account made for itself: the list, and the form of one.

use super::Frame;
use askama::Template;
use vestibule_app::roles::{Saved, View};
use vestibule_model::permission::{Permission, Permissions};
use vestibule_model::trace::spelled;

/// The list.
#[derive(Debug, Template)]
#[template(path = "roles/list.html")]
pub struct RolesPage {
    frame: Frame,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    href: String,
    permissions: Vec<&'static str>,
    people: i64,
    given_by_rules: bool,
}

impl RolesPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, roles: Vec<View>) -> Self {
        let row = |role: View| Row {
            name: spelled(role.name.as_str()),
            href: address(role.name.as_str(), "edit"),
            permissions: role.permissions.iter().map(Permission::as_str).collect(),
            people: role.people,
            given_by_rules: role.given_by_rules,
        };
        Self { frame, rows: roles.into_iter().map(row).collect() }
    }
}

/// The address of what is done about a role: `edit`, or `remove`. A name may have any character.
#[must_use]
pub fn address(role: &str, deed: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(role.as_bytes()).collect();
    format!("/admin/roles/{}/{deed}", name.replace('+', "%20"))
}

/// The form of a role.
#[derive(Debug, Template)]
#[template(path = "roles/one.html")]
pub struct RolePage {
    frame: Frame,
    /// The name; empty while it is new and not typed yet.
    name: String,
    /// What is there already.
    known: Option<Known>,
    boxes: Vec<PermissionBox>,
    problem: Option<String>,
}

#[derive(Debug)]
struct Known {
    people: i64,
    given_by_rules: bool,
    /// Whether whoever looks may change it.
    within_reach: bool,
}

/// A permission, and whether it is given.
#[derive(Debug)]
struct PermissionBox {
    word: &'static str,
    sentence: &'static str,
    given: bool,
    /// Whether whoever looks holds it, and so may give it.
    held: bool,
}

impl RolePage {
    /// The form of a new role.
    #[must_use]
    pub fn blank(frame: Frame, typed: Saved) -> Self {
        let boxes = boxes(&frame, typed.permissions);
        Self { frame, name: typed.name, known: None, boxes, problem: None }
    }

    /// The form of a role that is there.
    #[must_use]
    pub fn of(frame: Frame, role: &View) -> Self {
        let within_reach = frame.changes() && frame.may.cover(role.permissions);
        let known = Some(Known { people: role.people, given_by_rules: role.given_by_rules, within_reach });
        let boxes = boxes(&frame, role.permissions);
        Self { frame, name: role.name.as_str().to_owned(), known, boxes, problem: None }
    }

    /// The same with what was wrong.
    #[must_use]
    pub fn wrong(self, problem: String) -> Self {
        Self { problem: Some(problem), ..self }
    }

    fn heading(&self) -> String {
        if self.known.is_some() { spelled(&self.name) } else { "New role".to_owned() }
    }

    fn action(&self) -> String {
        if self.known.is_some() { address(&self.name, "edit") } else { "/admin/roles/new".to_owned() }
    }

    fn removal(&self) -> String {
        address(&self.name, "remove")
    }

    fn changes(&self) -> bool {
        self.known.as_ref().map_or(self.frame.changes(), |known| known.within_reach)
    }
}

fn boxes(frame: &Frame, given: Permissions) -> Vec<PermissionBox> {
    let one = |permission: &Permission| PermissionBox {
        word: permission.as_str(),
        sentence: permission.sentence(),
        given: given.iter().any(|held| held == *permission),
        held: frame.allows(*permission),
    };
    Permission::ALL.iter().map(one).collect()
}
