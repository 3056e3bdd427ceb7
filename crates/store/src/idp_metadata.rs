//! What was last read of the identity providers' metadata: one record for each connection that follows an address.
//!
//! The document itself is not kept, for a federation's has megabytes; what was read of it is.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, Value, json, params};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::ConnectionId;
use vestibule_model::idp_metadata::Copy;

statements! { idp_metadata:
    FIND = "SELECT connection_id, url, etag, last_modified, checked_at, fetched_at, valid_until, valid_since, cache_seconds, \
            failed_since, failure, copy FROM idp_metadata WHERE account_id = $1 AND connection_id = $2";
    LIST = "SELECT connection_id, url, etag, last_modified, checked_at, fetched_at, valid_until, valid_since, cache_seconds, \
            failed_since, failure, copy FROM idp_metadata WHERE account_id = $1 ORDER BY connection_id";
    PUT = "INSERT INTO idp_metadata (account_id, connection_id, url, etag, last_modified, checked_at, fetched_at, valid_until, \
           valid_since, cache_seconds, failed_since, failure, copy) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
           ON CONFLICT (account_id, connection_id) DO UPDATE SET url = excluded.url, etag = excluded.etag, \
           last_modified = excluded.last_modified, checked_at = excluded.checked_at, fetched_at = excluded.fetched_at, \
           valid_until = excluded.valid_until, valid_since = excluded.valid_since, cache_seconds = excluded.cache_seconds, \
           failed_since = excluded.failed_since, failure = excluded.failure, copy = excluded.copy";
    ASK_ANEW = "UPDATE idp_metadata SET etag = NULL, last_modified = NULL WHERE account_id = $1 AND connection_id = $2";
}

/// What is remembered of a connection's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The connection.
    pub connection: ConnectionId,
    /// Where the metadata is.
    pub url: String,
    /// The `ETag` that the document came with.
    pub etag: Option<String>,
    /// The `Last-Modified` that the document came with.
    pub last_modified: Option<String>,
    /// When it was last asked for.
    pub checked_at: Timestamp,
    /// When it was last had, or said to be unchanged; `None` when it never was.
    pub fetched_at: Option<Timestamp>,
    /// Until when it is valid.
    pub valid_until: Option<Timestamp>,
    /// Since when it says that it is valid until then.
    pub valid_since: Option<Timestamp>,
    /// How long it may be kept before it is looked at again.
    pub cache_duration: Option<SignedDuration>,
    /// What is wrong, since when; `None` while all is well.
    pub failure: Option<Failure>,
    /// What was read of the last good document.
    pub copy: Option<Copy>,
}

/// Why metadata cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Since when.
    pub since: Timestamp,
    /// A sentence for an administrator.
    pub message: String,
}

impl Record {
    /// The record of a connection whose metadata was not had yet.
    #[must_use]
    pub fn new(connection: ConnectionId, url: &str, now: Timestamp) -> Self {
        Self {
            connection,
            url: url.to_owned(),
            etag: None,
            last_modified: None,
            checked_at: now,
            fetched_at: None,
            valid_until: None,
            valid_since: None,
            cache_duration: None,
            failure: None,
            copy: None,
        }
    }
}

/// The record of a connection.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &Tx<'_>, connection: ConnectionId) -> Result<Option<Record>, Error> {
    tx.row(&FIND, params![tx.account(), connection]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The records of the account, in the order in which their connections were made.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>) -> Result<Vec<Record>, Error> {
    let rows = tx.rows(&LIST, params![tx.account()]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Keeps a record, in place of the one that was there.
///
/// # Errors
/// Those of the database, among them that there is no such connection.
pub async fn put(tx: &Tx<'_>, record: &Record) -> Result<(), Error> {
    let copy = record.copy.as_ref().map(json).transpose()?;
    let row = params![
        tx.account(),
        record.connection,
        record.url.as_str(),
        record.etag.as_deref(),
        record.last_modified.as_deref(),
        record.checked_at,
        record.fetched_at,
        record.valid_until,
        record.valid_since,
        record.cache_duration.map(|kept| kept.as_secs()),
        record.failure.as_ref().map(|failure| failure.since),
        record.failure.as_ref().map(|failure| failure.message.as_str()),
        copy.unwrap_or(Value::Null),
    ];
    tx.execute(&PUT, row).await.map(drop)
}

/// Forgets with what the document of a connection came, so that it is fetched whole the next time.
///
/// # Errors
/// Those of the database.
pub async fn ask_anew(tx: &Tx<'_>, connection: ConnectionId) -> Result<(), Error> {
    tx.execute(&ASK_ANEW, params![tx.account(), connection]).await.map(drop)
}

fn read(row: &mut Row) -> Result<Record, Error> {
    let failure = match (row.time_or_null("failed_since")?, row.text_or_null("failure")?) {
        (Some(since), Some(message)) => Some(Failure { since, message }),
        _ => None,
    };
    Ok(Record {
        connection: row.id("connection_id", ConnectionId::from_bytes)?,
        url: row.text("url")?,
        etag: row.text_or_null("etag")?,
        last_modified: row.text_or_null("last_modified")?,
        checked_at: row.time("checked_at")?,
        fetched_at: row.time_or_null("fetched_at")?,
        valid_until: row.time_or_null("valid_until")?,
        valid_since: row.time_or_null("valid_since")?,
        cache_duration: row.integer_or_null("cache_seconds")?.map(SignedDuration::from_secs),
        failure,
        copy: row.json_or_null("copy")?,
    })
}
