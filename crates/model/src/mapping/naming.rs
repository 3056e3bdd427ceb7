//! Where a mapping names a group, and the same mapping after the group got another name.
//!
//! Rules and exemptions go by name, so that a file can be written before a group is there. So whoever renames or deletes a group
//! has to look here first.

use super::Mapping;
use super::category::{CategoryName, Grant, NoMatch, Rule};
use crate::group::{GroupKind, GroupName};
use std::fmt;

/// A place of a mapping that names a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming {
    /// The category.
    pub category: CategoryName,
    /// What of it.
    pub part: Part,
}

/// What of a category names a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A rule, counted from 1, gives it.
    Rule(usize),
    /// It is given when no rule applies.
    NoMatch,
    /// Its members are exempt.
    Exempt,
}

impl Naming {
    /// The key of the account file.
    #[must_use]
    pub fn key(&self) -> String {
        let category = self.category;
        match self.part {
            Part::Rule(number) => format!("mapping.{category}[{number}]"),
            Part::NoMatch => format!("mapping.no_match.{category}"),
            Part::Exempt => format!("mapping.exempt.{category}"),
        }
    }
}

impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.category.title();
        match self.part {
            Part::Rule(number) => write!(f, "{title}: rule {number} gives it"),
            Part::NoMatch => write!(f, "{title}: given when no rule applies"),
            Part::Exempt => write!(f, "{title}: its members are exempt"),
        }
    }
}

impl Mapping {
    /// Every place that names the group of this kind and name.
    #[must_use]
    pub fn naming(&self, kind: GroupKind, name: &GroupName) -> Vec<Naming> {
        let folded = name.folded();
        let mut found = Vec::new();
        for (category, rules) in &self.categories {
            let mut note = |part| found.push(Naming { category: *category, part });
            if *category == CategoryName::Groups(kind) {
                let giving = (1..).zip(&rules.rules).filter(|(_, rule)| gives(rule.grant(), &folded));
                giving.for_each(|(number, _)| note(Part::Rule(number)));
                if matches!(&rules.no_match, NoMatch::Give(grant) if gives(grant, &folded)) {
                    note(Part::NoMatch);
                }
            }
            let is_exempt = kind == GroupKind::UserGroup
                && rules.exempt.groups.iter().any(|exempt| exempt.folded() == folded);
            if is_exempt {
                note(Part::Exempt);
            }
        }
        found
    }

    /// The mapping in which another name stands wherever the group of this kind and name was named.
    #[must_use]
    pub fn renamed(&self, kind: GroupKind, before: &GroupName, after: &GroupName) -> Self {
        let mut mapping = self.clone();
        for (category, rules) in &mut mapping.categories {
            if *category == CategoryName::Groups(kind) {
                for rule in rules.rules.iter_mut().filter(|rule| gives(rule.grant(), &before.folded())) {
                    *rule = Rule::new(rule.when().clone(), renamed(rule.grant(), before, after));
                }
                if let NoMatch::Give(grant) = &mut rules.no_match {
                    *grant = renamed(grant, before, after);
                }
            }
            let groups = &mut rules.exempt.groups;
            let named = groups.len();
            if kind == GroupKind::UserGroup {
                groups.retain(|exempt| exempt.folded() != before.folded());
            }
            let is_there = groups.iter().any(|exempt| exempt.folded() == after.folded());
            if groups.len() < named && !is_there {
                groups.insert(after.clone());
            }
        }
        mapping
    }
}

fn gives(grant: &Grant, folded: &str) -> bool {
    matches!(grant, Grant::Groups(names) if names.iter().any(|name| name.folded() == folded))
}

/// The same grant under the other name; a name that is there already stands once.
fn renamed(grant: &Grant, before: &GroupName, after: &GroupName) -> Grant {
    let Grant::Groups(names) = grant else { return grant.clone() };
    let mut renamed: Vec<GroupName> = Vec::with_capacity(names.len());
    for name in names {
        let name = if name.folded() == before.folded() { after } else { name };
        if !renamed.iter().any(|known| known.folded() == name.folded()) {
            renamed.push(name.clone());
        }
    }
    Grant::Groups(renamed)
}
