//! What is wrong with a mapping as a whole, before it is ever applied: too many rules, rules that can never apply, grants
//! that their category does not give, and rule sets that lock people in.
//!
//! That single words, patterns and expressions can be read is seen to where they are read.

use super::category::{Category, CategoryName, Exempt, Grant, NoMatch};
use super::rules::{Condition, Operator};
use super::{Input, Mapping};
use crate::email::Email;
use crate::group::{GroupKind, GroupName};
use crate::license::Family;
use crate::user::{Field, MOST_CUSTOM_FIELDS, Role};
use std::fmt;

/// Most rules of one category.
pub const MOST_RULES_OF_A_CATEGORY: usize = 500;
/// Most rules of a mapping.
pub const MOST_RULES: usize = 2_000;
/// Most groups that one rule gives.
pub const MOST_GROUPS_OF_A_RULE: usize = 100;
/// Longest name of an attribute, in bytes.
pub const LONGEST_ATTRIBUTE: usize = 512;
/// Longest value that a rule compares with, in bytes.
pub const LONGEST_RULE_VALUE: usize = 2_048;
/// Longest name of a phone site, in characters.
pub const LONGEST_PHONE_SITE: usize = 128;

/// What is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: the key of the account file, such as `mapping.license` or `mapping.exempt.user_group`.
    pub place: String,
    /// Which of the rules there, counted from 1.
    pub rule: Option<usize>,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl Problem {
    fn at(place: impl Into<String>, problem: impl Into<String>, hint: &'static str) -> Self {
        Self { place: place.into(), rule: None, problem: problem.into(), hint }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if let Some(rule) = self.rule {
            write!(f, ", rule {rule}")?;
        }
        write!(f, ": {}; {}", self.problem, self.hint)
    }
}

impl std::error::Error for Problem {}

impl Mapping {
    /// Whether the mapping as a whole can be applied.
    ///
    /// # Errors
    /// The first [`Problem`], with its place.
    pub fn check(&self) -> Result<(), Problem> {
        self.inputs()?;
        let all: usize = self.categories.values().map(|category| category.rules.len()).sum();
        if all > MOST_RULES {
            let problem = format!("there are {all} rules");
            return Err(Problem::at("mapping", problem, "a mapping has at most 2,000"));
        }
        self.categories.iter().try_for_each(|(name, category)| check_category(*name, category))
    }

    fn inputs(&self) -> Result<(), Problem> {
        let custom = self.fields.keys().filter(|field| matches!(field, Field::Custom(_))).count();
        if custom > MOST_CUSTOM_FIELDS {
            let problem = format!("there are {custom} custom attributes");
            return Err(Problem::at("mapping.basic.custom", problem, "an account has at most 5"));
        }
        for (key, input) in [("email", &self.email), ("employee_id", &self.employee_id)] {
            if let Some(Input::Expression(expression)) = input
                && expression.is_redacted()
            {
                let problem = "Redact hides nothing here: who signed in stands in the log";
                let place = format!("mapping.basic.{key}");
                return Err(Problem::at(place, problem, "write the expression without Redact"));
            }
        }
        let whole = [("email", &self.email), ("employee_id", &self.employee_id), ("picture", &self.picture)];
        let whole = whole.into_iter().filter_map(|(key, input)| Some((key.to_owned(), input.as_ref()?)));
        let fields = self.fields.iter().map(|(field, source)| (field.as_str().to_owned(), &source.input));
        for (key, input) in whole.chain(fields) {
            if let Input::Attribute(attribute) = input {
                check_attribute(attribute)
                    .map_err(|(problem, hint)| Problem::at(format!("mapping.basic.{key}"), problem, hint))?;
            }
        }
        self.auto.iter().try_for_each(|(kind, attribute)| {
            let place = || format!("mapping.auto.{}", kind.as_str());
            check_attribute(attribute).map_err(|(problem, hint)| Problem::at(place(), problem, hint))
        })
    }
}

