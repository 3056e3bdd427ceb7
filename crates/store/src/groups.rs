//! User groups, channels and IM groups, and who belongs to them. Members are rows, found from both sides.
//!
//! A group's version grows with its own record, not with its members: every sign-in may change those. They are counted when
//! somebody looks, in the index by group, so that no sign-in waits for another one's counter.

mod members;

pub use members::{Member, count, leave_all, members, members_by_address};

use crate::dialect::{is_duplicate, is_orphan};
use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::group::{Group, GroupKind, GroupName, Membership, Origin, Settings};
use vestibule_model::id::{GroupId, UserId};

pub(crate) use members::STATEMENTS as MEMBER_STATEMENTS;

/// The columns of a record, as [`record`] takes them.
macro_rules! columns {
    () => {
        "g.id, g.kind, g.name, g.version, g.created_at, g.updated_at, g.settings, g.external_id"
    };
}
pub(crate) use columns;

statements! { groups:
    INSERT = "INSERT INTO groups (account_id, id, kind, name, name_folded, created_at, updated_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (account_id, kind, name_folded) DO NOTHING";
    BY_NAME = "SELECT g.id, g.kind, g.name FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.name_folded = $3";
    LIST = "SELECT g.id, g.kind, g.name FROM groups g WHERE g.account_id = $1 AND g.kind = $2 ORDER BY g.name_folded";
    RECORD = concat!("SELECT ", columns!(), " FROM groups g WHERE g.account_id = $1 AND g.id = $2");
    LOCKED = concat!("SELECT ", columns!(), " FROM groups g WHERE g.account_id = $1 AND g.id = $2 {FOR_UPDATE}");
    PAGE = concat!(
        "SELECT ", columns!(), ", (SELECT COUNT(*) FROM (SELECT DISTINCT m.user_id FROM memberships m \
         WHERE m.account_id = g.account_id AND m.group_id = g.id) d) AS members \
         FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.name_folded >= $3 AND g.name_folded < $4 \
         AND g.name_folded > $5 ORDER BY g.name_folded LIMIT $6"
    );
    WITH_SETTINGS = "SELECT g.id, g.kind, g.name, g.settings FROM groups g \
                     WHERE g.account_id = $1 AND g.settings <> $2 ORDER BY g.name_folded, g.kind";
    UPDATE = "UPDATE groups SET name = $3, name_folded = $4, settings = $5, external_id = $6, updated_at = $7, \
              version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $8";
    DELETE = "DELETE FROM groups WHERE account_id = $1 AND id = $2";
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

/// A group with what the account says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Id, kind and name.
    pub group: Group,
    /// The settings; those of a user group hold for its members.
    pub settings: Settings,
    /// The id that a directory knows it by.
    pub external_id: Option<String>,
    /// Grows with every change of this record (an optimistic lock), but not with its members.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When this record last changed.
    pub updated_at: Timestamp,
}

/// Makes a group.
///
/// # Errors
/// [`Error::GroupNameTaken`]; those of the database.
pub async fn insert(tx: &Tx<'_>, group: &Group, now: Timestamp) -> Result<(), Error> {
    let Group { id, kind, name } = group;
    let row = params![tx.account(), *id, kind.as_str(), name.as_str(), name.folded(), now];
    match tx.execute(&INSERT, row).await? {
        0 => Err(Error::GroupNameTaken),
        _ => Ok(()),
    }
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
    match insert(tx, &Group { id, kind, name: name.clone() }, now).await {
        // Somebody else made it meanwhile.
        Ok(()) | Err(Error::GroupNameTaken) => by_name(tx, kind, name).await?.ok_or(Error::Stale),
        Err(error) => Err(error),
    }
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

/// The group with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: GroupId) -> Result<Option<Record>, Error> {
    tx.row(&RECORD, params![tx.account(), id]).await?.map(|mut row| record(&mut row)).transpose()
}

