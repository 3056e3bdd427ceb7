//! Invitations: who was invited and has set no password yet; sending the mail once more, and taking it back.
//!
//! One link waits for each person: another mail has another link, and ends the one before.

use super::{Changed, PeopleCtx, Whom, by, told};
use crate::directory::arrivals::may_be_invited;
use crate::directory::people::{self, Setting};
use crate::error::{Error, Kind};
use crate::links::{self, Purpose};
use crate::users::PAUSE;
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::permission::Permission;
use vestibule_model::provision::Source;
use vestibule_model::trace::Change;
use vestibule_model::user::{Logins, Role, Status, User};
use vestibule_store::{self as store, Tx};

/// Most invitations that are listed.
pub const MOST: u32 = 500;

/// Somebody who was invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub user: UserId,
    /// The address.
    pub email: Email,
    /// When the mail was written.
    pub sent_at: Timestamp,
    /// When its link stops working, or did.
    pub expires_at: Timestamp,
    /// Whether it did.
    pub expired: bool,
}

/// Everybody who was invited and has set no password yet, the newest first; at most [`MOST`].
///
/// # Errors
/// When the store does not answer.
pub async fn invitations(ctx: &PeopleCtx) -> Result<Vec<Invited>, Error> {
    ctx.must(Permission::UserRead)?;
    let (scope, now) = (ctx.app.store().account(ctx.account.id), ctx.app.now());
    let found =
        scope.read(|tx| Box::pin(async move { store::links::waiting(tx, Purpose::Invitation, MOST).await }));
    let invited = |waiting: store::links::Waiting| Invited {
        user: waiting.user,
        email: waiting.email,
        sent_at: waiting.created_at,
        expires_at: waiting.expires_at,
        expired: waiting.expires_at <= now,
    };
    Ok(found.await?.into_iter().map(invited).collect())
}

/// How it stands with the invitation of somebody who has no password yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// When the mail was written whose link was not used; `None` when there is none any more.
    pub sent_at: Option<Timestamp>,
    /// When its link stops working, or did.
    pub expires_at: Option<Timestamp>,
    /// Whether it still works.
    pub open: bool,
    /// From when on another mail can be sent; `None` when it can be now.
    pub again_at: Option<Timestamp>,
}

impl Invitation {
    /// How it stands with a user; `None` of whoever needs none.
    pub(super) async fn find(tx: &Tx<'_>, user: &User, now: Timestamp) -> Result<Option<Self>, store::Error> {
        let may_need_one =
            user.logins.work_email && user.status != Status::Inactive && user.role != Role::Owner;
        if !may_need_one || store::passwords::get(tx, user.id).await?.is_some() {
            return Ok(None);
        }
        let latest = store::links::latest(tx, user.id, Purpose::Invitation).await?;
        let (sent_at, expires_at) = (latest.map(|(made, ..)| made), latest.map(|(_, ends, _)| ends));
        let again_at = sent_at.map(|at| at + PAUSE).filter(|at| *at > now);
        let open = expires_at.is_some_and(|ends| ends > now);
        Ok(Some(Self { sent_at, expires_at, open, again_at }))
    }
}

/// Sends an invitation to somebody who has no password yet, also for the first time. The link of an earlier mail stops working.
///
/// # Errors
/// [`Kind::Conflict`] within [`PAUSE`] of the last mail, where SSO is enforced, and for somebody who needs no invitation;
/// [`Kind::NotFound`] when the account has no such user.
pub async fn invite_again(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let now = ctx.app.now();
    let link = links::fresh(&ctx.app, UserId::from_bytes([0; 16]), Purpose::Invitation, now);
    let (app, account, rule) = (ctx.app.clone(), ctx.account.clone(), by(ctx));
    on_one(ctx, (whom, Deed::UserInvited), move |tx, user| {
        let (app, account, mut link, rule) = (app.clone(), account.clone(), link.clone(), rule.clone());
        Box::pin(async move {
            may_be_invited(tx, &user.email).await?;
            let invitation = Invitation::find(tx, user, now).await?.ok_or_else(not_needed)?;
            if let Some(again_at) = invitation.again_at {
                return Err(too_early(again_at));
            }
            let latest = store::links::latest(tx, user.id, Purpose::Invitation).await?;
            link.row.license = latest.and_then(|(.., license)| license);
            store::links::end_of(tx, user.id, Purpose::Invitation).await?;
            links::send_invitation(tx, (&app, &account), user, &link).await?;
            Ok(vec![change("invitation", None, Some("sent"), rule)])
        })
    })
    .await
}

/// Takes an invitation back: its link stops working. Somebody who has no other way to sign in is a user no more, and the seats are
/// free; an SSO user stays one.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user; [`Kind::Conflict`] for somebody who is not invited.
pub async fn withdraw(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let setting = Setting::new(&ctx.app, &ctx.account, Source::Portal);
    let rule = by(ctx);
    on_one(ctx, (whom, Deed::UserWithdrawn), move |tx, user| {
        let (setting, rule) = (setting.clone(), rule.clone());
        Box::pin(async move {
            Invitation::find(tx, user, setting.now).await?.ok_or_else(not_needed)?;
            store::links::end_of(tx, user.id, Purpose::Invitation).await?;
            if user.logins.sso {
                let after = User { logins: Logins::SSO, updated_at: setting.now, ..user.clone() };
                store::users::update(tx, &after).await?;
            } else {
                people::delete(tx, &setting, user).await?;
            }
            Ok(vec![change("invitation", Some("sent"), None, rule)])
        })
    })
    .await
}

fn change(field: &str, before: Option<&str>, after: Option<&str>, rule: String) -> Change {
    Change {
        field: field.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        rule,
    }
}

async fn on_one<F>(ctx: &PeopleCtx, (whom, word): (&Whom, Deed), deed: F) -> Result<Changed, Error>
where
    F: for<'t> Fn(&'t Tx<'t>, &'t User) -> store::Body<'t, Vec<Change>, Error>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let (whom, asking) = (whom.clone(), ctx.clone());
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (whom, deed, asking) = (whom.clone(), deed.clone(), asking.clone());
            Box::pin(async move {
                let user = people::locked(tx, &whom, true).await?;
                asking.must_reach(&user)?;
                let changes = deed(tx, &user).await?;
                told(tx, &asking.author(), (word, Subject::user(&user)), &changes).await?;
                Ok(Changed { id: user.id, user: user.email, changes })
            })
        })
        .await
}

fn not_needed() -> Error {
    Error::new(Kind::Conflict, "The user is not waiting for an invitation.")
        .hint("Only somebody who signs in by e-mail and has set no password yet is invited.")
}

fn too_early(again_at: Timestamp) -> Error {
    Error::new(Kind::Conflict, "An invitation went out a moment ago, and nothing was sent now.")
        .hint(format!("Another one can be sent from {again_at:.0} on."))
}
