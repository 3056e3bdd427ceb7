//! Making, listing and revoking tokens.

use super::KEPT;
use crate::audit::{self, Author};
use crate::context::{ApiCtx, App, OperatorCtx, PeopleCtx, must_hold};
use crate::error::{Error, Kind};
use crate::roles;
use crate::secret;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use vestibule_model::account::{Account, Label};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::id::TokenId;
use vestibule_model::permission::{Permission, Roles};
use vestibule_model::token::{Scope, Scopes, SecretKind, State};
use vestibule_store::{self as store, Tx};

/// The most tokens of an account whose rows are kept.
pub const MOST_TOKENS: u32 = 200;

/// The most that a name has, in characters.
const LONGEST_NAME: usize = 100;

/// What a new token is to be.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What people call it; empty: the words of its scopes.
    pub name: String,
    /// The words of its scopes.
    pub scopes: Vec<String>,
    /// How long it works; `None`: until it is revoked.
    pub lifetime: Option<SignedDuration>,
}

/// A new token. Its text is shown once and kept nowhere, so this has no `Debug`.
#[derive(Serialize)]
pub struct Created {
    /// Its id.
    pub id: TokenId,
    /// Its text: whoever has it may do what it may.
    pub token: String,
    /// The account that it is for.
    pub account: Label,
    /// What it may do.
    pub scopes: Scopes,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// Where a SCIM client connects to; `None` when the token is for something else.
    pub scim_url: Option<String>,
}

/// A token as lists show it.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Its id.
    pub id: TokenId,
    /// What people call it.
    pub name: String,
    /// The account that it is for.
    pub account: Label,
    /// What it may do.
    pub scopes: Scopes,
    /// Whether it is good.
    pub state: State,
    /// Who made it; `None`: the operator.
    pub made_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Makes a token.
///
/// # Errors
/// [`Kind::Invalid`] for a name, scope or lifetime that cannot be; [`Kind::Conflict`] when the account has too many.
pub async fn create(ctx: &PeopleCtx, wanted: &NewToken) -> Result<Created, Error> {
    ctx.must(Permission::TokenEdit)?;
    let scopes = read_scopes(&wanted.scopes)?;
    must_hold(ctx.permissions(), scopes.permissions())?;
    let name = usable_name(&wanted.name, &scopes)?;
    let now = ctx.app.now();
    let expires_at = wanted.lifetime.map(|lifetime| end(now, lifetime)).transpose()?;
    let text = SecretKind::Access.write(&secret::fresh(ctx.app.random()));
    let token = store::tokens::Token {
        id: TokenId::from_bytes(ctx.app.fresh_id(now)),
        token_hash: secret::hash(&text),
        name,
        scopes,
        made_by: ctx.by.as_ref().map(|user| user.id),
        client: None,
        grant: None,
        created_at: now,
        expires_at,
        used_at: None,
        revoked_at: None,
    };
    let (row, author) = (token.clone(), ctx.author());
    let written = ctx.app.store().account(ctx.account.id).write(move |tx| {
        let (row, author) = (row.clone(), author.clone());
        Box::pin(async move {
            insert(tx, &row).await?;
            let mut made = audit::change("scopes", None, Some(row.scopes.to_string()));
            made.extend(audit::change("expires_at", None, row.expires_at.map(|end| format!("{end:.0}"))));
            Ok::<_, Error>(audit::record(tx, &author, (Deed::TokenCreated, subject(&row)), made).await?)
        })
    });
    written.await?;
    let scim_url = token.scopes.allow(Scope::Scim2Read).then(|| scim_url(&ctx.app));
    let (account, scopes) = (ctx.account.label.clone(), token.scopes);
    Ok(Created { id: token.id, token: text, account, scopes, expires_at, scim_url })
}

/// A token, as the audit log names it.
fn subject(token: &store::tokens::Token) -> Subject {
    Subject::new(Thing::Token, token.id, token.name.as_str())
}

async fn insert(tx: &Tx<'_>, token: &store::tokens::Token) -> Result<(), Error> {
    if store::tokens::list(tx, MOST_TOKENS).await?.len() >= MOST_TOKENS as usize {
        return Err(Error::new(Kind::Conflict, format!("The account has {MOST_TOKENS} tokens already."))
            .hint("Revoke those that nothing uses: they leave the list 30 days later."));
    }
    Ok(store::tokens::insert(tx, token, token.expires_at.map(|end| end + KEPT)).await?)
}

/// Where SCIM clients connect to.
pub(crate) fn scim_url(app: &App) -> String {
    format!("{}/scim2", app.inner.deployment.base_url.as_str().trim_end_matches('/'))
}

pub(crate) fn read_scopes(words: &[String]) -> Result<Scopes, Error> {
    Scopes::read(words.iter().map(String::as_str)).map_err(|error| {
        let known: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
        Error::new(Kind::Invalid, format!("The scopes cannot be used: {error}."))
            .hint(format!("The scopes are {}.", known.join(", ")))
            .about("scope")
    })
}

