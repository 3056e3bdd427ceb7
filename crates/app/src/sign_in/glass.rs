//! The break-glass door: owners and standard administrators sign in by password at a host of its own, which asks no identity
//! provider and needs no SSO configuration that works.
//!
//! The account follows from the address. Somebody for whom SSO is the only way in does not come in here either; whoever
//! is exempt does.

use super::attempts::Knock;
use super::identify::account_of;
use super::password::{self, Entered, SignedIn, with_password_of};
use crate::audit::Origin;
use crate::context::{App, VisitorCtx};
use crate::domains::enforce::{self, Ruling};
use crate::error::{Error, Kind};
use crate::sessions;
use vestibule_model::account::Label;
use vestibule_model::email::Email;
use vestibule_store as store;

/// The way in for an address at the break-glass door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GlassWay {
    /// A password is asked for; whether there is somebody is not told.
    Password,
    /// By the identity provider alone: the sign-in begins at this address.
    Elsewhere(String),
}

/// A session that began at the break-glass door.
pub struct Opened {
    /// The label of the account.
    pub account: Label,
    /// What the browser gets.
    pub signed_in: SignedIn,
}

/// What follows a password that was right at the break-glass door.
pub enum Glass {
    /// The session began.
    Opened(Opened),
    /// A code of the second factor is asked for; the ticket by which it is shown, which names the account.
    Code(String),
}

impl Glass {
    /// The session, if it began.
    #[must_use]
    pub fn opened(self) -> Option<Opened> {
        match self {
            Self::Opened(opened) => Some(opened),
            Self::Code(_) => None,
        }
    }
}

/// The way for an address.
///
/// # Errors
/// [`Kind::Invalid`] when the text is no address, or the identity provider that is enforced is not connected.
pub async fn glass_way(app: &App, email: &str) -> Result<GlassWay, Error> {
    let email = Email::parse(email).map_err(|error| {
        Error::new(Kind::Invalid, format!("That is {error}.")).hint("Enter the address of your user.")
    })?;
    let Some(account) = account_of(app, email.as_str()).await? else { return Ok(GlassWay::Password) };
    let ruling = app.store().account(account.id).read(move |tx| {
        let email = email.clone();
        Box::pin(async move { enforce::ruling(tx, &email).await })
    });
    let ruling: Result<Ruling, store::Error> = ruling.await;
    match ruling? {
        Ruling::Free | Ruling::Exempt => Ok(GlassWay::Password),
        Ruling::Provider(None) => Err(enforce::no_provider()),
        Ruling::Provider(Some(begins)) => Ok(GlassWay::Elsewhere(enforce::address(app, &account, &begins))),
    }
}

/// Signs an owner or standard administrator in by address and password.
///
/// # Errors
/// As `with_password` at the account's own host; everybody else gets the sentence of a wrong password.
pub async fn break_glass(
    app: &App,
    (email, password): (&str, &str),
    knock: Knock<'_>,
) -> Result<Glass, Error> {
    let address = Email::parse(email).ok();
    let account = match &address {
        Some(address) => account_of(app, address.as_str()).await?,
        None => None,
    };
    let Some(account) = account else {
        return Err(password::in_vain(app, address.as_ref(), password, knock).await?);
    };
    let ctx = app.behind_the_glass(&account.label).await?;
    match with_password_of(&ctx, (email, password), knock, enforce::may_break_the_glass).await? {
        Entered::Inside(signed_in) => Ok(Glass::Opened(Opened { account: account.label, signed_in })),
        Entered::Code(ticket) => Ok(Glass::Code(format!("{}.{ticket}", account.label))),
    }
}

impl App {
    /// Somebody at the break-glass door who shows the label of their account, as the door left it with the browser.
    ///
    /// # Errors
    /// [`Kind::SignedOut`] without one; else as [`App::behind_the_glass`].
    pub async fn glass_visitor(&self, label: Option<&str>) -> Result<VisitorCtx, Error> {
        let label = label.and_then(|label| Label::parse(label).ok()).ok_or_else(sessions::signed_out)?;
        match self.behind_the_glass(&label).await {
            Err(error) if error.kind() == Kind::NotFound => Err(sessions::signed_out()),
            visitor => visitor.map(|visitor| VisitorCtx { origin: Origin::GLASS, ..visitor }),
        }
    }

    /// Somebody at the break-glass door, in the account of their session; an SSO configuration that cannot be read is left out.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such account; those of the store.
    pub async fn behind_the_glass(&self, label: &Label) -> Result<VisitorCtx, Error> {
        match self.visitor(label).await {
            Err(error) if error.kind() == Kind::Internal => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(source, account = %label, "an SSO configuration cannot be used: {error}");
                let live = self.live_without_sso(label).await?.ok_or(error)?;
                Ok(VisitorCtx { app: self.clone(), live, origin: Origin::GLASS })
            }
            visitor => visitor,
        }
    }
}
