//! What a failure looks like from outside: status, sentence, and what to do; as a page, or as JSON (RFC 9457).
//!
//! Deeds fail with [`vestibule_app::Error`], the door itself with the other kinds of [`Failure`]. A failure travels as an
//! extension of its answer and is rendered in one place, where the account and the tracking ID are known. The cause is
//! logged there, once, and shown nowhere.

mod challenge;
mod scim;

use crate::consolidation;
use crate::door::Desk;
use crate::page;
use crate::portal::visitors::{Problem, UnknownHost};
use crate::scene::{Place, Scene};
use axum::extract::Request;
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use vestibule_app::Kind;

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// A deed was not done.
    Deed(Arc<vestibule_app::Error>),
    /// A message of SCIM that cannot be followed.
    Said(Arc<vestibule_scim::Error>),
    /// There is no account at this host.
    NoAccount,
    /// There is no page at this path.
    NoPage,
    /// The path takes other methods.
    WrongMethod,
    /// A form of another site.
    ForeignForm,
    /// A call to an API without a token.
    NoToken,
    /// A call to an API with a token in the address.
    TokenInAddress,
    /// A form or a query that lacks something, or says it twice.
    BadFields,
    /// A field of a body, or a parameter, that cannot be used; the sentence says which and why.
    Field(Arc<str>),
    /// A body over the limit.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// The account calls too often; after so many seconds it may again.
    TooOften(u64),
    /// Our own fault; the sentence is for the log.
    Broken(&'static str),
}

