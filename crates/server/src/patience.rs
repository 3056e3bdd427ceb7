//! How long a request may take: thirty seconds in all, its body included, so that whoever sends slowly holds no place for long.
//!
//! A file that is uploaded may take longer, as long as it moves ([`Upload`]): the time begins anew with each piece of it. That holds
//! only where a handler asks for it, which has looked at who sends the file before, and lets an account send few at once
//! ([`Uploads`]); everywhere else a slow body ends like any other slow request.

use crate::door::Desk;
use crate::error::Failure;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use hyper::body::{Frame, SizeHint};
use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use vestibule_model::id::AccountId;

/// How long a request may take in all, its body included; of an upload that moves, how long until the next piece of it.
const LONGEST: Duration = Duration::from_secs(30);
/// How long an upload may take in all: the largest file at 100 kbit/s. Less than after which it is taken for broken off
/// (`imports::COMING`).
const LONGEST_UPLOAD: Duration = Duration::from_secs(45 * 60);
/// How much of an upload is a piece, in bytes: less does not count as moving.
const PIECE: usize = 16 * 1024;
/// The most uploads of an account at once, on this node.
const MOST_OF_AN_ACCOUNT: usize = 4;
/// The most uploads of all accounts at once, on this node: few of the places that there are for connections.
const MOST_UPLOADS: usize = 64;

/// Answers a request, unless that takes too long.
pub(crate) async fn within<F: Future>(
    mut request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Option<F::Output> {
    if !brings_a_file(&request) {
        return timeout(LONGEST, answer(request)).await.ok();
    }
    let patience = Patience::new(Instant::now());
    request.extensions_mut().insert(patience.clone());
    patience.wait(answer(request)).await
}

fn brings_a_file(request: &Request) -> bool {
    let named = request.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
    let kind = named.and_then(|named| named.get(..b"multipart/".len()));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/"))
}

/// How long a request still has.
#[derive(Clone)]
struct Patience(Arc<Mutex<Times>>);

struct Times {
    begun: Instant,
    until: Instant,
}

impl Patience {
    fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(Times { begun: now, until: now + LONGEST })))
    }

    fn until(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).until
    }

    /// A piece has come.
    fn moved(&self, now: Instant) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.until = (now + LONGEST).min(times.begun + LONGEST_UPLOAD);
    }

    /// All has come: what is done with it then is a request like any other.
    fn came(&self, now: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).until = now + LONGEST;
    }

    async fn wait<F: Future>(&self, answer: F) -> Option<F::Output> {
        let mut answer = pin!(answer);
        loop {
            let until = self.until();
            match timeout_at(until, answer.as_mut()).await {
                Ok(answered) => return Some(answered),
                Err(_) if self.until() > until => {}
                Err(_) => return None,
            }
        }
    }
}

/// A form with a file, which may take long as long as it moves.
pub(crate) struct Upload(pub(crate) Multipart);

impl FromRequest<Arc<Desk>> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Failure> {
        Multipart::from_request(followed(request), desk).await.map(Self).map_err(|_| Failure::BadFields)
    }
}

/// The request, whose body tells when it moves.
fn followed(request: Request) -> Request {
    match request.extensions().get::<Patience>().cloned() {
        Some(patience) => request.map(|body| Body::new(Moving { body, patience, come: 0 })),
        None => request,
    }
}

/// A body that tells when it moves.
struct Moving {
    body: Body,
    patience: Patience,
    /// What came since it was told last.
    come: usize,
}

impl HttpBody for Moving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &polled {
            self.come += frame.data_ref().map_or(0, Bytes::len);
        }
        if polled.is_none() || self.body.is_end_stream() {
            self.patience.came(Instant::now());
        } else if self.come >= PIECE {
            self.come = 0;
            self.patience.moved(Instant::now());
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The uploads that are under way, by account.
#[derive(Default)]
pub(crate) struct Uploads(Mutex<HashMap<AccountId, usize>>);

impl Uploads {
    /// A place for one more, which is free again when it is dropped; nothing if there are too many.
    pub(crate) fn enter(self: &Arc<Self>, account: AccountId) -> Option<Entered> {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.get(&account).copied().unwrap_or_default();
        if own >= MOST_OF_AN_ACCOUNT || under_way.values().sum::<usize>() >= MOST_UPLOADS {
            return None;
        }
        under_way.insert(account, own + 1);
        Some(Entered { uploads: Arc::clone(self), account })
    }
}

/// A place among the uploads.
pub(crate) struct Entered {
    uploads: Arc<Uploads>,
    account: AccountId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut under_way = self.uploads.0.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.get_mut(&self.account) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(under_way.remove(&self.account)),
        }
    }
}

#[cfg(test)]
mod tests;
