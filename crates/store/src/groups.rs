//! User groups, channels and IM groups, and who belongs to them. Members are rows, found from both sides.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::group::{Group, GroupKind, GroupName, Membership, Origin};
use vestibule_model::id::{GroupId, UserId};

statements! { groups:
    INSERT = "INSERT INTO groups (account_id, id, kind, name, name_folded, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
              ON CONFLICT (account_id, kind, name_folded) DO NOTHING";
    BY_NAME = "SELECT g.id, g.kind, g.name FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.name_folded = $3";
    LIST = "SELECT g.id, g.kind, g.name FROM groups g WHERE g.account_id = $1 AND g.kind = $2 ORDER BY g.name_folded";
    OF_USER = "SELECT g.id, g.kind, g.name, m.origin, m.position FROM memberships m \
               JOIN groups g ON g.account_id = m.account_id AND g.id = m.group_id \
               WHERE m.account_id = $1 AND m.user_id = $2 ORDER BY m.position, m.group_id, m.origin";
    OF_USERS = "SELECT m.user_id, g.id, g.kind, g.name, m.origin, m.position FROM memberships m \
                JOIN groups g ON g.account_id = m.account_id AND g.id = m.group_id \
                WHERE m.account_id = $1 AND m.user_id >= $2 AND m.user_id <= $3 \
                ORDER BY m.user_id, m.position, m.group_id, m.origin";
    JOIN = "INSERT INTO memberships (account_id, user_id, group_id, origin, position) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (account_id, user_id, group_id, origin) DO UPDATE SET position = excluded.position";
    LEAVE = "DELETE FROM memberships WHERE account_id = $1 AND user_id = $2 AND group_id = $3 AND origin = $4";
}

/// The group of this kind and name; it is made, with this id, if the account has none.
///
/// # Errors
/// Those of the database.
pub async fn ensure(
    tx: &Tx<'_>,
    (kind, name): (GroupKind, &GroupName),
    id: GroupId,
    now: Timestamp,
) -> Result<Group, Error> {
    if let Some(group) = by_name(tx, kind, name).await? {
        return Ok(group);
    }
    let row = params![tx.account(), id, kind.as_str(), name.as_str(), name.folded(), now];
    tx.execute(&INSERT, row).await?;
    by_name(tx, kind, name).await?.ok_or(Error::Stale)
}

/// The group of this kind and name.
///
/// # Errors
/// Those of the database.
pub async fn by_name(tx: &Tx<'_>, kind: GroupKind, name: &GroupName) -> Result<Option<Group>, Error> {
    let row = tx.row(&BY_NAME, params![tx.account(), kind.as_str(), name.folded()]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// The groups of a kind, in order of name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, kind: GroupKind) -> Result<Vec<Group>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), kind.as_str()]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The groups of a user, with the reason for each membership.
///
/// # Errors
/// Those of the database.
pub async fn of_user(tx: &Tx<'_>, user: UserId) -> Result<Vec<Membership>, Error> {
    let rows = tx.rows(&OF_USER, params![tx.account(), user]).await?;
    let memberships = rows.into_iter().map(|mut row| {
        Ok(Membership {
            group: read(&mut row)?,
            origin: row.word("origin", Origin::from_word)?,
            position: row.integer("position")?,
        })
    });
    memberships.collect()
}

/// The groups of the users from one id to another, with the reason for each membership.
///
/// # Errors
/// Those of the database.
pub async fn of_users(tx: &Tx<'_>, first: UserId, last: UserId) -> Result<Vec<(UserId, Membership)>, Error> {
    let rows = tx.rows(&OF_USERS, params![tx.account(), first, last]).await?;
    let memberships = rows.into_iter().map(|mut row| {
        let user = row.id("user_id", UserId::from_bytes)?;
        let (origin, position) = (row.word("origin", Origin::from_word)?, row.integer("position")?);
        Ok((user, Membership { group: read(&mut row)?, origin, position }))
    });
    memberships.collect()
}

/// Puts a user into a group, or moves the membership to another place.
///
/// # Errors
/// Those of the database.
pub async fn join(
    tx: &Tx<'_>,
    user: UserId,
    group: GroupId,
    (origin, position): (Origin, i64),
) -> Result<(), Error> {
    tx.execute(&JOIN, params![tx.account(), user, group, origin.as_str(), position]).await.map(drop)
}

/// Takes a user out of a group, as far as this origin put them there.
///
/// # Errors
/// Those of the database.
pub async fn leave(tx: &Tx<'_>, user: UserId, group: GroupId, origin: Origin) -> Result<(), Error> {
    tx.execute(&LEAVE, params![tx.account(), user, group, origin.as_str()]).await.map(drop)
}

fn read(row: &mut Row) -> Result<Group, Error> {
    Ok(Group {
        id: row.id("id", GroupId::from_bytes)?,
        kind: row.word("kind", GroupKind::from_word)?,
        name: row.word("name", |text| GroupName::parse(text).ok())?,
    })
}
