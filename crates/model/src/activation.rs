//! Activating and deactivating somebody: who may not be, and what becomes of the seats (behaviour.md sections 3, 5, 6).
//!
//! Whoever is inactive holds no seat. What the person was granted stays in the record, so that it can be given back: who
//! comes back takes seats like anybody else, and may find none.

use crate::id::UserId;
use crate::license::{AddOn, Inventory, License, Product};
use crate::trace::Change;
use crate::user::{Status, User};
use std::collections::BTreeSet;

/// Why somebody cannot be deactivated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protected {
    /// The owner of the account.
    Owner,
    /// Whoever asks for it.
    Oneself,
}

/// What to write, and the seats that change hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// The record.
    pub user: User,
    /// Seats to take.
    pub take: BTreeSet<Product>,
    /// Seats to give back.
    pub free: BTreeSet<Product>,
    /// What changes.
    pub changes: Vec<Change>,
}

/// No seat of this license type is left, and none of the fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSeat(pub License);

/// Deactivates somebody. Nothing changes for a person who is inactive already.
///
/// # Errors
/// [`Protected`] for the owner and for whoever asks.
pub fn deactivate(user: &User, by: Option<UserId>, rule: &str) -> Result<Turned, Protected> {
    if user.role == crate::user::Role::Owner {
        return Err(Protected::Owner);
    }
    if by == Some(user.id) {
        return Err(Protected::Oneself);
    }
    let mut turned = Turned::unchanged(user);
    if user.status != Status::Inactive {
        turned.free = user.seats();
        for product in &turned.free {
            let seat = format!("seat.{}", product.as_str());
            turned.changes.push(change(&seat, Some("taken"), None, rule));
        }
        turned.becomes(Status::Inactive, rule);
    }
    Ok(turned)
}

/// Lets somebody in again, with what the person had, as far as there are seats: instead of a license type without one the
/// fallback, an add-on without one not at all. Nothing changes for a person who is not inactive.
///
/// Nobody becomes active this way who never proved the address: without a license type, a password or an associated domain
/// the person is pending.
///
/// # Errors
/// [`NoSeat`] when there is none for the license type, and none for the fallback.
pub fn activate(
    user: &User,
    (seats, fallback): (&Inventory, Option<License>),
    domain_associated: bool,
    rule: &str,
) -> Result<Turned, NoSeat> {
    let mut turned = Turned::unchanged(user);
    if user.status != Status::Inactive {
        return Ok(turned);
    }
    let Some(held) = user.license else {
        let proven = domain_associated || user.logins.work_email;
        turned.becomes(if proven { Status::Active } else { Status::Pending }, rule);
        return Ok(turned);
    };
    let license = [Some(held), fallback].into_iter().flatten().find(|license| seats.has_seat(*license));
    let license = license.ok_or(NoSeat(held))?;
    turned.becomes(Status::Active, rule);
    if license != held {
        let why = format!("no seat of {held} is left: the fallback");
        turned.changes.push(change("license", Some(held.as_str()), Some(license.as_str()), &why));
        turned.user.license = Some(license);
    }
    for add_on in &user.holdings.add_ons {
        turned.gives_back(*add_on, license, seats);
    }
    turned.take = turned.user.seats();
    for product in &turned.take {
        let seat = format!("seat.{}", product.as_str());
        turned.changes.push(change(&seat, None, Some("taken"), rule));
    }
    Ok(turned)
}

impl Turned {
    fn unchanged(user: &User) -> Self {
        Self { user: user.clone(), take: BTreeSet::new(), free: BTreeSet::new(), changes: Vec::new() }
    }

    fn becomes(&mut self, status: Status, rule: &str) {
        let before = self.user.status.as_str();
        self.changes.insert(0, change("status", Some(before), Some(status.as_str()), rule));
        self.user.status = status;
    }

    /// Leaves out an add-on that the person can no longer have.
    fn gives_back(&mut self, add_on: AddOn, license: License, seats: &Inventory) {
        let why = if !add_on.goes_with(license) {
            format!("{add_on} does not go with {license}")
        } else if !seats.has_seat(add_on) {
            "no seat is left".to_owned()
        } else {
            return;
        };
        self.user.holdings.add_ons.remove(&add_on);
        self.changes.push(change(&format!("addon.{}", add_on.as_str()), Some("granted"), None, &why));
    }
}

fn change(field: &str, before: Option<&str>, after: Option<&str>, rule: &str) -> Change {
    Change {
        field: field.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        rule: rule.to_owned(),
    }
}

#[cfg(test)]
mod tests;
