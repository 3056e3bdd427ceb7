//! Evaluating: walks the tree once, and keeps the bounds. What functions do is in `functions`.

use super::chance::Chance;
use super::date_format;
use super::error::{EvalError, Failure, Position};
use super::node::{Call, Kind, Node, Operator};
use super::object::{Context, Object};
use super::pattern::Pattern;
use super::value::{Outcome, Value};
use super::{LONGEST_TEXT, MOST_VALUES, MOST_WORK};
use jiff::Timestamp;
use std::cmp::Ordering;

/// How many steps a search may take for the work of one byte that is copied.
const STEPS: usize = 5;

/// Evaluates a checked tree.
pub(super) fn evaluate(
    root: &Node,
    object: &dyn Object,
    context: &Context<'_>,
) -> Result<Outcome, EvalError> {
    let mut run = Run { object, context, work: 0, chance: Chance::new(context.seed), is_dropped: false };
    let value = run.value(root)?;
    Ok(if run.is_dropped { Outcome::Drop } else { Outcome::Value(value) })
}

/// One evaluation.
pub(super) struct Run<'a> {
    object: &'a dyn Object,
    /// What was given beside the object.
    pub context: &'a Context<'a>,
    work: usize,
    /// Where chance comes from.
    pub chance: Chance,
    /// Whether the attribute stays out of it.
    pub is_dropped: bool,
}

impl Run<'_> {
    /// The value of a part.
    pub fn value(&mut self, node: &Node) -> Result<Value, EvalError> {
        match &node.kind {
            Kind::Omitted | Kind::Word(_) => Ok(Value::Null),
            Kind::Text(text) => Ok(Value::Text(text.clone())),
            Kind::Integer(number) => Ok(Value::Integer(*number)),
            Kind::Attribute(name) => self.attribute(node.at, name),
            Kind::Comparison(sides) => self.comparison(sides).map(Value::Boolean),
            Kind::Call(call) => {
                let value = (call.function.run)(self, call)?;
                self.bounded(call.at, call.function.name, value)
            }
        }
    }

    /// The value of an argument; nothing if there is none.
    pub fn argument(&mut self, call: &Call, place: usize) -> Result<Value, EvalError> {
        call.arguments.get(place).map_or(Ok(Value::Null), |node| self.value(node))
    }

    /// An argument as one text.
    pub fn text(&mut self, call: &Call, place: usize) -> Result<Option<String>, EvalError> {
        self.argument(call, place).map(Value::text)
    }

    /// An argument as a whole number.
    pub fn integer(&mut self, call: &Call, place: usize) -> Result<Option<i64>, EvalError> {
        let value = self.argument(call, place)?;
        if value.is_empty() {
            return Ok(None);
        }
        integer(&value).map(Some).ok_or_else(|| unsuitable(call, value, "a whole number"))
    }

    /// An argument as a date.
    pub fn date(&mut self, call: &Call, place: usize) -> Result<Option<Timestamp>, EvalError> {
        const EXPECTED: &str = "a date, as 2020-03-16, 2009-06-15T01:45:30-07:00 or 3/16/2020 7:00:00 AM";
        let value = self.argument(call, place)?;
        if value.is_empty() {
            return Ok(None);
        }
        date(&value).map(Some).ok_or_else(|| unsuitable(call, value, EXPECTED))
    }

    /// An argument as true or false.
    pub fn truth(&mut self, call: &Call, place: usize) -> Result<Option<bool>, EvalError> {
        let value = self.argument(call, place)?;
        if value.is_empty() {
            return Ok(None);
        }
        truth(&value).map(Some).ok_or_else(|| unsuitable(call, value, "True, False or a number"))
    }

    /// An argument as all its values.
    pub fn list(&mut self, call: &Call, place: usize) -> Result<Vec<String>, EvalError> {
        self.argument(call, place).map(Value::texts)
    }

    /// Writes more to a text that a function makes, as long as it stays in bounds.
    pub fn push(&self, call: &Call, text: &mut String, more: &str) -> Result<(), EvalError> {
        if text.len() + more.len() > LONGEST_TEXT {
            return Err(failed(call, Failure::TooLong));
        }
        text.push_str(more);
        Ok(())
    }

    /// Adds one value to a list that a function makes, as long as it stays in bounds.
    pub fn add(&self, call: &Call, list: &mut Vec<String>, value: &str) -> Result<(), EvalError> {
        if list.len() == MOST_VALUES {
            return Err(failed(call, Failure::TooMany));
        }
        list.push(value.to_owned());
        Ok(())
    }

    /// Accounts for work.
    pub fn work(&mut self, call: &Call, bytes: usize) -> Result<(), EvalError> {
        self.spend(call.at, call.function.name, bytes)
    }

    /// Accounts for one search by a regular expression, which may look at all that is left of a text: finding every match
    /// is quadratic at worst.
    pub fn searching(&mut self, call: &Call, pattern: &Pattern, left: usize) -> Result<(), EvalError> {
        self.work(call, left.saturating_mul(pattern.places) / STEPS + 1)
    }

    fn spend(&mut self, at: Position, of: &str, bytes: usize) -> Result<(), EvalError> {
        self.work = self.work.saturating_add(bytes);
        if self.work > MOST_WORK {
            return Err(EvalError { at, of: of.to_owned(), failure: Failure::TooMuchWork });
        }
        Ok(())
    }

    fn attribute(&mut self, at: Position, name: &str) -> Result<Value, EvalError> {
        let values = self.object.values(name);
        let failure = if values.len() > MOST_VALUES {
            Some(Failure::TooMany)
        } else if values.iter().any(|value| value.len() > LONGEST_TEXT) {
            Some(Failure::TooLong)
        } else {
            None
        };
        if let Some(failure) = failure {
            return Err(EvalError { at, of: format!("[{name}]"), failure });
        }
        self.spend(at, name, values.iter().map(|value| value.len() + 1).sum())?;
        Ok(Value::of(values.into_iter().map(str::to_owned).collect()))
    }

    /// The value, if it is not too long, and accounted for.
    fn bounded(&mut self, at: Position, of: &str, value: Value) -> Result<Value, EvalError> {
        let (longest, sum) = match &value {
            Value::Text(text) => (text.len(), text.len()),
            Value::List(values) => values
                .iter()
                .fold((0, 0), |(longest, sum), value| (value.len().max(longest), sum + value.len() + 1)),
            _ => (0, 0),
        };
        if longest > LONGEST_TEXT {
            return Err(EvalError { at, of: of.to_owned(), failure: Failure::TooLong });
        }
        self.spend(at, of, sum + 1)?;
        Ok(value)
    }

    /// Compares; with nothing on either side it is false, whatever the operator.
    fn comparison(&mut self, sides: &(Node, Operator, Node)) -> Result<bool, EvalError> {
        let (left, operator, right) = sides;
        let (left_value, right_value) = (self.value(left)?, self.value(right)?);
        if left_value.is_empty() || right_value.is_empty() {
            return Ok(false);
        }
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        match order(&left_value, &right_value) {
            Ok(ordering) => Ok(holds(*operator, ordering)),
            Err(_) if is_equality => Ok(*operator == Operator::NotEqual),
            Err(expected) => {
                let found = if matches!(left_value, Value::Text(_) | Value::List(_)) {
                    left_value
                } else {
                    right_value
                };
                let found = found.text().unwrap_or_default();
                let failure = Failure::Unsuitable { found, expected: expected.to_owned() };
                Err(EvalError { at: left.at, of: operator.to_string(), failure })
            }
        }
    }
}

