//! Making, changing and deleting groups: each a deed of one transaction, begun again when somebody else was faster.

use super::members::{Moved, carry_out};
use super::told::{changed, created, deleted};
use super::{check, found, group_id, kind, resource, shown};
use crate::ScimCtx;
use crate::directory;
use crate::provisioning::{Expected, Failure, Resource, Told, again, may_write, not_found};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::group::{Group, GroupKind, GroupName};
use vestibule_model::id::GroupId;
use vestibule_model::provision::Source;
use vestibule_scim::patch::{Member, MemberOp};
use vestibule_scim::{Document, Error, Patch, Quirk, patch as patches};
use vestibule_store::groups::Record;
use vestibule_store::{self as store, Tx};

/// What became of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The group after it; `None` when nobody wants to see it.
    pub resource: Option<Resource>,
    /// What was done, for the call log.
    pub told: Told,
}

/// Makes a group.
///
/// # Errors
/// 409 when the account has a user group of this name, 404 when a member is no user of the account, 400 for a name that cannot be.
pub async fn create(ctx: &ScimCtx, base: &str, document: Document) -> Result<Written, Failure> {
    may_write(ctx)?;
    let name = name(&document)?;
    let members = listed(&document);
    let document = Arc::new(document);
    again(|| {
        let (app, now) = (&ctx.api().app, ctx.api().app.now());
        let group = Group {
            id: GroupId::from_bytes(app.fresh_id(now)),
            kind: GroupKind::UserGroup,
            name: name.clone(),
        };
        let (document, base, members) = (Arc::clone(&document), base.to_owned(), members.clone());
        scope(ctx).write(move |tx| {
            let (group, document, base, members) =
                (group.clone(), Arc::clone(&document), base.clone(), members.clone());
            Box::pin(async move {
                store::groups::insert(tx, &group, now).await?;
                let mut record = found(tx, group.id).await?;
                if let Some(external_id) = document.text("externalId") {
                    record.external_id = Some(external_id.to_owned());
                    record.version = store::groups::update(tx, &record, now).await?;
                }
                let moved = carry_out(tx, &group, &[MemberOp::Add(members)]).await?;
                let told = Told { quirks: met(&document, moved), ..created(&record, moved) };
                Ok(Written { resource: Some(shown(tx, &base, &record, true).await?), told })
            })
        })
    })
    .await
}

/// Replaces a group: its name, its external id and its members.
///
/// # Errors
/// 404 when the account has no such group, 412 when it is another version than expected; those of [`create`].
pub async fn replace(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    document: Document,
    expected: Expected,
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let members = vec![MemberOp::Replace(listed(&document))];
    let next = move |_: &Record| Ok(document.clone());
    change(ctx, (base, id), (expected, Shows::Always), members, next).await
}

/// Whether the answer to a patch shows the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// It does.
    Always,
    /// It does unless the group is large.
    UnlessLarge,
    /// It does not.
    Never,
}

/// More members than this make a group large.
const LARGE: u32 = 100;

impl Shows {
    async fn on(self, tx: &Tx<'_>, group: GroupId) -> Result<bool, store::Error> {
        match self {
            Self::Always => Ok(true),
            Self::Never => Ok(false),
            Self::UnlessLarge => Ok(!store::scim_groups::has_more_than(tx, group, LARGE).await?),
        }
    }
}

/// Changes a group by a patch. `shows` tells whether the answer shows the group, and its members.
///
/// # Errors
/// As [`replace`].
pub async fn patch(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    patch: &Patch,
    (expected, shows): (Expected, Shows),
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let (members, rest) = patches::members(patch)?;
    let next = move |record: &Record| {
        let kind = kind().ok_or_else(|| not_found("group"))?;
        let before = resource("", record, None).document().into_owned();
        let mut after = patches::apply(kind, &before, &rest)?;
        after.quirks.extend(rest.quirks.iter().copied());
        Ok(after)
    };
    change(ctx, (base, id), (expected, shows), members, next).await
}

