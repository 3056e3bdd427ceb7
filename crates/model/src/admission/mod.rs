//! Admission: may the asserted person come in, as whom, and with what (behaviour.md sections 3, 4 and 6).
//!
//! [`decide`] is asked after the response was verified and its request and assertion ID were burned. It sees what the
//! store knows of the person, and answers with what to write; nothing else decides about people who sign in. Where people may be
//! sent to sub-accounts, [`route`] is asked first, about the person as the account itself knows them; then [`decide`] is asked
//! about the person as that sub-account does. `person`
//! finds out whose sign-in it is, `license` what seats are taken, `groups` which memberships change.

pub mod domain;
mod groups;
mod license;
mod person;
mod route;

use crate::account::Label;
use crate::code::Code;
use crate::connection::Provision;
use crate::email::Email;
use crate::expression::Context;
use crate::group::{GroupKind, GroupName, Membership};
use crate::id::UserId;
use crate::license::{Inventory, License, Product};
use crate::mapping::{self, Asserted, CategoryName, Granted, Identity, Mapped, Mapping, Picture};
use crate::trace::{Change, Step, Text};
use crate::user::{Holdings, Logins, Profile, Role, Status, User};
use jiff::Timestamp;
use person::Matched;
pub use route::{CHECK as SUB_ACCOUNT, Destination, Routing, route};
use std::collections::{BTreeMap, BTreeSet};

/// What the account's administrators configured.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Who may be created, or given the SSO login type.
    pub provision: Provision,
    /// Where fields come from, the default license, and the rules of every category.
    pub mapping: &'a Mapping,
    /// The license type when no seat of the wanted one is left.
    pub fallback_license: Option<License>,
    /// What `DefaultDomain` gives in expressions of the mapping: the first by name of the account's associated domains.
    pub default_domain: Option<&'a str>,
}

impl<'a> Rules<'a> {
    /// What expressions of the mapping may ask for, at this time and with this to draw chance from.
    #[must_use]
    pub fn context(&self, now: Timestamp, seed: [u8; 32]) -> Context<'a> {
        Context { default_domain: self.default_domain, ..Context::new(now, seed) }
    }
}

/// In which account of a family a sign-in is decided.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In the account whose connection vouched for the person, and whose mapping it is.
    Own,
    /// In one of its sub-accounts, to which the mapping sends the person.
    SubAccount {
        /// The sub-account.
        label: &'a Label,
        /// The rule that sends the person there.
        reason: &'a str,
        /// Who the person is in the account above, if anybody: nobody is moved by a rule.
        above: Option<&'a User>,
    },
}

/// What the store knows of the person, in the account where the sign-in is decided: "this account" below.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Which account that is.
    pub place: Place<'a>,
    /// Whose the asserted address is.
    pub by_email: Standing<'a>,
    /// The user of this account with the asserted Employee Unique ID.
    pub by_employee_id: Option<&'a User>,
    /// Whether the domain of the asserted address is associated with this account, or with the one that sends people here.
    pub domain_associated: bool,
    /// The groups of the user who is known by the Employee Unique ID, else by the address; none in a sub-account, whose
    /// groups mean nothing to the mapping.
    pub memberships: &'a [Membership],
    /// Whether the user is the last who could get in without the identity provider where SSO is enforced, so that the role
    /// stays ([`crate::domain::DomainPolicy::is_last_way_in`]). It matters only where the rules take it ([`demotes`]).
    pub is_last_way_in: bool,
    /// The license type that was decided on when a user who is pending was made.
    pub promised: Option<License>,
    /// The account's seats.
    pub seats: &'a Inventory,
    /// The time of the sign-in.
    pub now: Timestamp,
    /// What expressions of the mapping draw chance from.
    pub seed: [u8; 32],
}

/// Whose an address is.
#[derive(Debug, Clone, Copy)]
pub enum Standing<'a> {
    /// A user of this account.
    Here(&'a User),
    /// A user of another account; nothing more may be learned about them here.
    Elsewhere,
    /// Nobody's.
    Nobody,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to do.
    pub outcome: Outcome,
    /// What was looked at, in order.
    pub trace: Vec<Step>,
    /// What changes for the person.
    pub changes: Vec<Change>,
}

