//! Counting what the response log kept of verified responses: bounded in rows, attributes, values and their length.

use super::Reach;
use crate::context::App;
use crate::error::Error;
use crate::response_log::{Kept, is_verified};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use vestibule_model::account::Account;
use vestibule_model::mapping::NAME_ID;
use vestibule_store as store;

/// Rows that are read at a time.
const PAGE: u32 = 200;
/// Most attributes that are told apart.
const MOST_ATTRIBUTES: usize = 500;
/// Most values of an attribute that are told apart.
const MOST_VALUES: usize = 1_000;
/// As much of a value is kept, in characters.
const LONGEST: usize = 256;

/// What was counted.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) sign_ins: u64,
    pub(super) not_kept: u64,
    pub(super) is_cut: bool,
    pub(super) attributes: BTreeMap<String, Seen>,
}

/// What was seen of an attribute.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) friendly_name: Option<String>,
    pub(super) sign_ins: u64,
    pub(super) values: HashMap<String, u64>,
    pub(super) has_more: bool,
}

pub(super) async fn run(
    app: &App,
    account: &Account,
    since: Timestamp,
    reach: Reach,
) -> Result<Gathered, Error> {
    let (mut gathered, mut before, mut rows) = (Gathered::default(), None, 0);
    loop {
        let reading = app.store().account(account.id).read(move |tx| {
            Box::pin(async move { store::response_log::page(tx, since, before, PAGE).await })
        });
        let page = reading.await.map_err(Error::from)?;
        let Some((last, _)) = page.last() else { return Ok(gathered) };
        if rows >= reach.rows() {
            gathered.is_cut = true;
            return Ok(gathered);
        }
        before = Some(last.id);
        rows += page.len() as u64;
        for (entry, sealed) in page.iter().filter(|(entry, _)| is_verified(entry)) {
            match Kept::open(app, account.id, entry.id, sealed)? {
                Some(kept) => gathered.count(kept),
                None => gathered.not_kept += 1,
            }
        }
    }
}

impl Gathered {
    fn count(&mut self, kept: Kept) {
        self.sign_ins += 1;
        if let Some(name_id) = kept.name_id {
            self.seen(NAME_ID, None, &[name_id]);
        }
        // An attribute that comes twice in a response came once in a sign-in.
        let mut merged: BTreeMap<String, (Option<String>, Vec<String>)> = BTreeMap::new();
        for attribute in kept.attributes {
            let (friendly_name, values) = merged.entry(attribute.name).or_default();
            *friendly_name = friendly_name.take().or(attribute.friendly_name);
            values.extend(attribute.values);
        }
        for (name, (friendly_name, values)) in merged {
            self.seen(&name, friendly_name, &values);
        }
    }

    fn seen(&mut self, name: &str, friendly_name: Option<String>, values: &[String]) {
        if !self.attributes.contains_key(name) && self.attributes.len() >= MOST_ATTRIBUTES {
            return;
        }
        let seen = self.attributes.entry(name.to_owned()).or_default();
        seen.sign_ins += 1;
        if friendly_name.is_some() {
            seen.friendly_name = friendly_name;
        }
        let cut = values.iter().map(|value| value.chars().take(LONGEST).collect::<String>());
        let mut cut: Vec<String> = cut.filter(|value| !value.trim().is_empty()).collect();
        cut.sort_unstable();
        cut.dedup();
        for value in cut {
            if !seen.values.contains_key(&value) && seen.values.len() >= MOST_VALUES {
                seen.has_more = true;
                continue;
            }
            *seen.values.entry(value).or_default() += 1;
        }
    }
}
