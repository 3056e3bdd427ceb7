//! Regular expressions, by an engine that is linear in its input, and what replaces their matches, written as in .NET.

use regex::{Captures, Error, Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// Largest program of a pattern, in bytes.
const LARGEST: usize = 1 << 20;
/// Deepest nesting in a pattern.
const DEEPEST: u32 = 32;

/// Most places in a pattern where a match may be at once.
const MOST_PLACES: usize = 1_000;
const TOO_LARGE: &str = "the pattern is too large; repeat less often in it";

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The pattern.
    pub regex: Regex,
    /// In how many places of it a match may be at once: what a byte that is searched costs at worst.
    pub places: usize,
}

/// Reads a pattern; else what is wrong with it.
pub(super) fn compile(pattern: &str) -> Result<Pattern, String> {
    let (places, _) = weigh(pattern)?;
    Ok(Pattern { regex: regex(pattern)?, places })
}

/// In how many places of a pattern a match may be at once, and texts of which every match has at least one in it; none where
/// there are no such texts.
///
/// # Errors
/// What is wrong with a pattern where these are too many.
pub(crate) fn weigh(pattern: &str) -> Result<(usize, Vec<Vec<u8>>), String> {
    let Ok(tree) = ParserBuilder::new().nest_limit(DEEPEST).build().parse(pattern) else {
        // The engine says what is wrong.
        return Ok((1, Vec::new()));
    };
    let places = places(&tree);
    if places > MOST_PLACES {
        return Err(TOO_LARGE.to_owned());
    }
    Ok((places, needed(&tree)))
}

/// Most texts of which a match needs one; in `(?i)abcd` there are 16.
const MOST_NEEDED: usize = 36;
/// A text that is shorter is found almost anywhere.
const TELLING: usize = 4;

/// Texts of which every match has at least one in it: how it begins, how it ends, or what it cannot do without.
fn needed(tree: &Hir) -> Vec<Vec<u8>> {
    let at_end = |kind| {
        let found = Extractor::new().kind(kind).extract(tree);
        let texts = found.literals().unwrap_or_default();
        texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>()
    };
    let within = longest_within(tree).map(|text| vec![text.to_vec()]).unwrap_or_default();
    let sets = [at_end(ExtractKind::Prefix), at_end(ExtractKind::Suffix), within];
    let shortest = |set: &[Vec<u8>]| set.iter().map(Vec::len).min().unwrap_or_default();
    let usable = sets.into_iter().filter(|set| shortest(set) > 0 && set.len() <= MOST_NEEDED);
    // What tells little is of use only if it is one text, which can be searched for.
    let usable = usable.filter(|set| set.len() == 1 || shortest(set) >= TELLING);
    let telling =
        |set: &Vec<Vec<u8>>| (shortest(set) >= TELLING, std::cmp::Reverse(set.len()), shortest(set));
    usable.max_by_key(telling).unwrap_or_default()
}

/// The longest text that stands in every match.
fn longest_within(tree: &Hir) -> Option<&[u8]> {
    match tree.kind() {
        HirKind::Literal(literal) => Some(&literal.0),
        HirKind::Capture(capture) => longest_within(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => longest_within(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(longest_within).max_by_key(|text| text.len()),
        _ => None,
    }
}

fn places(tree: &Hir) -> usize {
    let sum = |parts: &[Hir]| parts.iter().fold(0_usize, |sum, part| sum.saturating_add(places(part)));
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Class(class) if class.is_utf8() && class.maximum_len() == Some(1) => 1,
        // Beyond ASCII a character is several bytes, and a class of them a small pattern of its own.
        HirKind::Class(_) => 8,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => places(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
        HirKind::Repetition(repetition) => {
            let often = repetition.max.unwrap_or(repetition.min).max(1);
            places(&repetition.sub).saturating_mul(usize::try_from(often).unwrap_or(usize::MAX))
        }
    }
}

fn regex(pattern: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(LARGEST).nest_limit(DEEPEST).build().map_err(|error| match error {
        Error::CompiledTooBig(_) => TOO_LARGE.to_owned(),
        Error::Syntax(report) if report.contains("look-around") => {
            unsupported("look-around, (?= (?! (?<= (?<!,")
        }
        Error::Syntax(report) if report.contains("backreference") => unsupported("a backreference, as \\1,"),
        Error::Syntax(report) => {
            let reason = report.rsplit("error: ").next().unwrap_or_default().trim();
            format!("the pattern does not read: {reason}")
        }
        other => format!("the pattern does not read: {other}"),
    })
}

fn unsupported(what: &str) -> String {
    format!("{what} is not supported: every pattern is matched in linear time, which it rules out")
}

/// The number of a named group; else which groups there are.
pub(super) fn group(regex: &Regex, name: &str) -> Result<usize, String> {
    let found = regex.capture_names().position(|known| known == Some(name));
    found.ok_or_else(|| {
        let known: Vec<&str> = regex.capture_names().flatten().collect();
        let known =
            if known.is_empty() { "none; write one as (?<name>…)".to_owned() } else { known.join(", ") };
        format!("the pattern has no group \"{name}\"; its groups: {known}")
    })
}

/// What replaces a match.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Group(usize),
}

impl Template {
    /// Reads a replacement: `$1`, `${1}`, `${name}` and `$0` or `$&` stand for what a group matched, `$$` for `$`; else
    /// what is wrong with it.
    pub fn parse(regex: &Regex, text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            parts.push(Part::Text(before.to_owned()));
            let (part, left) = reference(regex, after)?;
            parts.push(part);
            rest = left;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The texts that take the place of a match, one after the other.
    pub fn expand<'t>(&'t self, captures: &'t Captures<'_>) -> impl Iterator<Item = &'t str> {
        self.0.iter().map(move |part| match part {
            Part::Text(text) => text.as_str(),
            Part::Group(group) => captures.get(*group).map_or("", |found| found.as_str()),
        })
    }
}

/// What stands behind a `$`, and what is left.
fn reference<'t>(regex: &Regex, after: &'t str) -> Result<(Part, &'t str), String> {
    const EXPECTED: &str = "write $1, ${name} or $0 for what a group matched, and $$ for a dollar sign";
    if let Some(rest) = after.strip_prefix('$') {
        return Ok((Part::Text("$".to_owned()), rest));
    }
    if let Some(rest) = after.strip_prefix('&') {
        return Ok((Part::Group(0), rest));
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (name, rest) = match after.strip_prefix('{') {
        Some(inner) => inner.split_once('}').ok_or(EXPECTED)?,
        None => after.split_at_checked(digits).filter(|(name, _)| !name.is_empty()).ok_or(EXPECTED)?,
    };
    match name.parse::<usize>() {
        Ok(number) if number < regex.captures_len() => Ok((Part::Group(number), rest)),
        Ok(number) => Err(format!("the pattern has no group {number}; it has {}", regex.captures_len() - 1)),
        Err(_) => Ok((Part::Group(group(regex, name)?), rest)),
    }
}
