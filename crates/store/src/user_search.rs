//! Users by how they are called and by what they are, for whoever looks through them: page by page, each page bounded.
//!
//! A walk looks at [`WALKED`] users in an index that has everything it asks for, and then tells where it stopped, so that a page
//! costs the same in an account of any size, however few users match.

use crate::error::Error;
use crate::statement::{Statement, statements};
use crate::transaction::Tx;
use crate::users;
use crate::value::Value;
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::license::License;
use vestibule_model::user::{Role, Status, User};

/// How many users a page of a walk looks at.
pub const WALKED: u32 = 15_000;
/// How many members of a group, or users whose names begin alike, a page looks at: their records are read one by one.
const READ: u32 = 2_000;

/// The conditions, over columns of `t`. PostgreSQL learns the type of a parameter where it first meets it, so the comparison comes
/// before IS NULL.
macro_rules! traits {
    () => {
        "(t.status = $5 OR $5 IS NULL) AND (t.role = $6 OR $6 IS NULL) AND (COALESCE(t.license, '') = $7 OR $7 IS NULL) \
         AND (t.login_work_email = $8 OR $8 IS NULL) AND (t.login_sso = $9 OR $9 IS NULL) \
         AND (SUBSTR(t.email_folded, LENGTH(t.email_folded) - LENGTH($10) + 1) = $10 OR $10 IS NULL)"
    };
}

/// What the conditions are about; nothing long is read before it is known who matches.
macro_rules! columns {
    () => {
        "n.id, n.email_folded, n.status, n.role, n.license, n.login_work_email, n.login_sso"
    };
}

macro_rules! walk {
    () => {
        concat!(
            "(SELECT ",
            columns!(),
            " FROM users n WHERE n.account_id = $1 AND n.email_folded >= $2 AND n.email_folded < $3 \
             ORDER BY n.email_folded LIMIT $4) t WHERE ",
            traits!()
        )
    };
}

macro_rules! named {
    ($column:literal) => {
        concat!(
            "SELECT ",
            users::columns!(),
            " FROM (SELECT t.id FROM (SELECT ",
            columns!(),
            " FROM users n \
             WHERE n.account_id = $1 AND n.",
            $column,
            " >= $2 AND n.",
            $column,
            " < $3 ORDER BY n.",
            $column,
            " LIMIT $4) t WHERE ",
            traits!(),
            " LIMIT $11) m \
             JOIN users u ON u.account_id = $1 AND u.id = m.id ORDER BY u.email_folded"
        )
    };
}

statements! { user_search:
    // The walk is in order, so its first matches are: to sort it again would be to look at all of it.
    WALK = concat!(
        "SELECT ", users::columns!(), " FROM (SELECT t.id FROM ", walk!(), " LIMIT $11) m \
         JOIN users u ON u.account_id = $1 AND u.id = m.id ORDER BY u.email_folded"
    );
    COUNT = concat!("SELECT COUNT(*) AS count FROM ", walk!());
    STOPS_AT = "SELECT n.email_folded FROM users n WHERE n.account_id = $1 AND n.email_folded >= $2 AND n.email_folded < $3 \
                ORDER BY n.email_folded LIMIT 1 OFFSET $4";
    BY_NAME = named!("name_folded");
    BY_LAST_NAME = named!("last_name_folded");
    MEMBERS = concat!(
        "SELECT ", users::columns!(), " FROM (SELECT t.id FROM (SELECT ", columns!(), " FROM \
         (SELECT DISTINCT m.user_id FROM memberships m WHERE m.account_id = $1 AND m.group_id = $2 AND m.user_id > $3 \
         ORDER BY m.user_id LIMIT $4) g JOIN users n ON n.account_id = $1 AND n.id = g.user_id) t \
         WHERE ", traits!(), " ORDER BY t.id LIMIT $11) m \
         JOIN users u ON u.account_id = $1 AND u.id = m.id ORDER BY u.id"
    );
    MEMBERS_STOP_AT = "SELECT d.user_id FROM (SELECT DISTINCT m.user_id FROM memberships m WHERE m.account_id = $1 \
                       AND m.group_id = $2 AND m.user_id > $3) d ORDER BY d.user_id LIMIT 1 OFFSET $4";
}

/// What users are to be; `None` for whatever one likes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// Whether they may come in.
    pub status: Option<Status>,
    /// What they may do.
    pub role: Option<Role>,
    /// The license type, or that there is none.
    pub license: Option<Option<License>>,
    /// Whether they have a password of ours as a way in.
    pub work_email: Option<bool>,
    /// Whether they have the identity provider as a way in.
    pub sso: Option<bool>,
    /// What comes behind the @ of their (folded) addresses.
    pub domain: Option<String>,
}

