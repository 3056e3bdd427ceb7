//! Functions that know of the account and of a target: what is unique there, and which roles it knows.
//!
//! A role of the source is a value that is either its name, or a JSON object with `value`, `displayName` and perhaps `id`.

use super::super::error::{EvalError, Failure};
use super::super::eval::{Run, failed};
use super::super::node::Call;
use super::super::signature::{Function, Parameter, Stands, Takes, Type, needed};
use super::super::value::Value;
use serde_json::json;

const ROLES: Parameter = needed("appRoleAssignments", Takes::Any);

pub(super) const TABLE: &[Function] = &[
    Function::new("AppRoleAssignmentsComplex", &[ROLES], Type::List, complex_roles)
        .standing(Stands::Outermost)
        .asking_target(),
    Function::new("AssertiveAppRoleAssignmentsComplex", &[ROLES], Type::List, complex_roles)
        .standing(Stands::Outermost)
        .asking_target(),
    Function::new("DefaultDomain", &[], Type::Text, |run, _| {
        Ok(run.context.default_domain.map(str::to_owned).into())
    }),
    Function::new(
        "SelectUniqueValue",
        &[needed("rule1", Takes::Text), needed("rule2", Takes::Text)],
        Type::Text,
        select_unique_value,
    )
    .repeating(1)
    .standing(Stands::Outermost)
    .asking_target(),
    Function::new("SingleAppRoleAssignment", &[ROLES], Type::Text, single_role),
];

/// The first value that the target does not hold. What is empty is no value.
fn select_unique_value(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Some(exists) = run.context.exists else { return Err(failed(call, Failure::NoTarget)) };
    let mut taken = 0;
    for place in 0..call.arguments.len() {
        let Some(value) = run.text(call, place)?.filter(|value| !value.is_empty()) else { continue };
        if !exists(&value) {
            return Ok(Value::Text(value));
        }
        taken += 1;
    }
    if taken == 0 { Ok(Value::Null) } else { Err(failed(call, Failure::AllTaken(taken))) }
}

/// A role as the source names it.
struct Role {
    value: String,
    display: Option<String>,
}

fn role(text: &str) -> Role {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap_or_default();
    let member = |name: &str| object.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let display = member("displayName");
    let value = member("value").or_else(|| display.clone()).unwrap_or_else(|| text.to_owned());
    Role { value, display }
}

fn single_role(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let roles = run.list(call, 0)?;
    match roles.as_slice() {
        [] => Ok(Value::Null),
        [only] => Ok(Value::Text(role(only).value)),
        several => Err(failed(call, Failure::SeveralRoles(several.len()))),
    }
}

/// The roles as values of the attribute `roles` of a target: JSON objects with `value`, `display` and `primary`.
fn complex_roles(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let roles = run.list(call, 0)?;
    let roles = roles.iter().map(|text| {
        let Role { value, display } = role(text);
        let display = display.unwrap_or_else(|| value.clone());
        json!({ "value": value, "display": display, "primary": false }).to_string()
    });
    Ok(Value::of(roles.collect()))
}
