//! The record of somebody who is brought or changed, field by field, and the seats that it needs.

use super::shield::may_put_out;
use super::{AddOns, AddressStays, Facts, Refusal, Settled, Source, Wanted};
use crate::activation;
use crate::email::Email;
use crate::id::UserId;
use crate::license::{AddOn, License, Product};
use crate::trace::{Change, Step};
use crate::user::{Entry, Field, Holdings, Logins, Profile, Role, Status, User};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long an address stays that was changed.
const BETWEEN_CHANGES: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn settle(
    source: Source,
    wanted: &Wanted,
    id: UserId,
    facts: Facts<'_>,
) -> Result<Settled, Refusal> {
    let mut draft = match facts.before {
        Some(user) if source == Source::Csv && user.role == Role::Owner => return Err(Refusal::OwnerByFile),
        Some(user) => Draft::of(source, user),
        None => Draft::new(source, wanted, id, facts)?,
    };
    draft.address(wanted, facts)?;
    draft.status(wanted, facts)?;
    draft.logins(wanted.gains);
    draft.license(wanted, facts)?;
    draft.add_ons(&wanted.add_ons, facts)?;
    draft.phone_site(wanted.phone_site.as_ref());
    draft.employee_id(wanted.employee_id.as_ref());
    draft.profile(&wanted.profile);
    Ok(draft.close(facts))
}

/// Why the address of somebody stays, whatever the new one is.
pub(super) fn stays(source: Source, user: &User, now: Timestamp) -> Option<AddressStays> {
    let recently = user.email_changed_at.is_some_and(|at| now.duration_since(at) < BETWEEN_CHANGES);
    match source {
        Source::Portal | Source::Person => None,
        _ if user.role.administers() => Some(AddressStays::Administers),
        _ => recently.then_some(AddressStays::Recently),
    }
}

/// The record on its way.
struct Draft {
    source: Source,
    user: User,
    changes: Vec<Change>,
    warnings: Vec<Step>,
}

impl Draft {
    fn of(source: Source, user: &User) -> Self {
        Self { source, user: user.clone(), changes: Vec::new(), warnings: Vec::new() }
    }

    /// Somebody new, without anything but an address and a status.
    fn new(source: Source, wanted: &Wanted, id: UserId, facts: Facts<'_>) -> Result<Self, Refusal> {
        let email = wanted.email.clone().ok_or(Refusal::NoAddress)?;
        if source == Source::Directory && !facts.domain_associated {
            return Err(Refusal::NotAssociated(email.domain().clone()));
        }
        let status = match (wanted.active, facts.domain_associated) {
            (Some(false), _) => Status::Inactive,
            (_, true) => Status::Active,
            (_, false) => Status::Pending,
        };
        let user = User {
            id,
            email,
            status,
            role: Role::Member,
            logins: Logins::default(),
            license: None,
            holdings: Holdings::default(),
            employee_id: None,
            email_changed_at: None,
            profile: Profile::default(),
            version: 1,
            created_at: facts.now,
            updated_at: facts.now,
        };
        let mut draft = Self { source, user, changes: Vec::new(), warnings: Vec::new() };
        draft.change("status", None, Some(status.as_str().to_owned()));
        Ok(draft)
    }

    fn change(&mut self, field: &str, before: Option<String>, after: Option<String>) {
        if before != after {
            let rule = self.source.rule().to_owned();
            self.changes.push(Change { field: field.to_owned(), before, after, rule });
        }
    }

    /// Another address: inside the account's domains, not of administrators, once a day (attack T11).
    fn address(&mut self, wanted: &Wanted, facts: Facts<'_>) -> Result<(), Refusal> {
        let Some(email) = wanted.email.as_ref().filter(|email| **email != self.user.email) else {
            return Ok(());
        };
        if email.folded() != self.user.email.folded() {
            // A mailbox that the person has shown needs no domain to vouch for it.
            let vouched = facts.domain_associated || self.source == Source::Person;
            let stays = match vouched {
                false => Some(AddressStays::NotAssociated),
                true => stays(self.source, &self.user, facts.now),
            };
            if let Some(stays) = stays {
                return Err(Refusal::Address(stays));
            }
            self.user.email_changed_at = Some(facts.now);
        }
        let before: Email = std::mem::replace(&mut self.user.email, email.clone());
        self.change("email", Some(before.to_string()), Some(email.to_string()));
        Ok(())
    }

    /// Deactivated, or let in again with what the person had.
    fn status(&mut self, wanted: &Wanted, facts: Facts<'_>) -> Result<(), Refusal> {
        if facts.before.is_none() {
            return Ok(());
        }
        let rule = self.source.rule();
        let turned = match (wanted.active, self.user.status) {
            (Some(false), Status::Active | Status::Pending) => {
                may_put_out(self.source, &self.user, facts.exempt)?;
                activation::deactivate(&self.user, None, rule)
                    .map_err(|_| Refusal::Shielded(super::Shielded::Owner))?
            }
            (Some(true), Status::Inactive) => {
                let seats = (facts.seats, facts.fallback);
                activation::activate(&self.user, seats, facts.domain_associated, rule)
                    .map_err(|activation::NoSeat(license)| Refusal::NoSeat(license.into()))?
            }
            _ => return Ok(()),
        };
        self.user = turned.user;
        self.changes.extend(turned.changes);
        Ok(())
    }

