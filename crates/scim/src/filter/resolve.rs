//! What a written filter means for a resource type: names become attributes, values become what the attributes hold.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Number, Value};

use super::grammar::Expression;
use super::{Filter, Operator, Selection, Test, fold};
use crate::error::shown;
use crate::schema::{Attribute, Kind, Named, Place, ResourceType, Returned};
use crate::{AttributePath, Error, Quirk, time};

/// What a value is compared with, made ready once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Comparison {
    /// Whether there is a value.
    Present,
    /// Whether there is none.
    Absent,
    /// A text, folded where case does not matter.
    Text(String),
    Number(f64),
    Boolean(bool),
    Time(Timestamp),
}

pub(super) type Outcome<T> = Result<T, Error>;

/// Reads an expression for a resource type.
pub(super) fn resolve(
    expression: &Expression,
    kind: &ResourceType,
    quirks: &mut BTreeSet<Quirk>,
) -> Outcome<Filter> {
    match expression {
        Expression::And(terms) => all(terms.iter().map(|term| resolve(term, kind, quirks))),
        Expression::Or(terms) => either(terms.iter().map(|term| resolve(term, kind, quirks))),
        Expression::Not(inner) => Ok(Filter::Not(Box::new(resolve(inner, kind, quirks)?))),
        Expression::Test { name, operator, value } => {
            let (place, sub) = attribute(kind, name, quirks)?;
            top_test(place, sub, *operator, value)
        }
        Expression::Any { name, filter } => {
            let place = values(kind, name, quirks)?;
            let filter = Box::new(selection(filter, place.attribute)?);
            Ok(Filter::Any(Selection { path: AttributePath::of(place, None), filter }))
        }
    }
}

/// The attribute whose values are selected from.
pub(super) fn values<'k>(
    kind: &'k ResourceType,
    name: &str,
    quirks: &mut BTreeSet<Quirk>,
) -> Outcome<Place<'k>> {
    let (place, sub) = attribute(kind, name, quirks)?;
    if sub.is_some() {
        return Err(Error::invalid_filter(format!("{} has no values to select from", shown(name))));
    }
    is_shown(place.attribute, &AttributePath::of(place, None))?;
    if !place.attribute.multi_valued {
        quirks.insert(Quirk::LooseFilter);
    }
    Ok(place)
}

/// Whether the attribute has any value.
pub(super) fn present(place: Place<'_>) -> Outcome<Filter> {
    top_test(place, None, Operator::Pr, &Value::Null)
}

fn attribute<'k>(
    kind: &'k ResourceType,
    name: &str,
    quirks: &mut BTreeSet<Quirk>,
) -> Outcome<(Place<'k>, Option<&'k Attribute>)> {
    match kind.named(name) {
        Named::Attribute { place, sub, dotted } => {
            if dotted {
                quirks.insert(Quirk::LooseExtension);
            }
            if place.extension.is_none() && place.attribute.name == "externalId" {
                quirks.insert(Quirk::ExternalIdEchoed);
            }
            Ok((place, sub))
        }
        Named::Whole(_) | Named::Unknown => {
            let message =
                format!("{} is no attribute of a {}; /Schemas lists those there are", shown(name), kind.name);
            Err(Error::invalid_filter(message))
        }
    }
}

fn top_test(place: Place<'_>, sub: Option<&Attribute>, operator: Operator, value: &Value) -> Outcome<Filter> {
    // A complex attribute stands for its value (RFC 7644, section 3.4.2.2), and is present as a whole.
    let whole = place.attribute.kind == Kind::Complex && operator != Operator::Pr;
    let sub = sub.or_else(|| if whole { place.attribute.default_sub() } else { None });
    let path = AttributePath::of(place, sub.map(|sub| sub.name.as_str()));
    is_shown(place.attribute, &path)?;
    test(path, sub.unwrap_or(place.attribute), operator, value).map(Filter::Test)
}

/// Whoever may ask about what nobody is shown learns it letter by letter.
fn is_shown(attribute: &Attribute, path: &AttributePath) -> Outcome<()> {
    if attribute.returned == Returned::Never {
        let message = format!("{path} is never returned, so nothing can be asked about it");
        return Err(Error::invalid_filter(message));
    }
    Ok(())
}

