//! One-time links that were mailed to a person. The secret is in the mail alone; its hash is here.

use crate::error::Error;
use crate::purge::PURGED_AT_ONCE;
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;

statements! { links:
    INSERT = "INSERT INTO links (account_id, token_hash, purpose, user_id, created_at, expires_at, license, email) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = "SELECT purpose, user_id, created_at, expires_at, license, email FROM links \
            WHERE account_id = $1 AND token_hash = $2";
    TAKE = "DELETE FROM links WHERE account_id = $1 AND token_hash = $2 AND purpose = $3 AND expires_at > $4 \
            RETURNING purpose, user_id, created_at, expires_at, license, email";
    NEWEST = "SELECT created_at, license FROM links WHERE account_id = $1 AND user_id = $2 AND purpose = $3 \
              AND expires_at > $4 ORDER BY created_at DESC LIMIT 1";
    END_OF = "DELETE FROM links WHERE account_id = $1 AND user_id = $2 AND purpose = $3";
    LATEST = "SELECT created_at, expires_at, license FROM links WHERE account_id = $1 AND user_id = $2 AND purpose = $3 \
              ORDER BY created_at DESC LIMIT 1";
    WAITING = "SELECT l.user_id, l.created_at, l.expires_at, u.email FROM links l \
               JOIN users u ON u.account_id = l.account_id AND u.id = l.user_id \
               WHERE l.account_id = $1 AND l.purpose = $2 ORDER BY l.created_at DESC, l.user_id LIMIT $3";
    PURGE = "DELETE FROM links WHERE (account_id, token_hash) IN (SELECT account_id, token_hash FROM links \
             WHERE expires_at <= $1 AND (purpose <> $2 OR expires_at <= $3) LIMIT $4)";
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
    /// The address that it is about, where that has to be the same still: the one with which somebody moves, or which somebody gets.
    pub email: Option<Email>,
}

/// What a link allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// To set a password, and to be known by it.
    SetPassword,
    /// The same for somebody who was invited.
    Invitation,
    /// To set another password than the one that was forgotten.
    ResetPassword,
    /// To confirm the address that it was mailed to.
    VerifyEmail,
    /// To show a second factor, by whoever showed the first.
    SecondFactor,
    /// To move to the account that manages the domain of the address.
    Consolidate,
    /// To have another address, the one that it was mailed to.
    ChangeEmail,
}

impl LinkPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SetPassword => "set_password",
            Self::Invitation => "invitation",
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
            Self::SecondFactor => "second_factor",
            Self::Consolidate => "consolidate",
            Self::ChangeEmail => "change_email",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [
            Self::SetPassword,
            Self::Invitation,
            Self::ResetPassword,
            Self::VerifyEmail,
            Self::SecondFactor,
            Self::Consolidate,
            Self::ChangeEmail,
        ];
        all.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Whether somebody sets a password by it.
    #[must_use]
    pub fn sets_a_password(self) -> bool {
        matches!(self, Self::SetPassword | Self::Invitation | Self::ResetPassword)
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
        link.email.as_ref().map(Email::as_str),
    ];
    tx.execute(&INSERT, row).await.map(drop)
}

/// The link with this secret, whether or not it still allows something. It stays as it is.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &Tx<'_>, token_hash: &[u8; 32]) -> Result<Option<Link>, Error> {
    let row = tx.row(&FIND, params![tx.account(), token_hash]).await?;
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

/// When the newest link of a user for this was made, from when on it allows nothing, and the license type that comes with it; expired
/// or not.
///
/// # Errors
/// Those of the database.
pub async fn latest(
    tx: &Tx<'_>,
    user: UserId,
    purpose: LinkPurpose,
) -> Result<Option<(Timestamp, Timestamp, Option<License>)>, Error> {
    let row = tx.row(&LATEST, params![tx.account(), user, purpose.as_str()]).await?;
    let read = |mut row: Row| {
        let (made, ends) = (row.time("created_at")?, row.time("expires_at")?);
        Ok((made, ends, row.word_or_null("license", License::from_word)?))
    };
    row.map(read).transpose()
}

/// Somebody for whom a link waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Who.
    pub user: UserId,
    /// The address.
    pub email: Email,
    /// When the link was made.
    pub created_at: Timestamp,
    /// From when on it allows nothing.
    pub expires_at: Timestamp,
}

/// Those for whom links wait that allow this, expired ones too, the newest first; at most so many.
///
/// # Errors
/// Those of the database.
pub async fn waiting(tx: &Tx<'_>, purpose: LinkPurpose, limit: u32) -> Result<Vec<Waiting>, Error> {
    let rows = tx.rows(&WAITING, params![tx.account(), purpose.as_str(), limit]).await?;
    let read = |mut row: Row| {
        Ok(Waiting {
            user: row.id("user_id", UserId::from_bytes)?,
            created_at: row.time("created_at")?,
            expires_at: row.time("expires_at")?,
            email: row.word("email", |text| Email::parse(text).ok())?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Forgets expired links of all accounts, at most [`PURGED_AT_ONCE`], and tells how many. Invitations stay until they expired at
/// `invitations_before`, so that it can be told that they did.
///
/// # Errors
/// Those of the database.
pub async fn purge(tx: &GlobalTx<'_>, now: Timestamp, invitations_before: Timestamp) -> Result<u64, Error> {
    let invitation = LinkPurpose::Invitation.as_str();
    tx.execute(&PURGE, params![now, invitation, invitations_before, PURGED_AT_ONCE]).await
}

fn read(mut row: Row, token_hash: &[u8; 32]) -> Result<Link, Error> {
    Ok(Link {
        token_hash: *token_hash,
        purpose: row.word("purpose", LinkPurpose::from_word)?,
        user: row.id("user_id", UserId::from_bytes)?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        license: row.word_or_null("license", License::from_word)?,
        email: row.word_or_null("email", |text| Email::parse(text).ok())?,
    })
}
