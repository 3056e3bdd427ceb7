//! Groups, as a directory makes, reads, changes and deletes them: the user groups of the account.
//!
//! Members are rows and are changed row by row, so a group of ten thousand is not loaded to add one. Whoever writes is in `write`,
//! and what happens to members in `members`; lists are in `list`.

mod list;
mod members;
mod told;
mod write;

pub(super) use list::Asked;
pub use list::{Page, list};
pub use write::{Shows, Written, create, delete, patch, replace};

use super::shown::{groups_kind, meta};
use super::{Content, Expected, Failure, Resource, date_time, not_found};
use crate::ScimCtx;
use serde_json::{Value, json};
use vestibule_model::id::GroupId;
use vestibule_scim::{Document, ResourceType};
use vestibule_store::groups::Record;
use vestibule_store::scim_groups::Named;
use vestibule_store::{self as store, Tx};

/// The most members that an answer shows; a larger group is read with `excludedAttributes=members`, and its members by a filter on
/// users' groups.
const MOST_SHOWN: u32 = 50_000;

/// What groups are, in the language of SCIM.
#[must_use]
pub fn kind() -> Option<&'static ResourceType> {
    groups_kind()
}

/// One group; with its members, if the answer shows them.
///
/// # Errors
/// 404 when the account has no such user group.
pub async fn get(ctx: &ScimCtx, base: &str, id: &str, with_members: bool) -> Result<Resource, Failure> {
    let id = group_id(id)?;
    let base = base.to_owned();
    let scope = ctx.api().app.store().account(ctx.account().id);
    scope
        .read(move |tx| {
            let base = base.clone();
            Box::pin(async move {
                let record = found(tx, id).await?;
                shown(tx, &base, &record, with_members).await
            })
        })
        .await
}

fn group_id(text: &str) -> Result<GroupId, Failure> {
    text.parse().map_err(|_| not_found("group"))
}

/// The user group with this id; channels and IM groups are no groups of a directory.
async fn found(tx: &Tx<'_>, id: GroupId) -> Result<Record, Failure> {
    let record = store::groups::by_id(tx, id).await?;
    record
        .filter(|record| record.group.kind == vestibule_model::group::GroupKind::UserGroup)
        .ok_or_else(|| not_found("group"))
}

async fn shown(tx: &Tx<'_>, base: &str, record: &Record, with_members: bool) -> Result<Resource, Failure> {
    let members = match with_members {
        true => Some(store::scim_groups::members(tx, record.group.id, MOST_SHOWN).await?),
        false => None,
    };
    Ok(resource(base, record, members.as_deref()))
}

/// The resource of a group.
fn resource(base: &str, record: &Record, members: Option<&[Named]>) -> Resource {
    let mut document = Document::default();
    document.set("displayName", json!(record.group.name.as_str()));
    if let Some(external_id) = &record.external_id {
        document.set("externalId", json!(external_id));
    }
    if let Some(members) = members.filter(|members| !members.is_empty()) {
        let values = members.iter().map(|member| {
            json!({
                "value": member.user.to_string(),
                "display": member.name,
                "$ref": format!("{base}/Users/{}", member.user),
                "type": "User",
            })
        });
        document.set("members", Value::Array(values.collect()));
    }
    let times = (record.version, date_time(record.created_at), date_time(record.updated_at));
    let mut meta = meta(base, "Groups", &record.group.id.to_string(), times);
    meta.version = tag(record.version, members.map(|members| members.iter().map(|member| member.user)));
    Resource { content: Content::Document(document), meta }
}

/// The entity tag: of the record alone, or of the record and who its members are. A record's version does not grow with its
/// members, which every sign-in may change.
fn tag(version: i64, members: Option<impl Iterator<Item = vestibule_model::id::UserId>>) -> String {
    let Some(members) = members else { return super::entity_tag(version) };
    // FNV-1a over the ids: a tag tells states of one group apart, it proves nothing.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in members.flat_map(|member| member.to_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("W/\"{version}-{hash:016x}\"")
}

/// Holds a group against the version that a client expects. Who the members are is read only if the client's tag tells it.
async fn check(tx: &Tx<'_>, expected: &Expected, record: &Record) -> Result<(), Failure> {
    let Expected::OneOf(tags) = expected else { return Ok(()) };
    if tags.contains(&super::entity_tag(record.version)) {
        return Ok(());
    }
    let members = store::scim_groups::member_ids(tx, record.group.id).await?;
    let now = tag(record.version, Some(members.into_iter()));
    if tags.contains(&now) { Ok(()) } else { expected.check(record.version) }
}
