//! The SSO connections of an account, or how to make the first one.

use super::{Ours, facts, title};
use crate::portal::{Badge, Fact, Frame};
use askama::Template;

/// The connections.
#[derive(Debug, Template)]
#[template(path = "connections.html")]
pub struct ConnectionsPage {
    frame: Frame,
    label: String,
    rows: Vec<Row>,
    ours: Vec<Fact>,
}

/// A connection in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its page.
    pub address: String,
    /// What the account file calls it; empty for the one of `[sso]`.
    pub name: String,
    /// The number of the version in use.
    pub published: Option<i64>,
    /// The number of the version being edited.
    pub draft: Option<i64>,
    /// Whether the version that is shown may be used at all.
    pub enabled: bool,
    /// The issuer of its identity provider.
    pub issuer: String,
    /// The host whose visitors sign in by it.
    pub host: String,
    /// The domains whose addresses sign in by it; empty for all others.
    pub domains: Vec<String>,
}

#[derive(Debug)]
struct Row {
    address: String,
    title: String,
    badges: Vec<Badge>,
    who: String,
    issuer: String,
}

impl ConnectionsPage {
    /// The page of these connections. Our values are shown when there is none.
    #[must_use]
    pub fn new(frame: Frame, label: &str, listed: Vec<Listed>, ours: Ours) -> Self {
        let rows = listed.into_iter().map(row).collect();
        Self { frame, label: label.to_owned(), rows, ours: facts::ours(ours) }
    }
}

fn row(listed: Listed) -> Row {
    let mut badges = Vec::new();
    badges
        .extend(listed.published.map(|number| Badge::new("is-good", format!("Published: version {number}"))));
    badges.extend(listed.draft.map(|number| Badge::new("is-warn", format!("Draft: version {number}"))));
    if !listed.enabled {
        badges.push(Badge::new("is-bad", "Disabled"));
    }
    let who = match listed.domains.as_slice() {
        [] => format!("Everybody at {}", listed.host),
        domains => format!("{} at {}", domains.join(", "), listed.host),
    };
    Row { address: listed.address, title: title(&listed.name), badges, who, issuer: listed.issuer }
}
