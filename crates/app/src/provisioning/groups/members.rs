//! What happens to the members of a group: who joins, who leaves, row by row.
//!
//! A directory's word holds for whoever it takes out: the person leaves the group, whoever put them there. What the mapping gives, it
//! gives again at the next sign-in.

use crate::directory;
use crate::provisioning::Failure;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Whether somebody was to come who is there, or to go who is not.
    pub(super) repeated: bool,
}

impl Moved {
    fn joined(&mut self, user: UserId, did: bool) {
        self.joined += usize::from(did);
        self.repeated |= !did;
        self.last = if did { Some(user) } else { self.last };
    }

    fn left(&mut self, user: UserId, did: bool) {
        self.left += usize::from(did);
        self.repeated |= !did;
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
                    moved.joined(user, join(tx, group, user, member.display.as_deref()).await?);
                }
            }
            MemberOp::Remove(ids) => {
                // An id that is nobody's here is no member.
                for id in ids.iter().filter_map(|id| id.parse().ok()) {
                    moved.left(id, leave(tx, group, id).await?);
                }
            }
            MemberOp::Replace(members) => {
                let named = |member| Ok::<_, Failure>((user(member)?, member.display.as_deref()));
                let wanted = members.iter().map(named).collect::<Result<_, _>>()?;
                replace(tx, group, &wanted, &mut moved).await?;
            }
            MemberOp::Clear => replace(tx, group, &BTreeMap::new(), &mut moved).await?,
        }
    }
    Ok(moved)
}

async fn replace(
    tx: &Tx<'_>,
    group: &Group,
    wanted: &BTreeMap<UserId, Option<&str>>,
    moved: &mut Moved,
) -> Result<(), Failure> {
    let before: BTreeSet<UserId> = store::scim_groups::member_ids(tx, group.id).await?.into_iter().collect();
    for gone in before.iter().filter(|user| !wanted.contains_key(user)) {
        moved.left(*gone, leave(tx, group, *gone).await?);
    }
    for (new, display) in wanted.iter().filter(|(user, _)| !before.contains(user)) {
        moved.joined(*new, join(tx, group, *new, *display).await?);
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

/// Puts somebody in who is not there yet. What the directory calls them is kept with it, and never changes (RFC 7643 §2.4: `display`
/// is immutable); where it is their own name anyway, it follows that name.
async fn join(tx: &Tx<'_>, group: &Group, user: UserId, display: Option<&str>) -> Result<bool, Failure> {
    if store::scim_groups::is_member(tx, user, group.id).await? {
        return Ok(false);
    }
    let name = store::scim_groups::name_of(tx, user).await?.ok_or_else(unknown)?;
    let joined = directory::join(tx, user, group, Origin::Scim).await?;
    if let Some(display) = display.filter(|display| *display != name && may_be_kept(display)) {
        store::scim_groups::call(tx, user, group.id, display).await?;
    }
    Ok(joined)
}

/// The longest name of a member that is kept, in characters.
const LONGEST_DISPLAY: usize = 256;

fn may_be_kept(display: &str) -> bool {
    (1..=LONGEST_DISPLAY).contains(&display.chars().count()) && !display.chars().any(char::is_control)
}

async fn leave(tx: &Tx<'_>, group: &Group, user: UserId) -> Result<bool, Failure> {
    Ok(directory::leave_for_good(tx, user, group).await?)
}
