//! Rules in sentences.

use vestibule_model::mapping::{CategoryName, Condition, Exempt, Grant, NoMatch, Operator, Rule};
use vestibule_model::trace::spelled;

/// What an operator asks, between the attribute and the value.
#[must_use]
pub fn operator(word: &str) -> &'static str {
    match word {
        "equals" => "is",
        "contains" => "contains",
        "starts_with" => "begins with",
        "ends_with" => "ends with",
        "regex" => "matches the pattern",
        "not_equals" => "is never",
        "present" => "has any value",
        _ => "in every other case",
    }
}

/// A rule.
#[must_use]
pub fn rule(rule: &Rule) -> String {
    format!("{}: {}", condition(rule.when()), grant(rule.grant()))
}

fn condition(condition: &Condition) -> String {
    let Condition::When { attribute, test } = condition else { return "In every other case".to_owned() };
    let asks = operator(test.word());
    match test {
        Operator::Present => format!("If {} {asks}", spelled(attribute)),
        _ => format!("If {} {asks} “{}”", spelled(attribute), spelled(test.value().unwrap_or_default())),
    }
}

fn grant(grant: &Grant) -> String {
    match grant {
        Grant::License(None) => "no license, and the sign-in is refused (1030)".to_owned(),
        other => spelled(&other.to_string()),
    }
}

/// What happens when no rule applies.
#[must_use]
pub fn no_match(name: CategoryName, no_match: &NoMatch) -> String {
    match (no_match, name) {
        (NoMatch::Keep, CategoryName::SubAccount) => "The person signs in here.".to_owned(),
        (NoMatch::Keep, _) => "What the person has stays.".to_owned(),
        (NoMatch::Remove, CategoryName::License) => {
            "No license, and the sign-in is refused (1030).".to_owned()
        }
        (NoMatch::Remove, CategoryName::Role) => "The person becomes a member.".to_owned(),
        (NoMatch::Remove, CategoryName::Groups(_)) => "What mapping gave before is taken away.".to_owned(),
        (NoMatch::Remove, _) => "It is taken away.".to_owned(),
        (NoMatch::Give(given), CategoryName::SubAccount) => {
            format!("The person signs in to {}.", grant(given))
        }
        (NoMatch::Give(given), _) => format!("The person gets: {}.", grant(given)),
    }
}

/// Who is left alone.
#[must_use]
pub fn exempt(exempt: &Exempt) -> Vec<String> {
    let users = exempt.users.iter().map(|user| spelled(user));
    let groups = exempt.groups.iter().map(|group| format!("members of {group}"));
    users.chain(groups).collect()
}
