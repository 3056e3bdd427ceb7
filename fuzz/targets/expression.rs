//! Any text as an expression and the attributes of an object, written as in the cases of the tests: nothing panics, what reads is
//! written and reads as the same, both come to the same, and no bound is passed.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use vestibule_model::expression::{Context, Expression, LONGEST_TEXT, MOST_VALUES, Place};

const NOW: jiff::Timestamp = jiff::Timestamp::constant(1_772_366_400, 0);

fuzz_target!(|input: &str| {
    let (mut source, mut object) = (String::new(), BTreeMap::<String, Vec<String>>::new());
    for line in input.lines() {
        if let Some((name, value)) = line.strip_prefix("  ").and_then(|line| line.split_once(": ")) {
            object.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if !line.starts_with(['=', '!', '?', '#']) {
            source.push_str(line);
            source.push('\n');
        }
    }
    let Ok(expression) = Expression::parse_for(Place::Synchronization, &source) else { return };
    let written = expression.to_string();
    let again = match Expression::parse_for(Place::Synchronization, &written) {
        Ok(again) => again,
        Err(error) => panic!("{written}: {error}"),
    };
    assert_eq!(again.to_string(), written);
    let exists = |value: &str| value.len().is_multiple_of(2);
    let context =
        Context { default_domain: Some("a.example"), exists: Some(&exists), ..Context::new(NOW, [7; 32]) };
    let (first, second) = (expression.evaluate(&object, &context), again.evaluate(&object, &context));
    assert_eq!(
        first.as_ref().map_err(|error| &error.failure),
        second.as_ref().map_err(|error| &error.failure)
    );
    if let Ok(outcome) = first {
        let texts = outcome.texts();
        assert!(texts.len() <= MOST_VALUES && texts.iter().all(|text| text.len() <= LONGEST_TEXT));
    }
});
