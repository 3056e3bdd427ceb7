//! Advanced mapping: what the rules grant a person, category by category, and what they take.
//!
//! Nothing here knows whether a seat is left; that is for admission.

use super::category::{Category, CategoryName, Exempt, Grant, NoMatch};
use super::rules::{Condition, Met};
use super::{Asserted, Mapping};
use crate::account::Label;
use crate::email::Email;
use crate::group::{GroupKind, GroupName, Membership};
use crate::license::{AddOn, License};
use crate::trace::{DOES_NOT_APPLY, Step, shown};
use crate::user::Role;
use std::collections::BTreeMap;

/// To whom the rules are applied.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The address, for exemptions.
    pub email: &'a Email,
    /// The memberships before, for exemptions.
    pub memberships: &'a [Membership],
    /// Whether this is the owner, whom the rules leave alone.
    pub is_owner: bool,
}

/// What the rules decide; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    /// The sub-account the person belongs to.
    pub sub_account: Option<Label>,
    /// The license type: `Some(None)` refuses.
    pub license: Option<Option<License>>,
    /// Whether each add-on is held.
    pub add_ons: BTreeMap<AddOn, bool>,
    /// The phone calling plan: `Some(None)` takes it away.
    pub phone_plan: Option<Option<AddOn>>,
    /// The phone site: `Some(None)` takes it away.
    pub phone_site: Option<Option<String>>,
    /// The role.
    pub role: Option<Role>,
    /// The groups that mapping gives, by kind; they replace those it gave before.
    pub groups: BTreeMap<GroupKind, Vec<GroupName>>,
    /// Why, by category: the rule that won, in words.
    pub reasons: BTreeMap<CategoryName, String>,
    /// Every rule that was looked at.
    pub trace: Vec<Step>,
}

/// Applies the rules of every category.
#[must_use]
pub fn grant(mapping: &Mapping, asserted: &Asserted, person: Person<'_>) -> Granted {
    let mut granted = Granted::default();
    if person.is_owner {
        if !mapping.categories.is_empty() || !mapping.auto.is_empty() {
            granted.trace.push(Step::passed(
                "mapping.rules",
                "anybody but the owner",
                "the owner: no rule applies",
            ));
        }
        return granted;
    }
    for (name, category) in &mapping.categories {
        let check = format!("mapping.{name}");
        if let Some(why) = exemption(&category.exempt, person) {
            granted.trace.push(Step::passed(&check, "nobody who is exempt", why));
            continue;
        }
        match first_match(&check, category, asserted, &mut granted.trace) {
            Some((rule, words)) => {
                granted.reasons.insert(*name, words);
                granted.give(*name, rule);
            }
            None => granted.give_nothing(*name, &check, category),
        }
    }
    for (kind, attribute) in &mapping.auto {
        auto(mapping, (*kind, attribute), asserted, person, &mut granted);
    }
    granted
}

fn exemption(exempt: &Exempt, person: Person<'_>) -> Option<String> {
    if exempt.users.contains(person.email.folded()) {
        return Some(format!("{} is exempt: everything stays", person.email));
    }
    let of_people = person.memberships.iter().filter(|m| m.group.kind == GroupKind::UserGroup);
    let folded: Vec<(String, &Membership)> = of_people.map(|m| (m.group.name.folded(), m)).collect();
    let group = exempt.groups.iter().find(|group| folded.iter().any(|(name, _)| *name == group.folded()))?;
    Some(format!("members of {group} are exempt: everything stays"))
}

/// The first rule that applies, and what it says in words.
fn first_match<'a>(
    check: &str,
    category: &'a Category,
    asserted: &Asserted,
    trace: &mut Vec<Step>,
) -> Option<(&'a Grant, String)> {
    for rule in &category.rules {
        let words = format!("{}: {}", rule.when, rule.grant);
        let found = match rule.when.met(asserted) {
            Met::No => {
                trace.push(Step::passed(check, words, DOES_NOT_APPLY));
                continue;
            }
            Met::By(value) => format!("applies: \"{}\" was sent", shown(value)),
            Met::Regardless => "applies".to_owned(),
        };
        trace.push(Step::passed(check, words.as_str(), found));
        return Some((&rule.grant, words));
    }
    None
}

