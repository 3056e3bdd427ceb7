//! What was asserted, each attribute that a rule asks for looked up once, and its values kept so that hundreds of rules
//! find theirs without going through all of them.
//!
//! What a condition means is in `rules`; here it is only answered fast.

use super::Asserted;
use super::category::Rule;
use super::rules::{Condition, Operator, Pattern};
use memchr::memmem::Finder;
use std::cell::OnceCell;

/// What a condition came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met<'a> {
    /// It holds, because of this value.
    By(&'a str),
    /// It holds because there is no such value, or whatever there is.
    Regardless,
    /// It does not hold.
    No,
    /// Nobody knows: the values are too long for so many patterns.
    TooMuch,
}

/// How much the patterns of one decision may do: bytes that are searched, each as often as there are places in the pattern.
const MOST_WORK: usize = 1 << 25;

/// What of a rule's value is worked out when the rule is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Needle {
    hash: u64,
    finder: Option<Finder<'static>>,
}

impl Needle {
    pub(super) fn of(when: &Condition) -> Self {
        match when {
            Condition::When { test: Operator::Equals(value) | Operator::NotEquals(value), .. } => {
                Self { hash: hash(value), finder: None }
            }
            Condition::When { test: Operator::Contains(value), .. } => {
                Self { hash: 0, finder: Some(Finder::new(value).into_owned()) }
            }
            Condition::When { test: Operator::Regex(pattern), .. } => {
                let only = pattern.needed.first().filter(|_| pattern.needed.len() == 1);
                Self { hash: 0, finder: only.map(|text| Finder::new(text).into_owned()) }
            }
            Condition::When { .. } | Condition::Otherwise => Self::default(),
        }
    }
}

/// Tells values apart, eight bytes at a time. Whoever sends values that collide makes them be compared one by one, which
/// is what happens to few anyway.
fn hash(value: &str) -> u64 {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = value.as_bytes().as_chunks::<8>();
    let mut last = [0; 8];
    for (byte, rest) in last.iter_mut().zip(rest) {
        *byte = *rest;
    }
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    let mixed =
        words.fold(value.len() as u64, |hash, word| (hash.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER));
    // The lower bits of a product know nothing of the upper bytes.
    mixed ^ (mixed >> 32)
}

/// Up to so many values are gone through one by one.
const FEW: usize = 8;

/// What was asserted, by the names that rules know it by.
pub(super) struct Lookup<'a> {
    asserted: &'a Asserted,
    asked: Vec<(&'a str, Values<'a>)>,
    none: Values<'a>,
    /// How much patterns have done.
    work: usize,
}

/// The values of an attribute.
#[derive(Default)]
pub(super) struct Values<'a> {
    all: Vec<&'a str>,
    /// The hash and the place of each value, sorted.
    hashes: OnceCell<Hashes>,
    /// All values one after another, and where each begins.
    joined: OnceCell<(Vec<u8>, Vec<usize>)>,
    /// Which short runs of bytes occur in them.
    runs: OnceCell<Runs>,
}

/// The hash and the place of each value, sorted; and which remainders occur, for most of what is asked for is not there.
struct Hashes {
    sorted: Vec<(u64, usize)>,
    remainders: [bool; REMAINDERS as usize],
}

const REMAINDERS: u64 = 1_024;

impl Hashes {
    fn of(values: &[&str]) -> Self {
        let places = values.iter().enumerate();
        let mut sorted: Vec<(u64, usize)> = places.map(|(place, value)| (hash(value), place)).collect();
        sorted.sort_unstable();
        let mut remainders = [false; REMAINDERS as usize];
        for (hash, _) in &sorted {
            if let Some(occurs) = remainders.get_mut((hash % REMAINDERS) as usize) {
                *occurs = true;
            }
        }
        Self { sorted, remainders }
    }

