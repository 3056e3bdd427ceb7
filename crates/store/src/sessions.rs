//! Web sessions. The row is always read, with what ends it: whatever does so ends it on every node at once.
//!
//! One session ends when its row goes. All those of a person, and those that an identity provider names, end without
//! being looked for, which would take an index that each sign-in writes a page of: what ended is counted (for the person
//! in `users`, for names in `ended_names`), a session keeps the counts that it began under, and is over when one of them
//! is another. A sign-in that is on its way meanwhile is over too. The rows go when they have been idle for long enough.
//!
//! How long a session may be idle, and how often `seen_at` moves, is decided in `app`.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::users;
use crate::value::params;
use jiff::Timestamp;
use std::collections::BTreeSet;
use vestibule_model::id::{ConnectionId, SessionId, UserId};
use vestibule_model::user::User;

/// The count of one name of a session, among those of its NameID: an index, or having none, or everything.
macro_rules! ended {
    ($account:literal, $connection:literal, $name_id:literal, $session_index:literal) => {
        concat!(
            "FROM ended_names e WHERE e.account_id = ",
            $account,
            " AND e.connection_id = ",
            $connection,
            " AND e.name_id = ",
            $name_id,
            " AND e.session_index = ",
            $session_index
        )
    };
}

statements! { sessions:
    INSERT = concat!(
        "INSERT INTO sessions (account_id, id, user_id, token_hash, connection_id, name_id, session_index, created_at, \
         seen_at, expires_at, name_qualifiers, person_ended, name_ended, index_ended) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
         COALESCE((SELECT u.sessions_ended FROM users u WHERE u.account_id = $1 AND u.id = $3), 0), \
         (SELECT e.ends ", ended!("$1", "$5", "$6", "''"), "), (SELECT e.ends ", ended!("$1", "$5", "$6", "$12"), "))"
    );
    BY_ID = concat!(
        "SELECT s.token_hash, s.connection_id, s.name_id, s.name_qualifiers, s.session_index, \
         s.created_at AS session_created_at, s.seen_at, s.expires_at, ", users::columns!(),
        " FROM sessions s JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id \
         WHERE s.account_id = $1 AND s.id = $2 AND ((s.person_ended IS NULL AND {OLDER_NODES}) OR (s.person_ended = u.sessions_ended \
         AND NOT EXISTS (SELECT 1 ", ended!("s.account_id", "s.connection_id", "s.name_id", "''"),
        " AND (s.name_ended IS NULL OR s.name_ended <> e.ends)) AND NOT EXISTS (SELECT 1 ",
        ended!("s.account_id", "s.connection_id", "s.name_id", "COALESCE('=' || s.session_index, '-')"),
        " AND (s.index_ended IS NULL OR s.index_ended <> e.ends))))"
    );
    TOUCH = "UPDATE sessions SET seen_at = $3 WHERE account_id = $1 AND id = $2 AND seen_at < $3";
    END = "DELETE FROM sessions WHERE account_id = $1 AND id = $2";
    END_ALL_OF = "UPDATE users SET sessions_ended = sessions_ended + 1 WHERE account_id = $1 AND id = $2";
    END_NAMED = "INSERT INTO ended_names (account_id, connection_id, name_id, session_index, ends, ended_at) \
                 VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (account_id, connection_id, name_id, session_index) \
                 DO UPDATE SET ends = ended_names.ends + 1, ended_at = excluded.ended_at";
    // Nodes of an older version know no counts: for them a session ends with its row.
    END_ROWS_OF = "DELETE FROM sessions WHERE account_id = $1 AND user_id = $2 AND {OLDER_NODES}";
    END_ROWS_BY_NAME_ID = "DELETE FROM sessions WHERE account_id = $1 AND name_id = $2 AND connection_id = $3 \
                            AND {OLDER_NODES}";
    END_ROWS_BY_SESSION_INDEX = "DELETE FROM sessions WHERE account_id = $1 AND name_id = $2 AND connection_id = $3 \
                                  AND (session_index = $4 OR session_index IS NULL) AND {OLDER_NODES}";
    PURGE = "DELETE FROM sessions WHERE (account_id, id) IN \
             (SELECT account_id, id FROM sessions WHERE seen_at <= $1 LIMIT $2)";
    PURGE_NAMES = "DELETE FROM ended_names WHERE (account_id, connection_id, name_id, session_index) IN \
                   (SELECT account_id, connection_id, name_id, session_index FROM ended_names WHERE ended_at <= $1 LIMIT $2)";
}

/// How `ended_names` calls every session of a NameID.
const EVERY_INDEX: &str = "";

/// How `ended_names` calls those with this index, and those whose assertion had none.
fn named(session_index: Option<&str>) -> String {
    session_index.map_or_else(|| "-".to_owned(), |index| format!("={index}"))
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
        named(session.session_index.as_deref()),
    ];
    tx.defer(&INSERT, row)
}

/// The session with this id, and its user, if nothing ended it. Whether the caller knows its secret, and whether it is too old, is for the
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

/// Ends every session of a user, those too that are just about to begin.
///
/// # Errors
/// Those of the database.
pub async fn end_all_of(tx: &Tx<'_>, user: UserId) -> Result<(), Error> {
    tx.execute(&END_ALL_OF, params![tx.account(), user]).await?;
    tx.execute(&END_ROWS_OF, params![tx.account(), user]).await.map(drop)
}

/// Ends the sessions that an identity provider names: all that began by this connection with this NameID, or those of
/// them that have one of the session indexes, if it gives any. A session whose assertion had no index is one of them,
/// whatever the index: nobody can tell it apart.
///
/// # Errors
/// Those of the database.
pub async fn end_by_name_id(
    tx: &Tx<'_>,
    connection: ConnectionId,
    name_id: &str,
    session_indexes: &[String],
    now: Timestamp,
) -> Result<(), Error> {
    let account = tx.account();
    // Everybody who ends several does it in this order, so that nobody waits for each other.
    let mut ended: BTreeSet<String> = session_indexes.iter().map(|index| named(Some(index))).collect();
    ended.insert(if ended.is_empty() { EVERY_INDEX.to_owned() } else { named(None) });
    for session_index in &ended {
        let row = params![account, connection, name_id, session_index.as_str(), now];
        tx.execute(&END_NAMED, row).await?;
    }
    if session_indexes.is_empty() {
        return tx.execute(&END_ROWS_BY_NAME_ID, params![account, name_id, connection]).await.map(drop);
    }
    for index in session_indexes {
        let rows = params![account, name_id, connection, index.as_str()];
        tx.execute(&END_ROWS_BY_SESSION_INDEX, rows).await?;
    }
    Ok(())
}

/// Forgets sessions of all accounts that were last used at this time or before, at most [`PURGED_AT_ONCE`], and tells
/// how many. One that ended by its absolute age is not used any more, so it goes too.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, seen_until: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![seen_until, PURGED_AT_ONCE]).await
}

/// Forgets what identity providers ended at this time or before, at most [`PURGED_AT_ONCE`], and tells how many. By then
/// every session that ended so must have been idle for longer than any may be: nothing else tells that it is over. A count
/// begins with the time, so that one that begins anew is none that a session began under.
///
/// # Errors
/// Those of the database.
pub async fn purge_ended_names(tx: &GlobalTx<'_>, ended_until: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE_NAMES, params![ended_until, PURGED_AT_ONCE]).await
}
