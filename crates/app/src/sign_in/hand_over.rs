//! The way from the account above to its sub-account: a person who was let in there stays here.
//!
//! A cookie of one host is never seen by another, so the browser is sent around once, and each host checks its own
//! (this is the authorization code of OAuth 2.0 with its proof key, RFC 7636, between two addresses of one deployment):
//!
//! 1. the account above lets the person in, and leaves a ticket that is bound to this browser by its cookie there;
//! 2. [`begin`], at the sub-account: the browser gets a cookie of this host, and carries the hash of it up;
//! 3. [`grant`], at the account above: the ticket is used up, by the browser that has the cookie of its sign-in alone, and
//!    becomes a ticket of the sub-account, bound to the cookie that was carried up;
//! 4. [`arrive`], at the sub-account: that ticket is used up, by the browser that has that cookie alone, and the session begins.
//!
//! So nobody can be signed in as somebody else by following a link, and a ticket that is seen on its way is of no use in
//! another browser. Step 1 is part of the transaction of the sign-in; each other step is one. When one of them never
//! comes, the person was admitted and has no session: signing in again is all there is to do.

use super::binding_secret;
use crate::context::{App, VisitorCtx};
use crate::error::{Error, Kind};
use crate::{consolidation, secret, sessions};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::account::Label;
use vestibule_model::user::Status;
use vestibule_store::hand_overs::{self, HandOver};
use vestibule_store::{self as store, sub_accounts};

/// How long all of it may take.
pub const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Where a person goes in the sub-account: what was asked for is a place of the account above.
const HOME: &str = "/profile";

/// The secrets of a hand-over that may begin: made before the transaction, so that it can be run again.
pub(super) struct Fresh {
    /// The ticket.
    pub(super) secret: String,
    /// What binds it to the browser: the cookie that it has, or a new one.
    pub(super) browser: String,
}

impl Fresh {
    pub(super) fn new(app: &App, browser: Option<&str>) -> Self {
        Self { secret: secret::fresh(app.random()), browser: binding_secret(app, browser) }
    }
}

/// A hand-over that goes on elsewhere.
#[derive(Debug)]
pub struct Begun {
    /// The binding secret to leave with the browser for [`super::REQUEST_LIFETIME`].
    pub browser: String,
    /// Where the browser goes.
    pub url: String,
}

/// Somebody who arrived.
#[derive(Debug)]
pub struct Arrived {
    /// The token of the session, for its cookie.
    pub session: String,
    /// A path of this host.
    pub return_to: &'static str,
}

/// Where a ticket of the account above goes first; `host` is the address that has the cookie of the sign-in.
pub(super) fn first_url(app: &App, sub_account: &Label, ticket: &str, host: &Label) -> String {
    format!("{}/handover/{ticket}?from={host}", app.account_url(sub_account))
}

fn spent() -> Error {
    Error::new(Kind::NotFound, "This way in does not work any more.")
        .hint("It works once, for a minute, and in the browser in which you signed in. Sign in again.")
}

/// Step 2, at the sub-account. It changes nothing here: what it says is checked above.
///
/// # Errors
/// [`Kind::NotFound`] when that is no address of the account above this one.
pub async fn begin(
    ctx: &VisitorCtx,
    ticket: &str,
    from: &str,
    browser: Option<&str>,
) -> Result<Begun, Error> {
    let from = Label::parse(from).ok().filter(|_| secret::looks_fresh(ticket)).ok_or_else(spent)?;
    let (id, label) = (ctx.account().id, from.clone());
    let kinship = ctx.app.store().read(move |tx| {
        let label = label.clone();
        Box::pin(async move {
            let (above, parent) =
                (store::accounts::by_label(tx, &label).await?, sub_accounts::parent(tx, id).await?);
            Ok::<_, store::Error>(
                parent.is_some_and(|parent| above.is_some_and(|above| above.id == parent.id)),
            )
        })
    });
    if !kinship.await? {
        return Err(spent());
    }
    let browser = binding_secret(&ctx.app, browser);
    let proof = secret::spelled(&secret::hash(&browser));
    let url = format!("{}/handover/{ticket}/grant?browser={proof}", ctx.app.account_url(&from));
    Ok(Begun { browser, url })
}

/// Step 3, at the account above. The answer is where the browser goes.
///
/// # Errors
/// [`Kind::NotFound`] when the ticket was used, has expired, never was, or is another browser's.
pub async fn grant(
    ctx: &VisitorCtx,
    ticket: &str,
    browser: Option<&str>,
    proof: &str,
) -> Result<String, Error> {
    let next = secret::read(proof).ok_or_else(spent)?;
    let (Some(browser), now) = (browser, ctx.app.now()) else { return Err(spent()) };
    let (hash, browser) = (secret::hash(ticket), secret::hash(browser));
    let fresh = secret::fresh(ctx.app.random());
    let fresh_hash = secret::hash(&fresh);
    let scope = ctx.app.store().account(ctx.account().id);
    let label = scope.write(move |tx| {
        Box::pin(async move {
            let taken = hand_overs::take(tx, &hash, &browser, now).await?.ok_or_else(spent)?;
            let inside = sub_accounts::by_id(tx, taken.sub_account).await?.ok_or_else(spent)?;
            let bound = HandOver { token_hash: fresh_hash, browser_hash: next, ..taken };
            hand_overs::insert(&inside.tx, &bound).await?;
            Ok::<_, Error>(inside.account.label)
        })
    });
    let url = ctx.app.account_url(&label.await?);
    Ok(format!("{url}/handover/{fresh}/arrive"))
}

/// Step 4, at the sub-account: the session begins.
///
/// # Errors
/// [`Kind::NotFound`] when the ticket was used, has expired, never was, or is another browser's, and when the person may
/// not come in any more.
pub async fn arrive(ctx: &VisitorCtx, ticket: &str, browser: Option<&str>) -> Result<Arrived, Error> {
    let (Some(browser), now) = (browser, ctx.app.now()) else { return Err(spent()) };
    let (hash, browser) = (secret::hash(ticket), secret::hash(browser));
    let account = ctx.account().id;
    let started = sessions::fresh(ctx, now);
    let row = started.row;
    let scope = ctx.app.store().account(account);
    let arrived = scope.write(move |tx| {
        let row = row.clone();
        Box::pin(async move {
            let taken = hand_overs::take(tx, &hash, &browser, now).await?.ok_or_else(spent)?;
            // A ticket of a sub-account that is above others would be taken by `grant` alone.
            if taken.sub_account != account {
                return Err(spent());
            }
            let user = store::users::by_id(tx, taken.user).await?;
            let user = user.filter(|user| user.status == Status::Active).ok_or_else(spent)?;
            Ok::<_, Error>(consolidation::begin(tx, &user, &session(row, taken)).await?)
        })
    });
    arrived.await?;
    Ok(Arrived { session: started.token, return_to: HOME })
}

fn session(row: sessions::Session, taken: HandOver) -> sessions::Session {
    sessions::Session {
        connection: Some(taken.connection),
        name_id: taken.name_id,
        name_qualifiers: taken.name_qualifiers,
        session_index: taken.session_index,
        expires_at: taken.session_ends_at,
        ..row
    }
}

/// When a hand-over that begins now is over.
pub(super) fn over_at(now: Timestamp) -> Timestamp {
    now + LIFETIME
}
