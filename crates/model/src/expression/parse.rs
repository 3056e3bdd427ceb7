//! From tokens to a tree. Names are looked up here; what the arguments are worth is for `check`.

use super::error::{ParseError, Position, Problem};
use super::functions;
use super::lexer::{Lexer, Token};
use super::node::{Call, Kind, Node, WORDS};
use super::{DEEPEST, LONGEST_SOURCE, MOST_ARGUMENTS};

/// Reads a text whole.
pub(super) fn parse(source: &str) -> Result<Node, ParseError> {
    let start = Position { line: 1, column: 1 };
    if source.chars().nth(LONGEST_SOURCE).is_some() {
        return Err(ParseError { at: start, problem: Problem::TooLong });
    }
    let mut parser = Parser { lexer: Lexer::new(source), at: start, ahead: Token::End };
    parser.advance()?;
    let root = parser.expression(0)?;
    match parser.ahead {
        Token::End => Ok(root),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    at: Position,
    ahead: Token,
}

impl Parser<'_> {
    /// Takes the token ahead and reads the next one.
    fn advance(&mut self) -> Result<Token, ParseError> {
        let (at, next) = self.lexer.next()?;
        self.at = at;
        Ok(std::mem::replace(&mut self.ahead, next))
    }

    fn error(&self, problem: Problem) -> ParseError {
        ParseError { at: self.at, problem }
    }

    fn unexpected(&self, expected: &'static str) -> ParseError {
        self.error(Problem::Unexpected { found: self.ahead.to_string(), expected })
    }

    /// A value, or a comparison of two.
    fn expression(&mut self, depth: usize) -> Result<Node, ParseError> {
        let left = self.value(depth)?;
        let Token::Operator(operator) = self.ahead else {
            return if self.is_conjunction() { Err(self.conjunction()) } else { Ok(left) };
        };
        self.advance()?;
        let right = self.value(depth)?;
        if self.is_conjunction() {
            return Err(self.conjunction());
        }
        Ok(Node { at: left.at, kind: Kind::Comparison(Box::new((left, operator, right))) })
    }

    fn is_conjunction(&self) -> bool {
        let words = ["and", "or", "andalso", "orelse"];
        matches!(&self.ahead, Token::Name(name) if words.iter().any(|word| name.eq_ignore_ascii_case(word)))
    }

    fn conjunction(&self) -> ParseError {
        self.unexpected("a comma or ): conditions are not joined; put one IIF into the other")
    }

    fn value(&mut self, depth: usize) -> Result<Node, ParseError> {
        if !matches!(self.ahead, Token::Text(_) | Token::Integer(_) | Token::Attribute(_) | Token::Name(_)) {
            return Err(self.unexpected("a function, an [attribute], a \"text\" or a number"));
        }
        let at = self.at;
        let kind = match self.advance()? {
            Token::Text(text) => Kind::Text(text),
            Token::Integer(number) => Kind::Integer(number),
            Token::Attribute(name) => Kind::Attribute(name),
            Token::Name(name) => self.named(at, &name, depth)?,
            _ => Kind::Omitted,
        };
        Ok(Node { at, kind })
    }

    /// A call, or a word.
    fn named(&mut self, at: Position, name: &str, depth: usize) -> Result<Kind, ParseError> {
        if self.ahead != Token::Open
            && let Some(word) = WORDS.iter().find(|word| **word == name)
        {
            return Ok(Kind::Word(word));
        }
        let Some(function) = functions::named(name) else {
            if self.ahead != Token::Open {
                let expected =
                    "a function with (, an attribute in brackets as [mail], or a text in quotation marks";
                return Err(ParseError {
                    at,
                    problem: Problem::Unexpected { found: name.to_owned(), expected },
                });
            }
            let (found, nearest) = (name.to_owned(), functions::nearest(name));
            return Err(ParseError { at, problem: Problem::UnknownName { found, nearest } });
        };
        if self.ahead != Token::Open {
            return Err(self.unexpected("( after the name of a function"));
        }
        if depth >= DEEPEST {
            return Err(self.error(Problem::TooDeep));
        }
        let arguments = self.arguments(depth + 1)?;
        Ok(Kind::Call(Call { at, function, arguments, prepared: functions::Prepared::Nothing }))
    }

    /// What stands between the parentheses. Nothing between two commas, or before the closing one, is an argument too.
    fn arguments(&mut self, depth: usize) -> Result<Vec<Node>, ParseError> {
        self.advance()?;
        let mut arguments = Vec::new();
        if self.ahead == Token::Close {
            self.advance()?;
            return Ok(arguments);
        }
        loop {
            if arguments.len() == MOST_ARGUMENTS {
                return Err(self.error(Problem::TooManyArguments));
            }
            arguments.push(match self.ahead {
                Token::Comma | Token::Close => Node { at: self.at, kind: Kind::Omitted },
                _ => self.expression(depth)?,
            });
            match self.ahead {
                Token::Comma => self.advance()?,
                Token::Close => {
                    self.advance()?;
                    return Ok(arguments);
                }
                _ => return Err(self.unexpected("a comma or )")),
            };
        }
    }
}
