//! Advanced mapping: what the rules grant a person, category by category, and what they take.
//!
//! Groups that are named by a value are in `auto`. Nothing here knows whether a seat is left; that is for admission.

use super::category::{Category, CategoryName, Exempt, Grant, NoMatch, Rule};
use super::lookup::{Lookup, Met};
use super::{Asserted, Mapping, auto};
use crate::account::Label;
use crate::email::Email;
use crate::group::{GroupKind, GroupName, Membership};
use crate::license::{AddOn, License};
use crate::trace::{APPLIES, DOES_NOT_APPLY, Step, Text, shown};
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
    pub reasons: BTreeMap<CategoryName, Text>,
    /// Every rule that was looked at.
    pub trace: Vec<Step>,
}

/// Where the rules send a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Nowhere: the sign-in is one of the account itself.
    Stays,
    /// To the sub-account with this label, by the rule that is named.
    SubAccount(Label, Text),
    /// Nobody knows: the values are too long for so many patterns.
    Unknown,
}

/// Applies the rules of the one category that says in whose account the others are applied, and notes every rule that was
/// looked at. The owner and whoever is exempt stays.
#[must_use]
pub fn route(mapping: &Mapping, asserted: &Asserted, person: Person<'_>, trace: &mut Vec<Step>) -> Way {
    let name = CategoryName::SubAccount;
    let Some(category) = mapping.categories.get(&name) else { return Way::Stays };
    let check = name.check();
    if person.is_owner {
        trace.push(Step::new(check, true, Text::said("anybody but the owner"), Text::said(OWNER_STAYS)));
        return Way::Stays;
    }
    if let Some(why) = exemption(&category.exempt, person) {
        trace.push(Step::new(check, true, Text::said("nobody who is exempt"), why));
        return Way::Stays;
    }
    match first_match(&check, category, &mut Lookup::new(asserted), trace) {
        Ok(Some(rule)) => to_sub_account(rule.grant(), rule.words()),
        Ok(None) => {
            let NoMatch::Give(grant) = &category.no_match else {
                trace.push(unmatched(&check, Text::said("nothing applies: signs in here")));
                return Way::Stays;
            };
            trace.push(unmatched(&check, format!("nothing applies: {grant}").into()));
            to_sub_account(grant, Text::said(NOTHING_APPLIES))
        }
        Err(step) => {
            trace.push(Step { ok: false, ..step });
            Way::Unknown
        }
    }
}

fn to_sub_account(grant: &Grant, reason: Text) -> Way {
    match grant {
        Grant::SubAccount(label) => Way::SubAccount(label.clone(), reason),
        _ => Way::Stays,
    }
}

const OWNER_STAYS: &str = "the owner: no rule applies";
const NOTHING_APPLIES: &str = "nothing applies";

fn unmatched(check: &Text, found: Text) -> Step {
    Step::new(check.clone(), true, Text::said("a rule that applies"), found)
}

/// Applies the rules of every category but the one of [`route`]. A category without rules changes nothing, unless auto
/// mapping names its groups.
#[must_use]
pub fn grant(mapping: &Mapping, asserted: &Asserted, person: Person<'_>) -> Granted {
    let mut lookup = Lookup::new(asserted);
    let mut granted = grant_of(mapping, &mut lookup, person, |name| name != CategoryName::SubAccount);
    if person.is_owner {
        return granted;
    }
    for (kind, attribute) in &mapping.auto {
        if !mapping.categories.contains_key(&CategoryName::Groups(*kind)) {
            auto::apply((*kind, attribute), &[], &mut lookup, &mut granted);
        }
    }
    granted
}

/// Applies the rules of the categories that reach into sub-accounts: license and add-ons, and no other.
#[must_use]
pub fn grant_in_sub_account(mapping: &Mapping, asserted: &Asserted, person: Person<'_>) -> Granted {
    let reaches = |name| matches!(name, CategoryName::License | CategoryName::AddOn(_));
    grant_of(mapping, &mut Lookup::new(asserted), person, reaches)
}

fn grant_of<'a>(
    mapping: &'a Mapping,
    lookup: &mut Lookup<'a>,
    person: Person<'_>,
    concerned: impl Fn(CategoryName) -> bool,
) -> Granted {
    let mut granted = Granted::default();
    if person.is_owner {
        if !mapping.categories.is_empty() || !mapping.auto.is_empty() {
            granted.trace.push(Step::passed("mapping.rules", "anybody but the owner", OWNER_STAYS));
        }
        return granted;
    }
    let steps: usize = mapping.categories.values().map(|category| category.rules.len() + 1).sum();
    granted.trace.reserve(steps + mapping.auto.len());
    for (name, category) in mapping.categories.iter().filter(|(name, _)| concerned(**name)) {
        let check = name.check();
        let is_ruled = !category.rules.is_empty();
        if let Some(why) = exemption(&category.exempt, person) {
            granted.trace.push(Step::passed(&check, "nobody who is exempt", why));
            continue;
        }
        match first_match(&check, category, lookup, &mut granted.trace) {
            Ok(Some(rule)) => {
                granted.reasons.insert(*name, rule.words());
                granted.give(*name, rule.grant(), &check);
            }
            Ok(None) => {}
            Err(step) => {
                granted.give_up(*name, step);
                continue;
            }
        }
        let by_value = auto_attribute(mapping, *name)
            .is_some_and(|auto| auto::apply(auto, &category.rules, lookup, &mut granted));
        let is_mapped = is_ruled || auto_attribute(mapping, *name).is_some();
        if is_mapped && !by_value && !granted.reasons.contains_key(name) {
            granted.give_nothing(*name, &check, category);
        }
    }
    granted
}

