//! The settings that user groups carry, and which of them hold for a person who belongs to several (behaviour.md section 4).
//!
//! What a setting means is not known here. The one thing to know: the primary group's settings hold, except that a setting
//! which any group locks wins over it.

use super::{GroupKind, GroupName, Membership};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// One setting of a user group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The value.
    pub value: String,
    /// Whether it holds for every member, whatever their primary group says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
}

/// The settings of a user group, by name.
pub type Settings = BTreeMap<String, Setting>;

/// A setting that holds for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// The value.
    pub value: String,
    /// The group that it comes from.
    pub group: GroupName,
    /// Why this group's value holds.
    pub because: Because,
}

/// Why a group's value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The group is the person's primary one, and no other locks the setting.
    Primary,
    /// The group locks the setting.
    Locked,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.because {
            Because::Primary => write!(f, "{}: {} is the primary group", self.value, self.group),
            Because::Locked => write!(f, "{}: locked by {}", self.value, self.group),
        }
    }
}

/// The settings that hold for a person with these memberships and the settings of their groups. Where several groups lock the
/// same setting, the one in the lowest place wins.
#[must_use]
pub fn effective<'a>(
    memberships: impl IntoIterator<Item = (&'a Membership, &'a Settings)>,
) -> BTreeMap<&'a str, Effective> {
    let of_people = memberships.into_iter().filter(|(member, _)| member.group.kind == GroupKind::UserGroup);
    let mut groups: Vec<(&Membership, &Settings)> = of_people.collect();
    groups.sort_by_key(|(membership, _)| (membership.position, membership.group.id));
    let primary = groups.first().map(|(membership, _)| membership.group.id);
    let mut holding: BTreeMap<&str, Effective> = BTreeMap::new();
    for (membership, settings) in groups {
        let is_primary = Some(membership.group.id) == primary;
        for (name, Setting { value, locked }) in settings {
            let is_settled = holding.get(name.as_str()).is_some_and(|held| held.because == Because::Locked);
            let because = if *locked { Because::Locked } else { Because::Primary };
            if (*locked || is_primary) && !is_settled {
                let effective =
                    Effective { value: value.clone(), group: membership.group.name.clone(), because };
                holding.insert(name, effective);
            }
        }
    }
    holding
}

#[cfg(test)]
mod tests {
    use super::super::{Group, Origin};
    use super::*;
    use crate::id::GroupId;

    fn member(name: &str, kind: GroupKind, position: i64) -> Membership {
        let id = GroupId::from_bytes([u8::try_from(position).unwrap(); 16]);
        let group = Group { id, kind, name: GroupName::parse(name).unwrap() };
        Membership { group, origin: Origin::Mapping, position }
    }

    fn settings(all: &[(&str, &str, bool)]) -> Settings {
        let setting = |(name, value, locked): &(&str, &str, bool)| {
            ((*name).to_owned(), Setting { value: (*value).to_owned(), locked: *locked })
        };
        all.iter().map(setting).collect()
    }

    fn told(groups: &[(Membership, Settings)]) -> Vec<String> {
        let holding = effective(groups.iter().map(|(membership, settings)| (membership, settings)));
        holding.iter().map(|(name, effective)| format!("{name} = {effective}")).collect()
    }

    #[test]
    fn the_primary_groups_settings_hold_and_those_of_others_do_not() {
        let groups = [
            (
                member("Second", GroupKind::UserGroup, 2),
                settings(&[("chat", "off", false), ("files", "off", false)]),
            ),
            (member("First", GroupKind::UserGroup, 1), settings(&[("chat", "on", false)])),
        ];
        assert_eq!(told(&groups), ["chat = on: First is the primary group"]);
    }

    #[test]
    fn a_setting_that_any_group_locks_wins_over_the_primarys() {
        let groups = [
            (
                member("First", GroupKind::UserGroup, 1),
                settings(&[("chat", "on", false), ("files", "on", false)]),
            ),
            (member("Second", GroupKind::UserGroup, 2), settings(&[("chat", "off", true)])),
        ];
        assert_eq!(told(&groups), ["chat = off: locked by Second", "files = on: First is the primary group"]);
    }

    #[test]
    fn of_several_locks_the_one_in_the_lowest_place_wins() {
        let lock = |value| settings(&[("chat", value, true)]);
        let groups = [
            (member("Third", GroupKind::UserGroup, 3), lock("third")),
            (member("Second", GroupKind::UserGroup, 2), lock("second")),
            (member("First", GroupKind::UserGroup, 1), settings(&[])),
        ];
        assert_eq!(told(&groups), ["chat = second: locked by Second"]);
        let with_primary = [(member("First", GroupKind::UserGroup, 1), lock("first")), groups[1].clone()];
        assert_eq!(told(&with_primary), ["chat = first: locked by First"]);
    }

    #[test]
    fn channels_carry_no_settings_and_somebody_without_a_group_has_none() {
        let channel = (member("Channel", GroupKind::Channel, 1), settings(&[("chat", "off", true)]));
        assert!(told(&[channel]).is_empty() && told(&[]).is_empty());
    }

    #[test]
    fn settings_are_kept_as_they_are_written() {
        let written = r#"{"chat":{"value":"off","locked":true},"files":{"value":"on"}}"#;
        let read: Settings = serde_json::from_str(written).unwrap();
        assert_eq!(read, settings(&[("chat", "off", true), ("files", "on", false)]));
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
    }
}
