//! Passwords: how they are hashed (Argon2id), checked, and what is too weak.
//!
//! Hashing is slow on purpose, so it runs beside the request threads, a few at a time.

use super::attempts::{self, Knock};
use super::breached;
use super::identify::enforced_elsewhere;
use crate::context::{App, MemberCtx, VisitorCtx};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::second_factor::{Step, after_the_password, ticket};
use crate::sessions;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;
use vestibule_model::attempt::Attempt;
use vestibule_model::email::Email;
use vestibule_model::user::{Status, User};
use vestibule_store as store;

/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most bytes of a password.
const LONGEST: usize = 256;
/// How many hashes are computed at once: each takes 19 MiB.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Refuses passwords that are too short to be safe, too long to be meant, or known to whoever tries them.
///
/// # Errors
/// Says what is wrong with it.
pub(crate) async fn check(app: &App, password: &str) -> Result<(), Error> {
    check_strength(password)?;
    match &app.inner.deployment.breached {
        Some(list) => breached::check(list, password).await,
        None => Ok(()),
    }
}

fn check_strength(password: &str) -> Result<(), Error> {
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
pub(super) async fn in_vain(
    app: &App,
    email: Option<&Email>,
    password: &str,
    knock: Knock<'_>,
) -> Result<Error, Error> {
    attempts::take(app, Attempt::Password, email, knock).await?;
    if password.len() <= LONGEST {
        verify(password.to_owned(), None).await?;
    }
    Ok(wrong())
}

fn wrong() -> Error {
    Error::new(Kind::Invalid, "The e-mail address or the password is wrong.")
        .hint("Check both. If your company signs in with an identity provider, choose that instead.")
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _place = AT_ONCE.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// Asks somebody who is signed in for the password again.
///
/// # Errors
/// [`Kind::Invalid`] when it is wrong or there is none, [`Kind::TooOften`] after too many attempts, [`Kind::Forbidden`] where SSO is
/// the only way in.
pub(crate) async fn confirm(ctx: &MemberCtx, password: &str, knock: Knock<'_>) -> Result<(), Error> {
    let (app, user) = (&ctx.visitor.app, &ctx.user);
    let scope = app.store().account(ctx.account().id);
    let (id, email) = (user.id, user.email.clone());
    let phc = scope.read(move |tx| {
        let email = email.clone();
        Box::pin(async move {
            enforce::may_use_a_password(tx, &email).await?;
            Ok::<_, Error>(store::passwords::get(tx, id).await?)
        })
    });
    let phc = phc.await?.filter(|_| user.logins.work_email).ok_or_else(no_password)?;
    let taken = attempts::take(app, Attempt::Password, Some(&user.email), knock).await?;
    if password.len() > LONGEST || !verify(password.to_owned(), Some(phc.into())).await? {
        return Err(Error::new(Kind::Invalid, "The current password is wrong.")
            .hint("If you forgot it, sign out, and choose \"Forgot your password?\" when you sign in.")
            .about("current"));
    }
    let given_back = app.store().write(move |tx| {
        let taken = taken.clone();
        Box::pin(async move { taken.give_back(tx).await })
    });
    Ok(given_back.await?)
}

fn no_password() -> Error {
    Error::new(Kind::Forbidden, "Your user has no password.")
        .hint("You sign in through your company’s identity provider: your password is changed there.")
}

/// Somebody came in.
#[derive(Clone)]
pub struct SignedIn {
    /// The token of the session.
    pub session: String,
    /// What the browser keeps for longer: by it the next attempts are told from those of strangers. It opens nothing.
    pub browser: String,
}

/// What follows a password that was right.
#[derive(Clone)]
pub enum Entered {
    /// The person is in.
    Inside(SignedIn),
    /// A code of the second factor is asked for; the secret of the ticket by which it is shown.
    Code(String),
}

impl Entered {
    /// What the browser gets of somebody who is in.
    #[must_use]
    pub fn inside(self) -> Option<SignedIn> {
        match self {
            Self::Inside(signed_in) => Some(signed_in),
            Self::Code(_) => None,
        }
    }
}

/// Signs a person in by address and password.
///
/// # Errors
/// [`Kind::Forbidden`] for an address that has no such way in, whatever the password and whether or not it is somebody's;
/// [`Kind::TooOften`] after too many attempts. Else one sentence for everything that can be wrong: it never says which.
pub async fn with_password(
    ctx: &VisitorCtx,
    (email, password): (&str, &str),
    knock: Knock<'_>,
) -> Result<Entered, Error> {
    with_password_of(ctx, (email, password), knock, |_| true).await
}

/// The same for those who fulfil this, and nobody else.
pub(crate) async fn with_password_of(
    ctx: &VisitorCtx,
    (email, password): (&str, &str),
    knock: Knock<'_>,
    may: impl Fn(&User) -> bool,
) -> Result<Entered, Error> {
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
    let taken = attempts::take(&ctx.app, Attempt::Password, typed.as_ref(), knock).await?;
    let phc = known.as_ref().map(|(_, phc)| Arc::from(phc.as_str()));
    let right = password.len() <= LONGEST && verify(password.to_owned(), phc).await?;
    let user = known
        .map(|(user, _)| user)
        .filter(|user| right && may(user) && user.status == Status::Active && user.logins.work_email);
    let user = user.ok_or_else(wrong)?;
    let (started, waiting) = (sessions::fresh(ctx, ctx.app.now()), ticket(&ctx.app));
    let (row, id) = (started.row, user.id);
    let step = scope.write(move |tx| {
        let (row, waiting, taken) = (row.clone(), waiting.clone(), taken.clone());
        Box::pin(async move {
            // Hashing takes long: meanwhile SSO may have become the only way in, or the person have been put out.
            let user = store::users::by_id(tx, id).await?.filter(|user| user.status == Status::Active);
            let user = user.ok_or_else(wrong)?;
            enforce::may_use_a_password(tx, &user.email).await?;
            taken.give_back(tx).await?;
            Ok::<_, Error>(after_the_password(tx, &user, (&row, waiting)).await?)
        })
    });
    Ok(match step.await? {
        Step::Code(ticket) => Entered::Code(ticket),
        Step::Inside => {
            let browser = attempts::remember(&ctx.app, &user.email, knock);
            Entered::Inside(SignedIn { session: started.token, browser })
        }
    })
}
