//! Functions of several values.

use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::{Call, Kind};
use super::super::signature::{Fault, Function, Takes, Type, needed, optional};
use super::super::value::Value;
use super::Prepared;

pub(super) const TABLE: &[Function] = &[
    Function::new("Count", &[needed("attribute", Takes::Any)], Type::Integer, count),
    Function::new(
        "Item",
        &[needed("attribute", Takes::Any), needed("index", Takes::Integer)],
        Type::Text,
        item,
    )
    .prepared(from_one),
    Function::new(
        "Join",
        &[needed("separator", Takes::Text), needed("source1", Takes::Any), optional("source2", Takes::Any)],
        Type::Text,
        join,
    )
    .repeating(1),
    Function::new("RemoveDuplicates", &[needed("attribute", Takes::Any)], Type::List, remove_duplicates),
    Function::new(
        "Split",
        &[needed("source", Takes::Text), needed("delimiter", Takes::Text)],
        Type::List,
        split,
    )
    .prepared(some_delimiter),
];

fn count(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let count = run.list(call, 0)?.len();
    Ok(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn from_one(call: &Call) -> Result<Prepared, Fault> {
    match call.arguments.get(1).map(|node| &node.kind) {
        Some(Kind::Integer(index)) if *index < 1 => Err(Fault::new(1, "values are counted from 1")),
        _ => Ok(Prepared::Nothing),
    }
}

fn item(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let values = run.list(call, 0)?;
    let index = run.integer(call, 1)?.and_then(|index| usize::try_from(index).ok()?.checked_sub(1));
    Ok(index.and_then(|index| values.into_iter().nth(index)).into())
}

/// What is empty is skipped, and so is its separator; if all is empty, nothing comes out.
fn join(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let separator = run.text(call, 0)?.unwrap_or_default();
    let mut joined = String::new();
    for place in 1..call.arguments.len() {
        for value in run.list(call, place)?.iter().filter(|value| !value.is_empty()) {
            if !joined.is_empty() {
                run.push(call, &mut joined, &separator)?;
            }
            run.push(call, &mut joined, value)?;
        }
    }
    Ok(if joined.is_empty() { Value::Null } else { Value::Text(joined) })
}

fn remove_duplicates(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut values = run.list(call, 0)?;
    values.retain(|value| seen.insert(value.clone()));
    Ok(Value::of(values))
}

fn some_delimiter(call: &Call) -> Result<Prepared, Fault> {
    match call.arguments.get(1).and_then(|node| node.constant()) {
        Some("") => Err(Fault::new(1, "a text is split at something; an empty text is everywhere")),
        _ => Ok(Prepared::Nothing),
    }
}

/// The parts without white space around them; empty ones are left out.
fn split(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Some(source) = run.text(call, 0)? else { return Ok(Value::Null) };
    let delimiter = run.text(call, 1)?.filter(|delimiter| !delimiter.is_empty());
    let Some(delimiter) = delimiter else { return Ok(Value::Text(source)) };
    let mut parts = Vec::new();
    for part in source.split(&delimiter).map(str::trim).filter(|part| !part.is_empty()) {
        run.add(call, &mut parts, part)?;
    }
    Ok(Value::of(parts))
}
