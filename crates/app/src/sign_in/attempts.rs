//! How often somebody may try: what `model::attempt` counts, in the database, so that all nodes count together.
//!
//! An attempt takes its allowances before anything is looked at, and one that succeeds gives them back. Whether an address is somebody's
//! changes nothing about that.

use crate::context::App;
use crate::error::{Error, Kind};
use crate::secret;
use std::net::IpAddr;
use vestibule_model::attempt::{self, Allowance, Attempt, Who};
use vestibule_model::email::Email;
use vestibule_store::{self as store, GlobalTx};

/// Where somebody knocks from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Knock<'a> {
    /// The network address of the other end, as far as it is known.
    pub client: Option<IpAddr>,
    /// What the browser shows of an earlier sign-in: see [`SignedIn::browser`](super::SignedIn).
    pub browser: Option<&'a str>,
}

/// What an attempt took.
#[derive(Clone, Default)]
pub(crate) struct Taken(Vec<(Key, Allowance)>);

type Key = [u8; 32];

impl Taken {
    /// Gives all of it back.
    pub(crate) async fn give_back(&self, tx: &GlobalTx<'_>) -> Result<(), store::Error> {
        for (key, allowance) in &self.0 {
            store::allowances::give_back(tx, key, allowance.step).await?;
        }
        Ok(())
    }
}

/// Takes what an attempt needs.
///
/// # Errors
/// [`Kind::TooOften`] when one of the allowances is spent; then nothing is taken.
pub(crate) async fn take(
    app: &App,
    attempt: Attempt,
    address: Option<&Email>,
    knock: Knock<'_>,
) -> Result<Taken, Error> {
    let device = address.and_then(|address| known(app, address, knock.browser?));
    let who = Who { address, client: knock.client, device };
    let counted = keyed(app, attempt::allowances(attempt, who));
    let (wanted, now) = (counted.clone(), app.now());
    let taking = app.store().write(move |tx| {
        let wanted = wanted.clone();
        Box::pin(async move {
            for (key, Allowance { burst, step, .. }) in &wanted {
                if !store::allowances::take(tx, key, (*burst, *step), now).await? {
                    return Err(too_often(attempt));
                }
            }
            Ok(())
        })
    });
    taking.await?;
    Ok(Taken(counted))
}

/// Takes one mail to an address, in a transaction that goes on; false when there were enough.
pub(crate) async fn take_mail(app: &App, tx: &GlobalTx<'_>, address: &Email) -> Result<bool, store::Error> {
    let allowance = attempt::mails_to(address);
    let key = app.inner.vault.mark(&["allowance", &allowance.of]);
    store::allowances::take(tx, &key, (allowance.burst, allowance.step), app.now()).await
}

/// In the order of keys: two that wait for the same rows do not wait for each other.
fn keyed(app: &App, allowances: Vec<Allowance>) -> Vec<(Key, Allowance)> {
    let key = |allowance: &Allowance| app.inner.vault.mark(&["allowance", &allowance.of]);
    let mut keyed: Vec<_> = allowances.into_iter().map(|allowance| (key(&allowance), allowance)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed
}

/// What a browser keeps of having come in by an address: a name, and our mark that ties both.
pub(crate) fn remember(app: &App, address: &Email, knock: Knock<'_>) -> String {
    if let Some(known) = knock.browser.filter(|browser| known(app, address, browser).is_some()) {
        return known.to_owned();
    }
    let name = secret::fresh(app.random());
    let mark = secret::spelled(&mark(app, address, &name));
    format!("{name}.{mark}")
}

/// The name of a browser that came in by this address.
fn known<'a>(app: &App, address: &Email, browser: &'a str) -> Option<&'a str> {
    let (name, shown) = browser.split_once('.')?;
    let shown = secret::read(shown)?;
    secret::same(&shown, &mark(app, address, name)).then_some(name)
}

fn mark(app: &App, address: &Email, name: &str) -> Key {
    app.inner.vault.mark(&["browser", address.folded(), name])
}

fn too_often(attempt: Attempt) -> Error {
    let sentence = match attempt {
        Attempt::Password => "There were too many attempts to sign in.",
        Attempt::Mail => "There were too many requests for mails from your network.",
        Attempt::Code => "There were too many attempts with a code.",
    };
    let hint = match attempt {
        Attempt::Password => {
            "Wait a few minutes and try again, or have a new password mailed: \"Forgot your password?\" leads there."
        }
        Attempt::Code => "Wait ten minutes and try again.",
        Attempt::Mail => {
            "Look for the mail that was sent, and wait a few minutes before you ask for another one."
        }
    };
    Error::new(Kind::TooOften, sentence).hint(hint)
}
