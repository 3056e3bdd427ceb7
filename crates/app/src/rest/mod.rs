//! The REST API of users: what a program may ask for, as deeds (behaviour.md section 7).
//!
//! A program comes with a [`UsersApiCtx`]. What becomes of a person is decided in `model/provision` and done in
//! `directory/people`, as for SCIM; bodies, addresses and statuses are in `server/rest`. Making users is in `create`, changing them in
//! `change`, lists in `list`; `number` knows the numbers by which programs tell errors apart.

mod change;
mod create;
mod list;
pub(crate) mod number;

pub use change::{delete, set_status, sign_out, update};
pub use create::{Action, create};
pub use list::{LARGEST_PAGE, Page, Query, USUAL_PAGE, list, show};

use crate::context::UsersApiCtx;
use crate::directory::people::Setting;
use crate::error::{Error, Kind};
use crate::users::Whom;
use number::{INVALID, UNKNOWN};
use std::collections::BTreeMap;
use vestibule_model::email::Email;
use vestibule_model::license::License;
use vestibule_model::mapping;
use vestibule_model::provision::{Source, Wanted};
use vestibule_model::token::Access;
use vestibule_model::user::{Field, Logins, User};
use vestibule_store as store;

/// What a program says of a user. What is `None` is not said.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The address.
    pub email: Option<String>,
    /// The license type.
    pub license: Option<License>,
    /// Login types that the user is to have besides those that are there.
    pub gains: Logins,
    /// The Employee Unique ID, or that there is to be none.
    pub employee_id: Option<Option<String>>,
    /// Fields of the profile, and whether they get a value or lose it.
    pub profile: BTreeMap<Field, Option<String>>,
}

/// What became of a request that makes or changes something.
#[derive(Debug, Clone)]
pub struct Done {
    /// The user, as it is now; of a deleted one, as it was.
    pub user: User,
    /// What was done, in words; empty when it was so already.
    pub story: Vec<String>,
}

impl Said {
    /// Who is wanted, of whom the address is known.
    pub(crate) fn somebody(&self) -> Result<(Email, Wanted), Error> {
        let wanted = self.wanted()?;
        let email = wanted.email.clone().ok_or_else(|| invalid("email", "is missing"))?;
        Ok((email, wanted))
    }

    /// What is wanted of the person.
    pub(crate) fn wanted(&self) -> Result<Wanted, Error> {
        let email = self.email.as_deref().map(address).transpose()?;
        let mut profile = BTreeMap::new();
        for (field, value) in &self.profile {
            let text = value.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let fitted =
                text.map(|text| mapping::fit(field, &mapping::bounded(text)).map(|fitted| fitted.value));
            let fitted = fitted
                .transpose()
                .map_err(|why| invalid(field.as_str(), &format!("cannot be used: {why}")))?;
            profile.insert(field.clone(), fitted);
        }
        if let Some(Some(id)) = &self.employee_id
            && !mapping::is_employee_id(id)
        {
            return Err(invalid("employee_id", "has 1 to 256 characters, all of which can be seen"));
        }
        let (gains, license, employee_id) = (self.gains, self.license, self.employee_id.clone());
        Ok(Wanted { email, gains, license: license.map(Some), employee_id, profile, ..Wanted::default() })
    }
}

fn address(text: &str) -> Result<Email, Error> {
    Email::parse(text).map_err(|why| invalid("email", &format!("cannot be used: {why}")))
}

/// A field that cannot be what was sent.
fn invalid(field: &str, why: &str) -> Error {
    Error::new(Kind::Invalid, format!("{field} {why}.")).numbered(INVALID).about(field)
}

/// The user who is meant by an id or an address; whoever is none of the account's is nobody.
fn whom(text: &str) -> Result<Whom, Error> {
    Whom::parse(text).map_err(|_| unknown())
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no such user.")
        .hint("Name a user by ID (usr_…) or by e-mail address; GET /v2/users lists who is there.")
        .numbered(UNKNOWN)
}

fn setting(ctx: &UsersApiCtx) -> Setting {
    Setting::new(&ctx.api().app, ctx.account(), Source::Api)
}

fn scope(ctx: &UsersApiCtx) -> store::AccountStore<'_> {
    ctx.api().app.store().account(ctx.account().id)
}

/// A context for reading opens no deed that writes.
fn may_write(ctx: &UsersApiCtx) -> Result<(), Error> {
    match ctx.access() {
        Access::Write => Ok(()),
        Access::Read => ctx.api().users(Access::Write).map(drop),
    }
}
