//! Whose sign-in it is: by the Employee Unique ID where one is mapped and was sent, else by the address; and whether this
//! person may come in at all.

use super::{Arrival, Facts, Notes, Place, Rules, Standing, route};
use crate::code::Code;
use crate::connection::Provision;
use crate::email::Email;
use crate::mapping::Identity;
use crate::trace::Step;
use crate::user::{Logins, Status, User};
use jiff::SignedDuration;

/// Whose sign-in it is, and what of the record is settled by that.
pub(super) struct Matched<'a> {
    pub(super) user: Option<&'a User>,
    pub(super) arrival: Arrival,
    pub(super) email: Email,
    pub(super) employee_id: Option<String>,
    pub(super) status: Status,
    pub(super) logins: Logins,
}

const USER: &str = "admission.user";
const SOMEBODY: &str = "a user of this account, or nobody";
const EMPLOYEE_ID: &str = "admission.employee_id";

/// How long an address that was changed by the Employee Unique ID stays.
const BETWEEN_CHANGES: SignedDuration = SignedDuration::from_hours(24);

/// Finds out whose sign-in it is.
pub(super) fn matched<'a>(
    rules: Rules<'_>,
    identity: &Identity,
    facts: Facts<'a>,
    notes: &mut Notes,
) -> Result<Matched<'a>, Code> {
    route::leave(facts.place, notes)?;
    let matched = identified(rules, identity, facts, notes)?;
    if let Some(user) = matched.user {
        route::spare_owner(facts.place, user, notes)?;
    }
    Ok(matched)
}

fn identified<'a>(
    rules: Rules<'_>,
    identity: &Identity,
    facts: Facts<'a>,
    notes: &mut Notes,
) -> Result<Matched<'a>, Code> {
    if let (Some(id), Some(user)) = (&identity.employee_id, facts.by_employee_id) {
        let email = address_of_known(user, identity, facts, notes)?;
        // The domain that was asked about is the asserted one; it vouches for no other address.
        let is_asserted = identity.email.as_ref().is_some_and(|asserted| asserted.folded() == email.folded());
        let domain_associated = facts.domain_associated && is_asserted;
        return known(rules, user, (email, Some(id.clone())), domain_associated, notes);
    }
    let Some(email) = identity.email.clone() else {
        if identity.employee_id.is_none() {
            // Reading the identity left the step that failed.
            return Err(Code::NoEmail);
        }
        return notes.refuse(Code::NoEmail, USER, "an e-mail address", "none was sent");
    };
    match facts.by_email {
        Standing::Elsewhere => notes.refuse(Code::NotHere, USER, SOMEBODY, "a user of another account"),
        Standing::Here(user) => {
            let employee_id = link(facts.place, user, identity, notes)?;
            let settled = (user.email.clone(), employee_id);
            known(rules, user, settled, facts.domain_associated, notes)
        }
        Standing::Nobody => new(rules, email, identity.employee_id.clone(), facts.domain_associated, notes),
    }
}

/// The address of a user who is known by the Employee Unique ID: the asserted one, if it may become theirs.
fn address_of_known(
    user: &User,
    identity: &Identity,
    facts: Facts<'_>,
    notes: &mut Notes,
) -> Result<Email, Code> {
    notes.passed(EMPLOYEE_ID, "the user with this Employee Unique ID", format!("{}", user.email));
    let Some(email) = &identity.email else {
        notes.warn(USER, "an e-mail address", "none was sent: the Employee Unique ID decides");
        return Ok(user.email.clone());
    };
    if email.folded() == user.email.folded() {
        return Ok(user.email.clone());
    }
    const CHECK: &str = "admission.email_change";
    let expected = "an address that is free";
    match facts.by_email {
        Standing::Here(_) => {
            let found = format!("{email} belongs to another user here");
            return notes.refuse(Code::EmailTaken, CHECK, expected, found);
        }
        Standing::Elsewhere => {
            let found = format!("{email} belongs to a user of another account");
            return notes.refuse(Code::NotHere, CHECK, expected, found);
        }
        Standing::Nobody => {}
    }
    let recently = user.email_changed_at.is_some_and(|at| facts.now.duration_since(at) < BETWEEN_CHANGES);
    let hindrance = if !facts.domain_associated {
        Some("its domain is not associated with this account")
    } else if user.role.administers() {
        Some("the address of an owner or administrator does not change this way")
    } else if recently {
        Some("the address changed within the last 24 hours")
    } else {
        None
    };
    if let Some(hindrance) = hindrance {
        let found = format!("{email} was sent, but {hindrance}: {} stays", user.email);
        notes.warn(CHECK, "the address of the user", found);
        return Ok(user.email.clone());
    }
    notes.passed(CHECK, expected, format!("{} becomes {email}", user.email));
    let (before, after) = (user.email.to_string(), email.to_string());
    notes.change("email", Some(before), Some(after), "Employee Unique ID: a known person has a new address");
    Ok(email.clone())
}