    /// The hashes from this one on.
    fn from(&self, hash: u64) -> &[(u64, usize)] {
        if self.remainders.get((hash % REMAINDERS) as usize) != Some(&true) {
            return &[];
        }
        let from = self.sorted.partition_point(|(known, _)| *known < hash);
        self.sorted.get(from..).unwrap_or_default()
    }
}

/// Which runs of four bytes occur in the values, told by their hashes: a text with a run that occurs nowhere is in none of them.
struct Runs {
    bits: Vec<u64>,
}

/// How many bytes a run has.
const RUN: usize = 4;
/// So many bits tell runs apart: two to the power of this.
const RUN_BITS: u32 = 16;

impl Runs {
    fn of(values: &[&str]) -> Self {
        let mut bits = vec![0_u64; 1 << (RUN_BITS - u64::BITS.ilog2())];
        for run in values.iter().flat_map(|value| value.as_bytes().array_windows::<RUN>()) {
            let (word, bit) = Self::place(*run);
            if let Some(word) = bits.get_mut(word) {
                *word |= bit;
            }
        }
        Self { bits }
    }

    fn place(run: [u8; RUN]) -> (usize, u64) {
        // Fibonacci hashing: the upper bits of the product depend on every byte.
        let hash = u32::from_le_bytes(run).wrapping_mul(0x9E37_79B1) >> (u32::BITS - RUN_BITS);
        ((hash / u64::BITS) as usize, 1 << (hash % u64::BITS))
    }

    /// Whether each run of the text occurs. The last is asked first: names of one directory often begin alike.
    fn could_hold(&self, text: &[u8]) -> bool {
        text.array_windows::<RUN>().rev().all(|run| {
            let (word, bit) = Self::place(*run);
            self.bits.get(word).is_some_and(|word| word & bit != 0)
        })
    }
}

impl<'a> Lookup<'a> {
    pub(super) fn new(asserted: &'a Asserted) -> Self {
        Self { asserted, asked: Vec::new(), none: Values::default(), work: 0 }
    }

    /// The values of an attribute.
    pub(super) fn values(&mut self, attribute: &'a str) -> &Values<'a> {
        let known = self.asked.iter().position(|(asked, _)| *asked == attribute);
        let place = known.unwrap_or_else(|| {
            let all = self.asserted.values(attribute);
            self.asked.push((attribute, Values { all, ..Values::default() }));
            self.asked.len() - 1
        });
        self.asked.get(place).map_or(&self.none, |(_, values)| values)
    }

    /// Whether a rule applies.
    pub(super) fn met(&mut self, rule: &'a Rule) -> Met<'a> {
        let Condition::When { attribute, test } = rule.when() else { return Met::Regardless };
        if let Operator::Regex(pattern) = test {
            let values = self.values(attribute);
            if values.cannot_match(pattern, rule.needle()) {
                return Met::No;
            }
            let bytes: usize = values.all.iter().map(|value| value.len()).sum();
            self.work = self.work.saturating_add(bytes.saturating_mul(pattern.places));
            if self.work > MOST_WORK {
                return Met::TooMuch;
            }
        }
        let found = self.values(attribute).first(test, rule.needle());
        match (test, found) {
            (Operator::NotEquals(_), Some(_)) => Met::No,
            (Operator::NotEquals(_), None) => Met::Regardless,
            (_, Some(value)) => Met::By(value),
            (_, None) => Met::No,
        }
    }

    /// The values of an attribute that no rule is about. That a value is not there is not about any.
    pub(super) fn unruled(&mut self, attribute: &'a str, rules: &'a [Rule]) -> Vec<&'a str> {
        let all = self.values(attribute).all.clone();
        let mut ruled = vec![false; all.len()];
        for rule in rules {
            let Condition::When { attribute: of, test } = rule.when() else { continue };
            let values = self.values(of);
            // The same attribute may be known by its name and by its friendly name.
            let is_same = matches!((values.all.first(), all.first()), (Some(one), Some(other)) if std::ptr::eq(*one, *other));
            if is_same && !matches!(test, Operator::NotEquals(_)) {
                values.mark(test, rule.needle(), &mut ruled);
            }
        }
        all.into_iter().zip(ruled).filter_map(|(value, ruled)| (!ruled).then_some(value)).collect()
    }
}

impl<'a> Values<'a> {
    /// The first value that the operator looks for; of [`Operator::NotEquals`], that it forbids.
    fn first(&self, test: &Operator, needle: &Needle) -> Option<&'a str> {
        if self.all.len() <= FEW {
            return self.all.iter().copied().find(|value| test.is_met_by(value));
        }
        if let Operator::Contains(part) | Operator::StartsWith(part) | Operator::EndsWith(part) = test
            && !self.could_hold(part.as_bytes())
        {
            return None;
        }
        match (test, &needle.finder) {
            (Operator::Equals(wanted) | Operator::NotEquals(wanted), _) => {
                self.equal(wanted, needle.hash).next().map(|(_, value)| value)
            }
            (Operator::Contains(wanted), Some(finder)) => self.containing(wanted, finder),
            _ => self.all.iter().copied().find(|value| test.is_met_by(value)),
        }
    }

