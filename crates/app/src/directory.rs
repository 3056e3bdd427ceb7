//! What happens in an account when a person changes: seats that are taken and freed, groups that are joined and left.
//!
//! Every entrance by which people change comes here; whether they change is decided in `model`.

use crate::context::App;
use jiff::Timestamp;
use std::collections::BTreeMap;
use vestibule_model::admission::{Decision, Outcome};
use vestibule_model::group::{GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::{Inventory, Product};
use vestibule_store::{self as store, Tx};

/// Decides, and takes the seats that were decided on; if somebody else took the last one meanwhile, decides again without
/// it.
pub(crate) async fn take_seats(
    tx: &Tx<'_>,
    decide: impl Fn(&Inventory) -> Decision,
) -> Result<Decision, store::Error> {
    let mut seats = store::licenses::inventory(tx).await?;
    loop {
        let decision = decide(&seats);
        let Outcome::Admit(after) = &decision.outcome else { return Ok(decision) };
        match take(tx, after.take.iter().copied()).await? {
            None => {
                for product in &after.free {
                    store::licenses::free(tx, *product).await?;
                }
                return Ok(decision);
            }
            Some(gone) => drop(seats.0.remove(&gone)),
        }
    }
}

/// Takes a seat of each product, or none at all; the answer is the one of which none is left.
async fn take(tx: &Tx<'_>, products: impl Iterator<Item = Product>) -> Result<Option<Product>, store::Error> {
    let mut taken = Vec::new();
    for product in products {
        if store::licenses::take(tx, product).await? {
            taken.push(product);
            continue;
        }
        for product in taken {
            store::licenses::free(tx, product).await?;
        }
        return Ok(Some(product));
    }
    Ok(None)
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
    Ok(())
}
