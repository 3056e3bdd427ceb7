//! What people look like, as their identity provider says: by an address, or by the picture itself in Base64.
//!
//! A sign-in only notes what is wanted ([`wanted`]); a job fetches, decodes and keeps it (`look`), so that no picture
//! is in anybody's way. What bytes become a picture is in [`canonical`].

pub mod canonical;
mod look;

use crate::context::MemberCtx;
use crate::error::Error;
use crate::secret::sha256;
use jiff::{SignedDuration, Timestamp};
pub(crate) use look::look;
use vestibule_model::id::UserId;
use vestibule_model::mapping::Picture;
use vestibule_store::pictures::Kind;
pub use vestibule_store::pictures::Shown;
use vestibule_store::{self as store, Tx};

/// How long a picture behind an address that stays the same is not asked for again.
pub const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// The longest address, and the longest text of a picture, in bytes; the response that brings it is bounded too.
const LONGEST_URL: usize = 2_048;
const LONGEST_BASE64: usize = 512 * 1024;

/// Where a picture comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum PictureSource {
    /// An address. Only https is fetched.
    Url(String),
    /// The file, in Base64; as a `data:` URL too.
    Base64(String),
}

impl PictureSource {
    /// What an attribute's value is: whatever names a scheme is an address.
    #[must_use]
    pub fn of(value: &str) -> Self {
        let value = value.trim();
        if value.contains("://") { Self::Url(value.to_owned()) } else { Self::Base64(value.to_owned()) }
    }

    /// How it is kept; a text that is too long is cut off, which makes it unusable and is found out by the job.
    fn parts(&self) -> (Kind, &str) {
        let (kind, text, longest) = match self {
            Self::Url(url) => (Kind::Url, url, LONGEST_URL),
            Self::Base64(text) => (Kind::Base64, text, LONGEST_BASE64),
        };
        (kind, text.get(..text.floor_char_boundary(longest + 1)).unwrap_or_default())
    }
}

impl From<Picture> for PictureSource {
    fn from(picture: Picture) -> Self {
        match picture {
            Picture::Url(url) => Self::Url(url),
            Picture::Base64(text) => Self::Base64(text),
        }
    }
}

/// Notes, in the transaction of a sign-in, what a user's picture is. Nothing happens when that source was looked at before
/// (an address: within [`FRESH`]); else a job does, after the sign-in.
///
/// # Errors
/// Those of the database. The user must be there.
pub async fn wanted(
    tx: &Tx<'_>,
    user: UserId,
    source: &PictureSource,
    now: Timestamp,
) -> Result<(), store::Error> {
    let (kind, text) = source.parts();
    // PostgreSQL's texts hold no NUL, and neither does an address or Base64.
    let text = text.replace('\0', " ");
    let hash = sha256(text.as_bytes());
    match store::pictures::known(tx, user).await? {
        Some(known) if known.hash == hash => {
            let stale = known.checked_at.is_some_and(|at| now.duration_since(at) >= FRESH);
            if kind == Kind::Url && stale {
                store::pictures::look_again(tx, user, now).await?;
            }
            Ok(())
        }
        _ => store::pictures::want(tx, user, (&hash, kind, &text), now).await,
    }
}

/// The person's own picture, if there is one.
///
/// # Errors
/// When the store does not answer.
pub async fn own(ctx: &MemberCtx) -> Result<Option<Shown>, Error> {
    let (scope, user) = (ctx.visitor.app.store().account(ctx.account().id), ctx.user.id);
    Ok(scope.read(move |tx| Box::pin(store::pictures::shown(tx, user))).await?)
}

/// The hash of the person's own picture, by which a browser knows whether it has it.
///
/// # Errors
/// When the store does not answer.
pub async fn own_hash(ctx: &MemberCtx) -> Result<Option<Vec<u8>>, Error> {
    let (scope, user) = (ctx.visitor.app.store().account(ctx.account().id), ctx.user.id);
    Ok(scope.read(move |tx| Box::pin(store::pictures::shown_hash(tx, user))).await?)
}
