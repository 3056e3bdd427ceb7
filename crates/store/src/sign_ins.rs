//! Outstanding sign-ins: the requests that were sent to an identity provider and not answered yet.
//!
//! An ID that begins with its own time ([`first_letters`]) lies in order: what has expired lies in one piece, so no index tells
//! of it, and neither a request nor its answer writes a page of one. Other IDs have an index.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::{ConnectionId, UserId};

statements! { sign_ins:
    INSERT = "INSERT INTO sign_ins (account_id, request_id, connection_id, browser_hash, return_to, created_at, expires_at, \
              in_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    INSERT_TEST = "INSERT INTO sign_ins (account_id, request_id, connection_id, browser_hash, return_to, created_at, \
                   expires_at, tested_version, tester) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND_TEST = "SELECT connection_id, tested_version FROM sign_ins WHERE account_id = $1 AND request_id = $2 \
                 AND browser_hash = $3 AND expires_at > $4 AND tested_version IS NOT NULL";
    TAKE_TEST = "DELETE FROM sign_ins WHERE account_id = $1 AND request_id = $2 AND connection_id = $3 \
                 AND browser_hash = $4 AND expires_at > $5 AND tested_version = $6 RETURNING tester";
    TAKE = "DELETE FROM sign_ins WHERE account_id = $1 AND request_id = $2 AND connection_id = $3 \
            AND browser_hash = $4 AND expires_at > $5 AND tested_version IS NULL RETURNING return_to, created_at, expires_at";
    PURGE = "DELETE FROM sign_ins WHERE (account_id, request_id) IN \
             (SELECT account_id, request_id FROM sign_ins WHERE account_id IN (SELECT id FROM accounts) \
             AND request_id < $1 AND in_order = TRUE AND expires_at <= $2 LIMIT $3)";
    PURGE_OTHERS = "DELETE FROM sign_ins WHERE (account_id, request_id) IN \
                    (SELECT account_id, request_id FROM sign_ins WHERE expires_at <= $1 AND in_order = FALSE LIMIT $2)";
}

/// A request that waits for its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The ID of the request, which InResponseTo names.
    pub request_id: String,
    /// The connection that it was sent for.
    pub connection: ConnectionId,
    /// SHA-256 of the cookie that binds it to its browser.
    pub browser_hash: [u8; 32],
    /// Where the person wanted to go.
    pub return_to: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// From when on no response answers it.
    pub expires_at: Timestamp,
}

/// How the ID of a request begins that lies in order: with the millisecond in which it is made.
#[must_use]
pub fn first_letters(made_at: Timestamp) -> String {
    format!("_{:012x}", u64::try_from(made_at.as_millisecond()).unwrap_or(0))
}

/// Remembers a request.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, sign_in: &SignIn) -> Result<(), Error> {
    let in_order = sign_in.request_id.starts_with(&first_letters(sign_in.created_at));
    let row = params![
        tx.account(),
        sign_in.request_id.as_str(),
        sign_in.connection,
        &sign_in.browser_hash,
        sign_in.return_to.as_str(),
        sign_in.created_at,
        sign_in.expires_at,
        in_order,
    ];
    tx.defer(&INSERT, row)
}

/// Remembers a request that tests a version of its connection: only [`take_test`] takes it, never [`take`].
///
/// # Errors
/// Those of the database.
pub async fn insert_test(tx: &Tx<'_>, sign_in: &SignIn, version: i64, tester: UserId) -> Result<(), Error> {
    let row = params![
        tx.account(),
        sign_in.request_id.as_str(),
        sign_in.connection,
        &sign_in.browser_hash,
        sign_in.return_to.as_str(),
        sign_in.created_at,
        sign_in.expires_at,
        version,
        tester,
    ];
    tx.defer(&INSERT_TEST, row)
}

/// The connection and the version that a request of this browser tests; `None` when it tests nothing. What it says only
/// chooses how a response is verified: [`take_test`] confirms it.
///
/// # Errors
/// Those of the database.
pub async fn find_test(
    tx: &Tx<'_>,
    request_id: &str,
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(ConnectionId, i64)>, Error> {
    let wanted = params![tx.account(), request_id, browser_hash, now];
    let Some(mut row) = tx.row(&FIND_TEST, wanted).await? else { return Ok(None) };
    let connection = row.id("connection_id", ConnectionId::from_bytes)?;
    Ok(Some((connection, row.integer("tested_version")?)))
}

/// Takes the request of a test: exactly one taker gets it, and learns who tests. A request of another connection, version
/// or browser, one that tests nothing, and one that has expired, is not there.
///
/// # Errors
/// Those of the database.
pub async fn take_test(
    tx: &Tx<'_>,
    request_id: &str,
    (connection, version): (ConnectionId, i64),
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<UserId>, Error> {
    let wanted = params![tx.account(), request_id, connection, browser_hash, now, version];
    let row = tx.row(&TAKE_TEST, wanted).await?;
    row.map(|mut row| row.id("tester", UserId::from_bytes)).transpose()
}

/// Takes the request that a response answers: exactly one taker gets it. A request of another connection or another
/// browser, one that tests something, and one that has expired, is not there.
///
/// # Errors
/// Those of the database.
pub async fn take(
    tx: &Tx<'_>,
    request_id: &str,
    connection: ConnectionId,
    browser_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<SignIn>, Error> {
    let wanted = params![tx.account(), request_id, connection, browser_hash, now];
    let Some(mut row) = tx.row(&TAKE, wanted).await? else { return Ok(None) };
    Ok(Some(SignIn {
        request_id: request_id.to_owned(),
        connection,
        browser_hash: *browser_hash,
        return_to: row.text("return_to")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    }))
}

/// Forgets expired requests of all accounts, at most [`PURGED_AT_ONCE`], and tells how many. `lifetime` is how long a request
/// waits: those that lie in order are looked at as far as they can have expired.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp, lifetime: SignedDuration) -> Result<u64, Error> {
    let next = first_letters(now - lifetime + SignedDuration::from_millis(1));
    let purged = tx.execute(&PURGE, params![next, now, PURGED_AT_ONCE]).await?;
    let left = i64::from(PURGED_AT_ONCE) - i64::try_from(purged).unwrap_or(0);
    Ok(purged + tx.execute(&PURGE_OTHERS, params![now, left]).await?)
}
