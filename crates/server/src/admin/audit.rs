//! The audit log's page, and its export.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Asking};
use crate::portal::Here;
use crate::portal::audit::{AuditPage, Found, SINCES, Search};
use crate::{page, pieces};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::Kind;
use vestibule_app::audit::{self, Export, Page};
use vestibule_model::audit::{Area, Filter};

/// Rows on a page.
const ROWS: u32 = 50;

/// The search form, and the record before which the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    about: String,
    area: String,
    since: String,
    before: String,
}

/// `GET /admin/audit`
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Asking(query): Asking<Query>,
) -> Result<Response, Failure> {
    let found = match audit::page(&admin, &filter(&query, desk.app.now())).await {
        Ok(Page { records, next }) => Found {
            records,
            older: next.map(|number| address(&query, Some(number))),
            newest: (!query.before.is_empty()).then(|| address(&query, None)),
            problem: None,
        },
        Err(error) if error.kind() == Kind::Invalid => {
            Found { problem: Some(page::words(&error)), ..Found::default() }
        }
        Err(error) => return Err(error.into()),
    };
    let Query { about, area, since, before: _ } = query;
    Ok(page::shown(&AuditPage::new(frame(&admin, Here::Audit), Search { about, area, since }, found)))
}

/// `GET /admin/audit/export`
pub(crate) async fn export(Admin(admin): Admin) -> Result<Response, Failure> {
    let name = format!("attachment; filename=\"audit-{}.jsonl\"", admin.account().label);
    let headers = [(CONTENT_TYPE, "application/x-ndjson".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, pieces::body(Export::of(&admin)?)).into_response())
}

fn filter(query: &Query, now: Timestamp) -> Filter {
    let since = SINCES.iter().find(|(word, _, _)| *word == query.since);
    let about = query.about.trim().to_lowercase();
    Filter {
        about: Some(about).filter(|about| !about.is_empty()),
        area: Area::from_word(&query.area),
        since: since.and_then(|(_, _, hours)| now.checked_sub(SignedDuration::from_hours(*hours)).ok()),
        until: None,
        before: query.before.parse().ok(),
        limit: ROWS,
    }
}

/// The address of this search, beginning before a record.
fn address(query: &Query, before: Option<i64>) -> String {
    let before = before.map(|number| number.to_string()).unwrap_or_default();
    let fields = [
        ("about", query.about.as_str()),
        ("area", &query.area),
        ("since", &query.since),
        ("before", &before),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if text.is_empty() { "/admin/audit".to_owned() } else { format!("/admin/audit?{text}") }
}
