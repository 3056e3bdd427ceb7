//! People of an account: who they are, and what their role permits.
//!
//! A [`MemberCtx`] is made of a live session (`sessions`); whoever holds any permission has an [`AdminCtx`], and each deed that
//! takes one asks for its permission first: `ctx.must(Permission::…)?`. `cargo xtask tidy` finds the deed that does not.

use super::{App, OperatorCtx, VisitorCtx};
use crate::audit::Origin;
use crate::configuration::AppliedFile;
use crate::error::{Error, Kind};
use crate::second_factor;
use vestibule_model::account::Account;
use vestibule_model::permission::{Permission, Permissions, Roles};
use vestibule_model::user::User;
use vestibule_store::sessions::Session;

/// A person with a live session.
#[derive(Clone)]
pub struct MemberCtx {
    pub(crate) visitor: VisitorCtx,
    pub(crate) session: Session,
    pub(crate) user: User,
}

impl MemberCtx {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.visitor.account()
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the person's role permits, as the account says now.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.visitor.live.configuration.roles.of(&self.user.role)
    }

    /// The same person as somebody who may do something in the portal.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] when the role permits nothing there.
    pub fn admin(self) -> Result<AdminCtx, Error> {
        let permissions = self.permissions();
        if permissions.is_empty() {
            return Err(Error::new(Kind::Forbidden, "This page is for administrators.")
                .hint("Ask the owner of the account to make you an administrator, or to give you a role that opens it."));
        }
        if second_factor::is_missing(&self.visitor, &self.session) {
            return Err(Error::new(Kind::Forbidden, "This account wants a second factor of those who administer it.")
                .hint("Set one up on your profile, under \"Second factor\": then this page opens. If you have one, sign out and in again."));
        }
        Ok(AdminCtx { member: self, permissions })
    }

    /// The same at the break-glass door, which knows no roles that accounts made for themselves.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for everybody but owner and administrators.
    pub fn standard_admin(self) -> Result<AdminCtx, Error> {
        if self.user.role.administers() {
            return self.admin();
        }
        Err(Error::new(Kind::Forbidden, "This door is for administrators with the standard role.")
            .hint("Sign in at the address of your account."))
    }
}

/// Somebody who may do something in the portal of an account: the owner, an administrator, or whoever has a role with
/// permissions.
#[derive(Clone)]
pub struct AdminCtx {
    pub(crate) member: MemberCtx,
    permissions: Permissions,
}

impl AdminCtx {
    /// The account file that was applied last, if one was.
    #[must_use]
    pub fn applied_file(&self) -> Option<&AppliedFile> {
        self.member.visitor.live.configuration.applied.as_ref()
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.member.account()
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> &User {
        self.member.user()
    }

    /// What the person may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Goes on only if the person may do this.
    ///
    /// # Errors
    /// [`Kind::Forbidden`], naming the permission.
    pub fn must(&self, wanted: Permission) -> Result<(), Error> {
        must(self.permissions, wanted)
    }

    /// As somebody who looks after the people of the account.
    #[must_use]
    pub fn people(&self) -> PeopleCtx {
        PeopleCtx {
            app: self.app().clone(),
            account: self.account().clone(),
            by: Some(self.user().clone()),
            origin: self.member.visitor.origin,
            permissions: self.permissions,
            roles: self.member.visitor.live.configuration.roles.clone(),
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.member.visitor.app
    }
}

/// Whoever looks after the people of an account: somebody with permissions there, or the operator.
#[derive(Clone)]
pub struct PeopleCtx {
    pub(crate) app: App,
    pub(crate) account: Account,
    /// The person who asks; the operator is nobody in the account.
    pub(crate) by: Option<User>,
    pub(crate) origin: Origin,
    permissions: Permissions,
    roles: Roles,
}

impl PeopleCtx {
    /// The operator, in this account.
    pub(crate) fn of_operator(app: &App, account: Account) -> Self {
        let (app, permissions, roles) = (app.clone(), Permissions::all(), Roles::default());
        Self { app, account, by: None, origin: Origin::COMMAND_LINE, permissions, roles }
    }

    /// What whoever asks may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Goes on only if whoever asks may do this.
    ///
    /// # Errors
    /// [`Kind::Forbidden`], naming the permission.
    pub fn must(&self, wanted: Permission) -> Result<(), Error> {
        must(self.permissions, wanted)
    }

    /// Goes on only if whoever asks may do everything that this person may: nobody gets at more by changing somebody else.
    pub(crate) fn must_reach(&self, user: &User) -> Result<(), Error> {
        match self.permissions.lacking(self.roles.of(&user.role)) {
            None => Ok(()),
            Some(lacking) => {
                Err(Error::new(Kind::Forbidden, format!("{} may do more than you: {lacking}.", user.email))
                    .hint("An administrator can do this."))
            }
        }
    }
}

/// Goes on only if these permissions allow this one.
pub(crate) fn must(held: Permissions, wanted: Permission) -> Result<(), Error> {
    if held.allow(wanted) {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, format!("Your role does not have the permission {wanted}, which this needs."))
        .hint("Ask the owner or an administrator of the account to give it to your role, under Roles in the portal."))
}

/// Refuses to give away what one may not do oneself.
pub(crate) fn must_hold(held: Permissions, given: Permissions) -> Result<(), Error> {
    match held.lacking(given) {
        None => Ok(()),
        Some(lacking) => Err(Error::new(
            Kind::Forbidden,
            format!("You cannot give what you may not do yourself: {lacking}."),
        )
        .hint("An administrator can give it.")),
    }
}

impl OperatorCtx {
    /// As somebody who looks after the people of this account.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such account.
    pub async fn people(&self, label: &str) -> Result<PeopleCtx, Error> {
        Ok(PeopleCtx::of_operator(&self.app, self.account(label).await?))
    }
}
