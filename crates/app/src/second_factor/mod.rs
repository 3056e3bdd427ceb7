//! A second factor beside the password: codes of an authenticator app (`totp`), and recovery codes for whoever lost it (`recovery`).
//!
//! `own` is what a person does about their own, `enter` the second step of signing in, `reset` what others do for somebody who is locked out.
//! It is asked for wherever a password lets somebody in, also one that was just set by a link, and at the break-glass door. Who comes through
//! the identity provider is asked there.

mod enter;
mod own;
mod recovery;
mod reset;
mod totp;

pub(crate) use enter::{Step, after_the_password, is_missing, ticket};
pub use enter::{enter, enter_at_the_glass};
pub use own::{Own, Setup, begin, confirm, look, remove, renew_codes};
pub use recovery::COUNT as RECOVERY_CODES;
pub use reset::reset;

use crate::context::App;
use crate::error::{Error, Kind};
use crate::vault::{Place, Purpose};
use jiff::Timestamp;
use vestibule_model::id::{AccountId, UserId};
use vestibule_store::second_factors::SecondFactor;
use vestibule_store::{self as store, Tx};

fn place(account: AccountId, user: UserId) -> Place {
    Place { purpose: Purpose::SecondFactor, account, row: user.to_bytes() }
}

/// Uses a code up: one of the app, each once, or a recovery code.
///
/// # Errors
/// [`Kind::Invalid`] when it is none that may be used.
async fn use_up(
    tx: &Tx<'_>,
    (app, user): (&App, UserId),
    factor: &SecondFactor,
    (typed, now): (&str, Timestamp),
) -> Result<(), Error> {
    let secret = app.inner.vault.open(place(tx.account(), user), &factor.secret)?;
    if let Some(step) = totp::step_of(&secret, typed, now) {
        return match store::second_factors::use_up(tx, user, step).await? {
            true => Ok(()),
            false => Err(used()),
        };
    }
    let hash = recovery::hash(app, (tx.account(), user), typed);
    match hash {
        Some(hash) if store::second_factors::take_code(tx, user, &hash).await? => Ok(()),
        _ => Err(wrong()),
    }
}

/// The second factor of somebody who goes from one account to another, sealed for the other one. Recovery codes stay: what is kept of them
/// is of the account alone.
pub(crate) fn resealed(
    app: &App,
    factor: Option<SecondFactor>,
    (from, to): (AccountId, AccountId),
    user: UserId,
) -> Result<Option<SecondFactor>, Error> {
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else { return Ok(None) };
    let secret = zeroize::Zeroizing::new(app.inner.vault.open(place(from, user), &factor.secret)?);
    let secret = app.inner.vault.seal(place(to, user), app.random(), &secret)?;
    Ok(Some(SecondFactor { secret, ..factor }))
}

fn wrong() -> Error {
    Error::new(Kind::Invalid, "The code is wrong.")
        .hint("Take the one that your app shows now, and check that the clock of the device is right.")
        .about("code")
}

fn used() -> Error {
    Error::new(Kind::Invalid, "The code was used already.")
        .hint("Each one works once: wait until your app shows the next one.")
        .about("code")
}
