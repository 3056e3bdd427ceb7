//! A person's own second factor: set up, confirmed by a code, with recovery codes, and removed.
//!
//! Whoever sits before an open browser knows neither the password nor a code: setting up asks for the one, everything else for both.

use super::{place, recovery, totp, use_up, wrong};
use crate::context::{App, MemberCtx};
use crate::error::{Error, Kind};
use crate::mail;
use crate::sign_in::attempts::{self, Knock};
use crate::sign_in::password;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::attempt::Attempt;
use vestibule_model::id::UserId;
use vestibule_store::second_factors::SecondFactor;
use vestibule_store::{self as store, Tx};

/// How long a secret waits for the code that confirms it.
const SETTING_UP: SignedDuration = SignedDuration::from_hours(1);

/// How it stands with a person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own {
    /// The person has no password, so there is nothing beside which it would be asked for.
    NotNeeded,
    /// There is none.
    Off,
    /// It is being set up.
    Waiting(Setup),
    /// It is asked for.
    On {
        /// Since when.
        since: Timestamp,
        /// How many recovery codes are left.
        codes_left: i64,
    },
}

/// What an authenticator app has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The secret, as people type it.
    pub secret: String,
    /// What the QR code says.
    pub address: String,
}

/// How it stands.
///
/// # Errors
/// When the store does not answer.
pub async fn look(ctx: &MemberCtx) -> Result<Own, Error> {
    if !ctx.user.logins.work_email {
        return Ok(Own::NotNeeded);
    }
    let (app, id) = (&ctx.visitor.app, ctx.user.id);
    let found = app.store().account(ctx.account().id).read(move |tx| {
        Box::pin(async move {
            let factor = store::second_factors::get(tx, id).await?;
            Ok::<_, store::Error>((factor, store::second_factors::count_codes(tx, id).await?))
        })
    });
    Ok(match found.await? {
        (Some(SecondFactor { confirmed_at: Some(since), .. }), codes_left) => Own::On { since, codes_left },
        (Some(factor), _) if is_waiting(&factor, app.now()) => Own::Waiting(setup(ctx, &factor)?),
        _ => Own::Off,
    })
}

fn is_waiting(factor: &SecondFactor, now: Timestamp) -> bool {
    factor.confirmed_at.is_none() && now < factor.made_at + SETTING_UP
}

fn setup(ctx: &MemberCtx, factor: &SecondFactor) -> Result<Setup, Error> {
    let account = ctx.account();
    let secret = ctx.visitor.app.inner.vault.open(place(account.id, ctx.user.id), &factor.secret)?;
    let secret = totp::base32(&secret);
    let address = totp::address(&secret, &account.name, ctx.user.email.as_str());
    Ok(Setup { secret, address })
}

/// Begins to set one up; [`look`] shows the secret then, for an hour.
///
/// # Errors
/// [`Kind::Invalid`] for a wrong password, [`Kind::TooOften`] after too many attempts; [`Kind::Conflict`] when there is one.
pub async fn begin(ctx: &MemberCtx, password: &str, knock: Knock<'_>) -> Result<(), Error> {
    password::confirm(ctx, password, knock).await?;
    let (app, id, now) = (&ctx.visitor.app, ctx.user.id, ctx.visitor.app.now());
    let mut secret = zeroize::Zeroizing::new([0; totp::SECRET_LENGTH]);
    app.random().fill(secret.as_mut_slice());
    let sealed = app.inner.vault.seal(place(ctx.account().id, id), app.random(), secret.as_slice())?;
    let begun = app.store().account(ctx.account().id).write(move |tx| {
        let sealed = sealed.clone();
        Box::pin(async move { store::second_factors::put(tx, id, &sealed, now).await })
    });
    if begun.await? { Ok(()) } else { Err(already()) }
}

fn already() -> Error {
    Error::new(Kind::Conflict, "You have a second factor already.")
        .hint("Remove it first, if you want to set up another device.")
}

fn none() -> Error {
    Error::new(Kind::Conflict, "There is no second factor to confirm or to change.")
        .hint("Begin to set one up: what was begun waits for an hour.")
}

