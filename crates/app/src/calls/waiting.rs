//! Calls that wait to be written: a bounded queue in memory.

use crate::context::{ApiClient, ApiCtx};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use vestibule_model::api_call::Subject;
use vestibule_model::id::{AccountId, CallId};

/// The most calls that wait; further ones are lost, and counted.
const MOST_WAITING: usize = 10_000;
/// The most that the bodies of waiting calls take, in bytes.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// When so many wait, they are written before the second is over.
const ENOUGH: usize = 500;

/// What was heard of a call.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// When it came.
    pub began: Timestamp,
    /// The method of HTTP.
    pub method: String,
    /// Path and query as they came.
    pub target: String,
    /// The status that was answered.
    pub status: u16,
    /// What was done, in words.
    pub action: Vec<String>,
    /// Why nothing was done.
    pub refusal: Option<String>,
    /// Whom or what it touched.
    pub subject: Option<Subject>,
    /// The product that called.
    pub dialect: Option<&'static str>,
    /// The quirks that were met.
    pub quirks: Vec<&'static str>,
    /// The body that came.
    pub request: Raw,
    /// The body that went.
    pub response: Raw,
}

/// A body as it was: its beginning, up to [`super::LARGEST_BODY`], and how long it was.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// The beginning.
    pub start: Vec<u8>,
    /// The whole length in bytes.
    pub length: u64,
}

/// A call that waits.
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) account: AccountId,
    pub(super) client: Arc<ApiClient>,
    pub(super) duration_micros: i64,
    pub(super) heard: Heard,
}

impl Call {
    fn bytes(&self) -> usize {
        self.heard.request.start.len() + self.heard.response.start.len()
    }
}

/// The queue.
#[derive(Default)]
pub(crate) struct Waiting {
    queue: Mutex<Queue>,
    enough: Notify,
}

#[derive(Default)]
struct Queue {
    calls: Vec<Call>,
    bytes: usize,
    lost: u64,
    /// The last id that was given: ids grow from call to call, whatever the clock does.
    last: u128,
}

/// Notes a call that has just been answered.
pub fn note(ctx: &ApiCtx, heard: Heard) {
    let now = ctx.app.now();
    let duration_micros = i64::try_from(now.duration_since(heard.began).as_micros()).unwrap_or(i64::MAX);
    let fresh = u128::from_be_bytes(ctx.app.fresh_id(heard.began));
    let (account, client) = (ctx.account.id, Arc::clone(&ctx.client));
    ctx.app.inner.calls.push(fresh, |id| Call {
        id,
        account,
        client,
        duration_micros: duration_micros.max(0),
        heard,
    });
}

impl Waiting {
    fn push(&self, fresh: u128, make: impl FnOnce(CallId) -> Call) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.last = fresh.max(queue.last.saturating_add(1));
        let call = make(CallId::from_bytes(queue.last.to_be_bytes()));
        queue.take_up(call);
        if queue.calls.len() == ENOUGH {
            self.enough.notify_one();
        }
    }

    /// What waits, and how many calls were lost since the last time.
    pub(super) fn take(&self) -> (Vec<Call>, u64) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.bytes = 0;
        (std::mem::take(&mut queue.calls), std::mem::take(&mut queue.lost))
    }

    /// Waits until there is enough to write.
    pub(super) async fn enough(&self) {
        self.enough.notified().await;
    }
}

impl Queue {
    fn take_up(&mut self, call: Call) {
        let bytes = self.bytes + call.bytes();
        if self.calls.len() >= MOST_WAITING || bytes > MOST_BYTES {
            self.lost += 1;
            return;
        }
        self.bytes = bytes;
        self.calls.push(call);
    }
}
