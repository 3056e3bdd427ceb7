//! What can be wrong with an expression when it is read, and what can go wrong when it is evaluated: each a sentence that
//! says where, what was found, and what to write.

use super::object::Place;
use super::{DEEPEST, LONGEST_SOURCE, LONGEST_TEXT, MOST_ARGUMENTS, MOST_PATTERNS, MOST_VALUES};
use std::fmt;

/// A place in the source text; both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Where.
    pub at: Position,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Longer than [`LONGEST_SOURCE`].
    TooLong,
    /// Calls nested deeper than [`DEEPEST`].
    TooDeep,
    /// A call with more than [`MOST_ARGUMENTS`].
    TooManyArguments,
    /// More regular expressions than [`MOST_PATTERNS`].
    TooManyPatterns,
    /// Something stands where something else must stand.
    Unexpected {
        /// What stands there.
        found: String,
        /// What must.
        expected: &'static str,
    },
    /// There is no function or word of this name.
    UnknownName {
        /// The name.
        found: String,
        /// The known name that is nearest, if one is near.
        nearest: Option<&'static str>,
    },
    /// Too few or too many arguments.
    Arity {
        /// The function with its parameters.
        signature: String,
        /// How many there are.
        found: usize,
    },
    /// An argument that must be there was left out.
    Missing {
        /// The function with its parameters.
        signature: String,
        /// The parameter.
        parameter: &'static str,
    },
    /// An argument is of a kind that the parameter does not take.
    Kind {
        /// The function with its parameters.
        signature: String,
        /// The parameter.
        parameter: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What was given.
        found: &'static str,
        /// What to do about it; may be empty.
        hint: &'static str,
    },
    /// An argument has a value that the function does not know.
    Argument {
        /// The parameter.
        parameter: &'static str,
        /// What is wrong with it, in a sentence.
        reason: String,
    },
    /// The function stands where it cannot.
    Misplaced {
        /// The function.
        function: &'static str,
        /// Where it may stand, in a sentence.
        reason: &'static str,
    },
    /// The function needs what this place has not.
    NotHere {
        /// The function.
        function: &'static str,
        /// The place.
        place: Place,
    },
}

/// Why an expression has no value for an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// Where in the expression.
    pub at: Position,
    /// The function or attribute.
    pub of: String,
    /// What went wrong.
    pub failure: Failure,
}

/// What goes wrong in an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A value is not what the function needs.
    Unsuitable {
        /// The value.
        found: String,
        /// What is needed.
        expected: String,
    },
    /// A text longer than [`LONGEST_TEXT`].
    TooLong,
    /// More values than [`MOST_VALUES`].
    TooMany,
    /// More work than an evaluation may do.
    TooMuchWork,
    /// A number or date beyond what can be reckoned with.
    OutOfRange,
    /// Every value that `SelectUniqueValue` offers is taken.
    AllTaken(usize),
    /// There is no target to ask.
    NoTarget,
    /// One role is needed, and there are so many.
    SeveralRoles(usize),
}

impl EvalError {
    /// The same, without the value.
    pub(super) fn redacted(mut self) -> Self {
        if let Failure::Unsuitable { found, .. } = &mut self.failure {
            "[Redact]".clone_into(found);
        }
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            1 => write!(f, "column {}", self.column),
            line => write!(f, "line {line}, column {}", self.column),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.problem)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the expression is longer than {LONGEST_SOURCE} characters"),
            Self::TooDeep => write!(f, "calls are nested deeper than {DEEPEST}"),
            Self::TooManyArguments => write!(f, "a call has more than {MOST_ARGUMENTS} arguments"),
            Self::TooManyPatterns => write!(f, "there are more than {MOST_PATTERNS} regular expressions"),
            Self::Unexpected { found, expected } => write!(f, "found {}, expected {expected}", Short(found)),
            Self::UnknownName { found, nearest } => {
                write!(f, "found {}, expected the name of a function", Short(found))?;
                nearest.map_or(Ok(()), |near| write!(f, "; did you mean {near}?"))
            }
            Self::Arity { signature, found: 1 } => write!(f, "found 1 argument, expected {signature}"),
            Self::Arity { signature, found } => write!(f, "found {found} arguments, expected {signature}"),
            Self::Missing { signature, parameter } => {
                write!(f, "found nothing for {parameter}, expected {signature}")
            }
            Self::Kind { signature, parameter, expected, found, hint } => {
                write!(f, "found {found}, expected {expected} for {parameter} of {signature}{hint}")
            }
            Self::Argument { parameter, reason } => write!(f, "{parameter}: {reason}"),
            Self::Misplaced { function, reason } => write!(f, "found {function}, {reason}"),
            Self::NotHere { function, place } => {
                write!(f, "found {function}, which needs a target; {place} has none")
            }
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.of, self.at, self.failure)
    }
}

impl std::error::Error for EvalError {}

/// A value as far as a sentence shows it.
struct Short<'t>(&'t str);

/// How much that is, in characters.
const SHOWN: usize = 80;

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.0.chars().take(SHOWN).collect();
        write!(f, "{shown}{}", if shown.len() < self.0.len() { "…" } else { "" })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsuitable { found, expected } => {
                write!(f, "found \"{}\", expected {expected}", Short(found))
            }
            Self::TooLong => write!(f, "a text is longer than {LONGEST_TEXT} bytes"),
            Self::TooMany => write!(f, "there are more than {MOST_VALUES} values"),
            Self::TooMuchWork => f.write_str("the values are too long for so many steps"),
            Self::OutOfRange => f.write_str("the result is out of range"),
            Self::AllTaken(count) => {
                write!(f, "all {count} values are taken in the target; offer another one")
            }
            Self::NoTarget => f.write_str("there is no target to ask"),
            Self::SeveralRoles(count) => write!(f, "there are {count} roles, expected one"),
        }
    }
}