/// The group with this id, which nobody else changes, deletes or joins before this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>, id: GroupId) -> Result<Option<Record>, Error> {
    tx.row(&LOCKED, params![tx.account(), id]).await?.map(|mut row| record(&mut row)).transpose()
}

/// Groups of a kind whose (folded) name begins with this, in order of name, each with the number of its members; a page begins
/// after the last (folded) name of the page before.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &Tx<'_>,
    kind: GroupKind,
    (prefix, after): (&str, Option<&str>),
    limit: u32,
) -> Result<Vec<(Record, i64)>, Error> {
    let end = format!("{prefix}{}", char::MAX);
    let after = after.unwrap_or_default();
    let range = params![tx.account(), kind.as_str(), prefix, end.as_str(), after, limit];
    let rows = tx.rows(&PAGE, range).await?;
    rows.into_iter().map(|mut row| Ok((record(&mut row)?, row.integer("members")?))).collect()
}

/// The groups that have settings.
///
/// # Errors
/// Those of the database.
pub async fn with_settings(tx: &Tx<'_>) -> Result<Vec<(Group, Settings)>, Error> {
    let rows = tx.rows(&WITH_SETTINGS, params![tx.account(), "{}"]).await?;
    rows.into_iter().map(|mut row| Ok((read(&mut row)?, row.json("settings")?))).collect()
}

/// Writes a record that was read at its version, and returns the new version. The kind of a group never changes.
///
/// # Errors
/// [`Error::Stale`] when it changed since; [`Error::GroupNameTaken`]; those of the database.
pub async fn update(tx: &Tx<'_>, record: &Record, now: Timestamp) -> Result<i64, Error> {
    let Group { id, name, .. } = &record.group;
    let row = params![
        tx.account(),
        *id,
        name.as_str(),
        name.folded(),
        json(&record.settings)?,
        record.external_id.as_deref(),
        now,
        record.version,
    ];
    match tx.execute(&UPDATE, row).await.map_err(sort)? {
        0 => Err(Error::Stale),
        _ => Ok(record.version + 1),
    }
}

/// Tells when a group was to get the name of another one: the index is the last word.
fn sort(error: Error) -> Error {
    let taken = is_duplicate(&error, "groups_by_name", "groups.account_id, groups.kind, groups.name_folded");
    if taken { Error::GroupNameTaken } else { error }
}

/// Deletes a group, and every membership in it; tells whether it was there. Its id is never given again.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &Tx<'_>, id: GroupId) -> Result<bool, Error> {
    leave_all(tx, id).await?;
    Ok(tx.execute(&DELETE, params![tx.account(), id]).await? > 0)
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
/// [`Error::Stale`] when there is no such user or group, or not any more; those of the database.
pub async fn join(
    tx: &Tx<'_>,
    user: UserId,
    group: GroupId,
    (origin, position): (Origin, i64),
) -> Result<(), Error> {
    let joined = tx.execute(&JOIN, params![tx.account(), user, group, origin.as_str(), position]).await;
    joined.map(drop).map_err(|error| if is_orphan(&error) { Error::Stale } else { error })
}

/// Takes a user out of a group, as far as this origin put them there; tells whether it had.
///
/// # Errors
/// Those of the database.
pub async fn leave(tx: &Tx<'_>, user: UserId, group: GroupId, origin: Origin) -> Result<bool, Error> {
    Ok(tx.execute(&LEAVE, params![tx.account(), user, group, origin.as_str()]).await? > 0)
}

fn read(row: &mut Row) -> Result<Group, Error> {
    Ok(Group {
        id: row.id("id", GroupId::from_bytes)?,
        kind: row.word("kind", GroupKind::from_word)?,
        name: row.word("name", |text| GroupName::parse(text).ok())?,
    })
}

/// Reads a record from a row with [`columns!`].
pub(crate) fn record(row: &mut Row) -> Result<Record, Error> {
    Ok(Record {
        group: read(row)?,
        settings: row.json("settings")?,
        external_id: row.text_or_null("external_id")?,
        version: row.integer("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
