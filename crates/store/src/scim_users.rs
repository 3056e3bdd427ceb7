//! Users as a directory sees them: the record with the name, the id and the document that the directory gave.
//!
//! Records are written by `users`; what stands beside them is written here, in the same transaction.

use crate::dialect::is_duplicate;
use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::user_runs;
use crate::users::{columns, read as read_user};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::UserId;
use vestibule_model::user::User;

macro_rules! entry {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", u.user_name, u.external_id, u.scim_version, u.scim FROM users u \
             WHERE u.account_id = $1",
            $rest
        )
    };
}

/// What an answer needs of somebody about whom the document tells everything.
macro_rules! shown {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.email, u.user_name, u.version, u.created_at, u.updated_at, \
             CASE WHEN u.scim_version = u.version THEN u.scim END AS scim FROM users u WHERE u.account_id = $1",
            $rest
        )
    };
}

statements! { scim_users:
    BY_ID = entry!(" AND u.id = $2");
    LOCKED = entry!(" AND u.id = $2 {FOR_UPDATE}");
    // A name that a directory gave goes before an address that happens to be the same. Names that are the address are in no index.
    BY_USER_NAME = concat!(
        entry!(" AND u.user_name_folded = $2 AND u.user_name_folded <> u.email_folded UNION ALL "),
        entry!(" AND u.email_folded = $2 AND (u.user_name_folded IS NULL OR u.user_name_folded = u.email_folded)")
    );
    SHOWN_BY_USER_NAME = concat!(
        shown!(" AND u.user_name_folded = $2 AND u.user_name_folded <> u.email_folded UNION ALL "),
        shown!(" AND u.email_folded = $2 AND (u.user_name_folded IS NULL OR u.user_name_folded = u.email_folded)")
    );
    SHOWN_BY_ID = shown!(" AND u.id = $2");
    SHOWN_PAGE = shown!(" AND u.id > $2 ORDER BY u.id LIMIT $3");
    BY_EXTERNAL_ID = entry!(" AND u.external_id = $2 ORDER BY u.id LIMIT $3");
    BY_ADDRESS = entry!(" AND u.id IN (SELECT a.user_id FROM user_addresses a WHERE a.account_id = $1 AND a.address = $2 \
                         UNION SELECT e.id FROM users e WHERE e.account_id = $1 AND e.email_folded = $2) \
                         ORDER BY u.id LIMIT $3");
    PAGE = entry!(" AND u.id > $2 ORDER BY u.id LIMIT $3");
    FROM = entry!(" AND u.id >= $2 ORDER BY u.id LIMIT $3");
    // The keys alone: a page that nobody came to by the page before is found in the index.
    OWNER = "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.role = 'owner' ORDER BY u.id LIMIT 1";
    BEFORE = "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.id > $2 ORDER BY u.id LIMIT 1 OFFSET $3";
    DESCRIBE = "UPDATE users SET user_name = $3, user_name_folded = $4, external_id = $5, scim = $6, scim_version = $7 \
                WHERE account_id = $1 AND id = $2";
    REWRITE = "UPDATE users SET scim = $3, scim_version = $4 WHERE account_id = $1 AND id = $2";
    ADDRESSES = "SELECT a.address FROM user_addresses a WHERE a.account_id = $1 AND a.user_id = $2 ORDER BY a.address";
    ADD_ADDRESS = "INSERT INTO user_addresses (account_id, address, user_id) VALUES ($1, $2, $3) \
                   ON CONFLICT (account_id, address, user_id) DO NOTHING";
    REMOVE_ADDRESS = "DELETE FROM user_addresses WHERE account_id = $1 AND address = $2 AND user_id = $3";
}

/// A user, and what a directory said of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The record.
    pub user: User,
    /// The `userName`, as it was written; `None` when no directory gave one: then it is the address.
    pub user_name: Option<String>,
    /// The `externalId`.
    pub external_id: Option<String>,
    /// The document as the directory wrote it; `None` when none did.
    pub document: Option<String>,
    /// The version of the record that the document tells everything about.
    pub document_version: Option<i64>,
}