impl From<vestibule_app::Error> for Failure {
    fn from(error: vestibule_app::Error) -> Self {
        Self::Deed(Arc::new(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What of the request decides how a failure is shown.
pub(crate) struct Asked {
    method: Method,
    /// To come back to after signing in.
    uri: Uri,
    language: Language,
}

/// How whoever asked reads a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// A page.
    Page,
    /// RFC 9457.
    Problem,
    /// RFC 7644 §3.12.
    Scim,
    /// RFC 6749 §5.2.
    OAuth,
}

impl Asked {
    /// `api`: whether an API was called; its callers are no people, whatever they say that they accept.
    pub(crate) fn of(request: &Request, api: bool) -> Self {
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            language: match (api, crate::scim::is_scim(request.uri().path())) {
                (true, true) => Language::Scim,
                (true, false) => Language::Problem,
                (false, _) if crate::oauth::is_for_clients(request.uri().path()) => Language::OAuth,
                (false, _) if accept.contains("json") && !accept.contains("text/html") => Language::Problem,
                (false, _) => Language::Page,
            },
        }
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Deed(error) => match error.kind() {
                Kind::Invalid => StatusCode::BAD_REQUEST,
                Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::Forbidden | Kind::Refused | Kind::Held => StatusCode::FORBIDDEN,
                Kind::SignedOut | Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
                Kind::Conflict => StatusCode::CONFLICT,
                Kind::TooOften => StatusCode::TOO_MANY_REQUESTS,
                Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::Said(error) => {
                StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::NoAccount | Self::NoPage => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::BadFields | Self::Field(_) | Self::TokenInAddress => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The number by which programs tell it apart from others of the same status, if it has one.
    fn number(&self) -> Option<u32> {
        match self {
            Self::Deed(error) => error.number(),
            // What cannot be used, as the REST API says it.
            Self::Field(_) => Some(300),
            _ => None,
        }
    }

    /// What went wrong and what to do about it, for a log.
    pub(crate) fn words(&self) -> String {
        match self.advice() {
            Some(advice) => format!("{} {advice}", self.sentence()),
            None => self.sentence().to_owned(),
        }
    }

    fn sentence(&self) -> &str {
        match self {
            Self::Deed(error) => error.message(),
            Self::Said(error) => &error.detail,
            Self::NoAccount => "There is no account at this address.",
            Self::NoPage => "There is no page at this address.",
            Self::WrongMethod => "This address cannot be opened like this.",
            Self::ForeignForm => "This form was sent from another site.",
            Self::NoToken => "This address wants an API token.",
            Self::TokenInAddress => "A token was sent in the address.",
            Self::BadFields => "Something is missing in what was sent.",
            Self::Field(sentence) => sentence,
            Self::TooLarge => "What was sent is too large.",
            Self::TooSlow => "This took too long.",
            Self::TooOften(_) => "This account calls too often.",
            Self::Broken(_) => "Something went wrong on our side.",
        }
    }

    fn advice(&self) -> Option<&str> {
        Some(match self {
            Self::Deed(error) => return error.advice(),
            Self::Said(_) => return None,
            Self::NoAccount => "Check the address for typing errors, or ask your administrator for it.",
            Self::NoPage => "Check the address for typing errors, or begin at the first page.",
            Self::WrongMethod => "Begin at the sign-in page instead.",
            Self::ForeignForm => "Nothing was done. Begin again from our own page.",
            Self::NoToken => {
                "Send the header \"Authorization: Bearer vst_…\". An administrator makes a token at /admin/api."
            }
            Self::TokenInAddress => {
                "Addresses are logged: revoke that token, and send another one in the header \"Authorization: Bearer vst_…\"."
            }
            Self::Field(_) => "Correct it, and send it again: /docs describes every field.",
            Self::BadFields => "Go back, fill in the form, and send it again.",
            Self::TooLarge => "Nothing was done. Go back and send less.",
            Self::TooSlow => "Try again in a moment.",
            Self::TooOften(_) => {
                "Nothing was done. Wait as long as Retry-After says. The operator sets how often: `limits.api_requests_per_second`."
            }
            Self::Broken(_) => "Try again in a moment. If it stays, tell whoever runs this service.",
        })
    }

    fn way_on(&self, scene: &Scene) -> Option<(String, &'static str)> {
        let vanity = matches!(scene.place(), Place::Vanity(_));
        let (path, name) = match self {
            Self::Deed(error) => match error.kind() {
                Kind::Refused => ("/signin", "Try again"),
                Kind::Forbidden => ("/profile", "Go to your profile"),
                _ => ("/", "Go to the first page"),
            },
            Self::WrongMethod | Self::ForeignForm if vanity => ("/signin", "Go to the sign-in page"),
            _ => ("/", "Go to the first page"),
        };
        Some((path.to_owned(), name))
    }

    fn is_ours(&self) -> bool {
        self.status() == StatusCode::INTERNAL_SERVER_ERROR
    }
}

/// The answer that a person, or a program, understands. `bare` is the answer that carried the failure.
pub(crate) fn render(
    desk: &Desk,
    scene: &Scene,
    asked: &Asked,
    failure: &Failure,
    bare: Response,
) -> Response {
    log(scene, failure);
    if let Some(response) = instead(asked, failure) {
        return response;
    }
    let mut response = match asked.language {
        Language::Problem => json(scene, failure),
        Language::Scim => scim::answer(failure, scene.tracking_id()),
        Language::OAuth => oauth(failure),
        Language::Page => page(desk, scene, failure),
    };
    *response.status_mut() = failure.status();
    if let Some(allow) = bare.headers().get(ALLOW) {
        response.headers_mut().insert(ALLOW, allow.clone());
    }
    if let Some(challenge) = challenge::of(failure) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    if let Failure::TooOften(seconds) = failure {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    if failure.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if let Some(tracking_id) = own_tracking_id(failure) {
        crate::headers::set_tracking_id(response.headers_mut(), tracking_id);
    }
    response
}

/// A failure of one operation among several: its status and its message in the language of SCIM.
pub(crate) fn in_scim(failure: &Failure) -> (u16, serde_json::Value) {
    scim::message(failure, None)
}

fn own_tracking_id(failure: &Failure) -> Option<vestibule_model::response_log::TrackingId> {
    match failure {
        Failure::Deed(error) => error.tracking_id(),
        _ => None,
    }
}

/// Somebody who has to sign in first, or to answer a question, is led there, and comes back to the page that was wanted.
fn instead(asked: &Asked, failure: &Failure) -> Option<Response> {
    if asked.language != Language::Page {
        return None;
    }
    let there = match failure {
        Failure::Deed(error) if error.kind() == Kind::Held => consolidation::QUESTION,
        _ if failure.status() == StatusCode::UNAUTHORIZED => "/signin",
        _ => return None,
    };
    let target = asked.uri.path_and_query().map_or("/", |target| target.as_str());
    let wanted = (asked.method == Method::GET).then_some(target);
    Some(page::see_other(&page::with_return(there, wanted)))
}

fn page(desk: &Desk, scene: &Scene, failure: &Failure) -> Response {
    if matches!(failure, Failure::NoAccount) {
        return page::shown(&UnknownHost { find_url: desk.base_page("/signin") });
    }
    let tracking_id = own_tracking_id(failure).or_else(|| failure.is_ours().then(|| scene.tracking_id()));
    page::shown(&Problem {
        place: scene.place_name().to_owned(),
        heading: failure.sentence().trim_end_matches('.').to_owned(),
        advice: failure.advice().map(str::to_owned),
        moves: matches!(failure, Failure::Deed(error) if error.offers_to_move()),
        tracking_id: tracking_id.map(|id| id.to_string()),
        way_on: failure.way_on(scene),
    })
}

fn json(scene: &Scene, failure: &Failure) -> Response {
    let tracking_id = own_tracking_id(failure).unwrap_or(scene.tracking_id());
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": failure.sentence(),
        "status": failure.status().as_u16(),
        "detail": failure.advice(),
        "code": failure.number(),
        "tracking_id": tracking_id.to_string(),
    });
    let mut response = problem.to_string().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// What a client of the authorization server reads.
fn oauth(failure: &Failure) -> Response {
    let code = match failure {
        Failure::Deed(error) => error.oauth_code(),
        Failure::TooSlow => vestibule_app::authorize::Code::TemporarilyUnavailable,
        Failure::Broken(_) => vestibule_app::authorize::Code::ServerError,
        _ => vestibule_app::authorize::Code::InvalidRequest,
    };
    let error = vestibule_oidc::Error::new(code, failure.sentence());
    let mut response = error.to_json().to_string().into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Failures that somebody who runs the service can mend are logged; what callers did wrong is not.
fn log(scene: &Scene, failure: &Failure) {
    let tracking_id = scene.tracking_id();
    match failure {
        Failure::Deed(error) if error.kind() == Kind::Internal => {
            tracing::error!(%tracking_id, cause = causes(error), "a deed failed");
        }
        Failure::Deed(error) if error.kind() == Kind::Busy => {
            tracing::warn!(%tracking_id, cause = causes(error), "the store is busy");
        }
        Failure::Broken(cause) => tracing::error!(%tracking_id, cause, "a request could not be answered"),
        Failure::TooSlow => tracing::warn!(%tracking_id, "a request took too long"),
        _ => {}
    }
}

fn causes(error: &vestibule_app::Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
