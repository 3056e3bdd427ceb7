//! What happens to the members of a group: who joins, who leaves, row by row.
//!
//! A directory's word holds for whoever it takes out: the person leaves the group, whoever put them there. What the mapping gives, it
//! gives again at the next sign-in.

use crate::directory;
use crate::provisioning::Failure;
use std::collections::BTreeSet;
use vestibule_model::group::{Group, Origin};
use vestibule_model::id::UserId;
use vestibule_scim::Error;
use vestibule_scim::patch::{Member, MemberOp};
use vestibule_store::{self as store, Tx};

/// How many came and went, and who was the last of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) joined: usize,
    pub(super) left: usize,
    pub(super) last: Option<UserId>,
}

impl Moved {
    fn joined(&mut self, user: UserId, did: bool) {
        self.joined += usize::from(did);
        self.last = if did { Some(user) } else { self.last };
    }

    fn left(&mut self, user: UserId, did: bool) {
        self.left += usize::from(did);
        self.last = if did { Some(user) } else { self.last };
    }
}

/// Does what the operations say, in their order.
pub(super) async fn carry_out(tx: &Tx<'_>, group: &Group, operations: &[MemberOp]) -> Result<Moved, Failure> {
    let mut moved = Moved::default();
    for operation in operations {
        match operation {
            MemberOp::Add(members) => {
                for member in members {
                    let user = user(member)?;
                    moved.joined(user, join(tx, group, user).await?);
                }
            }
            MemberOp::Remove(ids) => {
                // An id that is nobody's here is no member.
                for id in ids.iter().filter_map(|id| id.parse().ok()) {
                    moved.left(id, leave(tx, group, id).await?);
                }
            }
            MemberOp::Replace(members) => {
                let wanted: BTreeSet<UserId> = members.iter().map(user).collect::<Result<_, _>>()?;
                replace(tx, group, &wanted, &mut moved).await?;
            }
            MemberOp::Clear => replace(tx, group, &BTreeSet::new(), &mut moved).await?,
        }
    }
    Ok(moved)
}

async fn replace(
    tx: &Tx<'_>,
    group: &Group,
    wanted: &BTreeSet<UserId>,
    moved: &mut Moved,
) -> Result<(), Failure> {
    let before: BTreeSet<UserId> = store::scim_groups::member_ids(tx, group.id).await?.into_iter().collect();
    for gone in before.difference(wanted) {
        moved.left(*gone, leave(tx, group, *gone).await?);
    }
    for new in wanted.difference(&before) {
        moved.joined(*new, join(tx, group, *new).await?);
    }
    Ok(())
}

/// The user whom a client names as a member.
fn user(member: &Member) -> Result<UserId, Failure> {
    if member.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("group")) {
        let detail = "groups have users as members, and no groups: send the members of the inner group";
        return Err(Error::invalid_value(detail).into());
    }
    member.value.parse().map_err(|_| unknown())
}

fn unknown() -> Failure {
    Failure::Said(Error::plain(404, "members: the account has no such user"))
}

async fn join(tx: &Tx<'_>, group: &Group, user: UserId) -> Result<bool, Failure> {
    if store::scim_groups::is_member(tx, user, group.id).await? {
        return Ok(false);
    }
    if !store::scim_groups::is_user(tx, user).await? {
        return Err(unknown());
    }
    Ok(directory::join(tx, user, group, Origin::Scim).await?)
}

async fn leave(tx: &Tx<'_>, group: &Group, user: UserId) -> Result<bool, Failure> {
    Ok(directory::leave_for_good(tx, user, group).await?)
}
