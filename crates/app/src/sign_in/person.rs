//! Whom a verified response may be about, as far as the store knows: read for a sign-in, a test of one, and a simulation alike.

use crate::links;
use jiff::Timestamp;
use vestibule_model::admission::{Facts, Place, Standing, demotes};
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::group::Membership;
use vestibule_model::id::AccountId;
use vestibule_model::license::{Inventory, License};
use vestibule_model::mapping::{Asserted, Identity, Mapping};
use vestibule_model::user::{Status, User};
use vestibule_store::{self as store, Tx};

/// What is known of whom a response names.
#[derive(Default)]
pub(crate) struct Person {
    by_email: Found,
    by_employee_id: Option<User>,
    domain_associated: bool,
    memberships: Vec<Membership>,
    is_last_way_in: bool,
    promised: Option<License>,
}

/// Whose an address is.
#[derive(Default)]
enum Found {
    /// A user of this account.
    Here(Box<User>),
    /// A user of another account.
    Elsewhere,
    /// Nobody's.
    #[default]
    Nobody,
}

impl Person {
    /// Looks up whom a response names.
    pub(crate) async fn find(
        tx: &Tx<'_>,
        account: AccountId,
        mapping: &Mapping,
        identity: &Identity,
    ) -> Result<Self, store::Error> {
        let mut person = Self::default();
        if let Some(id) = &identity.employee_id {
            person.by_employee_id = store::users::by_employee_id(tx, id).await?;
        }
        if let Some(email) = &identity.email {
            let known = person.by_employee_id.as_ref().filter(|user| user.email.folded() == email.folded());
            person.by_email = match (known, store::users::owner_of(tx, email.folded()).await?) {
                (Some(user), _) => Found::Here(Box::new(user.clone())),
                (None, Some((owner, id))) if owner == account => {
                    Found::Here(Box::new(store::users::by_id(tx, id).await?.ok_or(store::Error::Stale)?))
                }
                (None, Some(_)) => Found::Elsewhere,
                (None, None) => Found::Nobody,
            };
            person.also_associated(tx, email.domain()).await?;
        }
        // Between the two look-ups another sign-in may have made the user.
        if let (None, Found::Here(user)) = (&person.by_employee_id, &person.by_email)
            && user.employee_id.is_some()
            && user.employee_id == identity.employee_id
        {
            person.by_employee_id = Some(user.as_ref().clone());
        }
        if let Some(user) = person.user().filter(|user| user.status == Status::Pending) {
            person.promised = links::promised(tx, user.id).await?;
        }
        if let Some(user) = person.user().filter(|_| mapping.looks_at_groups()) {
            person.memberships = store::groups::of_user(tx, user.id).await?;
        }
        Ok(person)
    }

    /// Asks whether this account makes the domain an associated one, unless it is one already or nothing hangs on it.
    pub(crate) async fn also_associated(&mut self, tx: &Tx<'_>, domain: &Domain) -> Result<(), store::Error> {
        let matters = match &self.by_email {
            Found::Here(user) => user.status == Status::Pending,
            Found::Elsewhere => false,
            Found::Nobody => true,
        };
        if matters && !self.domain_associated {
            self.domain_associated = store::domains::is_associated(tx, domain).await?;
        }
        Ok(())
    }

    /// Whether the decision may take or free a seat.
    pub(super) fn may_take_a_seat(&self, mapping: &Mapping) -> bool {
        mapping.looks_at_seats()
            || self.user().is_none_or(|user| user.license.is_none() || user.status == Status::Pending)
    }

    /// The administrator whose role the rules take: of them it is asked whether there is another way in ([`Self::stays`]).
    pub(super) fn demoted(&self, mapping: &Mapping, asserted: &Asserted) -> Option<&User> {
        self.user().filter(|user| demotes(mapping, asserted, user, &self.memberships))
    }

    /// Notes whether the role stays, because without it nobody could get in.
    pub(super) fn stays(&mut self, is_last_way_in: bool) {
        self.is_last_way_in = is_last_way_in;
    }

    /// What is known in the words of the rules, at this time and with this to draw chance from.
    pub(crate) fn facts<'a>(&'a self, seats: &'a Inventory, (now, seed): (Timestamp, [u8; 32])) -> Facts<'a> {
        Facts {
            place: Place::Own,
            by_email: match &self.by_email {
                Found::Here(user) => Standing::Here(user),
                Found::Elsewhere => Standing::Elsewhere,
                Found::Nobody => Standing::Nobody,
            },
            by_employee_id: self.by_employee_id.as_ref(),
            domain_associated: self.domain_associated,
            memberships: &self.memberships,
            is_last_way_in: self.is_last_way_in,
            promised: self.promised,
            seats,
            now,
            seed,
        }
    }

    /// The addresses that a response is about: the asserted one, and that of the user who is known by the Employee Unique ID
    /// if it is of another domain.
    pub(crate) fn addresses<'a>(&'a self, identity: &'a Identity) -> impl Iterator<Item = &'a Email> {
        let asserted = identity.email.as_ref();
        let known = self.by_employee_id().map(|user| &user.email);
        let known = known.filter(move |known| asserted.is_none_or(|email| email.domain() != known.domain()));
        asserted.into_iter().chain(known)
    }

    /// The user who is known by the Employee Unique ID.
    pub(crate) fn by_employee_id(&self) -> Option<&User> {
        self.by_employee_id.as_ref()
    }

    /// The user whose sign-in it is, where there is one here.
    pub(crate) fn user(&self) -> Option<&User> {
        match (&self.by_employee_id, &self.by_email) {
            (Some(user), _) => Some(user),
            (None, Found::Here(user)) => Some(user),
            (None, Found::Elsewhere | Found::Nobody) => None,
        }
    }

    /// The license type that was decided on when that user was made, if it is one who is pending.
    pub(super) fn promised(&self) -> Option<License> {
        self.promised
    }

    /// The groups of that user.
    pub(crate) fn memberships(&self) -> &[Membership] {
        &self.memberships
    }
}
