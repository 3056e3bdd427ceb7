//! Sign-ins on their way from an account to its sub-account: what the session there will be, until the browser arrives.
//!
//! The secret is with the browser alone; its hash is here, and so is the hash of the cookie that binds the row to that
//! browser. A row belongs to the account at whose address it is to be used.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::{AccountId, ConnectionId, UserId};

statements! { hand_overs:
    INSERT = "INSERT INTO hand_overs (account_id, token_hash, sub_account_id, user_id, browser_hash, connection_id, name_id, \
              name_qualifiers, session_index, session_ends_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    TAKE = "DELETE FROM hand_overs WHERE account_id = $1 AND token_hash = $2 AND browser_hash = $3 AND expires_at > $4 \
            RETURNING sub_account_id, user_id, connection_id, name_id, name_qualifiers, session_index, session_ends_at, \
            expires_at";
    END = "DELETE FROM hand_overs WHERE account_id = $1 AND connection_id = $2 AND name_id = $3";
    PURGE = "DELETE FROM hand_overs WHERE (account_id, token_hash) IN \
             (SELECT account_id, token_hash FROM hand_overs WHERE expires_at <= $1 LIMIT $2)";
}

/// A sign-in on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// SHA-256 of its secret.
    pub token_hash: [u8; 32],
    /// SHA-256 of the cookie of the browser that may use it.
    pub browser_hash: [u8; 32],
    /// The account in which the person stays.
    pub sub_account: AccountId,
    /// Who comes.
    pub user: UserId,
    /// The connection by which the person came: one of the account above.
    pub connection: ConnectionId,
    /// The NameID of the sign-in, for single logout.
    pub name_id: Option<String>,
    /// How that NameID was qualified.
    pub name_qualifiers: Option<String>,
    /// The SessionIndex of the sign-in, for single logout.
    pub session_index: Option<String>,
    /// When the session ends at the latest.
    pub session_ends_at: Option<Timestamp>,
    /// From when on it is of no use.
    pub expires_at: Timestamp,
}

/// Remembers a sign-in on its way, at the account of the transaction.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, on_its_way: &HandOver) -> Result<(), Error> {
    let row = params![
        tx.account(),
        &on_its_way.token_hash,
        on_its_way.sub_account,
        on_its_way.user,
        &on_its_way.browser_hash,
        on_its_way.connection,
        on_its_way.name_id.as_deref(),
        on_its_way.name_qualifiers.as_deref(),
        on_its_way.session_index.as_deref(),
        on_its_way.session_ends_at,
        on_its_way.expires_at,
    ];
    tx.defer(&INSERT, row)
}

/// Uses it up: exactly one taker gets it. One of another browser, and one that has expired, is not there.
///
/// # Errors
/// Those of the database.
pub async fn take(
    tx: &Tx<'_>,
    token_hash: &[u8; 32],
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<HandOver>, Error> {
    let wanted = params![tx.account(), token_hash, browser_hash, now];
    let Some(mut row) = tx.row(&TAKE, wanted).await? else { return Ok(None) };
    Ok(Some(HandOver {
        token_hash: *token_hash,
        browser_hash: *browser_hash,
        sub_account: row.id("sub_account_id", AccountId::from_bytes)?,
        user: row.id("user_id", UserId::from_bytes)?,
        connection: row.id("connection_id", ConnectionId::from_bytes)?,
        name_id: row.text_or_null("name_id")?,
        name_qualifiers: row.text_or_null("name_qualifiers")?,
        session_index: row.text_or_null("session_index")?,
        session_ends_at: row.time_or_null("session_ends_at")?,
        expires_at: row.time("expires_at")?,
    }))
}

/// Forgets those of a person whom the identity provider signs out, whatever their session index: they are a minute old at
/// most, and the person can sign in again. Tells how many there were.
///
/// # Errors
/// Those of the database.
pub async fn end_by_name_id(tx: &Tx<'_>, connection: ConnectionId, name_id: &str) -> Result<u64, Error> {
    tx.execute(&END, params![tx.account(), connection, name_id]).await
}

/// Forgets expired ones of all accounts, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}
