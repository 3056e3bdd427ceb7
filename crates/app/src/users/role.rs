//! Giving somebody another role by hand.

use super::deeds::told;
use super::{Changed, PeopleCtx, Whom, by, unknown};
use crate::configuration::Configuration;
use crate::domains::enforce;
use crate::error::{Error, Kind};
use vestibule_model::audit::Deed;
use vestibule_model::trace::Change;
use vestibule_model::user::{Role, RoleStays, User, may_become};
use vestibule_store as store;

/// Gives a person another role; whoever loses one by it loses what it opens with the next request.
///
/// # Errors
/// [`Kind::Forbidden`] for the owner, for whoever asks, and for the role of the owner; [`Kind::Invalid`] for a role that the
/// account has not; [`Kind::Conflict`] where nobody could get in any more while SSO is enforced; [`Kind::NotFound`] when the
/// account has no such user.
pub async fn set_role(ctx: &PeopleCtx, whom: &Whom, role: &Role) -> Result<Changed, Error> {
    let (now, rule, author) = (ctx.app.now(), by(ctx), ctx.author());
    let (whom, role, asking) = (whom.clone(), role.clone(), ctx.by.as_ref().map(|admin| admin.id));
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (whom, role, rule, author) = (whom.clone(), role.clone(), rule.clone(), author.clone());
            Box::pin(async move {
                let found = whom.find(tx).await?.id;
                let known = Configuration::read(tx).await?.roles;
                let user = store::users::locked(tx, found).await?.ok_or_else(unknown)?;
                may_become(&user, &role, asking, &known).map_err(stays)?;
                let mut changes = Vec::new();
                if user.role != role {
                    let after = User { role: role.clone(), updated_at: now, ..user.clone() };
                    enforce::leaves_a_way_in(tx, &user, Some(&after)).await?;
                    store::users::update(tx, &after).await?;
                    let (before, after) = (Some(user.role.as_str()), Some(role.as_str()));
                    let [before, after] = [before, after].map(|word| word.map(str::to_owned));
                    changes.push(Change { field: "role".to_owned(), before, after, rule });
                }
                told(tx, &author, (Deed::UserRole, &user), &changes).await?;
                Ok(Changed { id: user.id, user: user.email, changes })
            })
        })
        .await
}

fn stays(why: RoleStays) -> Error {
    match why {
        RoleStays::Owner => Error::new(Kind::Forbidden, "The owner of the account stays its owner.")
            .hint("Hand the account to an administrator first: the owner becomes an administrator by it."),
        RoleStays::OneOwner => Error::new(Kind::Forbidden, "An account has one owner, who hands it on.")
            .hint("The owner does that on the page /admin/owner, the operator with `vestibule account transfer`."),
        RoleStays::Oneself => Error::new(Kind::Forbidden, "You cannot change your own role.")
            .hint("Ask another administrator to do it."),
        RoleStays::Unknown(name) => {
            Error::new(Kind::Invalid, format!("The account has no role \"{}\".", name.as_str()))
                .hint("Choose member, admin, or one of the account's own roles.")
        }
    }
}
