//! What looks at people and groups are called in the call log.

use std::collections::BTreeSet;
use vestibule_app::provisioning::Resource;
use vestibule_app::provisioning::users::Page;
use vestibule_model::api_call::Subject;
use vestibule_scim::{Query, Quirk, ResourceType};

/// What compares, in a filter.
const OPERATORS: [&str; 10] = ["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le"];

/// A sentence, whom it is about where that is one, and what was unusual.
pub(crate) struct Told {
    pub(crate) story: String,
    pub(crate) subject: Option<Subject>,
    pub(crate) quirks: BTreeSet<Quirk>,
}

impl Told {
    /// A sentence about nobody.
    pub(crate) fn plain(story: String) -> Self {
        Self { story, subject: None, quirks: BTreeSet::new() }
    }

    /// A sentence about one resource, of which it says the name.
    fn about(kind: &ResourceType, resource: &Resource, story: impl Fn(&str) -> String) -> Option<Self> {
        let names = resource.names()?;
        let quirks = names.is_inactive.then_some(Quirk::InactiveStillFound).into_iter().collect();
        Some(Self { story: story(&names.name), subject: subject(kind, resource, names.name), quirks })
    }
}

/// One resource was shown.
pub(crate) fn one(kind: &ResourceType, resource: &Resource) -> Told {
    let article = if kind.name == "Group" { "the group " } else { "" };
    let told = Told::about(kind, resource, |name| format!("looked at {article}{name}"));
    told.unwrap_or_else(|| Told::plain("looked at one resource".to_owned()))
}

/// A page of a list was shown: how many there are in all is not known of a list by cursor.
pub(crate) fn list(kind: &ResourceType, query: &Query, page: &Page) -> Told {
    let (found, total) = (page.resources.as_slice(), page.head.total_results);
    let (singular, plural) = nouns(kind);
    let Some(filter) = &query.filter else {
        let all = total.map(|total| format!(" of {total}")).unwrap_or_default();
        return Told::plain(format!("listed {}{all} {plural}", found.len()));
    };
    let asked = format!("looked for {singular}{}", by(filter));
    let mut told = match (found, total) {
        ([], None | Some(0)) => Told::plain(format!("{asked}: there is none")),
        ([one], None | Some(1)) => Told::about(kind, one, |name| format!("{asked}: {name}"))
            .unwrap_or_else(|| Told::plain(format!("{asked}: 1 found"))),
        (some, total) => Told::plain(format!("{asked}: {} found", total.unwrap_or(some.len()))),
    };
    told.quirks.extend(page.quirks.iter().copied());
    told
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
