//! What is done about one person. Each deed is one transaction, and tells what it changed; what is so already is no error.

use super::{PeopleCtx, Whom, unknown};
use crate::audit::{self, Author};
use crate::directory;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::audit::{self as log, Subject};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::mapping;
use vestibule_model::trace::Change;
use vestibule_model::user::{Logins, User};
use vestibule_store::{self as store, Tx};

/// What a deed changed.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// Whose record it is.
    pub id: UserId,
    /// The address.
    pub user: Email,
    /// Field by field; empty when it was so already.
    pub changes: Vec<Change>,
}

/// Lets a person sign in by the identity provider: the cure for 1020.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such user.
pub async fn add_sso_login(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    carry_out(ctx, whom, Deed::AddSsoLogin).await
}

/// Gives a person another Employee Unique ID, or takes it away: the cure for 1015, when the identity provider sends another
/// one than the person was linked to. After it was taken away, the next sign-in links the one that is sent.
///
/// # Errors
/// [`Kind::Invalid`] when it cannot be an ID; [`Kind::Conflict`] when another user has it; [`Kind::NotFound`] when the account
/// has no such user.
pub async fn replace_employee_id(
    ctx: &PeopleCtx,
    whom: &Whom,
    employee_id: Option<&str>,
) -> Result<Changed, Error> {
    let wanted = employee_id.map(str::trim);
    if wanted.is_some_and(|id| !mapping::is_employee_id(id)) {
        return Err(Error::new(Kind::Invalid, "That cannot be an Employee Unique ID.")
            .hint("One has 1 to 256 characters, all of which can be seen."));
    }
    carry_out(ctx, whom, Deed::ReplaceEmployeeId(wanted.map(str::to_owned))).await
}

/// Deactivates a person: the sessions end and the seats are free at once, and nobody signs in as this person (1013).
///
/// # Errors
/// [`Kind::Forbidden`] for the owner and for whoever asks; [`Kind::NotFound`] when the account has no such user.
pub async fn deactivate(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    carry_out(ctx, whom, Deed::Deactivate).await
}

/// Lets a person in again who was deactivated, with the license type and the add-ons from before, as far as there are seats.
///
/// # Errors
/// [`Kind::Conflict`] when no seat is left; [`Kind::NotFound`] when the account has no such user.
pub async fn activate(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    carry_out(ctx, whom, Deed::Activate).await
}

/// What to do.
#[derive(Debug, Clone)]
enum Deed {
    AddSsoLogin,
    ReplaceEmployeeId(Option<String>),
    Deactivate,
    Activate,
}

async fn carry_out(ctx: &PeopleCtx, whom: &Whom, deed: Deed) -> Result<Changed, Error> {
    let now = ctx.app.now();
    let by = ctx.by.as_ref().map(|admin| (admin.id, admin.email.clone()));
    let author = ctx.author();
    let whom = whom.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (whom, deed, by, author) = (whom.clone(), deed.clone(), by.clone(), author.clone());
            Box::pin(async move {
                let found = whom.find(tx).await?.id;
                if matches!(deed, Deed::Deactivate | Deed::Activate) {
                    // Seats before people, as sign-ins do: nobody waits for each other.
                    store::licenses::locked(tx).await?;
                }
                // From here on nobody else changes the record, so that no change is lost, and none of ours is refused.
                let user = store::users::locked(tx, found).await?.ok_or_else(unknown)?;
                let changes = deed.run(tx, &user, by.as_ref(), now).await?;
                told(tx, &author, (deed.word(), &user), &changes).await?;
                Ok(Changed { id: user.id, user: user.email, changes })
            })
        })
        .await
}

/// Writes the audit record of something that was done about one person, if it changed anything.
pub(crate) async fn told(
    tx: &Tx<'_>,
    author: &Author,
    (deed, user): (log::Deed, &User),
    changes: &[Change],
) -> Result<(), store::Error> {
    if changes.is_empty() {
        return Ok(());
    }
    audit::record(tx, author, (deed, Subject::user(user)), changes.to_vec()).await
}

impl Deed {
    /// What the audit log calls it.
    fn word(&self) -> log::Deed {
        match self {
            Self::AddSsoLogin => log::Deed::UserSsoLogin,
            Self::ReplaceEmployeeId(_) => log::Deed::UserEmployeeId,
            Self::Deactivate => log::Deed::UserDeactivated,
            Self::Activate => log::Deed::UserActivated,
        }
    }

    async fn run(
        &self,
        tx: &Tx<'_>,
        user: &User,
        by: Option<&(UserId, Email)>,
        now: Timestamp,
    ) -> Result<Vec<Change>, Error> {
        let rule = by.map_or("by the operator".to_owned(), |(_, admin)| format!("by {admin}"));
        let id = by.map(|(id, _)| *id);
        match self {
            Self::AddSsoLogin => {
                let after = User { logins: Logins { sso: true, ..user.logins }, ..user.clone() };
                let words = |user: &User| Some(user.logins.words().join(", "));
                write(tx, after, ("login_types", words(user)), words, (rule, now)).await
            }
            Self::ReplaceEmployeeId(wanted) => {
                let after = User { employee_id: wanted.clone(), ..user.clone() };
                free(tx, user, wanted.as_deref()).await?;
                let id = |user: &User| user.employee_id.clone();
                write(tx, after, ("employee_id", id(user)), id, (rule, now)).await
            }
            Self::Deactivate => directory::deactivate(tx, user, (id, &rule), now).await,
            Self::Activate => directory::activate(tx, user, &rule, now).await,
        }
    }
}

/// Writes a record of which one field changed.
async fn write(
    tx: &Tx<'_>,
    user: User,
    (field, before): (&str, Option<String>),
    value: impl Fn(&User) -> Option<String>,
    (rule, now): (String, Timestamp),
) -> Result<Vec<Change>, Error> {
    let after = value(&user);
    if before == after {
        return Ok(Vec::new());
    }
    store::users::update(tx, &User { updated_at: now, ..user }).await?;
    Ok(vec![Change { field: field.to_owned(), before, after, rule }])
}

/// Refuses an Employee Unique ID that another user has, and names that user.
async fn free(tx: &Tx<'_>, user: &User, wanted: Option<&str>) -> Result<(), Error> {
    let Some(wanted) = wanted else { return Ok(()) };
    match store::users::by_employee_id(tx, wanted).await?.filter(|other| other.id != user.id) {
        None => Ok(()),
        Some(other) => {
            Err(Error::new(Kind::Conflict, format!("{} has this Employee Unique ID.", other.email))
                .hint("Take it from that user first, or give another one."))
        }
    }
}
