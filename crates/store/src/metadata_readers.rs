//! Who reads our metadata. Which visits are worth a row, and how many rows there are, is decided in `model::rotation`.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use vestibule_model::id::ConnectionId;
use vestibule_model::rotation::{Noted, Reader};

statements! { metadata_readers:
    LIST = "SELECT agent, address, first_seen_at, last_seen_at FROM metadata_readers \
            WHERE account_id = $1 AND connection_id = $2 ORDER BY last_seen_at DESC, agent";
    PUT = "INSERT INTO metadata_readers (account_id, connection_id, agent, address, first_seen_at, last_seen_at) \
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, connection_id, agent) DO UPDATE \
           SET address = excluded.address, first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at";
    FORGET = "DELETE FROM metadata_readers WHERE account_id = $1 AND connection_id = $2 AND agent = $3";
}

/// The readers of a connection's metadata, the one that came last first.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, connection: ConnectionId) -> Result<Vec<Reader>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), connection]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Reader {
                agent: row.text("agent")?,
                address: row.text("address")?,
                first_seen_at: row.time("first_seen_at")?,
                last_seen_at: row.time("last_seen_at")?,
            })
        })
        .collect()
}

/// Remembers a visit.
///
/// # Errors
/// Those of the database, among them that there is no such connection.
pub async fn put(tx: &Tx<'_>, connection: ConnectionId, noted: &Noted) -> Result<(), Error> {
    if let Some(agent) = &noted.forget {
        tx.execute(&FORGET, params![tx.account(), connection, agent.as_str()]).await?;
    }
    let Reader { agent, address, first_seen_at, last_seen_at } = &noted.reader;
    let row =
        params![tx.account(), connection, agent.as_str(), address.as_str(), *first_seen_at, *last_seen_at,];
    tx.execute(&PUT, row).await.map(drop)
}
