//! SSO connections with every version of their settings.
//!
//! A version, once saved, never changes. Which one is published and which is the draft are two numbers.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, json, params};
use jiff::Timestamp;
use vestibule_model::connection::{Connection, Settings, Version};
use vestibule_model::id::{ConnectionId, UserId};
use vestibule_model::publication::Tested;
use vestibule_model::response_log::TrackingId;

statements! { connections:
    LIST = "SELECT c.id, c.name, p.number AS published_number, p.settings AS published_settings, \
            p.created_at AS published_created_at, p.tested_at AS published_tested_at, \
            p.tested_by AS published_tested_by, p.test_tracking_id AS published_test, d.number AS draft_number, d.settings AS draft_settings, \
            d.created_at AS draft_created_at, d.tested_at AS draft_tested_at, d.tested_by AS draft_tested_by, \
            d.test_tracking_id AS draft_test FROM connections c \
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
    VERSIONS = "SELECT number, settings, created_at, tested_at, tested_by, test_tracking_id, published_at \
                FROM connection_versions WHERE account_id = $1 AND connection_id = $2 ORDER BY number DESC";
    VERSION = "SELECT number, settings, created_at, tested_at, tested_by, test_tracking_id \
               FROM connection_versions WHERE account_id = $1 AND connection_id = $2 AND number = $3";
    MARK_TESTED = "UPDATE connection_versions SET tested_at = $4, tested_by = $5, test_tracking_id = $6 \
                   WHERE account_id = $1 AND connection_id = $2 AND number = $3";
    DISCARD = "UPDATE connections SET draft = NULL WHERE account_id = $1 AND id = $2 AND draft = $3";
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
                published: read(&mut row, &PUBLISHED)?,
                draft: read(&mut row, &DRAFT)?,
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
            let version = read(&mut row, &PLAIN)?.ok_or(Error::Stale)?;
            Ok(Saved { version, published_at: row.time_or_null("published_at")? })
        })
        .collect()
}

/// One version of a connection.
///
/// # Errors
/// Those of the database.
pub async fn version(tx: &Tx<'_>, id: ConnectionId, number: i64) -> Result<Option<Version>, Error> {
    match tx.row(&VERSION, params![tx.account(), id, number]).await? {
        Some(mut row) => read(&mut row, &PLAIN),
        None => Ok(None),
    }
}

/// Notes that a version passed a test sign-in.
///
/// # Errors
/// [`Error::Stale`] when there is no such version; those of the database.
pub async fn mark_tested(tx: &Tx<'_>, id: ConnectionId, number: i64, tested: &Tested) -> Result<(), Error> {
    let Tested { at, by, tracking_id } = tested;
    let row = params![tx.account(), id, number, *at, *by, tracking_id.to_bytes()];
    match tx.execute(&MARK_TESTED, row).await? {
        0 => Err(Error::Stale),
        _ => Ok(()),
    }
}

/// Makes a draft none any more; as a version it stays.
///
/// # Errors
/// [`Error::Stale`] when this is not the draft; those of the database.
pub async fn discard(tx: &Tx<'_>, id: ConnectionId, number: i64) -> Result<(), Error> {
    match tx.execute(&DISCARD, params![tx.account(), id, number]).await? {
        0 => Err(Error::Stale),
        _ => Ok(()),
    }
}

/// The names under which the columns of a version come.
struct Columns {
    number: &'static str,
    settings: &'static str,
    created_at: &'static str,
    tested_at: &'static str,
    tested_by: &'static str,
    test: &'static str,
}

const PLAIN: Columns = Columns {
    number: "number",
    settings: "settings",
    created_at: "created_at",
    tested_at: "tested_at",
    tested_by: "tested_by",
    test: "test_tracking_id",
};
const PUBLISHED: Columns = Columns {
    number: "published_number",
    settings: "published_settings",
    created_at: "published_created_at",
    tested_at: "published_tested_at",
    tested_by: "published_tested_by",
    test: "published_test",
};
const DRAFT: Columns = Columns {
    number: "draft_number",
    settings: "draft_settings",
    created_at: "draft_created_at",
    tested_at: "draft_tested_at",
    tested_by: "draft_tested_by",
    test: "draft_test",
};

fn read(row: &mut Row, columns: &Columns) -> Result<Option<Version>, Error> {
    let Some(number) = row.integer_or_null(columns.number)? else { return Ok(None) };
    let tested = match row.time_or_null(columns.tested_at)? {
        Some(at) => Some(Tested {
            at,
            by: row.id(columns.tested_by, UserId::from_bytes)?,
            tracking_id: row.id(columns.test, TrackingId::from_bytes)?,
        }),
        None => None,
    };
    let (settings, created_at) = (row.json(columns.settings)?, row.time(columns.created_at)?);
    Ok(Some(Version { number, settings, created_at, tested }))
}
