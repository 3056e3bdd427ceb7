//! Making, changing and removing roles. Nobody puts into a role, or takes out of one, what they may not do themself.

use super::take_back;
use crate::audit;
use crate::configuration::{Configuration, MOST_ROLES, USABLE_NAME};
use crate::context::{AdminCtx, must_hold};
use crate::error::{Error, Kind};
use vestibule_model::audit::{Deed, Subject, Thing};
use vestibule_model::mapping::{CategoryName, Grant, NoMatch, Rule};
use vestibule_model::permission::{Permission, Permissions, Roles};
use vestibule_model::user::{Role, RoleName};
use vestibule_store::{self as store, Tx};

/// A role as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: RoleName,
    /// What it may do.
    pub permissions: Permissions,
    /// How many people hold it.
    pub people: i64,
    /// Whether a rule of the mapping gives it.
    pub given_by_rules: bool,
}

/// The roles that the account made for itself, by name.
///
/// # Errors
/// When the store does not answer.
pub async fn list(ctx: &AdminCtx) -> Result<Vec<View>, Error> {
    ctx.must(Permission::RoleRead)?;
    let scope = ctx.app().store().account(ctx.account().id);
    scope.read(|tx| Box::pin(read(tx))).await
}

async fn read(tx: &Tx<'_>) -> Result<Vec<View>, Error> {
    let configuration = Configuration::read(tx).await?;
    let holders = store::roles::holders(tx).await?;
    let view = |(name, permissions): (&RoleName, Permissions)| View {
        people: holders.get(Role::Custom(name.clone()).as_str()).copied().unwrap_or(0),
        given_by_rules: is_given(&configuration, name),
        name: name.clone(),
        permissions,
    };
    Ok(configuration.roles.iter().map(view).collect())
}

/// One role.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no role of this name.
pub async fn show(ctx: &AdminCtx, name: &str) -> Result<View, Error> {
    ctx.must(Permission::RoleRead)?;
    let all = list(ctx).await?;
    all.into_iter().find(|role| role.name.as_str() == name).ok_or_else(unknown)
}

/// What a form says of a role.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// What it may do from now on.
    pub permissions: Permissions,
}

/// Makes a role.
///
/// # Errors
/// [`Kind::Invalid`] for a name that cannot be, or is taken; [`Kind::Forbidden`] when it would have more than whoever makes it;
/// [`Kind::Conflict`] when there are too many.
pub async fn create(ctx: &AdminCtx, wanted: &Saved) -> Result<RoleName, Error> {
    ctx.must(Permission::RoleEdit)?;
    must_hold(ctx.permissions(), wanted.permissions)?;
    let named = |problem: &str| Error::new(Kind::Invalid, format!("`name`: {problem}.")).about("name");
    let name = RoleName::parse(&wanted.name).ok_or_else(|| named(USABLE_NAME))?;
    let (new, permissions) = (name.clone(), wanted.permissions);
    edit(ctx, (Deed::RoleCreated, name.clone()), move |configuration| {
        if configuration.roles.alike(&new).is_some() {
            return Err(
                named("there is a role of this name").hint("Upper and lower case make no difference.")
            );
        }
        if configuration.roles.len() >= MOST_ROLES {
            return Err(Error::new(Kind::Conflict, format!("The account has {MOST_ROLES} roles already."))
                .hint("Remove one that nobody holds."));
        }
        configuration.roles.put(new.clone(), permissions);
        Ok(())
    })
    .await?;
    Ok(name)
}

/// Says what a role may do from now on: it holds at once, in sessions that are open too.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no role of this name; [`Kind::Forbidden`] when it has, or would have, more than
/// whoever changes it.
pub async fn save(ctx: &AdminCtx, wanted: &Saved) -> Result<(), Error> {
    ctx.must(Permission::RoleEdit)?;
    must_hold(ctx.permissions(), wanted.permissions)?;
    let (name, permissions, held) = (known(&wanted.name)?, wanted.permissions, ctx.permissions());
    edit(ctx, (Deed::RoleChanged, name.clone()), move |configuration| {
        let before = configuration.roles.named(&name).ok_or_else(unknown)?;
        must_hold(held, before)?;
        configuration.roles.put(name.clone(), permissions);
        Ok(())
    })
    .await
}

/// Removes a role: whoever holds it is a member from now on.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no role of this name; [`Kind::Forbidden`] when it may do more than whoever removes
/// it; [`Kind::Conflict`] while a rule of the mapping gives it.
pub async fn remove(ctx: &AdminCtx, name: &str) -> Result<(), Error> {
    ctx.must(Permission::RoleEdit)?;
    let (name, held) = (known(name)?, ctx.permissions());
    edit(ctx, (Deed::RoleRemoved, name.clone()), move |configuration| {
        let before = configuration.roles.named(&name).ok_or_else(unknown)?;
        must_hold(held, before)?;
        if is_given(configuration, &name) {
            let sentence = format!("A rule of the mapping gives the role “{}”.", name.as_str());
            return Err(Error::new(Kind::Conflict, sentence)
                .hint("Change the rule first, under User role on the page of the mapping."));
        }
        configuration.roles.remove(&name);
        Ok(())
    })
    .await
}

fn known(name: &str) -> Result<RoleName, Error> {
    RoleName::parse(name).ok_or_else(unknown)
}

/// Changes the configuration as it is now, and makes members of those whose role is gone.
async fn edit(
    ctx: &AdminCtx,
    (deed, name): (Deed, RoleName),
    change: impl Fn(&mut Configuration) -> Result<(), Error> + Send + Sync + Clone + 'static,
) -> Result<(), Error> {
    let (now, author) = (ctx.app().now(), ctx.author());
    let scope = ctx.app().store().account(ctx.account().id);
    let edited = scope.write(move |tx| {
        let (change, author, name) = (change.clone(), author.clone(), name.clone());
        Box::pin(async move {
            // First, so that whoever gives a role meanwhile waits.
            store::accounts::bump(tx).await?;
            let before = Configuration::read(tx).await?;
            let mut after = before.clone();
            change(&mut after)?;
            take_back(tx, (&before.roles, &after.roles), now).await?;
            store::accounts::put_configuration(tx, &after.to_stored()?).await?;
            let named = |roles: &Roles| roles.named(&name).map(words);
            let changes = audit::change("permissions", named(&before.roles), named(&after.roles));
            if changes.is_empty() {
                return Ok::<_, Error>(());
            }
            let subject = Subject::new(Thing::Role, name.as_str(), name.as_str());
            Ok(audit::record(tx, &author, (deed, subject), changes).await?)
        })
    });
    edited.await
}

/// What a role may do, in words.
fn words(held: Permissions) -> String {
    let words: Vec<&str> = held.iter().map(Permission::as_str).collect();
    words.join(", ")
}

/// Whether a rule gives the role, or it is given where none applies.
fn is_given(configuration: &Configuration, name: &RoleName) -> bool {
    let Some(category) = configuration.mapping.categories.get(&CategoryName::Role) else { return false };
    let otherwise = match &category.no_match {
        NoMatch::Give(grant) => Some(grant),
        NoMatch::Keep | NoMatch::Remove => None,
    };
    let gives = |grant: &Grant| matches!(grant, Grant::Role(Role::Custom(given)) if given == name);
    category.rules.iter().map(Rule::grant).chain(otherwise).any(gives)
}

fn unknown() -> Error {
    Error::new(Kind::NotFound, "The account has no role of this name.")
        .hint("The list of roles shows those there are.")
}
