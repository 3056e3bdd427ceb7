//! Web sessions. The row is always read, with what ends it: whatever does so ends it on every node at once.
//!
//! One session ends when its row goes. All those of a person, and those that an identity provider names, end without
//! being looked for, which would take an index that each sign-in writes a page of: what ended is counted (for the person
//! in `users`, for names in `ended_names`), a session keeps the counts that it began under, and is over when one of them
//! is another. A sign-in that is on its way meanwhile is over too. The rows go when they have been idle for long enough.
//!
//! How long a session may be idle, and how often `seen_at` moves, is decided in `app`. What is decided stands in the row, so that
//! nothing else is read when it is used.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::users;
use crate::value::{Row, params};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use vestibule_model::group::Limits;
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
         seen_at, expires_at, name_qualifiers, person_ended, name_ended, index_ended, idle_seconds, lifetime_seconds, settled, \
         second_factor, held) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
         COALESCE((SELECT u.sessions_ended FROM users u WHERE u.account_id = $1 AND u.id = $3), 0), \
         (SELECT e.ends ", ended!("$1", "$5", "$6", "''"), "), (SELECT e.ends ", ended!("$1", "$5", "$6", "$12"), "), $13, $14, $15, $16, $17)"
    );
    BY_ID = concat!(
        "SELECT s.token_hash, s.connection_id, s.name_id, s.name_qualifiers, s.session_index, \
         s.created_at AS session_created_at, s.seen_at, s.expires_at, s.idle_seconds, s.lifetime_seconds, s.settled, s.second_factor, s.held, ", users::columns!(),
        " FROM sessions s JOIN users u ON u.account_id = s.account_id AND u.id = s.user_id \
         WHERE s.account_id = $1 AND s.id = $2 AND ((s.person_ended IS NULL AND {OLDER_NODES}) OR (s.person_ended = u.sessions_ended \
         AND NOT EXISTS (SELECT 1 ", ended!("s.account_id", "s.connection_id", "s.name_id", "''"),
        " AND (s.name_ended IS NULL OR s.name_ended <> e.ends)) AND NOT EXISTS (SELECT 1 ",
        ended!("s.account_id", "s.connection_id", "s.name_id", "COALESCE('=' || s.session_index, '-')"),
        " AND (s.index_ended IS NULL OR s.index_ended <> e.ends))))"
    );
    TOUCH = "UPDATE sessions SET seen_at = $3 WHERE account_id = $1 AND id = $2 AND seen_at < $3";
    PROVE = "UPDATE sessions SET second_factor = TRUE WHERE account_id = $1 AND id = $2";
    RELEASE = "UPDATE sessions SET held = FALSE WHERE account_id = $1 AND id = $2 AND held";
    LOCK = "SELECT s.id FROM sessions s WHERE s.account_id = $1 AND s.id = $2 {FOR_UPDATE}";
    SETTLE = "UPDATE sessions SET idle_seconds = $3, lifetime_seconds = $4, settled = $5 WHERE account_id = $1 AND id = $2";
    UNSETTLE = "UPDATE sessions SET settled = -1 WHERE account_id = $1 AND user_id = $2 AND settled > 0";
    WHOSE = "SELECT s.id, s.connection_id, u.email_folded FROM sessions s JOIN users u ON u.account_id = s.account_id \
             AND u.id = s.user_id WHERE s.account_id = $1 AND s.id > $2 ORDER BY s.id LIMIT $3";
    END = "DELETE FROM sessions WHERE account_id = $1 AND id = $2";
    END_ALL_OF = "UPDATE users SET sessions_ended = sessions_ended + 1 WHERE account_id = $1 AND id = $2";
    BEGAN_BY = "SELECT id FROM sessions WHERE account_id = $1 AND connection_id = $2 AND created_at >= $3 LIMIT 1";
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
             (SELECT account_id, id FROM sessions WHERE seen_at <= $1 \
              AND seen_at + idle_seconds * 1000000 <= $2 LIMIT $3)";
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
    /// How long it lives by the settings of the person's groups.
    pub limits: Limits,
    /// For which state of the account and the memberships that was worked out.
    pub settled: Settled,
    /// Whether the person showed a second factor.
    pub second_factor: bool,
    /// Whether the person has to answer a question before it opens anything.
    pub held: bool,
}

/// What the limits of a session were worked out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// For an account without settings, where memberships do not matter.
    WithoutSettings,
    /// For this version of the account.
    At(i64),
    /// For memberships that changed since: they are to be worked out again.
    Not,
}

