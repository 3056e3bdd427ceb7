//! Messages of SCIM: bodies as they come, answers as they go (RFC 7644 §3.1, §3.8, §3.14).

use super::{Root, telling};
use crate::api::CallNotes;
use crate::door::Desk;
use crate::error::Failure;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use std::sync::Arc;
use vestibule_app::provisioning::everything::Found;
use vestibule_app::provisioning::groups::Shows;
use vestibule_app::provisioning::users::Page;
use vestibule_app::provisioning::{self, Content, Expected, PatchAnswer, Resource, Told};
use vestibule_app::{ApiCtx, ScimCtx};
use vestibule_scim::quirks::{Hint, content_type};
use vestibule_scim::resource::{Answer, Rendered, Said, Stored};
use vestibule_scim::{Dialect, Error, Projection, Query, Quirk, ResourceType, json};

/// The most that is read of a body, in bytes.
pub(crate) const LARGEST_BODY: usize = 2 * 1024 * 1024;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/scim+json");

/// A client of the interface, and what it asked for besides the body.
pub(crate) struct Asking {
    pub(crate) ctx: ApiCtx,
    /// The address of the interface, without a slash at the end.
    pub(crate) base: String,
    pub(crate) query: Query,
    uri: Uri,
    agent: Option<HeaderValue>,
    if_match: Option<HeaderValue>,
    if_none_match: Option<HeaderValue>,
    prefer: Option<HeaderValue>,
}

impl FromRequestParts<Arc<Desk>> for Asking {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let ctx = parts.extensions.get::<ApiCtx>().cloned().ok_or(Failure::NoToken)?;
        let root = parts.extensions.get::<Root>().map_or("/scim2", |root| root.0);
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = Query::from_pairs(pairs).map_err(said)?;
        let header = |name: HeaderName| parts.headers.get(name).cloned();
        Ok(Self {
            ctx,
            base: desk.base_page(root),
            query,
            uri: parts.uri.clone(),
            agent: header(USER_AGENT),
            if_match: header(IF_MATCH),
            if_none_match: header(IF_NONE_MATCH),
            prefer: header(PREFER),
        })
    }
}

impl Asking {
    /// What is shown of a resource of this type.
    pub(crate) fn projection(&self, kind: &ResourceType) -> Projection {
        self.query.projection(kind)
    }

    /// The version that the client expects.
    pub(crate) fn expected(&self) -> Expected {
        self.if_match.as_ref().and_then(tags).map_or(Expected::Any, Expected::OneOf)
    }

    /// Whether the client has this version already.
    fn has(&self, version: &str) -> bool {
        let is_it = |header| tags(header).is_none_or(|tags| tags.iter().any(|tag| tag == version));
        self.if_none_match.as_ref().is_some_and(is_it)
    }

    /// Whether the client says that it prefers this (RFC 7240 §2).
    fn prefers(&self, wanted: &str) -> bool {
        let preferred = self.prefer.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        preferred.split(',').any(|preference| preference.trim().eq_ignore_ascii_case(wanted))
    }

    /// Whether the client wants no body in the answer to a change (RFC 7240 §4.2).
    fn wants_no_body(&self) -> bool {
        self.prefers("return=minimal")
    }

    /// Whether the client asks for a body where none is usual: by attributes, or by a preference.
    fn wants_a_body(&self) -> bool {
        self.prefers("return=representation")
            || !self.query.attributes.is_empty()
            || !self.query.excluded.is_empty()
    }

    /// What the answer to a patch shows: what the request asks for (RFC 7644 §3.5.2: with `attributes` there is a body), else
    /// what the account wants.
    pub(crate) async fn shows(&self, ctx: &ScimCtx) -> Result<Shows, Failure> {
        Ok(match (self.wants_a_body(), self.wants_no_body()) {
            (true, _) => Shows::Always,
            (false, true) => Shows::Never,
            (false, false) => match provisioning::patch_answer(ctx).await? {
                PatchAnswer::Body => Shows::UnlessLarge,
                PatchAnswer::Empty => Shows::Never,
            },
        })
    }

    /// The answer to a change that shows nothing of the resource but where it is and which version it has.
    pub(crate) fn silent(&self, resource: &Resource) -> Response {
        located(StatusCode::NO_CONTENT.into_response(), resource)
    }

    /// What the call log is told besides what the call itself shows: who the client seems to be, and how its body came.
    pub(crate) fn notes(&self, manner: Manner) -> CallNotes {
        let agent = self.agent.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        let written = self.uri.query().unwrap_or_default();
        let dialect = Some(Dialect::recognize(agent, written, manner.hint.as_slice()));
        CallNotes { dialect, quirks: manner.quirk.into_iter().collect(), ..CallNotes::default() }
    }

    /// The answer, with what the call log is told of a change.
    pub(crate) fn noted(&self, manner: Manner, told: Told, mut response: Response) -> Response {
        let mut notes = CallNotes { action: told.story, subject: told.subject, ..self.notes(manner) };
        notes.quirks.extend(told.quirks);
        response.extensions_mut().insert(notes);
        response
    }

    /// The answer, with what the call log is told of a look.
    pub(crate) fn looked(&self, manner: Manner, told: telling::Told, mut response: Response) -> Response {
        let mut notes = CallNotes { action: vec![told.story], subject: told.subject, ..self.notes(manner) };
        notes.quirks.extend(told.quirks);
        response.extensions_mut().insert(notes);
        response
    }

    /// The answer to a look at one resource.
    pub(crate) fn one(&self, kind: &ResourceType, resource: &Resource) -> Response {
        let response = match self.has(&resource.meta.version) {
            true => with_tag(StatusCode::NOT_MODIFIED.into_response(), &resource.meta.version),
            false => self.shown(StatusCode::OK, kind, resource),
        };
        self.looked(Manner::default(), telling::one(kind, resource), response)
    }

