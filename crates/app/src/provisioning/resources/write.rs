//! Making, changing and deleting resources of a deployment's own types: each a deed of one transaction, begun again when somebody
//! else was faster.

use super::{attributes, found, resource, resource_id};
use crate::ScimCtx;
use crate::provisioning::{Expected, Failure, Told, Written, again, may_write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use vestibule_model::id::ResourceId;
use vestibule_scim::resource::{check_immutable, unique_values};
use vestibule_scim::{Document, Error, Patch, Quirk, ResourceType, patch as patches};
use vestibule_store::resources::Record;
use vestibule_store::{self as store, Tx};

/// Makes a resource.
///
/// # Errors
/// 409 for a value that must be unique and is taken, 400 for what cannot be.
pub async fn create(
    ctx: &ScimCtx,
    base: &str,
    kind: &Arc<ResourceType>,
    document: Document,
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let document = Arc::new(document);
    again(|| {
        let app = &ctx.api().app;
        let now = app.now();
        let id = ResourceId::from_bytes(app.fresh_id(now));
        let (kind, document, base) = (Arc::clone(kind), Arc::clone(&document), base.to_owned());
        scope(ctx).write(move |tx| {
            let (kind, document, base) = (Arc::clone(&kind), Arc::clone(&document), base.clone());
            Box::pin(async move {
                store::resources::insert(tx, &kind.name, (id, now), &text(&document)).await?;
                claim(tx, &kind, id, &document).await?;
                let record = found(tx, &kind, id).await?;
                Ok(done("made", (&base, &kind, &record), &document.quirks))
            })
        })
    })
    .await
}

/// Replaces a resource.
///
/// # Errors
/// 404 when the account has no such resource, 412 when it is another version than expected, `mutability` for what was set once;
/// those of [`create`].
pub async fn replace(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    kind: &Arc<ResourceType>,
    (document, expected): (Document, Expected),
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let document = Arc::new(document);
    change(ctx, (base, id), kind, expected, move |kind, before| {
        check_immutable(kind, before, (*document).clone())
    })
    .await
}

/// Changes a resource by a patch.
///
/// # Errors
/// As [`replace`].
pub async fn patch(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    kind: &Arc<ResourceType>,
    (patch, expected): (Patch, Expected),
) -> Result<Written, Failure> {
    may_write(ctx)?;
    let patch = Arc::new(patch);
    change(ctx, (base, id), kind, expected, move |kind, before| {
        let mut after = patches::apply(kind, before, &patch)?;
        after.quirks.extend(patch.quirks.iter().copied());
        Ok(after)
    })
    .await
}

/// Deletes a resource, and tells what was done.
///
/// # Errors
/// 404 when the account has no such resource, 412 when it is another version than expected.
pub async fn delete(
    ctx: &ScimCtx,
    kind: &Arc<ResourceType>,
    id: &str,
    expected: Expected,
) -> Result<Told, Failure> {
    may_write(ctx)?;
    let id = resource_id(id)?;
    again(|| {
        let (kind, expected) = (Arc::clone(kind), expected.clone());
        scope(ctx).write(move |tx| {
            let (kind, expected) = (Arc::clone(&kind), expected.clone());
            Box::pin(async move {
                let record = found(tx, &kind, id).await?;
                expected.check(record.version)?;
                store::resources::delete(tx, &kind.name, (id, record.version)).await?;
                Ok(told("deleted", &kind, &record, &BTreeSet::new()))
            })
        })
    })
    .await
}

async fn change(
    ctx: &ScimCtx,
    (base, id): (&str, &str),
    kind: &Arc<ResourceType>,
    expected: Expected,
    next: impl Fn(&ResourceType, &Document) -> Result<Document, Error> + Clone + Send + Sync + 'static,
) -> Result<Written, Failure> {
    let id = resource_id(id)?;
    again(|| {
        let now = ctx.api().app.now();
        let (kind, expected, next, base) =
            (Arc::clone(kind), expected.clone(), next.clone(), base.to_owned());
        scope(ctx).write(move |tx| {
            let (kind, expected, next, base) =
                (Arc::clone(&kind), expected.clone(), next.clone(), base.clone());
            Box::pin(async move {
                let record = found(tx, &kind, id).await?;
                expected.check(record.version)?;
                let before = Document::stored(attributes(&record));
                let after = next(&kind, &before)?;
                if after.attributes == before.attributes {
                    return Ok(done("left", (&base, &kind, &record), &after.quirks));
                }
                let written = (text(&after), now);
                store::resources::update(tx, &kind.name, (id, record.version), (&written.0, written.1))
                    .await?;
                if unique_values(&kind, &before)? != unique_values(&kind, &after)? {
                    store::resources::let_go(tx, &kind.name, id).await?;
                    claim(tx, &kind, id, &after).await?;
                }
                let record = found(tx, &kind, id).await?;
                Ok(done("changed", (&base, &kind, &record), &after.quirks))
            })
        })
    })
    .await
}

/// Takes what must be unique.
async fn claim(tx: &Tx<'_>, kind: &ResourceType, id: ResourceId, document: &Document) -> Result<(), Failure> {
    for unique in unique_values(kind, document)? {
        let said = (unique.attribute.as_str(), unique.value.as_str());
        if !store::resources::claim(tx, &kind.name, id, said).await? {
            let detail = format!("another {} has this {}: choose another value", kind.name, unique.attribute);
            return Err(Error::uniqueness(detail).into());
        }
    }
    Ok(())
}

fn text(document: &Document) -> String {
    Value::Object(document.attributes.clone()).to_string()
}

fn done(
    verb: &str,
    (base, kind, record): (&str, &ResourceType, &Record),
    quirks: &BTreeSet<Quirk>,
) -> Written {
    Written { resource: resource(base, kind, record), told: told(verb, kind, record, quirks) }
}

fn told(verb: &str, kind: &ResourceType, record: &Record, quirks: &BTreeSet<Quirk>) -> Told {
    let sentence = format!("{verb} the {} {}", kind.name, record.id);
    let story = if verb == "left" { Vec::new() } else { vec![sentence] };
    Told { story, subject: None, quirks: quirks.clone() }
}

fn scope(ctx: &ScimCtx) -> store::AccountStore<'_> {
    ctx.api().app.store().account(ctx.account().id)
}
