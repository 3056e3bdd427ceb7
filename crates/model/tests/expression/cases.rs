//! Cases: an expression, the attributes of an object, and what it comes to (`=`), fails with (`!`) or is refused for (`?`).
//! A new case touches no Rust.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use vestibule_model::expression::{Context, Expression, Object, Place};

/// The attributes of an object.
pub type Attributes = BTreeMap<String, Vec<String>>;

/// A case, as its file says it.
struct Case {
    expression: String,
    object: Attributes,
    expected: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expression").join(file);
    let text = fs::read_to_string(path).unwrap();
    let found: Vec<Case> = text.split("\n\n").filter_map(case).collect();
    assert!(found.len() > 10, "{file} has hardly any cases");
    found
}

/// Reads a block of lines; comments alone are no case.
fn case(block: &str) -> Option<Case> {
    let mut expression = Vec::new();
    let (mut object, mut expected) = (Attributes::new(), None);
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, value)) = line.strip_prefix("  ").and_then(|line| line.split_once(": ")) {
            object.entry(name.to_owned()).or_default().push(value.to_owned());
        } else if line.starts_with(['=', '!', '?']) && !expression.is_empty() {
            expected = Some(line.to_owned());
        } else {
            expression.push(line);
        }
    }
    if expression.is_empty() {
        return None;
    }
    let expected = expected.unwrap_or_else(|| panic!("no result in the case {block}"));
    Some(Case { expression: expression.join("\n"), object, expected })
}

/// What a case comes to, written as in the files.
pub fn outcome(expression: &str, object: &dyn Object, taken: &[String]) -> String {
    let exists = |value: &str| taken.iter().any(|taken| taken == value);
    let context = Context {
        default_domain: Some("contoso.com"),
        exists: Some(&exists),
        ..Context::new("2021-08-25T17:41:18Z".parse().unwrap(), [0; 32])
    };
    let expression = match Expression::parse_for(Place::Synchronization, expression) {
        Ok(expression) => expression,
        Err(error) => return format!("? {error}"),
    };
    match expression.evaluate(object, &context) {
        Ok(outcome) => format!("= {}", outcome.shown()),
        Err(error) => format!("! {error}"),
    }
}

fn judge(file: &str) {
    let mut wrong = Vec::new();
    for Case { expression, object, expected } in cases(file) {
        let taken = object.get("taken").cloned().unwrap_or_default();
        let found = outcome(&expression, &object, &taken);
        if found.trim_end() != expected {
            wrong.push(format!("{expression}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_documented_example_comes_to_what_is_documented() {
    judge("documented.cases");
}

#[test]
fn functions_of_text_come_to_what_the_cases_say() {
    judge("text.cases");
}

#[test]
fn functions_of_dates_come_to_what_the_cases_say() {
    judge("date.cases");
}

#[test]
fn functions_that_choose_come_to_what_the_cases_say() {
    judge("logic.cases");
}

#[test]
fn functions_of_values_come_to_what_the_cases_say() {
    judge("values.cases");
}

#[test]
fn what_cannot_work_is_refused_when_it_is_read_with_a_sentence_that_says_where_and_what_to_write() {
    judge("refused.cases");
}
