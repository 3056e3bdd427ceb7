//! Whom a response is about, as the store knows them: all that both sides need to know of somebody, read once.

use crate::sign_in::{Person, keeps_newcomers, look_up, no_sub_account};
use jiff::Timestamp;
use std::collections::BTreeSet;
use vestibule_model::account::Label;
use vestibule_model::admission::{self, Destination};
use vestibule_model::code::Code;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_model::license::Inventory;
use vestibule_model::mapping::{Asserted, Identity, Mapping};
use vestibule_model::response_log::Entry;
use vestibule_model::trace::{Step, Text};
use vestibule_store::{self as store, Tx, sub_accounts};

/// Somebody's latest response.
pub(super) struct Latest {
    pub(super) entry: Entry,
    pub(super) connection: ConnectionId,
    pub(super) asserted: Asserted,
    /// Who is meant by what is in force, and by what is wanted.
    pub(super) meant: (Meant, Meant),
}

/// Who is meant, and what was looked at.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Meant {
    pub(super) identity: Identity,
    pub(super) trace: Vec<Step>,
}

/// Somebody who is meant, as the store knows them.
pub(super) struct Found {
    pub(super) person: Person,
    /// Who is meant by what is wanted, if it is somebody else.
    pub(super) other: Option<Person>,
    /// The addresses, folded, by whose domains nobody new comes in: another account manages them.
    pub(super) kept_elsewhere: BTreeSet<String>,
    /// Where each side sends them.
    pub(super) going: (Going, Going),
}

impl Found {
    /// Reads it. Memberships are read if the mapping in `eyes` looks at them; where somebody is sent, if there are `rules` of both
    /// sides that may send anybody.
    pub(super) async fn read(
        tx: &Tx<'_>,
        account: AccountId,
        (eyes, rules): (&Mapping, Option<&(Mapping, Mapping)>),
        Latest { meant: (before, after), asserted, .. }: &Latest,
        chance: (Timestamp, [u8; 32]),
    ) -> Result<Self, store::Error> {
        let person = Person::find(tx, account, eyes, &before.identity).await?;
        let other = match after.identity == before.identity {
            true => None,
            false => Some(Person::find(tx, account, eyes, &after.identity).await?),
        };
        let wanted = other.as_ref().unwrap_or(&person);
        let by_each = [(&before.identity, &person), (&after.identity, wanted)];
        let kept_elsewhere = kept_elsewhere(tx, by_each).await?;
        let going = Going::of_both(tx, rules, (by_each, asserted), chance).await?;
        Ok(Self { person, other, kept_elsewhere, going })
    }
}

/// The addresses of somebody new, folded, whose domains another account manages.
async fn kept_elsewhere(
    tx: &Tx<'_>,
    by_each: [(&Identity, &Person); 2],
) -> Result<BTreeSet<String>, store::Error> {
    let mut kept = BTreeSet::new();
    let new = by_each.into_iter().filter(|(_, person)| person.user().is_none());
    let addresses: BTreeSet<&Email> = new.flat_map(|(identity, person)| person.addresses(identity)).collect();
    for email in addresses {
        if keeps_newcomers(tx, email).await? {
            kept.insert(email.folded().to_owned());
        }
    }
    Ok(kept)
}

/// Where a sign-in is decided, and who the person is there.
pub(super) enum Going {
    /// In the account itself.
    Nowhere,
    /// In the sub-account with this label, by this rule.
    To(Label, Text, Box<Person>),
    /// Nowhere: the rule is too much work, or names no sub-account.
    Refused(Code, String),
}

impl Going {
    /// Finds out where each side sends somebody; nowhere, unless either side sends anybody anywhere.
    async fn of_both(
        tx: &Tx<'_>,
        rules: Option<&(Mapping, Mapping)>,
        (by_each, asserted): ([(&Identity, &Person); 2], &Asserted),
        chance: (Timestamp, [u8; 32]),
    ) -> Result<(Self, Self), store::Error> {
        let Some((before, after)) = rules else { return Ok((Self::Nowhere, Self::Nowhere)) };
        let [(was, person), (is, wanted)] = by_each;
        let first = Self::find(tx, before, (was, person, asserted), chance).await?;
        Ok((first, Self::find(tx, after, (is, wanted, asserted), chance).await?))
    }

    /// Finds out where a mapping sends somebody.
    async fn find(
        tx: &Tx<'_>,
        mapping: &Mapping,
        (identity, person, asserted): (&Identity, &Person, &Asserted),
        chance: (Timestamp, [u8; 32]),
    ) -> Result<Self, store::Error> {
        if !mapping.routes() {
            return Ok(Self::Nowhere);
        }
        let unseen = Inventory::default();
        let routing = admission::route(mapping, identity, person.facts(&unseen, chance), asserted);
        let failed = |step: Option<&Step>| step.map(|step| step.found.to_string()).unwrap_or_default();
        Ok(match routing.to {
            Destination::Own => Self::Nowhere,
            Destination::Refused(code) => Self::Refused(code, failed(routing.trace.last())),
            Destination::SubAccount(label, reason) => match sub_accounts::by_label(tx, &label).await? {
                Some(inside) => Self::To(label, reason, Box::new(look_up(tx, &inside, identity).await?)),
                None => Self::Refused(Code::NotHere, failed(Some(&no_sub_account(&label)))),
            },
        })
    }

    /// The person in the sub-account.
    pub(super) fn person(&self) -> Option<&Person> {
        match self {
            Self::To(_, _, person) => Some(person),
            Self::Nowhere | Self::Refused(..) => None,
        }
    }
}
