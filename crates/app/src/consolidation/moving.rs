//! The move itself: what the link in the mail does.
//!
//! It is one transaction in both accounts. Seats are locked first, those of the account with the lower id before those of the other,
//! so that two moves in opposite directions do not wait for each other; the audit logs last, in the same order. The address is
//! given up and claimed again within it: nobody ever sees it twice, or nobody's.
//!
//! No password goes along: programs of the account that is left may have set it, so somebody else may know it. Whoever moves has shown
//! the mailbox, which is what setting another one takes.

use super::invitation::nobody_moves;
use super::question::who_asks;
use crate::audit::{self, Author};
use crate::context::{App, VisitorCtx};
use crate::directory::people::{self, Setting};
use crate::domains::enforce;
use crate::error::Error;
use crate::links::{self, Purpose, spent};
use crate::{mail, pictures, second_factor, secret, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use std::collections::BTreeMap;
use vestibule_model::account::Account;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::provision::{Source, Wanted};
use vestibule_model::trace::Change;
use vestibule_model::user::{Field, Logins, Status, User};
use vestibule_store::consolidations::{self, NewHome};
use vestibule_store::links::Link;
use vestibule_store::second_factors::SecondFactor;
use vestibule_store::{self as store, Tx};

/// What goes along of what is known of a person. Where somebody belongs in a company is for the new account to say.
const KEPT: [Field; 10] = [
    Field::FirstName,
    Field::LastName,
    Field::DisplayName,
    Field::JobTitle,
    Field::Phone1,
    Field::Phone2,
    Field::Phone3,
    Field::Language,
    Field::TimeZone,
    Field::Pronouns,
];

/// What a link would do, for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Whose user moves.
    pub email: Email,
    /// The account that it is in.
    pub from: String,
    /// The account that it moves to.
    pub to: String,
    /// Whether the person signs in there by the identity provider alone, and chooses no password.
    pub by_provider_alone: bool,
}

/// What a link would do; nothing is done.
///
/// # Errors
/// [`Kind::NotFound`] when it does not work any more; [`Kind::Conflict`] when nobody is asked to move any more.
pub async fn inspect(ctx: &VisitorCtx, token: &str) -> Result<Offer, Error> {
    let (hash, now, from) = (secret::hash(token), ctx.app.now(), ctx.account().name.clone());
    let found = ctx.app.store().account(ctx.account().id).read(move |tx| {
        let from = from.clone();
        Box::pin(async move {
            let link = store::links::find(tx, &hash).await?;
            let link = link.filter(|link| link.purpose == Purpose::Consolidate && link.expires_at > now);
            let link = link.ok_or_else(spent)?;
            let (user, home) = traveler(tx, &link).await?;
            let by_provider_alone = enforces(&home.tx, &user.email).await?;
            Ok::<_, Error>(Offer { email: user.email, from, to: home.account.name, by_provider_alone })
        })
    });
    found.await
}

/// Somebody who moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account that the user is in now.
    pub to: String,
    /// Where the person goes on: to choose a password, or to sign in. It may hold a secret.
    pub next_url: String,
}

/// Moves the user of a link. Everything is asked once more: the link says only that the mailbox is the person's.
///
/// # Errors
/// As [`inspect`]; [`Kind::Conflict`] when nobody else could get into the account that is left. The link goes on working then.
pub async fn carry_out(ctx: &VisitorCtx, token: &str) -> Result<Moved, Error> {
    let (hash, now) = (secret::hash(token), ctx.app.now());
    let (visitor, fresh) =
        (ctx.clone(), links::fresh(&ctx.app, UserId::from_bytes([0; 16]), Purpose::Invitation, now));
    let invitation = fresh.clone();
    let moved = ctx.app.store().account(ctx.account().id).write(move |tx| {
        let (ctx, invitation) = (visitor.clone(), invitation.clone());
        Box::pin(async move {
            let link = store::links::take(tx, &hash, Purpose::Consolidate, now).await?.ok_or_else(spent)?;
            let (user, home) = traveler(tx, &link).await?;
            for seats in in_order([tx, &home.tx]) {
                store::licenses::locked(seats).await?;
            }
            // From here on nobody else changes the record.
            if store::users::locked(tx, user.id).await?.ok_or_else(spent)? != user {
                return Err(store::Error::Stale.into());
            }
            let carried = leave(tx, (&ctx.app, ctx.account(), &home), &user, now).await?;
            let (came, changes) = arrive(&ctx.app, &home, &user, carried, now).await?;
            if came.logins.work_email {
                links::send_invitation(&home.tx, (&ctx.app, &home.account), &came, &invitation).await?;
            }
            let author = ctx.author_as(&user);
            tell(tx, (&ctx, &home), (&author, &user), changes).await?;
            Ok::<_, Error>((home.account, came.logins.work_email))
        })
    });
    let (to, chooses) = moved.await?;
    let host = ctx.app.account_url(&to.label);
    let next_url =
        if chooses { format!("{host}/welcome/{}", fresh.secret) } else { format!("{host}/signin") };
    Ok(Moved { to: to.name, next_url })
}

