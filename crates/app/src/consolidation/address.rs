//! Another address, in place of one of a domain that another account manages.
//!
//! The mailbox of the new address confirms it; the change itself is that of every other entrance (`directory/people`).

use super::question::who_asks;
use crate::audit;
use crate::context::{HeldCtx, VisitorCtx};
use crate::directory::people::{self, Setting};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::links::{self, Purpose, spent};
use crate::sign_in::attempts::{self, Knock};
use crate::users::leave_links;
use crate::{mail, secret};
use vestibule_model::attempt::Attempt;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::provision::{Source, Wanted};
use vestibule_model::user::{Status, User};
use vestibule_store::links::Link;
use vestibule_store::{self as store, Tx};

/// Has a link sent to the address that somebody wants to have. The person is told the same if it is somebody else's; then no mail is
/// sent.
///
/// # Errors
/// [`Kind::Invalid`] for what cannot be the new address, also because another account manages its domain; [`Kind::TooOften`] after
/// too many mails from one place.
pub async fn ask_for_address(ctx: &HeldCtx, typed: &str, knock: Knock<'_>) -> Result<(), Error> {
    let member = &ctx.member;
    let (app, account, user) = (member.visitor.app.clone(), member.account().clone(), member.user.clone());
    let email = Email::parse(typed).map_err(|error| invalid(format!("That is {error}.")))?;
    if email.folded() == user.email.folded() {
        return Err(invalid("That is the address that you have.".to_owned()));
    }
    attempts::take(&app, Attempt::Mail, Some(&email), knock).await?;
    let now = app.now();
    let link = links::fresh(&app, user.id, Purpose::ChangeEmail, now);
    let url = format!("{}/address/{}", app.account_url(&account.label), link.secret);
    let words = mail::address_wanted(&account, &user.email, &url, link.row.expires_at);
    let asked = app.store().account(account.id).write({
        let app = app.clone();
        move |tx| {
            let (app, email, words, row) = (app.clone(), email.clone(), words.clone(), link.row.clone());
            Box::pin(async move {
                if enforce::is_managed_elsewhere(tx, email.domain()).await? {
                    return Err(managed(&email));
                }
                enforce::mailbox_counts(tx, &email).await.map_err(|error| error.about("email"))?;
                // Taken whether or not the address is somebody's, so that the work is the same.
                let is_left = attempts::take_mail(&app, tx, &email).await?;
                let is_free = store::users::owner_of(tx, email.folded()).await?.is_none();
                if is_left && is_free {
                    let mail = mail::to(&app, &email, words);
                    store::links::insert(tx, &Link { email: Some(email), ..row }).await?;
                    store::outbox::insert(tx, &mail).await?;
                }
                Ok::<_, Error>(())
            })
        }
    });
    asked.await
}

fn invalid(sentence: String) -> Error {
    Error::new(Kind::Invalid, sentence)
        .hint("Enter another address, whose mailbox you can open.")
        .about("email")
}

fn managed(email: &Email) -> Error {
    invalid(format!("The users of {} are managed by another account.", email.domain()))
}

/// What a link would change, for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changing {
    /// The address of now.
    pub before: Email,
    /// The one that the link gives.
    pub after: Email,
}

/// What a link would change; nothing is changed.
///
/// # Errors
/// [`Kind::NotFound`] when it does not work any more.
pub async fn inspect_address(ctx: &VisitorCtx, token: &str) -> Result<Changing, Error> {
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let found = ctx.app.store().account(ctx.account().id).read(move |tx| {
        Box::pin(async move {
            let link = store::links::find(tx, &hash).await?;
            let link = link.filter(|link| link.purpose == Purpose::ChangeEmail && link.expires_at > now);
            let (user, after) = changing(tx, &link.ok_or_else(spent)?).await?;
            Ok::<_, Error>(Changing { before: user.email, after })
        })
    });
    found.await
}

/// Gives the user of a link the address that it was mailed to. Links that went to the old address work no more.
///
/// # Errors
/// As [`inspect_address`]; [`Kind::Conflict`] when the address is somebody else's by now, or nobody else could get into the account.
pub async fn change_address(ctx: &VisitorCtx, token: &str) -> Result<Email, Error> {
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let visitor = ctx.clone();
    let changed = ctx.app.store().account(ctx.account().id).write(move |tx| {
        let ctx = visitor.clone();
        Box::pin(async move {
            let link = store::links::take(tx, &hash, Purpose::ChangeEmail, now).await?.ok_or_else(spent)?;
            store::users::locked(tx, link.user).await?;
            let (user, after) = changing(tx, &link).await?;
            let setting = Setting::new(&ctx.app, ctx.account(), Source::Person);
            let wanted = Wanted { email: Some(after.clone()), ..Wanted::default() };
            let settled = people::settle(tx, &setting, &wanted, Some(&user)).await?;
            leave_links(tx, user.id).await?;
            let author = ctx.author_as(&user);
            audit::record(tx, &author, (Deed::UserAddress, Subject::user(&user)), settled.changes).await?;
            Ok::<_, Error>(after)
        })
    });
    changed.await
}

/// The user of a link who is asked still, and the new address.
async fn changing(tx: &Tx<'_>, link: &Link) -> Result<(User, Email), Error> {
    let user = store::users::by_id(tx, link.user).await?.ok_or_else(spent)?;
    let after = link.email.clone().ok_or_else(spent)?;
    let is_asked = who_asks(tx, &user).await?.is_some();
    if user.status == Status::Inactive || !is_asked {
        return Err(spent());
    }
    if enforce::is_managed_elsewhere(tx, after.domain()).await? {
        return Err(managed(&after));
    }
    enforce::mailbox_counts(tx, &after).await?;
    Ok((user, after))
}
