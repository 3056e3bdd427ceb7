//! Listening to calls of APIs, for the call log: bodies as they pass, and what a handler tells of its deed.
//!
//! What is heard is handed to `app/calls` when the answer is ready, whatever came of it: a handler, a refusal, a timeout. Only
//! calls that showed a good token are heard ([`Hearing::of`]); what is masked of them is decided there.

use crate::api::{CallNotes, CallPart};
use crate::door::Desk;
use crate::error::Failure;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderValue, Method, Uri};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use jiff::Timestamp;
use serde_json::Value;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use vestibule_app::ApiCtx;
use vestibule_app::calls::{self, Heard, LARGEST_BODY, Raw};
use vestibule_scim::quirks::Hint;
use vestibule_scim::{Dialect, Quirk};

/// The largest answer that is looked at, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// A call that has begun.
pub(crate) struct Listener {
    hearing: Arc<Hearing>,
    began: Timestamp,
    method: Method,
    uri: Uri,
    agent: Option<HeaderValue>,
}

/// Who calls, once that is known, and what of the body has passed.
#[derive(Default)]
pub(crate) struct Hearing {
    ctx: OnceLock<ApiCtx>,
    body: Mutex<Raw>,
}

impl Hearing {
    /// Listens to a request from now on: it is of this program.
    pub(crate) fn of(ctx: &ApiCtx, request: Request) -> Request {
        let Some(hearing) = request.extensions().get::<Arc<Self>>().map(Arc::clone) else { return request };
        hearing.ctx.get_or_init(|| ctx.clone());
        if request.body().is_end_stream() {
            return request;
        }
        request.map(|inner| Body::new(Passing { inner, hearing }))
    }

    fn hear(&self, bytes: &[u8]) {
        let mut raw = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LARGEST_BODY.saturating_sub(raw.start.len()).min(bytes.len());
        raw.start.extend_from_slice(bytes.get(..room).unwrap_or_default());
        raw.length = raw.length.saturating_add(bytes.len() as u64);
    }
}

impl Listener {
    /// Begins to listen.
    pub(crate) fn begin(desk: &Desk, request: &mut Request) -> Self {
        let hearing = Arc::new(Hearing::default());
        request.extensions_mut().insert(Arc::clone(&hearing));
        Self {
            hearing,
            began: desk.app.now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            agent: request.headers().get(USER_AGENT).cloned(),
        }
    }

    /// Notes the call with its answer, if it is known who called.
    pub(crate) async fn note(self, failure: Option<&Failure>, mut response: Response) -> Response {
        let Some(ctx) = self.hearing.ctx.get() else { return response };
        let notes = response.extensions_mut().remove::<CallNotes>().unwrap_or_default();
        let status = response.status().as_u16();
        let (response, answered) = overheard(response).await;
        let request = std::mem::take(&mut *self.hearing.body.lock().unwrap_or_else(PoisonError::into_inner));
        let target = self.uri.path_and_query().map_or("/", |target| target.as_str());
        let asked = (self.method.as_str(), target);
        let agent = self.agent.as_ref().and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let dialect = notes.dialect.unwrap_or_else(|| recognized(target, agent, &request));
        let quirks = notes.quirks.iter().copied().chain(refused(asked, failure, status));
        let quirks = quirks.map(Quirk::name).collect();
        let dialect = (dialect != Dialect::Unknown).then(|| dialect.name());
        let heard = Heard {
            began: self.began,
            method: asked.0.to_owned(),
            target: target.to_owned(),
            status,
            action: notes.action,
            refusal: failure.map(Failure::words),
            subject: notes.subject,
            dialect,
            quirks,
            request,
            response: answered,
        };
        calls::note(ctx, heard);
        for part in notes.parts {
            calls::note(ctx, alone(part, self.began, dialect));
        }
        response
    }
}

/// One deed of several, as it would have been heard alone; its bodies are in the call that it came with.
fn alone(part: CallPart, began: Timestamp, dialect: Option<&'static str>) -> Heard {
    let CallPart { method, target, status, action, refusal, subject, quirks } = part;
    let method = method.to_owned();
    let quirks = quirks.into_iter().map(Quirk::name).collect();
    Heard { began, method, target, status, action, refusal, subject, dialect, quirks, ..Heard::default() }
}

/// The product, where no handler told it because the call was refused.
fn recognized(target: &str, agent: &str, request: &Raw) -> Dialect {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !path.starts_with("/scim") {
        return Dialect::Unknown;
    }
    let body: Option<Value> = serde_json::from_slice(&request.start).ok();
    Dialect::recognize(agent, query, body.as_ref().and_then(Hint::of_body).as_slice())
}

/// What clients of SCIM take a refusal for, or are spared by it.
fn refused((method, target): (&str, &str), failure: Option<&Failure>, status: u16) -> Option<Quirk> {
    if !target.starts_with("/scim") {
        return None;
    }
    match (method, status, failure?) {
        ("PUT", 404, _) => Some(Quirk::GoneWhenReplaced),
        ("PUT" | "PATCH" | "DELETE", 403, Failure::Deed(_)) => Some(Quirk::SilentSuccess),
        _ => None,
    }
}

/// An answer, and the beginning of its body. One whose length is not known is not looked at: nothing here is sent piece by piece.
async fn overheard(response: Response) -> (Response, Raw) {
    let length = response.body().size_hint().exact().unwrap_or(0);
    if length == 0 || length > LARGEST_ANSWER as u64 {
        return (response, Raw { start: Vec::new(), length });
    }
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
    let start = bytes.get(..bytes.len().min(LARGEST_BODY)).unwrap_or_default().to_vec();
    (Response::from_parts(parts, Body::from(bytes)), Raw { start, length })
}

/// A body that is heard while it passes.
struct Passing {
    inner: Body,
    hearing: Arc<Hearing>,
}

impl HttpBody for Passing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(bytes) = frame.data_ref()
        {
            self.hearing.hear(bytes);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