/// Confirms what was begun by a code of the app; the answer is the recovery codes, which are shown this once.
///
/// # Errors
/// [`Kind::Invalid`] for a wrong code, [`Kind::TooOften`] after too many; [`Kind::Conflict`] when nothing was begun.
pub async fn confirm(ctx: &MemberCtx, code: &str) -> Result<Vec<String>, Error> {
    let app = ctx.visitor.app.clone();
    let taken = attempts::take(&app, Attempt::Code, Some(&ctx.user.email), Knock::default()).await?;
    let (account, id, now) = (ctx.account().id, ctx.user.id, app.now());
    let (codes, hashes) = fresh_codes(ctx);
    let (typed, session) = (code.to_owned(), ctx.session.id);
    let mail = mail::to(&app, &ctx.user.email, mail::second_factor(ctx.account(), true));
    let vault = app.clone();
    let confirmed = app.store().account(account).write(move |tx| {
        let (app, typed, hashes) = (vault.clone(), typed.clone(), hashes.clone());
        let (taken, mail) = (taken.clone(), mail.clone());
        Box::pin(async move {
            let factor = store::second_factors::get(tx, id).await?.ok_or_else(none)?;
            if !is_waiting(&factor, now) {
                return Err(none());
            }
            let secret = app.inner.vault.open(place(account, id), &factor.secret)?;
            let step = totp::step_of(&secret, &typed, now).ok_or_else(wrong)?;
            store::second_factors::use_up(tx, id, step).await?;
            if !store::second_factors::confirm(tx, id, now).await? {
                return Err(none());
            }
            store::second_factors::put_codes(tx, id, &hashes).await?;
            store::sessions::prove(tx, session).await?;
            store::outbox::insert(tx, &mail).await?;
            Ok(taken.give_back(tx).await?)
        })
    });
    confirmed.await?;
    Ok(codes)
}

/// Makes other recovery codes; those from before are of no use any more.
///
/// # Errors
/// As [`remove`].
pub async fn renew_codes(
    ctx: &MemberCtx,
    shown: (&str, &str),
    knock: Knock<'_>,
) -> Result<Vec<String>, Error> {
    let (codes, hashes) = fresh_codes(ctx);
    with_both(ctx, shown, knock, move |tx, _, user| {
        let hashes = hashes.clone();
        Box::pin(async move { store::second_factors::put_codes(tx, user, &hashes).await })
    })
    .await?;
    Ok(codes)
}

/// Removes the second factor, by password and code.
///
/// # Errors
/// [`Kind::Invalid`] when one of them is wrong, [`Kind::TooOften`] after too many attempts; [`Kind::Conflict`] when there is none.
pub async fn remove(ctx: &MemberCtx, shown: (&str, &str), knock: Knock<'_>) -> Result<(), Error> {
    let mail = mail::to(&ctx.visitor.app, &ctx.user.email, mail::second_factor(ctx.account(), false));
    with_both(ctx, shown, knock, move |tx, _, user| {
        let mail = mail.clone();
        Box::pin(async move {
            store::second_factors::remove(tx, user).await?;
            store::outbox::insert(tx, &mail).await
        })
    })
    .await
}

/// Does something by somebody who shows password and code.
async fn with_both<F>(
    ctx: &MemberCtx,
    (password, code): (&str, &str),
    knock: Knock<'_>,
    deed: F,
) -> Result<(), Error>
where
    F: for<'t> Fn(&'t Tx<'t>, App, UserId) -> store::Body<'t, (), store::Error>
        + Clone
        + Send
        + Sync
        + 'static,
{
    password::confirm(ctx, password, knock).await?;
    let app = ctx.visitor.app.clone();
    let taken = attempts::take(&app, Attempt::Code, Some(&ctx.user.email), knock).await?;
    let (id, now, typed) = (ctx.user.id, app.now(), code.to_owned());
    let scope = app.clone();
    let done = scope.store().account(ctx.account().id).write(move |tx| {
        let (app, typed, deed, taken) = (app.clone(), typed.clone(), deed.clone(), taken.clone());
        Box::pin(async move {
            let factor = store::second_factors::get(tx, id).await?;
            let factor = factor.filter(|factor| factor.confirmed_at.is_some()).ok_or_else(none)?;
            use_up(tx, (&app, id), &factor, (&typed, now)).await?;
            deed(tx, app, id).await?;
            Ok(taken.give_back(tx).await?)
        })
    });
    done.await
}

fn fresh_codes(ctx: &MemberCtx) -> (Vec<String>, Vec<[u8; 32]>) {
    let app = &ctx.visitor.app;
    let codes = recovery::fresh(app.random());
    let hash = |code: &String| recovery::hash(app, (ctx.account().id, ctx.user.id), code);
    let hashes = codes.iter().filter_map(hash).collect();
    (codes, hashes)
}
