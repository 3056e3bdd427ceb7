//! `[settings]` and `[groups."…"]`: what holds for everybody, and for the members of a user group.
//!
//! A file that has `[groups]` has the settings of all groups: one that is not named loses its own, and stays. What the settings
//! mean is in `model::group`.

use super::file::Source;
use super::place::{Place, spelled};
use crate::error::{Error, Kind};
use std::collections::BTreeMap;
use toml::{Table, Value};
use vestibule_model::group::{Group, GroupKind, GroupName, Setting, SettingName, Settings};

/// Most groups with settings.
const MOST_GROUPS: usize = 1_000;

/// The key beside the settings of a group that names those which are locked.
const LOCKED: &str = "locked";

/// A user group that has settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupSettings {
    pub(crate) name: GroupName,
    pub(crate) settings: Settings,
}

/// The groups that have settings, by folded name.
pub(crate) type OfGroups = BTreeMap<String, GroupSettings>;

/// Those of them that are user groups; no other kind has settings that hold.
pub(super) fn of_groups(found: Vec<(Group, Settings)>) -> OfGroups {
    let people = found.into_iter().filter(|(group, _)| group.kind == GroupKind::UserGroup);
    people.map(|(Group { name, .. }, settings)| (name.folded(), GroupSettings { name, settings })).collect()
}

/// Reads `[settings]`.
pub(super) fn everybody(source: &Source, table: &Table) -> Result<Settings, Error> {
    let place = Place::of(source, "settings");
    table.iter().map(|(key, value)| one(&place.key(key), key, value)).collect()
}

/// Reads `[groups]`; a group that has settings already keeps its spelling.
pub(super) fn groups(source: &Source, table: &Table, current: &OfGroups) -> Result<OfGroups, Error> {
    let place = Place::of(source, "groups");
    if table.len() > MOST_GROUPS {
        return Err(place.wrong(format!("at most {MOST_GROUPS} groups have settings")));
    }
    let mut groups = OfGroups::new();
    for (name, value) in table {
        let place = place.key(name);
        let name = GroupName::parse(name).map_err(|error| place.wrong(error))?;
        let table = value.as_table().ok_or_else(|| place.wrong("expected a table of settings"))?;
        let settings = of_group(&place, table)?;
        if settings.is_empty() {
            return Err(place.wrong("nothing is set").hint(
                "Give a setting, or leave the group out: groups are made by rules, and by `vestibule groups create`.",
            ));
        }
        let folded = name.folded();
        let name = current.get(&folded).map_or(name, |known| known.name.clone());
        if groups.insert(folded, GroupSettings { name, settings }).is_some() {
            return Err(place
                .wrong("the group is named twice")
                .hint("Upper and lower case make no difference."));
        }
    }
    Ok(groups)
}

fn of_group(place: &Place<'_>, table: &Table) -> Result<Settings, Error> {
    let said = table.iter().filter(|(key, _)| *key != LOCKED);
    let mut settings =
        said.map(|(key, value)| one(&place.key(key), key, value)).collect::<Result<Settings, _>>()?;
    let Some(locked) = table.get(LOCKED) else { return Ok(settings) };
    let place = place.key(LOCKED);
    let names = locked.as_array().ok_or_else(|| place.wrong("expected a list of settings"))?;
    for name in names {
        let name = name.as_str().ok_or_else(|| place.wrong("expected names of settings"))?;
        let setting = settings.get_mut(name).ok_or_else(|| {
            place
                .wrong(format!("\"{}\" is not set here", vestibule_model::trace::shown(name)))
                .hint("Only what the group sets can be locked: give it a value in the same table.")
        })?;
        setting.locked = true;
    }
    Ok(settings)
}

fn one(place: &Place<'_>, key: &str, value: &Value) -> Result<(String, Setting), Error> {
    let name = SettingName::from_word(key).ok_or_else(|| place.wrong("there is no such setting"))?;
    let text = value.as_str().ok_or_else(|| place.wrong(format!("expected {}", name.expected())))?;
    let value = name.parse(text).map_err(|error| place.wrong(error))?;
    Ok((key.to_owned(), Setting { value, locked: false }))
}

/// What a form says of settings: the text of each, and `locked_…` of those that are locked. What is empty is not set.
///
/// # Errors
/// [`Kind::Invalid`] about the field that is wrong.
pub(crate) fn of_form(form: &BTreeMap<String, String>) -> Result<Settings, Error> {
    let mut settings = Settings::new();
    for name in SettingName::ALL {
        let key = name.as_str();
        let text = form.get(key).map_or("", |text| text.trim());
        let locked = form.get(&format!("locked_{key}")).is_some_and(|word| word == "true");
        let wrong = |problem: String| Error::new(Kind::Invalid, format!("`{key}`: {problem}.")).about(key);
        match text {
            "" if locked => {
                return Err(
                    wrong("there is no value to lock".to_owned()).hint("Give one, or do not lock it.")
                );
            }
            "" => {}
            text => {
                let value = name.parse(text).map_err(|error| wrong(error.to_string()))?;
                settings.insert(key.to_owned(), Setting { value, locked });
            }
        }
    }
    Ok(settings)
}

/// `[settings]`, or the table of a group.
pub(super) fn table(settings: &Settings) -> Table {
    let mut table: Table =
        settings.iter().map(|(key, setting)| (key.clone(), setting.value.as_str().into())).collect();
    let locked: Vec<Value> = locked(settings).map(Value::from).collect();
    if !locked.is_empty() {
        table.insert(LOCKED.to_owned(), locked.into());
    }
    table
}

fn locked(settings: &Settings) -> impl Iterator<Item = &str> {
    settings.iter().filter(|(_, setting)| setting.locked).map(|(key, _)| key.as_str())
}

/// Everything that is set, as pairs of key and value.
pub(super) fn pairs(everybody: &Settings, groups: &OfGroups) -> Vec<(String, String)> {
    let mut pairs: Vec<_> =
        everybody.iter().map(|(key, setting)| (format!("settings.{key}"), setting.value.clone())).collect();
    for GroupSettings { name, settings } in groups.values() {
        let section = format!("groups.{}", spelled(name.as_str()));
        let told = |(key, setting): (&String, &Setting)| {
            let lock = if setting.locked { " (locked)" } else { "" };
            (format!("{section}.{key}"), format!("{}{lock}", setting.value))
        };
        pairs.extend(settings.iter().map(told));
    }
    pairs
}
