//! The API call log's pages: search it, look at one call.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Asking};
use crate::page;
use crate::portal::Here;
use crate::portal::calls::{CallPage, CallsPage, Found, Search};
use crate::portal::log::SINCES;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::calls;
use vestibule_model::api_call::{Ending, Entry, Filter};
use vestibule_model::id::CallId;

/// Rows on a page.
const ROWS: usize = 50;

/// The search form, and the row after which the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    user: String,
    ending: String,
    dialect: String,
    since: String,
    before: String,
}

/// `GET /admin/api/calls`
pub(crate) async fn page(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Asking(query): Asking<Query>,
) -> Result<Response, Failure> {
    let about = Some(query.user.trim()).filter(|text| !text.is_empty() && !text.contains(char::is_control));
    let entries = calls::search(&admin, about, &filter(&query, desk.app.now())).await?;
    let found = paged(&query, entries);
    let Query { user, ending, dialect, since, before: _ } = query;
    let search = Search { user, ending, dialect, since };
    Ok(page::shown(&CallsPage::new(frame(&admin, Here::Calls), search, found)))
}

/// `GET /admin/api/calls/{call}`
pub(crate) async fn one(Admin(admin): Admin, Path(call): Path<String>) -> Result<Response, Failure> {
    let call = call.parse().map_err(|_| Failure::NoPage)?;
    let explained = calls::show(&admin, call).await?;
    Ok(page::shown(&CallPage::new(frame(&admin, Here::Calls), explained.entry, explained.detail)))
}

fn filter(query: &Query, now: Timestamp) -> Filter {
    let since = SINCES.iter().find(|(word, _, _)| *word == query.since);
    Filter {
        about: None,
        ending: Ending::from_word(&query.ending),
        dialect: Some(query.dialect.clone())
            .filter(|text| !text.is_empty() && !text.contains(char::is_control)),
        since: since.and_then(|(_, _, hours)| now.checked_sub(SignedDuration::from_hours(*hours)).ok()),
        before: query.before.parse::<CallId>().ok(),
        // One more than is shown tells whether there is another page.
        limit: ROWS as u32 + 1,
    }
}

fn paged(query: &Query, mut entries: Vec<Entry>) -> Found {
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let last = entries.last().filter(|_| more).map(|entry| entry.id.to_string());
    Found {
        older: last.map(|id| search_address(query, Some(&id))),
        newest: (!query.before.is_empty()).then(|| search_address(query, None)),
        entries,
    }
}

/// The address of this search, beginning after a row.
fn search_address(query: &Query, before: Option<&str>) -> String {
    let fields = [
        ("user", query.user.as_str()),
        ("ending", &query.ending),
        ("dialect", &query.dialect),
        ("since", &query.since),
        ("before", before.unwrap_or_default()),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if text.is_empty() { "/admin/api/calls".to_owned() } else { format!("/admin/api/calls?{text}") }
}
