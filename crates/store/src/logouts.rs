//! Outstanding logout requests: those that were sent to an identity provider and not answered yet.
//!
//! The session that such a request is about has ended already; an answer only tells how it went elsewhere.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::ConnectionId;

statements! { logouts:
    INSERT = "INSERT INTO logouts (account_id, request_id, connection_id, browser_hash, expires_at) \
              VALUES ($1, $2, $3, $4, $5)";
    TAKE = "DELETE FROM logouts WHERE account_id = $1 AND request_id = $2 AND connection_id = $3 \
            AND browser_hash = $4 AND expires_at > $5";
    PURGE = "DELETE FROM logouts WHERE (account_id, request_id) IN \
             (SELECT account_id, request_id FROM logouts WHERE expires_at <= $1 LIMIT $2)";
}

/// A request that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    /// The ID of the request, which InResponseTo names.
    pub request_id: String,
    /// The connection that it was sent for.
    pub connection: ConnectionId,
    /// SHA-256 of the cookie that binds it to its browser.
    pub browser_hash: [u8; 32],
    /// From when on no answer belongs to it.
    pub expires_at: Timestamp,
}

/// Remembers a request.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, logout: &Logout) -> Result<(), Error> {
    let Logout { request_id, connection, browser_hash, expires_at } = logout;
    let row = params![tx.account(), request_id.as_str(), *connection, browser_hash, *expires_at];
    tx.defer(&INSERT, row)
}

/// Takes the request that an answer names: true for the first who does. A request of another connection or another
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
) -> Result<bool, Error> {
    let wanted = params![tx.account(), request_id, connection, browser_hash, now];
    Ok(tx.execute(&TAKE, wanted).await? == 1)
}

/// Forgets expired requests of all accounts, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}
