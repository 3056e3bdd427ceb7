//! What people look like: where a picture is to come from, what became of it, and the picture that is shown.
//!
//! The picture that is shown stays while another one is looked at, and if that one cannot be used.

use crate::error::Error;
use crate::jobs;
use crate::statement::statements;
use crate::transaction::Tx;
use crate::value::{Row, params};
use jiff::Timestamp;
use vestibule_model::id::UserId;

/// The kind of the jobs that look at pictures; the subject is the user's id.
pub const JOB: &str = "picture";

statements! { pictures:
    KNOWN = "SELECT source_hash, checked_at FROM pictures WHERE account_id = $1 AND user_id = $2";
    WANT = "INSERT INTO pictures (account_id, user_id, source_hash, source_kind, source, state) \
            VALUES ($1, $2, $3, $4, $5, 'waiting') \
            ON CONFLICT (account_id, user_id) DO UPDATE SET source_hash = excluded.source_hash, \
            source_kind = excluded.source_kind, source = excluded.source, state = excluded.state, \
            reason = NULL, etag = NULL, last_modified = NULL, checked_at = NULL";
    SOURCE = "SELECT source_hash, source_kind, source, etag, last_modified FROM pictures \
              WHERE account_id = $1 AND user_id = $2";
    STATUS = "SELECT state, reason, checked_at FROM pictures WHERE account_id = $1 AND user_id = $2";
    SHOW = "UPDATE pictures SET state = 'shown', reason = NULL, etag = $4, last_modified = $5, checked_at = $6, \
            shown_hash = $7, media_type = $8, image = $9, \
            source = CASE WHEN source_kind = 'url' THEN source ELSE NULL END \
            WHERE account_id = $1 AND user_id = $2 AND source_hash = $3";
    UNCHANGED = "UPDATE pictures SET state = 'shown', reason = NULL, checked_at = $4 \
                 WHERE account_id = $1 AND user_id = $2 AND source_hash = $3";
    FAIL = "UPDATE pictures SET state = 'failed', reason = $4, checked_at = $5, \
            source = CASE WHEN source_kind = 'url' THEN source ELSE NULL END \
            WHERE account_id = $1 AND user_id = $2 AND source_hash = $3";
    SHOWN = "SELECT shown_hash, media_type, image FROM pictures \
             WHERE account_id = $1 AND user_id = $2 AND image IS NOT NULL";
    SHOWN_HASH = "SELECT shown_hash FROM pictures WHERE account_id = $1 AND user_id = $2 AND image IS NOT NULL";
}

/// Where a picture comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An address.
    Url,
    /// The picture itself, in Base64.
    Base64,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Base64 => "base64",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Url, Self::Base64].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What is known of a source without looking at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// SHA-256 of the source.
    pub hash: Vec<u8>,
    /// When it was last looked at; `None` while it waits for that.
    pub checked_at: Option<Timestamp>,
}

/// A source that is to be looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// SHA-256 of the text.
    pub hash: Vec<u8>,
    /// What the text is.
    pub kind: Kind,
    /// The address, or the picture in Base64; `None` when that was looked at before.
    pub text: Option<String>,
    /// The `ETag` that the picture came with.
    pub etag: Option<String>,
    /// The `Last-Modified` that the picture came with.
    pub last_modified: Option<String>,
}

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was not looked at yet.
    Waiting,
    /// It is shown.
    Shown,
    /// It cannot be used, for this reason.
    Failed(String),
}

/// A picture as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// SHA-256 of the image.
    pub hash: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// The image.
    pub image: Vec<u8>,
}

/// What is known of a user's source.
///
/// # Errors
/// Those of the database.
pub async fn known(tx: &Tx<'_>, user: UserId) -> Result<Option<Known>, Error> {
    let row = tx.row(&KNOWN, params![tx.account(), user]).await?;
    row.map(|mut row| {
        Ok(Known { hash: row.bytes("source_hash")?, checked_at: row.time_or_null("checked_at")? })
    })
    .transpose()
}

