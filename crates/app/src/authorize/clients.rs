//! Clients: registered by an administrator or the operator, each in one account.

use crate::audit;
use crate::context::{App, OperatorCtx, PeopleCtx, must_hold};
use crate::error::{Error, Kind};
use crate::roles;
use crate::secret;
use crate::tokens::{read_scopes, usable_name};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::id::{AccountId, ClientId};
use vestibule_model::permission::{Permission, Roles};
use vestibule_model::token::{Scopes, SecretKind, State};
use vestibule_oidc::{Code, Credentials, RedirectUri};
use vestibule_store::{self as store, Tx};

/// The most clients of an account, revoked ones included.
pub const MOST_CLIENTS: u32 = 100;

/// The most addresses of a client.
const MOST_ADDRESSES: usize = 10;

/// What a new client is to be.
#[derive(Debug, Clone, Default)]
pub struct NewClient {
    /// What people call it.
    pub name: String,
    /// The words of the scopes that it may be permitted.
    pub scopes: Vec<String>,
    /// Where codes may be sent; none for a client that only acts for itself.
    pub redirect_uris: Vec<String>,
}

/// A new client. Its secret is shown once and kept nowhere, so this has no `Debug`.
#[derive(Serialize)]
pub struct Created {
    /// Its id, as requests name it: `client_id`.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The account.
    pub account: Label,
    /// What people call it.
    pub name: String,
    /// What it may be permitted.
    pub scopes: Scopes,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Where it gets tokens.
    pub token_url: String,
    /// Where it sends administrators.
    pub authorize_url: String,
}

/// A client as lists show it.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The account.
    pub account: Label,
    /// What it may be permitted.
    pub scopes: Scopes,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Whether it may act for itself.
    pub state: State,
    /// Who registered it; `None`: the operator.
    pub made_by: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// The id as requests name it. It names the account too, so that no global table is needed to find the client.
pub(super) fn public_id(account: AccountId, client: ClientId) -> String {
    format!("{client}.{account}")
}

fn read_id(text: &str) -> Option<(AccountId, ClientId)> {
    let (client, account) = text.split_once('.')?;
    Some((account.parse().ok()?, client.parse().ok()?))
}

/// A client that was found, with its account.
pub(super) struct Known {
    pub(super) account: Account,
    pub(super) found: store::oauth_clients::Found,
}

impl Known {
    pub(super) fn client(&self) -> &store::oauth_clients::Client {
        &self.found.client
    }
}

/// The client with this id, if it is not revoked and its account is in use.
pub(super) async fn find(app: &App, id: &str) -> Result<Option<Known>, Error> {
    let Some((account, client)) = read_id(id) else { return Ok(None) };
    let found = app.store().account(account).read(move |tx| {
        Box::pin(async move {
            let account = store::accounts::by_id(tx, account).await?;
            Ok::<_, store::Error>(account.zip(store::oauth_clients::by_id(tx, client).await?))
        })
    });
    let known = found.await?.map(|(account, found)| Known { account, found });
    Ok(known
        .filter(|known| known.account.state == VanityState::Approved && known.client().revoked_at.is_none()))
}

/// The client that shows these credentials. An unknown client and a wrong secret are told alike.
pub(super) async fn authenticate(app: &App, shown: &Credentials) -> Result<Known, Error> {
    let known = find(app, &shown.id).await?;
    let good = |known: &Known| {
        SecretKind::Client.is_whole(&shown.secret) && secret::is(&shown.secret, &known.client().secret_hash)
    };
    known.filter(good).ok_or_else(unknown_client)
}

pub(super) fn unknown_client() -> Error {
    Error::new(Kind::Unauthenticated, "There is no such client, or its secret is another one.")
        .oauth(Code::InvalidClient)
        .hint("An administrator registers clients at /admin/api; the secret is shown once.")
}

/// Registers a client.
///
/// # Errors
/// [`Kind::Invalid`] for a name, scope or address that cannot be; [`Kind::Conflict`] when there are too many.
pub async fn create(ctx: &PeopleCtx, wanted: &NewClient) -> Result<Created, Error> {
    ctx.must(Permission::TokenEdit)?;
    let scopes = read_scopes(&wanted.scopes)?;
    must_hold(ctx.permissions(), scopes.permissions())?;
    let name = usable_name(&wanted.name, &scopes)?;
    let redirect_uris = read_addresses(&wanted.redirect_uris)?;
    let now = ctx.app.now();
    let text = SecretKind::Client.write(&secret::fresh(ctx.app.random()));
    let client = store::oauth_clients::Client {
        id: ClientId::from_bytes(ctx.app.fresh_id(now)),
        name,
        secret_hash: secret::hash(&text),
        scopes,
        made_by: ctx.by.as_ref().map(|user| user.id),
        created_at: now,
        revoked_at: None,
        redirect_uris,
    };
    let (row, author) = (client.clone(), ctx.author());
    let written = ctx.app.store().account(ctx.account.id).write(move |tx| {
        let (row, author) = (row.clone(), author.clone());
        Box::pin(async move {
            insert(tx, &row).await?;
            let mut made = audit::change("scopes", None, Some(row.scopes.to_string()));
            let addresses = Some(row.redirect_uris.join(", ")).filter(|addresses| !addresses.is_empty());
            made.extend(audit::change("redirect_uris", None, addresses));
            Ok::<_, Error>(audit::record(tx, &author, (Deed::ClientCreated, subject(&row)), made).await?)
        })
    });
    written.await?;
    let [authorize_url, token_url, ..] =
        super::PATHS.map(|path| format!("{}{path}", super::issuer(&ctx.app)));
    Ok(Created {
        id: public_id(ctx.account.id, client.id),
        secret: text,
        account: ctx.account.label.clone(),
        name: client.name,
        scopes: client.scopes,
        redirect_uris: client.redirect_uris,
        token_url,
        authorize_url,
    })
}

