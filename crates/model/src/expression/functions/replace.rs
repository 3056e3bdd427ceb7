//! `Replace`, which does five things, told apart by the arguments that are there.

use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::Call;
use super::super::pattern::{self, Pattern, Template};
use super::super::signature::{Fault, Function, Takes, Type, needed, optional};
use super::super::value::Value;
use super::Prepared;

pub(super) const TABLE: &[Function] = &[Function::new(
    "Replace",
    &[
        needed("source", Takes::Text),
        optional("oldValue", Takes::Text),
        optional("regexPattern", Takes::Constant),
        optional("regexGroupName", Takes::Constant),
        optional("replacementValue", Takes::Text),
        optional("replacementAttributeName", Takes::Attribute),
        optional("template", Takes::Text),
    ],
    Type::Text,
    replace,
)
.prepared(prepare)];

/// The places of the arguments.
const OLD: usize = 1;
const PATTERN: usize = 2;
const GROUP: usize = 3;
const VALUE: usize = 4;
const ATTRIBUTE: usize = 5;
const TEMPLATE: usize = 6;

/// What a call does.
#[derive(Debug)]
pub(in super::super) enum Mode {
    /// `oldValue` becomes `replacementValue`.
    Text,
    /// `oldValue` in the template becomes the source.
    InTemplate,
    /// Matches of the pattern become this, or `replacementValue` as it is if that is no constant.
    Matches(Pattern, Option<Template>),
    /// A group of the pattern becomes `replacementValue`.
    Group(Pattern, usize),
    /// An empty source becomes what a group matches in another attribute.
    Other(Pattern, usize),
}

impl Mode {
    /// Whether it holds a regular expression.
    pub fn has_pattern(&self) -> bool {
        !matches!(self, Self::Text | Self::InTemplate)
    }
}

fn prepare(call: &Call) -> Result<Prepared, Fault> {
    let given = |place: usize| call.arguments.get(place).is_some_and(|node| !node.is_omitted());
    let constant = |place: usize| call.arguments.get(place).and_then(|node| node.constant());
    let at = |place: usize| move |reason: String| Fault::new(place, reason);
    let compiled = || pattern::compile(constant(PATTERN).unwrap_or_default()).map_err(at(PATTERN));
    let group = |pattern: &Pattern| {
        pattern::group(&pattern.regex, constant(GROUP).unwrap_or_default()).map_err(at(GROUP))
    };
    if constant(OLD) == Some("") {
        return Err(Fault::new(OLD, "an empty text is everywhere; name what is to be replaced"));
    }
    let mode = match [OLD, PATTERN, GROUP, VALUE, ATTRIBUTE, TEMPLATE].map(given) {
        [true, false, false, true, false, false] => Mode::Text,
        [true, false, false, false, false, true] => Mode::InTemplate,
        [false, true, false, true, false, false] => {
            let pattern = compiled()?;
            let template = constant(VALUE)
                .map(|text| Template::parse(&pattern.regex, text))
                .transpose()
                .map_err(at(VALUE))?;
            Mode::Matches(pattern, template)
        }
        [false, true, true, true, false, false] => {
            let pattern = compiled()?;
            let group = group(&pattern)?;
            Mode::Group(pattern, group)
        }
        [false, true, true, false, true, false] => {
            let pattern = compiled()?;
            let group = group(&pattern)?;
            Mode::Other(pattern, group)
        }
        _ => {
            return Err(Fault::new(
                0,
                "these arguments do not go together; give oldValue and replacementValue, oldValue and template, \
                 regexPattern and replacementValue, or regexPattern and regexGroupName with either \
                 replacementValue or replacementAttributeName",
            ));
        }
    };
    Ok(Prepared::Replace(Box::new(mode)))
}

fn replace(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Prepared::Replace(mode) = &call.prepared else { return Ok(Value::Null) };
    let source = run.text(call, 0)?;
    if let Mode::Other(pattern, group) = mode.as_ref() {
        return match source {
            Some(source) if !source.is_empty() => Ok(Value::Text(source)),
            _ => other(run, call, pattern, *group),
        };
    }
    let Some(source) = source else { return Ok(Value::Null) };
    let text = match mode.as_ref() {
        Mode::Text => {
            let (old, new) = (run.text(call, OLD)?, run.text(call, VALUE)?);
            all(run, call, &source, &old.unwrap_or_default(), &new.unwrap_or_default())?
        }
        Mode::InTemplate => {
            let (old, template) = (run.text(call, OLD)?, run.text(call, TEMPLATE)?);
            all(run, call, &template.unwrap_or_default(), &old.unwrap_or_default(), &source)?
        }
        Mode::Matches(pattern, template) => matches(run, call, &source, pattern, template.as_ref())?,
        Mode::Group(pattern, group) => within(run, call, &source, pattern, *group)?,
        Mode::Other(..) => source,
    };
    Ok(Value::Text(text))
}

/// Replaces every occurrence of one text.
fn all(run: &Run<'_>, call: &Call, text: &str, old: &str, new: &str) -> Result<String, EvalError> {
    if old.is_empty() {
        return Ok(text.to_owned());
    }
    let mut out = String::new();
    for (place, part) in text.split(old).enumerate() {
        if place > 0 {
            run.push(call, &mut out, new)?;
        }
        run.push(call, &mut out, part)?;
    }
    Ok(out)
}

/// Replaces every match.
fn matches(
    run: &mut Run<'_>,
    call: &Call,
    text: &str,
    pattern: &Pattern,
    template: Option<&Template>,
) -> Result<String, EvalError> {
    let plain = if template.is_none() { run.text(call, VALUE)?.unwrap_or_default() } else { String::new() };
    run.searching(call, pattern, text.len())?;
    let (mut out, mut end) = (String::new(), 0);
    for captures in pattern.regex.captures_iter(text) {
        run.searching(call, pattern, text.len() - end)?;
        let Some(whole) = captures.get(0) else { continue };
        run.push(call, &mut out, text.get(end..whole.start()).unwrap_or_default())?;
        run.push(call, &mut out, &plain)?;
        for part in template.iter().flat_map(|template| template.expand(&captures)) {
            run.push(call, &mut out, part)?;
        }
        end = whole.end();
    }
    run.push(call, &mut out, text.get(end..).unwrap_or_default())?;
    Ok(out)
}

/// Replaces what a group matches, in every match.
fn within(
    run: &mut Run<'_>,
    call: &Call,
    text: &str,
    pattern: &Pattern,
    group: usize,
) -> Result<String, EvalError> {
    let new = run.text(call, VALUE)?.unwrap_or_default();
    run.searching(call, pattern, text.len())?;
    let (mut out, mut end) = (String::new(), 0);
    for captures in pattern.regex.captures_iter(text) {
        run.searching(call, pattern, text.len() - end)?;
        let Some(found) = captures.get(group) else { continue };
        run.push(call, &mut out, text.get(end..found.start()).unwrap_or_default())?;
        run.push(call, &mut out, &new)?;
        end = found.end();
    }
    run.push(call, &mut out, text.get(end..).unwrap_or_default())?;
    Ok(out)
}

/// What a group matches in another attribute.
fn other(run: &mut Run<'_>, call: &Call, pattern: &Pattern, group: usize) -> Result<Value, EvalError> {
    let Some(text) = run.text(call, ATTRIBUTE)? else { return Ok(Value::Null) };
    run.searching(call, pattern, text.len())?;
    let found = pattern.regex.captures(&text).and_then(|captures| captures.get(group));
    Ok(found.map(|found| found.as_str().to_owned()).into())
}
