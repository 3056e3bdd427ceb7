//! Giving a role to somebody. It holds at once, and until a rule of the mapping says otherwise at a sign-in.

use crate::configuration::Configuration;
use crate::context::{AdminCtx, PeopleCtx, must_hold};
use crate::error::{Error, Kind};
use crate::users::{self, Changed, Whom};
use vestibule_model::permission::Permission;
use vestibule_model::user::{Role, RoleName, User};
use vestibule_store::{self as store, Tx};

/// The roles that this person may give to somebody, built-in ones first; none without the permission.
#[must_use]
pub fn assignable(ctx: &AdminCtx) -> Vec<Role> {
    let held = ctx.permissions();
    if !held.allow(Permission::RoleEdit) {
        return Vec::new();
    }
    let roles = &ctx.member.visitor.live.configuration.roles;
    let own = roles.iter().map(|(name, _)| Role::Custom(name.clone()));
    [Role::Member, Role::Admin].into_iter().chain(own).filter(|role| held.cover(roles.of(role))).collect()
}

/// The names of the roles that the account made for itself, for whoever looks for people by them.
///
/// # Errors
/// [`Kind::Forbidden`] for somebody who may not look at people.
pub fn names(ctx: &AdminCtx) -> Result<Vec<RoleName>, Error> {
    ctx.must(Permission::UserRead)?;
    let roles = &ctx.member.visitor.live.configuration.roles;
    Ok(roles.iter().map(|(name, _)| name.clone()).collect())
}

/// Gives somebody another role: `member`, `admin`, or the name of one that the account made for itself.
///
/// # Errors
/// [`Kind::Invalid`] when the account has no such role; [`Kind::Forbidden`] for the owner's, for one's own, and for more than whoever
/// asks holds, before or after; [`Kind::NotFound`] when the account has no such user.
pub async fn set_role(ctx: &PeopleCtx, whom: &Whom, role: &str) -> Result<Changed, Error> {
    ctx.must(Permission::RoleEdit)?;
    users::give_role(ctx, whom, read(role)?).await
}

/// Reads the word of a role, as files and forms write it.
fn read(word: &str) -> Result<Role, Error> {
    let own = || RoleName::parse(word).map(Role::Custom);
    Role::from_word(word.trim()).or_else(own).ok_or_else(unknown)
}

/// Refuses a role that may not be given to this person by whoever asks. The account's roles stay as they are until this
/// transaction ends.
pub(crate) async fn may_give(tx: &Tx<'_>, ctx: &PeopleCtx, user: &User, role: &Role) -> Result<(), Error> {
    if user.role == Role::Owner || *role == Role::Owner {
        return Err(Error::new(Kind::Forbidden, "Ownership is handed over, not given with a role.")
            .hint("Every account has exactly one owner."));
    }
    if ctx.by.as_ref().is_some_and(|by| by.id == user.id) {
        return Err(Error::new(Kind::Forbidden, "You cannot change your own role.")
            .hint("Ask another administrator to do it."));
    }
    store::accounts::hold(tx).await?;
    let roles = Configuration::read(tx).await?.roles;
    if let Role::Custom(name) = role
        && roles.named(name).is_none()
    {
        return Err(unknown());
    }
    must_hold(ctx.permissions(), roles.of(&user.role))?;
    must_hold(ctx.permissions(), roles.of(role))
}

fn unknown() -> Error {
    Error::new(Kind::Invalid, "The account has no role of this name.")
        .about("role")
        .hint("A role is member, admin, or one that the account made for itself, under Roles.")
}