/// A page: the users, and after whom the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<K> {
    /// The users.
    pub users: Vec<User>,
    /// Where to go on; `None` when everybody was looked at.
    pub next: Option<K>,
}

impl Traits {
    /// The values of the conditions, behind those of a range, and before how many are wanted.
    fn beside<'v>(&'v self, range: [Value<'v>; 4], limit: Option<u32>) -> Vec<Value<'v>> {
        let domain = self.domain.as_ref().map(|domain| format!("@{domain}"));
        let traits: [Value<'v>; 6] = [
            self.status.map(Status::as_str).into(),
            self.role.as_ref().map(Role::as_str).into(),
            self.license.map(|license| license.map_or("", License::as_str)).into(),
            self.work_email.into(),
            self.sso.into(),
            domain.into(),
        ];
        range.into_iter().chain(traits).chain(limit.map(Value::from)).collect()
    }
}

/// Users whose (folded) addresses begin with this, in order of address.
///
/// # Errors
/// Those of the database.
pub async fn walk(
    tx: &Tx<'_>,
    (prefix, after): (&str, Option<&str>),
    traits: &Traits,
    limit: u32,
) -> Result<Stretch<String>, Error> {
    let (from, to) = (after.map_or_else(|| prefix.to_owned(), behind), end_of(prefix));
    let range = |count: u32| [tx.account().into(), from.as_str().into(), to.as_str().into(), count.into()];
    let mut users = found(tx, &WALK, &traits.beside(range(WALKED), Some(limit + 1))).await?;
    if users.len() > limit as usize {
        users.truncate(limit as usize);
        let next = users.last().map(|user| user.email.folded().to_owned());
        return Ok(Stretch { users, next });
    }
    let stopped = tx.row(&STOPS_AT, &range(WALKED - 1)).await?;
    let next = stopped.map(|mut row| row.text("email_folded")).transpose()?;
    Ok(Stretch { users, next })
}

/// How many users there are among the first `looked` whose (folded) addresses begin with this.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>, prefix: &str, traits: &Traits, looked: u32) -> Result<i64, Error> {
    let to = end_of(prefix);
    let range = [tx.account().into(), prefix.into(), to.as_str().into(), looked.into()];
    match tx.row(&COUNT, &traits.beside(range, None)).await? {
        Some(mut row) => row.integer("count"),
        None => Ok(0),
    }
}

/// Users whose (folded) names or last names begin with this, each once, at most so many, in order of address.
///
/// # Errors
/// Those of the database.
pub async fn named(tx: &Tx<'_>, prefix: &str, traits: &Traits, limit: u32) -> Result<Vec<User>, Error> {
    let to = end_of(prefix);
    let range = || [tx.account().into(), prefix.into(), to.as_str().into(), READ.into()];
    let values = traits.beside(range(), Some(limit));
    let mut users = found(tx, &BY_NAME, &values).await?;
    users.extend(found(tx, &BY_LAST_NAME, &values).await?);
    users.sort_by(|one, other| one.email.folded().cmp(other.email.folded()));
    users.dedup_by(|one, other| one.id == other.id);
    users.truncate(limit as usize);
    Ok(users)
}

/// Members of a group, in the order in which they became users.
///
/// # Errors
/// Those of the database.
pub async fn members(
    tx: &Tx<'_>,
    (group, after): (GroupId, Option<UserId>),
    traits: &Traits,
    limit: u32,
) -> Result<Stretch<UserId>, Error> {
    let after = after.unwrap_or(UserId::from_bytes([0; 16]));
    let range = |count: u32| [tx.account().into(), group.into(), after.into(), count.into()];
    let mut users = found(tx, &MEMBERS, &traits.beside(range(READ), Some(limit + 1))).await?;
    if users.len() > limit as usize {
        users.truncate(limit as usize);
        let next = users.last().map(|user| user.id);
        return Ok(Stretch { users, next });
    }
    let stopped = tx.row(&MEMBERS_STOP_AT, &range(READ - 1)).await?;
    let next = stopped.map(|mut row| row.id("user_id", UserId::from_bytes)).transpose()?;
    Ok(Stretch { users, next })
}

async fn found(tx: &Tx<'_>, statement: &'static Statement, values: &[Value<'_>]) -> Result<Vec<User>, Error> {
    let rows = tx.rows(statement, values).await?;
    rows.into_iter().map(|mut row| users::read(&mut row)).collect()
}

/// The first text that comes behind this one, as far as texts can be kept.
fn behind(text: &str) -> String {
    format!("{text}\u{1}")
}

fn end_of(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}
