//! Filters (RFC 7644, section 3.4.2.2): which resources are meant.
//!
//! A `Filter` is read for a resource type: every attribute in it exists and is written as the schema writes it, every value
//! fits its attribute, and chains of `and` and `or` are flat. So it can be walked by whoever answers it from columns, and
//! `matches` needs nothing but the resource. Reading text is in `filter/grammar`, meaning in `filter/resolve`, for several types at
//! once in `filter/across`, comparing in `filter/matches`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::schema::ResourceType;
use crate::{AttributePath, Error, Quirk};

mod across;
pub(crate) mod grammar;
mod matches;
mod resolve;
#[cfg(test)]
mod tests;

pub use across::Meaning;
pub(crate) use matches::fold;
use resolve::Comparison;
pub(crate) use resolve::{equalities, selection};

/// The longest filter, in bytes.
pub const LONGEST: usize = 4_096;
/// How deep parentheses, brackets and `not` may be nested.
pub const DEEPEST: usize = 32;
/// The most comparisons in one filter.
pub const MOST_TERMS: usize = 128;
/// The most comparisons in the brackets of a path.
pub const MOST_PATH_TERMS: usize = 32;

/// How a value is compared (RFC 7644, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Is the same.
    Eq,
    /// Is not the same.
    Ne,
    /// Contains.
    Co,
    /// Begins with.
    Sw,
    /// Ends with.
    Ew,
    /// Has a value.
    Pr,
    /// Is greater, or later.
    Gt,
    /// Is greater or the same.
    Ge,
    /// Is less, or earlier.
    Lt,
    /// Is less or the same.
    Le,
}

/// A condition that a resource meets or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these hold; at least two, none of them an `And`.
    And(Vec<Filter>),
    /// At least one of these holds; at least two, none of them an `Or`.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// A comparison. Of a multi-valued attribute, some value meets it.
    Test(Test),
    /// One value of an attribute meets all of the inner condition.
    Any(Selection),
}

/// A comparison of one attribute with one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The attribute; inside of a `Selection` it is the sub-attribute, or `value` where values are plain.
    pub path: AttributePath,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with; null for `pr`. A boolean attribute has a boolean here, a number a number, all else text.
    pub value: Value,
    /// Whether upper and lower case differ.
    pub case_exact: bool,
    pub(crate) comparison: Comparison,
}

/// A condition on the values of one attribute: `emails[type eq "work" and value co "@x"]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The attribute.
    pub path: AttributePath,
    /// What one of its values must meet.
    pub filter: Box<Filter>,
}

/// A filter that asks for one value of one attribute: `userName eq "x"`, `emails[type eq "work"].value eq "x"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equality<'f> {
    /// The attribute; the sub-attribute is always said where there is one.
    pub extension: Option<&'f str>,
    /// The attribute.
    pub attribute: &'f str,
    /// The sub-attribute.
    pub sub: Option<&'f str>,
    /// The `type` that the value must have, if it must.
    pub of_type: Option<&'f str>,
    /// The value.
    pub value: &'f Value,
}

/// Reads a filter for a resource type.
///
/// # Errors
/// `invalidFilter`: malformed, too long, too deep, an attribute that does not exist, a comparison that the attribute does
/// not allow.
pub fn parse(text: &str, kind: &ResourceType) -> Result<Filter, Error> {
    read(text, kind).map(|(filter, _)| filter)
}

/// Reads a filter, and says what was unusual in how it is written.
///
/// # Errors
/// As `parse`.
pub fn read(text: &str, kind: &ResourceType) -> Result<(Filter, BTreeSet<Quirk>), Error> {
    understood(text, |expression, quirks| resolve::resolve(expression, kind, quirks))
}

/// Reads a filter that is asked of resources of all these types, where what a type lacks is without a value (RFC 7644, section
/// 3.4.2.1): what it means for each of them, in their order, and what was unusual in how it is written.
///
/// # Errors
/// `invalidFilter`: malformed, too long, too deep, an attribute that none of the types has, a comparison that none allows.
pub fn read_across(
    text: &str,
    kinds: &[Arc<ResourceType>],
) -> Result<(Vec<Meaning>, BTreeSet<Quirk>), Error> {
    understood(text, |expression, quirks| across::across(expression, kinds, quirks))
}

fn understood<T>(
    text: &str,
    resolve: impl FnOnce(&grammar::Expression, &mut BTreeSet<Quirk>) -> Result<T, Error>,
) -> Result<(T, BTreeSet<Quirk>), Error> {
    let mut parser = grammar::Parser::new(text);
    let expression = parser.whole()?;
    let mut quirks = BTreeSet::new();
    let meant = resolve(&expression, &mut quirks)?;
    if parser.is_loose() {
        quirks.insert(Quirk::LooseFilter);
    }
    Ok((meant, quirks))
}

impl Filter {
    /// The terms that all must hold: those of an `And`, or the filter itself.
    pub fn conjuncts(&self) -> &[Filter] {
        match self {
            Self::And(terms) => terms,
            other => std::slice::from_ref(other),
        }
    }

    /// The comparison, if the filter is one: `meta.lastModified ge "…"`, `active eq true`.
    pub fn test(&self) -> Option<&Test> {
        match self {
            Self::Test(test) => Some(test),
            _ => None,
        }
    }

    /// What the filter asks for, if it asks for one value of one attribute and nothing else.
    pub fn only_equality(&self) -> Option<Equality<'_>> {
        match self {
            Self::Test(test) => test.equality(),
            Self::Any(selection) => selection.equality(),
            _ => None,
        }
    }
}

impl Test {
    /// The point in time that a time is compared with, for whoever has it in a column.
    pub fn time(&self) -> Option<jiff::Timestamp> {
        match self.comparison {
            Comparison::Time(time) => Some(time),
            _ => None,
        }
    }

    /// The text that a text is compared with: folded as `matches` folds it, where case does not matter.
    pub fn folded(&self) -> Option<&str> {
        match &self.comparison {
            Comparison::Text(text) => Some(text),
            _ => None,
        }
    }

    fn equality(&self) -> Option<Equality<'_>> {
        (self.operator == Operator::Eq && !self.value.is_null()).then(|| Equality {
            extension: self.path.extension.as_deref(),
            attribute: &self.path.attribute,
            sub: self.path.sub.as_deref(),
            of_type: None,
            value: &self.value,
        })
    }
}

impl Selection {
    fn equality(&self) -> Option<Equality<'_>> {
        let (mut found, mut of_type) = (None, None);
        let terms = self.filter.conjuncts();
        for term in terms {
            let test = term.test().filter(|test| test.operator == Operator::Eq)?;
            let is_type = test.path.attribute == "type" && terms.len() > 1;
            match test.value.as_str().filter(|_| is_type) {
                Some(text) if of_type.is_none() => of_type = Some(text),
                _ if found.is_none() => found = Some(test),
                _ => return None,
            }
        }
        let test = found.filter(|test| !test.value.is_null())?;
        Some(Equality {
            extension: self.path.extension.as_deref(),
            attribute: &self.path.attribute,
            sub: Some(&test.path.attribute),
            of_type,
            value: &test.value,
        })
    }
}
