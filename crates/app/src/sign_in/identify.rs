//! Identifier-first: which way an address signs in, and which account somebody is looking for.
//!
//! The answers say nothing about whether a person exists: an unknown address gets the way that the account prefers.

use crate::context::{App, VisitorCtx};
use crate::domains::enforce::{self, Ruling};
use crate::error::{Error, Kind};
use vestibule_model::account::{Account, Label};
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, ConnectionId};
use vestibule_store as store;

/// The way in which an address signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By a password kept here.
    Password,
    /// By an identity provider of the account: the one of this connection.
    Sso(ConnectionId),
    /// By an identity provider at another address of the deployment, where the sign-in begins: SSO is enforced for the domain.
    Elsewhere(String),
}

/// The way for an address at this account. Where SSO is enforced for its domain it is the identity provider's, here or in the
/// account that has the domain; an exempt address gets the password form. Else somebody who has a password and no SSO login
/// type gets that form, and everybody else goes to the identity provider, if there is one.
///
/// # Errors
/// [`Kind::Invalid`] when the text is no address, or when the identity provider that is enforced is not connected.
pub async fn identify(ctx: &VisitorCtx, email: &str) -> Result<Way, Error> {
    let email = Email::parse(email).map_err(|error| {
        Error::new(Kind::Invalid, format!("That is {error}."))
            .hint("Enter the address that your company gave you.")
    })?;
    let (sought, scope) = (email.clone(), ctx.app.store().account(ctx.account().id));
    let (user, ruling) = scope
        .read(move |tx| {
            let email = sought.clone();
            Box::pin(async move {
                let user = store::users::by_email(tx, email.folded()).await?;
                Ok::<_, store::Error>((user, enforce::ruling(tx, &email).await?))
            })
        })
        .await?;
    match ruling {
        Ruling::Exempt => return Ok(Way::Password),
        Ruling::Provider(None) => return Err(enforce::no_provider()),
        Ruling::Provider(Some(begins)) => {
            let here = ctx.live.connection_with(begins.1).is_some();
            let there = || Way::Elsewhere(enforce::address(&ctx.app, ctx.account(), &begins));
            return Ok(if here { Way::Sso(begins.1) } else { there() });
        }
        Ruling::Free => {}
    }
    if user.is_none()
        && let Some(way) = enforced_elsewhere(&ctx.app, ctx.account().id, &email).await?
    {
        return Ok(way);
    }
    let Some(connection) = ctx.live.connection_for(email.domain()) else { return Ok(Way::Password) };
    let by_password = user.is_some_and(|user| user.logins.work_email && !user.logins.sso);
    Ok(if by_password { Way::Password } else { Way::Sso(connection.id) })
}

/// The way for an address of a domain that another account has, and for which that one enforces SSO.
pub(super) async fn enforced_elsewhere(
    app: &App,
    here: AccountId,
    email: &Email,
) -> Result<Option<Way>, Error> {
    let domain = email.domain().clone();
    let owner = app.store().read(move |tx| {
        let domain = domain.clone();
        Box::pin(async move {
            match store::domains::owner(tx, &domain).await? {
                Some(owner) if owner.account != here => store::accounts::by_id(tx, owner.account).await,
                _ => Ok(None),
            }
        })
    });
    match owner.await? {
        Some(owner) => Ok(enforced(app, &owner, email).await?.map(Way::Elsewhere)),
        None => Ok(None),
    }
}

/// Where the sign-in of an address begins for which this account enforces SSO.
async fn enforced(app: &App, account: &Account, email: &Email) -> Result<Option<String>, Error> {
    let sought = email.clone();
    let ruling = app.store().account(account.id).read(move |tx| {
        let email = sought.clone();
        Box::pin(async move { enforce::ruling(tx, &email).await })
    });
    match ruling.await? {
        Ruling::Free | Ruling::Exempt => Ok(None),
        Ruling::Provider(None) => Err(enforce::no_provider()),
        Ruling::Provider(Some(begins)) => Ok(Some(enforce::address(app, account, &begins))),
    }
}

/// Where somebody goes who says at the deployment's own address who they are.
///
/// # Errors
/// [`Kind::NotFound`] when nothing here is called that; [`Kind::Invalid`] when the identity provider that is enforced is not
/// connected.
pub async fn find(app: &App, query: &str) -> Result<String, Error> {
    let account = account_of(app, query).await?.ok_or_else(|| {
        Error::new(Kind::NotFound, "No company here uses that.")
            .hint("Check it for typing errors, or ask your administrator.")
    })?;
    if let Ok(email) = Email::parse(query)
        && let Some(begins) = enforced(app, &account, &email).await?
    {
        return Ok(begins);
    }
    Ok(format!("{}/signin", app.account_url(&account.label)))
}

/// The account that somebody at the deployment's own address means: by its label, its domain, or an address in it.
pub(super) async fn account_of(app: &App, query: &str) -> Result<Option<Account>, Error> {
    let query = query.trim().to_lowercase();
    let label = Label::parse(&query).ok();
    let email = Email::parse(&query).ok();
    let domain = email.as_ref().map(|email| email.domain().clone()).or_else(|| Domain::parse(&query).ok());
    let folded = email.map(|email| email.folded().to_owned());
    let found = app.store().read(move |tx| {
        let (label, domain, folded) = (label.clone(), domain.clone(), folded.clone());
        Box::pin(async move {
            if let Some(label) = label {
                return store::accounts::by_label(tx, &label).await;
            }
            let mut account = None;
            if let Some(folded) = folded {
                account = store::users::owner_of(tx, &folded).await?.map(|(account, _)| account);
            }
            if let (None, Some(domain)) = (account, domain) {
                account = store::domains::owner(tx, &domain).await?.map(|owner| owner.account);
            }
            match account {
                Some(id) => store::accounts::by_id(tx, id).await,
                None => Ok(None),
            }
        })
    });
    Ok(found.await?)
}
