//! Whom a response is about: the address, and the Employee Unique ID where one is mapped.

use super::{Asserted, Input, Mapping, NAME_ID};
use crate::email::Email;
use crate::trace::{Step, is_unseen, shown};

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
pub fn identity(mapping: &Mapping, asserted: &Asserted) -> (Identity, Vec<Step>) {
    let mut trace = Vec::new();
    let employee_id = mapping.employee_id.as_ref().and_then(|input| {
        let (id, step) = employee_id(input, asserted);
        trace.push(step);
        id
    });
    let (email, mut step) = email(mapping, asserted);
    if employee_id.is_some() && !step.ok {
        // Somebody who is known by the ID needs no address.
        (step.ok, step.warning) = (true, true);
    }
    trace.push(step);
    (Identity { email, employee_id }, trace)
}

fn employee_id(input: &Input, asserted: &Asserted) -> (Option<String>, Step) {
    const CHECK: &str = "mapping.employee_id";
    let expected = format!("an Employee Unique ID in {input}");
    let Some(id) = input.values(asserted).into_iter().next() else {
        return (None, Step::passed(CHECK, expected, "not sent: the address decides"));
    };
    if id.chars().count() > LONGEST_EMPLOYEE_ID || id.chars().any(is_unseen) {
        let problem = format!("{}: too long, or with characters that cannot be seen: left out", shown(&id));
        return (None, Step::warning(CHECK, expected, problem));
    }
    let step = Step::passed(CHECK, expected, shown(&id));
    (Some(id), step)
}

fn email(mapping: &Mapping, asserted: &Asserted) -> (Option<Email>, Step) {
    const CHECK: &str = "mapping.email";
    let name_id = Input::attribute(NAME_ID);
    let mapped = mapping.email.as_ref().filter(|input| **input != name_id);
    for source in mapped.into_iter().chain([&name_id]) {
        let first = source.values(asserted).into_iter().next();
        if let Some(email) = first.and_then(|value| Email::parse(&value).ok()) {
            let found = format!("{email} from {source}");
            return (Some(email), Step::passed(CHECK, "an e-mail address", found));
        }
    }
    let expected = format!(
        "an e-mail address in {}",
        mapped.map_or(NAME_ID.to_owned(), |mapped| format!("{mapped} or {NAME_ID}"))
    );
    (None, Step::failed(CHECK, expected, asserted.names()))
}