/// What is wrong, and what to do about it.
type Wrong = (String, &'static str);

fn wrong<T>(problem: impl Into<String>, hint: &'static str) -> Result<T, Wrong> {
    Err((problem.into(), hint))
}

fn check_attribute(attribute: &str) -> Result<(), Wrong> {
    match attribute.trim() {
        "" => wrong("the name of the attribute is empty", "name it as the identity provider sends it"),
        _ if attribute.len() > LONGEST_ATTRIBUTE => {
            wrong("the name of the attribute is too long", "it has at most 512 bytes")
        }
        _ => Ok(()),
    }
}

fn check_category(name: CategoryName, category: &Category) -> Result<(), Problem> {
    let place = format!("mapping.{name}");
    let count = category.rules.len();
    if count > MOST_RULES_OF_A_CATEGORY {
        return Err(Problem::at(place, format!("there are {count} rules"), "a category has at most 500"));
    }
    if let CategoryName::AddOn(add_on) = name
        && add_on.family() == Family::Phone
    {
        let problem = format!("{add_on} is a phone calling plan");
        return Err(Problem::at(place, problem, "give it by a rule of mapping.phone_plan"));
    }
    for (rule, number) in category.rules.iter().zip(1..) {
        let is_last = number == count;
        let checked = check_condition(rule.when(), is_last).and_then(|()| check_grant(name, rule.grant()));
        checked.map_err(|(problem, hint)| Problem {
            rule: Some(number),
            ..Problem::at(place.as_str(), problem, hint)
        })?;
    }
    let no_match = match &category.no_match {
        NoMatch::Keep => Ok(()),
        NoMatch::Remove if name == CategoryName::SubAccount => {
            wrong("nobody is taken out of a sub-account", "write keep, or name a sub-account")
        }
        NoMatch::Remove => Ok(()),
        NoMatch::Give(grant) => check_grant(name, grant),
    };
    no_match.map_err(|(problem, hint)| Problem::at(format!("mapping.no_match.{name}"), problem, hint))?;
    let exempt = check_exempt(&category.exempt).and_then(|()| check_cycle(name, category));
    exempt.map_err(|(problem, hint)| Problem::at(format!("mapping.exempt.{name}"), problem, hint))
}

fn check_condition(when: &Condition, is_last: bool) -> Result<(), Wrong> {
    let Condition::When { attribute, test } = when else {
        return match is_last {
            true => Ok(()),
            false => wrong("rules behind `otherwise` never apply", "move it to the end"),
        };
    };
    check_attribute(attribute)?;
    match test.value() {
        Some("") => wrong(
            format!("`{}` compares with an empty value", test.word()),
            "give a value, or use `present` or `otherwise`",
        ),
        Some(value) if value.len() > LONGEST_RULE_VALUE => {
            wrong("the value is too long", "it has at most 2,048 bytes")
        }
        Some(_) => Ok(()),
        None if *test == Operator::Present => Ok(()),
        None => wrong(format!("`{}` needs a value", test.word()), "give one"),
    }
}

/// Whether a category gives this.
fn check_grant(name: CategoryName, grant: &Grant) -> Result<(), Wrong> {
    match (name, grant) {
        (CategoryName::License, Grant::License(_))
        | (CategoryName::AddOn(_), Grant::Held)
        | (CategoryName::SubAccount, Grant::SubAccount(_)) => Ok(()),
        (CategoryName::PhonePlan, Grant::PhonePlan(plan)) if plan.family() == Family::Phone => Ok(()),
        (CategoryName::PhonePlan, Grant::PhonePlan(plan)) => {
            wrong(format!("{plan} is no phone calling plan"), "name one of the plans, such as phone-national")
        }
        (CategoryName::PhoneSite, Grant::PhoneSite(site)) => {
            let usable = (1..=LONGEST_PHONE_SITE).contains(&site.trim().chars().count());
            if usable {
                Ok(())
            } else {
                wrong("the name of the phone site is empty or too long", "it has 1 to 128 characters")
            }
        }
        (CategoryName::Role, Grant::Role(Role::Owner)) => {
            wrong("no rule makes an owner", "an account has one owner; hand the role over in the portal")
        }
        (CategoryName::Role, Grant::Role(_)) => Ok(()),
        (CategoryName::Groups(_), Grant::Groups(names)) => match names.len() {
            0 => wrong("the rule names no group", "name at least one"),
            1..=MOST_GROUPS_OF_A_RULE => Ok(()),
            count => wrong(format!("the rule gives {count} groups"), "a rule gives at most 100"),
        },
        _ => wrong(
            format!("`{grant}` is not what this category gives"),
            "see the list of results in the documentation",
        ),
    }
}

fn check_exempt(exempt: &Exempt) -> Result<(), Wrong> {
    let is_folded = |user: &&String| Email::parse(user).is_ok_and(|email| email.folded() == user.as_str());
    match exempt.users.iter().find(|user| !is_folded(user)) {
        Some(user) => {
            wrong(format!("\"{user}\" is not an e-mail address"), "users are named by their address")
        }
        None => Ok(()),
    }
}

/// A category that gives people a group whose members it leaves alone would never look at them again.
fn check_cycle(name: CategoryName, category: &Category) -> Result<(), Wrong> {
    if name != CategoryName::Groups(GroupKind::UserGroup) {
        return Ok(());
    }
    let by_rules = category.rules.iter().map(super::Rule::grant);
    let by_default = match &category.no_match {
        NoMatch::Give(grant) => Some(grant),
        NoMatch::Keep | NoMatch::Remove => None,
    };
    let exempt: Vec<String> = category.exempt.groups.iter().map(GroupName::folded).collect();
    let given = by_rules.chain(by_default).filter_map(|grant| match grant {
        Grant::Groups(names) => Some(names),
        _ => None,
    });
    match given.flatten().find(|group| exempt.contains(&group.folded())) {
        Some(group) => wrong(
            format!("whom a rule puts into {group} is exempt from then on, and never leaves it"),
            "exempt another group, or give another one",
        ),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
