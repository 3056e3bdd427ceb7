//! Users as a directory sees them: the record with the name, the id and the document that the directory gave.
//!
//! Records are written by `users`; what stands beside them is written here, in the same transaction.

use crate::dialect::is_duplicate;
use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::users::{columns, read as read_user};
use crate::value::{Row, params};
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

statements! { scim_users:
    BY_ID = entry!(" AND u.id = $2");
    LOCKED = entry!(" AND u.id = $2 {FOR_UPDATE}");
    // A name that a directory gave goes before an address that happens to be the same.
    BY_USER_NAME = entry!(" AND (u.user_name_folded = $2 OR (u.user_name_folded IS NULL AND u.email_folded = $2)) \
                           ORDER BY u.id LIMIT 2");
    BY_EXTERNAL_ID = entry!(" AND u.external_id = $2 ORDER BY u.id LIMIT $3");
    BY_ADDRESS = entry!(" AND u.id IN (SELECT a.user_id FROM user_addresses a WHERE a.account_id = $1 AND a.address = $2 \
                         UNION SELECT e.id FROM users e WHERE e.account_id = $1 AND e.email_folded = $2) \
                         ORDER BY u.id LIMIT $3");
    PAGE = entry!(" AND u.id > $2 ORDER BY u.id LIMIT $3");
    // The keys alone: a page that nobody came to by the page before is found in the index.
    OWNER = "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.role = 'owner' ORDER BY u.id LIMIT 1";
    BEFORE = "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.id > $2 ORDER BY u.id LIMIT 1 OFFSET $3";
    DESCRIBE = "UPDATE users SET user_name = $3, user_name_folded = $4, external_id = $5, scim = $6, scim_version = $7 \
                WHERE account_id = $1 AND id = $2";
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

/// The id of the user who stands so many places after this one (the first one after it: 0).
///
/// # Errors
/// Those of the database.
pub async fn at(tx: &Tx<'_>, after: Option<UserId>, offset: i64) -> Result<Option<UserId>, Error> {
    let row = tx.row(&BEFORE, params![tx.account(), start(after), offset]).await?;
    row.map(|mut row| row.id("id", UserId::from_bytes)).transpose()
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

fn sort(error: Error) -> Error {
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