    /// The answer to a list, which was asked for in this manner.
    pub(crate) fn listed(
        &self,
        kind: &ResourceType,
        (query, manner): (&Query, Manner),
        page: &Page,
    ) -> Response {
        let projection = query.projection(kind);
        let mut body = Vec::with_capacity(512 + 1024 * page.resources.len());
        let rendered =
            page.resources.iter().map(|resource| Answered { kind, resource, projection: &projection });
        page.head.write(&mut body, rendered);
        self.looked(manner, telling::list(kind, query, page), written(StatusCode::OK, body))
    }

    /// The body of an answer with resources of several types.
    pub(crate) fn found(&self, query: &Query, found: &Found) -> Response {
        let mut projections: Vec<(&str, Projection)> = Vec::new();
        for (kind, _) in &found.resources {
            if !projections.iter().any(|(name, _)| *name == kind.name) {
                projections.push((&kind.name, query.projection(kind)));
            }
        }
        let whole = Projection::default();
        let projected = |kind: &ResourceType| {
            projections.iter().find(|(name, _)| *name == kind.name).map_or(&whole, |(_, one)| one)
        };
        let mut body = Vec::with_capacity(512 + 1024 * found.resources.len());
        let rendered = found.resources.iter().map(|(kind, resource)| Answered {
            kind,
            resource,
            projection: projected(kind),
        });
        found.head.write(&mut body, rendered);
        written(StatusCode::OK, body)
    }

    /// An answer with one resource.
    pub(crate) fn shown(&self, status: StatusCode, kind: &ResourceType, resource: &Resource) -> Response {
        answer(status, Answered { kind, resource, projection: &self.projection(kind) })
    }

    /// The answer to a change, with what it said of that which is otherwise returned on request.
    pub(crate) fn changed(
        &self,
        status: StatusCode,
        (kind, resource): (&ResourceType, &Resource),
        said: &Said,
    ) -> Response {
        answer(status, Answered { kind, resource, projection: &self.projection(kind).answering(said) })
    }
}

fn answer(status: StatusCode, answered: Answered<'_>) -> Response {
    let mut body = Vec::with_capacity(1024);
    answered.write_into(&mut body);
    located(written(status, body), answered.resource)
}

/// The answer, with the address and the version of what it is about.
fn located(mut response: Response, resource: &Resource) -> Response {
    if let Ok(location) = HeaderValue::from_str(&resource.meta.location) {
        response.headers_mut().insert(LOCATION, location);
    }
    with_tag(response, &resource.meta.version)
}

/// A resource as it is answered: from the text that is kept, where there is one that can be.
struct Answered<'a> {
    kind: &'a ResourceType,
    resource: &'a Resource,
    projection: &'a Projection,
}

impl Answer for Answered<'_> {
    fn write_into(&self, out: &mut Vec<u8>) -> bool {
        let Self { kind, resource, projection } = *self;
        let meta = &resource.meta;
        if let Content::Kept(text, added) = &resource.content
            && (Stored { kind, text, added, projection, meta }).write_into(out)
        {
            return true;
        }
        Rendered { kind, document: &resource.document(), projection, meta }.write_into(out)
    }
}

/// The entity tags of a header; nothing if it says any. A strong tag is as good as a weak one here.
fn tags(header: &HeaderValue) -> Option<Vec<String>> {
    // What cannot be read is the tag of nothing.
    let text = header.to_str().unwrap_or_default();
    if text.trim() == "*" {
        return None;
    }
    let weak = |tag: &str| if tag.starts_with("W/") { tag.to_owned() } else { format!("W/{tag}") };
    Some(text.split(',').map(|tag| weak(tag.trim())).collect())
}

fn with_tag(mut response: Response, version: &str) -> Response {
    if let Ok(tag) = HeaderValue::from_str(version) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// An answer with a body that is JSON already.
pub(crate) fn written(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    response
}

/// An answer with a JSON body.
pub(crate) fn told(status: StatusCode, body: &Value) -> Response {
    written(status, body.to_string().into_bytes())
}

/// A body in JSON: bounded, each key once, of a type that says so.
pub(crate) struct Body {
    pub(crate) value: Value,
    pub(crate) manner: Manner,
}

/// How a body came: what it shows of the client, and what is unusual about its type.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manner {
    hint: Option<Hint>,
    quirk: Option<Quirk>,
}

impl FromRequest<Arc<Desk>> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Failure> {
        let named = request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
        let quirk = content_type(named).map_err(said)?;
        let bytes = match Bytes::from_request(request, desk).await {
            Ok(bytes) => bytes,
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(said(too_large()));
            }
            Err(_) => return Err(said(Error::invalid_syntax("the body could not be read"))),
        };
        let value = json::parse(&bytes, LARGEST_BODY).map_err(said)?;
        Ok(Self { manner: Manner { hint: Hint::of_body(&value), quirk }, value })
    }
}

fn too_large() -> Error {
    Error::plain(413, format!("the body is larger than {LARGEST_BODY} bytes"))
}

/// A failure that the language itself has words for.
pub(crate) fn said(error: Error) -> Failure {
    Failure::Said(Arc::new(error))
}

impl From<provisioning::Failure> for Failure {
    fn from(failure: provisioning::Failure) -> Self {
        match failure {
            provisioning::Failure::Said(error) => said(error),
            provisioning::Failure::Deed(error) => error.into(),
            provisioning::Failure::Stale => {
                said(Error::plain(409, "somebody else changed this at the same time: try again"))
            }
        }
    }
}