fn auto_attribute(mapping: &Mapping, name: CategoryName) -> Option<(GroupKind, &str)> {
    let CategoryName::Groups(kind) = name else { return None };
    mapping.auto.get(&kind).map(|attribute| (kind, attribute.as_str()))
}

fn exemption(exempt: &Exempt, person: Person<'_>) -> Option<String> {
    if exempt.users.contains(person.email.folded()) {
        return Some(format!("{} is exempt: everything stays", person.email));
    }
    if exempt.groups.is_empty() {
        return None;
    }
    let of_people = person.memberships.iter().filter(|m| m.group.kind == GroupKind::UserGroup);
    let names: Vec<String> = of_people.map(|m| m.group.name.folded()).collect();
    let group = exempt.groups.iter().find(|group| names.contains(&group.folded()))?;
    Some(format!("members of {group} are exempt: everything stays"))
}

/// What is said of a rule whose patterns were not tried.
const TOO_MUCH: &str = "not tried, nor is any below: the values are too long for so many patterns";

/// The first rule that applies; else the step of the rule at which it was too much work to go on.
fn first_match<'a>(
    check: &Text,
    category: &'a Category,
    lookup: &mut Lookup<'a>,
    trace: &mut Vec<Step>,
) -> Result<Option<&'a Rule>, Step> {
    let said = |rule: &Rule, found| Step::new(check.clone(), true, rule.words(), found);
    for rule in &category.rules {
        let step = match lookup.met(rule) {
            Met::No => {
                trace.push(said(rule, Text::said(DOES_NOT_APPLY)));
                continue;
            }
            Met::By(value) => {
                said(rule, format!("{APPLIES}: \"{}\" was sent", shown(value)).into()).quoting()
            }
            Met::Regardless => said(rule, Text::said(APPLIES)),
            Met::TooMuch => return Err(said(rule, Text::said(TOO_MUCH))),
        };
        trace.push(step);
        return Ok(Some(rule));
    }
    Ok(None)
}

impl Granted {
    /// Takes what a rule gives. The file is read so that a category gives what it is about; anything else is not taken.
    fn give(&mut self, name: CategoryName, grant: &Grant, check: &Text) {
        match (name, grant) {
            (CategoryName::AddOn(add_on), Grant::Held) => {
                self.add_ons.insert(add_on, true);
            }
            (CategoryName::Groups(kind), Grant::Groups(names)) => {
                self.groups.insert(kind, names.clone());
            }
            (CategoryName::License, Grant::License(license)) => self.license = Some(*license),
            (CategoryName::PhonePlan, Grant::PhonePlan(plan)) => self.phone_plan = Some(Some(*plan)),
            (CategoryName::PhoneSite, Grant::PhoneSite(site)) => self.phone_site = Some(Some(site.clone())),
            (CategoryName::Role, Grant::Role(role)) if *role != Role::Owner => self.role = Some(role.clone()),
            _ => {
                let expected = Text::said("a result that the category gives");
                let found = format!("{grant} is none: nothing changes");
                let warned = Step::new(check.clone(), true, expected, found);
                self.trace.push(Step { warning: true, ..warned });
            }
        }
    }

    /// Leaves everything as it is, but for the license: whoever a rule might refuse is refused.
    fn give_up(&mut self, name: CategoryName, step: Step) {
        self.trace.push(Step { warning: true, ..step });
        self.reasons.insert(name, Text::said(TOO_MUCH));
        if name == CategoryName::License {
            self.license = Some(None);
        }
    }

    fn give_nothing(&mut self, name: CategoryName, check: &Text, category: &Category) {
        let found = match &category.no_match {
            NoMatch::Keep => Text::said("nothing applies: what the person has stays"),
            NoMatch::Remove => Text::said("nothing applies: taken away"),
            NoMatch::Give(grant) => format!("nothing applies: {grant}").into(),
        };
        self.trace.push(unmatched(check, found));
        self.reasons.insert(name, Text::said(NOTHING_APPLIES));
        match (&category.no_match, name) {
            (NoMatch::Keep, _) => {}
            (NoMatch::Give(grant), _) => self.give(name, grant, check),
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
