//! The attribute-mapping language: expressions that make a value out of the attributes of one object.
//!
//! Here live reading (lexer, parse, check) and evaluating (eval, functions). An expression is read once, when the file or
//! the page that holds it is saved; whatever can be wrong without an object at hand is refused then. Where expressions
//! stand (mapping, synchronization) is not here.
//! The one thing to know: everything is pure and bounded. The time and all chance come in with [`Context`], an evaluation
//! always sees the whole [`Object`], and it ends in an [`Outcome`] or in a sentence.
//! `docs/attribute-mapping-language.md` is the page for administrators; the decision of that name settles what the language's origin leaves open.

mod chance;
mod check;
mod date_format;
mod error;
mod eval;
mod functions;
mod lexer;
mod node;
mod object;
mod parse;
pub(crate) mod pattern;
mod signature;
mod value;

pub use error::{EvalError, Failure, ParseError, Position, Problem};
pub use object::{Context, Object, Place};
pub use value::{Outcome, Value};

use node::Node;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Longest source text, in characters.
pub const LONGEST_SOURCE: usize = 10_000;
/// How deep calls may be nested.
pub const DEEPEST: usize = 32;
/// Most arguments of one call.
pub const MOST_ARGUMENTS: usize = 1_000;
/// Most regular expressions in one expression.
pub const MOST_PATTERNS: usize = 16;
/// Longest text that an evaluation reads or makes, in bytes.
pub const LONGEST_TEXT: usize = 16_384;
/// Most values of one attribute or list.
pub const MOST_VALUES: usize = 1_000;
/// How much an evaluation may do: bytes read and written, and one for every five steps of a search.
pub const MOST_WORK: usize = 1 << 20;

/// An expression that was read and checked; it holds all that evaluating needs, regular expressions compiled.
///
/// Two are equal if they were written alike. [`fmt::Display`] writes the expression in its one canonical spelling,
/// which reads as the same expression; [`Expression::source`] is what somebody wrote.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression {
    source: Arc<str>,
    root: Arc<Node>,
    is_redacted: bool,
}

impl Expression {
    /// Reads an expression of a sign-in's mapping: [`Place::SignIn`].
    ///
    /// # Errors
    /// [`ParseError`] with the place in the text, what is wrong there, and what to write.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        Self::parse_for(Place::SignIn, source)
    }

    /// Reads an expression that is to stand in this place.
    ///
    /// # Errors
    /// [`ParseError`], also for a function that the place cannot serve.
    pub fn parse_for(place: Place, source: &str) -> Result<Self, ParseError> {
        let mut root = parse::parse(source)?;
        check::check(&mut root, place)?;
        let is_redacted = root.calls("Redact");
        Ok(Self { source: source.into(), root: Arc::new(root), is_redacted })
    }

    /// What the expression comes to for this object.
    ///
    /// # Errors
    /// [`EvalError`] when a value is not what a function needs, or a bound is hit. Its sentence is for the trace.
    pub fn evaluate(&self, object: &dyn Object, context: &Context<'_>) -> Result<Outcome, EvalError> {
        match eval::evaluate(&self.root, object, context) {
            Ok(Outcome::Value(value)) if self.is_redacted => Ok(Outcome::Redacted(value)),
            Err(error) if self.is_redacted => Err(error.redacted()),
            other => other,
        }
    }

    /// The text as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the attributes that it reads, each once, in the order in which they stand in the text.
    #[must_use]
    pub fn attributes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.root.visit(&mut |node| {
            if let Some(name) = node.attribute().filter(|name| !names.contains(name)) {
                names.push(name);
            }
        });
        names
    }

    /// Whether `Redact` stands anywhere in it: then neither its value nor the values that it reads belong in a trace.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.is_redacted
    }

    /// Whether its values are added to what the target holds, and nothing is taken away: `AppRoleAssignmentsComplex`.
    #[must_use]
    pub fn adds(&self) -> bool {
        self.root.calls("AppRoleAssignmentsComplex")
    }
}

/// All functions with their parameters, sorted: `Append(source, suffix)`. A `?` marks what may be left out, an `…` that the
/// last parameters may come again.
#[must_use]
pub fn signatures() -> Vec<String> {
    let mut signatures: Vec<String> = functions::all().map(ToString::to_string).collect();
    signatures.sort_unstable();
    signatures
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source).finish()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl std::str::FromStr for Expression {
    type Err = ParseError;

    fn from_str(source: &str) -> Result<Self, ParseError> {
        Self::parse(source)
    }
}

impl TryFrom<String> for Expression {
    type Error = ParseError;

    fn try_from(source: String) -> Result<Self, ParseError> {
        Self::parse(&source)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.source.as_ref().to_owned()
    }
}
