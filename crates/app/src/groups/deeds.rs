//! What is done about a group and its members. Each deed is one transaction, and tells what it changed; what is so already is no
//! error.

use super::{PeopleCtx, Summary, Which, name, unknown};
use crate::audit;
use crate::directory;
use crate::error::{Error, Kind};
use crate::users::{self, Whom};
use serde::Serialize;
use vestibule_model::audit::{self as log, Subject, Thing};
use vestibule_model::group::{Group, GroupKind, GroupName, Origin};
use vestibule_model::id::GroupId;
use vestibule_model::permission::Permission;
use vestibule_model::trace::Change;
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// What a deed changed.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// The group's id.
    pub id: GroupId,
    /// What kind it is.
    pub kind: GroupKind,
    /// The name, after the deed.
    pub group: GroupName,
    /// Field by field, the rules that followed among them; empty when it was so already.
    pub changes: Vec<Change>,
    /// What else there is to know, in whole sentences.
    pub notes: Vec<String>,
}

/// Makes a group.
///
/// # Errors
/// [`Kind::Invalid`] when the name cannot be used; [`Kind::Conflict`] when it is taken.
pub async fn create(ctx: &PeopleCtx, kind: GroupKind, group: &str) -> Result<Summary, Error> {
    ctx.must(Permission::GroupEdit)?;
    let (name, now) = (name(group)?, ctx.app.now());
    let group = Group { id: GroupId::from_bytes(ctx.app.fresh_id(now)), kind, name };
    let scope = ctx.app.store().account(ctx.account.id);
    let author = ctx.author();
    let made = scope.write(move |tx| {
        let (group, author) = (group.clone(), author.clone());
        Box::pin(async move {
            store::groups::insert(tx, &group, now).await?;
            let made = store::groups::by_id(tx, group.id).await?.ok_or_else(unknown)?;
            let changes = audit::change("kind", None, Some(kind.as_str().to_owned()));
            audit::record(tx, &author, (log::Deed::GroupCreated, subject(&group)), changes).await?;
            Ok::<_, Error>(made)
        })
    });
    Ok(Summary::of(made.await?, 0))
}

/// A group, as the audit log names it.
pub(super) fn subject(group: &Group) -> Subject {
    Subject::new(Thing::Group, group.id, group.name.as_str())
}

/// Gives a group another name. Rules and exemptions that name it follow, as one version of the account.
///
/// # Errors
/// [`Kind::Invalid`] when the name cannot be used; [`Kind::Conflict`] when it is taken, or the mapping would not hold under it;
/// [`Kind::NotFound`] when there is no such group.
pub async fn rename(ctx: &PeopleCtx, which: &Which, to: &str) -> Result<Changed, Error> {
    ctx.must(Permission::GroupEdit)?;
    carry_out(ctx, which, Deed::Rename(name(to)?)).await
}

/// Deletes a group. Everybody leaves it, whoever put them there.
///
/// # Errors
/// [`Kind::Conflict`] when rules or exemptions name it; [`Kind::NotFound`] when there is no such group.
pub async fn delete(ctx: &PeopleCtx, which: &Which) -> Result<Changed, Error> {
    ctx.must(Permission::GroupEdit)?;
    carry_out(ctx, which, Deed::Delete).await
}

/// What to do.
#[derive(Debug, Clone)]
enum Deed {
    Rename(GroupName),
    Delete,
}

impl Deed {
    /// What the audit log calls it.
    fn word(&self) -> log::Deed {
        match self {
            Self::Rename(_) => log::Deed::GroupRenamed,
            Self::Delete => log::Deed::GroupDeleted,
        }
    }
}

async fn carry_out(ctx: &PeopleCtx, which: &Which, deed: Deed) -> Result<Changed, Error> {
    let (now, rule, author) = (ctx.app.now(), users::by(ctx), ctx.author());
    let which = which.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (which, deed, rule, author) = (which.clone(), deed.clone(), rule.clone(), author.clone());
            Box::pin(async move {
                // The account before its groups, as account files are applied: nobody changes the mapping meanwhile, and what
                // sessions were worked out for does not hold any more.
                store::accounts::bump(tx).await?;
                let record = which.locked(tx).await?;
                let word = deed.word();
                let (changes, group) = match deed {
                    Deed::Rename(to) => (directory::rename(tx, &record, &to, (&rule, now)).await?, to),
                    Deed::Delete => (directory::delete(tx, &record, &rule).await?, record.group.name.clone()),
                };
                if !changes.is_empty() {
                    audit::record(tx, &author, (word, subject(&record.group)), changes.clone()).await?;
                }
                let notes = notes(tx, &record, &changes).await?;
                Ok(Changed { id: record.group.id, kind: record.group.kind, group, changes, notes })
            })
        })
        .await
}

