//! Passwords: how they are hashed (Argon2id), checked, and what is too weak.
//!
//! Hashing is slow on purpose, so it runs beside the request threads, a few at a time.

use super::identify::enforced_elsewhere;
use crate::context::{AdminCtx, App, VisitorCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::sessions;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;
use vestibule_model::email::Email;
use vestibule_model::user::{Status, User};
use vestibule_store as store;

/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most bytes of a password.
const LONGEST: usize = 256;
/// How many hashes are computed at once: each takes 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Refuses passwords that are too short to be safe, or too long to be meant.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_strength(password: &str) -> Result<(), Error> {
    let distinct = password.chars().collect::<std::collections::BTreeSet<_>>().len();
    if password.chars().count() < SHORTEST || distinct < 5 {
        return Err(Error::new(
            Kind::Invalid,
            format!("The password needs at least {SHORTEST} characters, not all alike."),
        )
        .hint("A few words that belong together for you alone make a good one."));
    }
    if password.len() > LONGEST {
        return Err(Error::new(Kind::Invalid, format!("The password may have at most {LONGEST} bytes.")));
    }
    Ok(())
}

/// Argon2id with the parameters that OWASP names first: 19 MiB, two passes.
fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string that the store keeps of a password.
pub(crate) async fn hash(app: &App, password: String) -> Result<String, Error> {
    let mut salt = [0; 16];
    app.random().fill(&mut salt);
    let hasher = hasher()?;
    apart(move || {
        let hashed = hasher.hash_password_with_salt(password.as_bytes(), &salt);
        hashed.map(|hash| hash.to_string()).map_err(|error| Error::internal(error.to_string()))
    })
    .await?
}

/// Whether this is the password of that PHC string. Without one the work is done all the same, so that the time does
/// not tell who has a password.
async fn verify(password: String, phc: Option<Arc<str>>) -> Result<bool, Error> {
    let hasher = hasher()?;
    apart(move || match phc {
        Some(phc) => PasswordHash::new(&phc)
            .is_ok_and(|hash| hasher.verify_password(password.as_bytes(), &hash).is_ok()),
        None => {
            let _ = hasher.hash_password_with_salt(password.as_bytes(), &[0; 16]);
            false
        }
    })
    .await
}

/// The work of a password that nobody has, and the sentence for it.
pub(super) async fn in_vain(password: &str) -> Result<Error, Error> {
    if password.len() <= LONGEST {
        verify(password.to_owned(), None).await?;
    }
    Ok(wrong())
}

fn wrong() -> Error {
    Error::new(Kind::Invalid, "The e-mail address or the password is wrong.")
        .hint("Check both. If your company signs in with an identity provider, choose that instead.")
}

/// Asks somebody who is signed in for their password again, if they have one.
///
/// # Errors
/// [`Kind::Invalid`] when it is another one.
pub(crate) async fn confirm(ctx: &AdminCtx, shown: &str) -> Result<(), Error> {
    let (app, user) = (ctx.app(), ctx.user().id);
    let scope = app.store().account(ctx.account().id);
    let phc = scope.read(move |tx| Box::pin(async move { store::passwords::get(tx, user).await }));
    let phc: Result<Option<String>, store::Error> = phc.await;
    let Some(phc) = phc? else { return Ok(()) };
    if shown.len() <= LONGEST && verify(shown.to_owned(), Some(Arc::from(phc))).await? {
        return Ok(());
    }
    Err(Error::new(Kind::Invalid, "That is not your password.").about("password").hint("Type it again."))
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _place = AT_ONCE.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// Signs a person in by address and password; the answer is the token of the new session.
///
/// # Errors
/// [`Kind::Forbidden`] for an address that has no such way in, whatever the password and whether or not it is somebody's. Else one
/// sentence for everything that can be wrong: it never says which.
pub async fn with_password(ctx: &VisitorCtx, email: &str, password: &str) -> Result<String, Error> {
    with_password_of(ctx, (email, password), |_| true).await
}

/// The same for those who fulfil this, and nobody else.
pub(crate) async fn with_password_of(
    ctx: &VisitorCtx,
    (email, password): (&str, &str),
    may: impl Fn(&User) -> bool,
) -> Result<String, Error> {
    let email = Email::parse(email).ok();
    let typed = email.clone();
    let scope = ctx.app.store().account(ctx.account().id);
    let known = scope
        .read(move |tx| {
            let email = email.clone();
            Box::pin(async move {
                let Some(email) = email else { return Ok(None) };
                enforce::may_use_a_password(tx, &email).await?;
                let Some(user) = store::users::by_email(tx, email.folded()).await? else { return Ok(None) };
                let phc = store::passwords::get(tx, user.id).await?;
                Ok::<_, Error>(phc.map(|phc| (user, phc)))
            })
        })
        .await?;
    if let (None, Some(email)) = (&known, &typed)
        && enforced_elsewhere(&ctx.app, ctx.account().id, email).await?.is_some()
    {
        return Err(enforce::only_by_provider());
    }
    let phc = known.as_ref().map(|(_, phc)| Arc::from(phc.as_str()));
    let right = password.len() <= LONGEST && verify(password.to_owned(), phc).await?;
    let user = known
        .map(|(user, _)| user)
        .filter(|user| right && may(user) && user.status == Status::Active && user.logins.work_email);
    let user = user.ok_or_else(wrong)?;
    let mut started = sessions::fresh(ctx, ctx.app.now());
    started.row.user = user.id;
    let row = started.row;
    scope
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move { store::sessions::insert(tx, &row).await })
        })
        .await?;
    Ok(started.token)
}