/// What stands beside a record.
#[derive(Debug, Clone, Copy)]
pub struct Description<'a> {
    /// The `userName`.
    pub user_name: &'a str,
    /// The form in which it is compared.
    pub user_name_folded: &'a str,
    /// The `externalId`.
    pub external_id: Option<&'a str>,
    /// The document.
    pub document: &'a str,
    /// The version of the record that it tells everything about.
    pub version: i64,
}

/// A user as an answer shows them, if the document tells everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who it is.
    pub id: UserId,
    /// The `userName`.
    pub user_name: String,
    /// The version of the record.
    pub version: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The document; `None` when there is none, or when it does not tell everything: then the record must be read too.
    pub document: Option<String>,
}

impl Entry {
    /// The `userName`.
    #[must_use]
    pub fn user_name(&self) -> &str {
        self.user_name.as_deref().unwrap_or(self.user.email.as_str())
    }
}

/// The user with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: UserId) -> Result<Option<Entry>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The user with this id, whom nobody else changes before this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>, id: UserId) -> Result<Option<Entry>, Error> {
    tx.row(&LOCKED, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The user with this (folded) `userName`.
///
/// # Errors
/// Those of the database.
pub async fn by_user_name(tx: &Tx<'_>, folded: &str) -> Result<Option<Entry>, Error> {
    let rows = tx.rows(&BY_USER_NAME, params![tx.account(), folded]).await?;
    let entries: Vec<Entry> = rows.into_iter().map(|mut row| read(&mut row)).collect::<Result<_, _>>()?;
    let named = entries.iter().position(|entry| entry.user_name.is_some()).unwrap_or(0);
    Ok(entries.into_iter().nth(named))
}

/// The user with this id, for an answer.
///
/// # Errors
/// Those of the database.
pub async fn shown(tx: &Tx<'_>, id: UserId) -> Result<Option<Shown>, Error> {
    tx.row(&SHOWN_BY_ID, params![tx.account(), id]).await?.map(read_shown).transpose()
}

/// The user with this (folded) `userName`, for an answer.
///
/// # Errors
/// Those of the database.
pub async fn shown_by_user_name(tx: &Tx<'_>, folded: &str) -> Result<Option<Shown>, Error> {
    let mut found = None;
    for row in tx.rows(&SHOWN_BY_USER_NAME, params![tx.account(), folded]).await? {
        let (is_named, shown) = read_named(row)?;
        if is_named || found.is_none() {
            found = Some(shown);
        }
    }
    Ok(found)
}

/// Users in order of id, after this one, for an answer.
///
/// # Errors
/// Those of the database.
pub async fn shown_page(tx: &Tx<'_>, after: Option<UserId>, limit: u32) -> Result<Vec<Shown>, Error> {
    let rows = tx.rows(&SHOWN_PAGE, params![tx.account(), start(after), limit]).await?;
    rows.into_iter().map(read_shown).collect()
}

/// The users with this `externalId`, letter for letter, in order of id; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn by_external_id(tx: &Tx<'_>, external_id: &str, limit: u32) -> Result<Vec<Entry>, Error> {
    let rows = tx.rows(&BY_EXTERNAL_ID, params![tx.account(), external_id, limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The id of the account's owner.
///
/// # Errors
/// Those of the database.
pub async fn owner(tx: &Tx<'_>) -> Result<Option<UserId>, Error> {
    let row = tx.row(&OWNER, params![tx.account()]).await?;
    row.map(|mut row| row.id("id", UserId::from_bytes)).transpose()
}

/// Users of whom a directory wrote this (folded) address, or who have it, in order of id; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn by_address(tx: &Tx<'_>, folded: &str, limit: u32) -> Result<Vec<Entry>, Error> {
    let rows = tx.rows(&BY_ADDRESS, params![tx.account(), folded, limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Users in order of id, after this one.
///
/// # Errors
/// Those of the database.
pub async fn page(tx: &Tx<'_>, after: Option<UserId>, limit: u32) -> Result<Vec<Entry>, Error> {
    let rows = tx.rows(&PAGE, params![tx.account(), start(after), limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Users in order of id, beginning with this one.
///
/// # Errors
/// Those of the database.
pub async fn from(tx: &Tx<'_>, first: UserId, limit: u32) -> Result<Vec<Entry>, Error> {
    let rows = tx.rows(&FROM, params![tx.account(), first, limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The id of the user who stands so many places after this one (the first one after it: 0).
///
/// # Errors
/// Those of the database.
pub async fn at(tx: &Tx<'_>, after: Option<UserId>, offset: i64) -> Result<Option<UserId>, Error> {
    let row = tx.row(&BEFORE, params![tx.account(), start(after), offset]).await?;
    row.map(|mut row| row.id("id", UserId::from_bytes)).transpose()
}

/// The id of the user at a place of the list, from 0, wherever it is.
///
/// # Errors
/// Those of the database.
pub async fn standing_at(tx: &Tx<'_>, place: i64) -> Result<Option<UserId>, Error> {
    user_runs::at(tx, place).await
}

fn start(after: Option<UserId>) -> UserId {
    after.unwrap_or(UserId::from_bytes([0; 16]))
}

/// Writes what stands beside a record.
///
/// # Errors
/// [`Error::UserNameTaken`] when another user of the account has it; those of the database.
pub async fn describe(tx: &Tx<'_>, id: UserId, said: Description<'_>) -> Result<(), Error> {
    let row = params![
        tx.account(),
        id,
        said.user_name,
        said.user_name_folded,
        said.external_id,
        said.document,
        said.version,
    ];
    tx.execute(&DESCRIBE, row).await.map(drop).map_err(sort)
}

/// Writes the document alone, of somebody whose `userName` and `externalId` stay.
///
/// # Errors
/// Those of the database.
pub async fn rewrite(tx: &Tx<'_>, id: UserId, document: &str, version: i64) -> Result<(), Error> {
    tx.execute(&REWRITE, params![tx.account(), id, document, version]).await.map(drop)
}

/// Adds a (folded) address by which a person is found.
pub(crate) async fn add_address(tx: &Tx<'_>, id: UserId, address: &str) -> Result<(), Error> {
    tx.execute(&ADD_ADDRESS, params![tx.account(), address, id]).await.map(drop)
}

/// Writes the (folded) addresses that a directory gave somebody new.
///
/// # Errors
/// Those of the database.
pub async fn add_addresses(tx: &Tx<'_>, user: &User, addresses: &[String]) -> Result<(), Error> {
    // By the address of the record itself everybody is found anyway.
    for address in addresses.iter().filter(|address| *address != user.email.folded()) {
        add_address(tx, user.id, address).await?;
    }
    Ok(())
}

/// Writes the (folded) addresses that a directory gave a person, instead of those from before.
///
/// # Errors
/// Those of the database.
pub async fn set_addresses(tx: &Tx<'_>, id: UserId, addresses: &[String]) -> Result<(), Error> {
    let mut before = Vec::new();
    for mut row in tx.rows(&ADDRESSES, params![tx.account(), id]).await? {
        before.push(row.text("address")?);
    }
    for address in addresses.iter().filter(|address| !before.contains(address)) {
        tx.execute(&ADD_ADDRESS, params![tx.account(), address.as_str(), id]).await?;
    }
    for address in before.iter().filter(|address| !addresses.contains(address)) {
        tx.execute(&REMOVE_ADDRESS, params![tx.account(), address.as_str(), id]).await?;
    }
    Ok(())
}

/// Tells when a user was to get a name that another one has: the index is the last word.
pub(crate) fn sort(error: Error) -> Error {
    let taken = is_duplicate(&error, "users_by_user_name", "users.account_id, users.user_name_folded");
    if taken { Error::UserNameTaken } else { error }
}

fn read(row: &mut Row) -> Result<Entry, Error> {
    Ok(Entry {
        user_name: row.text_or_null("user_name")?,
        external_id: row.text_or_null("external_id")?,
        document: row.text_or_null("scim")?,
        document_version: row.integer_or_null("scim_version")?,
        user: read_user(row)?,
    })
}

fn read_shown(row: Row) -> Result<Shown, Error> {
    read_named(row).map(|(_, shown)| shown)
}

/// A user, and whether a directory gave the name.
fn read_named(mut row: Row) -> Result<(bool, Shown), Error> {
    let (id, email) = (row.id("id", UserId::from_bytes)?, row.text("email")?);
    let given = row.text_or_null("user_name")?;
    let is_named = given.is_some();
    let shown = Shown {
        id,
        user_name: given.unwrap_or(email),
        version: row.integer("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        document: row.text_or_null("scim")?,
    };
    Ok((is_named, shown))
}
