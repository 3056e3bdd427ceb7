//! The mail with the link by which somebody moves: asked for by the person, here or at the account that manages the domain, or sent
//! by an administrator of that account.
//!
//! It goes to the address itself and nowhere else. Whoever asks from outside is told the same whether or not a mail is sent.

use super::question::who_asks;
use crate::audit;
use crate::context::{App, HeldCtx, PeopleCtx, VisitorCtx};
use crate::domains;
use crate::error::{Error, Kind};
use crate::links::{self, Fresh, Purpose};
use crate::mail;
use crate::sign_in::attempts::{self, Knock};
use jiff::SignedDuration;
use vestibule_model::account::Account;
use vestibule_model::attempt::Attempt;
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::code::Code;
use vestibule_model::domain::Domain;
use vestibule_model::domain::claim::State;
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::permission::Permission;
use vestibule_model::response_log::{Entry, OutcomeWord, TrackingId};
use vestibule_model::user::{Status, User};
use vestibule_store::outsiders::Outsider;
use vestibule_store::{self as store, Tx};

/// The most mails that are sent at one press.
pub const MOST_INVITED: usize = 500;
/// How often an administrator has somebody mailed at most.
const BETWEEN_INVITATIONS: SignedDuration = SignedDuration::from_hours(24);
/// How long after a refused sign-in the person may ask for the link by its tracking ID.
const AFTER_REFUSAL: SignedDuration = SignedDuration::from_hours(1);
/// How many people are read together.
const AT_ONCE: u32 = 200;

/// Has the link mailed to the person whose session is held.
///
/// # Errors
/// [`Kind::Conflict`] when the account that manages the domain wants nobody to move; [`Kind::TooOften`] after too many mails.
pub async fn ask_for_link(ctx: &HeldCtx, knock: Knock<'_>) -> Result<(), Error> {
    let member = &ctx.member;
    let app = &member.visitor.app;
    attempts::take(app, Attempt::Mail, Some(&ctx.asks.email), knock).await?;
    if !ctx.asks.question.is_about_moving() {
        return Err(nobody_moves());
    }
    let account = member.account().clone();
    send(app, &account, member.user.id, Why::Asked).await.map(drop)
}

/// Has the link mailed to somebody whose sign-in here was just refused because the user is in another account.
///
/// # Errors
/// [`Kind::TooOften`] after too many mails from one place. Else nobody is told whether one was sent.
pub async fn ask_from_outside(ctx: &VisitorCtx, tracking_id: &str, knock: Knock<'_>) -> Result<(), Error> {
    let (app, here) = (&ctx.app, ctx.account().id);
    attempts::take(app, Attempt::Mail, None, knock).await?;
    let Some(tracking_id) = TrackingId::parse(tracking_id) else { return Ok(()) };
    let (row, since) = (app.inner.vault.row(tracking_id)?, app.now() - AFTER_REFUSAL);
    let found = app.store().account(here).read(move |tx| {
        Box::pin(async move {
            let entry = store::response_log::detail(tx, row).await?.map(|(entry, _)| entry);
            let refused = entry.filter(|entry| is_of_somebody_elsewhere(entry) && entry.time >= since);
            let email = refused.and_then(|entry| Email::parse(&entry.user?).ok());
            let Some(email) = email else { return Ok(None) };
            store::users::owner_of(tx, email.folded()).await
        })
    });
    let found: Result<_, store::Error> = found.await;
    let Some((elsewhere, user)) = found?.filter(|(account, _)| *account != here) else { return Ok(()) };
    let Some(account) = account_of(app, elsewhere).await? else { return Ok(()) };
    send(app, &account, user, Why::AskedAt(here)).await.map(drop)
}

/// Whether a row is of a verified response about somebody who is no user here.
fn is_of_somebody_elsewhere(entry: &Entry) -> bool {
    entry.outcome == OutcomeWord::Refused && entry.code == Some(Code::NotHere)
}

/// Whether somebody whose user is in another account is offered to move to this one, whose identity provider vouched for the address.
pub(crate) async fn is_offered(tx: &Tx<'_>, email: &Email) -> Result<bool, store::Error> {
    let held = store::domains::held(tx, email.domain()).await?;
    if !held.is_some_and(|held| held.is_associated() && held.policy.moves_people()) {
        return Ok(false);
    }
    let Some((account, _)) = store::users::owner_of(tx, email.folded()).await? else { return Ok(false) };
    let above = store::sub_accounts::parent(tx, account).await?;
    Ok(account != tx.account() && above.is_none_or(|above| above.id != tx.account()))
}

/// What became of the invitations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Invited {
    /// How many mails are on their way.
    pub sent: u64,
    /// How many people were mailed within the last day, cannot move, or are left for the next time.
    pub others: u64,
}

/// Mails everybody elsewhere with an address of the domain, each once a day, at most [`MOST_INVITED`].
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such domain; [`Kind::Conflict`] when nobody is asked to move to it.
pub async fn invite(ctx: &PeopleCtx, domain: &Domain) -> Result<Invited, Error> {
    ctx.must(Permission::DomainEdit)?;
    let seen = domains::one(ctx, domain).await?;
    let asks = seen.policy.is_some_and(|policy| policy.moves_people());
    if !asks || seen.state != State::Verified {
        return Err(nobody_moves());
    }
    let (app, here) = (&ctx.app, ctx.account.id);
    let (mut invited, mut after) = (Invited::default(), None);
    loop {
        let page = outsiders(ctx, domain, after.clone()).await?;
        for outsider in &page {
            let is_left = invited.sent < u64::try_from(MOST_INVITED).unwrap_or(u64::MAX);
            let is_due = is_left && is_due(app, outsider).await?;
            let account = if is_due { account_of(app, outsider.account).await? } else { None };
            let sent = match account {
                Some(account) => send(app, &account, outsider.user, Why::Invited(here)).await?,
                None => Sent::Nothing,
            };
            match sent {
                Sent::Mail => invited.sent += 1,
                Sent::Nothing => invited.others += 1,
            }
        }
        if page.len() < AT_ONCE as usize {
            break;
        }
        after = page.last().cloned();
    }
    tell(ctx, domain, invited).await?;
    Ok(invited)
}

