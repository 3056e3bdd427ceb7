//! Accounts, as the operator makes and lists them.

use crate::audit::{self, Author};
use crate::context::{App, OperatorCtx};
use crate::error::{Error, Kind};
use crate::{links, mail, outbox};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::account::{Account, Label, VanityState};
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::license::{License, MOST_BASIC_SEATS};
use vestibule_model::user::{Holdings, Logins, Profile, Role, Status, User};
use vestibule_store as store;

/// A new account, with the link by which its owner sets a password.
#[derive(Debug, Serialize)]
pub struct Created {
    /// The id of the account.
    pub id: AccountId,
    /// Its label.
    pub account: Label,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub vanity_url: String,
    /// Whether the vanity URL may be used yet.
    pub state: VanityState,
    /// The label of the account above it; none where it is no sub-account.
    pub parent: Option<Label>,
    /// The owner's address.
    pub owner: Email,
    /// The one-time link: whoever has it becomes the owner, so it is shown once.
    pub owner_link: String,
    /// When the link stops working.
    pub owner_link_expires_at: Timestamp,
}

/// An account as lists show it.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Its id.
    pub id: AccountId,
    /// Its label.
    pub account: Label,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub vanity_url: String,
    /// Whether the vanity URL may be used yet.
    pub state: VanityState,
    /// The label of the account above it; none where it is no sub-account.
    pub parent: Option<Label>,
    /// The labels of its sub-accounts.
    pub sub_accounts: Vec<Label>,
    /// The owner's address.
    pub owner: Option<String>,
    /// How many users it has.
    pub users: i64,
    /// Its associated domains.
    pub domains: Vec<String>,
    /// `published`, `draft` or `none`.
    pub sso: &'static str,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Makes an account, its owner and the owner's one-time link.
///
/// # Errors
/// A label, name or address that cannot be used, or that is taken.
pub async fn create(ctx: &OperatorCtx, label: &str, name: &str, owner: &str) -> Result<Created, Error> {
    make(ctx, None, (label, name, owner)).await
}

/// Makes a sub-account of the account with the label `parent`. Like any account it has an owner, and takes nothing from the
/// account above it.
///
/// # Errors
/// As [`create`]; a parent that there is not, or that is a sub-account itself.
pub async fn create_sub_account(
    ctx: &OperatorCtx,
    parent: &str,
    label: &str,
    name: &str,
    owner: &str,
) -> Result<Created, Error> {
    let parent = ctx.account(parent).await?;
    make(ctx, Some(parent), (label, name, owner)).await
}

async fn make(
    ctx: &OperatorCtx,
    parent: Option<Account>,
    (label, name, owner): (&str, &str, &str),
) -> Result<Created, Error> {
    let app = &ctx.app;
    let label = Label::parse(label).map_err(|error| {
        Error::new(Kind::Invalid, format!("The label \"{label}\" cannot be used: {error}."))
    })?;
    let name = usable_name(name)?;
    let owner = Email::parse(owner).map_err(|error| {
        Error::new(Kind::Invalid, format!("The owner \"{owner}\" cannot be used: {error}."))
    })?;
    let now = app.now();
    let approved = app.inner.deployment.approve_vanity_urls;
    let state = if approved { VanityState::Approved } else { VanityState::Requested };
    let id = AccountId::from_bytes(app.fresh_id(now));
    let account = Account { id, label, name, state, version: 1, created_at: now };
    let user = owner_of(UserId::from_bytes(app.fresh_id(now)), owner, now);
    let link = links::fresh(app, user.id, links::Purpose::SetPassword, now);
    let url = format!("{}/welcome/{}", app.account_url(&account.label), link.secret);
    let mail = mail::welcome(app, &account, &user, &url, link.row.expires_at);
    let expires_at = link.row.expires_at;
    insert((app, ctx.author()), &account, parent.as_ref(), (&user, link.row, mail)).await?;
    Ok(Created {
        id,
        vanity_url: app.account_url(&account.label),
        account: account.label,
        name: account.name,
        state,
        parent: parent.map(|parent| parent.label),
        owner: user.email,
        owner_link: url,
        owner_link_expires_at: expires_at,
    })
}

pub(crate) fn usable_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::new(
            Kind::Invalid,
            "The name of an account has 1 to 100 characters, all of them printable.",
        ));
    }
    Ok(name.to_owned())
}

