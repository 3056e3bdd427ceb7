//! The text of a filter (RFC 7644, figure 1) and of the brackets of a path, as an expression of names and values.
//!
//! What the names mean is not asked here. The parser goes over the text once; how deep it calls itself is bounded.

use serde_json::{Number, Value};

use super::{DEEPEST, LONGEST, MOST_PATH_TERMS, MOST_TERMS, Operator};
use crate::Error;

/// A condition, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Test { name: String, operator: Operator, value: Value },
    Any { name: String, filter: Box<Expression> },
}

/// Reads expressions from a text.
pub(crate) struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// How many more comparisons there may be.
    terms: usize,
    loose: bool,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0, terms: MOST_TERMS, loose: false }
    }

    /// A parser of a path, whose brackets hold fewer comparisons: they are held against every value for every operation.
    pub(crate) fn of_path(text: &'t str) -> Self {
        Self { terms: MOST_PATH_TERMS, ..Self::new(text) }
    }

    /// Whether something was not written as the grammar has it.
    pub(crate) fn is_loose(&self) -> bool {
        self.loose
    }

    /// The whole text as a filter.
    pub(crate) fn whole(&mut self) -> Result<Expression, Error> {
        if self.text.len() > LONGEST {
            return Err(Error::invalid_filter(format!("the filter is longer than {LONGEST} bytes")));
        }
        let expression = self.either()?;
        self.skip_space();
        if self.is_at_end() { Ok(expression) } else { Err(self.wrong("and, or, or the end")) }
    }

    /// A filter in brackets, if brackets open here.
    pub(crate) fn brackets(&mut self) -> Result<Option<Expression>, Error> {
        if !self.take(b'[') {
            return Ok(None);
        }
        self.deeper()?;
        let expression = self.either()?;
        self.skip_space();
        if !self.take(b']') {
            return Err(self.wrong("a closing bracket"));
        }
        self.depth -= 1;
        Ok(Some(expression))
    }

    /// The sub-attribute that follows brackets.
    pub(crate) fn after_brackets(&mut self) -> Option<&'t str> {
        self.take(b'.').then(|| self.word()).filter(|word| !word.is_empty())
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The characters up to white space, a parenthesis, a bracket or a quote.
    pub(crate) fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let ends =
            |character: char| character.is_whitespace() || matches!(character, '(' | ')' | '[' | ']' | '"');
        let word = rest.split(ends).next().unwrap_or_default();
        self.at += word.len();
        word
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.text.as_bytes().get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn wrong(&self, wanted: &str) -> Error {
        let place = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        Error::invalid_filter(format!(
            "the filter is not well-formed: at character {place} there should be {wanted}"
        ))
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Error::invalid_filter(format!("the filter is nested more than {DEEPEST} deep")));
        }
        Ok(())
    }

    /// Takes a keyword, in any case, if it stands here.
    fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.at;
        self.skip_space();
        if self.word().eq_ignore_ascii_case(keyword) {
            return true;
        }
        self.at = before;
        false
    }

    fn either(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.all()?];
        while self.keyword("or") {
            terms.push(self.all()?);
        }
        Ok(one_or(terms, Expression::Or))
    }

    fn all(&mut self) -> Result<Expression, Error> {
        let mut terms = vec![self.term()?];
        while self.keyword("and") {
            terms.push(self.term()?);
        }
        Ok(one_or(terms, Expression::And))
    }

    fn term(&mut self) -> Result<Expression, Error> {
        self.skip_space();
        if self.take(b'(') {
            return self.parenthesis();
        }
        let name = self.word();
        if name.is_empty() {
            return Err(self.wrong("the name of an attribute"));
        }
        if name.eq_ignore_ascii_case("not") {
            self.skip_space();
            if self.take(b'(') {
                return Ok(Expression::Not(Box::new(self.parenthesis()?)));
            }
        }
        match self.brackets()? {
            Some(filter) => self.selection(name, filter),
            None => self.test(name),
        }
    }

    fn parenthesis(&mut self) -> Result<Expression, Error> {
        self.deeper()?;
        let expression = self.either()?;
        self.skip_space();
        if !self.take(b')') {
            return Err(self.wrong("a closing parenthesis"));
        }
        self.depth -= 1;
        Ok(expression)
    }

    /// What follows brackets: nothing, or as some write it a comparison of a sub-attribute, which belongs inside.
    fn selection(&mut self, name: &str, filter: Expression) -> Result<Expression, Error> {
        let filter = match self.after_brackets() {
            None => filter,
            Some(sub) => {
                self.loose = true;
                Expression::And(vec![filter, self.test(sub)?])
            }
        };
        Ok(Expression::Any { name: name.to_owned(), filter: Box::new(filter) })
    }

    fn test(&mut self, name: &str) -> Result<Expression, Error> {
        let Some(terms) = self.terms.checked_sub(1) else {
            return Err(Error::invalid_filter("the filter has too many comparisons"));
        };
        self.terms = terms;
        self.skip_space();
        let before = self.at;
        let Some(operator) = operator(self.word()) else {
            self.at = before;
            return Err(self.wrong("an operator: eq, ne, co, sw, ew, pr, gt, ge, lt or le"));
        };
        let value = if operator == Operator::Pr { Value::Null } else { self.value()? };
        Ok(Expression::Test { name: name.to_owned(), operator, value })
    }

    fn value(&mut self) -> Result<Value, Error> {
        self.skip_space();
        if self.rest().starts_with('"') {
            return self.quoted();
        }
        let word = self.word();
        if word.is_empty() {
            return Err(self.wrong("a value"));
        }
        if let Some(value) = literal(word) {
            return Ok(value);
        }
        self.loose = true;
        if word.contains('\0') {
            return Err(Error::invalid_filter("the filter contains U+0000"));
        }
        Ok(Value::String(word.to_owned()))
    }

    /// A text with the escapes of JSON.
    fn quoted(&mut self) -> Result<Value, Error> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find(|(_, byte)| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let text = end.and_then(|(at, _)| rest.get(..=at)).ok_or_else(|| self.wrong("a closing quote"))?;
        let value: String = serde_json::from_str(text).map_err(|_| self.wrong("a text as JSON writes it"))?;
        if value.contains('\0') {
            return Err(Error::invalid_filter("the filter contains U+0000"));
        }
        self.at += text.len();
        Ok(Value::String(value))
    }
}

fn one_or(mut terms: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        last => {
            terms.extend(last);
            many(terms)
        }
    }
}

fn operator(word: &str) -> Option<Operator> {
    const OPERATORS: [(&str, Operator); 10] = [
        ("eq", Operator::Eq),
        ("ne", Operator::Ne),
        ("co", Operator::Co),
        ("sw", Operator::Sw),
        ("ew", Operator::Ew),
        ("pr", Operator::Pr),
        ("gt", Operator::Gt),
        ("ge", Operator::Ge),
        ("lt", Operator::Lt),
        ("le", Operator::Le),
    ];
    OPERATORS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, operator)| *operator)
}

/// What JSON writes without quotes; booleans in any case.
fn literal(word: &str) -> Option<Value> {
    for (text, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
        if word.eq_ignore_ascii_case(text) {
            return Some(value);
        }
    }
    serde_json::from_str::<Number>(word).ok().map(Value::Number)
}