/// Deletes a group: everybody leaves it.
///
/// # Errors
/// 404 when the account has no such group, 412 when it is another version than expected, 409 when the mapping names it.
pub async fn delete(ctx: &ScimCtx, id: &str, expected: Expected) -> Result<Told, Failure> {
    may_write(ctx)?;
    let id = group_id(id)?;
    again(|| {
        let expected = expected.clone();
        scope(ctx).write(move |tx| {
            let expected = expected.clone();
            Box::pin(async move {
                store::accounts::bump(tx).await?;
                let record = found(tx, id).await?;
                check(tx, &expected, &record).await?;
                directory::delete(tx, &record, Source::Directory.rule()).await?;
                Ok(deleted(&record))
            })
        })
    })
    .await
}

async fn change(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    (expected, shows): (Expected, Shows),
    members: Vec<MemberOp>,
    next: impl Fn(&Record) -> Result<Document, Failure> + Clone + Send + Sync + 'static,
) -> Result<Written, Failure> {
    let id = group_id(id)?;
    let members = Arc::new(members);
    again(|| {
        let now = ctx.api().app.now();
        let (expected, base, members, next) =
            (expected.clone(), base.to_owned(), Arc::clone(&members), next.clone());
        scope(ctx).write(move |tx| {
            let (expected, base, members, next) =
                (expected.clone(), base.clone(), Arc::clone(&members), next.clone());
            Box::pin(async move {
                let record = found(tx, id).await?;
                check(tx, &expected, &record).await?;
                let document = next(&record)?;
                let (record, changes) = describe(tx, record, &document, now).await?;
                let moved = carry_out(tx, &record.group, &members).await?;
                let told = changed(tx, &record, changes, moved).await?;
                let told = Told { quirks: met(&document, moved), ..told };
                let resource = match shows.on(tx, record.group.id).await? {
                    true => Some(shown(tx, &base, &record, true).await?),
                    false => None,
                };
                Ok(Written { resource, told })
            })
        })
    })
    .await
}

/// What was unusual in how it was asked for.
fn met(document: &Document, moved: Moved) -> BTreeSet<Quirk> {
    let repeated = moved.repeated.then_some(Quirk::RepeatedMembership);
    document.quirks.iter().copied().chain(repeated).collect()
}

/// Writes the name and the external id, where they are others.
async fn describe(
    tx: &Tx<'_>,
    record: Record,
    document: &Document,
    now: jiff::Timestamp,
) -> Result<(Record, Vec<String>), Failure> {
    let (name, external_id) = (name(document)?, document.text("externalId").map(str::to_owned));
    let mut changes = Vec::new();
    let mut after = record;
    if after.external_id != external_id {
        changes.push(format!("External ID: {}", external_id.as_deref().unwrap_or("removed")));
        after.external_id = external_id;
        after.version = store::groups::update(tx, &after, now).await?;
    }
    if after.group.name != name {
        changes.push(format!("Name: {} → {name}", after.group.name));
        // The mapping may name the group: nobody changes it meanwhile.
        store::accounts::bump(tx).await?;
        directory::rename(tx, &after, &name, (Source::Directory.rule(), now)).await?;
        after = found(tx, after.group.id).await?;
    }
    Ok((after, changes))
}

fn name(document: &Document) -> Result<GroupName, Failure> {
    let text = document.text("displayName").unwrap_or_default();
    GroupName::parse(text).map_err(|error| Error::invalid_value(format!("displayName: {error}")).into())
}

/// The members that a document lists.
fn listed(document: &Document) -> Vec<Member> {
    let values = document.get("members").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |member: &Value, name: &str| member.get(name).and_then(Value::as_str).map(str::to_owned);
    let members = values.iter().filter_map(|member| {
        Some(Member {
            value: text(member, "value")?,
            display: text(member, "display"),
            kind: text(member, "type"),
        })
    });
    members.collect()
}

fn scope(ctx: &ScimCtx) -> store::AccountStore<'_> {
    ctx.api().app.store().account(ctx.account().id)
}
