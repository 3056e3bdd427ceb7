//! Taking a second factor off somebody who lost the device and the recovery codes: by another administrator, or by the operator.

use crate::directory::people;
use crate::error::{Error, Kind};
use crate::mail;
use crate::users::{Changed, PeopleCtx, Whom, by, told};
use vestibule_model::audit::{Deed, Subject};
use vestibule_model::id::UserId;
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_model::user::{Role, User};
use vestibule_store as store;

/// Removes the second factor of somebody, who is told by mail. The next sign-in is by password alone.
///
/// # Errors
/// [`Kind::Forbidden`] for one's own, which is removed on one's profile, and for the owner's, which the operator alone resets;
/// [`Kind::NotFound`] when the account has no such user.
pub async fn reset(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    let asking = ctx.clone();
    let (app, account, whom, rule) = (ctx.app.clone(), ctx.account.clone(), whom.clone(), by(ctx));
    let admin = ctx.by.as_ref().map(|admin| admin.id);
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (app, account, whom, rule) = (app.clone(), account.clone(), whom.clone(), rule.clone());
            let asking = asking.clone();
            Box::pin(async move {
                let user = people::locked(tx, &whom, false).await?;
                may_be_reset(&user, admin)?;
                asking.must_reach(&user)?;
                let mut changes = Vec::new();
                if store::second_factors::remove(tx, user.id).await? {
                    let words = mail::second_factor(&account, false);
                    store::outbox::insert(tx, &mail::to(&app, &user.email, words)).await?;
                    let (field, before) = ("second_factor".to_owned(), Some("set up".to_owned()));
                    changes.push(Change { field, before, after: None, rule });
                }
                told(tx, &asking.author(), (Deed::UserSecondFactor, Subject::user(&user)), &changes).await?;
                Ok(Changed { id: user.id, user: user.email, changes })
            })
        })
        .await
}

fn may_be_reset(user: &User, admin: Option<UserId>) -> Result<(), Error> {
    let Some(admin) = admin else { return Ok(()) };
    if admin == user.id {
        return Err(Error::new(Kind::Forbidden, "You cannot reset your own second factor.")
            .hint("Remove it on your profile, with your password and a code."));
    }
    if user.role == Role::Owner {
        return Err(Error::new(
            Kind::Forbidden,
            "The second factor of the owner is reset by whoever runs this service.",
        )
        .hint("They enter `vestibule users reset-second-factor` with the address."));
    }
    Ok(())
}
