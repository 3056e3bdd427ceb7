//! Functions of one text. Positions count from 1, in characters.

use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::{Call, Kind};
use super::super::signature::{Fault, Function, Takes, Type, needed, optional};
use super::super::value::Value;
use super::{Prepared, diacritics};

const SOURCE: super::super::signature::Parameter = needed("source", Takes::Text);

pub(super) const TABLE: &[Function] = &[
    Function::new("Append", &[SOURCE, needed("suffix", Takes::Text)], Type::Text, append),
    Function::new("Prepend", &[SOURCE, needed("prefix", Takes::Text)], Type::Text, prepend),
    Function::new(
        "InStr",
        &[
            needed("value1", Takes::Text),
            needed("value2", Takes::Text),
            optional("start", Takes::Integer),
            optional("compareType", Takes::Word),
        ],
        Type::Integer,
        in_str,
    ),
    Function::new(
        "Left",
        &[needed("string", Takes::Text), needed("numChars", Takes::Integer)],
        Type::Text,
        left,
    ),
    Function::new(
        "Mid",
        &[SOURCE, needed("start", Takes::Integer), needed("length", Takes::Integer)],
        Type::Text,
        mid,
    ),
    Function::new("NormalizeDiacritics", &[SOURCE], Type::Text, normalize_diacritics),
    Function::new("PCase", &[SOURCE, optional("wordSeparators", Takes::Text)], Type::Text, proper_case),
    Function::new("StripSpaces", &[SOURCE], Type::Text, strip_spaces),
    Function::new("ToLower", &[SOURCE, optional("culture", Takes::Constant)], Type::Text, to_lower)
        .prepared(culture),
    Function::new("ToUpper", &[SOURCE, optional("culture", Takes::Constant)], Type::Text, to_upper)
        .prepared(culture),
    Function::new(
        "Word",
        &[
            needed("string", Takes::Text),
            needed("wordNumber", Takes::Integer),
            needed("delimiters", Takes::Text),
        ],
        Type::Text,
        word,
    ),
];

/// What a function of one text gives: nothing of nothing.
fn of_text(
    run: &mut Run<'_>,
    call: &Call,
    function: impl FnOnce(&mut Run<'_>, String) -> Result<String, EvalError>,
) -> Result<Value, EvalError> {
    match run.text(call, 0)? {
        Some(source) => function(run, source).map(Value::Text),
        None => Ok(Value::Null),
    }
}

fn append(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |run, mut source| {
        let suffix = run.text(call, 1)?.unwrap_or_default();
        run.push(call, &mut source, &suffix)?;
        Ok(source)
    })
}

fn prepend(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |run, source| {
        let mut text = run.text(call, 1)?.unwrap_or_default();
        run.push(call, &mut text, &source)?;
        Ok(text)
    })
}

/// The place of one text in another, 0 if it is not there.
fn in_str(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let (source, wanted) = (run.text(call, 0)?, run.text(call, 1)?);
    let (Some(source), Some(wanted)) = (source, wanted) else { return Ok(Value::Null) };
    let start = run.integer(call, 2)?.unwrap_or(1).max(1);
    let ignores_case =
        call.arguments.get(3).is_some_and(|node| matches!(node.kind, Kind::Word("vbTextCompare")));
    let fold = |text: &str| if ignores_case { map(text, lower) } else { text.to_owned() };
    let (source, wanted) = (fold(&source), fold(&wanted));
    let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
    let Some(begin) = place(&source, skipped) else { return Ok(Value::Integer(0)) };
    let found = source.get(begin..).and_then(|rest| rest.find(&wanted)).map(|at| begin + at);
    let position = found.and_then(|at| source.get(..at)).map_or(0, |before| before.chars().count() + 1);
    Ok(Value::Integer(i64::try_from(position).unwrap_or(i64::MAX)))
}

/// Where in the text so many characters are over, in bytes; `None` if it does not have so many.
fn place(text: &str, characters: usize) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(characters)
}

/// Documented to give an empty text for nothing, and everything for a negative number.
fn left(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let source = run.text(call, 0)?.unwrap_or_default();
    Ok(Value::Text(match run.integer(call, 1)? {
        Some(count) if count >= 0 => {
            source.chars().take(usize::try_from(count).unwrap_or(usize::MAX)).collect()
        }
        _ => source,
    }))
}

fn mid(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |run, source| {
        let start = run.integer(call, 1)?.unwrap_or(1).max(1) - 1;
        let length = run.integer(call, 2)?.unwrap_or(i64::MAX).max(0);
        let [start, length] = [start, length].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        Ok(source.chars().skip(start).take(length).collect())
    })
}

fn normalize_diacritics(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |_, source| Ok(diacritics::without(&source)))
}

/// The first character of each word in upper case, the others in lower case.
fn proper_case(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |run, source| {
        let separators = run.text(call, 1)?;
        let separates = |c: char| match &separators {
            Some(separators) => separators.contains(c),
            None => !c.is_alphanumeric() && c != '\'' && !diacritics::is_mark(c),
        };
        let mut is_first = true;
        let cased = source.chars().map(|c| {
            let cased = if is_first { upper(c) } else { lower(c) };
            is_first = separates(c);
            cased
        });
        Ok(cased.collect())
    })
}

fn strip_spaces(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    of_text(run, call, |_, source| Ok(source.replace(' ', "")))
}

fn to_lower(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let is_dotless = matches!(call.prepared, Prepared::Dotless(true));
    of_text(run, call, |_, source| {
        Ok(map(&source, |c| match c {
            'I' if is_dotless => 'ı',
            'İ' if is_dotless => 'i',
            c => lower(c),
        }))
    })
}

fn to_upper(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let is_dotless = matches!(call.prepared, Prepared::Dotless(true));
    of_text(run, call, |_, source| {
        Ok(map(&source, |c| match c {
            'i' if is_dotless => 'İ',
            c => upper(c),
        }))
    })
}

/// The culture: of all that could be named, only Turkish and Azerbaijani write other letters than the rest.
fn culture(call: &Call) -> Result<Prepared, Fault> {
    let Some(name) = call.arguments.get(1).and_then(|node| node.constant()) else {
        return Ok(Prepared::Nothing);
    };
    let mut parts = name.split('-');
    let is_language =
        |part: &str| matches!(part.len(), 2..=3) && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_part =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let language = parts.next().unwrap_or_default();
    if !(name.is_empty() || is_language(language) && parts.all(is_part)) {
        return Err(Fault::new(1, format!("\"{name}\" is no culture; write one as en-US, or leave it out")));
    }
    Ok(Prepared::Dotless(["tr", "az"].iter().any(|dotless| language.eq_ignore_ascii_case(dotless))))
}

/// The words are what stands between characters of `delimiters`; an empty text if there are not so many.
fn word(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let source = run.text(call, 0)?.unwrap_or_default();
    let number = run.integer(call, 1)?.unwrap_or(0);
    let delimiters = run.text(call, 2)?.unwrap_or_default();
    run.work(call, source.len() * delimiters.len() / 16)?;
    let mut words = source.split(|c| delimiters.contains(c)).filter(|word| !word.is_empty());
    let found = number
        .checked_sub(1)
        .and_then(|before| usize::try_from(before).ok())
        .and_then(|before| words.nth(before));
    Ok(Value::Text(found.unwrap_or_default().to_owned()))
}

fn map(text: &str, change: impl Fn(char) -> char) -> String {
    text.chars().map(change).collect()
}

/// A letter for a letter: one that would become two stays (ß), as in .NET.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
}

fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    upper.next().filter(|_| upper.next().is_none()).unwrap_or(c)
}
