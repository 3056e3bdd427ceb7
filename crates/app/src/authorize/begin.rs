//! An authorization request comes in at the deployment's own host, and goes on at the account's.

use super::clients::{self, Known};
use super::{MOST_WAITING, REQUEST_LIFETIME};
use crate::context::App;
use crate::error::{Error, Kind};
use crate::secret;
use vestibule_model::token::Scopes;
use vestibule_oidc::authorization::{Answer, Asking, Wanted, answer, state};
use vestibule_oidc::{Code, Parameters};
use vestibule_store as store;

/// Where the browser goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// To the account's own host, where an administrator is asked.
    Ask(String),
    /// Back to the client, with the reason why not.
    Answer(String),
}

/// Reads an authorization request (RFC 6749 §4.1.1).
///
/// # Errors
/// While it is not sure who asks and where an answer may go: for the person, and nothing is sent anywhere.
pub async fn begin(app: &App, query: &str) -> Result<Begun, Error> {
    let request = Parameters::read(query)?;
    let asking = Asking::read(&request)?;
    let known = clients::find(app, asking.client_id).await?.ok_or_else(|| {
        Error::new(Kind::Invalid, "The program that sent you here is not known.")
            .hint("An administrator registers it at /admin/api; it may have been revoked there.")
    })?;
    // RFC 9700 §2.1: letter by letter.
    if !known.client().redirect_uris.iter().any(|registered| registered == asking.redirect_uri) {
        return Err(Error::new(Kind::Invalid, "The program wants its answer at an address that is not registered.")
            .hint("An administrator registers redirect addresses at /admin/api; they are compared letter by letter."));
    }
    match wanted(&known, &request) {
        Ok((wanted, scopes)) => remember(app, &known, &request, (wanted, scopes)).await,
        Err(refused) => {
            // A state that is too long is one of the reasons, and is not carried.
            let state = state(&request).ok().flatten();
            let url = answer(asking.redirect_uri, state, super::issuer(app), Answer::Error(&refused));
            url.map(Begun::Answer).ok_or_else(unreadable)
        }
    }
}

fn wanted(known: &Known, request: &Parameters) -> Result<(Wanted, Scopes), vestibule_oidc::Error> {
    let wanted = Wanted::read(request)?;
    let scopes = within(wanted.scope.as_deref(), &known.client().scopes)?;
    Ok((wanted, scopes))
}

/// The scopes that are asked for, if they are within those that may be had; without any, those.
pub(super) fn within(asked: Option<&str>, most: &Scopes) -> Result<Scopes, vestibule_oidc::Error> {
    let refused = |sentence: String| vestibule_oidc::Error::new(Code::InvalidScope, sentence);
    let Some(asked) = asked else { return Ok(most.clone()) };
    let scopes =
        Scopes::parse(asked).map_err(|error| refused(format!("The scope cannot be used: {error}.")))?;
    if !most.cover(&scopes) {
        return Err(refused(format!("At most {most} can be had here.")));
    }
    Ok(scopes)
}

async fn remember(
    app: &App,
    known: &Known,
    request: &Parameters,
    (wanted, scopes): (Wanted, Scopes),
) -> Result<Begun, Error> {
    let secret = secret::fresh(app.random());
    let row = store::oauth_codes::Request {
        request_hash: secret::hash(&secret),
        client: known.client().id,
        scopes,
        challenge: wanted.challenge.to_bytes(),
        redirect_uri: request.required("redirect_uri")?.to_owned(),
        state: state(request)?.map(str::to_owned),
        expires_at: app.now() + REQUEST_LIFETIME,
    };
    let written = app.store().account(known.account.id).write(move |tx| {
        let row = row.clone();
        Box::pin(async move {
            store::oauth_codes::insert_request(tx, &row).await?;
            store::oauth_codes::forget_requests(tx, MOST_WAITING).await
        })
    });
    written.await?;
    Ok(Begun::Ask(format!("{}/oauth/consent/{secret}", app.account_url(&known.account.label))))
}

pub(super) fn unreadable() -> Error {
    Error::internal("a registered redirect address cannot be read")
}
