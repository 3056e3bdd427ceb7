//! What is about no one endpoint: the search at the root (RFC 7644 §3.4.2.1).

use super::message::{Asking, Body, Manner, said};
use super::telling::Told;
use crate::error::Failure;
use axum::response::Response;
use vestibule_app::provisioning::everything;
use vestibule_model::token::Access;
use vestibule_scim::Query;

/// `GET {base}`: the same as a search at the root.
pub(crate) async fn list(asking: Asking) -> Result<Response, Failure> {
    let query = asking.query.clone();
    answer(&asking, query, Manner::default()).await
}

/// `POST {base}/.search`
pub(crate) async fn search(asking: Asking, body: Body) -> Result<Response, Failure> {
    let query = Query::from_search(body.value).map_err(said)?;
    answer(&asking, query, body.manner).await
}

async fn answer(asking: &Asking, query: Query, manner: Manner) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Read)?;
    let found = everything::search(&ctx, &asking.base, &query).await?;
    let count = found.head.total_results.unwrap_or(found.resources.len());
    let story = format!("looked for people and groups: {count} found");
    let told = Told { story, subject: None, quirks: found.quirks.clone() };
    Ok(asking.looked(manner, told, asking.found(&query, &found)))
}
