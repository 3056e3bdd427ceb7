//! Sub-accounts: whether a sign-in at the account above is one of a sub-account, and what that account may learn and do there.
//!
//! The identity provider and the mapping are those of the account above; users, seats and everything else are those of the
//! sub-account. Nobody is moved from one to the other by a rule, and no owner is looked at by any.

use super::{Facts, Notes, Place, Standing};
use crate::account::Label;
use crate::code::Code;
use crate::mapping::{self, Asserted, Identity, Mapping, Way};
use crate::trace::{Change, Step, Text};
use crate::user::{Field, Role, User};

/// The name of the steps about the sub-account.
pub const CHECK: &str = "admission.sub_account";

/// Where a sign-in is decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// Where.
    pub to: Destination,
    /// What was looked at, in order.
    pub trace: Vec<Step>,
}

/// Where a sign-in is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// In the account itself.
    Own,
    /// In the sub-account with this label, by the rule that is named.
    SubAccount(Label, Text),
    /// Nowhere: nobody can say where the person belongs.
    Refused(Code),
}

/// Decides in which account the sign-in is decided, by what the account above knows of the person.
#[must_use]
pub fn route(mapping: &Mapping, identity: &Identity, facts: Facts<'_>, asserted: &Asserted) -> Routing {
    let mut trace = Vec::new();
    let user = known(identity, facts);
    let to = match user.map(|user| &user.email).or(identity.email.as_ref()) {
        // Whoever has no address is refused wherever it is decided.
        None => Destination::Own,
        Some(email) => {
            let is_owner = user.is_some_and(|user| user.role == Role::Owner);
            let person = mapping::Person { email, memberships: facts.memberships, is_owner };
            match mapping::route(mapping, asserted, person, &mut trace) {
                Way::Stays => Destination::Own,
                Way::SubAccount(label, reason) => Destination::SubAccount(label, reason),
                Way::Unknown => Destination::Refused(Code::NotHere),
            }
        }
    };
    Routing { to, trace }
}

/// The user of the account above whose sign-in it is.
fn known<'a>(identity: &Identity, facts: Facts<'a>) -> Option<&'a User> {
    let by_id = facts.by_employee_id.filter(|_| identity.employee_id.is_some());
    by_id.or(match facts.by_email {
        Standing::Here(user) => Some(user),
        Standing::Elsewhere | Standing::Nobody => None,
    })
}

/// Notes that a sub-account is gone to, and refuses whom no rule sends there: a user of the account above stays one.
pub(super) fn leave(place: Place<'_>, notes: &mut Notes) -> Result<(), Code> {
    let Place::SubAccount { label, above, .. } = place else { return Ok(()) };
    let expected = "only license and add-ons apply in a sub-account";
    notes.passed(CHECK, expected, format!("signs in to {label}"));
    let Some(user) = above else { return Ok(()) };
    let found = format!("{} is a user of this account, and no rule moves anybody to {label}", user.email);
    notes.refuse(Code::NotHere, CHECK, "nobody who is a user of this account", found)
}

/// Refuses the owner of a sub-account: nobody else's identity provider says who that is.
pub(super) fn spare_owner(place: Place<'_>, user: &User, notes: &mut Notes) -> Result<(), Code> {
    let Place::SubAccount { label, .. } = place else { return Ok(()) };
    if user.role != Role::Owner {
        return Ok(());
    }
    let found = format!("the owner of {label}, who signs in at its own address");
    notes.refuse(Code::NotHere, CHECK, "anybody but the owner of the sub-account", found)
}

/// The sub-account that the person comes in to; one who is new there is told of among the changes.
pub(super) fn arrive(place: Place<'_>, before: Option<&User>, notes: &mut Notes) -> Option<Label> {
    let Place::SubAccount { label, reason, .. } = place else { return None };
    if before.is_none() {
        notes.change("sub_account", None, Some(label.to_string()), reason);
    }
    Some(label.clone())
}

/// What stands in place of a value that the account above does not get to see.
const KEPT: &str = "(known to the sub-account)";

/// Takes out of the changes what the sub-account knew of the person before: they are written into the log of the account
/// above, which learns what it did, and nothing else. License and add-ons are what its own rules are about.
pub(super) fn conceal(changes: &mut [Change]) {
    let is_known_there = |field: &str| field == "employee_id" || Field::from_word(field).is_some();
    for change in changes.iter_mut().filter(|change| is_known_there(&change.field)) {
        if let Some(before) = &mut change.before {
            KEPT.clone_into(before);
        }
    }
}
