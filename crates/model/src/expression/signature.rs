//! What a function is: its name, its parameters, what it gives, and what runs it. The tables are in `functions`.

use super::error::EvalError;
use super::eval::Run;
use super::functions::Prepared;
use super::node::Call;
use super::value::Value;
use std::fmt;

/// A function of the language.
pub(super) struct Function {
    /// Its name; case matters.
    pub name: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// How many of the last parameters may come again and again.
    pub repeats: usize,
    /// What comes out.
    pub gives: Type,
    /// Where it may stand.
    pub stands: Stands,
    /// Whether it asks the target.
    pub asks_target: bool,
    /// Makes something of the constants among its arguments, once.
    pub prepare: fn(&Call) -> Result<Prepared, Fault>,
    /// Does it.
    pub run: fn(&mut Run<'_>, &Call) -> Result<Value, EvalError>,
}

/// A parameter.
pub(super) struct Parameter {
    /// Its name, as the documentation has it.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// One text.
    Text,
    /// One value of any kind.
    Single,
    /// Anything, several values too.
    Any,
    /// Anything, and if this argument is taken its value is the value of the call.
    Result,
    /// The same, but another argument may be taken after this one was evaluated.
    Candidate,
    /// A whole number.
    Integer,
    /// A date.
    Date,
    /// True, false or a comparison.
    Condition,
    /// A text that is known when the expression is read.
    Constant,
    /// A number that is known when the expression is read.
    Number,
    /// A word of the language.
    Word,
    /// An attribute by its name.
    Attribute,
}

/// What kind of value a part of an expression has, as far as can be known without an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Nothing,
    Text,
    Integer,
    Boolean,
    Date,
    List,
    Comparison,
    Word,
    /// An attribute, or one of several kinds.
    Unknown,
    /// Of a function: as the arguments for [`Takes::Result`] and [`Takes::Candidate`].
    Results,
}

/// Where a function may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Anywhere,
    /// Where its value is the value of the whole.
    Last,
    /// Around all else.
    Outermost,
}

/// An argument that a function does not know what to do with.
pub(super) struct Fault {
    /// Which.
    pub argument: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Fault {
    /// That this argument is wrong.
    pub fn new(argument: usize, reason: impl Into<String>) -> Self {
        Self { argument, reason: reason.into() }
    }
}

type Runs = fn(&mut Run<'_>, &Call) -> Result<Value, EvalError>;

impl Function {
    /// A function that may stand anywhere and needs no preparation.
    pub const fn new(name: &'static str, parameters: &'static [Parameter], gives: Type, run: Runs) -> Self {
        let (repeats, stands, asks_target) = (0, Stands::Anywhere, false);
        Self {
            name,
            parameters,
            repeats,
            gives,
            stands,
            asks_target,
            prepare: |_| Ok(Prepared::Nothing),
            run,
        }
    }

    /// The same, with so many parameters repeated.
    pub const fn repeating(self, repeats: usize) -> Self {
        Self { repeats, ..self }
    }

    /// The same, with its constants prepared.
    pub const fn prepared(self, prepare: fn(&Call) -> Result<Prepared, Fault>) -> Self {
        Self { prepare, ..self }
    }

    /// The same, allowed here alone.
    pub const fn standing(self, stands: Stands) -> Self {
        Self { stands, ..self }
    }

    /// The same, for places that have a target.
    pub const fn asking_target(self) -> Self {
        Self { asks_target: true, ..self }
    }

    /// The parameter that an argument is for.
    pub fn parameter(&self, argument: usize) -> Option<&'static Parameter> {
        let count = self.parameters.len();
        let index = match self.repeats {
            0 => argument,
            _ if argument < count => argument,
            repeats => count - repeats + (argument - count) % repeats,
        };
        self.parameters.get(index)
    }

    /// Whether a call may have so many arguments.
    pub fn takes(&self, arguments: usize) -> bool {
        let needed =
            self.parameters.iter().rposition(|parameter| !parameter.optional).map_or(0, |last| last + 1);
        let count = self.parameters.len();
        let whole =
            self.repeats == 0 || arguments < count || (arguments - count).is_multiple_of(self.repeats);
        arguments >= needed && whole && (self.repeats > 0 || arguments <= count)
    }
}

/// A parameter that must be given.
pub(super) const fn needed(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, optional: false }
}

/// A parameter that may be left out.
pub(super) const fn optional(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, optional: true }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (place, parameter) in self.parameters.iter().enumerate() {
            let (before, after) =
                (if place == 0 { "" } else { ", " }, if parameter.optional { "?" } else { "" });
            write!(f, "{before}{}{after}", parameter.name)?;
        }
        f.write_str(if self.repeats == 0 { ")" } else { ", …)" })
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Takes {
    /// What it takes, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Single => "one value",
            Self::Any | Self::Result | Self::Candidate => "a value",
            Self::Integer => "a whole number",
            Self::Date => "a date",
            Self::Condition => "a condition",
            Self::Constant => "a constant text in quotation marks",
            Self::Number => "a constant number",
            Self::Word => "vbBinaryCompare or vbTextCompare",
            Self::Attribute => "an [attribute]",
        }
    }
}

impl Type {
    /// What it is, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Text => "a text",
            Self::Integer => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date",
            Self::List => "several values",
            Self::Comparison => "a comparison",
            Self::Word => "a word of the language",
            Self::Unknown | Self::Results => "a value",
        }
    }

    /// What to do with it where it does not go.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Integer => "; CStr makes text of a number",
            Self::List => "; Item takes one of them, Join makes one text of all",
            Self::Comparison => "; only IIF, CBool and Not take one",
            _ => "",
        }
    }
}
