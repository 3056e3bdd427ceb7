//! Checks a tree before it is ever evaluated: how many arguments, of which kind, and where functions may stand; and lets each
//! function prepare its constants.
//!
//! An attribute can be anything, so it passes everywhere but where a constant is needed.

use super::MOST_PATTERNS;
use super::date_format;
use super::error::{ParseError, Position, Problem};
use super::functions::Prepared;
use super::node::{Call, Kind, Node, Operator};
use super::object::Place;
use super::signature::{Parameter, Stands, Takes, Type};

/// Checks the whole tree.
pub(super) fn check(root: &mut Node, place: Place) -> Result<(), ParseError> {
    let at = root.at;
    let mut checker = Checker { place, patterns: 0 };
    match checker.node(root, Spot::Outermost)? {
        found @ (Type::Comparison | Type::Word) => {
            let expected = "a function, an [attribute], a \"text\" or a number as the whole; CBool makes a value of a comparison";
            Err(error(at, Problem::Unexpected { found: found.in_words().to_owned(), expected }))
        }
        _ => Ok(()),
    }
}

/// Where a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    Outermost,
    Last,
    Inside,
}

struct Checker {
    place: Place,
    patterns: usize,
}

impl Checker {
    fn node(&mut self, node: &mut Node, spot: Spot) -> Result<Type, ParseError> {
        match &mut node.kind {
            Kind::Omitted => Ok(Type::Nothing),
            Kind::Text(_) => Ok(Type::Text),
            Kind::Integer(_) => Ok(Type::Integer),
            Kind::Word(_) => Ok(Type::Word),
            Kind::Attribute(_) => Ok(Type::Unknown),
            Kind::Comparison(sides) => {
                let types = (self.node(&mut sides.0, Spot::Inside)?, self.node(&mut sides.2, Spot::Inside)?);
                comparison(sides, types).map(|()| Type::Comparison)
            }
            Kind::Call(call) => self.call(call, spot),
        }
    }

    fn call(&mut self, call: &mut Call, spot: Spot) -> Result<Type, ParseError> {
        let function = call.function;
        self.standing(call, spot)?;
        if !function.takes(call.arguments.len()) {
            let (signature, found) = (function.to_string(), call.arguments.len());
            return Err(error(call.at, Problem::Arity { signature, found }));
        }
        let mut results = Vec::new();
        for (place, argument) in call.arguments.iter_mut().enumerate() {
            let Some(parameter) = function.parameter(place) else { continue };
            let is_last = parameter.takes == Takes::Result && spot != Spot::Inside;
            let inner = if is_last { Spot::Last } else { Spot::Inside };
            let given = self.node(argument, inner)?;
            suits(parameter, argument, given, call_signature(call.function))?;
            if matches!(parameter.takes, Takes::Result | Takes::Candidate) && given != Type::Nothing {
                results.push(given);
            }
        }
        call.prepared = (function.prepare)(call).map_err(|fault| {
            let at = call.arguments.get(fault.argument).map_or(call.at, |argument| argument.at);
            let parameter =
                function.parameter(fault.argument).map_or(function.name, |parameter| parameter.name);
            error(at, Problem::Argument { parameter, reason: fault.reason })
        })?;
        if matches!(&call.prepared, Prepared::Replace(mode) if mode.has_pattern()) {
            self.patterns += 1;
        }
        if self.patterns > MOST_PATTERNS {
            return Err(error(call.at, Problem::TooManyPatterns));
        }
        Ok(if function.gives == Type::Results { common(&results) } else { function.gives })
    }

    fn standing(&self, call: &Call, spot: Spot) -> Result<(), ParseError> {
        let function = call.function;
        if function.asks_target && self.place == Place::SignIn {
            return Err(error(call.at, Problem::NotHere { function: function.name, place: self.place }));
        }
        let reason = match function.stands {
            Stands::Last if spot == Spot::Inside => {
                "which may not stand inside of a function that changes values"
            }
            Stands::Outermost if spot != Spot::Outermost => "which must stand around all else",
            _ => return Ok(()),
        };
        Err(error(call.at, Problem::Misplaced { function: function.name, reason }))
    }
}

