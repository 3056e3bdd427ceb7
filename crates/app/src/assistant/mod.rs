//! The mapping assistant: what the identity provider really sent in the last days, what of it is mapped, and what could be.
//!
//! `known` has the names that vendors use, `mask` hides values, `gather` counts what the response log kept. Nothing is
//! written, and nothing is proposed that is mapped already.

mod gather;
mod known;
mod mask;

use crate::configuration::Configuration;
use crate::context::{AdminCtx, App, OperatorCtx};
use crate::error::Error;
use gather::Gathered;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::account::Account;
use vestibule_model::mapping::{Condition, Input, Mapping};
use vestibule_model::permission::Permission;
use vestibule_store as store;

/// What was received, and what could be made of it.
#[derive(Debug, Clone, Serialize)]
pub struct Advice {
    /// The label of the account.
    pub account: String,
    /// From when on responses were looked at.
    pub since: Timestamp,
    /// How many sign-ins were looked at.
    pub sign_ins: u64,
    /// How many more there are of which nothing was kept.
    pub not_kept: u64,
    /// Whether there are more sign-ins than are looked at; the newest were.
    pub is_cut: bool,
    /// Every attribute that came, the most frequent first.
    pub attributes: Vec<Received>,
    /// For targets that are not mapped, the attribute that is probably meant for them.
    pub proposals: Vec<Proposal>,
    /// What to do about people who are in more groups than Entra ID sends.
    pub overage: Option<Overage>,
}

/// An attribute that came.
#[derive(Debug, Clone, Serialize)]
pub struct Received {
    /// Its name, or `<NameID>`.
    pub name: String,
    /// Its friendly name.
    pub friendly_name: Option<String>,
    /// How many sign-ins had it.
    pub sign_ins: u64,
    /// How many different values it had; `has_more` if there are more than are counted.
    pub distinct: u64,
    /// Whether there are more different values than are counted.
    pub has_more: bool,
    /// Some of the values, the most frequent first; masked unless they were asked for.
    pub samples: Vec<String>,
    /// The targets and the categories that use it.
    pub used_by: Vec<String>,
    /// If rules use it: values that no rule is about, the most frequent first; masked like the samples.
    pub unruled: Vec<Value>,
}

/// A value, and how many sign-ins had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The value.
    pub value: String,
    /// How many sign-ins had it.
    pub sign_ins: u64,
}

/// What could be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The target below `mapping.basic`, or the category whose rules could use it.
    pub target: &'static str,
    /// The attribute.
    pub attribute: String,
    /// How many sign-ins had it.
    pub sign_ins: u64,
    /// The line of the account file; none where rules are to be written.
    pub line: Option<String>,
}

/// Entra ID sent a link in place of groups.
#[derive(Debug, Clone, Serialize)]
pub struct Overage {
    /// The attribute with the link.
    pub attribute: String,
    /// How many sign-ins had it.
    pub sign_ins: u64,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub cure: &'static str,
}

const MEANING: &str = "Entra ID sends at most 150 groups in a response. Whoever is in more comes with this link in place of all of \
                       them, so no rule about groups applies to these people. The link is not followed.";
const CURE: &str = "In Entra ID, under Attributes & Claims, edit the group claim: send only the groups that are assigned to the \
                    application, or filter them; or send application roles in their place and let the rules ask for these.";

/// Whether values are shown as they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Only what kind of value it is.
    Masked,
    /// As they were sent: personal data, for an administrator who asks for it.
    Plain,
}

/// How many responses are looked at, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// As many as show what is usually sent, at once.
    Newest,
    /// Up to 20,000, which takes a while.
    All,
}

impl Reach {
    fn rows(self) -> u64 {
        match self {
            Self::Newest => 200,
            Self::All => 20_000,
        }
    }
}

/// How many values of an attribute are shown.
const MOST_SAMPLES: usize = 5;
/// How many values that no rule is about are shown of an attribute.
const MOST_UNRULED: usize = 50;

/// What was received since a time.
///
/// # Errors
/// When the store does not answer.
pub async fn advise(
    ctx: &AdminCtx,
    (since, reach): (Timestamp, Reach),
    values: Values,
) -> Result<Advice, Error> {
    ctx.must(Permission::MappingRead)?;
    if values == Values::Plain {
        ctx.must(Permission::LogRead)?;
    }
    about(ctx.app(), ctx.account(), (since, reach), values).await
}

/// The same at the command line.
///
/// # Errors
/// When there is no such account, or the store does not answer.
pub async fn suggest(
    ctx: &OperatorCtx,
    label: &str,
    since: Timestamp,
    values: Values,
) -> Result<Advice, Error> {
    about(&ctx.app, &ctx.account(label).await?, (since, Reach::All), values).await
}

