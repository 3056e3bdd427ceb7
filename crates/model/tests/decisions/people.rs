//! What the tables are about: people, what is asserted of them, and what is decided.

use jiff::Timestamp;
use std::collections::BTreeMap;
use vestibule_model::admission::{After, Decision, Facts, Outcome, Place, Rules, Standing, decide};
use vestibule_model::code::Code;
use vestibule_model::connection::Provision;
use vestibule_model::email::Email;
use vestibule_model::group::{Group, GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{Inventory, License, Product, Seats};
use vestibule_model::mapping::{
    Asserted, Attribute, Category, CategoryName, Condition, Exempt, Grant, Identity, Mapping, NoMatch,
    Operator, Pattern, Rule,
};
use vestibule_model::user::{Holdings, Logins, Profile, Role, Status, User};

pub fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub fn address(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// An active member with a Licensed seat.
pub fn user(email: &str) -> User {
    let id = UserId::from_bytes(
        [email.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)); 16],
    );
    User {
        id,
        email: address(email),
        status: Status::Active,
        role: Role::Member,
        logins: Logins::SSO,
        license: Some(License::Licensed),
        holdings: Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn anna() -> User {
    user("anna@acme.example")
}

pub fn asserted(attributes: &[(&str, &[&str])]) -> Asserted {
    let attribute = |(name, values): &(&str, &[&str])| Attribute {
        name: (*name).to_owned(),
        friendly_name: (*name == "urn:oid:1.3.6.1.4.1.5923.1.5.1.1").then(|| "isMemberOf".to_owned()),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let attributes = attributes.iter().map(attribute).collect();
    Asserted { name_id: Some("anna@acme.example".to_owned()), attributes }
}

/// Somebody of these groups at the identity provider.
pub fn of_groups(groups: &[&str]) -> Asserted {
    asserted(&[("groups", groups)])
}

/// An operator by its word.
pub fn test(word: &str, value: &str) -> Operator {
    let value = value.to_owned();
    match word {
        "equals" => Operator::Equals(value),
        "contains" => Operator::Contains(value),
        "starts_with" => Operator::StartsWith(value),
        "ends_with" => Operator::EndsWith(value),
        "regex" => Operator::Regex(Pattern::parse(&value).unwrap()),
        "not_equals" => Operator::NotEquals(value),
        "present" => Operator::Present,
        _ => panic!("no operator: {word}"),
    }
}

pub fn rule(word: &str, value: &str, grant: Grant) -> Rule {
    Rule::new(Condition::When { attribute: "groups".to_owned(), test: test(word, value) }, grant)
}

pub fn equals(value: &str, grant: Grant) -> Rule {
    rule("equals", value, grant)
}

pub fn otherwise(grant: Grant) -> Rule {
    Rule::new(Condition::Otherwise, grant)
}

pub fn named(names: &[&str]) -> Vec<GroupName> {
    names.iter().map(|name| GroupName::parse(name).unwrap()).collect()
}

pub fn groups(names: &[&str]) -> Grant {
    Grant::Groups(named(names))
}

pub fn name(word: &str) -> CategoryName {
    CategoryName::from_word(word).unwrap()
}

/// A category with its default for those to whom nothing applies.
pub fn category(word: &str, rules: Vec<Rule>) -> (CategoryName, Category) {
    let name = name(word);
    (name, Category { rules, no_match: name.default_no_match(), exempt: Exempt::default() })
}

pub fn category_or(word: &str, rules: Vec<Rule>, no_match: NoMatch) -> (CategoryName, Category) {
    let (name, category) = category(word, rules);
    (name, Category { no_match, ..category })
}

pub fn mapping<const N: usize>(categories: [(CategoryName, Category); N]) -> Mapping {
    Mapping { default_license: Some(License::Basic), categories: categories.into(), ..Mapping::default() }
}

pub fn membership(name: &str, kind: GroupKind, origin: Origin, position: i64) -> Membership {
    let id = GroupId::from_bytes([u8::try_from(position).unwrap(); 16]);
    Membership { group: Group { id, kind, name: GroupName::parse(name).unwrap() }, origin, position }
}

/// So many seats of everything.
pub fn seats(total: i64) -> Inventory {
    let products = License::ALL.into_iter().map(Product::from);
    let add_ons = vestibule_model::license::AddOn::all().map(Product::from);
    Inventory(products.chain(add_ons).map(|product| (product, Seats { total, used: 0 })).collect())
}

/// A sign-in, and all that is known.
pub struct Case<'a> {
    pub mapping: &'a Mapping,
    pub provision: Provision,
    pub fallback: Option<License>,
    pub identity: Identity,
    pub by_email: Standing<'a>,
    pub by_employee_id: Option<&'a User>,
    pub domain_associated: bool,
    pub memberships: Vec<Membership>,
    pub seats: Inventory,
    pub now: Timestamp,
}

impl<'a> Case<'a> {
    /// Somebody who is known here by the address.
    pub fn of(mapping: &'a Mapping, user: &'a User) -> Self {
        let email = Some(user.email.clone());
        Self {
            identity: Identity { email, employee_id: None },
            by_email: Standing::Here(user),
            ..Self::of_nobody(mapping)
        }
    }

    /// Somebody who is not known, of an associated domain.
    pub fn of_nobody(mapping: &'a Mapping) -> Self {
        Self {
            mapping,
            provision: Provision::AtSignIn,
            fallback: None,
            identity: Identity { email: Some(address("anna@acme.example")), employee_id: None },
            by_email: Standing::Nobody,
            by_employee_id: None,
            domain_associated: true,
            memberships: Vec::new(),
            seats: seats(10),
            now: now(),
        }
    }

    pub fn decide(&self, asserted: &Asserted) -> Decision {
        self.decide_at(Place::Own, asserted)
    }

    /// The same in an account of a family.
    pub fn decide_at(&self, place: Place<'_>, asserted: &Asserted) -> Decision {
        let rules = Rules {
            provision: self.provision,
            mapping: self.mapping,
            fallback_license: self.fallback,
            default_domain: None,
        };
        decide(rules, &self.identity, self.facts(place), asserted)
    }

    pub fn facts<'b>(&'b self, place: Place<'b>) -> Facts<'b> {
        Facts {
            place,
            by_email: self.by_email,
            by_employee_id: self.by_employee_id,
            domain_associated: self.domain_associated,
            memberships: &self.memberships,
            is_last_way_in: false,
            promised: None,
            seats: &self.seats,
            now: self.now,
            seed: [7; 32],
        }
    }

    pub fn admitted(&self, asserted: &Asserted) -> After {
        let decision = self.decide(asserted);
        match decision.outcome {
            Outcome::Admit(after) => *after,
            Outcome::Refuse(code) => panic!("refused with {code}: {:#?}", decision.trace),
        }
    }

    pub fn outcome(&self, asserted: &Asserted) -> Result<After, Code> {
        match self.decide(asserted).outcome {
            Outcome::Admit(after) => Ok(*after),
            Outcome::Refuse(code) => Err(code),
        }
    }
}

/// The changes by field, as `before -> after`.
pub fn changes(decision: &Decision) -> BTreeMap<&str, String> {
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let changes = decision.changes.iter();
    changes.map(|c| (c.field.as_str(), format!("{} -> {}", word(&c.before), word(&c.after)))).collect()
}

/// What the trace warns of.
pub fn warnings(decision: &Decision) -> Vec<String> {
    let warnings = decision.trace.iter().filter(|step| step.warning);
    warnings.map(|step| format!("{}: {}", step.check, step.found)).collect()
}