impl Granted {
    fn give(&mut self, name: CategoryName, grant: &Grant) {
        match (name, grant) {
            (CategoryName::AddOn(add_on), Grant::Held) => {
                self.add_ons.insert(add_on, true);
            }
            (CategoryName::Groups(kind), Grant::Groups(names)) => {
                self.groups.insert(kind, names.clone());
            }
            (_, Grant::License(license)) => self.license = Some(*license),
            (_, Grant::PhonePlan(plan)) => self.phone_plan = Some(Some(*plan)),
            (_, Grant::PhoneSite(site)) => self.phone_site = Some(Some(site.clone())),
            (_, Grant::Role(role)) => self.role = Some(role.clone()),
            (_, Grant::SubAccount(label)) => self.sub_account = Some(label.clone()),
            // The file is read so that a rule grants what its category is about.
            (_, Grant::Held | Grant::Groups(_)) => {}
        }
    }

    fn give_nothing(&mut self, name: CategoryName, check: &str, category: &Category) {
        let found = match &category.no_match {
            NoMatch::Keep => "nothing applies: what the person has stays".to_owned(),
            NoMatch::Remove => "nothing applies: taken away".to_owned(),
            NoMatch::Give(grant) => format!("nothing applies: {grant}"),
        };
        self.trace.push(Step::passed(check, "a rule that applies", found));
        self.reasons.insert(name, "nothing applies".to_owned());
        match (&category.no_match, name) {
            (NoMatch::Keep, _) => {}
            (NoMatch::Give(grant), _) => self.give(name, grant),
            (NoMatch::Remove, CategoryName::License) => self.license = Some(None),
            (NoMatch::Remove, CategoryName::AddOn(add_on)) => {
                self.add_ons.insert(add_on, false);
            }
            (NoMatch::Remove, CategoryName::PhonePlan) => self.phone_plan = Some(None),
            (NoMatch::Remove, CategoryName::PhoneSite) => self.phone_site = Some(None),
            (NoMatch::Remove, CategoryName::Role) => self.role = Some(Role::Member),
            (NoMatch::Remove, CategoryName::Groups(kind)) => {
                self.groups.insert(kind, Vec::new());
            }
            (NoMatch::Remove, CategoryName::SubAccount) => {}
        }
    }
}

/// Most groups that auto mapping gives one person.
const MOST_AUTO: usize = 100;

/// Auto mapping: each value that no rule of the section is about names a group.
fn auto(
    mapping: &Mapping,
    (kind, attribute): (GroupKind, &str),
    asserted: &Asserted,
    person: Person<'_>,
    granted: &mut Granted,
) {
    let name = CategoryName::Groups(kind);
    let check = format!("mapping.auto.{}", kind.as_str());
    let category = mapping.categories.get(&name);
    if category.is_some_and(|category| exemption(&category.exempt, person).is_some()) {
        return;
    }
    let expected = format!("values of {attribute} that no rule is about");
    let ruled = |value: &str| category.is_some_and(|category| is_ruled(category, attribute, value));
    let mut names: Vec<GroupName> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for value in asserted.values(attribute) {
        match GroupName::parse(value) {
            _ if value.trim().is_empty() || ruled(value) => {}
            Ok(_) if names.len() == MOST_AUTO => left_out.push(shown(value)),
            Ok(group) if !names.iter().any(|known| known.folded() == group.folded()) => names.push(group),
            Ok(_) => {}
            Err(_) => left_out.push(shown(value)),
        }
    }
    if !left_out.is_empty() {
        left_out.truncate(10);
        let found = format!("left out, too many or no name for a group: {}", left_out.join(", "));
        granted.trace.push(Step::warning(&check, expected.as_str(), found));
    }
    if names.is_empty() {
        granted.trace.push(Step::passed(&check, expected, "none was sent"));
        return;
    }
    let listed: Vec<&str> = names.iter().map(GroupName::as_str).collect();
    granted.trace.push(Step::passed(&check, expected, listed.join(", ")));
    granted.reasons.entry(name).or_insert_with(|| format!("auto mapping of {attribute}"));
    let groups = granted.groups.entry(kind).or_default();
    names.retain(|name| !groups.iter().any(|known| known.folded() == name.folded()));
    groups.extend(names);
}

/// Whether a rule of the section is about this value of this attribute.
fn is_ruled(category: &Category, attribute: &str, value: &str) -> bool {
    category.rules.iter().any(|rule| match &rule.when {
        Condition::When { attribute: of, test } => of == attribute && test.is_met_by(value),
        Condition::Otherwise => false,
    })
}
