//! Resources of the types that a deployment brings itself (RFC 7643 §6 and §7): documents by their schemas, and no more. Nothing of
//! the house knows what they mean: no rule decides about them, and nobody signs in by them.
//!
//! Whoever writes is in `write`; lists are in `list`.

mod list;
mod write;

pub(super) use list::Asked;
pub use list::list;
pub use write::{create, delete, patch, replace};

use super::shown::meta;
use super::{Content, Failure, Resource, date_time, not_found};
use crate::ScimCtx;
use serde_json::{Map, Value};
use std::sync::Arc;
use vestibule_model::id::ResourceId;
use vestibule_scim::{Document, ResourceType};
use vestibule_store::resources::Record;
use vestibule_store::{self as store, Tx};

/// The types that the deployment brings.
pub fn kinds(ctx: &ScimCtx) -> impl Iterator<Item = &Arc<ResourceType>> {
    own(super::registry(ctx))
}

/// Those of a registry that are not built in.
pub(crate) fn own(registry: &vestibule_scim::Registry) -> impl Iterator<Item = &Arc<ResourceType>> {
    registry.resource_types().iter().filter(|kind| !matches!(kind.name.as_str(), "User" | "Group"))
}

/// One resource.
///
/// # Errors
/// 404 when the account has no such resource.
pub async fn get(ctx: &ScimCtx, base: &str, kind: &Arc<ResourceType>, id: &str) -> Result<Resource, Failure> {
    let id = resource_id(id)?;
    let (base, kind) = (base.to_owned(), Arc::clone(kind));
    let scope = ctx.api().app.store().account(ctx.account().id);
    scope
        .read(move |tx| {
            let (base, kind) = (base.clone(), Arc::clone(&kind));
            Box::pin(async move { Ok(resource(&base, &kind, &found(tx, &kind, id).await?)) })
        })
        .await
}

fn resource_id(text: &str) -> Result<ResourceId, Failure> {
    text.parse().map_err(|_| not_found("resource"))
}

async fn found(tx: &Tx<'_>, kind: &ResourceType, id: ResourceId) -> Result<Record, Failure> {
    store::resources::by_id(tx, &kind.name, id).await?.ok_or_else(|| not_found("resource"))
}

/// What a record says.
fn attributes(record: &Record) -> Map<String, Value> {
    serde_json::from_str(&record.document).unwrap_or_default()
}

fn resource(base: &str, kind: &ResourceType, record: &Record) -> Resource {
    let times = (record.version, date_time(record.created_at), date_time(record.updated_at));
    let endpoint = kind.endpoint.trim_start_matches('/');
    Resource {
        content: Content::Document(Document::stored(attributes(record))),
        meta: meta(base, endpoint, &record.id.to_string(), times),
    }
}
