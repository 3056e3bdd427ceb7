//! Web sessions: begun by a sign-in, slid by use, ended by sign-out and by everything that revokes.
//!
//! The cookie carries the id of the session and a random secret; the store keeps the hash of the secret. The row is found
//! by its id, which is ordered by time: an index of hashes would have every sign-in write a page of its own. The row is read at every request, so that revocation
//! works at once; it is written at most once in the [`SLIDES`]th part of its idle time.
//!
//! How long a session lives follows from the settings of the person's groups. It stands in the row, with what it was worked out for: the
//! version of the account, or a mark that the memberships changed since. Only if that is not what holds now it is worked out
//! again, so that a request reads nothing more than the row, and a change of settings writes nothing to sessions.

use crate::consolidation::{self, Standing};
use crate::context::{App, HeldCtx, LeavingCtx, MemberCtx, VisitorCtx};
use crate::error::{Error, Kind};
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use vestibule_model::group::{Limits, Membership, Policy};
use vestibule_model::id::{AccountId, SessionId, UserId};
use vestibule_model::user::Status;
use vestibule_store as store;
use vestibule_store::Tx;
pub use vestibule_store::sessions::Session;
use vestibule_store::sessions::Settled;

/// How many seconds a session lives without being used, where no setting says otherwise.
pub(crate) const USUAL_IDLE_SECONDS: u32 = 2 * 60 * 60;

/// How long it is kept that an identity provider ended sessions: longer than any of them can live unused, and by more than
/// clocks of nodes differ.
pub(crate) const ENDS_KEPT: SignedDuration = SignedDuration::from_hours(24 + 2);

/// How often use is written down in an idle time: every five minutes in two hours.
const SLIDES: i32 = 24;

/// A session that was just made: its row (its user still open), and what the browser gets.
pub(crate) struct Fresh {
    pub(crate) row: Session,
    pub(crate) token: String,
}

/// Makes a session; the caller names the user and writes its row.
pub(crate) fn fresh(ctx: &VisitorCtx, now: Timestamp) -> Fresh {
    let (app, account): (&App, AccountId) = (&ctx.app, ctx.account().id);
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
        limits: Limits::default(),
        settled: if ctx.live.policy.is_empty() { Settled::WithoutSettings } else { Settled::Not },
        second_factor: false,
        held: false,
    };
    Fresh { row, token: format!("{account}.{id}.{secret}") }
}

/// The id and the secret of a token of this account.
fn parts(token: &str, account: AccountId) -> Option<(SessionId, &str)> {
    let mut parts = token.splitn(3, '.');
    let (of, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
    (of.parse() == Ok(account)).then_some((id.parse().ok()?, secret))
}

/// When a session ends however much it is used, if it does.
#[must_use]
pub fn last_end(session: &Session) -> Option<Timestamp> {
    let lifetime = session.limits.lifetime_seconds;
    let by_setting =
        lifetime.map(|seconds| session.created_at + SignedDuration::from_secs(i64::from(seconds)));
    session.expires_at.into_iter().chain(by_setting).min()
}

/// How long a session lives without being used.
#[must_use]
pub fn idle(session: &Session) -> SignedDuration {
    SignedDuration::from_secs(i64::from(session.limits.idle_seconds))
}

fn is_over(session: &Session, now: Timestamp) -> bool {
    last_end(session).is_some_and(|end| now >= end) || now >= session.seen_at + idle(session)
}

pub(crate) fn signed_out() -> Error {
    Error::new(Kind::SignedOut, "You are not signed in.").hint("Sign in to go on.")
}

fn held() -> Error {
    Error::new(Kind::Held, "A question about your address waits for an answer.")
        .hint("Answer it first: then this opens.")
}

impl VisitorCtx {
    /// The person whose session this token is.
    ///
    /// # Errors
    /// [`Kind::SignedOut`] when it is no live session of this account; [`Kind::Held`] while a question waits for an answer.
    pub async fn member(&self, token: &str) -> Result<MemberCtx, Error> {
        match consolidation::standing(self.live_session(token).await?).await? {
            Standing::Free(member) => Ok(member),
            Standing::Held(_) => Err(held()),
        }
    }

    /// The person whose session this token is, if a question waits for an answer.
    ///
    /// # Errors
    /// [`Kind::SignedOut`] when it is no live session of this account.
    pub async fn held(&self, token: &str) -> Result<Option<HeldCtx>, Error> {
        match consolidation::standing(self.live_session(token).await?).await? {
            Standing::Free(_) => Ok(None),
            Standing::Held(held) => Ok(Some(held)),
        }
    }

    /// The person whose session this token is, as somebody who may end it, whatever waits.
    ///
    /// # Errors
    /// [`Kind::SignedOut`] when it is no live session of this account.
    pub async fn leaving(&self, token: &str) -> Result<LeavingCtx, Error> {
        Ok(LeavingCtx { member: self.live_session(token).await? })
    }

    /// The live session of this token, which may be held: the three above say what it is good for.
    async fn live_session(&self, token: &str) -> Result<MemberCtx, Error> {
        let (id, secret) = parts(token, self.account().id).ok_or_else(signed_out)?;
        let scope = self.app.store().account(self.account().id);
        let found =
            scope.read(move |tx| Box::pin(async move { store::sessions::by_id(tx, id).await })).await?;
        let (session, user) = found.ok_or_else(signed_out)?;
        if !secret::is(secret, &session.token_hash) {
            return Err(signed_out());
        }
        let now = self.app.now();
        if is_over(&session, now) || user.status != Status::Active {
            return Err(signed_out());
        }
        let session =
            if session.settled == self.live.settled() { session } else { self.settle(session).await? };
        if is_over(&session, now) {
            return Err(signed_out());
        }
        if now >= session.seen_at + idle(&session) / SLIDES {
            let id = session.id;
            scope.write(move |tx| Box::pin(async move { store::sessions::touch(tx, id, now).await })).await?;
        }
        Ok(MemberCtx { visitor: self.clone(), session, user })
    }

    /// Works out anew how long a session lives, by the settings and the memberships of now.
    async fn settle(&self, session: Session) -> Result<Session, Error> {
        let live = Arc::clone(&self.live);
        let (id, user) = (session.id, session.user);
        let settled = live.settled();
        let scope = self.app.store().account(self.account().id);
        let limits = scope.write(move |tx| {
            let live = Arc::clone(&live);
            Box::pin(async move {
                // Whoever changes the memberships marks the session afterwards: what is read from here on is not older than that.
                if !store::sessions::lock(tx, id).await? {
                    return Err(signed_out());
                }
                let memberships = memberships(tx, &live.policy, user).await?;
                let limits = live.policy.limits(&memberships);
                store::sessions::settle(tx, id, limits, settled).await?;
                Ok(limits)
            })
        });
        Ok(Session { limits: limits.await?, settled, ..session })
    }
}

/// The memberships of a user, as far as settings hang on them.
pub(crate) async fn memberships(
    tx: &Tx<'_>,
    policy: &Policy,
    user: UserId,
) -> Result<Vec<Membership>, store::Error> {
    if policy.groups.is_empty() { Ok(Vec::new()) } else { store::groups::of_user(tx, user).await }
}
