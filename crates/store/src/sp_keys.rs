//! The key pairs with which connections sign. The private key comes sealed (encrypted by `app`), and is kept as it comes.

use crate::error::Error;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::params;
use jiff::Timestamp;
use vestibule_model::id::{ConnectionId, SpKeyId};

statements! { sp_keys:
    INSERT = "INSERT INTO sp_keys (account_id, id, connection_id, state, created_at, certificate, sealed_key) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LIST = "SELECT id, state, created_at, certificate, sealed_key FROM sp_keys \
            WHERE account_id = $1 AND connection_id = $2 ORDER BY id";
}

/// A key pair of a connection.
#[derive(Clone, PartialEq, Eq)]
pub struct SpKey {
    /// Its id.
    pub id: SpKeyId,
    /// The connection that signs with it.
    pub connection: ConnectionId,
    /// What it is used for now.
    pub state: SpKeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// The certificate (DER).
    pub certificate: Vec<u8>,
    /// The private key, encrypted.
    pub sealed_key: Vec<u8>,
}

/// The life of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpKeyState {
    /// Published in the metadata, and not signing yet.
    Next,
    /// Signs.
    Active,
    /// Signed before; kept so that a rotation can be undone.
    Former,
}

impl SpKeyState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Former => "former",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Next, Self::Active, Self::Former].into_iter().find(|state| state.as_str() == word)
    }
}

/// Keeps a key pair.
///
/// # Errors
/// Those of the database, among them that there is no such connection.
pub async fn insert(tx: &Tx<'_>, key: &SpKey) -> Result<(), Error> {
    let row = params![
        tx.account(),
        key.id,
        key.connection,
        key.state.as_str(),
        key.created_at,
        key.certificate.as_slice(),
        key.sealed_key.as_slice(),
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The key pairs of a connection in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, connection: ConnectionId) -> Result<Vec<SpKey>, Error> {
    let rows = tx.rows(&LIST, params![tx.account(), connection]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(SpKey {
                id: row.id("id", SpKeyId::from_bytes)?,
                connection,
                state: row.word("state", SpKeyState::from_word)?,
                created_at: row.time("created_at")?,
                certificate: row.bytes("certificate")?,
                sealed_key: row.bytes("sealed_key")?,
            })
        })
        .collect()
}
