//! One-time links: setting a password, as somebody who was invited or who forgot another one, and confirming a mailbox.
//!
//! A link works once and for a while. It is looked at by GET (mail scanners follow links) and used by POST.

use crate::context::{App, VisitorCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::second_factor::{Step, after_the_password, ticket};
use crate::secret;
use crate::sign_in::attempts::{Knock, remember};
use crate::sign_in::{Entered, SignedIn, password};
use crate::{mail, sessions};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::account::Account;
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::user::{Status, User};
pub use vestibule_store::links::LinkPurpose as Purpose;
use vestibule_store::{self as store, Tx};

/// How long a link works.
fn lifetime(purpose: Purpose) -> SignedDuration {
    match purpose {
        Purpose::SetPassword | Purpose::VerifyEmail | Purpose::Consolidate => {
            SignedDuration::from_hours(24 * 7)
        }
        Purpose::ChangeEmail => SignedDuration::from_hours(24),
        Purpose::Invitation => SignedDuration::from_hours(24 * 30),
        Purpose::ResetPassword => SignedDuration::from_hours(1),
        Purpose::SecondFactor => SignedDuration::from_mins(10),
    }
}

/// How long it can be told of an invitation that it has expired.
pub(crate) const EXPIRED_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A link that was just made: its row, and the secret that only its receiver gets.
#[derive(Clone)]
pub(crate) struct Fresh {
    pub(crate) row: store::links::Link,
    pub(crate) secret: String,
}

/// Makes a link for a user; the caller writes its row.
pub(crate) fn fresh(app: &App, user: UserId, purpose: Purpose, now: Timestamp) -> Fresh {
    let secret = secret::fresh(app.random());
    let row = store::links::Link {
        token_hash: secret::hash(&secret),
        purpose,
        user,
        created_at: now,
        expires_at: now + lifetime(purpose),
        license: None,
        email: None,
    };
    Fresh { row, secret }
}

/// What a link would do, for its page.
#[derive(Debug, Clone)]
pub struct View {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is.
    pub email: Email,
}

pub(crate) fn spent() -> Error {
    Error::new(Kind::NotFound, "This link does not work any more.")
        .hint("It was used before, or is too old. Sign in again to get a new one, or ask your administrator.")
}

fn expired(purpose: Purpose) -> Error {
    match purpose {
        Purpose::Invitation => Error::new(Kind::NotFound, "This invitation has expired.")
            .hint("Ask whoever invited you for another one: an administrator sends it with one press."),
        _ => spent(),
    }
}

/// Looks at a link without using it.
///
/// # Errors
/// [`Kind::NotFound`] when it was used, has expired or never was.
pub async fn inspect(ctx: &VisitorCtx, token: &str) -> Result<View, Error> {
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let scope = ctx.app.store().account(ctx.account().id);
    let found = scope
        .read(move |tx| {
            Box::pin(async move {
                let Some(link) = store::links::find(tx, &hash).await? else { return Ok(None) };
                if link.expires_at <= now {
                    return Err(expired(link.purpose));
                }
                let user = store::users::by_id(tx, link.user).await?;
                Ok::<_, Error>(user.map(|user| View { purpose: link.purpose, email: user.email }))
            })
        })
        .await?;
    found.ok_or_else(spent)
}

/// Sets the password of the link's user, and signs the person in; whoever has a second factor is asked for a code first.
///
/// # Errors
/// A link that does not work any more, or a password that is too weak; [`Kind::Forbidden`] where SSO is the only way in.
pub async fn set_password(ctx: &VisitorCtx, token: &str, new_password: &str) -> Result<Entered, Error> {
    password::check(&ctx.app, new_password).await?;
    let view = inspect(ctx, token).await?;
    let purpose = view.purpose;
    if !purpose.sets_a_password() {
        return Err(spent());
    }
    let phc = password::hash(&ctx.app, new_password.to_owned()).await?;
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let (started, waiting) = (sessions::fresh(ctx, now), ticket(&ctx.app));
    let row = started.row.clone();
    let licenses = licenses(ctx);
    let changed = mail::to(&ctx.app, &view.email, mail::password_changed(ctx.account()));
    let scope = ctx.app.store().account(ctx.account().id);
    let step = scope
        .write(move |tx| {
            let (phc, session, changed) = (phc.clone(), row.clone(), changed.clone());
            let waiting = waiting.clone();
            Box::pin(async move {
                let link = store::links::take(tx, &hash, purpose, now).await?.ok_or_else(spent)?;
                let user = store::users::by_id(tx, link.user).await?.ok_or_else(spent)?;
                enforce::may_use_a_password(tx, &user.email).await?;
                enforce::mailbox_counts(tx, &user.email).await?;
                match user.status {
                    Status::Active => {}
                    // The link came by mail: whoever has it has the mailbox.
                    Status::Pending => {
                        let [usual, fallback] = licenses;
                        approve(tx, user.clone(), [link.license.or(usual), fallback], now).await?;
                    }
                    Status::Inactive => return Err(spent()),
                }
                if purpose == Purpose::ResetPassword {
                    store::outbox::insert(tx, &changed).await?;
                }
                put_password(tx, user.id, &phc).await?;
                Ok::<_, Error>(after_the_password(tx, &user, (&session, waiting)).await?)
            })
        })
        .await?;
    Ok(match step {
        Step::Code(ticket) => Entered::Code(ticket),
        Step::Inside => {
            let browser = remember(&ctx.app, &view.email, Knock::default());
            Entered::Inside(SignedIn { session: started.token, browser })
        }
    })
}

/// Keeps a new password: every session of the person is over, and so is every other link that would set one.
pub(crate) async fn put_password(tx: &Tx<'_>, user: UserId, phc: &str) -> Result<(), store::Error> {
    use Purpose::{Invitation, ResetPassword, SecondFactor, SetPassword};
    store::passwords::put(tx, user, phc).await?;
    store::sessions::end_all_of(tx, user).await?;
    for purpose in [SetPassword, Invitation, ResetPassword, SecondFactor] {
        store::links::end_of(tx, user, purpose).await?;
    }
    Ok(())
}

fn no_seat() -> Error {
    Error::new(Kind::Conflict, "This account has no seat for you, so your address is not confirmed yet.")
        .hint("Ask your administrator for a seat, then open this link again: it still works.")
}

/// Confirms the mailbox of the link's user, who may sign in from now on.
///
/// # Errors
/// A link that does not work any more; [`Kind::Conflict`] when no seat is left, and then the link goes on working.
pub async fn verify_email(ctx: &VisitorCtx, token: &str) -> Result<Email, Error> {
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let licenses = licenses(ctx);
    let scope = ctx.app.store().account(ctx.account().id);
    scope
        .write(move |tx| {
            Box::pin(async move {
                let link =
                    store::links::take(tx, &hash, Purpose::VerifyEmail, now).await?.ok_or_else(spent)?;
                let user = store::users::by_id(tx, link.user).await?.ok_or_else(spent)?;
                let email = user.email.clone();
                enforce::mailbox_counts(tx, &email).await?;
                if user.status == Status::Pending {
                    let [usual, fallback] = licenses;
                    approve(tx, user, [link.license.or(usual), fallback], now).await?;
                }
                Ok(email)
            })
        })
        .await
}

/// The license type of somebody who is approved, and the one if no seat of it is left.
fn licenses(ctx: &VisitorCtx) -> [Option<License>; 2] {
    let configuration = &ctx.live.configuration;
    [configuration.mapping.default_license, configuration.fallback_license]
}

/// Approves somebody whose mailbox confirmed the address.
async fn approve(
    tx: &Tx<'_>,
    mut user: User,
    licenses: [Option<License>; 2],
    now: Timestamp,
) -> Result<(), Error> {
    // Without a default license type, the rules of the next sign-in decide.
    if licenses.first().is_some_and(Option::is_some) {
        user.license = take_first(tx, licenses).await?;
        user.license.ok_or_else(no_seat)?;
    }
    user.status = Status::Active;
    user.updated_at = now;
    Ok(store::users::update(tx, &user).await.map(drop)?)
}

/// The first of these license types of which a seat is left; the seat is taken.
async fn take_first(tx: &Tx<'_>, wanted: [Option<License>; 2]) -> Result<Option<License>, store::Error> {
    let seats = store::licenses::locked(tx).await?;
    let found = wanted.into_iter().flatten().find(|license| seats.has_seat(*license));
    if let Some(license) = found
        && !store::licenses::take(tx, license).await?
    {
        return Err(store::Error::Stale);
    }
    Ok(found)
}

/// The license type that was decided on when somebody who is pending was made; it comes with what was mailed. None for whoever came
/// by a sign-in, who gets the default.
pub(crate) async fn promised(tx: &Tx<'_>, user: UserId) -> Result<Option<License>, store::Error> {
    let mut newest: Option<(Timestamp, License)> = None;
    for purpose in [Purpose::VerifyEmail, Purpose::Invitation, Purpose::SetPassword] {
        let latest = store::links::latest(tx, user, purpose).await?;
        newest = newest.max(latest.and_then(|(made, _, license)| Some((made, license?))));
    }
    Ok(newest.map(|(_, license)| license))
}

/// Writes a verification mail with a link of its own for a pending user.
pub(crate) async fn send_verification(
    tx: &Tx<'_>,
    (app, account): (&App, &Account),
    user: &User,
    link: &Fresh,
) -> Result<(), store::Error> {
    let url = format!("{}/verify/{}", app.account_url(&account.label), link.secret);
    let row = store::links::Link { user: user.id, ..link.row.clone() };
    store::links::insert(tx, &row).await?;
    store::outbox::insert(tx, &mail::verification(app, account, &user.email, &url, row.expires_at)).await
}

/// Writes an invitation with a link at which the person sets a password.
pub(crate) async fn send_invitation(
    tx: &Tx<'_>,
    (app, account): (&App, &Account),
    user: &User,
    link: &Fresh,
) -> Result<(), store::Error> {
    let url = format!("{}/welcome/{}", app.account_url(&account.label), link.secret);
    store::links::insert(tx, &store::links::Link { user: user.id, ..link.row.clone() }).await?;
    let words = mail::invitation(account, &url, link.row.expires_at);
    store::outbox::insert(tx, &mail::to(app, &user.email, words)).await
}
