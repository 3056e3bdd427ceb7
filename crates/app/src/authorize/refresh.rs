//! Refresh tokens: each is used once and gives the next one; one that is used twice ends the family, because one of the two who
//! used it has stolen it (RFC 9700 §4.14.2).

use super::begin::within;
use super::clients::Known;
use super::exchange::{Access, Row, Used, bad_grant, refresh_end};
use crate::configuration::Configuration;
use crate::context::App;
use crate::error::Error;
use crate::secret;
use jiff::Timestamp;
use vestibule_model::id::GrantId;
use vestibule_model::token::{SecretKind, State};
use vestibule_oidc::token::Issued;
use vestibule_store::oauth_clients::Client;
use vestibule_store::oauth_grants::Refresh;
use vestibule_store::{self as store, Tx};

/// A new refresh token: its text, and its row.
pub(super) fn fresh(app: &App, grant: GrantId, now: Timestamp) -> (String, Refresh) {
    let text = SecretKind::Refresh.write(&secret::fresh(app.random()));
    let row =
        Refresh { token_hash: secret::hash(&text), grant, created_at: now, expires_at: refresh_end(now) };
    (text, row)
}

/// Hands out the next tokens for a refresh token.
pub(super) async fn renew(
    app: &App,
    known: &Known,
    token: &str,
    scope: Option<&str>,
) -> Result<Issued, Error> {
    if !SecretKind::Refresh.is_whole(token) {
        return Err(bad_grant("This is not a whole refresh token."));
    }
    let now = app.now();
    let hash = secret::hash(token);
    // The grant is known only when the token was found; the row gets it then.
    let (text, next) = fresh(app, GrantId::from_bytes([0; 16]), now);
    let access = Access::fresh(app, known.client(), (None, None), known.client().scopes.clone());
    let (row, client, asked) = (access.row.clone(), known.client().clone(), scope.map(str::to_owned));
    let used = app.store().account(known.account.id).write(move |tx| {
        let (row, client, asked) = (row.clone(), client.clone(), asked.clone());
        Box::pin(async move { take(tx, &hash, &client, (row, next, asked.as_deref())).await })
    });
    match used.await? {
        Used::Good(scopes) => Ok(Access { scopes, ..access }.issued(Some(text))),
        Used::Bad(reason) => Err(bad_grant(reason)),
    }
}

async fn take(
    tx: &Tx<'_>,
    hash: &[u8; 32],
    client: &Client,
    (mut row, next, asked): (Row, Refresh, Option<&str>),
) -> Result<Used, Error> {
    let now = row.token.created_at;
    let Some(shown) = store::oauth_grants::by_refresh(tx, hash).await? else {
        return Ok(Used::Bad("The refresh token is not known."));
    };
    if shown.client != client.id {
        store::oauth_grants::revoke(tx, shown.grant, now).await?;
        return Ok(Used::Bad("The refresh token was given to another client; it is over."));
    }
    let roles = Configuration::read(tx).await?.roles;
    match shown.state(&roles, now) {
        State::Live => {}
        State::Revoked => return Ok(Used::Bad("The grant was revoked.")),
        State::Expired => return Ok(Used::Bad("The refresh token has expired.")),
        State::Resting if shown.used_at.is_none() => {
            return Ok(Used::Bad("Whoever permitted it is not active now, or may not do it any more."));
        }
        State::Resting => {}
    }
    // What is asked for in vain uses nothing up.
    let scopes = within(asked, &shown.scopes)?;
    if !store::oauth_grants::take_refresh(tx, hash, now).await? {
        store::oauth_grants::revoke(tx, shown.grant, now).await?;
        return Ok(Used::Bad(
            "The refresh token was used before: whoever has it, everything of this grant is over.",
        ));
    }
    if !store::oauth_grants::insert_refresh(tx, &Refresh { grant: shown.grant, ..next }).await? {
        return Ok(Used::Bad("The grant was revoked."));
    }
    row.token.grant = Some(shown.grant);
    row.of(shown.user, scopes.clone()).insert(tx).await?;
    Ok(Used::Good(scopes))
}