    /// Whether no value has any of the texts in it of which every match has one.
    fn cannot_match(&self, pattern: &Pattern, needle: &Needle) -> bool {
        if self.all.len() <= FEW || pattern.needed.is_empty() {
            return false;
        }
        let is_there = |text: &Vec<u8>| self.could_hold(text);
        let is_nowhere = |finder: &Finder<'_>| finder.find(&self.joined().0).is_none();
        !pattern.needed.iter().any(is_there) || needle.finder.as_ref().is_some_and(is_nowhere)
    }

    /// Whether a text may be in one of the values; if not, it is in none.
    fn could_hold(&self, text: &[u8]) -> bool {
        self.runs.get_or_init(|| Runs::of(&self.all)).could_hold(text)
    }

    /// All values one after another, and where each begins.
    fn joined(&self) -> &(Vec<u8>, Vec<usize>) {
        self.joined.get_or_init(|| {
            let mut joined = Vec::with_capacity(self.all.iter().map(|value| value.len()).sum());
            let begin = |value: &&str| {
                let begin = joined.len();
                joined.extend_from_slice(value.as_bytes());
                begin
            };
            let begins = self.all.iter().map(begin).collect();
            (joined, begins)
        })
    }

    /// Marks every value that the operator looks for.
    fn mark(&self, test: &Operator, needle: &Needle, marks: &mut [bool]) {
        if let (Operator::Equals(wanted), true) = (test, self.all.len() > FEW) {
            for (place, _) in self.equal(wanted, needle.hash) {
                if let Some(mark) = marks.get_mut(place) {
                    *mark = true;
                }
            }
            return;
        }
        for (mark, value) in marks.iter_mut().zip(&self.all) {
            *mark = *mark || test.is_met_by(value);
        }
    }

    /// The values that are this one, and their places.
    fn equal(&self, wanted: &str, wanted_hash: u64) -> impl Iterator<Item = (usize, &'a str)> {
        let hashes = self.hashes.get_or_init(|| Hashes::of(&self.all)).from(wanted_hash);
        let alike = hashes.iter().take_while(move |(hash, _)| *hash == wanted_hash);
        alike
            .filter_map(move |(_, place)| Some((*place, *self.all.get(*place)?)))
            .filter(move |(_, value)| *value == wanted)
    }

    /// The first value that has this in it: all are searched at once.
    fn containing(&self, wanted: &str, finder: &Finder<'_>) -> Option<&'a str> {
        let (joined, begins) = self.joined();
        let mut from = 0;
        loop {
            let at = from + finder.find(joined.get(from..)?)?;
            let place = begins.partition_point(|begin| *begin <= at).checked_sub(1)?;
            let value = *self.all.get(place)?;
            // What lies across the border of two values is in neither.
            if at + wanted.len() <= begins.get(place)? + value.len() {
                return Some(value);
            }
            from = at + 1;
        }
    }
}
