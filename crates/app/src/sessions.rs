//! Web sessions: begun by a sign-in, slid by use, ended by sign-out and by everything that revokes.
//!
//! The cookie carries a random secret; the store keeps its hash. The row is read at every request, so that revocation
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
    let row = Session {
        id: SessionId::from_bytes(app.fresh_id(now)),
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
    Fresh { row, token: format!("{account}.{secret}") }
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
        let (account, secret) = token.split_once('.').ok_or_else(signed_out)?;
        if account.parse() != Ok(self.account().id) {
            return Err(signed_out());
        }
        let hash = secret::hash(secret);
        let scope = self.app.store().account(self.account().id);
        let found =
            scope.read(move |tx| Box::pin(async move { store::sessions::by_token(tx, &hash).await })).await?;
        let (session, user) = found.ok_or_else(signed_out)?;
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
