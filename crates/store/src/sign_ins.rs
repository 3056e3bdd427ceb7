//! Outstanding sign-ins: the requests that were sent to an identity provider and not answered yet.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::ConnectionId;

statements! { sign_ins:
    INSERT = "INSERT INTO sign_ins (account_id, request_id, connection_id, browser_hash, return_to, created_at, expires_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    TAKE = "DELETE FROM sign_ins WHERE account_id = $1 AND request_id = $2 AND connection_id = $3 \
            AND browser_hash = $4 AND expires_at > $5 RETURNING return_to, created_at, expires_at";
    PURGE = "DELETE FROM sign_ins WHERE (account_id, request_id) IN \
             (SELECT account_id, request_id FROM sign_ins WHERE expires_at <= $1 LIMIT $2)";
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

/// Remembers a request.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, sign_in: &SignIn) -> Result<(), Error> {
    let row = params![
        tx.account(),
        sign_in.request_id.as_str(),
        sign_in.connection,
        &sign_in.browser_hash,
        sign_in.return_to.as_str(),
        sign_in.created_at,
        sign_in.expires_at,
    ];
    tx.defer(&INSERT, row)
}

/// Takes the request that a response answers: exactly one taker gets it. A request of another connection or another
/// browser, and one that has expired, is not there.
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

/// Forgets expired requests of all accounts, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}
