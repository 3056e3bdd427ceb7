//! The endpoints of the resource types that a deployment brings itself.

use super::message::{Asking, Body, Manner, said};
use crate::door::Desk;
use crate::error::Failure;
use axum::extract::{Extension, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use vestibule_app::App;
use vestibule_app::provisioning::groups::Shows;
use vestibule_app::provisioning::{own_types, resources as deeds};
use vestibule_model::token::Access;
use vestibule_scim::resource::{Mode, Said, read};
use vestibule_scim::{Query, ResourceType, patch as patches};

/// The type that an address is about.
type Kind = Extension<Arc<ResourceType>>;

/// The addresses of these types.
pub(crate) fn routes(app: &App) -> Vec<(String, MethodRouter<Arc<Desk>>)> {
    let of_kind = |kind: &Arc<ResourceType>| {
        let at = format!("/scim2{}", kind.endpoint);
        let one = get(look).put(replace).patch(change).delete(delete);
        let methods = [
            (at.clone(), get(list).post(create)),
            (format!("{at}/.search"), post(search)),
            (format!("{at}/{{id}}"), one),
        ];
        methods.map(|(path, methods)| (path, methods.layer(Extension(Arc::clone(kind)))))
    };
    own_types(app).iter().flat_map(of_kind).collect()
}

async fn look(asking: Asking, Extension(kind): Kind, Path(id): Path<String>) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Read)?;
    let resource = deeds::get(&ctx, &asking.base, &kind, &id).await?;
    Ok(asking.one(&kind, &resource))
}

async fn list(asking: Asking, Extension(kind): Kind) -> Result<Response, Failure> {
    answer(&asking, &kind, (&asking.query, Manner::default())).await
}

/// `POST {base}/{endpoint}/.search` (RFC 7644 §3.4.3).
async fn search(asking: Asking, Extension(kind): Kind, body: Body) -> Result<Response, Failure> {
    let query = Query::from_search(body.value).map_err(said)?;
    answer(&asking, &kind, (&query, body.manner)).await
}

async fn answer(
    asking: &Asking,
    kind: &Arc<ResourceType>,
    asked: (&Query, Manner),
) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Read)?;
    let page = deeds::list(&ctx, &asking.base, kind, asked.0).await?;
    Ok(asking.listed(kind, asked, &page))
}

async fn create(asking: Asking, Extension(kind): Kind, body: Body) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let document = read(&kind, body.value, Mode::Create).map_err(said)?;
    let named = Said::in_document(&kind, &document);
    let done = deeds::create(&ctx, &asking.base, &kind, document).await?;
    let response = asking.changed(StatusCode::CREATED, (&kind, &done.resource), &named);
    Ok(asking.noted(body.manner, done.told, response))
}

async fn replace(
    asking: Asking,
    Extension(kind): Kind,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let document = read(&kind, body.value, Mode::Replace).map_err(said)?;
    let named = Said::in_document(&kind, &document);
    let wanted = (document, asking.expected());
    let done = deeds::replace(&ctx, (&asking.base, &id), &kind, wanted).await?;
    let response = asking.changed(StatusCode::OK, (&kind, &done.resource), &named);
    Ok(asking.noted(body.manner, done.told, response))
}

async fn change(
    asking: Asking,
    Extension(kind): Kind,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let patch = patches::parse(body.value).map_err(said)?;
    let shows = asking.shows(&ctx).await?;
    let named = Said::in_patch(&kind, &patch);
    let wanted = (patch, asking.expected());
    let done = deeds::patch(&ctx, (&asking.base, &id), &kind, wanted).await?;
    let response = match shows {
        Shows::Never => asking.silent(&done.resource),
        Shows::Always | Shows::UnlessLarge => asking.changed(StatusCode::OK, (&kind, &done.resource), &named),
    };
    Ok(asking.noted(body.manner, done.told, response))
}

async fn delete(asking: Asking, Extension(kind): Kind, Path(id): Path<String>) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Write)?;
    let told = deeds::delete(&ctx, &kind, &id, asking.expected()).await?;
    Ok(asking.noted(Manner::default(), told, StatusCode::NO_CONTENT.into_response()))
}