/// What to do about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Let nobody in.
    Refuse(Code),
    /// Write this. There is a session unless the status is pending (1022).
    Admit(Box<After>),
}

/// How the person was known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// As a user of this account.
    Known,
    /// As a user who was pending; the domain became the account's, so no mailbox need confirm the address.
    Approved,
    /// Not at all: the user is created.
    Created,
}

/// The person after the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// How the person was known before.
    pub arrival: Arrival,
    /// The address.
    pub email: Email,
    /// Active, or pending: no session before the mailbox confirms the address (1022).
    pub status: Status,
    /// The role.
    pub role: Role,
    /// Ways in which the person may sign in.
    pub logins: Logins,
    /// The license type; none while pending.
    pub license: Option<License>,
    /// Add-ons and phone site.
    pub holdings: Holdings,
    /// The Employee Unique ID.
    pub employee_id: Option<String>,
    /// What mapping made of the profile.
    pub profile: Profile,
    /// The picture that was asserted.
    pub picture: Option<Picture>,
    /// The memberships that mapping gives, of the kinds where they change.
    pub groups: BTreeMap<GroupKind, Vec<GroupName>>,
    /// The sub-account that the person belongs to instead of this account.
    pub sub_account: Option<Label>,
    /// Seats to take.
    pub take: BTreeSet<Product>,
    /// Seats to give back.
    pub free: BTreeSet<Product>,
}

impl After {
    /// The record to write: of `before`, or a new one with this id.
    #[must_use]
    pub fn record(&self, before: Option<&User>, id: UserId, now: Timestamp) -> User {
        let moved = before.is_some_and(|user| user.email.folded() != self.email.folded());
        User {
            id: before.map_or(id, |user| user.id),
            email: self.email.clone(),
            status: self.status,
            role: self.role.clone(),
            logins: self.logins,
            license: self.license,
            holdings: self.holdings.clone(),
            employee_id: self.employee_id.clone(),
            email_changed_at: if moved { Some(now) } else { before.and_then(|user| user.email_changed_at) },
            profile: self.profile.clone(),
            version: before.map_or(1, |user| user.version),
            created_at: before.map_or(now, |user| user.created_at),
            updated_at: now,
        }
    }
}

/// What a decision leaves behind while it is made.
#[derive(Default)]
struct Notes {
    trace: Vec<Step>,
    changes: Vec<Change>,
}

impl Notes {
    fn passed(&mut self, check: &str, expected: impl Into<Text>, found: impl Into<Text>) {
        self.trace.push(Step::passed(check, expected, found));
    }

    fn warn(&mut self, check: &str, expected: impl Into<Text>, found: impl Into<Text>) {
        self.trace.push(Step::warning(check, expected, found));
    }

    /// Ends the decision: the step that failed is its last.
    fn refuse<T>(
        &mut self,
        code: Code,
        check: &str,
        expected: impl Into<Text>,
        found: impl Into<Text>,
    ) -> Result<T, Code> {
        self.trace.push(Step::failed(check, expected, found));
        Err(code)
    }

    /// Notes a field that changes; one that does not is not noted.
    fn change(&mut self, field: &str, before: Option<String>, after: Option<String>, rule: &str) {
        if before != after {
            self.changes.push(Change { field: field.to_owned(), before, after, rule: rule.to_owned() });
        }
    }
}

/// Decides about the person that a verified response asserts.
#[must_use]
pub fn decide(rules: Rules<'_>, identity: &Identity, facts: Facts<'_>, asserted: &Asserted) -> Decision {
    let mut notes = Notes::default();
    let settled = person::matched(rules, identity, facts, &mut notes)
        .and_then(|matched| settle(rules, matched, facts, asserted, &mut notes));
    let outcome = match settled {
        Ok(after) => Outcome::Admit(Box::new(after)),
        Err(code) => {
            notes.changes.clear();
            Outcome::Refuse(code)
        }
    };
    if let Place::SubAccount { .. } = facts.place {
        route::conceal(&mut notes.changes);
    }
    Decision { outcome, trace: notes.trace, changes: notes.changes }
}

