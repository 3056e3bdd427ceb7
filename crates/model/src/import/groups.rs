//! Which user groups somebody is in because of a file: those that the newest row names, in place of those that files gave before.

use super::Altered;
use crate::group::{Group, GroupKind, GroupName, Membership, Origin};

/// What changes about the user groups of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// Groups to join, in order.
    pub join: Vec<GroupName>,
    /// Groups to leave, as far as a file put the person there.
    pub leave: Vec<Group>,
    /// The same in words.
    pub change: Option<Altered>,
}

/// Which groups to join and to leave. A row that names none leaves everything as it is; memberships that came another way stay.
#[must_use]
pub fn placement(before: &[Membership], names: &[GroupName]) -> Placement {
    let by_file = |held: &&Membership| held.group.kind == GroupKind::UserGroup && held.origin == Origin::Csv;
    let held: Vec<&Group> = before.iter().filter(by_file).map(|held| &held.group).collect();
    let is_named = |group: &Group| names.iter().any(|name| name.folded() == group.name.folded());
    let is_held = |name: &GroupName| held.iter().any(|group| group.name.folded() == name.folded());
    let join: Vec<GroupName> = names.iter().filter(|name| !is_held(name)).cloned().collect();
    if names.is_empty() {
        return Placement::default();
    }
    let leave: Vec<Group> = held.iter().copied().filter(|group| !is_named(group)).cloned().collect();
    let words = |names: Vec<&GroupName>| {
        let names: Vec<&str> = names.into_iter().map(GroupName::as_str).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let change = (!join.is_empty() || !leave.is_empty()).then(|| Altered {
        field: "user_group".to_owned(),
        before: words(held.iter().map(|group| &group.name).collect()),
        after: words(names.iter().collect()),
    });
    Placement { join, leave, change }
}