/// A client, as the audit log names it.
pub(super) fn subject(client: &store::oauth_clients::Client) -> Subject {
    Subject::new(Thing::Client, client.id, client.name.as_str())
}

async fn insert(tx: &Tx<'_>, client: &store::oauth_clients::Client) -> Result<(), Error> {
    if store::oauth_clients::list(tx, MOST_CLIENTS).await?.len() >= MOST_CLIENTS as usize {
        return Err(Error::new(Kind::Conflict, format!("The account has {MOST_CLIENTS} clients already."))
            .hint("Use one that is there."));
    }
    Ok(store::oauth_clients::insert(tx, client).await?)
}

fn read_addresses(texts: &[String]) -> Result<Vec<String>, Error> {
    let refused = |sentence: String| Error::new(Kind::Invalid, sentence).about("redirect");
    if texts.len() > MOST_ADDRESSES {
        return Err(refused(format!("A client has at most {MOST_ADDRESSES} redirect addresses.")));
    }
    let mut addresses = Vec::new();
    for text in texts {
        let address = RedirectUri::parse(text).map_err(|error| {
            let shown = vestibule_model::trace::shown(text);
            refused(format!("The redirect address \"{shown}\" cannot be used: {error}."))
                .hint("Take it from the client's own documentation, letter by letter.")
        })?;
        addresses.push(address.as_str().to_owned());
    }
    Ok(addresses)
}

/// The clients of the account, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &PeopleCtx) -> Result<Vec<Summary>, Error> {
    ctx.must(Permission::TokenRead)?;
    of_account(&ctx.app, &ctx.account).await
}

/// The clients of every account, in order of label.
///
/// # Errors
/// When the store does not answer.
pub async fn list_all(ctx: &OperatorCtx) -> Result<Vec<Summary>, Error> {
    let mut all = Vec::new();
    for account in ctx.app.store().read(|tx| Box::pin(store::accounts::list(tx))).await? {
        all.extend(of_account(&ctx.app, &account).await?);
    }
    Ok(all)
}

async fn of_account(app: &App, account: &Account) -> Result<Vec<Summary>, Error> {
    let scope = app.store().account(account.id);
    let found = scope.read(|tx| Box::pin(async move { store::oauth_clients::list(tx, MOST_CLIENTS).await }));
    let found = found.await.map_err(Error::from)?;
    let (roles, now) = (roles::of_account(app, account.id).await?, app.now());
    Ok(found.into_iter().map(|found| summary(found, account, &roles, now)).collect())
}

fn summary(found: store::oauth_clients::Found, account: &Account, roles: &Roles, now: Timestamp) -> Summary {
    let state = found.state(roles, now);
    let maker = found.maker.map(|(email, ..)| email.to_string());
    let client = found.client;
    Summary {
        id: public_id(account.id, client.id),
        name: client.name,
        account: account.label.clone(),
        scopes: client.scopes,
        redirect_uris: client.redirect_uris,
        state,
        made_by: client.made_by.map(|_| maker.unwrap_or_else(|| "somebody who is no more".to_owned())),
        created_at: client.created_at,
        revoked_at: client.revoked_at,
    }
}

/// Revokes a client of the account: it and every token that it got are worth nothing from now on.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such client.
pub async fn revoke(ctx: &PeopleCtx, id: &str) -> Result<Summary, Error> {
    ctx.must(Permission::TokenEdit)?;
    let (account, client) =
        read_id(id).filter(|(account, _)| *account == ctx.account.id).ok_or_else(unknown)?;
    let (now, author) = (ctx.app.now(), ctx.author());
    let revoked = ctx.app.store().account(account).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let was_live = store::oauth_clients::held(tx, client).await?;
            store::oauth_clients::revoke(tx, client, now).await?;
            let found = store::oauth_clients::by_id(tx, client).await?.ok_or_else(unknown)?;
            if was_live {
                audit::record(tx, &author, (Deed::ClientRevoked, subject(&found.client)), Vec::new()).await?;
            }
            Ok::<_, Error>(found)
        })
    });
    let roles = roles::of_account(&ctx.app, account).await?;
    Ok(summary(revoked.await?, &ctx.account, &roles, now))
}

/// Revokes a client of any account.
///
/// # Errors
/// [`Kind::NotFound`] when there is no such client.
pub async fn revoke_as_operator(ctx: &OperatorCtx, id: &str) -> Result<Summary, Error> {
    let (account, _) = read_id(id).ok_or_else(unknown)?;
    let found =
        ctx.app.store().read(move |tx| Box::pin(async move { store::accounts::by_id(tx, account).await }));
    let account = found.await?.ok_or_else(unknown)?;
    revoke(&PeopleCtx::of_operator(&ctx.app, account), id).await
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "There is no such client.")
        .hint("`vestibule oauth-client list`, or the page /admin/api of the account, shows those there are.")
}