/// Takes a source in place of the former one, and has it looked at.
///
/// # Errors
/// Those of the database, among them that there is no such user.
pub async fn want(
    tx: &Tx<'_>,
    user: UserId,
    (hash, kind, text): (&[u8], Kind, &str),
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(&WANT, params![tx.account(), user, hash, kind.as_str(), text]).await?;
    look_again(tx, user, now).await
}

/// Has the source of a user looked at once more.
///
/// # Errors
/// Those of the database.
pub async fn look_again(tx: &Tx<'_>, user: UserId, now: Timestamp) -> Result<(), Error> {
    jobs::schedule(tx, JOB, user.to_bytes(), now).await
}

/// The source of a user's picture.
///
/// # Errors
/// Those of the database.
pub async fn source(tx: &Tx<'_>, user: UserId) -> Result<Option<Source>, Error> {
    let row = tx.row(&SOURCE, params![tx.account(), user]).await?;
    row.map(|mut row| {
        Ok(Source {
            hash: row.bytes("source_hash")?,
            kind: row.word("source_kind", Kind::from_word)?,
            text: row.text_or_null("source")?,
            etag: row.text_or_null("etag")?,
            last_modified: row.text_or_null("last_modified")?,
        })
    })
    .transpose()
}

/// What became of a user's picture, and when it was last looked at; `None` when none was ever wanted.
///
/// # Errors
/// Those of the database.
pub async fn status(tx: &Tx<'_>, user: UserId) -> Result<Option<(State, Option<Timestamp>)>, Error> {
    let row = tx.row(&STATUS, params![tx.account(), user]).await?;
    row.map(|mut row| {
        let reason = row.text_or_null("reason")?;
        let state = row.word("state", |word| match (word, reason) {
            ("waiting", _) => Some(State::Waiting),
            ("shown", _) => Some(State::Shown),
            ("failed", reason) => reason.map(State::Failed),
            _ => None,
        })?;
        Ok((state, row.time_or_null("checked_at")?))
    })
    .transpose()
}

/// Shows a picture that came from this source, unless another one is wanted by now.
///
/// # Errors
/// Those of the database.
pub async fn show(
    tx: &Tx<'_>,
    user: UserId,
    source: &Source,
    shown: &Shown,
    now: Timestamp,
) -> Result<(), Error> {
    let row = params![
        tx.account(),
        user,
        source.hash.as_slice(),
        source.etag.as_deref(),
        source.last_modified.as_deref(),
        now,
        shown.hash.as_slice(),
        shown.media_type.as_str(),
        shown.image.as_slice(),
    ];
    tx.execute(&SHOW, row).await.map(drop)
}

/// Notes that the picture of this source is the one that is shown.
///
/// # Errors
/// Those of the database.
pub async fn unchanged(tx: &Tx<'_>, user: UserId, source: &Source, now: Timestamp) -> Result<(), Error> {
    tx.execute(&UNCHANGED, params![tx.account(), user, source.hash.as_slice(), now]).await.map(drop)
}

/// Notes why the picture of this source cannot be used, unless another one is wanted by now.
///
/// # Errors
/// Those of the database.
pub async fn fail(
    tx: &Tx<'_>,
    user: UserId,
    source: &Source,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(&FAIL, params![tx.account(), user, source.hash.as_slice(), reason, now]).await.map(drop)
}

/// The picture of a user.
///
/// # Errors
/// Those of the database.
pub async fn shown(tx: &Tx<'_>, user: UserId) -> Result<Option<Shown>, Error> {
    let row = tx.row(&SHOWN, params![tx.account(), user]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// The hash of a user's picture, without the picture.
///
/// # Errors
/// Those of the database.
pub async fn shown_hash(tx: &Tx<'_>, user: UserId) -> Result<Option<Vec<u8>>, Error> {
    let row = tx.row(&SHOWN_HASH, params![tx.account(), user]).await?;
    row.map(|mut row| row.bytes("shown_hash")).transpose()
}

fn read(row: &mut Row) -> Result<Shown, Error> {
    Ok(Shown {
        hash: row.bytes("shown_hash")?,
        media_type: row.text("media_type")?,
        image: row.bytes("image")?,
    })
}