impl Settled {
    /// As the table keeps it; versions begin with 1.
    fn number(self) -> i64 {
        match self {
            Self::WithoutSettings => 0,
            Self::At(version) => version,
            Self::Not => -1,
        }
    }

    fn from_number(number: i64) -> Self {
        match number {
            0 => Self::WithoutSettings,
            1.. => Self::At(number),
            _ => Self::Not,
        }
    }
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
        session.limits.idle_seconds,
        session.limits.lifetime_seconds,
        session.settled.number(),
        session.second_factor,
        session.held,
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
        limits: limits(&mut row)?,
        settled: Settled::from_number(row.integer("settled")?),
        second_factor: row.boolean("second_factor")?,
        held: row.boolean("held")?,
    };
    Ok(Some((session, user)))
}

fn limits(row: &mut Row) -> Result<Limits, Error> {
    let idle = row.integer("idle_seconds")?;
    let lifetime = row.integer_or_null("lifetime_seconds")?;
    let seconds = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    Ok(Limits { idle_seconds: seconds(idle), lifetime_seconds: lifetime.map(seconds) })
}

/// Holds on to a session, so that nobody settles or unsettles it before this transaction ends; false when it has ended.
///
/// # Errors
/// Those of the database.
pub async fn lock(tx: &Tx<'_>, id: SessionId) -> Result<bool, Error> {
    Ok(tx.row(&LOCK, params![tx.account(), id]).await?.is_some())
}

/// Notes that the person showed a second factor.
///
/// # Errors
/// Those of the database.
pub async fn prove(tx: &Tx<'_>, id: SessionId) -> Result<(), Error> {
    tx.execute(&PROVE, params![tx.account(), id]).await.map(drop)
}

/// Lets a session open everything from now on; false when it did already, or has ended.
///
/// # Errors
/// Those of the database.
pub async fn release(tx: &Tx<'_>, id: SessionId) -> Result<bool, Error> {
    Ok(tx.execute(&RELEASE, params![tx.account(), id]).await? == 1)
}

/// Writes how long a session lives.
///
/// # Errors
/// Those of the database.
pub async fn settle(tx: &Tx<'_>, id: SessionId, limits: Limits, settled: Settled) -> Result<(), Error> {
    let row = params![tx.account(), id, limits.idle_seconds, limits.lifetime_seconds, settled.number()];
    tx.execute(&SETTLE, row).await.map(drop)
}

/// Has the limits of a user's sessions worked out again when they are used next, because the memberships changed.
///
/// # Errors
/// Those of the database.
pub async fn unsettle(tx: &Tx<'_>, user: UserId) -> Result<(), Error> {
    tx.execute(&UNSETTLE, params![tx.account(), user]).await.map(drop)
}

/// Notes that a session was used.
///
/// # Errors
/// Those of the database.
pub async fn touch(tx: &Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), Error> {
    tx.defer(&TOUCH, params![tx.account(), id, now])
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The session.
    pub id: SessionId,
    /// The connection by which the person came; `None` with a password.
    pub connection: Option<ConnectionId>,
    /// The (folded) address of the person.
    pub address: String,
}

/// Sessions after an id, in order of id.
///
/// # Errors
/// Those of the database.
pub async fn whose(tx: &Tx<'_>, after: Option<SessionId>, limit: u32) -> Result<Vec<Whose>, Error> {
    let after = after.unwrap_or(SessionId::from_bytes([0; 16]));
    let rows = tx.rows(&WHOSE, params![tx.account(), after, limit]).await?;
    let read = |mut row: Row| {
        Ok(Whose {
            id: row.id("id", SessionId::from_bytes)?,
            connection: row.id_or_null("connection_id", ConnectionId::from_bytes)?,
            address: row.text("email_folded")?,
        })
    };
    rows.into_iter().map(read).collect()
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

/// Whether somebody came in by a connection since then, as far as the session is still there.
///
/// # Errors
/// Those of the database.
pub async fn began_by(tx: &Tx<'_>, connection: ConnectionId, since: Timestamp) -> Result<bool, Error> {
    Ok(tx.row(&BEGAN_BY, params![tx.account(), connection, since]).await?.is_some())
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

/// Forgets sessions of all accounts that were idle for this many seconds, and as long as they may be, at most
/// [`PURGED_AT_ONCE`], and tells how many. One that ended by its absolute age is not used any more, so it goes too.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, idle_seconds: u32, now: Timestamp) -> Result<u64, Error> {
    let seen_until = now - SignedDuration::from_secs(i64::from(idle_seconds));
    tx.execute(&PURGE, params![seen_until, now, PURGED_AT_ONCE]).await
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