/// Whether somebody was not mailed within the last day: most who were are passed over without a transaction that writes.
async fn is_due(app: &App, outsider: &Outsider) -> Result<bool, Error> {
    let (user, domain, again_before) =
        (outsider.user, outsider.email.domain().clone(), app.now() - BETWEEN_INVITATIONS);
    let found = app.store().account(outsider.account).read(move |tx| {
        let domain = domain.clone();
        Box::pin(async move { store::consolidations::invited_at(tx, user, &domain).await })
    });
    Ok(found.await?.is_none_or(|at| at <= again_before))
}

async fn outsiders(
    ctx: &PeopleCtx,
    domain: &Domain,
    after: Option<Outsider>,
) -> Result<Vec<Outsider>, Error> {
    let domain = domain.clone();
    let page = ctx.app.store().account(ctx.account.id).read(move |tx| {
        let (domain, after) = (domain.clone(), after.clone());
        Box::pin(async move { store::outsiders::list(tx, &domain, after.as_ref(), AT_ONCE).await })
    });
    Ok(page.await?)
}

async fn tell(ctx: &PeopleCtx, domain: &Domain, invited: Invited) -> Result<(), Error> {
    if invited.sent == 0 {
        return Ok(());
    }
    let (author, subject) = (ctx.author(), Subject::named(Thing::Domain, domain.as_str()));
    let told = ctx.app.store().account(ctx.account.id).write(move |tx| {
        let (author, subject) = (author.clone(), subject.clone());
        Box::pin(async move {
            let changes = audit::change("invitations", None, Some(invited.sent.to_string()));
            audit::record(tx, &author, (Deed::DomainInvited, subject), changes).await
        })
    });
    Ok(told.await?)
}

/// Why somebody is mailed.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// The person asked, after signing in where the user is.
    Asked,
    /// The person asked, after being refused at this account.
    AskedAt(AccountId),
    /// An administrator of this account asks everybody.
    Invited(AccountId),
}

/// Whether there was somebody to mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Mail,
    Nothing,
}

/// Mails a user of an account the link, if the account that may ask does.
async fn send(app: &App, account: &Account, user: UserId, why: Why) -> Result<Sent, Error> {
    let now = app.now();
    let link = links::fresh(app, user, Purpose::Consolidate, now);
    let (scope, app, account) = (app.store().account(account.id), app.clone(), account.clone());
    let sent = scope.write(move |tx| {
        let (app, account, link) = (app.clone(), account.clone(), link.clone());
        Box::pin(async move {
            let Some((user, to)) = may_move(tx, user, why).await? else { return Ok(Sent::Nothing) };
            let is_left = match why {
                Why::Asked | Why::AskedAt(_) => attempts::take_mail(&app, tx, &user.email).await?,
                Why::Invited(_) => {
                    let whom = (user.id, user.email.domain());
                    store::consolidations::invite(tx, whom, now, now - BETWEEN_INVITATIONS).await?
                }
            };
            if !is_left {
                return Ok(Sent::Nothing);
            }
            write(tx, (&app, &account), (&user, &to), link).await?;
            Ok::<_, store::Error>(Sent::Mail)
        })
    });
    Ok(sent.await?)
}

/// The user, and the account to which the user may move.
async fn may_move(tx: &Tx<'_>, user: UserId, why: Why) -> Result<Option<(User, Account)>, store::Error> {
    let user = store::users::by_id(tx, user).await?.filter(|user| user.status != Status::Inactive);
    let Some(user) = user else { return Ok(None) };
    let owner = who_asks(tx, &user).await?.filter(|owner| owner.consolidates);
    let asking = owner.filter(|owner| match why {
        Why::Asked => true,
        Why::AskedAt(account) | Why::Invited(account) => owner.account == account,
    });
    let Some(owner) = asking else { return Ok(None) };
    Ok(store::accounts::by_id(tx, owner.account).await?.map(|to| (user, to)))
}

async fn write(
    tx: &Tx<'_>,
    (app, account): (&App, &Account),
    (user, to): (&User, &Account),
    link: Fresh,
) -> Result<(), store::Error> {
    let url = format!("{}/join/{}", app.account_url(&account.label), link.secret);
    let words = mail::move_offered((account, to), &user.email, &url, link.row.expires_at);
    let row = store::links::Link { user: user.id, email: Some(user.email.clone()), ..link.row };
    store::links::insert(tx, &row).await?;
    store::outbox::insert(tx, &mail::to(app, &user.email, words)).await
}

async fn account_of(app: &App, id: AccountId) -> Result<Option<Account>, Error> {
    let found = app.store().read(move |tx| Box::pin(async move { store::accounts::by_id(tx, id).await }));
    Ok(found.await?)
}

pub(super) fn nobody_moves() -> Error {
    Error::new(Kind::Conflict, "Nobody is asked to move at the moment.")
        .hint("The account that manages the domain decides that, and only while the domain is proved.")
}
