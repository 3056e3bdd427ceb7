//! What is done about one person. Each deed is one transaction, and tells what it changed; what is so already is no error.

use super::{PeopleCtx, Whom, unknown};
use crate::audit::{self, Author};
use crate::directory;
use crate::directory::people::{self, Setting};
use crate::domains::enforce;
use crate::error::{Error, Kind};
use crate::roles;
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::audit::{self as log, Subject, Thing};
use vestibule_model::email::Email;
use vestibule_model::id::UserId;
use vestibule_model::license::License;
use vestibule_model::mapping;
use vestibule_model::permission::Permission;
use vestibule_model::provision::{Source, Wanted};
use vestibule_model::trace::Change;
use vestibule_model::user::{Logins, Role, User};
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
    ctx.must(Permission::UserEdit)?;
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
    ctx.must(Permission::UserEdit)?;
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
    ctx.must(Permission::UserEdit)?;
    carry_out(ctx, whom, Deed::Deactivate).await
}

/// Lets a person in again who was deactivated, with the license type and the add-ons from before, as far as there are seats.
///
/// # Errors
/// [`Kind::Conflict`] when no seat is left; [`Kind::NotFound`] when the account has no such user.
pub async fn activate(ctx: &PeopleCtx, whom: &Whom) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    carry_out(ctx, whom, Deed::Activate).await
}

/// Gives a person another role ([`roles::set_role`]).
pub(crate) async fn give_role(ctx: &PeopleCtx, whom: &Whom, role: Role) -> Result<Changed, Error> {
    carry_out(ctx, whom, Deed::GiveRole(role)).await
}

/// Gives a person another license type, or takes it away: the seat of the one before is free, one of the other is taken.
///
/// # Errors
/// [`Kind::Conflict`] when no seat is left; [`Kind::Invalid`] when an add-on does not go with it; [`Kind::NotFound`] when the
/// account has no such user.
pub async fn set_license(ctx: &PeopleCtx, whom: &Whom, license: Option<License>) -> Result<Changed, Error> {
    ctx.must(Permission::UserEdit)?;
    carry_out(ctx, whom, Deed::SetLicense(license)).await
}

/// What to do.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    GiveRole(Role),
    AddSsoLogin,
    ReplaceEmployeeId(Option<String>),
    SetLicense(Option<License>),
    Deactivate,
    Activate,
}

/// Who does something, where and when.
#[derive(Clone)]
pub(super) struct Doer {
    setting: Setting,
    ctx: PeopleCtx,
}

impl Doer {
    pub(super) fn of(ctx: &PeopleCtx) -> Self {
        Self { setting: Setting::new(&ctx.app, &ctx.account, Source::Portal), ctx: ctx.clone() }
    }

    fn rule(&self) -> String {
        self.ctx.by.as_ref().map_or("by the operator".to_owned(), |admin| format!("by {}", admin.email))
    }
}

async fn carry_out(ctx: &PeopleCtx, whom: &Whom, deed: Deed) -> Result<Changed, Error> {
    let doer = Doer::of(ctx);
    let whom = whom.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (whom, deed, doer) = (whom.clone(), deed.clone(), doer.clone());
            Box::pin(async move {
                let found = whom.find(tx).await?.id;
                if deed.moves_seats() {
                    // Seats before people, as sign-ins do: nobody waits for each other.
                    store::licenses::locked(tx).await?;
                }
                let changed = deed.on(tx, found, &doer).await?;
                deed.tell(tx, &doer, &changed).await?;
                Ok(changed)
            })
        })
        .await
}

/// Writes the audit record of something that was done about one person, if it changed anything.
pub(crate) async fn told(
    tx: &Tx<'_>,
    author: &Author,
    (deed, subject): (log::Deed, Subject),
    changes: &[Change],
) -> Result<(), store::Error> {
    if changes.is_empty() {
        return Ok(());
    }
    audit::record(tx, author, (deed, subject), changes.to_vec()).await
}

impl Deed {
    /// What the audit log calls it.
    fn word(&self) -> log::Deed {
        match self {
            Self::GiveRole(_) => log::Deed::UserRole,
            Self::AddSsoLogin => log::Deed::UserSsoLogin,
            Self::ReplaceEmployeeId(_) => log::Deed::UserEmployeeId,
            Self::SetLicense(_) => log::Deed::UserLicense,
            Self::Deactivate => log::Deed::UserDeactivated,
            Self::Activate => log::Deed::UserActivated,
        }
    }

    /// Whether seats change hands; whoever does it has locked them.
    pub(super) fn moves_seats(&self) -> bool {
        matches!(self, Self::SetLicense(_) | Self::Deactivate | Self::Activate)
    }

    /// Does it to one person.
    pub(super) async fn on(&self, tx: &Tx<'_>, whom: UserId, doer: &Doer) -> Result<Changed, Error> {
        // From here on nobody else changes the record, so that no change is lost, and none of ours is refused.
        let user = store::users::locked(tx, whom).await?.ok_or_else(unknown)?;
        match self {
            Self::GiveRole(role) => roles::may_give(tx, &doer.ctx, &user, role).await?,
            _ => doer.ctx.must_reach(&user)?,
        }
        let changes = self.run(tx, &user, doer).await?;
        Ok(Changed { id: user.id, user: user.email, changes })
    }

    /// Writes its audit record: last, for the end of the log is locked from here on.
    pub(super) async fn tell(&self, tx: &Tx<'_>, doer: &Doer, changed: &Changed) -> Result<(), store::Error> {
        let subject = Subject::new(Thing::User, changed.id, changed.user.as_str());
        told(tx, &doer.ctx.author(), (self.word(), subject), &changed.changes).await
    }

    async fn run(&self, tx: &Tx<'_>, user: &User, doer: &Doer) -> Result<Vec<Change>, Error> {
        let (rule, now) = (doer.rule(), doer.setting.now);
        match self {
            Self::GiveRole(role) => {
                let after = User { role: role.clone(), ..user.clone() };
                enforce::leaves_a_way_in(tx, user, Some(&after)).await?;
                let word = |user: &User| Some(user.role.as_str().to_owned());
                write(tx, after, ("role", word(user)), word, (rule, now)).await
            }
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
            Self::SetLicense(license) => {
                let wanted = Wanted { license: Some(*license), ..Wanted::default() };
                let settled = people::settle(tx, &doer.setting, &wanted, Some(user)).await?;
                Ok(settled
                    .changes
                    .into_iter()
                    .map(|change| Change { rule: rule.clone(), ..change })
                    .collect())
            }
            Self::Deactivate => {
                let by = doer.ctx.by.as_ref().map(|admin| admin.id);
                directory::deactivate(tx, user, (by, &rule), now).await
            }
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
