//! The mapping as pairs of key and value, as a plan compares them: one pair for each rule.

use super::super::place::spelled;
use super::write;
use toml::Value;
use vestibule_model::mapping::{Category, CategoryName, Condition, Grant, Mapping, Rule};
use vestibule_model::user::Field;

/// Every key of the mapping that says something. Two mappings with the same pairs are the same.
pub(in super::super) fn pairs(mapping: &Mapping) -> Vec<(String, String)> {
    let mut pairs = vec![(
        "mapping.basic.default_license".to_owned(),
        write::license(mapping.default_license).to_owned(),
    )];
    let inputs =
        [("email", &mapping.email), ("employee_id", &mapping.employee_id), ("picture", &mapping.picture)];
    for (key, input) in inputs {
        pairs.extend(input.iter().map(|input| (format!("mapping.basic.{key}"), plain(write::input(input)))));
    }
    for (field, source) in &mapping.fields {
        let key = match field {
            Field::Custom(name) => format!("custom.{}", spelled(name.as_str())),
            _ => field.as_str().to_owned(),
        };
        pairs.push((format!("mapping.basic.{key}"), plain(write::source(field, source))));
    }
    for (name, category) in &mapping.categories {
        pairs.extend(of_category(*name, category));
    }
    let auto = mapping.auto.iter();
    pairs
        .extend(auto.map(|(kind, attribute)| (format!("mapping.auto.{}", kind.as_str()), attribute.clone())));
    pairs
}

fn of_category(name: CategoryName, category: &Category) -> Vec<(String, String)> {
    let numbered = (1..).zip(&category.rules);
    let mut pairs: Vec<_> =
        numbered.map(|(number, rule)| (format!("mapping.{name}[{number}]"), self::rule(rule))).collect();
    let key = spelled(&name.to_string());
    if let Some(value) = write::no_match(name, category) {
        pairs.push((format!("mapping.no_match.{key}"), plain(value)));
    }
    if !category.exempt.is_empty() {
        let exempt = Value::from(write::exempt(&category.exempt)).to_string();
        pairs.push((format!("mapping.exempt.{key}"), exempt));
    }
    pairs
}

/// A rule in a line: `groups equals "marketing": licensed`.
fn rule(rule: &Rule) -> String {
    let when = match rule.when() {
        Condition::Otherwise => "otherwise".to_owned(),
        Condition::When { attribute, test } => {
            let attribute = spelled(attribute);
            match test.value() {
                Some(value) => format!("{attribute} {} {}", test.word(), Value::from(value)),
                None => format!("{attribute} {}", test.word()),
            }
        }
    };
    match rule.grant() {
        Grant::Held => when,
        grant => format!("{when}: {}", plain(write::grant(grant))),
    }
}

/// A text as it is, everything else as files write it.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
