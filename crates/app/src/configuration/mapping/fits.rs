//! Whether a mapping fits the rest of its account: its roles, and its sub-accounts.

use super::super::Configuration;
use super::super::file::Source;
use super::super::place::Place;
use crate::error::Error;
use std::collections::BTreeSet;
use toml::Value;
use vestibule_model::account::Label;
use vestibule_model::mapping::{CategoryName, Grant, Mapping, NoMatch, Problem};
use vestibule_model::user::Role;

/// Refuses a mapping that does not fit the rest of the account: its roles, and its sub-accounts.
pub(in super::super) fn check(
    source: &Source,
    wanted: &Configuration,
    sub_accounts: &BTreeSet<Label>,
) -> Result<(), Error> {
    if let Err(problem) = wanted.mapping.check() {
        return Err(named(source, &problem).wrong(&problem.problem).hint(sentence(problem.hint)));
    }
    for (place, grant) in given(source, &wanted.mapping, CategoryName::Role) {
        if let Grant::Role(Role::Custom(name)) = grant
            && wanted.roles.named(name).is_none()
        {
            let problem = format!("the account has no role \"{}\"", name.as_str());
            let declare = format!("Declare it: `[roles.{}]`.", Value::from(name.as_str()));
            return Err(place.wrong(problem).hint(declare));
        }
    }
    for (place, grant) in given(source, &wanted.mapping, CategoryName::SubAccount) {
        if let Grant::SubAccount(label) = grant
            && !sub_accounts.contains(label)
        {
            return Err(no_sub_account(&place, label, sub_accounts));
        }
    }
    Ok(())
}

/// What a category gives, by its rules and where none applies, and where that stands.
fn given<'a>(
    source: &'a Source,
    mapping: &'a Mapping,
    name: CategoryName,
) -> impl Iterator<Item = (Place<'a>, &'a Grant)> {
    let place = Place::of(source, "mapping");
    let otherwise = place.key("no_match").key(&name.to_string());
    let place = place.key(&name.to_string());
    mapping.categories.get(&name).into_iter().flat_map(move |category| {
        let (place, otherwise) = (place.clone(), otherwise.clone());
        let rules = category.rules.iter().enumerate();
        let rules = rules.map(move |(number, rule)| (place.entry(number).key("result"), rule.grant()));
        let otherwise = match &category.no_match {
            NoMatch::Give(grant) => Some((otherwise, grant)),
            NoMatch::Keep | NoMatch::Remove => None,
        };
        rules.chain(otherwise)
    })
}

fn no_sub_account(place: &Place<'_>, label: &Label, sub_accounts: &BTreeSet<Label>) -> Error {
    let known: Vec<&str> = sub_accounts.iter().map(Label::as_str).collect();
    let hint = match known.as_slice() {
        [] => "The account has none. `vestibule account create LABEL --parent …` makes one.".to_owned(),
        known => format!("Its sub-accounts are: {}.", known.join(", ")),
    };
    place.wrong(format!("\"{label}\" is no sub-account of this account")).hint(hint)
}

/// The place of a problem that the model found.
fn named<'a>(source: &'a Source, problem: &Problem) -> Place<'a> {
    let top = Place::of(source, "mapping");
    let Some(path) = problem.place.strip_prefix("mapping.") else { return top };
    let place = match path.split_once('.') {
        Some((table, key)) => match key.strip_prefix("custom:") {
            Some(name) => top.key(table).key("custom").key(name),
            None => top.key(table).key(key),
        },
        None => top.key(path),
    };
    problem.rule.map_or(place.clone(), |number| place.entry(number.saturating_sub(1)))
}

fn sentence(hint: &str) -> String {
    let mut letters = hint.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}
