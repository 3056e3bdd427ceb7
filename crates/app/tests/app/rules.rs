//! Rules of the mapping, put together in a few words.

use vestibule_model::group::{GroupKind, GroupName};
use vestibule_model::license::{AddOn, License};
use vestibule_model::mapping::{Category, CategoryName, Condition, Exempt, Grant, NoMatch, Operator, Rule};
use vestibule_model::user::{Role, RoleName};

/// The attribute that rules look at.
pub const GROUPS: &str = "groups";

/// A rule: whoever has this value among the groups gets this.
pub fn rule(value: &str, grant: Grant) -> Rule {
    let test = Operator::Equals(value.to_owned());
    Rule::new(Condition::When { attribute: GROUPS.to_owned(), test }, grant)
}

/// A category with these rules, in which somebody to whom none applies keeps what they have.
pub fn keeping(rules: impl IntoIterator<Item = Rule>) -> Category {
    Category { rules: rules.into_iter().collect(), no_match: NoMatch::Keep, exempt: Exempt::default() }
}

/// The same, in which it is taken away.
pub fn removing(rules: impl IntoIterator<Item = Rule>) -> Category {
    Category { no_match: NoMatch::Remove, ..keeping(rules) }
}

pub fn add_on(word: &str) -> AddOn {
    AddOn::from_word(word).unwrap()
}

pub fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

pub fn groups(names: &[&str]) -> Grant {
    Grant::Groups(names.iter().map(|name| group(name)).collect())
}

pub fn license(license: License) -> Grant {
    Grant::License(Some(license))
}

pub fn custom(name: &str) -> Role {
    Role::Custom(RoleName::parse(name).unwrap())
}

pub const USER_GROUPS: CategoryName = CategoryName::Groups(GroupKind::UserGroup);