fn error(at: Position, problem: Problem) -> ParseError {
    ParseError { at, problem }
}

fn call_signature(function: &'static super::signature::Function) -> impl Fn() -> String {
    move || function.to_string()
}

/// The kind that all results have.
fn common(results: &[Type]) -> Type {
    match results.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
        _ => Type::Unknown,
    }
}

/// Whether an argument is of a kind that the parameter takes.
fn suits(
    parameter: &'static Parameter,
    argument: &Node,
    given: Type,
    signature: impl Fn() -> String,
) -> Result<(), ParseError> {
    let name = parameter.name;
    if given == Type::Nothing {
        let missing = Problem::Missing { signature: signature(), parameter: name };
        return if parameter.optional { Ok(()) } else { Err(error(argument.at, missing)) };
    }
    if takes(parameter.takes, argument, given) {
        return Ok(());
    }
    let (expected, found) = (parameter.takes.in_words(), given.in_words());
    let is_number_for_text = given == Type::Integer && parameter.takes == Takes::Text;
    let hint = if given == Type::Integer && !is_number_for_text { "" } else { given.hint() };
    Err(error(argument.at, Problem::Kind { signature: signature(), parameter: name, expected, found, hint }))
}

fn takes(takes: Takes, argument: &Node, given: Type) -> bool {
    let constant = argument.constant();
    match takes {
        Takes::Text => matches!(given, Type::Text | Type::Boolean | Type::Date | Type::Unknown),
        Takes::Single => !matches!(given, Type::List | Type::Comparison | Type::Word),
        Takes::Any | Takes::Result | Takes::Candidate => !matches!(given, Type::Comparison | Type::Word),
        Takes::Integer => {
            matches!(given, Type::Integer | Type::Unknown) || (given == Type::Text && constant.is_none())
        }
        Takes::Date => match given {
            Type::Date | Type::Unknown => true,
            Type::Text => constant.is_none_or(|text| date_format::read(text).is_some()),
            _ => false,
        },
        Takes::Condition => match given {
            Type::Boolean | Type::Comparison | Type::Integer | Type::Unknown => true,
            Type::Text => constant.is_none(),
            _ => false,
        },
        Takes::Constant => constant.is_some(),
        Takes::Number => matches!(argument.kind, Kind::Integer(_)),
        Takes::Word => given == Type::Word,
        Takes::Attribute => argument.attribute().is_some(),
    }
}

/// Whether two values can be compared so.
fn comparison(sides: &(Node, Operator, Node), types: (Type, Type)) -> Result<(), ParseError> {
    let (left, operator, right) = sides;
    let wrong = |node: &Node, reason: &str| {
        Err(error(node.at, Problem::Argument { parameter: "comparison", reason: reason.to_owned() }))
    };
    for (node, given) in [(left, types.0), (right, types.1)] {
        if matches!(given, Type::List | Type::Comparison | Type::Word) {
            return wrong(node, &format!("found {}, expected one value{}", given.in_words(), given.hint()));
        }
        if node.constant() == Some("") {
            return wrong(node, "nothing equals an empty text; ask IsNullOrEmpty or IsPresent");
        }
        if given == Type::Boolean && !matches!(operator, Operator::Equal | Operator::NotEqual) {
            return wrong(node, "true and false have no order");
        }
    }
    for (given, (other, node)) in [(types.0, (types.1, right)), (types.1, (types.0, left))] {
        let text = node.constant();
        let fits = match given {
            Type::Integer => match other {
                Type::Text => text.is_none_or(|text| text.trim().parse::<i64>().is_ok()),
                other => !matches!(other, Type::Boolean | Type::Date),
            },
            Type::Boolean => match other {
                Type::Text => {
                    text.is_none_or(|text| ["true", "false"].contains(&text.to_lowercase().as_str()))
                }
                other => !matches!(other, Type::Integer | Type::Date),
            },
            Type::Date => match other {
                Type::Text => text.is_none_or(|text| date_format::read(text).is_some()),
                other => other != Type::Boolean,
            },
            _ => true,
        };
        if !fits {
            return wrong(node, &format!("{} does not compare with {}", other.in_words(), given.in_words()));
        }
    }
    Ok(())
}
