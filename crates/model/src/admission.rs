//! Admission: may the asserted person come in, and as whom (behaviour.md section 3).
//!
//! [`decide`] is asked after the response was verified and its request and assertion ID were burned. It sees what the
//! store knows of the person, and answers with what to write; nothing else decides about people who sign in.

use crate::code::Code;
use crate::connection::Provision;
use crate::license::{Inventory, License};
use crate::mapping::{self, Asserted, Mapping};
use crate::trace::{Change, Step};
use crate::user::{Logins, Profile, Role, Status, User};

/// What the account's administrators configured.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Who may be created, or given the SSO login type.
    pub provision: Provision,
    /// Where fields come from, and the default license.
    pub mapping: &'a Mapping,
    /// The license type for new users when no seat of the default one is left.
    pub fallback_license: Option<License>,
}

/// What is known of the asserted address.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// A user of this account.
    Here(&'a User),
    /// A user of this account whose mailbox has not confirmed the address yet.
    Pending {
        /// The user.
        user: &'a User,
        /// Whether the domain is associated with this account by now.
        domain_associated: bool,
        /// The account's seats.
        seats: &'a Inventory,
    },
    /// A user of another account; nothing more may be learned about them here.
    Elsewhere,
    /// Nobody has it.
    Nobody {
        /// Whether its domain is associated with this account.
        domain_associated: bool,
        /// The account's seats.
        seats: &'a Inventory,
    },
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
    /// Let the known user in, with these login types and this profile.
    Admit {
        /// Login types after this sign-in.
        logins: Logins,
        /// Profile after this sign-in.
        profile: Profile,
    },
    /// Let the pending user in: the domain became the account's, so no mailbox need confirm the address.
    Approve {
        /// The license type that takes a seat now.
        license: License,
        /// Login types after this sign-in.
        logins: Logins,
        /// Profile after this sign-in.
        profile: Profile,
    },
    /// Create the user. Pending: no session before the mailbox confirms the address (1022).
    Create {
        /// Active in an associated domain, else pending.
        status: Status,
        /// The license type that takes a seat now; none while pending.
        license: Option<License>,
        /// What mapping made of the asserted attributes.
        profile: Profile,
    },
}

/// Decides about the person that a verified response asserts.
#[must_use]
pub fn decide(rules: Rules<'_>, known: Known<'_>, asserted: &Asserted) -> Decision {
    match known {
        Known::Here(user) => decide_known(rules, user, asserted),
        Known::Pending { user, domain_associated, seats } => {
            decide_pending(rules, user, domain_associated, seats, asserted)
        }
        Known::Elsewhere => {
            let step = Step::failed(
                "admission.user",
                "a user of this account, or nobody",
                "a user of another account",
            );
            refused(Code::NotHere, vec![step])
        }
        Known::Nobody { domain_associated, seats } => decide_new(rules, domain_associated, seats, asserted),
    }
}

fn refused(code: Code, trace: Vec<Step>) -> Decision {
    Decision { outcome: Outcome::Refuse(code), trace, changes: Vec::new() }
}

fn decide_known(rules: Rules<'_>, user: &User, asserted: &Asserted) -> Decision {
    let mut trace =
        vec![Step::passed("admission.user", "a user of this account, or nobody", "a user of this account")];
    match user.status {
        Status::Active => trace.push(Step::passed("admission.status", "active", "active")),
        Status::Inactive => {
            trace.push(Step::failed("admission.status", "active", "inactive"));
            return refused(Code::Inactive, trace);
        }
        Status::Pending => {
            trace.push(Step::failed(
                "admission.status",
                "active",
                "pending: the mailbox has not confirmed the address",
            ));
            return refused(Code::Unverified, trace);
        }
    }
    let mut changes = Vec::new();
    if let Err(step) = gain_sso(rules.provision, user, &mut trace, &mut changes) {
        trace.push(step);
        return refused(Code::NotSsoUser, trace);
    }
    let Some(license) = user.license else {
        trace.push(Step::failed("admission.license", "a license type", "none"));
        return refused(Code::NoLicense, trace);
    };
    trace.push(Step::passed("admission.license", "a license type", license.to_string()));
    let mapped = mapping::apply(rules.mapping, asserted, &user.profile, false);
    trace.extend(mapped.trace);
    changes.extend(mapped.changes);
    let logins = Logins { sso: true, ..user.logins };
    Decision { outcome: Outcome::Admit { logins, profile: mapped.profile }, trace, changes }
}

