//! What happens when a group is renamed or deleted, or somebody joins or leaves one: rules follow the name, the memberships go,
//! settings are worked out again.
//!
//! Rules and exemptions name groups, so a group that the mapping names is renamed in both at once, as one version of the account, and
//! is not deleted. Roles and licenses are given at sign-ins: what the change means for them is decided at the next one.

use crate::configuration::Configuration;
use crate::context::App;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use vestibule_model::group::{Group, GroupKind, GroupName, Origin, last_place};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::import::Placement;
use vestibule_model::mapping::Naming;
use vestibule_model::trace::Change;
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// Gives a group another name, and every rule and exemption that named it.
///
/// The caller has raised the account's version in this transaction, so that nobody else changes the mapping meanwhile.
///
/// # Errors
/// [`Kind::Conflict`] when the name is taken, or the mapping would not hold under it.
pub(crate) async fn rename(
    tx: &Tx<'_>,
    record: &Record,
    to: &GroupName,
    (rule, now): (&str, Timestamp),
) -> Result<Vec<Change>, Error> {
    let Group { id, kind, name } = &record.group;
    if name == to {
        return Ok(Vec::new());
    }
    let group = Group { id: *id, kind: *kind, name: to.clone() };
    store::groups::update(tx, &Record { group, ..record.clone() }, now).await?;
    let mut configuration = Configuration::read(tx).await?;
    let naming = configuration.mapping.naming(*kind, name);
    if !naming.is_empty() {
        configuration.mapping = configuration.mapping.renamed(*kind, name, to);
        configuration.mapping.check().map_err(|problem| {
            let sentence =
                format!("The mapping would not hold under the name \"{to}\": {}.", problem.problem);
            Error::new(Kind::Conflict, sentence).hint("Choose another name, or change the mapping first.")
        })?;
        store::accounts::put_configuration(tx, &configuration.to_stored()?).await?;
    }
    let keys = std::iter::once("name".to_owned()).chain(naming.iter().map(Naming::key));
    let change = |field| Change {
        field,
        before: Some(name.to_string()),
        after: Some(to.to_string()),
        rule: rule.to_owned(),
    };
    Ok(keys.map(change).collect())
}

/// Deletes a group with every membership in it, wherever it came from.
///
/// The caller has raised the account's version in this transaction.
///
/// # Errors
/// [`Kind::Conflict`] when the mapping names it, with the places.
pub(crate) async fn delete(tx: &Tx<'_>, record: &Record, rule: &str) -> Result<Vec<Change>, Error> {
    let Group { id, kind, name } = &record.group;
    let naming = Configuration::read(tx).await?.mapping.naming(*kind, name);
    if !naming.is_empty() {
        let places: Vec<String> = naming.iter().map(Naming::to_string).collect();
        let sentence =
            format!("The mapping names the {} \"{name}\". {}.", kind.singular(), places.join("; "));
        return Err(Error::new(Kind::Conflict, sentence).hint(
            "Change or delete these first: a rule would make a new group of this name at the next sign-in, and nobody would be exempt any more.",
        ));
    }
    let members = store::groups::count(tx, *id).await?;
    if !store::groups::delete(tx, *id).await? {
        return Err(store::Error::Stale.into());
    }
    let gone = |field: &str, before: String| Change {
        field: field.to_owned(),
        before: Some(before),
        after: None,
        rule: rule.to_owned(),
    };
    Ok(vec![gone("name", name.to_string()), gone("members", members.to_string())])
}

/// Puts somebody into a group, behind the groups that the person has; tells whether this origin had not done so before.
///
/// The caller holds on to the user.
pub(crate) async fn join(
    tx: &Tx<'_>,
    user: UserId,
    group: &Group,
    origin: Origin,
) -> Result<bool, store::Error> {
    let before = store::groups::of_user(tx, user).await?;
    if before.iter().any(|known| known.group.id == group.id && known.origin == origin) {
        return Ok(false);
    }
    store::groups::join(tx, user, group.id, (origin, last_place(&before, group.kind))).await?;
    resettle(tx, user, group.kind).await?;
    Ok(true)
}

/// Puts somebody into the groups that a file names, and takes them out of those that only an earlier file named. Groups that do not
/// exist are made. The caller holds on to the user.
pub(crate) async fn follow_file(
    tx: &Tx<'_>,
    app: &App,
    user: UserId,
    wanted: &Placement,
    now: Timestamp,
) -> Result<(), store::Error> {
    for group in &wanted.leave {
        leave(tx, user, group, Origin::Csv).await?;
    }
    for name in &wanted.join {
        let id = GroupId::from_bytes(app.fresh_id(now));
        let group = store::groups::ensure(tx, (GroupKind::UserGroup, name), id, now).await?;
        join(tx, user, &group, Origin::Csv).await?;
    }
    Ok(())
}

/// Takes somebody out of a group, as far as this origin put them there; tells whether it had.
pub(crate) async fn leave(
    tx: &Tx<'_>,
    user: UserId,
    group: &Group,
    origin: Origin,
) -> Result<bool, store::Error> {
    let left = store::groups::leave(tx, user, group.id, origin).await?;
    if left {
        resettle(tx, user, group.kind).await?;
    }
    Ok(left)
}

/// Takes somebody out of a group, whoever put them there; tells whether they were in it.
pub(crate) async fn leave_for_good(tx: &Tx<'_>, user: UserId, group: &Group) -> Result<bool, store::Error> {
    let left = store::scim_groups::leave(tx, user, group.id).await?;
    if left {
        resettle(tx, user, group.kind).await?;
    }
    Ok(left)
}

/// The memberships changed by which settings hold for a person.
async fn resettle(tx: &Tx<'_>, user: UserId, kind: GroupKind) -> Result<(), store::Error> {
    if kind == GroupKind::UserGroup { store::sessions::unsettle(tx, user).await } else { Ok(()) }
}
