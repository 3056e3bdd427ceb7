//! `[roles."…"]`: the roles that the account made for itself, and what each may do.
//!
//! A file that has `[roles]` has all of them; one that it does not name is taken away, and whoever had it is a member. What the
//! permissions open is in `model::permission`; what an administrator does about roles is in `crate::roles`.

use super::file::Source;
use super::place::{Place, spelled};
use crate::error::Error;
use toml::{Table, Value};
use vestibule_model::permission::{Permission, Permissions, Roles};
use vestibule_model::user::RoleName;

/// Most roles of an account.
pub(crate) const MOST_ROLES: usize = 200;

/// What the name of a role has to be.
pub(crate) const USABLE_NAME: &str =
    "a role has a name of 1 to 64 characters without colon, and none of owner, admin, member";

/// The key that lists what a role may do.
const PERMISSIONS: &str = "permissions";

/// Reads `[roles]`.
pub(super) fn read(source: &Source, table: &Table) -> Result<Roles, Error> {
    let place = Place::of(source, "roles");
    if table.len() > MOST_ROLES {
        return Err(place.wrong(format!("at most {MOST_ROLES} roles")));
    }
    let role = |(name, value): (&String, &Value)| {
        let place = place.key(name);
        let table = value.as_table().ok_or_else(|| place.wrong("expected a table"))?;
        let name = RoleName::parse(name).ok_or_else(|| place.wrong(USABLE_NAME))?;
        Ok((name, permissions(&place.key(PERMISSIONS), table.get(PERMISSIONS))?))
    };
    table.iter().map(role).collect()
}

fn permissions(place: &Place<'_>, value: Option<&Value>) -> Result<Permissions, Error> {
    let Some(value) = value else { return Ok(Permissions::NONE) };
    let words = value.as_array().ok_or_else(|| place.wrong("expected a list of permissions"))?;
    let read = |word: &Value| {
        let word = word.as_str().ok_or_else(|| place.wrong("expected words such as \"User:Read\""))?;
        Permission::from_word(word).ok_or_else(|| {
            let known: Vec<&str> = Permission::ALL.iter().map(|known| known.as_str()).collect();
            let problem = format!("there is no permission \"{}\"", vestibule_model::trace::shown(word));
            place.wrong(problem).hint(format!("The permissions are {}.", known.join(", ")))
        })
    };
    words.iter().map(read).collect()
}

/// `[roles]`.
pub(super) fn table(roles: &Roles) -> Table {
    let one = |(name, permissions): (&RoleName, Permissions)| {
        let mut table = Table::new();
        if !permissions.is_empty() {
            let words: Vec<Value> = permissions.iter().map(|permission| permission.as_str().into()).collect();
            table.insert(PERMISSIONS.to_owned(), words.into());
        }
        (name.as_str().to_owned(), table.into())
    };
    roles.iter().map(one).collect()
}

/// The roles as pairs of key and value.
pub(super) fn pairs(roles: &Roles) -> impl Iterator<Item = (String, String)> {
    roles.iter().map(|(name, permissions)| {
        let key = format!("roles.{}", spelled(name.as_str()));
        let said = if permissions.is_empty() { "no permissions".to_owned() } else { permissions.to_string() };
        (key, said)
    })
}