fn decide_pending(
    rules: Rules<'_>,
    user: &User,
    domain_associated: bool,
    seats: &Inventory,
    asserted: &Asserted,
) -> Decision {
    if !domain_associated {
        return decide_known(rules, user, asserted);
    }
    let mut trace = vec![
        Step::passed("admission.user", "a user of this account, or nobody", "a user of this account"),
        Step::passed("admission.status", "active", "pending, and the domain is an associated one by now"),
    ];
    let before = user.status.as_str().to_owned();
    let mut changes = vec![approved("status", Some(before), Status::Active.as_str())];
    if let Err(step) = gain_sso(rules.provision, user, &mut trace, &mut changes) {
        trace.push(step);
        return refused(Code::NotSsoUser, trace);
    }
    let license = match choose_license(rules, seats, &mut trace) {
        Ok(license) => license,
        Err(code) => return refused(code, trace),
    };
    changes.push(approved("license", None, license.as_str()));
    let mapped = mapping::apply(rules.mapping, asserted, &user.profile, false);
    trace.extend(mapped.trace);
    changes.extend(mapped.changes);
    let logins = Logins { sso: true, ..user.logins };
    Decision { outcome: Outcome::Approve { license, logins, profile: mapped.profile }, trace, changes }
}

fn approved(field: &str, before: Option<String>, after: &str) -> Change {
    let rule = "approved: the domain is an associated one".to_owned();
    Change { field: field.to_owned(), before, after: Some(after.to_owned()), rule }
}

/// The SSO login type: there already, added by this sign-in, or a reason to refuse.
fn gain_sso(
    provision: Provision,
    user: &User,
    trace: &mut Vec<Step>,
    changes: &mut Vec<Change>,
) -> Result<(), Step> {
    const CHECK: &str = "admission.login_type";
    let has = user.logins.words().join(", ");
    if user.logins.sso {
        trace.push(Step::passed(CHECK, "the SSO login type", has));
        return Ok(());
    }
    let mode = format!("{has}; Provision users is {}", provision.as_str());
    match provision {
        Provision::PriorToSignIn => Err(Step::failed(CHECK, "the SSO login type, given before", mode)),
        Provision::AtSignIn | Provision::LinkAtSignIn => {
            trace.push(Step::passed(CHECK, "the SSO login type", format!("{mode}: added")));
            let after = Logins { sso: true, ..user.logins }.words().join(", ");
            let rule = format!("Provision users: {}", provision.as_str());
            changes.push(Change {
                field: "login_types".to_owned(),
                before: Some(has),
                after: Some(after),
                rule,
            });
            Ok(())
        }
    }
}

fn decide_new(rules: Rules<'_>, domain_associated: bool, seats: &Inventory, asserted: &Asserted) -> Decision {
    let mut trace = vec![Step::passed("admission.user", "a user of this account, or nobody", "nobody")];
    let mode = rules.provision.as_str();
    if rules.provision != Provision::AtSignIn {
        trace.push(Step::failed("admission.provision", "a known user, or Provision users at_sign_in", mode));
        return refused(Code::UnknownUser, trace);
    }
    trace.push(Step::passed("admission.provision", "a known user, or Provision users at_sign_in", mode));
    let license = match choose_license(rules, seats, &mut trace) {
        Ok(license) => license,
        Err(code) => return refused(code, trace),
    };
    let expected = "an associated domain, or a mailbox that confirms the address";
    let (status, license) = if domain_associated {
        trace.push(Step::passed("admission.domain", expected, "an associated domain"));
        (Status::Active, Some(license))
    } else {
        trace.push(Step::failed(
            "admission.domain",
            expected,
            "another domain: a verification mail was sent, the user is pending",
        ));
        (Status::Pending, None)
    };
    let mapped = mapping::apply(rules.mapping, asserted, &Profile::default(), true);
    trace.extend(mapped.trace);
    let mut changes = created(status, license);
    changes.extend(mapped.changes);
    Decision { outcome: Outcome::Create { status, license, profile: mapped.profile }, trace, changes }
}

fn choose_license(rules: Rules<'_>, seats: &Inventory, trace: &mut Vec<Step>) -> Result<License, Code> {
    const CHECK: &str = "admission.license";
    let Some(default) = rules.mapping.default_license else {
        trace.push(Step::failed(CHECK, "a default license type", "None"));
        return Err(Code::NoLicense);
    };
    let wanted = format!("a seat for {default}");
    if seats.has_seat(default) {
        trace.push(Step::passed(CHECK, wanted, "a seat is left"));
        return Ok(default);
    }
    match rules.fallback_license.filter(|fallback| seats.has_seat(*fallback)) {
        Some(fallback) => {
            trace.push(Step::passed(CHECK, wanted, format!("no seat is left: the fallback, {fallback}")));
            Ok(fallback)
        }
        None => {
            trace.push(Step::failed(CHECK, wanted, "no seat is left"));
            Err(Code::NoSeat)
        }
    }
}

fn created(status: Status, license: Option<License>) -> Vec<Change> {
    let set = |field: &str, after: String| Change {
        field: field.to_owned(),
        before: None,
        after: Some(after),
        rule: "created at sign-in".to_owned(),
    };
    let mut changes = vec![set("status", status.as_str().to_owned()), set("login_types", "sso".to_owned())];
    changes.push(set("role", Role::Member.as_str().to_owned()));
    changes.extend(license.map(|license| set("license", license.as_str().to_owned())));
    changes
}

#[cfg(test)]
mod tests;
