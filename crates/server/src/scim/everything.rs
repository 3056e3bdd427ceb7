//! What is about no one endpoint: the search at the root (RFC 7644 §3.4.2.1).

use super::message::{Asking, Body, Manner, said, told};
use super::telling;
use crate::error::Failure;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeSet;
use vestibule_app::provisioning::users::{self, LARGEST_PAGE, Page};
use vestibule_app::provisioning::{Failure as NotDone, groups, registry, resources};
use vestibule_model::token::Access;
use vestibule_scim::resource::render;
use vestibule_scim::{Error, ListResponse, Query, ResourceType, ScimType};

/// `GET {base}`: the same as a search at the root.
pub(crate) async fn list(asking: Asking) -> Result<Response, Failure> {
    let query = asking.query.clone();
    answer(&asking, query, Manner::default()).await
}

/// `POST {base}/.search`: users first, then groups, then what the deployment brings. A filter is asked of each type that has the
/// attributes in it.
pub(crate) async fn search(asking: Asking, body: Body) -> Result<Response, Failure> {
    let query = Query::from_search(body.value).map_err(said)?;
    answer(&asking, query, body.manner).await
}

async fn answer(asking: &Asking, query: Query, manner: Manner) -> Result<Response, Failure> {
    let ctx = asking.ctx.scim(Access::Read)?;
    if query.cursor.is_some() || query.sort_by.is_some() {
        let detail = "a search at the root has neither a cursor nor an order: search at /Users or /Groups";
        return Err(said(Error::invalid_value(detail)));
    }
    let (start, count) = query.page(users::USUAL_PAGE, LARGEST_PAGE);
    let (mut total, mut found, mut quirks, mut is_answered) = (0, Vec::new(), BTreeSet::new(), false);
    for kind in registry(&ctx).resource_types() {
        // Each type goes on where those before it end.
        let begin = start.saturating_sub(total).max(1);
        let left = count.saturating_sub(found.len());
        let rest = Query { start_index: Some(begin), count: Some(left), ..query.clone() };
        let page = match kind.name.as_str() {
            "User" => users::list(&ctx, &asking.base, &rest).await,
            "Group" => groups::list(&ctx, &asking.base, &rest).await,
            _ => resources::list(&ctx, &asking.base, kind, &rest).await,
        };
        let Some(page) = answered(page, &query)? else { continue };
        is_answered = true;
        total += page.head.total_results.unwrap_or_default();
        found.extend(shown(&page, kind, &query));
        quirks.extend(page.quirks);
    }
    if !is_answered {
        return Err(said(Error::invalid_filter("no resource type has the attributes of this filter")));
    }
    let head =
        ListResponse { total_results: Some(total), start_index: Some(start), ..ListResponse::default() };
    let story = format!("looked for people and groups: {total} found");
    let looked = telling::Told { story, subject: None, quirks };
    Ok(asking.looked(manner, looked, told(StatusCode::OK, &head.to_json(found))))
}

fn shown(page: &Page, kind: &ResourceType, query: &Query) -> Vec<Value> {
    let projection = query.projection(kind);
    page.resources.iter().map(|one| render(kind, &one.document(), &projection, &one.meta)).collect()
}

/// A filter that one type cannot answer is another type's.
fn answered(page: Result<Page, NotDone>, query: &Query) -> Result<Option<Page>, Failure> {
    match page {
        Ok(page) => Ok(Some(page)),
        Err(NotDone::Said(error))
            if query.filter.is_some() && error.scim_type == Some(ScimType::InvalidFilter) =>
        {
            Ok(None)
        }
        Err(failure) => Err(failure.into()),
    }
}
