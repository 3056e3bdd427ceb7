//! Handing an account to another owner. There is exactly one, whatever happens: both records change in one transaction, and
//! the database refuses a second owner.

use crate::audit;
use crate::context::{AdminCtx, App, OperatorCtx};
use crate::error::{Error, Kind};
use crate::mail;
use crate::sign_in::Knock;
use crate::sign_in::password;
use crate::users::{Whom, unknown};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::account::{Account, Label};
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::permission::Permission;
use vestibule_model::user::{NoOwner, Role, User, may_own};
use vestibule_store::{self as store, Tx};

/// What was handed over.
#[derive(Debug, Clone, Serialize)]
pub struct Transferred {
    /// The label of the account.
    pub account: Label,
    /// Who was the owner, and is an administrator now.
    pub from: Option<Email>,
    /// Who is the owner.
    pub to: Email,
}

/// Who owns the account, and to whom it can be handed.
#[derive(Debug, Clone)]
pub struct Ownership {
    /// The owner's address.
    pub owner: Option<Email>,
    /// Whether it is the person who asks.
    pub is_own: bool,
    /// Whether the person who asks has a password, which is asked for again.
    pub has_password: bool,
    /// The addresses of those who could become it.
    pub candidates: Vec<Email>,
}

/// The most candidates that are listed.
const MOST_CANDIDATES: u32 = 200;

/// Who owns the account, and to whom it can be handed.
///
/// # Errors
/// When the store does not answer.
pub async fn look(ctx: &AdminCtx) -> Result<Ownership, Error> {
    ctx.must(Permission::AccountRead)?;
    let asking = ctx.user().id;
    let found = ctx.app().store().account(ctx.account().id).read(move |tx| {
        Box::pin(async move {
            let owner = store::users::owner(tx).await?;
            let has_password = store::passwords::get(tx, asking).await?.is_some();
            Ok::<_, store::Error>((
                owner,
                has_password,
                store::users::administrators(tx, MOST_CANDIDATES).await?,
            ))
        })
    });
    let (owner, has_password, administrators) = found.await?;
    let candidates = administrators.into_iter().filter(|user| may_own(user).is_ok());
    Ok(Ownership {
        is_own: owner.as_ref().is_some_and(|owner| owner.id == asking),
        owner: owner.map(|owner| owner.email),
        has_password,
        candidates: candidates.map(|user| user.email).collect(),
    })
}

/// The owner hands the account to an administrator, and is an administrator from then on. Whoever has a password shows it.
///
/// # Errors
/// [`Kind::Forbidden`] for everybody but the owner; [`Kind::Invalid`] for a wrong password; [`Kind::Conflict`] when it cannot be
/// this person; [`Kind::NotFound`] when the account has no such user.
pub async fn transfer(
    ctx: &AdminCtx,
    to: &Whom,
    shown: &str,
    knock: Knock<'_>,
) -> Result<Transferred, Error> {
    ctx.must(Permission::AccountEdit)?;
    if ctx.user().role != Role::Owner {
        return Err(Error::new(Kind::Forbidden, "Only the owner hands the account on.")
            .hint("Ask the owner, or whoever runs this service."));
    }
    if has_password(ctx).await? {
        password::confirm(&ctx.member, shown, knock).await?;
    }
    hand_over((ctx.app(), ctx.author()), ctx.account(), to, Some(ctx.user().clone())).await
}

/// The operator hands an account to one of its administrators.
///
/// # Errors
/// As [`transfer`]; [`Kind::NotFound`] when there is no such account.
pub async fn transfer_as_operator(ctx: &OperatorCtx, label: &str, to: &Whom) -> Result<Transferred, Error> {
    let account = ctx.account(label).await?;
    hand_over((&ctx.app, ctx.author()), &account, to, None).await
}

async fn has_password(ctx: &AdminCtx) -> Result<bool, Error> {
    let asking = ctx.user().id;
    let found = ctx
        .app()
        .store()
        .account(ctx.account().id)
        .read(move |tx| Box::pin(async move { store::passwords::get(tx, asking).await }));
    Ok(found.await?.is_some())
}

async fn hand_over(
    (app, author): (&App, audit::Author),
    account: &Account,
    to: &Whom,
    asking: Option<User>,
) -> Result<Transferred, Error> {
    let now = app.now();
    let scope = app.store().account(account.id);
    let (app, account, to) = (app.clone(), account.clone(), to.clone());
    scope
        .write(move |tx| {
            let (app, account, to, author) = (app.clone(), account.clone(), to.clone(), author.clone());
            let asking = asking.clone();
            Box::pin(async move {
                // The account first: two who hand it over wait for each other.
                store::accounts::bump(tx).await?;
                let owner = store::users::owner(tx).await?;
                if asking.is_some_and(|asking| owner.as_ref().is_none_or(|owner| owner.id != asking.id)) {
                    return Err(Error::new(Kind::Conflict, "The account was handed on meanwhile."));
                }
                let found = to.find(tx).await?.id;
                let next = store::users::locked(tx, found).await?.ok_or_else(unknown)?;
                may_own(&next).map_err(|why| no_owner(&next, why))?;
                swap(tx, owner.as_ref(), &next, now).await?;
                for person in owner.iter().chain([&next]) {
                    let words = mail::owner_changed(&account, &next.email);
                    store::outbox::insert(tx, &mail::to(&app, &person.email, words)).await?;
                }
                let from = owner.map(|owner| owner.email);
                let said = |email: &Email| email.as_str().to_owned();
                let changes = audit::change("owner", from.as_ref().map(said), Some(said(&next.email)));
                audit::record(tx, &author, (Deed::OwnerChanged, Subject::account(&account)), changes).await?;
                Ok(Transferred { account: account.label, from, to: next.email })
            })
        })
        .await
}

/// The one is an administrator, then the other the owner.
async fn swap(tx: &Tx<'_>, owner: Option<&User>, next: &User, now: Timestamp) -> Result<(), Error> {
    if let Some(owner) = owner {
        let owner = store::users::locked(tx, owner.id).await?.ok_or_else(unknown)?;
        store::users::update(tx, &User { role: Role::Admin, updated_at: now, ..owner }).await?;
    }
    store::users::update(tx, &User { role: Role::Owner, updated_at: now, ..next.clone() }).await?;
    Ok(())
}

fn no_owner(user: &User, why: NoOwner) -> Error {
    let email = &user.email;
    match why {
        NoOwner::Already => Error::new(Kind::Conflict, format!("{email} is the owner already."))
            .hint("Name another administrator."),
        NoOwner::NotAdmin => Error::new(Kind::Conflict, format!("{email} is no administrator."))
            .hint("Make the person an administrator first: on the person’s page, or with `vestibule users set-role`."),
        NoOwner::NotActive => Error::new(Kind::Conflict, format!("{email} cannot come in at the moment."))
            .hint("Activate the person first."),
    }
}