/// How two values stand to each other: as numbers or dates if either is one, else as texts; two texts that are whole
/// numbers are compared as numbers. What was needed, if they cannot be compared.
fn order(left: &Value, right: &Value) -> Result<Ordering, &'static str> {
    let is_integer = |value: &Value| matches!(value, Value::Integer(_));
    let is_boolean = |value: &Value| matches!(value, Value::Boolean(_));
    let is_date = |value: &Value| matches!(value, Value::Date(_));
    if is_integer(left) || is_integer(right) {
        return Ok(integer(left).ok_or("a whole number")?.cmp(&integer(right).ok_or("a whole number")?));
    }
    if is_boolean(left) || is_boolean(right) {
        return Ok(truth(left).ok_or("True or False")?.cmp(&truth(right).ok_or("True or False")?));
    }
    if is_date(left) || is_date(right) {
        return Ok(date(left).ok_or("a date")?.cmp(&date(right).ok_or("a date")?));
    }
    let (left, right) = (left.clone().text(), right.clone().text());
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<i64>().ok());
    Ok(match (number(&left), number(&right)) {
        (Some(a), Some(b)) if a != b => a.cmp(&b),
        _ => left.cmp(&right),
    })
}

fn holds(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::Equal => ordering.is_eq(),
        Operator::NotEqual => ordering.is_ne(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        Operator::GreaterOrEqual => ordering.is_ge(),
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Text(text) => text.trim().parse().ok(),
        Value::List(values) => values.first()?.trim().parse().ok(),
        Value::Null | Value::Boolean(_) | Value::Date(_) => None,
    }
}

fn date(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Date(date) => Some(*date),
        Value::Text(text) => date_format::read(text),
        Value::List(values) => date_format::read(values.first()?),
        Value::Null | Value::Boolean(_) | Value::Integer(_) => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Boolean(truth) => return Some(*truth),
        Value::Integer(number) => return Some(*number != 0),
        Value::Text(text) => text.trim(),
        Value::List(values) => values.first()?.trim(),
        Value::Null | Value::Date(_) => return None,
    };
    match text {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        text => text.parse::<i64>().ok().map(|number| number != 0),
    }
}

/// That a call cannot be done.
pub(super) fn failed(call: &Call, failure: Failure) -> EvalError {
    EvalError { at: call.at, of: call.function.name.to_owned(), failure }
}

/// That a value is not what a call needs.
pub(super) fn unsuitable(call: &Call, found: Value, expected: &str) -> EvalError {
    let found = found.text().unwrap_or_default();
    failed(call, Failure::Unsuitable { found, expected: expected.to_owned() })
}