async fn about(
    app: &App,
    account: &Account,
    (since, reach): (Timestamp, Reach),
    values: Values,
) -> Result<Advice, Error> {
    let scope = app.store().account(account.id);
    let stored = scope.read(|tx| Box::pin(store::accounts::configuration(tx))).await?;
    let mapping = Configuration::from_stored(stored.as_deref())?.mapping;
    let gathered = gather::run(app, account, since, reach).await?;
    let used = used(&mapping);
    let attributes =
        gathered.attributes.iter().map(|(name, seen)| received(&mapping, &used, (name, seen), values));
    let mut attributes: Vec<Received> = attributes.collect();
    attributes.sort_by(|a, b| b.sign_ins.cmp(&a.sign_ins).then_with(|| a.name.cmp(&b.name)));
    Ok(Advice {
        account: account.label.to_string(),
        since,
        sign_ins: gathered.sign_ins,
        not_kept: gathered.not_kept,
        is_cut: gathered.is_cut,
        proposals: proposals(&mapping, &attributes),
        overage: overage(&gathered),
        attributes,
    })
}

/// The names of the attributes that the mapping uses, with the targets and categories that do.
fn used(mapping: &Mapping) -> BTreeMap<String, BTreeSet<String>> {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut put = |name: &str, by: &str| {
        used.entry(name.to_owned()).or_default().insert(by.to_owned());
    };
    let whole =
        [("email", &mapping.email), ("employee_id", &mapping.employee_id), ("picture", &mapping.picture)];
    let whole = whole.into_iter().filter_map(|(target, input)| Some((target, input.as_ref()?)));
    let fields = mapping.fields.iter().map(|(field, source)| (field.as_str(), &source.input));
    for (target, input) in whole.chain(fields) {
        match input {
            Input::Attribute(name) => put(name, target),
            Input::Expression(expression) => {
                expression.attributes().into_iter().for_each(|name| put(name, target));
            }
        }
    }
    for (name, category) in &mapping.categories {
        for rule in &category.rules {
            if let Condition::When { attribute, .. } = rule.when() {
                put(attribute, &name.to_string());
            }
        }
    }
    for (kind, attribute) in &mapping.auto {
        put(attribute, &format!("auto.{}", kind.as_str()));
    }
    used
}

fn received(
    mapping: &Mapping,
    used: &BTreeMap<String, BTreeSet<String>>,
    (name, seen): (&str, &gather::Seen),
    values: Values,
) -> Received {
    let shown = |value: &str| match values {
        Values::Masked => mask::masked(value),
        Values::Plain => vestibule_model::trace::shown(value),
    };
    let names = || [Some(name), seen.friendly_name.as_deref()].into_iter().flatten();
    let used_by: BTreeSet<&String> = names().filter_map(|name| used.get(name)).flatten().collect();
    let mut counted: Vec<(&String, &u64)> = seen.values.iter().collect();
    counted.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let unruled = counted.iter().filter(|(value, _)| is_unruled(mapping, names().collect(), value));
    let unruled = unruled.take(MOST_UNRULED);
    Received {
        name: name.to_owned(),
        friendly_name: seen.friendly_name.clone(),
        sign_ins: seen.sign_ins,
        distinct: seen.values.len() as u64,
        has_more: seen.has_more,
        samples: counted.iter().take(MOST_SAMPLES).map(|(value, _)| shown(value)).collect(),
        used_by: used_by.into_iter().cloned().collect(),
        unruled: unruled.map(|(value, count)| Value { value: shown(value), sign_ins: **count }).collect(),
    }
}

/// Whether rules use an attribute, and none of them is about this value.
fn is_unruled(mapping: &Mapping, names: Vec<&str>, value: &str) -> bool {
    let rules = mapping.categories.values().flat_map(|category| &category.rules);
    let tests = rules.filter_map(|rule| match rule.when() {
        Condition::When { attribute, test } => names.contains(&attribute.as_str()).then_some(test),
        Condition::Otherwise => None,
    });
    let tests: Vec<_> = tests.collect();
    !tests.is_empty() && !tests.iter().any(|test| test.is_met_by(value))
}

fn proposals(mapping: &Mapping, attributes: &[Received]) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for known in known::TARGETS {
        if is_mapped(mapping, known.target) {
            continue;
        }
        let rank = |received: &Received| {
            let friendly = received.friendly_name.as_deref().and_then(|name| known.rank(name));
            known.rank(&received.name).into_iter().chain(friendly).min()
        };
        let candidates = attributes.iter().filter_map(|received| Some((rank(received)?, received)));
        let best = candidates.min_by_key(|(rank, received)| (*rank, std::cmp::Reverse(received.sign_ins)));
        let Some((_, received)) = best else { continue };
        let line = (known.target != known::GROUPS)
            .then(|| format!("{} = {}", known.target, toml::Value::from(received.name.as_str())));
        proposals.push(Proposal {
            target: known.target,
            attribute: received.name.clone(),
            sign_ins: received.sign_ins,
            line,
        });
    }
    proposals
}

fn is_mapped(mapping: &Mapping, target: &str) -> bool {
    match target {
        "email" => mapping.email.is_some(),
        "employee_id" => mapping.employee_id.is_some(),
        "picture" => mapping.picture.is_some(),
        known::GROUPS => !mapping.categories.is_empty() || !mapping.auto.is_empty(),
        field => mapping.fields.keys().any(|known| known.as_str() == field),
    }
}

fn overage(gathered: &Gathered) -> Option<Overage> {
    let (name, seen) = gathered.attributes.iter().find(|(name, _)| known::is_overage(name))?;
    Some(Overage { attribute: name.clone(), sign_ins: seen.sign_ins, meaning: MEANING, cure: CURE })
}