/// The Employee Unique ID of a user who is known by the address: linked at the first sign-in that brings one.
fn link(
    place: Place<'_>,
    user: &User,
    identity: &Identity,
    notes: &mut Notes,
) -> Result<Option<String>, Code> {
    let Some(id) = &identity.employee_id else { return Ok(user.employee_id.clone()) };
    let expected = "the user's Employee Unique ID, or a user who has none";
    if let Some(other) = &user.employee_id {
        let other = match place {
            Place::Own => other,
            // Which one is no business of the account above, whose log this is written to.
            Place::SubAccount { .. } => "another one",
        };
        let found = format!("{} has {other}, and {id} was sent", user.email);
        return notes.refuse(Code::EmailTaken, EMPLOYEE_ID, expected, found);
    }
    notes.passed(EMPLOYEE_ID, expected, format!("{id} is linked to {}", user.email));
    notes.change("employee_id", None, Some(id.clone()), "Employee Unique ID: linked by the address");
    Ok(Some(id.clone()))
}

fn known<'a>(
    rules: Rules<'_>,
    user: &'a User,
    (email, employee_id): (Email, Option<String>),
    domain_associated: bool,
    notes: &mut Notes,
) -> Result<Matched<'a>, Code> {
    const CHECK: &str = "admission.status";
    notes.passed(USER, SOMEBODY, "a user of this account");
    let arrival = match user.status {
        Status::Active => {
            notes.passed(CHECK, "active", "active");
            Arrival::Known
        }
        Status::Inactive => return notes.refuse(Code::Inactive, CHECK, "active", "inactive"),
        Status::Pending if domain_associated => {
            notes.passed(CHECK, "active", "pending, and the domain is an associated one by now");
            let rule = "approved: the domain is an associated one";
            let before = Some(user.status.as_str().to_owned());
            notes.change("status", before, Some(Status::Active.as_str().to_owned()), rule);
            Arrival::Approved
        }
        Status::Pending => {
            let found = "pending: the mailbox has not confirmed the address";
            return notes.refuse(Code::Unverified, CHECK, "active", found);
        }
    };
    gain_sso(rules.provision, user, notes)?;
    let logins = Logins { sso: true, ..user.logins };
    Ok(Matched { user: Some(user), arrival, email, employee_id, status: Status::Active, logins })
}

/// The SSO login type: there already, added by this sign-in, or a reason to refuse.
fn gain_sso(provision: Provision, user: &User, notes: &mut Notes) -> Result<(), Code> {
    const CHECK: &str = "admission.login_type";
    let has = user.logins.words().join(", ");
    if user.logins.sso {
        notes.passed(CHECK, "the SSO login type", has);
        return Ok(());
    }
    let mode = format!("{has}; Provision users is {}", provision.as_str());
    match provision {
        Provision::PriorToSignIn => {
            notes.refuse(Code::NotSsoUser, CHECK, "the SSO login type, given before", mode)
        }
        Provision::AtSignIn | Provision::LinkAtSignIn => {
            notes.passed(CHECK, "the SSO login type", format!("{mode}: added"));
            let after = Logins { sso: true, ..user.logins }.words().join(", ");
            let rule = format!("Provision users: {}", provision.as_str());
            notes.change("login_types", Some(has), Some(after), &rule);
            Ok(())
        }
    }
}

fn new<'a>(
    rules: Rules<'_>,
    email: Email,
    employee_id: Option<String>,
    domain_associated: bool,
    notes: &mut Notes,
) -> Result<Matched<'a>, Code> {
    const CHECK: &str = "admission.provision";
    notes.passed(USER, SOMEBODY, "nobody");
    let (mode, expected) = (rules.provision.as_str(), "a known user, or Provision users at_sign_in");
    if rules.provision != Provision::AtSignIn {
        return notes.refuse(Code::UnknownUser, CHECK, expected, mode);
    }
    notes.passed(CHECK, expected, mode);
    let expected = "an associated domain, or a mailbox that confirms the address";
    let status = if domain_associated {
        notes.passed("admission.domain", expected, "an associated domain");
        Status::Active
    } else {
        let found = "another domain: a verification mail was sent, the user is pending";
        notes.trace.push(Step::failed("admission.domain", expected, found));
        Status::Pending
    };
    let rule = "created at sign-in";
    notes.change("status", None, Some(status.as_str().to_owned()), rule);
    notes.change("login_types", None, Some("sso".to_owned()), rule);
    notes.change("employee_id", None, employee_id.clone(), rule);
    Ok(Matched { user: None, arrival: Arrival::Created, email, employee_id, status, logins: Logins::SSO })
}
