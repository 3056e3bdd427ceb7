//! The response log's pages: search it, explain one row of it.

use super::frame;
use crate::door::Desk;
use crate::error::Failure;
use crate::extract::{Admin, Asking};
use crate::page;
use crate::portal::Here;
use crate::portal::cure::CurePart;
use crate::portal::log::{Found, LogPage, SINCES, Search};
use crate::portal::response::ResponsePage;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::sync::Arc;
use vestibule_app::{cures, response_log};
use vestibule_model::code::Code;
use vestibule_model::id::LogId;
use vestibule_model::response_log::{Entry, Filter, OutcomeWord, TrackingId};

/// Rows on a page.
const ROWS: usize = 50;

/// The search form, and the row after which the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    tracking_id: String,
    user: String,
    code: String,
    outcome: String,
    since: String,
    before: String,
}

/// `GET /admin/log`
pub(crate) async fn page(
    State(desk): State<Arc<Desk>>,
    Admin(admin): Admin,
    Asking(query): Asking<Query>,
) -> Result<Response, Failure> {
    let found = match filter(&query, desk.app.now()) {
        Ok(filter) => paged(&query, response_log::search(&admin, &filter).await?),
        Err(problem) => Found { problem: Some(problem), ..Found::default() },
    };
    Ok(page::shown(&LogPage::new(frame(&admin, Here::Log), search(query), found)))
}

/// `GET /admin/log/{tracking_id}`
pub(crate) async fn response(
    Admin(admin): Admin,
    Path(tracking_id): Path<String>,
) -> Result<Response, Failure> {
    let tracking_id = TrackingId::parse(&tracking_id).ok_or(Failure::NoPage)?;
    let explained = response_log::detail(&admin, tracking_id).await?;
    let offer = cures::offer(&admin, &explained).await?;
    let cure = offer.map(|offer| CurePart::new(&explained.entry, &offer));
    let shown = ResponsePage::new(frame(&admin, Here::Log), &explained.entry, explained.detail);
    Ok(page::shown(&shown.with_cure(cure)))
}

/// Where the page of this response is.
pub(super) fn address(tracking_id: TrackingId) -> String {
    format!("/admin/log/{tracking_id}")
}

/// What the form asks for; the sentence says what cannot be understood.
fn filter(query: &Query, now: Timestamp) -> Result<Filter, String> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let tracking_id = given(&query.tracking_id).map(|text| {
        let problem = "That is not a tracking ID. One has WEB_ and 32 digits or letters from a to f.";
        TrackingId::parse(&text).ok_or_else(|| problem.to_owned())
    });
    let code = given(&query.code).map(|text| {
        let known = text.parse().ok().and_then(Code::from_number);
        known.ok_or_else(|| "There is no such code. Choose one from the list.".to_owned())
    });
    let since = SINCES.iter().find(|(word, _, _)| *word == query.since);
    Ok(Filter {
        tracking_id: tracking_id.transpose()?,
        user: given(&query.user),
        code: code.transpose()?,
        outcome: OutcomeWord::from_word(&query.outcome),
        since: since.and_then(|(_, _, hours)| now.checked_sub(SignedDuration::from_hours(*hours)).ok()),
        before: query.before.parse::<LogId>().ok(),
        // One more than is shown tells whether there is another page.
        limit: ROWS as u32 + 1,
    })
}

fn paged(query: &Query, mut entries: Vec<Entry>) -> Found {
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let last = entries.last().filter(|_| more).map(|entry| entry.id.to_string());
    Found {
        older: last.map(|id| search_address(query, Some(&id))),
        newest: (!query.before.is_empty()).then(|| search_address(query, None)),
        entries,
        problem: None,
    }
}

/// The address of this search, beginning after a row.
fn search_address(query: &Query, before: Option<&str>) -> String {
    let fields = [
        ("tracking_id", query.tracking_id.as_str()),
        ("user", &query.user),
        ("code", &query.code),
        ("outcome", &query.outcome),
        ("since", &query.since),
        ("before", before.unwrap_or_default()),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if text.is_empty() { "/admin/log".to_owned() } else { format!("/admin/log?{text}") }
}

fn search(query: Query) -> Search {
    let Query { tracking_id, user, code, outcome, since, before: _ } = query;
    Search { tracking_id, user, code, outcome, since }
}