/// The user of a link, and the account that asks; as long as both are what they were when it was mailed.
async fn traveler<'t>(tx: &'t Tx<'_>, link: &Link) -> Result<(User, NewHome<'t>), Error> {
    let user = store::users::by_id(tx, link.user).await?.ok_or_else(spent)?;
    let same = link.email.as_ref().is_some_and(|email| email.folded() == user.email.folded());
    if !same || user.status == Status::Inactive {
        return Err(spent());
    }
    if who_asks(tx, &user).await?.is_none_or(|owner| !owner.consolidates) {
        return Err(nobody_moves());
    }
    let home = consolidations::new_home(tx, user.email.domain()).await?.ok_or_else(nobody_moves)?;
    Ok((user, home))
}

/// Both accounts, in the order in which everybody locks them.
fn in_order<'a, 't>(mut both: [&'a Tx<'t>; 2]) -> [&'a Tx<'t>; 2] {
    both.sort_by_key(|tx| tx.account().to_bytes());
    both
}

/// What goes along by which the person signs in, or is seen.
struct Carried {
    /// Whether the person signs in by a password there too, of their own choice.
    by_password: bool,
    second_factor: Option<SecondFactor>,
    picture: Option<Vec<u8>>,
}

/// Takes the user from the account, as a deletion does, and ends what hangs on the id, which stays the same.
async fn leave(
    tx: &Tx<'_>,
    (app, from, home): (&App, &Account, &NewHome<'_>),
    user: &User,
    now: Timestamp,
) -> Result<Carried, Error> {
    let by_password = user.logins.work_email && !enforces(&home.tx, &user.email).await?;
    let factor = if by_password { store::second_factors::get(tx, user.id).await? } else { None };
    let carried = Carried {
        by_password,
        second_factor: second_factor::resealed(app, factor, (from.id, home.account.id), user.id)?,
        picture: store::pictures::shown(tx, user.id).await?.map(|shown| shown.image),
    };
    let setting = Setting { fresh: user.id, ..Setting::new(app, from, Source::Person) };
    people::delete(tx, &setting, user).await?;
    consolidations::leave(tx, user.id, now, now + tokens::KEPT).await?;
    Ok(carried)
}

/// Makes the user in the account that asks, as somebody who is brought there: with a license type if a seat is left, and with
/// nothing that the other account gave. The id stays, since programs know the person by it.
async fn arrive(
    app: &App,
    home: &NewHome<'_>,
    user: &User,
    carried: Carried,
    now: Timestamp,
) -> Result<(User, Vec<Change>), Error> {
    let tx = &home.tx;
    let by_provider = enforce::choose(&store::connections::list(tx).await?, user.email.domain()).is_some();
    let by_password = carried.by_password || !by_provider;
    let kept = |field: &Field| Some((field.clone(), Some(user.profile.value(field)?.to_owned())));
    let wanted = Wanted {
        email: Some(user.email.clone()),
        gains: Logins { work_email: by_password, sso: by_provider },
        profile: KEPT.iter().filter_map(kept).collect::<BTreeMap<_, _>>(),
        ..Wanted::default()
    };
    let setting = Setting { fresh: user.id, ..Setting::new(app, &home.account, Source::Person) };
    let settled = people::settle(tx, &setting, &wanted, None).await?;
    consolidations::begin_anew(tx, user.id, now).await?;
    if let Some(SecondFactor { secret, made_at, confirmed_at: Some(at) }) = &carried.second_factor {
        store::second_factors::put(tx, user.id, secret, *made_at).await?;
        store::second_factors::confirm(tx, user.id, *at).await?;
    }
    if let Some(image) = &carried.picture {
        let source = pictures::PictureSource::Base64(STANDARD.encode(image));
        pictures::wanted(tx, user.id, &source, now).await?;
    }
    let words = mail::moved(app, &home.account, carried.second_factor.is_some());
    store::outbox::insert(tx, &mail::to(app, &user.email, words)).await?;
    Ok((settled.user, settled.changes))
}

/// Whether the identity provider is the only way in for an address in the account that has its domain.
async fn enforces(home: &Tx<'_>, email: &Email) -> Result<bool, store::Error> {
    let held = store::domains::held(home, email.domain()).await?;
    Ok(held.is_some_and(|held| held.policy.enforces(email)))
}

/// Writes both audit records.
async fn tell(
    tx: &Tx<'_>,
    (ctx, home): (&VisitorCtx, &NewHome<'_>),
    (author, user): (&Author, &User),
    mut arrived: Vec<Change>,
) -> Result<(), store::Error> {
    let (from, to) = (ctx.account(), &home.account);
    let account = audit::change("account", Some(from.label.to_string()), Some(to.label.to_string()));
    arrived.splice(0..0, audit::change("moved", None, Some("true".to_owned())));
    for log in in_order([tx, &home.tx]) {
        let (deed, changes) = if log.account() == tx.account() {
            (Deed::UserMovedAway, account.clone())
        } else {
            (Deed::UserMovedHere, arrived.clone())
        };
        audit::record(log, author, (deed, Subject::user(user)), changes).await?;
    }
    Ok(())
}
