//! Resources of the types that a deployment brings itself: a document each, and the values that no other one of the type has.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::ResourceId;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.version, r.created_at, r.updated_at, r.document FROM resources r \
             WHERE r.account_id = $1 AND r.kind = $2",
            $rest
        )
    };
}

statements! { resources:
    BY_ID = select!(" AND r.id = $3");
    BY_VALUE = select!(" AND r.id IN (SELECT v.resource_id FROM resource_values v WHERE v.account_id = $1 AND v.kind = $2 \
                        AND v.attribute = $3 AND v.value = $4)");
    PAGE = select!(" AND r.id > $3 ORDER BY r.id LIMIT $4 OFFSET $5");
    COUNT = "SELECT COUNT(*) AS count FROM resources WHERE account_id = $1 AND kind = $2";
    INSERT = "INSERT INTO resources (account_id, kind, id, version, created_at, updated_at, document) \
              VALUES ($1, $2, $3, 1, $4, $4, $5)";
    UPDATE = "UPDATE resources SET document = $4, updated_at = $5, version = version + 1 \
              WHERE account_id = $1 AND kind = $2 AND id = $3 AND version = $6";
    DELETE = "DELETE FROM resources WHERE account_id = $1 AND kind = $2 AND id = $3 AND version = $4";
    CLAIM = "INSERT INTO resource_values (account_id, kind, attribute, value, resource_id) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account_id, kind, attribute, value) DO NOTHING";
    LET_GO = "DELETE FROM resource_values WHERE account_id = $1 AND kind = $2 AND resource_id = $3";
}

/// A resource, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: ResourceId,
    /// Grows with every change (an optimistic lock).
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// What is said of it, in JSON.
    pub document: String,
}

/// The resource of this type with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, kind: &str, id: ResourceId) -> Result<Option<Record>, Error> {
    tx.row(&BY_ID, params![tx.account(), kind, id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The resource of this type that has a value which is unique.
///
/// # Errors
/// Those of the database.
pub async fn by_value(
    tx: &Tx<'_>,
    kind: &str,
    (attribute, value): (&str, &str),
) -> Result<Option<Record>, Error> {
    let row = tx.row(&BY_VALUE, params![tx.account(), kind, attribute, value]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Resources of this type in order of id, after this one, without so many of them; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &Tx<'_>,
    kind: &str,
    after: Option<ResourceId>,
    (skipped, limit): (i64, u32),
) -> Result<Vec<Record>, Error> {
    let after = after.unwrap_or(ResourceId::from_bytes([0; 16]));
    let rows = tx.rows(&PAGE, params![tx.account(), kind, after, limit, skipped]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// How many resources of this type the account has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>, kind: &str) -> Result<i64, Error> {
    match tx.row(&COUNT, params![tx.account(), kind]).await? {
        Some(mut row) => row.integer("count"),
        None => Ok(0),
    }
}

/// Keeps a new resource, in its first version.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &Tx<'_>,
    kind: &str,
    (id, now): (ResourceId, Timestamp),
    document: &str,
) -> Result<(), Error> {
    tx.execute(&INSERT, params![tx.account(), kind, id, now, document]).await.map(drop)
}

/// Writes another document of a resource that was read in this version.
///
/// # Errors
/// [`Error::Stale`] when it has changed since; those of the database.
pub async fn update(
    tx: &Tx<'_>,
    kind: &str,
    (id, version): (ResourceId, i64),
    (document, now): (&str, Timestamp),
) -> Result<(), Error> {
    let row = params![tx.account(), kind, id, document, now, version];
    if tx.execute(&UPDATE, row).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Deletes a resource that was read in this version; its values are free.
///
/// # Errors
/// [`Error::Stale`] when it has changed since; those of the database.
pub async fn delete(tx: &Tx<'_>, kind: &str, (id, version): (ResourceId, i64)) -> Result<(), Error> {
    let gone = tx.execute(&DELETE, params![tx.account(), kind, id, version]).await?;
    if gone == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Takes a value of an attribute for a resource; false when another one of the type has it.
///
/// # Errors
/// Those of the database.
pub async fn claim(
    tx: &Tx<'_>,
    kind: &str,
    id: ResourceId,
    (attribute, value): (&str, &str),
) -> Result<bool, Error> {
    Ok(tx.execute(&CLAIM, params![tx.account(), kind, attribute, value, id]).await? > 0)
}

/// Lets go of all values that a resource has taken.
///
/// # Errors
/// Those of the database.
pub async fn let_go(tx: &Tx<'_>, kind: &str, id: ResourceId) -> Result<(), Error> {
    tx.execute(&LET_GO, params![tx.account(), kind, id]).await.map(drop)
}

fn read(row: &mut Row) -> Result<Record, Error> {
    Ok(Record {
        id: row.id("id", ResourceId::from_bytes)?,
        version: row.integer("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        document: row.text("document")?,
    })
}