pub(crate) fn usable_name(name: &str, scopes: &Scopes) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(scopes.to_string());
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Error::new(
            Kind::Invalid,
            format!("A name has at most {LONGEST_NAME} characters, all of them printable."),
        )
        .about("name"));
    }
    Ok(name.to_owned())
}

fn end(now: Timestamp, lifetime: SignedDuration) -> Result<Timestamp, Error> {
    let possible = (SignedDuration::from_mins(1)..=SignedDuration::from_hours(3650 * 24)).contains(&lifetime);
    let end = now.checked_add(lifetime).ok().filter(|_| possible);
    end.ok_or_else(|| {
        Error::new(Kind::Invalid, "A token lives for a minute at least, and ten years at most.")
            .hint("Say for example 90d, or nothing for one that does not expire.")
            .about("expires")
    })
}

/// The tokens of the account, newest first.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &PeopleCtx) -> Result<Vec<Summary>, Error> {
    ctx.must(Permission::TokenRead)?;
    of_account(&ctx.app, &ctx.account).await
}

/// The tokens of every account, in order of label.
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

/// What the token is that was shown, for whoever shows it.
///
/// # Errors
/// When the store does not answer.
pub async fn describe(ctx: &ApiCtx) -> Result<Summary, Error> {
    let (id, scope) = (ctx.client.token, ctx.app.store().account(ctx.account.id));
    let found = scope.read(move |tx| Box::pin(async move { store::tokens::by_id(tx, id).await })).await?;
    let roles = roles::of_account(&ctx.app, ctx.account.id).await?;
    Ok(summary(found.ok_or_else(unknown)?, &ctx.account.label, &roles, ctx.app.now()))
}

async fn of_account(app: &App, account: &Account) -> Result<Vec<Summary>, Error> {
    let scope = app.store().account(account.id);
    let found = scope.read(|tx| Box::pin(async move { store::tokens::list(tx, MOST_TOKENS).await }));
    let found = found.await.map_err(Error::from)?;
    let (roles, now) = (roles::of_account(app, account.id).await?, app.now());
    Ok(found.into_iter().map(|found| summary(found, &account.label, &roles, now)).collect())
}

fn summary(found: store::tokens::Found, account: &Label, roles: &Roles, now: Timestamp) -> Summary {
    let state = found.state(roles, now);
    let maker = found.maker.map(|(email, ..)| email.to_string());
    let token = found.token;
    Summary {
        id: token.id,
        name: token.name,
        account: account.clone(),
        scopes: token.scopes,
        state,
        made_by: token.made_by.map(|_| maker.unwrap_or_else(|| "somebody who is no more".to_owned())),
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.used_at,
        revoked_at: token.revoked_at,
    }
}

/// Revokes a token of the account: it is worth nothing from now on, on every node.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such token.
pub async fn revoke(ctx: &PeopleCtx, id: TokenId) -> Result<Summary, Error> {
    ctx.must(Permission::TokenEdit)?;
    revoke_in((&ctx.app, ctx.author()), &ctx.account, id).await
}

/// Revokes a token of any account, named by its id or by its text: who finds one in the wrong place has the text alone.
///
/// # Errors
/// [`Kind::Invalid`] when it is neither, [`Kind::NotFound`] when there is no such token.
pub async fn revoke_as_operator(ctx: &OperatorCtx, named: &str) -> Result<Summary, Error> {
    let hash = SecretKind::Access.is_whole(named).then(|| secret::hash(named));
    let id: Option<TokenId> = named.parse().ok();
    if hash.is_none() && id.is_none() {
        return Err(Error::new(Kind::Invalid, "This names no token.")
            .hint("Name it by its id, such as `vestibule token list` shows it, or by its text (vst_…)."));
    }
    let found = ctx.app.store().read(move |tx| {
        Box::pin(async move {
            if let Some(hash) = hash {
                let found = store::tokens::by_hash(tx, &hash).await?;
                return Ok(found.map(|(account, found)| (account, found.token.id)));
            }
            let Some(id) = id else { return Ok(None) };
            let Some(account) = store::tokens::account_of(tx, id).await? else { return Ok(None) };
            let account = store::accounts::by_id(tx, account).await?;
            Ok::<_, store::Error>(account.map(|account| (account, id)))
        })
    });
    let (account, id) = found.await?.ok_or_else(unknown)?;
    revoke_in((&ctx.app, ctx.author()), &account, id).await
}

async fn revoke_in((app, author): (&App, Author), account: &Account, id: TokenId) -> Result<Summary, Error> {
    let now = app.now();
    let revoked = app.store().account(account.id).write(move |tx| {
        let author = author.clone();
        Box::pin(async move {
            let revoked = store::tokens::revoke(tx, id, now, now + KEPT).await?;
            let found = store::tokens::by_id(tx, id).await?.ok_or_else(unknown)?;
            if revoked {
                audit::record(tx, &author, (Deed::TokenRevoked, subject(&found.token)), Vec::new()).await?;
            }
            Ok::<_, Error>(found)
        })
    });
    let roles = roles::of_account(app, account.id).await?;
    Ok(summary(revoked.await?, &account.label, &roles, now))
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "There is no such token.")
        .hint("`vestibule token list`, or the page /admin/api of the account, shows those there are.")
}
