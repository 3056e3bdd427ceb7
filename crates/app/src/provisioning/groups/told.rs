//! What was done to a group, in words, for the call log. Where one person came or went, that is the story, and it is about the person.

use super::members::Moved;
use crate::provisioning::{Failure, Told};
use std::collections::BTreeSet;
use vestibule_model::api_call::Subject;
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

pub(super) fn created(record: &Record, moved: Moved) -> Told {
    let name = &record.group.name;
    about(
        record,
        vec![match moved.joined {
            0 => format!("created the group {name}"),
            count => format!("created the group {name} with {}", people(count)),
        }],
    )
}

pub(super) fn deleted(record: &Record) -> Told {
    about(record, vec![format!("deleted the group {}", record.group.name)])
}

/// A change; `changes` are the fields, one line each.
pub(super) async fn changed(
    tx: &Tx<'_>,
    record: &Record,
    changes: Vec<String>,
    moved: Moved,
) -> Result<Told, Failure> {
    let name = &record.group.name;
    let alone = moved.last.filter(|_| changes.is_empty() && moved.joined + moved.left == 1);
    if let Some(user) = alone
        && let Some(entry) = store::scim_users::by_id(tx, user).await?
    {
        let who = entry.user_name();
        let story = match moved.joined {
            0 => format!("took {who} out of the group {name}"),
            _ => format!("put {who} into the group {name}"),
        };
        let subject = Some(Subject::User(user, Some(who.to_owned())));
        return Ok(Told { story: vec![story], subject, quirks: BTreeSet::new() });
    }
    Ok(about(record, sentences(name.as_str(), changes, moved)))
}

fn sentences(name: &str, changes: Vec<String>, moved: Moved) -> Vec<String> {
    let sentence = match (moved.joined, moved.left) {
        (0, 0) if changes.is_empty() => {
            return vec![format!("changed nothing about the group {name}: it was so already")];
        }
        (0, 0) => format!("changed the group {name}"),
        (joined, 0) => format!("put {} into the group {name}", people(joined)),
        (0, left) => format!("took {} out of the group {name}", people(left)),
        (joined, left) => {
            format!("put {} into the group {name}, and took {} out of it", people(joined), people(left))
        }
    };
    std::iter::once(sentence).chain(changes).collect()
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn about(record: &Record, story: Vec<String>) -> Told {
    let subject = Some(Subject::Group(record.group.id, Some(record.group.name.to_string())));
    Told { story, subject, quirks: BTreeSet::new() }
}
