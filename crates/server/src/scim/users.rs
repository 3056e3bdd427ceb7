//! `/Users`.

use super::message::{Asking, Body, Manner, said};
use crate::error::Failure;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use vestibule_app::provisioning::groups::Shows;
use vestibule_app::provisioning::users as deeds;
use vestibule_model::token::Access;
use vestibule_scim::resource::{Mode, read};
use vestibule_scim::{Query, ResourceType, patch as patches};

fn kind() -> Result<&'static ResourceType, Failure> {
    deeds::kind().ok_or(Failure::Broken("there is no resource type of users"))
}

pub(crate) async fn get(asking: Asking, Path(id): Path<String>) -> Result<Response, Failure> {
    let (ctx, kind) = (asking.ctx.scim(Access::Read)?, kind()?);
    let with_groups = asking.projection(kind).shows(kind, "groups");
    let resource = deeds::get(&ctx, &asking.base, &id, with_groups).await?;
    Ok(asking.one(kind, &resource))
}

pub(crate) async fn list(asking: Asking) -> Result<Response, Failure> {
    answer(&asking, (&asking.query, Manner::default())).await
}

/// `POST {base}/Users/.search` (RFC 7644 §3.4.3).
pub(crate) async fn search(asking: Asking, body: Body) -> Result<Response, Failure> {
    let query = Query::from_search(body.value).map_err(said)?;
    answer(&asking, (&query, body.manner)).await
}

async fn answer(asking: &Asking, asked: (&Query, Manner)) -> Result<Response, Failure> {
    let (ctx, kind) = (asking.ctx.scim(Access::Read)?, kind()?);
    let page = deeds::list(&ctx, &asking.base, asked.0).await?;
    Ok(asking.listed(kind, asked, &page))
}

pub(crate) async fn create(asking: Asking, body: Body) -> Result<Response, Failure> {
    let (ctx, kind) = (asking.ctx.scim(Access::Write)?, kind()?);
    let document = read(kind, body.value, Mode::Create).map_err(said)?;
    let done = deeds::create(&ctx, &asking.base, document).await?;
    let response = asking.shown(StatusCode::CREATED, kind, &done.resource);
    Ok(asking.noted(body.manner, done.told, response))
}

pub(crate) async fn replace(asking: Asking, Path(id): Path<String>, body: Body) -> Result<Response, Failure> {
    let (ctx, kind) = (asking.ctx.scim(Access::Write)?, kind()?);
    let document = read(kind, body.value, Mode::Replace).map_err(said)?;
    let done = deeds::replace(&ctx, (&asking.base, &id), document, asking.expected()).await?;
    let response = asking.shown(StatusCode::OK, kind, &done.resource);
    Ok(asking.noted(body.manner, done.told, response))
}

pub(crate) async fn patch(asking: Asking, Path(id): Path<String>, body: Body) -> Result<Response, Failure> {
    let (ctx, kind) = (asking.ctx.scim(Access::Write)?, kind()?);
    let patch = patches::parse(body.value).map_err(said)?;
    let shows = asking.shows(&ctx).await?;
    let done = deeds::patch(&ctx, (&asking.base, &id), patch, asking.expected()).await?;
    let response = match shows {
        Shows::Never => asking.silent(&done.resource),
        Shows::Always | Shows::UnlessLarge => asking.shown(StatusCode::OK, kind, &done.resource),
    };
    Ok(asking.noted(body.manner, done.told, response))
}

pub(crate) async fn delete(asking: Asking, Path(id): Path<String>) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let told = deeds::delete(&ctx, &id, asking.expected()).await?;
    Ok(asking.noted(Manner::default(), told, StatusCode::NO_CONTENT.into_response()))
}
