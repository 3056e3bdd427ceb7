//! Identifier-first: which way an address signs in, and which account somebody is looking for.
//!
//! The answers say nothing about whether a person exists: an unknown address gets the way that the account prefers.

use crate::context::{App, VisitorCtx};
use crate::error::{Error, Kind};
use vestibule_model::account::Label;
use vestibule_model::domain::Domain;
use vestibule_model::email::Email;
use vestibule_model::id::ConnectionId;
use vestibule_store as store;

/// The way in which an address signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a password kept here.
    Password,
    /// By an identity provider of the account: the one of this connection.
    Sso(ConnectionId),
}

/// The way for an address at this account. Somebody who has a password and no SSO login type gets the password form,
/// everybody else goes to the identity provider, if there is one.
///
/// # Errors
/// [`Kind::Invalid`] when the text is no address.
pub async fn identify(ctx: &VisitorCtx, email: &str) -> Result<Way, Error> {
    let email = Email::parse(email).map_err(|error| {
        Error::new(Kind::Invalid, format!("That is {error}."))
            .hint("Enter the address that your company gave you.")
    })?;
    let Some(connection) = ctx.live.connection_for(email.domain()) else { return Ok(Way::Password) };
    let folded = email.folded().to_owned();
    let scope = ctx.app.store().account(ctx.account().id);
    let user = scope
        .read(move |tx| {
            let folded = folded.clone();
            Box::pin(async move { store::users::by_email(tx, &folded).await })
        })
        .await?;
    let by_password = user.is_some_and(|user| user.logins.work_email && !user.logins.sso);
    Ok(if by_password { Way::Password } else { Way::Sso(connection.id) })
}

/// The account that somebody at the deployment's own address means: by its label, its domain, or an address in it.
///
/// # Errors
/// When the store does not answer.
pub async fn find_account(app: &App, query: &str) -> Result<Option<Label>, Error> {
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
                account = store::domains::owner(tx, &domain).await?;
            }
            match account {
                Some(id) => store::accounts::by_id(tx, id).await,
                None => Ok(None),
            }
        })
    });
    Ok(found.await?.map(|account| account.label))
}
