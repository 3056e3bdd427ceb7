//! Web sessions. The row is always read: ending it ends the session, on every node at once.
//!
//! How long a session may be idle, and how often `seen_at` moves, is decided in `app`.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::users;
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::{ConnectionId, SessionId, UserId};
use vestibule_model::user::User;

statements! { sessions:
    INSERT = "INSERT INTO sessions (account_id, id, user_id, token_hash, connection_id, name_id, session_index, \
              created_at, seen_at, expires_at, name_qualifiers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    BY_ID = concat!(
        "SELECT s.token_hash, s.connection_id, s.name_id, s.name_qualifiers, s.session_index, \
         s.created_at AS session_created_at, s.seen_at, s.expires_at, ", users::columns!(),
        " FROM sessions s JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id \
         WHERE s.account_id = $1 AND s.id = $2"
    );
    TOUCH = "UPDATE sessions SET seen_at = $3 WHERE account_id = $1 AND id = $2 AND seen_at < $3";
    END = "DELETE FROM sessions WHERE account_id = $1 AND id = $2";
    END_ALL_OF = "DELETE FROM sessions WHERE account_id = $1 AND user_id = $2";
    END_BY_NAME_ID = "DELETE FROM sessions WHERE account_id = $1 AND name_id = $2 AND connection_id = $3";
    END_BY_SESSION_INDEX = "DELETE FROM sessions WHERE account_id = $1 AND name_id = $2 AND connection_id = $3 \
                            AND (session_index = $4 OR session_index IS NULL)";
    PURGE = "DELETE FROM sessions WHERE (account_id, id) IN \
             (SELECT account_id, id FROM sessions WHERE seen_at <= $1 LIMIT $2)";
}

/// A person's stay in one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who stays.
    pub user: UserId,
    /// SHA-256 of the cookie's secret.
    pub token_hash: [u8; 32],
    /// The connection by which the person came; `None` with a password.
    pub connection: Option<ConnectionId>,
    /// The NameID of the sign-in, for single logout.
    pub name_id: Option<String>,
    /// How that NameID was qualified, as the caller writes it.
    pub name_qualifiers: Option<String>,
    /// The SessionIndex of the sign-in, for single logout.
    pub session_index: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest, however much it is used.
    pub expires_at: Option<Timestamp>,
}

/// Begins a session. It is written when the transaction commits, so the body itself does not find it.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, session: &Session) -> Result<(), Error> {
    let row = params![
        tx.account(),
        session.id,
        session.user,
        &session.token_hash,
        session.connection,
        session.name_id.as_deref(),
        session.session_index.as_deref(),
        session.created_at,
        session.seen_at,
        session.expires_at,
        session.name_qualifiers.as_deref(),
    ];
    tx.defer(&INSERT, row)
}

/// The session with this id, and its user. Whether the caller knows its secret, and whether it is too old, is for the
/// caller to say.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: SessionId) -> Result<Option<(Session, User)>, Error> {
    let Some(mut row) = tx.row(&BY_ID, params![tx.account(), id]).await? else { return Ok(None) };
    let user = users::read(&mut row)?;
    let session = Session {
        id,
        user: user.id,
        token_hash: row.hash("token_hash")?,
        connection: row.id_or_null("connection_id", ConnectionId::from_bytes)?,
        name_id: row.text_or_null("name_id")?,
        name_qualifiers: row.text_or_null("name_qualifiers")?,
        session_index: row.text_or_null("session_index")?,
        created_at: row.time("session_created_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time_or_null("expires_at")?,
    };
    Ok(Some((session, user)))
}

/// Notes that a session was used.
///
/// # Errors
/// Those of the database.
pub async fn touch(tx: &Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), Error> {
    tx.defer(&TOUCH, params![tx.account(), id, now])
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn end(tx: &Tx<'_>, id: SessionId) -> Result<(), Error> {
    tx.execute(&END, params![tx.account(), id]).await.map(drop)
}

/// Ends every session of a user, and tells how many there were.
///
/// # Errors
/// Those of the database.
pub async fn end_all_of(tx: &Tx<'_>, user: UserId) -> Result<u64, Error> {
    tx.execute(&END_ALL_OF, params![tx.account(), user]).await
}

/// Ends the sessions that an identity provider names: all that began by this connection with this NameID, or those of
/// them that have one of the session indexes, if it gives any. A session whose assertion had no index is one of them,
/// whatever the index: nobody can tell it apart. Tells how many there were.
///
/// # Errors
/// Those of the database.
pub async fn end_by_name_id(
    tx: &Tx<'_>,
    connection: ConnectionId,
    name_id: &str,
    session_indexes: &[String],
) -> Result<u64, Error> {
    if session_indexes.is_empty() {
        return tx.execute(&END_BY_NAME_ID, params![tx.account(), name_id, connection]).await;
    }
    let mut ended = 0;
    for index in session_indexes {
        let named = params![tx.account(), name_id, connection, index.as_str()];
        ended += tx.execute(&END_BY_SESSION_INDEX, named).await?;
    }
    Ok(ended)
}

/// Forgets sessions of all accounts that were last used at this time or before, at most [`PURGED_AT_ONCE`], and tells
/// how many. One that ended by its absolute age is not used any more, so it goes too.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, seen_until: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![seen_until, PURGED_AT_ONCE]).await
}
