//! SSO connections with every version of their settings.
//!
//! A version, once saved, never changes. Which one is published and which is the draft are two numbers.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::connection::{Connection, Settings, Version};
use vestibule_model::id::ConnectionId;

statements! { connections:
    LIST = "SELECT c.id, c.name, p.number AS published_number, p.settings AS published_settings, \
            p.created_at AS published_created_at, d.number AS draft_number, d.settings AS draft_settings, \
            d.created_at AS draft_created_at FROM connections c \
            LEFT JOIN connection_versions p \
            ON p.account_id = c.account_id AND p.connection_id = c.id AND p.number = c.published \
            LEFT JOIN connection_versions d \
            ON d.account_id = c.account_id AND d.connection_id = c.id AND d.number = c.draft \
            WHERE c.account_id = $1 ORDER BY c.id";
    CREATE = "INSERT INTO connections (account_id, id, name, newest, created_at) VALUES ($1, $2, $3, 0, $4)";
    RETIRE = "UPDATE connections SET published = NULL, draft = NULL WHERE account_id = $1 AND id = $2";
    NEXT = "UPDATE connections SET newest = newest + 1, draft = newest + 1 WHERE account_id = $1 AND id = $2 \
            RETURNING newest";
    INSERT_VERSION = "INSERT INTO connection_versions (account_id, connection_id, number, created_at, settings) \
                      VALUES ($1, $2, $3, $4, $5)";
    MARK_PUBLISHED = "UPDATE connection_versions SET published_at = $4 \
                      WHERE account_id = $1 AND connection_id = $2 AND number = $3";
    PUBLISH = "UPDATE connections SET published = $3, draft = CASE WHEN draft > $3 THEN draft END \
               WHERE account_id = $1 AND id = $2 AND newest >= $3 AND $3 > 0";
    VERSIONS = "SELECT number, settings, created_at, published_at FROM connection_versions \
                WHERE account_id = $1 AND connection_id = $2 ORDER BY number DESC";
}

/// A version and its past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The version.
    pub version: Version,
    /// When it was last published; `None` when it never was.
    pub published_at: Option<Timestamp>,
}

/// The connections of the account in the order in which they were made, each with its published version and its draft.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>) -> Result<Vec<Connection>, Error> {
    let rows = tx.rows(&LIST, params![tx.account()]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Connection {
                id: row.id("id", ConnectionId::from_bytes)?,
                name: row.text("name")?,
                published: joined(
                    &mut row,
                    ["published_number", "published_settings", "published_created_at"],
                )?,
                draft: joined(&mut row, ["draft_number", "draft_settings", "draft_created_at"])?,
            })
        })
        .collect()
}

/// Makes a connection without settings: the first draft follows.
///
/// # Errors
/// Those of the database.
pub async fn create(tx: &Tx<'_>, id: ConnectionId, name: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(&CREATE, params![tx.account(), id, name, now]).await.map(drop)
}

/// Takes a connection out of use. Its versions and its id stay: what was logged of it can still be read, and nothing
/// else ever gets the same id.
///
/// # Errors
/// Those of the database.
pub async fn retire(tx: &Tx<'_>, id: ConnectionId) -> Result<(), Error> {
    tx.execute(&RETIRE, params![tx.account(), id]).await.map(drop)
}

/// Saves settings as the newest version, which becomes the draft, and returns its number.
///
/// # Errors
/// [`Error::Stale`] when there is no such connection; those of the database.
pub async fn save_draft(
    tx: &Tx<'_>,
    id: ConnectionId,
    settings: &Settings,
    now: Timestamp,
) -> Result<i64, Error> {
    let row = tx.row(&NEXT, params![tx.account(), id]).await?;
    let number = row.ok_or(Error::Stale)?.integer("newest")?;
    tx.execute(&INSERT_VERSION, params![tx.account(), id, number, now, json(settings)?]).await?;
    Ok(number)
}

/// Makes a version the one that sign-ins use; a draft that is not newer is none any more.
///
/// # Errors
/// [`Error::Stale`] when there is no such connection or version; those of the database.
pub async fn publish(tx: &Tx<'_>, id: ConnectionId, number: i64, now: Timestamp) -> Result<(), Error> {
    let (publish, mark) = (params![tx.account(), id, number], params![tx.account(), id, number, now]);
    let (published, marked) =
        tokio::join!(biased; tx.execute(&PUBLISH, publish), tx.execute(&MARK_PUBLISHED, mark));
    match (published?, marked?) {
        (1, 1) => Ok(()),
        _ => Err(Error::Stale),
    }
}

/// Every version of a connection, newest first.
///
/// # Errors
/// Those of the database.
pub async fn versions(tx: &Tx<'_>, id: ConnectionId) -> Result<Vec<Saved>, Error> {
    let rows = tx.rows(&VERSIONS, params![tx.account(), id]).await?;
    rows.into_iter()
        .map(|mut row| {
            let version = Version {
                number: row.integer("number")?,
                settings: row.json("settings")?,
                created_at: row.time("created_at")?,
            };
            Ok(Saved { version, published_at: row.time_or_null("published_at")? })
        })
        .collect()
}

fn joined(
    row: &mut Row,
    [number, settings, created_at]: [&'static str; 3],
) -> Result<Option<Version>, Error> {
    let Some(number) = row.integer_or_null(number)? else { return Ok(None) };
    Ok(Some(Version { number, settings: row.json(settings)?, created_at: row.time(created_at)? }))
}
