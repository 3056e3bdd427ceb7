//! The token endpoint: who shows something good gets an access token.

use super::begin::within;
use super::clients::{Known, authenticate, unknown_client};
use super::refresh;
use super::{ACCESS_LIFETIME, MOST_ACCESS_TOKENS, REFRESH_LIFETIME};
use crate::configuration::Configuration;
use crate::context::App;
use crate::error::{Error, Kind};
use crate::roles;
use crate::secret;
use jiff::Timestamp;
use serde_json::Value;
use vestibule_model::id::{ClientId, GrantId, TokenId, UserId};
use vestibule_model::token::{Facts, Maker, Scopes, SecretKind, State};
use vestibule_oidc::token::{Grant, Issued};
use vestibule_oidc::{Challenge, Code, Parameters, Verifier, credentials};
use vestibule_store::oauth_clients::Client;
use vestibule_store::{self as store, Tx};

/// Hands out a token (RFC 6749 §3.2): the header and the form of the request in, the object of the answer out.
///
/// # Errors
/// With the word of RFC 6749 §5.2 ([`Error::oauth_code`]).
pub async fn exchange(app: &App, authorization: Option<&str>, form: &str) -> Result<Value, Error> {
    let form = Parameters::read(form)?;
    let known = authenticate(app, &credentials(authorization, &form)?).await?;
    let issued = match Grant::read(&form)? {
        Grant::Code { code, redirect_uri, verifier } => {
            by_code(app, &known, (&code, &redirect_uri, &verifier)).await
        }
        Grant::Refresh { token, scope } => refresh::renew(app, &known, &token, scope.as_deref()).await,
        Grant::Client { scope } => by_client(app, &known, scope.as_deref()).await,
    };
    Ok(issued?.to_json())
}

pub(super) fn bad_grant(sentence: &str) -> Error {
    Error::new(Kind::Invalid, sentence).oauth(Code::InvalidGrant)
}

/// For the client itself, in the name of whoever registered it.
async fn by_client(app: &App, known: &Known, scope: Option<&str>) -> Result<Issued, Error> {
    let role = known.found.maker.as_ref().map(|(.., role)| role);
    let roles = roles::to_judge(app, known.account.id, role).await?;
    if known.found.state(&roles, app.now()) != State::Live {
        return Err(Error::new(
            Kind::Invalid,
            "The client rests: whoever registered it is not active now, or may not do any more what it may.",
        )
        .oauth(Code::UnauthorizedClient));
    }
    let scopes = within(scope, &known.client().scopes)?;
    let access = Access::fresh(app, known.client(), (None, known.client().made_by), scopes);
    let row = access.row.clone();
    let written = app.store().account(known.account.id).write(move |tx| {
        let row = row.clone();
        Box::pin(async move { row.insert(tx).await })
    });
    written.await?;
    Ok(access.issued(None))
}

