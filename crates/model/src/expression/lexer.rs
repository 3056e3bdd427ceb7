//! From characters to tokens.

use super::error::{ParseError, Position, Problem};
use super::node::Operator;
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Attribute(String),
    Integer(i64),
    Operator(Operator),
    Open,
    Close,
    Comma,
    End,
}

/// Reads one token after the other.
pub(super) struct Lexer<'s> {
    rest: Peekable<Chars<'s>>,
    at: Position,
}

impl<'s> Lexer<'s> {
    /// At the beginning of a text.
    pub fn new(source: &'s str) -> Self {
        Self { rest: source.chars().peekable(), at: Position { line: 1, column: 1 } }
    }

    /// The next token, and where it begins.
    pub fn next(&mut self) -> Result<(Position, Token), ParseError> {
        while self.rest.peek().is_some_and(|c| c.is_whitespace()) {
            self.take();
        }
        let at = self.at;
        let token = match self.rest.peek().copied() {
            None => Token::End,
            Some('(') => self.single(Token::Open),
            Some(')') => self.single(Token::Close),
            Some(',') => self.single(Token::Comma),
            Some('"') => Token::Text(self.delimited('"', "a closing quotation mark")?),
            Some('[') => Token::Attribute(self.attribute(at)?),
            Some('=' | '<' | '>') => Token::Operator(self.operator(at)?),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '&') => Token::Integer(self.number(at)?),
            Some(c) if c.is_alphabetic() || c == '_' => Token::Name(self.name()),
            Some(c) => {
                return Err(unexpected(at, shown(c), "a function, an [attribute], a \"text\" or a number"));
            }
        };
        Ok((at, token))
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.at = Position { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(c)
    }

    fn take_if(&mut self, wanted: char) -> bool {
        let is_next = self.rest.peek() == Some(&wanted);
        if is_next {
            self.take();
        }
        is_next
    }

    fn single(&mut self, token: Token) -> Token {
        self.take();
        token
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.rest.peek().copied().filter(|c| c.is_alphanumeric() || *c == '_') {
            name.push(c);
            self.take();
        }
        name
    }

    /// What stands until the closing character; it and the backslash are written with a backslash before.
    fn delimited(&mut self, end: char, expected: &'static str) -> Result<String, ParseError> {
        self.take();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.take() {
                None => return Err(unexpected(at, Token::End.to_string(), expected)),
                Some(c) if c == end => return Ok(text),
                Some('\\') => match self.take() {
                    Some(c) if c == end || c == '\\' => text.push(c),
                    None => return Err(unexpected(at, Token::End.to_string(), expected)),
                    Some(c) => {
                        let expected = "\\\\ for a backslash: only a backslash and the closing character are written with one before";
                        return Err(unexpected(at, format!("\\{c}"), expected));
                    }
                },
                Some(c) => text.push(c),
            }
        }
    }

    fn attribute(&mut self, at: Position) -> Result<String, ParseError> {
        let name = self.delimited(']', "] after the name of an attribute")?;
        if name.trim().is_empty() {
            return Err(unexpected(at, "[]".to_owned(), "the name of an attribute in brackets"));
        }
        Ok(name)
    }

    fn operator(&mut self, at: Position) -> Result<Operator, ParseError> {
        match self.take() {
            Some('=') => Ok(Operator::Equal),
            Some('<') if self.take_if('>') => Ok(Operator::NotEqual),
            Some('<') if self.take_if('=') => Ok(Operator::LessOrEqual),
            Some('<') => Ok(Operator::Less),
            Some('>') if self.take_if('=') => Ok(Operator::GreaterOrEqual),
            Some('>') => Ok(Operator::Greater),
            _ => Err(unexpected(at, Token::End.to_string(), "a comparison")),
        }
    }

    /// A whole number: `12`, `-3`, or hexadecimal as `&HF7`.
    fn number(&mut self, at: Position) -> Result<i64, ParseError> {
        const EXPECTED: &str = "a whole number, as 12, -3 or &HF7, of at most 64 bits";
        let mut written = String::new();
        let hexadecimal = self.take_if('&');
        if hexadecimal {
            written.push('&');
            if !self.rest.peek().is_some_and(|c| matches!(c, 'H' | 'h')) {
                return Err(unexpected(at, written, EXPECTED));
            }
            written.extend(self.take());
        } else if self.take_if('-') {
            written.push('-');
        }
        while let Some(c) = self.rest.peek().copied().filter(|c| c.is_alphanumeric() || *c == '.') {
            written.push(c);
            self.take();
        }
        let read = if hexadecimal {
            i64::from_str_radix(written.get(2..).unwrap_or_default(), 16).ok()
        } else {
            written.parse().ok()
        };
        read.ok_or_else(|| unexpected(at, written, EXPECTED))
    }
}

fn unexpected(at: Position, found: String, expected: &'static str) -> ParseError {
    ParseError { at, problem: Problem::Unexpected { found, expected } }
}

/// A character that begins no token, with what may be behind it.
fn shown(c: char) -> String {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' => format!("{c}, which is no straight quotation mark"),
        '\'' => "', which is no double quotation mark".to_owned(),
        c => format!("{c:?}").trim_matches('\'').to_owned(),
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Text(text) => write!(f, "the text \"{text}\""),
            Self::Attribute(name) => write!(f, "[{name}]"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Operator(operator) => write!(f, "{operator}"),
            Self::Open => f.write_str("("),
            Self::Close => f.write_str(")"),
            Self::Comma => f.write_str("a comma"),
            Self::End => f.write_str("the end of the text"),
        }
    }
}