fn settle(
    rules: Rules<'_>,
    matched: Matched<'_>,
    facts: Facts<'_>,
    asserted: &Asserted,
    notes: &mut Notes,
) -> Result<After, Code> {
    let before = matched.user;
    let is_new = before.is_none();
    let sub_account = route::arrive(facts.place, before, notes);
    let granted = granted(rules.mapping, asserted, &matched, facts, notes);
    let license = license::license(rules, &granted, &matched, facts, notes)?;
    let awaited = matched.status == Status::Pending;
    let license = (!awaited).then_some(license);
    let held = before.map(|user| user.holdings.clone()).unwrap_or_default();
    let holdings = match license {
        Some(license) => license::holdings(&granted, held, license, facts.seats, notes),
        None => held,
    };
    let role = role(&granted, &matched, facts, notes);
    let groups = match awaited {
        true => BTreeMap::new(),
        false => groups::memberships(&granted, facts.memberships, notes),
    };
    let nothing = Profile::default();
    let Mapped { profile, picture, changes, trace } = mapping::apply(
        rules.mapping,
        asserted,
        before.map_or(&nothing, |user| &user.profile),
        is_new,
        &rules.context(facts.now, facts.seed),
    );
    notes.trace.extend(trace);
    notes.changes.extend(changes);
    let products = license::products(before);
    let wanted = license::wanted(license, &holdings);
    Ok(After {
        arrival: matched.arrival,
        email: matched.email,
        status: matched.status,
        role,
        logins: matched.logins,
        license,
        holdings,
        employee_id: matched.employee_id,
        profile,
        picture,
        groups,
        sub_account,
        take: wanted.difference(&products).copied().collect(),
        free: products.difference(&wanted).copied().collect(),
    })
}

/// The role: by a rule, else the one that the person has. The last way in stays one.
fn role(granted: &Granted, matched: &Matched<'_>, facts: Facts<'_>, notes: &mut Notes) -> Role {
    let before = matched.user.map(|user| &user.role);
    let held = before.cloned().unwrap_or(Role::Member);
    let given = granted.role.clone().filter(|_| matched.status != Status::Pending);
    let role = match given {
        Some(given) if facts.is_last_way_in && held.administers() && !given.administers() => {
            let found = format!(
                "{} stays: this is the last exempt administrator with a password, and SSO is enforced",
                held.title()
            );
            notes.warn("admission.role", "a role that leaves a way in", found);
            held
        }
        given => given.unwrap_or(held),
    };
    let reason = granted.reasons.get(&CategoryName::Role).map_or("created at sign-in", Text::as_str);
    notes.change("role", before.map(|role| role.as_str().to_owned()), Some(role.as_str().to_owned()), reason);
    role
}

/// Whether the rules take the role of an administrator: only then it matters whether there is another way in.
#[must_use]
pub fn demotes(mapping: &Mapping, asserted: &Asserted, user: &User, memberships: &[Membership]) -> bool {
    if !user.role.administers() || !mapping.categories.contains_key(&CategoryName::Role) {
        return false;
    }
    let person = mapping::Person { email: &user.email, memberships, is_owner: user.role == Role::Owner };
    mapping::grant(mapping, asserted, person).role.is_some_and(|role| !role.administers())
}

/// What the rules of the mapping give; in a sub-account only license and add-ons apply.
fn granted(
    mapping: &Mapping,
    asserted: &Asserted,
    matched: &Matched<'_>,
    facts: Facts<'_>,
    notes: &mut Notes,
) -> Granted {
    let person = mapping::Person {
        email: &matched.email,
        memberships: facts.memberships,
        is_owner: matched.user.is_some_and(|user| user.role == Role::Owner),
    };
    let grant = match facts.place {
        Place::Own => mapping::grant,
        Place::SubAccount { .. } => mapping::grant_in_sub_account,
    };
    let mut granted = grant(mapping, asserted, person);
    notes.trace.append(&mut granted.trace);
    granted
}

#[cfg(test)]
mod tests;