    fn logins(&mut self, gains: Logins) {
        let before = self.user.logins;
        let after =
            Logins { work_email: before.work_email || gains.work_email, sso: before.sso || gains.sso };
        let words = |logins: Logins| Some(logins.words().join(", ")).filter(|words| !words.is_empty());
        self.user.logins = after;
        self.change("login_types", words(before), words(after));
    }

    /// The license type that is wanted; somebody new for whom none is named takes Basic while seats last.
    fn license(&mut self, wanted: &Wanted, facts: Facts<'_>) -> Result<(), Refusal> {
        let before = self.user.license;
        let settled = match (wanted.license, facts.before) {
            (Some(Some(license)), _) => Some(self.seat(license, facts)?),
            (Some(None), _) => None,
            (None, Some(_)) => before,
            (None, None) => self.basic(facts),
        };
        if self.user.status == Status::Pending {
            // Somebody whose mailbox has yet to confirm holds no license.
            return Ok(());
        }
        self.user.license = settled;
        let word = |license: Option<License>| license.map(|license| license.as_str().to_owned());
        self.change("license", word(before), word(settled));
        Ok(())
    }

    fn seat(&mut self, license: License, facts: Facts<'_>) -> Result<License, Refusal> {
        let held = facts.before.is_some_and(|user| user.seats().contains(&license.into()));
        if held || self.user.status != Status::Active || facts.seats.has_seat(license) {
            return Ok(license);
        }
        let fallback = facts.fallback.filter(|other| facts.before.is_none() && facts.seats.has_seat(*other));
        let fallback = fallback.ok_or(Refusal::NoSeat(license.into()))?;
        let found = format!("no seat is left: the fallback, {fallback}");
        self.warnings.push(Step::warning("provision.license", format!("a seat for {license}"), found));
        Ok(fallback)
    }

    fn basic(&mut self, facts: Facts<'_>) -> Option<License> {
        let is_left = self.user.status != Status::Active || facts.seats.has_seat(License::Basic);
        if !is_left {
            let found = "no seat is left: the person has no license type";
            self.warnings.push(Step::warning("provision.license", "a seat for Basic", found));
        }
        is_left.then_some(License::Basic)
    }

    fn add_ons(&mut self, wanted: &AddOns, facts: Facts<'_>) -> Result<(), Refusal> {
        let before = self.user.holdings.add_ons.clone();
        let all = before.union(&wanted.grant);
        let after: BTreeSet<AddOn> =
            all.filter(|add_on| !wanted.take_away.contains(add_on)).copied().collect();
        let held = facts.before.map(User::seats).unwrap_or_default();
        for add_on in after.difference(&before) {
            if !self.user.license.is_some_and(|license| add_on.goes_with(license)) {
                return Err(Refusal::DoesNotGoWith(*add_on, self.user.license));
            }
            let product = Product::from(*add_on);
            if self.user.status == Status::Active
                && !held.contains(&product)
                && !facts.seats.has_seat(*add_on)
            {
                return Err(Refusal::NoSeat(product));
            }
            self.change(&field(*add_on), None, Some("granted".to_owned()));
        }
        for add_on in before.difference(&after) {
            self.change(&field(*add_on), Some("granted".to_owned()), None);
        }
        self.user.holdings.add_ons = after;
        Ok(())
    }

    fn phone_site(&mut self, wanted: Option<&Option<String>>) {
        if let Some(wanted) = wanted {
            let before = std::mem::replace(&mut self.user.holdings.phone_site, wanted.clone());
            self.change("phone_site", before, wanted.clone());
        }
    }

    fn employee_id(&mut self, wanted: Option<&Option<String>>) {
        if let Some(wanted) = wanted {
            let before = std::mem::replace(&mut self.user.employee_id, wanted.clone());
            self.change("employee_id", before, wanted.clone());
        }
    }

    fn profile(&mut self, wanted: &std::collections::BTreeMap<Field, Option<String>>) {
        for (field, value) in wanted {
            let before = self.user.profile.value(field).map(str::to_owned);
            if before == *value {
                continue;
            }
            match value {
                Some(value) => {
                    let source = Some(self.source.rule().to_owned());
                    let entry = Entry { value: value.clone(), source };
                    self.user.profile.0.insert(field.clone(), entry);
                }
                None => drop(self.user.profile.0.remove(field)),
            }
            self.change(field.as_str(), before, value.clone());
        }
    }

    /// What does not go with the license type any more goes; the seats are what the person holds now and did not before.
    fn close(mut self, facts: Facts<'_>) -> Settled {
        let license = self.user.license;
        let unfit = |add_on: &AddOn| !license.is_some_and(|license| add_on.goes_with(license));
        let unfit: Vec<AddOn> = self.user.holdings.add_ons.iter().copied().filter(unfit).collect();
        for add_on in unfit {
            self.user.holdings.add_ons.remove(&add_on);
            self.change(&field(add_on), Some("granted".to_owned()), None);
        }
        let before = facts.before.map(User::seats).unwrap_or_default();
        let after = self.user.seats();
        if !self.changes.is_empty() {
            self.user.updated_at = facts.now;
        }
        let difference = |a: &BTreeSet<Product>, b: &BTreeSet<Product>| a.difference(b).copied().collect();
        Settled {
            take: difference(&after, &before),
            free: difference(&before, &after),
            user: self.user,
            changes: self.changes,
            warnings: self.warnings,
        }
    }
}

fn field(add_on: AddOn) -> String {
    format!("addon.{}", add_on.as_str())
}