/// What came of a code, or of a refresh token.
pub(super) enum Used {
    /// It was good.
    Good(Scopes),
    /// It is not, for this reason; what was written to say so stays.
    Bad(&'static str),
}

/// For a code. It is used up by being shown, whatever comes of it; shown a second time it ends what came of the first.
async fn by_code(
    app: &App,
    known: &Known,
    (code, redirect_uri, verifier): (&str, &str, &Verifier),
) -> Result<Issued, Error> {
    if !SecretKind::Code.is_whole(code) {
        return Err(bad_grant("This is not a whole code."));
    }
    let now = app.now();
    let shown = Shown {
        code_hash: secret::hash(code),
        redirect_uri: redirect_uri.to_owned(),
        verifier_hash: secret::sha256(verifier.as_str().as_bytes()),
    };
    let grant = GrantId::from_bytes(app.fresh_id(now));
    let (text, next) = refresh::fresh(app, grant, now);
    let access = Access::fresh(app, known.client(), (Some(grant), None), known.client().scopes.clone());
    let (row, client) = (access.row.clone(), known.client().clone());
    let used = app.store().account(known.account.id).write(move |tx| {
        let (shown, row, client) = (shown.clone(), row.clone(), client.clone());
        Box::pin(async move { take(tx, &shown, &client, (row, next)).await })
    });
    match used.await? {
        Used::Good(scopes) => Ok(Access { scopes, ..access }.issued(Some(text))),
        Used::Bad(reason) => Err(bad_grant(reason)),
    }
}

/// What the client shows.
#[derive(Clone)]
struct Shown {
    code_hash: [u8; 32],
    redirect_uri: String,
    verifier_hash: [u8; 32],
}

async fn take(
    tx: &Tx<'_>,
    shown: &Shown,
    client: &Client,
    (row, next): (Row, store::oauth_grants::Refresh),
) -> Result<Used, Error> {
    let now = row.token.created_at;
    let Some(code) = store::oauth_codes::take(tx, &shown.code_hash, next.grant).await? else {
        if let Some(grant) = store::oauth_codes::used_for(tx, &shown.code_hash).await? {
            store::oauth_grants::revoke(tx, grant, now).await?;
        }
        return Ok(Used::Bad("The code was used before, or never was; what came of it is over."));
    };
    if now >= code.expires_at {
        return Ok(Used::Bad("The code has expired: a code is good for a minute."));
    }
    if code.client != client.id || code.redirect_uri != shown.redirect_uri {
        return Ok(Used::Bad("The code was given to another client, or sent to another address."));
    }
    if !Challenge::from_bytes(code.challenge).is_kept(&shown.verifier_hash) {
        return Ok(Used::Bad("The code_verifier is not the one that was promised."));
    }
    let person = store::users::by_id(tx, code.user).await?;
    let roles = Configuration::read(tx).await?.roles;
    let maker = person.map_or(Maker::Gone, |user| Maker::Person(user.status, roles.of(&user.role)));
    let facts = Facts { expires_at: None, revoked_at: None, maker, needs: code.scopes.permissions() };
    if State::of(&facts, now) != State::Live {
        return Ok(Used::Bad("Whoever permitted it is not active now, or may not do it any more."));
    }
    let grant = store::oauth_grants::Grant {
        id: next.grant,
        client: code.client,
        user: code.user,
        scopes: code.scopes.clone(),
        created_at: now,
    };
    store::oauth_grants::insert(tx, &grant, next.expires_at).await?;
    store::oauth_grants::insert_refresh(tx, &next).await?;
    row.of(code.user, code.scopes.clone()).insert(tx).await?;
    Ok(Used::Good(code.scopes))
}

/// A new access token: its text, and its row.
pub(super) struct Access {
    pub(super) text: String,
    pub(super) scopes: Scopes,
    pub(super) row: Row,
}

/// The row of a new access token.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) token: store::tokens::Token,
    client: ClientId,
}

impl Access {
    pub(super) fn fresh(
        app: &App,
        client: &Client,
        (grant, made_by): (Option<GrantId>, Option<UserId>),
        scopes: Scopes,
    ) -> Self {
        let now = app.now();
        let text = SecretKind::Access.write(&secret::fresh(app.random()));
        let token = store::tokens::Token {
            id: TokenId::from_bytes(app.fresh_id(now)),
            token_hash: secret::hash(&text),
            name: client.name.clone(),
            scopes: scopes.clone(),
            made_by,
            client: Some(client.id),
            grant,
            created_at: now,
            expires_at: Some(now + ACCESS_LIFETIME),
            used_at: None,
            revoked_at: None,
        };
        Self { text, scopes, row: Row { token, client: client.id } }
    }

    pub(super) fn issued(self, refresh_token: Option<String>) -> Issued {
        Issued {
            access_token: self.text,
            expires_in_seconds: ACCESS_LIFETIME.as_secs(),
            refresh_token,
            scope: self.scopes.to_string(),
        }
    }
}

impl Row {
    /// The same, in the name of this person and for these scopes.
    pub(super) fn of(mut self, user: UserId, scopes: Scopes) -> Self {
        (self.token.made_by, self.token.scopes) = (Some(user), scopes);
        self
    }

    /// Writes it, unless the client was revoked meanwhile, or has too many.
    pub(super) async fn insert(&self, tx: &Tx<'_>) -> Result<(), Error> {
        let now = self.token.created_at;
        if !store::oauth_clients::held(tx, self.client).await? {
            return Err(unknown_client());
        }
        if store::oauth_clients::live_tokens(tx, self.client, now).await? >= MOST_ACCESS_TOKENS {
            return Err(Error::new(Kind::Busy, "The client has very many access tokens that are good.")
                .hint("Use one until it ends, two hours after it was made.")
                .oauth(Code::TemporarilyUnavailable));
        }
        Ok(store::tokens::insert(tx, &self.token, self.token.expires_at).await?)
    }
}

/// When a refresh token that is made now ends.
pub(super) fn refresh_end(now: Timestamp) -> Timestamp {
    now + REFRESH_LIFETIME
}
