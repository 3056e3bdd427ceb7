//! Bringing people and mending their records, as an administrator does it in the portal: somebody new, by an invitation or for SSO, and the
//! fields that the pages show. What becomes of it is in `directory`, for programs too.

use super::{Changed, PeopleCtx, Whom, told};
use crate::directory::arrivals::{self, Action};
use crate::directory::people::{self, Setting};
use crate::error::{Error, Kind};
use crate::rest::Said;
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::permission::Permission;
use vestibule_model::provision::Source;
use vestibule_model::user::{Role, User};
use vestibule_store::{self as store, Tx};

/// Makes a user, a member.
///
/// # Errors
/// [`Kind::Invalid`] for what cannot be, with the name of the field; [`Kind::Conflict`] for an address that is somebody's, when no seat is
/// left, when no identity provider is connected for an SSO user, and where SSO is enforced for somebody who is invited.
pub async fn create(ctx: &PeopleCtx, action: &Action, said: &Said) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let somebody = said.somebody()?;
    let setting = Setting::new(&ctx.app, &ctx.account, Source::Portal);
    let (settled, _) = arrivals::arrive(setting, somebody, action, Some(ctx.author())).await?;
    Ok(Changed { id: settled.user.id, user: settled.user.email, changes: settled.changes })
}

/// Changes what is said of a user. The old address is told when there is another one.
///
/// # Errors
/// As [`create`]; [`Kind::NotFound`] when the account has no such user; [`Kind::Forbidden`] for the address of the owner, which is the
/// owner's own to change.
pub async fn edit(ctx: &PeopleCtx, whom: &Whom, said: &Said) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let wanted = said.wanted()?;
    let setting = Setting::new(&ctx.app, &ctx.account, Source::Portal);
    let (whom, by) = (whom.clone(), ctx.by.as_ref().map(|admin| admin.id));
    let (scope, asking) = (ctx.app.store().account(ctx.account.id), ctx.clone());
    scope
        .write(move |tx| {
            let (whom, wanted, setting) = (whom.clone(), wanted.clone(), setting.clone());
            let asking = asking.clone();
            Box::pin(async move {
                let user = people::locked(tx, &whom, people::moves_seats(&wanted)).await?;
                asking.must_reach(&user)?;
                if wanted.email.as_ref().is_some_and(|email| is_not_theirs_to_change(&user, email, by)) {
                    return Err(owner_s_own());
                }
                let settled = people::settle(tx, &setting, &wanted, Some(&user)).await?;
                if settled.left_address(Some(&user)).is_some() {
                    leave_links(tx, user.id).await?;
                }
                told(tx, &asking.author(), (Deed::UserChanged, Subject::user(&user)), &settled.changes)
                    .await?;
                Ok(Changed { id: user.id, user: settled.user.email, changes: settled.changes })
            })
        })
        .await
}

/// Whoever has the owner's mailbox sets the owner's password: an administrator does not give it away.
fn is_not_theirs_to_change(user: &User, email: &Email, by: Option<UserId>) -> bool {
    user.role == Role::Owner
        && user.email.folded() != email.folded()
        && by.is_some_and(|admin| admin != user.id)
}

fn owner_s_own() -> Error {
    Error::new(Kind::Forbidden, "The address of the owner is the owner’s own to change.")
        .hint("Ask the owner of the account to do it, or whoever runs this service.")
        .about("email")
}

/// Links that were mailed to an address that the person left work no more.
pub(crate) async fn leave_links(tx: &Tx<'_>, user: UserId) -> Result<(), store::Error> {
    use store::links::LinkPurpose::{
        ChangeEmail, Consolidate, Invitation, ResetPassword, SetPassword, VerifyEmail,
    };
    for purpose in [SetPassword, Invitation, ResetPassword, VerifyEmail, Consolidate, ChangeEmail] {
        store::links::end_of(tx, user, purpose).await?;
    }
    Ok(())
}
