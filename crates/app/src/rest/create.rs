//! Making users: by an invitation, with a password, or for SSO alone. The story is in `directory/arrivals`.

use super::number::numbered;
use super::{Done, Said, may_write, setting};
use crate::context::UsersApiCtx;
use crate::directory::arrivals;
pub use crate::directory::arrivals::Action;
use crate::error::Error;
use vestibule_model::story;

/// Makes a user.
///
/// # Errors
/// [`Kind::Invalid`](crate::Kind::Invalid) for what cannot be; [`Kind::Conflict`](crate::Kind::Conflict) for an address that is somebody's,
/// when no seat is left, and when the account is not set up for the action.
pub async fn create(ctx: &UsersApiCtx, action: &Action, said: &Said) -> Result<Done, Error> {
    may_write(ctx)?;
    let somebody = said.somebody()?;
    let (settled, deed) = arrivals::arrive(setting(ctx), somebody, action, None).await.map_err(numbered)?;
    Ok(Done { story: story::with_fields(deed, &settled.changes), user: settled.user })
}
