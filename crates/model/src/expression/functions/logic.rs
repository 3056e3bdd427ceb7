//! Functions that ask and choose. What is not chosen is not evaluated.

use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::Call;
use super::super::signature::{Fault, Function, Parameter, Stands, Takes, Type, needed, optional};
use super::super::value::Value;
use super::Prepared;

const EXPRESSION: Parameter = needed("expression", Takes::Any);
const RESULT: Parameter = needed("expression", Takes::Result);

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "Coalesce",
        &[needed("source1", Takes::Candidate), optional("source2", Takes::Candidate)],
        Type::Results,
        coalesce,
    )
    .repeating(1),
    Function::new("IgnoreFlowIfNullOrEmpty", &[RESULT], Type::Results, ignore_flow).standing(Stands::Last),
    Function::new(
        "IIF",
        &[
            needed("condition", Takes::Condition),
            optional("valueIfTrue", Takes::Result),
            optional("valueIfFalse", Takes::Result),
        ],
        Type::Results,
        choose,
    )
    .prepared(both_branches),
    Function::new("IsNothing", &[EXPRESSION], Type::Boolean, is_null),
    Function::new("IsNull", &[EXPRESSION], Type::Boolean, is_null),
    Function::new("IsNullOrEmpty", &[EXPRESSION], Type::Boolean, |run, call| {
        run.argument(call, 0).map(|value| Value::Boolean(value.is_empty()))
    }),
    Function::new("IsPresent", &[EXPRESSION], Type::Boolean, |run, call| {
        run.argument(call, 0).map(|value| Value::Boolean(!value.is_empty()))
    }),
    Function::new("IsString", &[EXPRESSION], Type::Boolean, |run, call| {
        run.argument(call, 0).map(|value| Value::Boolean(matches!(value, Value::Text(_))))
    }),
    Function::new("Not", &[needed("source", Takes::Condition)], Type::Boolean, not),
    Function::new("Redact", &[RESULT], Type::Results, |run, call| run.argument(call, 0)),
    Function::new(
        "Switch",
        &[
            needed("source", Takes::Single),
            optional("defaultValue", Takes::Result),
            needed("key", Takes::Single),
            optional("value", Takes::Result),
        ],
        Type::Results,
        switch,
    )
    .repeating(2)
    .prepared(switch_keys),
];

fn coalesce(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    for place in 0..call.arguments.len() {
        let value = run.argument(call, place)?;
        if value != Value::Null {
            return Ok(value);
        }
    }
    Ok(Value::Null)
}

fn ignore_flow(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let value = run.argument(call, 0)?;
    run.is_dropped |= value.is_empty();
    Ok(value)
}

fn both_branches(call: &Call) -> Result<Prepared, Fault> {
    match call.arguments.len() {
        3 => Ok(Prepared::Nothing),
        _ => Err(Fault::new(
            call.arguments.len(),
            "found nothing, expected IIF(condition, valueIfTrue, valueIfFalse)",
        )),
    }
}

fn choose(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let is_met = run.truth(call, 0)?.unwrap_or(false);
    run.argument(call, if is_met { 1 } else { 2 })
}

fn is_null(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    run.argument(call, 0).map(|value| Value::Boolean(value == Value::Null))
}

/// True becomes False, all else becomes True.
fn not(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let value = run.argument(call, 0)?;
    let is_true = match &value {
        Value::Boolean(truth) => *truth,
        Value::Integer(number) => *number != 0,
        other => other.clone().text().is_some_and(|text| text.trim().eq_ignore_ascii_case("true")),
    };
    Ok(Value::Boolean(!is_true))
}

/// Whether every key has a value, and every constant key can be reached.
fn switch_keys(call: &Call) -> Result<Prepared, Fault> {
    let mut seen = Vec::new();
    if call.arguments.len() < 4 {
        return Err(Fault::new(
            call.arguments.len(),
            "a Switch needs a key and a value: Switch(source, defaultValue?, key, value, …)",
        ));
    }
    for (place, key) in call.arguments.iter().enumerate().skip(2).step_by(2) {
        let Some(key) = key.constant() else { continue };
        if seen.contains(&key) {
            return Err(Fault::new(
                place,
                format!("the key \"{key}\" stands there twice; the second is never reached"),
            ));
        }
        seen.push(key);
    }
    Ok(Prepared::Nothing)
}

fn switch(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let source = run.text(call, 0)?.unwrap_or_default();
    for place in (2..call.arguments.len()).step_by(2) {
        if run.text(call, place)?.unwrap_or_default() == source {
            return run.argument(call, place + 1);
        }
    }
    run.argument(call, 1)
}
