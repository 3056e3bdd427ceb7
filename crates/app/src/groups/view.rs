//! Groups as lists and pages show them.

use super::{PeopleCtx, Which};
use crate::configuration::Configuration;
use crate::error::{Error, Kind};
use jiff::Timestamp;
use serde::Serialize;
use vestibule_model::email::Email;
use vestibule_model::group::{Group, GroupKind, GroupName, Origin, Policy, Settings};
use vestibule_model::id::{GroupId, UserId};
use vestibule_model::mapping::Naming;
use vestibule_model::permission::Permission;
use vestibule_model::user::Status;
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// Which groups to list, or which members of one.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// How their names begin; of members, their addresses.
    pub prefix: String,
    /// What the page before gave as its `next`.
    pub after: Option<String>,
    /// At most so many, up to [`LARGEST_PAGE`].
    pub limit: u32,
}

/// Most groups, or members, on one page.
pub const LARGEST_PAGE: u32 = 200;

/// A page of groups.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    /// The groups, in order of name.
    pub items: Vec<Summary>,
    /// Where the next page begins; `None` when this is the last one.
    pub next: Option<String>,
}

/// A group as lists show one.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The id.
    pub id: GroupId,
    /// What kind it is.
    pub kind: GroupKind,
    /// The name.
    pub name: GroupName,
    /// How many people belong to it.
    pub members: i64,
    /// What it sets for them.
    pub settings: Settings,
    /// The id that a directory knows it by.
    pub external_id: Option<String>,
    /// Grows with every change of the group, but not with its members.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A group with what hangs on it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// What lists show.
    #[serde(flatten)]
    pub summary: Summary,
    /// Where the mapping names it, in words.
    pub named_by: Vec<String>,
    /// The attribute whose values name groups of this kind, where auto mapping makes them.
    pub auto_mapping: Option<String>,
}

/// A page of members.
#[derive(Debug, Clone, Serialize)]
pub struct Members {
    /// The members: in the order in which the users came, or in order of address where addresses were asked for.
    pub items: Vec<Member>,
    /// Where the next page begins; `None` when this is the last one.
    pub next: Option<String>,
}

/// Somebody who belongs to a group.
#[derive(Debug, Clone, Serialize)]
pub struct Member {
    /// The id.
    pub id: UserId,
    /// The address.
    pub email: Email,
    /// The name that others see.
    pub name: String,
    /// Whether the person may come in.
    pub status: Status,
    /// Who put the person there; each takes away only what it gave.
    pub origins: Vec<Origin>,
}

impl Summary {
    pub(super) fn of(record: Record, members: i64) -> Self {
        let Record { group: Group { id, kind, name }, settings, external_id, version, .. } = record;
        let (created_at, updated_at) = (record.created_at, record.updated_at);
        Self { id, kind, name, members, settings, external_id, version, created_at, updated_at }
    }
}

/// The groups of a kind, in order of name.
///
/// # Errors
/// [`Kind::Invalid`] when the beginning of the name has characters that no name has.
pub async fn list(ctx: &PeopleCtx, kind: GroupKind, query: &Query) -> Result<Page, Error> {
    ctx.must(Permission::GroupRead)?;
    let (prefix, after, limit) = asked(query, "No group’s name begins like that.")?;
    let scope = ctx.app.store().account(ctx.account.id);
    let found = scope.read(move |tx| {
        let (prefix, after) = (prefix.clone(), after.clone());
        Box::pin(async move { store::groups::page(tx, kind, (&prefix, after.as_deref()), limit + 1).await })
    });
    let mut found = found.await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| is_more).map(|(record, _)| record.group.name.folded());
    let items = found.into_iter().map(|(record, members)| Summary::of(record, members));
    Ok(Page { items: items.collect(), next })
}

fn asked(query: &Query, wrong: &str) -> Result<(String, Option<String>, u32), Error> {
    let prefix = query.prefix.trim().to_lowercase();
    let after = query.after.clone();
    if [Some(&prefix), after.as_ref()].into_iter().flatten().any(|text| text.contains(char::is_control)) {
        return Err(Error::new(Kind::Invalid, wrong).hint("Type the first letters."));
    }
    Ok((prefix, after, query.limit.clamp(1, LARGEST_PAGE)))
}

/// One group.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such group.
pub async fn show(ctx: &PeopleCtx, which: &Which) -> Result<Shown, Error> {
    ctx.must(Permission::GroupRead)?;
    let which = which.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    scope
        .read(move |tx| {
            let which = which.clone();
            Box::pin(async move {
                let record = which.find(tx).await?;
                let members = store::groups::count(tx, record.group.id).await?;
                let mapping = Configuration::read(tx).await?.mapping;
                let naming = mapping.naming(record.group.kind, &record.group.name);
                Ok(Shown {
                    auto_mapping: mapping.auto.get(&record.group.kind).cloned(),
                    named_by: naming.iter().map(Naming::to_string).collect(),
                    summary: Summary::of(record, members),
                })
            })
        })
        .await
}

/// The members of a group.
///
/// # Errors
/// [`Kind::NotFound`] when the account has no such group; [`Kind::Invalid`] when no address begins like that.
pub async fn members(ctx: &PeopleCtx, which: &Which, query: &Query) -> Result<Members, Error> {
    ctx.must(Permission::GroupRead)?;
    let (prefix, after, limit) = asked(query, "No address begins like that.")?;
    let by_id = prefix.is_empty();
    let id = after.as_deref().filter(|_| by_id).map(str::parse::<UserId>).transpose();
    let id =
        id.map_err(|error| Error::new(Kind::Invalid, error.to_string()).hint("Go on from the first page."))?;
    let which = which.clone();
    let scope = ctx.app.store().account(ctx.account.id);
    let found = scope.read(move |tx| {
        let (which, prefix, after) = (which.clone(), prefix.clone(), after.clone());
        Box::pin(async move {
            let group = which.find(tx).await?.group.id;
            let page = match by_id {
                true => store::groups::members(tx, group, id, limit + 1).await?,
                false => {
                    let range = (prefix.as_str(), after.as_deref());
                    store::groups::members_by_address(tx, group, range, limit + 1).await?
                }
            };
            Ok::<_, Error>(page)
        })
    });
    let mut found = found.await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let key = |user: &vestibule_model::user::User| match by_id {
        true => user.id.to_string(),
        false => user.email.folded().to_owned(),
    };
    let next = found.last().filter(|_| is_more).map(|member| key(&member.user));
    let items = found.into_iter().map(|store::groups::Member { user, origins }| Member {
        id: user.id,
        name: user.shown_name(),
        status: user.status,
        email: user.email,
        origins,
    });
    Ok(Members { items: items.collect(), next })
}

/// What the account says about settings.
pub(crate) async fn policy(tx: &Tx<'_>) -> Result<Policy, Error> {
    let configuration = Configuration::read(tx).await?;
    Ok(configuration.policy(store::groups::with_settings(tx).await?))
}

/// The attribute whose values name groups of this kind.
pub(super) async fn auto(tx: &Tx<'_>, kind: GroupKind) -> Result<Option<String>, Error> {
    Ok(Configuration::read(tx).await?.mapping.auto.remove(&kind))
}
