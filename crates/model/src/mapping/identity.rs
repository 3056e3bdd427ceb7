//! Whom a response is about: the address, and the Employee Unique ID where one is mapped.

use super::{Asserted, Input, Mapping, NAME_ID};
use crate::email::Email;
use crate::expression::Context;
use crate::trace::{Step, is_unseen};

/// Whom a response is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The address: from the mapped attribute, else from the NameID.
    pub email: Option<Email>,
    /// The Employee Unique ID, if one is mapped and was sent.
    pub employee_id: Option<String>,
}

/// Longest Employee Unique ID, in characters.
const LONGEST_EMPLOYEE_ID: usize = 256;

/// Reads who is meant, and tells what was looked at. That there is no address (1016) matters only if nobody is known by the
/// Employee Unique ID either.
#[must_use]
pub fn identity(mapping: &Mapping, asserted: &Asserted, context: &Context<'_>) -> (Identity, Vec<Step>) {
    let mut trace = Vec::new();
    let employee_id = mapping.employee_id.as_ref().and_then(|input| {
        let (id, step) = employee_id(input, asserted, context);
        trace.push(step);
        id
    });
    let (email, mut step) = email(mapping, asserted, context);
    if employee_id.is_some() && !step.ok {
        // Somebody who is known by the ID needs no address.
        (step.ok, step.warning) = (true, true);
    }
    trace.push(step);
    (Identity { email, employee_id }, trace)
}

/// Whether this can be an Employee Unique ID: 1 to 256 characters, all of which can be seen.
#[must_use]
pub fn is_employee_id(id: &str) -> bool {
    (1..=LONGEST_EMPLOYEE_ID).contains(&id.chars().count()) && !id.chars().any(is_unseen)
}

fn employee_id(input: &Input, asserted: &Asserted, context: &Context<'_>) -> (Option<String>, Step) {
    const CHECK: &str = "mapping.employee_id";
    let expected = format!("an Employee Unique ID in {input}");
    let read = input.read(asserted, "employee_id", context);
    if let Some(failure) = &read.failure {
        let found = format!("{failure}: the address decides");
        return (None, Step::warning(CHECK, expected, found).quoting());
    }
    let Some(id) = read.values.first() else {
        return (None, Step::passed(CHECK, expected, "not sent: the address decides"));
    };
    if !is_employee_id(id) {
        let problem =
            format!("{}: too long, or with characters that cannot be seen: left out", read.shown(id));
        return (None, Step::warning(CHECK, expected, problem));
    }
    let step = Step::passed(CHECK, expected, read.shown(id));
    (Some(id.clone().into_owned()), step)
}

fn email(mapping: &Mapping, asserted: &Asserted, context: &Context<'_>) -> (Option<Email>, Step) {
    const CHECK: &str = "mapping.email";
    let name_id = Input::attribute(NAME_ID);
    let mapped = mapping.email.as_ref().filter(|input| **input != name_id);
    let mut failed = String::new();
    for source in mapped.into_iter().chain([&name_id]) {
        let read = source.read(asserted, "email", context);
        if let Some(email) = read.values.first().and_then(|value| Email::parse(value).ok()) {
            let found = format!("{} from {source}", read.shown(email.as_str()));
            let step = if failed.is_empty() { Step::passed } else { Step::warning };
            return (Some(email), step(CHECK, "an e-mail address", failed + &found));
        }
        failed.extend(read.failure.map(|failure| format!("{failure}; ")));
    }
    let expected = format!(
        "an e-mail address in {}",
        mapped.map_or(NAME_ID.to_owned(), |mapped| format!("{mapped} or {NAME_ID}"))
    );
    (None, Step::failed(CHECK, expected, failed + &asserted.names()))
}
