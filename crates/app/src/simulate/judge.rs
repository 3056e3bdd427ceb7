//! What one side makes of somebody's latest response: the same questions as at a sign-in, in the same order.

use super::compare::Verdict;
use super::found::{Going, Latest, Meant};
use super::sides::Side;
use crate::sign_in::Person;
use jiff::Timestamp;
use std::collections::BTreeSet;
use vestibule_model::admission::domain::{Hold, Whose, gate};
use vestibule_model::admission::{self, Facts, Outcome, Place};
use vestibule_model::code::Code;

/// Somebody, as one side sees them.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    pub(super) latest: &'a Latest,
    pub(super) meant: &'a Meant,
    pub(super) person: &'a Person,
    pub(super) kept_elsewhere: &'a BTreeSet<String>,
    pub(super) going: &'a Going,
}

impl Whom<'_> {
    /// Whether the connection may speak for the addresses, and whether anybody comes in by their domains.
    fn may_come(&self, side: &Side) -> Result<(), Verdict> {
        let refused = |code, reason| Err(Verdict::Refused { code, reason: Some(reason) });
        let Self { latest, meant, person, .. } = self;
        let addresses = || person.addresses(&meant.identity);
        if let Some(email) = addresses().find(|email| !side.vouches(latest.connection, email.domain())) {
            let reason = format!("the connection does not speak for addresses of {}", email.domain());
            return refused(Code::NotHere, reason);
        }
        for email in addresses() {
            let whose = Whose::of(side.hold(email.domain()), self.kept_elsewhere.contains(email.folded()));
            if let Err((code, step)) = gate(email, whose, person.user().is_some()) {
                return refused(code, step.found.to_string());
            }
        }
        Ok(())
    }
}

/// What one side makes of a response, and of the seats.
pub(super) fn judge(side: &mut Side, whom: Whom<'_>, chance: (Timestamp, [u8; 32])) -> Verdict {
    let Whom { latest, meant, person, going, .. } = whom;
    let Some(rules) = side.rules(latest.connection) else { return Verdict::NotInUse };
    if let Err(refused) = whom.may_come(side) {
        return refused;
    }
    let asserted = meant.identity.email.as_ref();
    let associated = asserted.is_some_and(|email| side.hold(email.domain()) == Hold::Associated);
    let decision = match going {
        Going::Nowhere => {
            let is_last_way_in = person.user().is_some_and(|user| side.is_last_way_in(user));
            let facts = person.facts(&side.seats, chance);
            let facts = Facts { domain_associated: associated, is_last_way_in, ..facts };
            admission::decide(rules, &meant.identity, facts, &latest.asserted)
        }
        Going::Refused(code, reason) => {
            return Verdict::Refused { code: *code, reason: Some(reason.clone()) };
        }
        Going::To(label, reason, there) => {
            let Some(beneath) = side.below.get(label) else { return Verdict::NotInUse };
            if let Some(step) = beneath.below.hindrance(&meant.identity, there) {
                return Verdict::Refused { code: Code::NotHere, reason: Some(step.found.to_string()) };
            }
            let place = Place::SubAccount { label, reason: reason.as_str(), above: person.user() };
            let own = asserted.is_some_and(|email| beneath.domains.contains(email.domain()));
            let facts =
                Facts { place, domain_associated: associated || own, ..there.facts(&beneath.seats, chance) };
            admission::decide(beneath.below.rules(rules), &meant.identity, facts, &latest.asserted)
        }
    };
    match decision.outcome {
        Outcome::Refuse(code) => {
            let failed = decision.trace.iter().chain(&meant.trace).rev().find(|step| !step.ok);
            Verdict::Refused { code, reason: failed.map(|step| step.found.to_string()) }
        }
        Outcome::Admit(after) => {
            if let Some(user) = person.user().filter(|_| !after.role.administers()) {
                side.demote(user);
            }
            side.settle(after.sub_account.as_ref(), &after.take, &after.free);
            Verdict::Admitted { after, changes: decision.changes }
        }
    }
}
