//! What looks at people and groups are called in the call log.

use std::collections::BTreeSet;
use vestibule_app::provisioning::Resource;
use vestibule_model::api_call::Subject;
use vestibule_scim::{Query, ResourceType};

/// What compares, in a filter.
const OPERATORS: [&str; 10] = ["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le"];

/// A sentence, and whom it is about where that is one.
pub(crate) type Told = (String, Option<Subject>);

/// One resource was shown.
pub(crate) fn one(kind: &ResourceType, resource: &Resource) -> Told {
    let Some(name) = resource.name() else { return ("looked at one resource".to_owned(), None) };
    let article = if kind.name == "Group" { "the group " } else { "" };
    (format!("looked at {article}{name}"), subject(kind, resource, name))
}

/// A page of a list was shown: how many there are in all is not known of a list by cursor.
pub(crate) fn list(kind: &ResourceType, query: &Query, found: &[Resource], total: Option<usize>) -> Told {
    let (singular, plural) = nouns(kind);
    let Some(filter) = &query.filter else {
        let all = total.map(|total| format!(" of {total}")).unwrap_or_default();
        return (format!("listed {}{all} {plural}", found.len()), None);
    };
    let asked = format!("looked for {singular}{}", by(filter));
    match (found, total) {
        ([], None | Some(0)) => (format!("{asked}: there is none"), None),
        ([one], None | Some(1)) => {
            let Some(name) = one.name() else { return (format!("{asked}: 1 found"), None) };
            (format!("{asked}: {name}"), subject(kind, one, name))
        }
        (some, total) => (format!("{asked}: {} found", total.unwrap_or(some.len())), None),
    }
}

fn nouns(kind: &ResourceType) -> (&'static str, &'static str) {
    match kind.name.as_str() {
        "User" => ("a person", "people"),
        "Group" => ("a group", "groups"),
        _ => ("a resource", "resources"),
    }
}

fn subject(kind: &ResourceType, resource: &Resource, name: String) -> Option<Subject> {
    let id = &resource.meta.id;
    match kind.name.as_str() {
        "User" => Some(Subject::User(id.parse().ok()?, Some(name))),
        "Group" => Some(Subject::Group(id.parse().ok()?, Some(name))),
        _ => None,
    }
}

/// The attributes that a filter looks at, without what it looks for.
fn by(filter: &str) -> String {
    let outside: String = filter.split('"').step_by(2).collect::<Vec<_>>().join("•");
    let words: Vec<&str> = outside
        .split(|c: char| c.is_whitespace() || "()[]".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    let is_operator = |word: &str| OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(word));
    let is_name = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "._-:$".contains(c));
    let mut names = BTreeSet::new();
    for pair in words.windows(2) {
        if let [attribute, operator] = pair
            && is_operator(operator)
            && is_name(attribute)
        {
            names.insert(attribute.rsplit(':').next().unwrap_or_default());
        }
    }
    match names.len() {
        0 => String::new(),
        _ => format!(" by {}", names.into_iter().take(3).collect::<Vec<_>>().join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::by;

    #[test]
    fn a_filter_is_told_by_what_it_looks_at_and_never_by_what_it_looks_for() {
        for (filter, told) in [
            (r#"userName eq "anna@acme.example""#, " by userName"),
            (r#"emails[type eq "work" and value co "x"]"#, " by type and value"),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName EQ "a eq b""#, " by userName"),
            (r#"externalId eq "1" or (active eq true and title pr)"#, " by active and externalId and title"),
            (r#"userName eq "a\"b eq c""#, " by userName"),
            ("nonsense", ""),
        ] {
            assert_eq!(by(filter), told, "{filter}");
        }
    }
}
