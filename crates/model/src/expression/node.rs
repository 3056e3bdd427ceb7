//! The tree of an expression, and how it is written.

use super::error::Position;
use super::functions::Prepared;
use super::signature::Function;
use std::fmt;

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub at: Position,
    /// What it is.
    pub kind: Kind,
}

/// What a part can be.
#[derive(Debug)]
pub(super) enum Kind {
    /// An argument that was left out.
    Omitted,
    /// A constant text.
    Text(String),
    /// A constant number.
    Integer(i64),
    /// A word of the language that is no function, such as `vbTextCompare`.
    Word(&'static str),
    /// The value of an attribute.
    Attribute(String),
    /// A comparison.
    Comparison(Box<(Node, Operator, Node)>),
    /// A call.
    Call(Call),
}

/// A call of a function.
#[derive(Debug)]
pub(super) struct Call {
    /// Where it begins.
    pub at: Position,
    /// The function.
    pub function: &'static Function,
    /// The arguments, as many as were written.
    pub arguments: Vec<Node>,
    /// What was made of the constants among them.
    pub prepared: Prepared,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The words that are no functions.
pub(super) const WORDS: [&str; 2] = ["vbBinaryCompare", "vbTextCompare"];

impl Node {
    /// Shows every part to the visitor, in the order of the text.
    pub fn visit<'n>(&'n self, visitor: &mut dyn FnMut(&'n Node)) {
        visitor(self);
        match &self.kind {
            Kind::Comparison(sides) => {
                sides.0.visit(visitor);
                sides.2.visit(visitor);
            }
            Kind::Call(call) => call.arguments.iter().for_each(|argument| argument.visit(visitor)),
            _ => (),
        }
    }

    /// Whether a function is called anywhere in it.
    pub fn calls(&self, function: &str) -> bool {
        let mut found = false;
        self.visit(&mut |node| {
            found |= matches!(&node.kind, Kind::Call(call) if call.function.name == function);
        });
        found
    }

    /// The name of the attribute that this is.
    pub fn attribute(&self) -> Option<&str> {
        match &self.kind {
            Kind::Attribute(name) => Some(name),
            _ => None,
        }
    }

    /// The constant text that this is.
    pub fn constant(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing was written here.
    pub fn is_omitted(&self) -> bool {
        matches!(self.kind, Kind::Omitted)
    }
}

impl Operator {
    fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Omitted => Ok(()),
            Kind::Text(text) => write!(f, "\"{}\"", escaped(text, '"')),
            Kind::Integer(number) => write!(f, "{number}"),
            Kind::Word(word) => f.write_str(word),
            Kind::Attribute(name) => write!(f, "[{}]", escaped(name, ']')),
            Kind::Comparison(sides) => write!(f, "{} {} {}", sides.0, sides.1, sides.2),
            Kind::Call(call) => {
                write!(f, "{}(", call.function.name)?;
                for (place, argument) in call.arguments.iter().enumerate() {
                    let before = if place == 0 {
                        ""
                    } else if argument.is_omitted() {
                        ","
                    } else {
                        ", "
                    };
                    write!(f, "{before}{argument}")?;
                }
                f.write_str(")")
            }
        }
    }
}

fn escaped(text: &str, end: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == end || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
