//! Sub-accounts: a response that arrived at the account above may be decided in the sub-account to which its mapping sends
//! the person. What is read there for that is read here, for a sign-in, a test of one, and a simulation alike.
//!
//! Where people are sent is decided in `model::admission::route`; how the browser gets there is in `hand_over`.

use super::asked::vouches;
use super::finish::Retry;
use super::person::Person;
use super::record::Decided;
use crate::configuration::Configuration;
use crate::error::Error;
use jiff::Timestamp;
use std::collections::BTreeSet;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::admission::{self, Destination, Facts, Place, Rules, SUB_ACCOUNT};
use vestibule_model::code::Code;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::license::{Inventory, License};
use vestibule_model::mapping::{Asserted, Identity, Mapping};
use vestibule_model::trace::{Step, Text};
use vestibule_model::user::User;
use vestibule_store::sub_accounts::{self, SubAccount};
use vestibule_store::{self as store, Tx};

/// A sub-account, as far as sign-ins from above are concerned.
#[derive(Debug, Clone)]
pub(crate) struct Below {
    pub(crate) account: Account,
    /// Its license type when no seat of the wanted one is left.
    fallback_license: Option<License>,
    /// The domains for which it has a connection of its own.
    spoken_for: BTreeSet<Domain>,
}

impl Below {
    /// Reads it.
    pub(crate) async fn read(inside: &SubAccount<'_>) -> Result<Self, Error> {
        let configuration = store::accounts::configuration(&inside.tx).await?;
        let connections = store::connections::list(&inside.tx).await?;
        let in_use = connections.into_iter().filter_map(|connection| connection.published);
        let in_use = in_use.map(|version| version.settings).filter(|settings| settings.enabled);
        Ok(Self {
            account: inside.account.clone(),
            fallback_license: Configuration::from_stored(configuration.as_deref())?.fallback_license,
            spoken_for: in_use.flat_map(|settings| settings.reach.email_domains).collect(),
        })
    }

    /// The rules of the account above, with what the sub-account says about its seats.
    pub(crate) fn rules<'a>(&self, rules: Rules<'a>) -> Rules<'a> {
        Rules { fallback_license: self.fallback_license, ..rules }
    }

    /// Says why nobody, or not this person, comes in from above: the sub-account has no address yet, or a connection of
    /// its own speaks for the person's.
    pub(crate) fn hindrance(&self, identity: &Identity, person: &Person) -> Option<Step> {
        let label = &self.account.label;
        if self.account.state != VanityState::Approved {
            let found = format!("that of {label} is not approved yet");
            return Some(Step::failed(SUB_ACCOUNT, "an approved vanity URL", found));
        }
        let known = person.by_employee_id().map(|user| &user.email);
        let named = |email: &&Email| !vouches(&BTreeSet::new(), self.spoken_for.iter(), email.domain());
        let email = identity.email.iter().chain(known).find(named)?;
        let expected = format!("no domain of a connection of {label}");
        Some(Step::failed("email_domains", expected, email.domain().as_str()))
    }
}

/// A person in the sub-account to which the mapping sends them.
pub(super) struct Routed {
    below: Below,
    /// The rule, in words.
    reason: Text,
    /// As the sub-account knows them. Groups there mean nothing to the mapping, so none are read.
    pub(super) person: Person,
    /// Who they are in the account above.
    above: Option<User>,
}

impl Routed {
    pub(super) fn new(below: Below, reason: Text, person: Person, above: &Person) -> Self {
        Self { below, reason, person, above: above.user().cloned() }
    }

    /// The rules of the account above, with what the sub-account says about its seats.
    pub(super) fn rules<'a>(&self, rules: Rules<'a>) -> Rules<'a> {
        self.below.rules(rules)
    }

    /// What is known of the person, in the words of the rules.
    pub(super) fn facts<'a>(&'a self, seats: &'a Inventory, chance: (Timestamp, [u8; 32])) -> Facts<'a> {
        let place = Place::SubAccount {
            label: &self.below.account.label,
            reason: self.reason.as_str(),
            above: self.above.as_ref(),
        };
        Facts { place, ..self.person.facts(seats, chance) }
    }
}

/// Looks up a person in a sub-account. The domains of both accounts make an address one of the family.
pub(crate) async fn look_up(
    tx: &Tx<'_>,
    inside: &SubAccount<'_>,
    identity: &Identity,
) -> Result<Person, store::Error> {
    let mut person = Person::find(&inside.tx, inside.account.id, &Mapping::default(), identity).await?;
    if let Some(email) = &identity.email {
        person.also_associated(tx, email.domain()).await?;
    }
    Ok(person)
}

/// The sub-account in which a sign-in is decided, with the transaction in it; `None` where it stays in the account.
pub(super) async fn route<'t>(
    tx: &'t Tx<'_>,
    mapping: &Mapping,
    (identity, person, asserted): (&Identity, &Person, &Asserted),
    chance: (Timestamp, [u8; 32]),
    notes: &mut Decided,
) -> Result<Result<Option<(Routed, SubAccount<'t>)>, Code>, Retry> {
    if !mapping.routes() {
        return Ok(Ok(None));
    }
    let unseen = Inventory::default();
    let routing = admission::route(mapping, identity, person.facts(&unseen, chance), asserted);
    notes.trace.extend(routing.trace);
    let (label, reason) = match routing.to {
        Destination::Own => return Ok(Ok(None)),
        Destination::Refused(code) => return Ok(Err(code)),
        Destination::SubAccount(label, reason) => (label, reason),
    };
    let Some(inside) = sub_accounts::by_label(tx, &label).await? else {
        return Ok(Err(missing(&label, notes)));
    };
    let below = Below::read(&inside).await.map_err(Retry::Failed)?;
    let there = look_up(tx, &inside, identity).await?;
    if let Some(step) = below.hindrance(identity, &there) {
        notes.trace.push(step);
        return Ok(Err(Code::NotHere));
    }
    Ok(Ok(Some((Routed::new(below, reason, there, person), inside))))
}

fn missing(label: &Label, notes: &mut Decided) -> Code {
    notes.trace.push(no_sub_account(label));
    Code::NotHere
}

/// The step that says that the mapping names no sub-account.
pub(crate) fn no_sub_account(label: &Label) -> Step {
    Step::failed(SUB_ACCOUNT, "a sub-account of this account", format!("{label} is none"))
}
