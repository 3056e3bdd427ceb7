//! A failure in the language of SCIM (RFC 7644 §3.12).

use super::Failure;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use vestibule_model::response_log::TrackingId;
use vestibule_scim::{Error, ScimType};

/// What this service adds to an error that has a code of its own: the code, and the ID by which the log finds it.
const EXTENSION: &str = "urn:vestibule:params:scim:api:messages:2.0:Error";

pub(super) fn answer(failure: &Failure, tracking_id: TrackingId) -> Response {
    let (status, body) = message(failure, Some(tracking_id));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    response
}

/// The status, and the message of the failure.
pub(super) fn message(failure: &Failure, tracking_id: Option<TrackingId>) -> (u16, Value) {
    let mut extension = None;
    let error = match failure {
        Failure::Said(error) => error.as_ref().clone(),
        Failure::Deed(error) => {
            extension = error.code().map(|code| {
                let tracking_id = tracking_id.map(|id| id.to_string());
                (EXTENSION, json!({ "code": code.number(), "trackingId": tracking_id }))
            });
            let status = failure.status().as_u16();
            let scim_type = error.is_about_something_taken().then_some(ScimType::Uniqueness);
            let advice = error.advice().map(|advice| format!(" {advice}")).unwrap_or_default();
            Error { status, scim_type, detail: format!("{}{advice}", error.message()) }
        }
        Failure::NoPage => {
            Error::plain(404, "there is no such endpoint: /ResourceTypes lists those of resources")
        }
        Failure::WrongMethod => Error::plain(
            405,
            "this endpoint does not take this method: the header Allow lists those it takes",
        ),
        other => {
            let advice = other.advice().map(|advice| format!(" {advice}")).unwrap_or_default();
            Error::plain(other.status().as_u16(), format!("{}{advice}", other.sentence()))
        }
    };
    (error.status, error.to_json(extension))
}
