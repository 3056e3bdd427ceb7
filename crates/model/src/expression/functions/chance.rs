//! Functions that give something else each time: they draw from the seed of the evaluation.

use super::super::chance::Chance;
use super::super::error::EvalError;
use super::super::eval::Run;
use super::super::node::{Call, Kind};
use super::super::signature::{Fault, Function, Takes, Type, needed, optional};
use super::super::value::Value;
use super::Prepared;

pub(super) const TABLE: &[Function] = &[
    Function::new("Guid", &[], Type::Text, |run, _| {
        let bytes = run.chance.bytes();
        Ok(Value::Text(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()))
    }),
    Function::new(
        "RandomString",
        &[
            needed("Length", Takes::Number),
            needed("MinimumNumbers", Takes::Number),
            needed("MinimumSpecialCharacters", Takes::Number),
            needed("MinimumCapital", Takes::Number),
            needed("MinimumLowerCase", Takes::Number),
            optional("CharactersToAvoid", Takes::Constant),
        ],
        Type::Text,
        random_string,
    )
    .prepared(recipe),
];

/// Longest text that `RandomString` makes.
const LONGEST: usize = 256;
/// The kinds of characters, in the order of the parameters.
const KINDS: [&str; 4] = [
    "0123456789",
    "!#$%&()*+,-./:;<=>?@[]^_{|}~",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
];

/// What `RandomString` is made of.
#[derive(Debug)]
pub(in super::super) struct Recipe {
    /// For each kind how many there are at least, and the characters.
    least: [(usize, Vec<char>); 4],
    /// How many more there are, and the characters.
    more: (usize, Vec<char>),
}

fn recipe(call: &Call) -> Result<Prepared, Fault> {
    let number = |place: usize| match call.arguments.get(place).map(|node| &node.kind) {
        Some(Kind::Integer(number)) => {
            usize::try_from(*number).ok().filter(|number| *number <= LONGEST).ok_or_else(|| {
                Fault::new(place, format!("found {number}, expected a number from 0 to {LONGEST}"))
            })
        }
        _ => Ok(0),
    };
    let (length, counts) = (number(0)?, [number(1)?, number(2)?, number(3)?, number(4)?]);
    let sum: usize = counts.iter().sum();
    let Some(more) = length.checked_sub(sum) else {
        return Err(Fault::new(
            0,
            format!("found {length}, expected at least {sum}, which is what the minimums add up to"),
        ));
    };
    let avoided = call.arguments.get(5).and_then(|node| node.constant()).unwrap_or_default();
    let kinds = KINDS.map(|kind| kind.chars().filter(|c| !avoided.contains(*c)).collect::<Vec<char>>());
    // Special characters come only where they were asked for; letters and digits fill up.
    let rest = kinds.iter().enumerate().filter(|(place, _)| *place != 1 || counts[1] > 0);
    let rest: Vec<char> = rest.flat_map(|(_, kind)| kind.iter().copied()).collect();
    let lacks = counts.iter().zip(&kinds).any(|(count, kind)| *count > 0 && kind.is_empty());
    if lacks || (more > 0 && rest.is_empty()) {
        return Err(Fault::new(5, "no character of a kind is left that is needed"));
    }
    let mut counts = counts.into_iter();
    let least = kinds.map(|kind| (counts.next().unwrap_or(0), kind));
    Ok(Prepared::Random(Box::new(Recipe { least, more: (more, rest) })))
}

fn random_string(run: &mut Run<'_>, call: &Call) -> Result<Value, EvalError> {
    let Prepared::Random(recipe) = &call.prepared else { return Ok(Value::Null) };
    let mut characters = Vec::new();
    for (count, kind) in recipe.least.iter().chain([&recipe.more]) {
        for _ in 0..*count {
            characters.extend(kind.get(run.chance.below(kind.len())));
        }
    }
    shuffle(&mut characters, &mut run.chance);
    Ok(Value::Text(characters.into_iter().collect()))
}

fn shuffle(characters: &mut [char], chance: &mut Chance) {
    for last in (1..characters.len()).rev() {
        characters.swap(last, chance.below(last + 1));
    }
}