fn owner_of(id: UserId, email: Email, now: Timestamp) -> User {
    User {
        id,
        email,
        status: Status::Active,
        role: Role::Owner,
        logins: Logins::WORK_EMAIL,
        license: Some(License::Basic),
        holdings: Holdings::default(),
        employee_id: None,
        email_changed_at: None,
        profile: Profile::default(),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

async fn insert(
    (app, author): (&App, Author),
    account: &Account,
    parent: Option<&Account>,
    (user, link, mail): (&User, store::links::Link, outbox::Mail),
) -> Result<(), Error> {
    let (account, user, parent) = (account.clone(), user.clone(), parent.cloned());
    let scope = app.store().account(account.id);
    scope
        .write(move |tx| {
            let (account, user, link, mail) = (account.clone(), user.clone(), link.clone(), mail.clone());
            let (parent, author) = (parent.clone(), author.clone());
            Box::pin(async move {
                store::accounts::create(tx, &account).await?;
                if let Some(parent) = &parent
                    && !store::sub_accounts::adopt(tx, parent.id).await?
                {
                    return Err(too_deep(&parent.label));
                }
                store::licenses::set_total(tx, License::Basic, MOST_BASIC_SEATS).await?;
                store::licenses::take(tx, License::Basic).await?;
                store::users::insert(tx, &user).await?;
                store::links::insert(tx, &link).await?;
                store::outbox::insert(tx, &mail).await?;
                let mut made = audit::change("name", None, Some(account.name.clone()));
                made.extend(audit::change("owner", None, Some(user.email.to_string())));
                made.extend(audit::change("parent", None, parent.map(|parent| parent.label.to_string())));
                let what = (Deed::AccountCreated, Subject::account(&account));
                Ok::<_, Error>(audit::record(tx, &author, what, made).await?)
            })
        })
        .await
}

fn too_deep(parent: &Label) -> Error {
    Error::new(Kind::Conflict, format!("{parent} is a sub-account itself, so it has none."))
        .hint("Sub-accounts go one level deep: name the account above it, or make an account of its own.")
}

/// Approves this vanity URL: an account's own, or that of one of its connections.
///
/// # Errors
/// When there is no such account.
pub async fn approve(ctx: &OperatorCtx, label: &str) -> Result<Summary, Error> {
    let account = ctx.account(label).await?;
    let subject = Subject::account(&account);
    let (named, author) = (Label::parse(label).unwrap_or(account.label), ctx.author());
    let approved = ctx.app.store().account(account.id).write(move |tx| {
        let (label, author, subject) = (named.clone(), author.clone(), subject.clone());
        Box::pin(async move {
            if !store::accounts::approve(tx, &label).await? {
                return Ok(());
            }
            let label = audit::change("vanity_url", None, Some(label.to_string()));
            audit::record(tx, &author, (Deed::AccountApproved, subject), label).await
        })
    });
    approved.await?;
    show(ctx, label).await
}

/// Every account, in order of label.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &OperatorCtx) -> Result<Vec<Summary>, Error> {
    let accounts = ctx.app.store().read(|tx| Box::pin(store::accounts::list(tx))).await?;
    let mut summaries = Vec::with_capacity(accounts.len());
    for account in accounts {
        summaries.push(summary(&ctx.app, account).await?);
    }
    Ok(summaries)
}

/// One account.
///
/// # Errors
/// When there is no such account.
pub async fn show(ctx: &OperatorCtx, label: &str) -> Result<Summary, Error> {
    let account = ctx.account(label).await?;
    summary(&ctx.app, account).await
}

async fn summary(app: &App, account: Account) -> Result<Summary, Error> {
    let scope = app.store().account(account.id);
    let (owner, users, domains, connections, family) = scope
        .read(|tx| {
            Box::pin(async move {
                let above = store::sub_accounts::parent(tx, tx.account()).await?;
                let below = store::sub_accounts::list(tx, tx.account()).await?;
                let family = (above, below);
                let owner = store::users::owner(tx).await?;
                let users = store::users::count(tx).await?;
                let domains = store::domains::list(tx).await?;
                Ok::<_, store::Error>((owner, users, domains, store::connections::list(tx).await?, family))
            })
        })
        .await?;
    let published = connections.iter().any(|connection| connection.published.is_some());
    Ok(Summary {
        id: account.id,
        vanity_url: app.account_url(&account.label),
        account: account.label,
        name: account.name,
        state: account.state,
        parent: family.0.map(|above| above.label),
        sub_accounts: family.1.into_iter().map(|below| below.label).collect(),
        owner: owner.map(|owner| owner.email.to_string()),
        users,
        domains: domains.into_iter().map(|(domain, _)| domain.to_string()).collect(),
        sso: if published {
            "published"
        } else if connections.is_empty() {
            "none"
        } else {
            "draft"
        },
        created_at: account.created_at,
    })
}
