//! The second step of signing in: whoever showed the password gets a ticket for ten minutes, and comes in by it with a code.

use super::use_up;
use crate::consolidation;
use crate::context::{App, VisitorCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::links::{self, Fresh, Purpose};
use crate::sign_in::attempts::{self, Knock};
use crate::sign_in::forgotten::behind_a_link;
use crate::sign_in::{Opened, SignedIn};
use crate::{secret, sessions};
use vestibule_model::attempt::Attempt;
use vestibule_model::id::UserId;
use vestibule_model::user::{Status, User};
use vestibule_store::sessions::Session;
use vestibule_store::{self as store, Tx};

/// What follows a password that was right.
#[derive(Clone)]
pub(crate) enum Step {
    /// The session began.
    Inside,
    /// A code is asked for; the secret of the ticket.
    Code(String),
}

/// Writes what follows a password that was right: the session, or a ticket where a code is asked for.
pub(crate) async fn after_the_password(
    tx: &Tx<'_>,
    user: &User,
    (session, ticket): (&Session, Fresh),
) -> Result<Step, store::Error> {
    let factor = store::second_factors::get(tx, user.id).await?;
    if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
        consolidation::begin(tx, user, session).await?;
        return Ok(Step::Inside);
    }
    store::links::insert(tx, &store::links::Link { user: user.id, ..ticket.row }).await?;
    Ok(Step::Code(ticket.secret))
}

/// Whether somebody who administers came by a password alone, where the account wants more.
pub(crate) fn is_missing(ctx: &VisitorCtx, session: &Session) -> bool {
    ctx.live.configuration.passwords.is_second_factor_wanted()
        && session.connection.is_none()
        && !session.second_factor
}

fn over() -> Error {
    Error::new(Kind::NotFound, "This sign-in took too long.").hint("Begin again with your password.")
}

/// Signs the person of a ticket in by a code.
///
/// # Errors
/// [`Kind::NotFound`] for a ticket that does not work any more; [`Kind::Invalid`] for a wrong code; [`Kind::TooOften`] after too many.
pub async fn enter(ctx: &VisitorCtx, ticket: &str, code: &str, knock: Knock<'_>) -> Result<SignedIn, Error> {
    enter_as(ctx, (ticket, code), knock, |_| true).await
}

/// The same at the break-glass door, whose tickets name the account.
///
/// # Errors
/// As [`enter`].
pub async fn enter_at_the_glass(
    app: &App,
    ticket: &str,
    code: &str,
    knock: Knock<'_>,
) -> Result<Opened, Error> {
    let (ctx, secret) = behind_a_link(app, ticket).await?;
    let signed_in = enter_as(&ctx, (&secret, code), knock, enforce::may_break_the_glass).await?;
    Ok(Opened { account: ctx.account().label.clone(), signed_in })
}

async fn enter_as(
    ctx: &VisitorCtx,
    (ticket, code): (&str, &str),
    knock: Knock<'_>,
    may: fn(&User) -> bool,
) -> Result<SignedIn, Error> {
    let (app, now, hash) = (ctx.app.clone(), ctx.app.now(), secret::hash(ticket));
    let scope = app.store().account(ctx.account().id);
    let waiting = scope.read(move |tx| {
        Box::pin(async move {
            let link = store::links::find(tx, &hash).await?;
            let link = link.filter(|link| link.purpose == Purpose::SecondFactor && link.expires_at > now);
            let Some(link) = link else { return Ok(None) };
            store::users::by_id(tx, link.user).await
        })
    });
    let user = waiting.await?.ok_or_else(over)?;
    let taken = attempts::take(&app, Attempt::Code, Some(&user.email), knock).await?;
    let started = sessions::fresh(ctx, now);
    let session = Session { second_factor: true, ..started.row };
    let (typed, inner, id) = (code.to_owned(), app.clone(), user.id);
    let entered = scope.write(move |tx| {
        let (app, typed, session, taken) = (inner.clone(), typed.clone(), session.clone(), taken.clone());
        Box::pin(async move {
            store::links::take(tx, &hash, Purpose::SecondFactor, now).await?.ok_or_else(over)?;
            let user = store::users::by_id(tx, id).await?.ok_or_else(over)?;
            enforce::may_use_a_password(tx, &user.email).await?;
            if user.status != Status::Active || !user.logins.work_email || !may(&user) {
                return Err(over());
            }
            let factor = store::second_factors::get(tx, id).await?.ok_or_else(over)?;
            use_up(tx, (&app, id), &factor, (&typed, now)).await?;
            taken.give_back(tx).await?;
            Ok(consolidation::begin(tx, &user, &session).await?)
        })
    });
    entered.await?;
    let browser = attempts::remember(&app, &user.email, knock);
    Ok(SignedIn { session: started.token, browser })
}

/// A ticket that was just made; the caller writes its row for whoever it is for.
pub(crate) fn ticket(app: &App) -> Fresh {
    links::fresh(app, UserId::from_bytes([0; 16]), Purpose::SecondFactor, app.now())
}
