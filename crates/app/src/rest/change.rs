//! Changing, deactivating, deleting and signing out one user, named by id or address. Each deed is one transaction.

use super::number::{INVALID, numbered};
use super::{Done, Said, may_write, scope, setting, whom};
use crate::context::UsersApiCtx;
use crate::directory::people::{self, Setting};
use crate::error::{Error, Kind};
use vestibule_model::provision::Wanted;
use vestibule_model::story;
use vestibule_model::user::User;
use vestibule_store::{self as store, Tx};

/// Changes what is said of a user.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user; [`Kind::Invalid`] for what cannot be; [`Kind::Conflict`] and
/// [`Kind::Forbidden`] for what is not to be.
pub async fn update(ctx: &UsersApiCtx, named: &str, said: &Said) -> Result<Done, Error> {
    change(ctx, named, said.wanted()?, "changed").await
}

/// Deactivates a user, or lets one in again.
///
/// # Errors
/// As [`update`].
pub async fn set_status(ctx: &UsersApiCtx, named: &str, action: &str) -> Result<Done, Error> {
    let (active, verb) = match action {
        "activate" => (true, "activated"),
        "deactivate" => (false, "deactivated"),
        _ => {
            return Err(Error::new(Kind::Invalid, "There is no such action.")
                .hint("The actions are activate and deactivate.")
                .numbered(INVALID));
        }
    };
    change(ctx, named, Wanted { active: Some(active), ..Wanted::default() }, verb).await
}

async fn change(ctx: &UsersApiCtx, named: &str, wanted: Wanted, verb: &'static str) -> Result<Done, Error> {
    may_write(ctx)?;
    let whom = whom(named)?;
    let setting = setting(ctx);
    let done = scope(ctx).write(move |tx| {
        let (whom, wanted, setting) = (whom.clone(), wanted.clone(), setting.clone());
        Box::pin(async move {
            let user = people::locked(tx, &whom, people::moves_seats(&wanted)).await?;
            let settled = people::settle(tx, &setting, &wanted, Some(&user)).await?;
            let name = user.email.as_str();
            let story = match settled.changes.is_empty() {
                true => story::unchanged(name),
                false => story::deed(verb, name, &settled.changes),
            };
            Ok(Done { user: settled.user, story })
        })
    });
    done.await.map_err(numbered)
}

/// Deletes a user: the person leaves every group, the seats and the address are free, and the sessions are over.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user; [`Kind::Forbidden`] for the owner.
pub async fn delete(ctx: &UsersApiCtx, named: &str) -> Result<Done, Error> {
    on_one(ctx, named, "deleted", |tx, setting, user| {
        Box::pin(async move { people::delete(tx, setting, user).await })
    })
    .await
}

/// Ends every session of a user. The person may sign in again.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user.
pub async fn sign_out(ctx: &UsersApiCtx, named: &str) -> Result<Done, Error> {
    on_one(ctx, named, "signed out", |tx, _, user| {
        Box::pin(async move { Ok(store::sessions::end_all_of(tx, user.id).await.map(drop)?) })
    })
    .await
}

type Deed = for<'t> fn(&'t Tx<'t>, &'t Setting, &'t User) -> store::Body<'t, (), Error>;

async fn on_one(ctx: &UsersApiCtx, named: &str, verb: &'static str, deed: Deed) -> Result<Done, Error> {
    may_write(ctx)?;
    let whom = whom(named)?;
    let setting = setting(ctx);
    let done = scope(ctx).write(move |tx| {
        let (whom, setting) = (whom.clone(), setting.clone());
        Box::pin(async move {
            let user = people::locked(tx, &whom, true).await?;
            deed(tx, &setting, &user).await?;
            let story = vec![format!("{verb} {}", user.email)];
            Ok(Done { user, story })
        })
    });
    done.await.map_err(numbered)
}
