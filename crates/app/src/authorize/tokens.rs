//! What a client may ask about a token, and how it gives one back: its own alone.

use super::clients::{Known, authenticate, public_id};
use crate::context::App;
use crate::error::Error;
use crate::roles;
use crate::secret;
use serde_json::Value;
use vestibule_model::permission::Roles;
use vestibule_model::token::{SecretKind, State};
use vestibule_oidc::token::{Active, introspection, named};
use vestibule_oidc::{Parameters, credentials};
use vestibule_store as store;

/// A token of the client that asks.
enum Found {
    Access(store::tokens::Found),
    Refresh(store::oauth_grants::Shown),
}

/// Tells whether a token is good (RFC 7662). Of one that belongs to somebody else it says what it says of one that never was.
///
/// # Errors
/// When the client is not who it says, or names no token.
pub async fn introspect(app: &App, authorization: Option<&str>, form: &str) -> Result<Value, Error> {
    let form = Parameters::read(form)?;
    let known = authenticate(app, &credentials(authorization, &form)?).await?;
    let found = find(app, &known, named(&form)?).await?;
    let roles = roles::of_account(app, known.account.id).await?;
    let active = found.and_then(|found| active(app, &known, &found, &roles));
    Ok(introspection(active.as_ref(), super::issuer(app)))
}

fn active(app: &App, known: &Known, found: &Found, roles: &Roles) -> Option<Active> {
    let now = app.now();
    let client_id = public_id(known.account.id, known.client().id);
    match found {
        Found::Access(found) => (found.state(roles, now) == State::Live).then(|| Active {
            scope: found.token.scopes.to_string(),
            client_id,
            sub: found.token.made_by.map(|user| user.to_string()),
            iat: found.token.created_at.as_second(),
            exp: found.token.expires_at.map(|end| end.as_second()),
            is_access: true,
        }),
        Found::Refresh(shown) => {
            (shown.state(roles, now) == State::Live && shown.used_at.is_none()).then(|| Active {
                scope: shown.scopes.to_string(),
                client_id,
                sub: Some(shown.user.to_string()),
                iat: shown.created_at.as_second(),
                exp: Some(shown.expires_at.as_second()),
                is_access: false,
            })
        }
    }
}

/// Takes a token back (RFC 7009). A refresh token takes along everything of its grant. One that is unknown, or somebody
/// else's, is no error: the client is rid of it either way (§2.2).
///
/// # Errors
/// As [`introspect`].
pub async fn take_back(app: &App, authorization: Option<&str>, form: &str) -> Result<(), Error> {
    let form = Parameters::read(form)?;
    let known = authenticate(app, &credentials(authorization, &form)?).await?;
    let found = find(app, &known, named(&form)?).await?;
    let now = app.now();
    let scope = app.store().account(known.account.id);
    match found {
        None => {}
        Some(Found::Access(found)) => {
            let id = found.token.id;
            let revoke = scope.write(move |tx| Box::pin(store::tokens::revoke(tx, id, now, now)));
            revoke.await.map_err(Error::from)?;
        }
        Some(Found::Refresh(shown)) => {
            let id = shown.grant;
            let revoke = scope.write(move |tx| Box::pin(store::oauth_grants::revoke(tx, id, now)));
            revoke.await.map_err(Error::from)?;
        }
    }
    Ok(())
}

async fn find(app: &App, known: &Known, text: &str) -> Result<Option<Found>, Error> {
    let hash = secret::hash(text);
    if SecretKind::Access.is_whole(text) {
        let found =
            app.store().read(move |tx| Box::pin(async move { store::tokens::by_hash(tx, &hash).await }));
        let own = found.await?.filter(|(account, found)| {
            account.id == known.account.id && found.token.client == Some(known.client().id)
        });
        return Ok(own.map(|(_, found)| Found::Access(found)));
    }
    if SecretKind::Refresh.is_whole(text) {
        let scope = app.store().account(known.account.id);
        let found =
            scope.read(move |tx| Box::pin(async move { store::oauth_grants::by_refresh(tx, &hash).await }));
        let own = found.await?.filter(|shown| shown.client == known.client().id);
        return Ok(own.map(Found::Refresh));
    }
    Ok(None)
}
