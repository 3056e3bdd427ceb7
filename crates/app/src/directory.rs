//! What happens in an account when a person changes: seats that are taken and freed, groups that are joined and left,
//! sessions that end.
//!
//! Every entrance by which people change comes here; whether they change is decided in `model`.

pub(crate) mod arrivals;
mod groups;
pub(crate) mod people;

use crate::configuration::Configuration;
use crate::context::App;
use crate::domains::enforce;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use vestibule_model::activation::{self, NoSeat, Protected, Turned};
use vestibule_model::admission::{Decision, Outcome};
use vestibule_model::group::{GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{Inventory, Product};
use vestibule_model::trace::Change;
use vestibule_model::user::User;
use vestibule_store::{self as store, Tx};

pub(crate) use groups::{delete, follow_file, join, leave, leave_for_good, rename};

/// A decision by which seats change hands.
pub(crate) trait Seated {
    /// The seats to take and those to give back; `None` when it was decided to do nothing.
    fn seats(&self) -> Option<(&BTreeSet<Product>, &BTreeSet<Product>)>;
}

impl Seated for Decision {
    fn seats(&self) -> Option<(&BTreeSet<Product>, &BTreeSet<Product>)> {
        match &self.outcome {
            Outcome::Admit(after) => Some((&after.take, &after.free)),
            Outcome::Refuse(_) => None,
        }
    }
}

impl Seated for Result<Turned, NoSeat> {
    fn seats(&self) -> Option<(&BTreeSet<Product>, &BTreeSet<Product>)> {
        self.as_ref().ok().map(|turned| (&turned.take, &turned.free))
    }
}

/// Whether seats change hands by a decision.
pub(crate) fn moves_seats(decision: &impl Seated) -> bool {
    decision.seats().is_some_and(|(wanted, given_back)| !wanted.is_empty() || !given_back.is_empty())
}

/// Decides, and takes and frees the seats that were decided on. Nobody waits for seats that nobody wants; whoever wants some
/// decides again with the seats in hand, so that what was decided can be done.
pub(crate) async fn take_seats<D: Seated>(
    tx: &Tx<'_>,
    decide: impl Fn(&Inventory) -> D,
) -> Result<D, store::Error> {
    let decision = decide(&store::licenses::inventory(tx).await?);
    if !moves_seats(&decision) {
        return Ok(decision);
    }
    take_seats_in_hand(tx, decide).await
}

/// The same for where it is all but sure that seats change hands: they are read and decided on once, in hand.
pub(crate) async fn take_seats_in_hand<D: Seated>(
    tx: &Tx<'_>,
    decide: impl Fn(&Inventory) -> D,
) -> Result<D, store::Error> {
    let decision = decide(&store::licenses::locked(tx).await?);
    let Some((wanted, given_back)) = decision.seats() else { return Ok(decision) };
    for product in wanted {
        if !store::licenses::take(tx, *product).await? {
            return Err(store::Error::Stale);
        }
    }
    for product in given_back {
        store::licenses::free(tx, *product).await?;
    }
    Ok(decision)
}

/// Gives a person the memberships that mapping decided on, of the kinds that are named, in place of those that mapping
/// gave before. Groups that do not exist are made.
pub(crate) async fn place(
    tx: &Tx<'_>,
    app: &App,
    (user, before): (UserId, &[Membership]),
    wanted: &BTreeMap<GroupKind, Vec<GroupName>>,
    now: Timestamp,
) -> Result<(), store::Error> {
    for (kind, names) in wanted {
        let mut kept = Vec::new();
        for (position, name) in (0..).zip(names) {
            let group = store::groups::ensure(tx, (*kind, name), GroupId::from_bytes(app.fresh_id(now)), now);
            let group = group.await?.id;
            store::groups::join(tx, user, group, (Origin::Mapping, position)).await?;
            kept.push(group);
        }
        let given =
            before.iter().filter(|given| given.group.kind == *kind && given.origin == Origin::Mapping);
        for given in given.filter(|given| !kept.contains(&given.group.id)) {
            store::groups::leave(tx, user, given.group.id, Origin::Mapping).await?;
        }
    }
    if wanted.contains_key(&GroupKind::UserGroup) {
        store::sessions::unsettle(tx, user).await?;
    }
    Ok(())
}

/// Deactivates somebody: the person's seats are free and the sessions over at once.
///
/// # Errors
/// [`Kind::Forbidden`] for the owner and for whoever asks; [`Kind::Conflict`] where nobody could get in any more.
pub(crate) async fn deactivate(
    tx: &Tx<'_>,
    user: &User,
    (by, rule): (Option<UserId>, &str),
    now: Timestamp,
) -> Result<Vec<Change>, Error> {
    let turned = activation::deactivate(user, by, rule).map_err(protected)?;
    enforce::leaves_a_way_in(tx, user, Some(&turned.user)).await?;
    for product in &turned.free {
        store::licenses::free(tx, *product).await?;
    }
    write(tx, user, turned, now).await
}

/// Lets somebody in again who was deactivated, with what the person had, as far as there are seats.
///
/// # Errors
/// [`Kind::Conflict`] when no seat is left.
pub(crate) async fn activate(
    tx: &Tx<'_>,
    user: &User,
    rule: &str,
    now: Timestamp,
) -> Result<Vec<Change>, Error> {
    let configuration = store::accounts::configuration(tx).await?;
    let fallback = Configuration::from_stored(configuration.as_deref())?.fallback_license;
    let associated = store::domains::is_associated(tx, user.email.domain()).await?;
    let decide = |seats: &Inventory| activation::activate(user, (seats, fallback), associated, rule);
    let turned = take_seats(tx, decide).await?.map_err(no_seat)?;
    write(tx, user, turned, now).await
}

async fn write(tx: &Tx<'_>, before: &User, turned: Turned, now: Timestamp) -> Result<Vec<Change>, Error> {
    if !turned.changes.is_empty() {
        let user = User { updated_at: now, ..turned.user };
        store::users::update_from(tx, before, &user).await?;
        store::sessions::end_all_of(tx, user.id).await?;
    }
    Ok(turned.changes)
}

fn protected(why: Protected) -> Error {
    match why {
        Protected::Owner => Error::new(Kind::Forbidden, "The owner of the account cannot be deactivated.")
            .hint("Every account has one owner, who can always come in."),
        Protected::Oneself => Error::new(Kind::Forbidden, "You cannot deactivate yourself.")
            .hint("Ask another administrator to do it."),
    }
}

fn no_seat(NoSeat(license): NoSeat) -> Error {
    Error::new(Kind::Conflict, format!("No {license} seat is left, so the person stays inactive."))
        .hint("Free a seat by deactivating somebody, order more seats, or set a fallback license type.")
}
