//! One-time links that were mailed to a person. The secret is in the mail alone; its hash is here.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::UserId;
use vestibule_model::license::License;

statements! { links:
    INSERT = "INSERT INTO links (account_id, token_hash, purpose, user_id, created_at, expires_at, license) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "SELECT purpose, user_id, created_at, expires_at, license FROM links \
            WHERE account_id = $1 AND token_hash = $2 AND expires_at > $3";
    TAKE = "DELETE FROM links WHERE account_id = $1 AND token_hash = $2 AND purpose = $3 AND expires_at > $4 \
            RETURNING purpose, user_id, created_at, expires_at, license";
    NEWEST = "SELECT created_at, license FROM links WHERE account_id = $1 AND user_id = $2 AND purpose = $3 \
              AND expires_at > $4 ORDER BY created_at DESC LIMIT 1";
    END_OF = "DELETE FROM links WHERE account_id = $1 AND user_id = $2 AND purpose = $3";
    PURGE = "DELETE FROM links WHERE (account_id, token_hash) IN \
             (SELECT account_id, token_hash FROM links WHERE expires_at <= $1 LIMIT $2)";
}

/// A link that was not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of its secret.
    pub token_hash: [u8; 32],
    /// What it allows.
    pub purpose: LinkPurpose,
    /// For whom.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it allows nothing.
    pub expires_at: Timestamp,
    /// The license type that comes with confirming the address, for a person who came by the mapping of the account above;
    /// `None` where the account's own configuration says it.
    pub license: Option<License>,
}

/// What a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To set a password, and to be known by it.
    SetPassword,
    /// To set another password than the one that was forgotten.
    ResetPassword,
    /// To confirm the address that it was mailed to.
    VerifyEmail,
}

impl LinkPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SetPassword => "set_password",
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::SetPassword, Self::ResetPassword, Self::VerifyEmail];
        all.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Whether somebody sets a password by it.
    #[must_use]
    pub fn sets_a_password(self) -> bool {
        matches!(self, Self::SetPassword | Self::ResetPassword)
    }
}

/// Remembers a link.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &Tx<'_>, link: &Link) -> Result<(), Error> {
    let row = params![
        tx.account(),
        &link.token_hash,
        link.purpose.as_str(),
        link.user,
        link.created_at,
        link.expires_at,
        link.license.map(License::as_str),
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The link with this secret, if it still allows something. It stays usable.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &Tx<'_>, token_hash: &[u8; 32], now: Timestamp) -> Result<Option<Link>, Error> {
    let row = tx.row(&FIND, params![tx.account(), token_hash, now]).await?;
    row.map(|row| read(row, token_hash)).transpose()
}

/// Uses the link with this secret up: exactly one taker gets it.
///
/// # Errors
/// Those of the database.
pub async fn take(
    tx: &Tx<'_>,
    token_hash: &[u8; 32],
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<Option<Link>, Error> {
    let row = tx.row(&TAKE, params![tx.account(), token_hash, purpose.as_str(), now]).await?;
    row.map(|row| read(row, token_hash)).transpose()
}

/// Ends every link of a user that allows this.
///
/// # Errors
/// Those of the database.
pub async fn end_of(tx: &Tx<'_>, user: UserId, purpose: LinkPurpose) -> Result<(), Error> {
    tx.execute(&END_OF, params![tx.account(), user, purpose.as_str()]).await.map(drop)
}

/// When the newest link of a user was made that allows this and still works, and the license type that comes with it. An
/// account has few links at a time: those of its last days are looked through.
///
/// # Errors
/// Those of the database.
pub async fn newest(
    tx: &Tx<'_>,
    user: UserId,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<Option<(Timestamp, Option<License>)>, Error> {
    let row = tx.row(&NEWEST, params![tx.account(), user, purpose.as_str(), now]).await?;
    row.map(|mut row| Ok((row.time("created_at")?, row.word_or_null("license", License::from_word)?)))
        .transpose()
}

/// Forgets expired links of all accounts, at most [`PURGED_AT_ONCE`], and tells how many.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&PURGE, params![now, PURGED_AT_ONCE]).await
}

fn read(mut row: Row, token_hash: &[u8; 32]) -> Result<Link, Error> {
    Ok(Link {
        token_hash: *token_hash,
        purpose: row.word("purpose", LinkPurpose::from_word)?,
        user: row.id("user_id", UserId::from_bytes)?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        license: row.word_or_null("license", License::from_word)?,
    })
}
