//! What the service says of itself: `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644 §4).

use super::message::{Asking, LARGEST_BODY, Manner, said, told};
use super::telling::Told;
use crate::error::Failure;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use vestibule_app::ScimCtx;
use vestibule_app::provisioning::{MOST_BULK_OPERATIONS, registry, users};
use vestibule_model::token::Access;
use vestibule_scim::config::{Offer, service_provider_config};
use vestibule_scim::{Error, ListResponse};

pub(crate) async fn config(asking: Asking) -> Result<Response, Failure> {
    allowed(&asking)?;
    let offer = Offer {
        base: asking.base.clone(),
        documentation: None,
        bulk_operations: MOST_BULK_OPERATIONS,
        bulk_bytes: LARGEST_BODY,
        page_size: users::USUAL_PAGE,
        largest_page: users::LARGEST_PAGE,
        cursor_seconds: None,
    };
    Ok(seen(&asking, "asked what the service can do", told(StatusCode::OK, &service_provider_config(&offer))))
}

pub(crate) async fn resource_types(asking: Asking) -> Result<Response, Failure> {
    let ctx = allowed(&asking)?;
    let all: Vec<_> = registry(&ctx).resource_types().iter().map(|kind| kind.to_json(&asking.base)).collect();
    Ok(seen(&asking, "asked which resource types there are", listed(all)))
}

pub(crate) async fn resource_type(asking: Asking, Path(id): Path<String>) -> Result<Response, Failure> {
    let ctx = allowed(&asking)?;
    let found = registry(&ctx).resource_type(&id).map(|kind| kind.to_json(&asking.base));
    let body = found.ok_or_else(|| missing("resource type"))?;
    Ok(seen(&asking, "asked about a resource type", told(StatusCode::OK, &body)))
}

pub(crate) async fn schemas(asking: Asking) -> Result<Response, Failure> {
    let ctx = allowed(&asking)?;
    let all: Vec<_> = registry(&ctx).schemas().iter().map(|schema| schema.to_json(&asking.base)).collect();
    Ok(seen(&asking, "asked which schemas there are", listed(all)))
}

pub(crate) async fn schema(asking: Asking, Path(id): Path<String>) -> Result<Response, Failure> {
    let ctx = allowed(&asking)?;
    let found = registry(&ctx).schema(&id).map(|schema| schema.to_json(&asking.base));
    let body = found.ok_or_else(|| missing("schema"))?;
    Ok(seen(&asking, "asked about a schema", told(StatusCode::OK, &body)))
}

/// These lists are small and the same for everybody: nobody filters them (RFC 7644 §4: a filter SHOULD be answered with 403).
fn allowed(asking: &Asking) -> Result<ScimCtx, Failure> {
    let ctx = asking.ctx.scim(Access::Read)?;
    match asking.query.filter {
        Some(_) => Err(said(Error::plain(403, "what the service says of itself is not filtered"))),
        None => Ok(ctx),
    }
}

fn seen(asking: &Asking, story: &str, response: Response) -> Response {
    asking.looked(Manner::default(), Told::plain(story.to_owned()), response)
}

fn listed(resources: Vec<serde_json::Value>) -> Response {
    let head = ListResponse {
        total_results: Some(resources.len()),
        start_index: Some(1),
        ..ListResponse::default()
    };
    told(StatusCode::OK, &head.to_json(resources))
}

fn missing(what: &str) -> Failure {
    said(Error::plain(404, format!("there is no such {what}")))
}
