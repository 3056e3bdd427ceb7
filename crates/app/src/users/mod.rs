//! Looking after people: who is in the account, and what an administrator or the operator does about one of them.
//!
//! Both come by a [`PeopleCtx`] and call the same deeds. What a sign-in does is in `sign_in`; what follows from a change
//! (seats, sessions) is in `directory`.

mod arrivals;
pub mod bulk;
mod deeds;
mod find;
mod invitations;
mod verification;
mod view;

pub use crate::context::PeopleCtx;
pub use crate::directory::arrivals::Action;
pub use crate::rest::Said;
pub(crate) use arrivals::leave_links;
pub use arrivals::{create, edit};
pub use deeds::{Changed, activate, add_sso_login, deactivate, replace_employee_id, set_license};
pub(crate) use deeds::{give_role, told};
pub use find::{Filter, Found, LoginFilter, MOST_COUNTED, find};
pub use invitations::{Invitation, Invited, MOST, invitations, invite_again, withdraw};
pub use verification::{PAUSE, Verification, send_verification};
pub use view::{Belonging, LARGEST_PAGE, Page, Person, Pictured, Query, Summary, list, show};

use crate::context::OperatorCtx;
use crate::error::{Error, Kind};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::user::User;
use vestibule_store::{self as store, Tx};

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The user with this id.
    Id(UserId),
    /// The user with this address.
    Address(Email),
}

impl Whom {
    /// Reads an id (`usr_…`) or an e-mail address.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        Email::parse(text).map(Self::Address).map_err(|_| {
            Error::new(Kind::Invalid, format!("\"{}\" names nobody.", vestibule_model::trace::shown(text)))
                .hint("Name a user by e-mail address, such as name@example.com.")
        })
    }

    /// The user of the account who is meant.
    pub(crate) async fn find(&self, tx: &Tx<'_>) -> Result<User, Error> {
        let found = match self {
            Self::Id(id) => store::users::by_id(tx, *id).await?,
            Self::Address(email) => store::users::by_email(tx, email.folded()).await?,
        };
        found.ok_or_else(unknown)
    }
}

impl From<UserId> for Whom {
    fn from(id: UserId) -> Self {
        Self::Id(id)
    }
}

/// Who does it, as changes name it.
pub(crate) fn by(ctx: &PeopleCtx) -> String {
    ctx.by.as_ref().map_or("by the operator".to_owned(), |admin| format!("by {}", admin.email))
}

pub(crate) fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no such user.")
        .hint("Check the address for typing errors; the list of users shows who is there.")
}

/// Whoever looks after the people of the account to which an address belongs: it is one in the whole deployment.
///
/// # Errors
/// [`Kind::NotFound`] when the address is nobody's.
pub async fn of_address(ctx: &OperatorCtx, email: &Email) -> Result<PeopleCtx, Error> {
    let folded = email.folded().to_owned();
    let found = ctx.app.store().read(move |tx| {
        let folded = folded.clone();
        Box::pin(async move {
            match store::users::owner_of(tx, &folded).await? {
                Some((account, _)) => store::accounts::by_id(tx, account).await,
                None => Ok(None),
            }
        })
    });
    let account = found.await?.ok_or_else(|| {
        Error::new(Kind::NotFound, format!("No account has a user {email}."))
            .hint("`vestibule users list --account LABEL` shows who is there.")
    })?;
    Ok(PeopleCtx::of_operator(&ctx.app, account))
}
