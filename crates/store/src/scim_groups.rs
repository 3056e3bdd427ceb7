//! User groups as a directory sees them: in order of id, with their members by id. Records are written by `groups`.

use crate::error::Error;
use crate::groups::Record;
use crate::groups::{columns, record};
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::group::{GroupKind, Origin};
use vestibule_model::id::{GroupId, UserId};

statements! { scim_groups:
    PAGE = concat!(
        "SELECT ", columns!(), " FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.id > $3 ORDER BY g.id LIMIT $4"
    );
    BY_EXTERNAL_ID = concat!(
        "SELECT ", columns!(), " FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.external_id = $3 \
         ORDER BY g.id LIMIT $4"
    );
    OF_MEMBER = concat!(
        "SELECT ", columns!(), " FROM groups g WHERE g.account_id = $1 AND g.kind = $2 AND g.id IN \
         (SELECT m.group_id FROM memberships m WHERE m.account_id = $1 AND m.user_id = $3) ORDER BY g.id LIMIT $4"
    );
    COUNT = "SELECT COUNT(*) AS count FROM groups WHERE account_id = $1 AND kind = $2";
    // Who they are is asked first, which the index by group tells alone. Asked for everything at once, SQLite takes the primary key,
    // and walks through all memberships of the account.
    MEMBERS = "SELECT m.user_id, u.email, u.user_name, (SELECT MAX(d.display) FROM memberships d \
               WHERE d.account_id = $1 AND d.user_id = m.user_id AND d.group_id = $2) AS display \
               FROM (SELECT DISTINCT g.user_id FROM memberships g WHERE g.account_id = $1 AND g.group_id = $2 \
               ORDER BY g.user_id LIMIT $3) m \
               JOIN users u ON u.account_id = $1 AND u.id = m.user_id ORDER BY m.user_id";
    MEMBER_IDS = "SELECT DISTINCT m.user_id FROM memberships m WHERE m.account_id = $1 AND m.group_id = $2 \
                  ORDER BY m.user_id";
    NAME_OF = "SELECT email, user_name FROM users WHERE account_id = $1 AND id = $2";
    CALL = "UPDATE memberships SET display = $4 WHERE account_id = $1 AND user_id = $2 AND group_id = $3 AND origin = $5";
    // An index entry for each origin of a membership: a few more than members at most.
    BEYOND = "SELECT m.user_id FROM memberships m WHERE m.account_id = $1 AND m.group_id = $2 \
              ORDER BY m.user_id LIMIT 1 OFFSET $3";
    IS_MEMBER = "SELECT origin FROM memberships WHERE account_id = $1 AND user_id = $2 AND group_id = $3 LIMIT 1";
    LEAVE = "DELETE FROM memberships WHERE account_id = $1 AND user_id = $2 AND group_id = $3";
}

const KIND: GroupKind = GroupKind::UserGroup;

/// A member, by the name that directories know: what the directory calls it, else its own `userName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Who it is.
    pub user: UserId,
    /// The name.
    pub name: String,
}

/// User groups in order of id, after this one.
///
/// # Errors
/// Those of the database.
pub async fn page(tx: &Tx<'_>, after: Option<GroupId>, limit: u32) -> Result<Vec<Record>, Error> {
    let after = after.unwrap_or(GroupId::from_bytes([0; 16]));
    let rows = tx.rows(&PAGE, params![tx.account(), KIND.as_str(), after, limit]).await?;
    rows.into_iter().map(|mut row| record(&mut row)).collect()
}

/// The user groups with this `externalId`, letter for letter, in order of id; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn by_external_id(tx: &Tx<'_>, external_id: &str, limit: u32) -> Result<Vec<Record>, Error> {
    let rows = tx.rows(&BY_EXTERNAL_ID, params![tx.account(), KIND.as_str(), external_id, limit]).await?;
    rows.into_iter().map(|mut row| record(&mut row)).collect()
}

/// The user groups of a user, in order of id; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn of_member(tx: &Tx<'_>, user: UserId, limit: u32) -> Result<Vec<Record>, Error> {
    let rows = tx.rows(&OF_MEMBER, params![tx.account(), KIND.as_str(), user, limit]).await?;
    rows.into_iter().map(|mut row| record(&mut row)).collect()
}

/// How many user groups the account has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>) -> Result<i64, Error> {
    match tx.row(&COUNT, params![tx.account(), KIND.as_str()]).await? {
        Some(mut row) => row.integer("count"),
        None => Ok(0),
    }
}

/// The members of a group, in order of id; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn members(tx: &Tx<'_>, group: GroupId, limit: u32) -> Result<Vec<Named>, Error> {
    let rows = tx.rows(&MEMBERS, params![tx.account(), group, limit]).await?;
    let members = rows.into_iter().map(|mut row| {
        let called = row.text_or_null("display")?;
        let name = row.text_or_null("user_name")?.or(row.text_or_null("email")?);
        let name = called.or(name).unwrap_or_default();
        Ok(Named { user: row.id("user_id", UserId::from_bytes)?, name })
    });
    members.collect()
}

/// Whether a group has more memberships than this; somebody whom two put there has two.
///
/// # Errors
/// Those of the database.
pub async fn has_more_than(tx: &Tx<'_>, group: GroupId, memberships: u32) -> Result<bool, Error> {
    Ok(tx.row(&BEYOND, params![tx.account(), group, memberships]).await?.is_some())
}

/// The ids of a group's members, in order.
///
/// # Errors
/// Those of the database.
pub async fn member_ids(tx: &Tx<'_>, group: GroupId) -> Result<Vec<UserId>, Error> {
    let rows = tx.rows(&MEMBER_IDS, params![tx.account(), group]).await?;
    rows.into_iter().map(|mut row| row.id("user_id", UserId::from_bytes)).collect()
}

/// The `userName` of this user; nothing if the account has no such user.
///
/// # Errors
/// Those of the database.
pub async fn name_of(tx: &Tx<'_>, user: UserId) -> Result<Option<String>, Error> {
    let Some(mut row) = tx.row(&NAME_OF, params![tx.account(), user]).await? else { return Ok(None) };
    let name = row.text_or_null("user_name")?;
    name.map_or_else(|| row.text("email").map(Some), |name| Ok(Some(name)))
}

/// Keeps what the directory calls a member whom it put into the group itself.
///
/// # Errors
/// Those of the database.
pub async fn call(tx: &Tx<'_>, user: UserId, group: GroupId, display: &str) -> Result<(), Error> {
    let row = params![tx.account(), user, group, display, Origin::Scim.as_str()];
    tx.execute(&CALL, row).await.map(drop)
}

/// Whether a user belongs to a group, whoever put them there.
///
/// # Errors
/// Those of the database.
pub async fn is_member(tx: &Tx<'_>, user: UserId, group: GroupId) -> Result<bool, Error> {
    Ok(tx.row(&IS_MEMBER, params![tx.account(), user, group]).await?.is_some())
}

/// Takes a user out of a group, whoever put them there; tells whether they were in it.
///
/// # Errors
/// Those of the database.
pub async fn leave(tx: &Tx<'_>, user: UserId, group: GroupId) -> Result<bool, Error> {
    Ok(tx.execute(&LEAVE, params![tx.account(), user, group]).await? > 0)
}
