//! Who an asserted address is, as far as the store knows: read for a sign-in and for a test of one alike.

use vestibule_model::admission::Known;
use vestibule_model::email::Email;
use vestibule_model::id::AccountId;
use vestibule_model::license::Inventory;
use vestibule_model::user::{Status, User};
use vestibule_store::{self as store, Tx};

/// What is known of an address.
pub(super) enum Person {
    /// A user of this account.
    Here(User),
    /// A user of this account whose mailbox has not confirmed the address yet.
    Pending { user: User, domain_associated: bool },
    /// A user of another account.
    Elsewhere,
    /// Nobody.
    Nobody { domain_associated: bool },
}

impl Person {
    /// Looks an address up.
    pub(super) async fn find(tx: &Tx<'_>, account: AccountId, email: &Email) -> Result<Self, store::Error> {
        let id = match store::users::owner_of(tx, email.folded()).await? {
            Some((owner, id)) if owner == account => id,
            Some(_) => return Ok(Self::Elsewhere),
            None => {
                let domain_associated = store::domains::is_associated(tx, email.domain()).await?;
                return Ok(Self::Nobody { domain_associated });
            }
        };
        let user = store::users::by_id(tx, id).await?.ok_or(store::Error::Stale)?;
        if user.status != Status::Pending {
            return Ok(Self::Here(user));
        }
        let domain_associated = store::domains::is_associated(tx, user.email.domain()).await?;
        Ok(Self::Pending { user, domain_associated })
    }

    /// Whether the decision may take a seat.
    pub(super) fn may_take_a_seat(&self) -> bool {
        matches!(self, Self::Pending { .. } | Self::Nobody { .. })
    }

    /// The same in the words of the rules.
    pub(super) fn known<'a>(&'a self, seats: &'a Inventory) -> Known<'a> {
        match self {
            Self::Here(user) => Known::Here(user),
            Self::Pending { user, domain_associated } => {
                Known::Pending { user, domain_associated: *domain_associated, seats }
            }
            Self::Elsewhere => Known::Elsewhere,
            Self::Nobody { domain_associated } => {
                Known::Nobody { domain_associated: *domain_associated, seats }
            }
        }
    }

    /// The user, where there is one here.
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Here(user) | Self::Pending { user, .. } => Some(user),
            Self::Elsewhere | Self::Nobody { .. } => None,
        }
    }
}