/// Reads the expression in brackets behind this attribute.
pub(crate) fn selection(expression: &Expression, attribute: &Attribute) -> Outcome<Filter> {
    match expression {
        Expression::And(terms) => all(terms.iter().map(|term| selection(term, attribute))),
        Expression::Or(terms) => either(terms.iter().map(|term| selection(term, attribute))),
        Expression::Not(inner) => Ok(Filter::Not(Box::new(selection(inner, attribute)?))),
        Expression::Test { name, operator, value } => {
            let inner = if attribute.kind == Kind::Complex {
                attribute.sub(name)
            } else {
                name.eq_ignore_ascii_case("value").then_some(attribute)
            };
            let inner = inner.ok_or_else(|| {
                Error::invalid_filter(format!("{} has no sub-attribute {}", attribute.name, shown(name)))
            })?;
            let name = if attribute.kind == Kind::Complex { inner.name.clone() } else { "value".to_owned() };
            let path = AttributePath { extension: None, attribute: name, sub: None };
            test(path, inner, *operator, value).map(Filter::Test)
        }
        Expression::Any { name, .. } => {
            let message =
                format!("brackets inside of brackets ({}) are not in the grammar of RFC 7644", shown(name));
            Err(Error::invalid_filter(message))
        }
    }
}

fn all(terms: impl Iterator<Item = Outcome<Filter>>) -> Outcome<Filter> {
    let mut flat = Vec::new();
    for term in terms {
        match term? {
            Filter::And(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Ok(Filter::And(flat))
}

fn either(terms: impl Iterator<Item = Outcome<Filter>>) -> Outcome<Filter> {
    let mut flat = Vec::new();
    for term in terms {
        match term? {
            Filter::Or(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    Ok(Filter::Or(flat))
}

/// A comparison of an attribute with a value that fits it.
fn test(path: AttributePath, attribute: &Attribute, operator: Operator, value: &Value) -> Outcome<Test> {
    is_shown(attribute, &path)?;
    let refused = |why: &str| Err(Error::invalid_filter(format!("{path}: {why}")));
    let case_exact = attribute.case_exact;
    if operator == Operator::Pr {
        let comparison = Comparison::Present;
        return Ok(Test { path, operator, value: Value::Null, case_exact, comparison });
    }
    if value.is_null() {
        if !matches!(operator, Operator::Eq | Operator::Ne) {
            return refused("null can only be compared with eq and ne");
        }
        let comparison = Comparison::Absent;
        return Ok(Test { path, operator, value: Value::Null, case_exact, comparison });
    }
    let ordered = matches!(operator, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le);
    let partial = matches!(operator, Operator::Co | Operator::Sw | Operator::Ew);
    let (value, comparison) = match attribute.kind {
        Kind::Complex => return refused("it has sub-attributes, so the one that is meant must be named"),
        Kind::Boolean if ordered || partial => {
            return refused("true and false can only be compared with eq and ne");
        }
        Kind::Binary if ordered => return refused("binary values have no order"),
        Kind::Integer | Kind::Decimal if partial => {
            return refused("numbers cannot be compared by their digits");
        }
        Kind::Boolean => match boolean(value) {
            Some(value) => (Value::Bool(value), Comparison::Boolean(value)),
            None => return refused("the value is neither true nor false"),
        },
        Kind::Integer | Kind::Decimal => match number(value) {
            Some((value, number)) => (value, Comparison::Number(number)),
            None => return refused("the value is no number"),
        },
        Kind::DateTime if !partial => match value.as_str().and_then(moment) {
            Some(time) => (value.clone(), Comparison::Time(time)),
            None => return refused("the value is no time such as 2026-01-31T12:00:00Z"),
        },
        Kind::String | Kind::Reference | Kind::Binary | Kind::DateTime => {
            let text = text(value);
            let folded = if case_exact { text.clone() } else { fold(&text).into_owned() };
            (Value::String(text), Comparison::Text(folded))
        }
    };
    Ok(Test { path, operator, value, case_exact, comparison })
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn number(value: &Value) -> Option<(Value, f64)> {
    let number: Number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => serde_json::from_str(text).ok()?,
        _ => return None,
    };
    let float = number.as_f64()?;
    Some((Value::Number(number), float))
}

/// A time; the plus of an offset that was not escaped in an address has become a space.
fn moment(text: &str) -> Option<Timestamp> {
    time::parse(text).or_else(|| time::parse(&text.replacen(' ', "+", 1)))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The sub-attributes and their values, if the filter is nothing but `eq` joined by `and`.
pub(crate) fn equalities(filter: &Filter) -> Option<Vec<(&str, &Value)>> {
    let one = |term: &'_ Filter| -> bool {
        term.test().is_some_and(|test| test.operator == Operator::Eq && !test.value.is_null())
    };
    let terms = filter.conjuncts();
    if !terms.iter().all(one) {
        return None;
    }
    Some(
        terms
            .iter()
            .filter_map(Filter::test)
            .map(|test| (test.path.attribute.as_str(), &test.value))
            .collect(),
    )
}
