//! A forgotten password: somebody asks for a mail with a link by which another one can be set (`links`).
//!
//! Whoever asks is told the same whether or not the address is somebody's: the mailbox alone learns it. Who signs in by the identity
//! provider alone gets no link, neither by the rule of a domain nor because the user has no other login type.

use super::attempts::{self, Knock};
use super::identify::{account_of, enforced_elsewhere};
use crate::context::{App, MemberCtx, VisitorCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::links::{self, Fresh, Purpose};
use crate::sign_in::{SignedIn, password};
use crate::{mail, sessions};
use vestibule_model::account::Label;
use vestibule_model::attempt::Attempt;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::user::{Status, User};
use vestibule_store::sessions::Session;
use vestibule_store::{self as store, Tx};

/// Has a link sent to an address, if it is that of somebody here who may sign in by password; nobody is told whether it is.
///
/// # Errors
/// [`Kind::Invalid`] for what is no address; [`Kind::Forbidden`] for an address that signs in by the identity provider alone;
/// [`Kind::TooOften`] after too many requests from one place.
pub async fn ask(ctx: &VisitorCtx, email: &str, knock: Knock<'_>) -> Result<(), Error> {
    let email = address(email)?;
    attempts::take(&ctx.app, Attempt::Mail, Some(&email), knock).await?;
    let begins = |secret: &str| format!("{}/reset/{secret}", ctx.url());
    send(ctx, &email, begins, |_| true).await
}

/// The same at the break-glass door, for those who come in there. The link leads back to it.
///
/// # Errors
/// As [`ask`].
pub async fn ask_at_the_glass(app: &App, email: &str, knock: Knock<'_>) -> Result<(), Error> {
    let email = address(email)?;
    attempts::take(app, Attempt::Mail, Some(&email), knock).await?;
    let Some(account) = account_of(app, email.as_str()).await? else { return Ok(()) };
    let ctx = app.behind_the_glass(&account.label).await?;
    let begins = |secret: &str| format!("{}/reset/{}.{secret}", app.glass_url(), account.label);
    send(&ctx, &email, begins, enforce::may_break_the_glass).await
}

/// The account and the secret of a link of the break-glass door.
///
/// # Errors
/// [`Kind::NotFound`] when it names no account.
pub async fn behind_a_link(app: &App, token: &str) -> Result<(VisitorCtx, String), Error> {
    let (label, secret) = token.split_once('.').ok_or_else(links::spent)?;
    let label = Label::parse(label).map_err(|_| links::spent())?;
    match app.behind_the_glass(&label).await {
        Ok(visitor) => Ok((visitor, secret.to_owned())),
        Err(error) if error.kind() == Kind::NotFound => Err(links::spent()),
        Err(error) => Err(error),
    }
}

fn address(email: &str) -> Result<Email, Error> {
    Email::parse(email).map_err(|error| {
        Error::new(Kind::Invalid, format!("That is {error}.")).hint("Enter the address of your user.")
    })
}

async fn send(
    ctx: &VisitorCtx,
    email: &Email,
    address_of: impl Fn(&str) -> String,
    may: fn(&User) -> bool,
) -> Result<(), Error> {
    let (app, account) = (ctx.app.clone(), ctx.account().clone());
    let now = app.now();
    let link = links::fresh(&app, UserId::from_bytes([0; 16]), Purpose::ResetPassword, now);
    let words = mail::reset(&account, &address_of(&link.secret), link.row.expires_at);
    let sought = email.clone();
    let sent = app.store().account(account.id).write({
        let app = app.clone();
        move |tx| {
            let (app, email, link, words) = (app.clone(), sought.clone(), link.clone(), words.clone());
            Box::pin(async move {
                enforce::may_use_a_password(tx, &email).await?;
                // Taken for whoever asks, so that the work is the same.
                let is_left = attempts::take_mail(&app, tx, &email).await?;
                let user = store::users::by_email(tx, email.folded()).await?;
                let is_known = user.is_some();
                let wanted =
                    |user: &User| user.status == Status::Active && user.logins.work_email && may(user);
                let counts = match enforce::mailbox_counts(tx, &email).await {
                    Err(error) if error.kind() == Kind::Forbidden => false,
                    counts => counts.map(|()| true)?,
                };
                if let Some(user) = user.filter(|user| is_left && counts && wanted(user)) {
                    write(tx, &user, link, mail::to(&app, &user.email, words)).await?;
                }
                Ok::<_, Error>(is_known)
            })
        }
    });
    if !sent.await? && enforced_elsewhere(&app, account.id, email).await?.is_some() {
        return Err(enforce::only_by_provider());
    }
    Ok(())
}

async fn write(tx: &Tx<'_>, user: &User, link: Fresh, mail: crate::outbox::Mail) -> Result<(), store::Error> {
    store::links::insert(tx, &store::links::Link { user: user.id, ..link.row }).await?;
    store::outbox::insert(tx, &mail).await
}

/// Sets another password in place of the one that is known. Every other session of the person ends, and this one goes on under
/// another token.
///
/// # Errors
/// [`Kind::Invalid`] when the current password is wrong or the new one too weak; [`Kind::TooOften`] after too many attempts;
/// [`Kind::Forbidden`] for somebody who signs in by the identity provider alone.
pub async fn change(
    ctx: &MemberCtx,
    (current, new): (&str, &str),
    knock: Knock<'_>,
) -> Result<SignedIn, Error> {
    let (visitor, user) = (&ctx.visitor, &ctx.user);
    let app = &visitor.app;
    password::check(app, new).await?;
    password::confirm(ctx, current, knock).await?;
    let phc = password::hash(app, new.to_owned()).await?;
    let started = sessions::fresh(visitor, app.now());
    let session = Session {
        id: started.row.id,
        token_hash: started.row.token_hash,
        seen_at: started.row.seen_at,
        ..ctx.session.clone()
    };
    let changed = mail::to(app, &user.email, mail::password_changed(visitor.account()));
    let id = user.id;
    let written = app.store().account(visitor.account().id).write(move |tx| {
        let (phc, session, changed) = (phc.clone(), session.clone(), changed.clone());
        Box::pin(async move {
            links::put_password(tx, id, &phc).await?;
            store::sessions::insert(tx, &session).await?;
            store::outbox::insert(tx, &changed).await
        })
    });
    written.await?;
    Ok(SignedIn { session: started.token, browser: attempts::remember(app, &user.email, knock) })
}
