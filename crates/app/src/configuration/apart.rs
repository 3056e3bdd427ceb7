//! Connections of one account are kept apart: no two that the same people would use, and no two of one issuer at one
//! vanity URL, whose messages could not be told to be for one of them.
//!
//! The rule itself is in `model::connection`. The one thing to know: [`distinct`] looks at what is being edited and names
//! the keys of a file; [`in_use`] looks at what is about to be in use, and every publication asks it in its transaction,
//! whatever brought it about.

use super::file::Source;
use super::state::{ConnectionState, State, section};
use crate::error::{Error, Kind};
use std::collections::BTreeMap;
use vestibule_model::account::Label;
use vestibule_model::connection::{Clash, Settings};
use vestibule_model::id::ConnectionId;
use vestibule_store::{self as store, Tx};

/// Refuses two connections of a file or a form, drafts among them, that are not apart. `own` is the account's own vanity
/// URL.
pub(super) fn distinct(
    source: &Source,
    own: &Label,
    connections: &BTreeMap<String, ConnectionState>,
) -> Result<(), Error> {
    let named = connections.iter().map(|(name, connection)| (name, &connection.settings));
    let Some((one, other, clash)) = first(named, own) else { return Ok(()) };
    let problem = match clash {
        Clash::People => format!("the same people sign in by `{}`", section(one)),
        Clash::Issuer => format!("`{}` has the same issuer at the same vanity URL", section(one)),
    };
    Err(source.wrong(&section(other), problem).hint(cure(clash)))
}

/// The first two that are not apart.
fn first<'a>(
    connections: impl Iterator<Item = (&'a String, &'a Settings)>,
    own: &Label,
) -> Option<(&'a String, &'a String, Clash)> {
    let mut seen: Vec<(&String, &Settings)> = Vec::new();
    for (name, settings) in connections {
        let clash =
            |(other, theirs): &(&'a String, &Settings)| Some((*other, name, theirs.clash(settings, own)?));
        if let Some(found) = seen.iter().find_map(clash) {
            return Some(found);
        }
        seen.push((name, settings));
    }
    None
}

/// Refuses to publish settings for a connection beside which another one is in use that is not apart.
pub(crate) async fn in_use(
    tx: &Tx<'_>,
    own: &Label,
    (id, settings): (ConnectionId, &Settings),
) -> Result<(), Error> {
    let others = store::connections::list(tx).await?.into_iter().filter(|other| other.id != id);
    for other in others {
        let clash = other.published.and_then(|version| version.settings.clash(settings, own));
        if let Some(clash) = clash {
            return Err(refused(&other.name, clash));
        }
    }
    Ok(())
}

/// Refuses a state after which two connections would be in use that are not apart: where a draft is wanted, what is
/// published before stays in use.
pub(super) async fn will_be_in_use(tx: &Tx<'_>, own: &Label, wanted: &State) -> Result<(), Error> {
    let mut in_use = BTreeMap::new();
    for connection in store::connections::list(tx).await? {
        let drafted = wanted.connections.get(&connection.name).filter(|wanted| wanted.draft);
        if let Some(version) = connection.published.filter(|_| drafted.is_some()) {
            in_use.insert(connection.name, version.settings);
        }
    }
    let published = wanted.connections.iter().filter(|(_, wanted)| !wanted.draft);
    in_use.extend(published.map(|(name, wanted)| (name.clone(), wanted.settings.clone())));
    first(in_use.iter(), own).map_or(Ok(()), |(one, _, clash)| Err(refused(one, clash)))
}

fn refused(other: &str, clash: Clash) -> Error {
    let other =
        if other.is_empty() { "the connection for everybody".to_owned() } else { format!("\"{other}\"") };
    let sentence = match clash {
        Clash::People => format!("The same people sign in by {other}, which is in use."),
        Clash::Issuer => format!("The same issuer is in use at the same vanity URL by {other}."),
    };
    Error::new(Kind::Invalid, sentence).hint(cure(clash))
}

fn cure(clash: Clash) -> &'static str {
    match clash {
        Clash::People => "Give each connection a vanity URL or e-mail domains of its own.",
        Clash::Issuer => {
            "Make it one connection with the domains of both, or give it a vanity URL of its own."
        }
    }
}
