//! The page for administrators names every function as it is, and shows what it does.

use super::cases::{Attributes, outcome};
use vestibule_model::expression::{
    DEEPEST, LONGEST_SOURCE, LONGEST_TEXT, MOST_ARGUMENTS, MOST_PATTERNS, MOST_VALUES, signatures,
};

const PAGE: &str = include_str!("../../../../docs/attribute-mapping-language.md");

/// The attributes of the person whom the examples are about.
fn person() -> Attributes {
    let block = PAGE.split("```").nth(1).unwrap();
    let mut person = Attributes::new();
    for (name, value) in block.lines().filter_map(|line| line.split_once(": ")) {
        person.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    person
}

#[test]
fn the_page_has_a_line_for_every_function_and_no_other_with_its_parameters() {
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let mut listed: Vec<&str> = lines
        .map(|(signature, _)| signature)
        .filter(|cell| cell.ends_with(')') && !cell.contains('['))
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, signatures());
}

#[test]
fn every_example_of_the_page_comes_to_what_it_says() {
    let person = person();
    let mut count = 0;
    for line in PAGE.lines().filter(|line| line.contains("` → `")) {
        let (before, after) = line.split_once("` → `").unwrap();
        let expression = before.rsplit('`').next().unwrap();
        let expected = after.split('`').next().unwrap();
        assert_eq!(outcome(expression, &person, &[]), format!("= {expected}"), "{expression}");
        count += 1;
    }
    assert!(count >= signatures().len(), "{count} examples");
}

#[test]
fn the_page_tells_the_limits() {
    for limit in [LONGEST_SOURCE, DEEPEST, MOST_ARGUMENTS, MOST_PATTERNS, LONGEST_TEXT, MOST_VALUES] {
        let written =
            if limit < 1_000 { limit.to_string() } else { format!("{},{:03}", limit / 1_000, limit % 1_000) };
        assert!(PAGE.contains(&written), "{written}");
    }
}
