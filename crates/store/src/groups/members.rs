//! A group from its own side: who its members are, page by page, and how many there are.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::users;
use crate::value::{Row, params};
use vestibule_model::group::Origin;
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::user::User;

statements! { members:
    COUNT = "SELECT COUNT(*) AS count FROM (SELECT DISTINCT m.user_id FROM memberships m \
             WHERE m.account_id = $1 AND m.group_id = $2) d";
    LIST = concat!(
        "SELECT ", users::columns!(), ", m.origin FROM memberships m \
         JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id \
         WHERE m.account_id = $1 AND m.group_id = $2 AND m.user_id > $3 ORDER BY m.user_id, m.origin LIMIT $4"
    );
    BY_ADDRESS = concat!(
        "SELECT ", users::columns!(), ", m.origin FROM users u \
         JOIN memberships m ON m.account_id = u.account_id AND m.user_id = u.id AND m.group_id = $2 \
         WHERE u.account_id = $1 AND u.email_folded >= $3 AND u.email_folded < $4 AND u.email_folded > $5 \
         ORDER BY u.email_folded, m.origin LIMIT $6"
    );
    LEAVE_ALL = "DELETE FROM memberships WHERE account_id = $1 AND group_id = $2";
}

/// A member of a group, with every reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub user: User,
    /// Who put the person there.
    pub origins: Vec<Origin>,
}

/// How many members a group has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>, group: GroupId) -> Result<i64, Error> {
    match tx.row(&COUNT, params![tx.account(), group]).await? {
        Some(mut row) => row.integer("count"),
        None => Ok(0),
    }
}

/// Members of a group in order of id, which is the order in which the users came; a page begins after the last id of the page
/// before.
///
/// # Errors
/// Those of the database.
pub async fn members(
    tx: &Tx<'_>,
    group: GroupId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<Member>, Error> {
    let after = after.unwrap_or(UserId::from_bytes([0; 16]));
    let rows = tx.rows(&LIST, params![tx.account(), group, after, rows_for(limit)]).await?;
    gather(rows, limit)
}

/// Members of a group whose (folded) address begins with this, in order of address; a page begins after the last address of the
/// page before.
///
/// # Errors
/// Those of the database.
pub async fn members_by_address(
    tx: &Tx<'_>,
    group: GroupId,
    (prefix, after): (&str, Option<&str>),
    limit: u32,
) -> Result<Vec<Member>, Error> {
    let end = format!("{prefix}{}", char::MAX);
    let after = after.unwrap_or_default();
    let range = params![tx.account(), group, prefix, end.as_str(), after, rows_for(limit)];
    gather(tx.rows(&BY_ADDRESS, range).await?, limit)
}

/// Takes everybody out of a group, and tells how many memberships there were.
///
/// # Errors
/// Those of the database.
pub async fn leave_all(tx: &Tx<'_>, group: GroupId) -> Result<u64, Error> {
    tx.execute(&LEAVE_ALL, params![tx.account(), group]).await
}

/// A member has at most one row for each origin.
fn rows_for(limit: u32) -> u32 {
    u32::try_from(Origin::ALL.len()).unwrap_or(u32::MAX).saturating_mul(limit)
}

/// At most so many members, of rows in which those of a member stand together.
fn gather(rows: Vec<Row>, limit: u32) -> Result<Vec<Member>, Error> {
    let mut members: Vec<Member> = Vec::new();
    for mut row in rows {
        let origin = row.word("origin", Origin::from_word)?;
        let user = users::read(&mut row)?;
        if let Some(member) = members.last_mut().filter(|member| member.user.id == user.id) {
            member.origins.push(origin);
            continue;
        }
        if members.len() >= limit as usize {
            break;
        }
        members.push(Member { user, origins: vec![origin] });
    }
    Ok(members)
}
