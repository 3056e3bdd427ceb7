//! The license type and the add-ons after a sign-in, as far as seats go.

use super::person::Matched;
use super::{Arrival, Facts, Notes, Rules};
use crate::code::Code;
use crate::license::{AddOn, Family, Inventory, License, Product};
use crate::mapping::{CategoryName, Granted};
use crate::trace::Text;
use crate::user::{Holdings, Status, User};
use std::collections::BTreeSet;

const CHECK: &str = "admission.license";

/// The license type: by a rule, else the one that the person has; else, for somebody who was pending, the one that was decided on
/// when the user was made, and for somebody new the default.
pub(super) fn license(
    rules: Rules<'_>,
    granted: &Granted,
    matched: &Matched<'_>,
    facts: Facts<'_>,
    notes: &mut Notes,
) -> Result<License, Code> {
    let current = matched.user.and_then(|user| user.license);
    let by_rule = granted.reasons.get(&CategoryName::License).map(Text::as_str);
    let (wanted, reason) = match (granted.license, current) {
        (Some(None), _) => {
            let found = format!("None, by the rule: {}", by_rule.unwrap_or_default());
            return notes.refuse(Code::NoLicense, CHECK, "a license type", found);
        }
        (Some(Some(license)), _) => (license, by_rule.unwrap_or_default()),
        (None, Some(license)) => {
            notes.passed(CHECK, "a license type", license.to_string());
            return Ok(license);
        }
        (None, None) if matched.arrival == Arrival::Known => {
            return notes.refuse(Code::NoLicense, CHECK, "a license type", "none");
        }
        (None, None) => match (facts.promised, rules.mapping.default_license) {
            (Some(license), _) => (license, "decided on when the user was made"),
            (None, Some(license)) => (license, "the default license type"),
            (None, None) => return notes.refuse(Code::NoLicense, CHECK, "a default license type", "None"),
        },
    };
    let settled = seat(rules, (wanted, current), facts.seats, notes)?;
    // Somebody whose mailbox has yet to confirm holds no license.
    let holds = matched.status != Status::Pending;
    if holds && (settled == wanted || current.is_none()) {
        let (before, after) = (current.map(License::as_str), settled.as_str());
        notes.change("license", before.map(str::to_owned), Some(after.to_owned()), reason);
    }
    Ok(settled)
}

/// The license type for which there is a seat: the wanted one, the one held before, or the fallback.
fn seat(
    rules: Rules<'_>,
    (wanted, current): (License, Option<License>),
    seats: &Inventory,
    notes: &mut Notes,
) -> Result<License, Code> {
    let expected = format!("a seat for {wanted}");
    if current == Some(wanted) {
        notes.passed(CHECK, expected, "held already");
        return Ok(wanted);
    }
    if seats.has_seat(wanted) {
        notes.passed(CHECK, expected, "a seat is left");
        return Ok(wanted);
    }
    if let Some(current) = current {
        notes.warn(CHECK, expected, format!("no seat is left: {current} stays"));
        return Ok(current);
    }
    match rules.fallback_license.filter(|fallback| seats.has_seat(*fallback)) {
        Some(fallback) => {
            notes.warn(CHECK, expected, format!("no seat is left: the fallback, {fallback}"));
            Ok(fallback)
        }
        None => notes.refuse(Code::NoSeat, CHECK, expected, "no seat is left"),
    }
}

/// Add-ons, phone calling plan and phone site under this license type.
pub(super) fn holdings(
    granted: &Granted,
    before: Holdings,
    license: License,
    seats: &Inventory,
    notes: &mut Notes,
) -> Holdings {
    let mut after = before.clone();
    for (add_on, held) in &granted.add_ons {
        let reason = granted.reasons.get(&CategoryName::AddOn(*add_on)).map_or("", Text::as_str);
        match held {
            true => gain(&mut after, *add_on, (license, seats), reason, notes),
            false => lose(&mut after, *add_on, reason, notes),
        }
    }
    let reason = |name| granted.reasons.get(&name).map_or("", Text::as_str);
    if let Some(plan) = granted.phone_plan {
        let reason = reason(CategoryName::PhonePlan);
        if let Some(plan) = plan {
            gain(&mut after, plan, (license, seats), reason, notes);
        }
        let settled = plan.is_none_or(|plan| after.add_ons.contains(&plan));
        let others = |held: &AddOn| held.family() == Family::Phone && Some(*held) != plan;
        for other in before.add_ons.iter().copied().filter(|held| settled && others(held)) {
            lose(&mut after, other, reason, notes);
        }
    }
    if let Some(site) = &granted.phone_site {
        notes.change("phone_site", after.phone_site.clone(), site.clone(), reason(CategoryName::PhoneSite));
        after.phone_site.clone_from(site);
    }
    let unfit: Vec<AddOn> = after.add_ons.iter().copied().filter(|held| !held.goes_with(license)).collect();
    for add_on in unfit {
        lose(&mut after, add_on, &format!("{add_on} does not go with {license}"), notes);
    }
    after
}

fn gain(
    after: &mut Holdings,
    add_on: AddOn,
    (license, seats): (License, &Inventory),
    reason: &str,
    notes: &mut Notes,
) {
    if after.add_ons.contains(&add_on) {
        return;
    }
    let check = format!("admission.addon.{}", add_on.as_str());
    let expected = format!("a seat for {add_on}");
    if !add_on.goes_with(license) {
        notes.warn(&check, expected, format!("it does not go with {license}: left out"));
    } else if !seats.has_seat(add_on) {
        notes.warn(&check, expected, "no seat is left: left out");
    } else {
        notes.passed(&check, expected, "a seat is left");
        notes.change(&field(add_on), None, Some("granted".to_owned()), reason);
        after.add_ons.insert(add_on);
    }
}

fn lose(after: &mut Holdings, add_on: AddOn, reason: &str, notes: &mut Notes) {
    if after.add_ons.remove(&add_on) {
        notes.change(&field(add_on), Some("granted".to_owned()), None, reason);
    }
}

fn field(add_on: AddOn) -> String {
    format!("addon.{}", add_on.as_str())
}

/// The seats that a user holds.
pub(super) fn products(user: Option<&User>) -> BTreeSet<Product> {
    user.map(|user| wanted(user.license, &user.holdings)).unwrap_or_default()
}

/// The seats that somebody with these needs.
pub(super) fn wanted(license: Option<License>, holdings: &Holdings) -> BTreeSet<Product> {
    let add_ons = holdings.add_ons.iter().copied().map(Product::from);
    license.map(Product::from).into_iter().chain(add_ons).collect()
}
