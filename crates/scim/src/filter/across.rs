//! What a filter means where resources of several types are asked at once (RFC 7644, section 3.4.2.1): an attribute that a type
//! does not have is one without a value.
//!
//! What that decides is decided here, before any resource is looked at. What is left to ask of a type has attributes of that
//! type alone in it, and can be answered like any filter; or nothing is left, since all of its resources meet it, or none.
//! How each term is read is in `resolve`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::grammar::Expression;
use super::resolve::{Outcome, present, resolve, selection, values};
use super::{Filter, Selection};
use crate::error::shown;
use crate::schema::{Named, ResourceType};
use crate::{AttributePath, Error, Quirk};

/// What a filter means for the resources of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// All of them meet it.
    Everything,
    /// None of them does.
    Nothing,
    /// Those meet it that meet this one.
    Filter(Filter),
}

/// What is asked of each type by one term, named by its attribute; in the order of the types.
type Term<'t> = &'t mut dyn FnMut(&str, &Expression) -> Outcome<Vec<Meaning>>;

/// Reads an expression for each of these types.
pub(super) fn across(
    expression: &Expression,
    kinds: &[Arc<ResourceType>],
    quirks: &mut BTreeSet<Quirk>,
) -> Outcome<Vec<Meaning>> {
    walk(expression, &mut |name, term| {
        if let Expression::Any { filter, .. } = term {
            return selected(name, filter, kinds, quirks);
        }
        let read = kinds.iter().map(|kind| has(kind, name).then(|| resolve(term, kind, quirks)));
        let meanings = meanings(known(read.collect(), name)?);
        Ok(meanings.into_iter().zip(kinds).map(|(meaning, kind)| meaning.of_type(kind)).collect())
    })
}

/// Joins what its terms mean, for each type.
fn walk(expression: &Expression, term: Term<'_>) -> Outcome<Vec<Meaning>> {
    Ok(match expression {
        Expression::And(terms) => columns(terms, term)?.into_iter().map(all).collect(),
        Expression::Or(terms) => columns(terms, term)?.into_iter().map(either).collect(),
        Expression::Not(inner) => walk(inner, term)?.into_iter().map(Meaning::not).collect(),
        Expression::Test { name, .. } | Expression::Any { name, .. } => term(name, expression)?,
    })
}

/// What all of these terms mean, type by type.
fn columns(terms: &[Expression], term: Term<'_>) -> Outcome<Vec<Vec<Meaning>>> {
    let mut columns: Vec<Vec<Meaning>> = Vec::new();
    for one in terms {
        let row = walk(one, term)?;
        columns.resize_with(row.len(), Vec::new);
        columns.iter_mut().zip(row).for_each(|(column, meaning)| column.push(meaning));
    }
    Ok(columns)
}

fn has(kind: &ResourceType, name: &str) -> bool {
    matches!(kind.named(name), Named::Attribute { .. })
}

/// What was read for the types of which this can be asked. That of the others lacks the attribute, or has another one of its
/// name; if there is none of which it can be asked, it is refused.
fn known<T>(read: Vec<Option<Outcome<T>>>, name: &str) -> Outcome<Vec<Option<T>>> {
    if !read.iter().flatten().any(Result::is_ok) {
        let nobody = || {
            let name = shown(name);
            Error::invalid_filter(format!(
                "{name} is no attribute of any resource type; /Schemas lists those there are"
            ))
        };
        return Err(read.into_iter().flatten().find_map(Result::err).unwrap_or_else(nobody));
    }
    Ok(read.into_iter().map(|one| one.and_then(Result::ok)).collect())
}

/// What a term means for each type, if it is asked of some of them: of the others as of a resource without a value.
fn meanings(asked: Vec<Option<Filter>>) -> Vec<Meaning> {
    let valueless = asked.iter().flatten().any(|filter| filter.matches_map(&Map::new()));
    let meaning = |one: Option<Filter>| one.map_or_else(|| Meaning::of(valueless), Meaning::Filter);
    asked.into_iter().map(meaning).collect()
}

/// Where the attribute has no value, none is selected, whatever is asked of it.
fn selected(
    name: &str,
    inner: &Expression,
    kinds: &[Arc<ResourceType>],
    quirks: &mut BTreeSet<Quirk>,
) -> Outcome<Vec<Meaning>> {
    let read = kinds.iter().map(|kind| has(kind, name).then(|| values(kind, name, quirks)));
    let places = known(read.collect(), name)?;
    let inner = walk(inner, &mut |name, term| {
        let read = places.iter().map(|place| Some(selection(term, place.as_ref()?.attribute)));
        Ok(meanings(known(read.collect(), name)?))
    })?;
    let joined = places.iter().zip(inner).map(|(place, inner)| match (place, inner) {
        (None, _) | (_, Meaning::Nothing) => Ok(Meaning::Nothing),
        (Some(place), Meaning::Everything) => present(*place).map(Meaning::Filter),
        (Some(place), Meaning::Filter(filter)) => {
            let path = AttributePath::of(*place, None);
            Ok(Meaning::Filter(Filter::Any(Selection { path, filter: Box::new(filter) })))
        }
    });
    joined.collect()
}

impl Meaning {
    fn of(holds: bool) -> Self {
        if holds { Self::Everything } else { Self::Nothing }
    }

    fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Filter(filter) => Self::Filter(Filter::Not(Box::new(filter))),
        }
    }

    /// Which type it is needs no look at a resource: whoever looks for rooms does not wait until everybody was looked at.
    fn of_type(self, kind: &ResourceType) -> Self {
        match self {
            Self::Filter(Filter::Test(test)) if test.path.is("meta", Some("resourceType")) => {
                let named: Value = json!({ "meta": { "resourceType": kind.name } });
                Self::of(Filter::Test(test).matches(&named))
            }
            other => other,
        }
    }
}

fn all(terms: Vec<Meaning>) -> Meaning {
    let mut left = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Meaning::Nothing => return Meaning::Nothing,
            Meaning::Everything => {}
            Meaning::Filter(Filter::And(inner)) => left.extend(inner),
            Meaning::Filter(other) => left.push(other),
        }
    }
    one_or(left, Filter::And).map_or(Meaning::Everything, Meaning::Filter)
}

fn either(terms: Vec<Meaning>) -> Meaning {
    let mut left = Vec::with_capacity(terms.len());
    for term in terms {
        match term {
            Meaning::Everything => return Meaning::Everything,
            Meaning::Nothing => {}
            Meaning::Filter(Filter::Or(inner)) => left.extend(inner),
            Meaning::Filter(other) => left.push(other),
        }
    }
    one_or(left, Filter::Or).map_or(Meaning::Nothing, Meaning::Filter)
}

/// Several as many, one as itself.
fn one_or(mut terms: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Option<Filter> {
    let last = terms.pop()?;
    if terms.is_empty() {
        return Some(last);
    }
    terms.push(last);
    Some(many(terms))
}
