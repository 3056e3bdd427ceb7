//! Web sessions: begun by a sign-in, slid by use, ended by sign-out and by everything that revokes.
//!
//! The cookie carries the id of the session and a random secret; the store keeps the hash of the secret. The row is found
//! by its id, which is ordered by time: an index of hashes would have every sign-in write a page of its own. The row is read at every request, so that revocation
//! works at once; it is written at most once in [`SLIDE_EVERY`].

use crate::context::{App, MemberCtx, VisitorCtx};
use crate::error::{Error, Kind};
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::id::{AccountId, SessionId, UserId};
use vestibule_model::user::Status;
use vestibule_store as store;
pub use vestibule_store::sessions::Session;

/// How long a session lives without being used.
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);

/// How long it is kept that an identity provider ended sessions: longer than any of them can live unused, and by more than
/// clocks of nodes differ.
pub(crate) const ENDS_KEPT: SignedDuration = SignedDuration::from_hours(24 + 2);

/// How often use is written down.
const SLIDE_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A session that was just made: its row (its user still open), and what the browser gets.
pub(crate) struct Fresh {
    pub(crate) row: Session,
    pub(crate) token: String,
}

/// Makes a session; the caller names the user and writes its row.
pub(crate) fn fresh(app: &App, account: AccountId, now: Timestamp) -> Fresh {
    let secret = secret::fresh(app.random());
    let id = SessionId::from_bytes(app.fresh_id(now));
    let row = Session {
        id,
        user: UserId::from_bytes([0; 16]),
        token_hash: secret::hash(&secret),
        connection: None,
        name_id: None,
        name_qualifiers: None,
        session_index: None,
        created_at: now,
        seen_at: now,
        expires_at: None,
    };
    Fresh { row, token: format!("{account}.{id}.{secret}") }
}

/// The id and the secret of a token of this account.
fn parts(token: &str, account: AccountId) -> Option<(SessionId, &str)> {
    let mut parts = token.splitn(3, '.');
    let (of, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    (of.parse() == Ok(account)).then_some((id.parse().ok()?, secret))
}

fn signed_out() -> Error {
    Error::new(Kind::SignedOut, "You are not signed in.").hint("Sign in to go on.")
}

impl VisitorCtx {
    /// The person whose session this token is.
    ///
    /// # Errors
    /// [`Kind::SignedOut`] when it is no live session of this account.
    pub async fn member(&self, token: &str) -> Result<MemberCtx, Error> {
        let (id, secret) = parts(token, self.account().id).ok_or_else(signed_out)?;
        let scope = self.app.store().account(self.account().id);
        let found =
            scope.read(move |tx| Box::pin(async move { store::sessions::by_id(tx, id).await })).await?;
        let (session, user) = found.ok_or_else(signed_out)?;
        if !secret::is(secret, &session.token_hash) {
            return Err(signed_out());
        }
        let now = self.app.now();
        let over =
            session.expires_at.is_some_and(|expires_at| now >= expires_at) || now >= session.seen_at + IDLE;
        if over || user.status != Status::Active {
            return Err(signed_out());
        }
        if now >= session.seen_at + SLIDE_EVERY {
            let id = session.id;
            scope.write(move |tx| Box::pin(async move { store::sessions::touch(tx, id, now).await })).await?;
        }
        Ok(MemberCtx { visitor: self.clone(), session, user })
    }
}