/// What auto mapping makes of a name that is gone.
async fn notes(tx: &Tx<'_>, record: &Record, changes: &[Change]) -> Result<Vec<String>, Error> {
    let auto = super::view::auto(tx, record.group.kind).await?;
    let Some(attribute) = auto.filter(|_| !changes.is_empty()) else { return Ok(Vec::new()) };
    let (kind, name) = (record.group.kind.singular(), &record.group.name);
    Ok(vec![format!(
        "Auto mapping: whoever signs in with \"{name}\" in {attribute} is put into a new {kind} of that name."
    )])
}

/// Puts a person into a group, by hand.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such group or no such user.
pub async fn join(ctx: &PeopleCtx, which: &Which, whom: &Whom) -> Result<users::Changed, Error> {
    ctx.must(Permission::GroupEdit)?;
    move_member(ctx, which, whom, Move::In).await
}

/// Takes a person out of a group into which a hand put them.
///
/// # Errors
/// [`Kind::Conflict`] when somebody else put the person there; [`Kind::NotFound`] when the account has no such group or no such
/// user.
pub async fn leave(ctx: &PeopleCtx, which: &Which, whom: &Whom) -> Result<users::Changed, Error> {
    ctx.must(Permission::GroupEdit)?;
    move_member(ctx, which, whom, Move::Out).await
}

/// Which way a person goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    In,
    Out,
}

async fn move_member(
    ctx: &PeopleCtx,
    which: &Which,
    whom: &Whom,
    way: Move,
) -> Result<users::Changed, Error> {
    let (rule, author) = (users::by(ctx), ctx.author());
    let (which, whom) = (which.clone(), whom.clone());
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .write(move |tx| {
            let (which, whom, rule, author) = (which.clone(), whom.clone(), rule.clone(), author.clone());
            Box::pin(async move {
                let found = whom.find(tx).await?.id;
                let user = store::users::locked(tx, found).await?.ok_or_else(users::unknown)?;
                let group = which.find(tx).await?.group;
                let moved = match way {
                    Move::In => directory::join(tx, user.id, &group, Origin::Manual).await?,
                    Move::Out => directory::leave(tx, user.id, &group, Origin::Manual).await?,
                };
                if way == Move::Out && !moved {
                    nobody_else(tx, user.id, &group).await?;
                }
                let name = || Some(group.name.to_string());
                let (before, after) = if way == Move::In { (None, name()) } else { (name(), None) };
                let field = group.kind.as_str().to_owned();
                let changes = if moved { vec![Change { field, before, after, rule }] } else { Vec::new() };
                let word = if way == Move::In { log::Deed::GroupJoined } else { log::Deed::GroupLeft };
                users::told(tx, &author, (word, Subject::user(&user)), &changes).await?;
                Ok(users::Changed { id: user.id, user: user.email, changes })
            })
        })
        .await
}

/// Refuses when somebody belongs to a group for another reason than by hand.
async fn nobody_else(tx: &Tx<'_>, user: vestibule_model::id::UserId, group: &Group) -> Result<(), Error> {
    let memberships = store::groups::of_user(tx, user).await?;
    let other = memberships.iter().find(|membership| membership.group.id == group.id);
    let Some(origin) = other.map(|membership| membership.origin) else { return Ok(()) };
    let (who, what) = match origin {
        Origin::Mapping => ("a rule of the mapping", "Change the rule, or exempt the person from it."),
        Origin::Scim => ("the directory, by SCIM", "Take the person out of the group in the directory."),
        Origin::Csv => ("an import", "Import the person again with another group."),
        Origin::Manual => return Ok(()),
    };
    let sentence = format!("The person was put into \"{}\" by {who}, and not by hand.", group.name);
    Err(Error::new(Kind::Conflict, sentence).hint(what))
}
