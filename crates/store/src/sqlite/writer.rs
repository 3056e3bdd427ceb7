//! The one thread that writes, and the bounded queue in front of it.
//!
//! Whatever waits is committed together: while one commit is on its way to the disk the next bodies gather, so there is
//! no artificial delay. Interactive bodies come first; bulk ones fill what is left, a few milliseconds at a time.
//! What happens to one batch is in `transaction/sqlite.rs`.

use super::lock;
use crate::error::Error;
use crate::store::{Activity, Options, Urgency};
use crate::transaction;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A body that waits for its turn, and whoever waits for its answer.
pub(crate) trait Waiting: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
    /// Runs the body inside the open transaction and keeps what came of it; false when it failed, and what it wrote must be
    /// undone. It may be run again then, as every body may.
    fn run(&mut self, connection: &Mutex<Connection>) -> bool;
    /// Answers, once it is known whether the transaction was committed.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

/// The most bodies in one commit.
const BATCH: usize = 256;
/// How long bulk bodies may hold up a commit that interactive ones may be waiting for.
const BULK_SLICE: Duration = Duration::from_millis(5);

struct Queue {
    interactive: VecDeque<Box<dyn Waiting>>,
    bulk: VecDeque<Box<dyn Waiting>>,
    idle: bool,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    activity: Arc<Activity>,
}

/// The handle of the writing thread. Dropping it lets the thread finish what waits, and waits for it.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    waiting: usize,
    waiting_bulk: usize,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        connection: Connection,
        options: &Options,
        activity: Arc<Activity>,
    ) -> Result<Self, Error> {
        let queue = Queue { interactive: VecDeque::new(), bulk: VecDeque::new(), idle: false, closed: false };
        let shared = Arc::new(Shared { queue: Mutex::new(queue), wake: Condvar::new(), activity });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || write_until_closed(&theirs, connection));
        let thread = thread.map_err(|error| Error::database("starting the writer", error))?;
        let (waiting, waiting_bulk) = (options.waiting_writes, options.waiting_bulk_writes);
        Ok(Self { shared, thread: Some(thread), waiting, waiting_bulk })
    }

    /// Puts a body in line, or says that too many wait.
    pub(crate) fn push(&self, body: Box<dyn Waiting>, urgency: Urgency) -> Result<(), Error> {
        let mut queue = lock(&self.shared.queue);
        if queue.closed {
            return Err(Error::Closed);
        }
        let (line, limit) = match urgency {
            Urgency::Interactive => (&mut queue.interactive, self.waiting),
            Urgency::Bulk => (&mut queue.bulk, self.waiting_bulk),
        };
        if line.len() >= limit {
            return Err(Error::Busy);
        }
        line.push_back(body);
        // Waking costs a system call, so only a writer that sleeps is woken.
        if queue.idle {
            queue.idle = false;
            self.shared.wake.notify_one();
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.wake.notify_one();
        let Some(thread) = self.thread.take() else { return };
        // A body may have held the last handle of the store; the thread cannot wait for itself.
        if thread.thread().id() != std::thread::current().id() {
            thread.join().ok();
        }
    }
}

/// What one commit may still take.
pub(crate) struct Slice<'q> {
    shared: &'q Shared,
    left: usize,
    bulk_until: Option<Instant>,
}

impl Slice<'_> {
    /// The next body for this commit.
    pub(crate) fn next(&mut self) -> Option<Box<dyn Waiting>> {
        let mut queue = lock(&self.shared.queue);
        self.pop(&mut queue)
    }

    fn pop(&mut self, queue: &mut Queue) -> Option<Box<dyn Waiting>> {
        if self.left == 0 {
            return None;
        }
        let body = match queue.interactive.pop_front() {
            None if !queue.bulk.is_empty() && self.has_time() => queue.bulk.pop_front(),
            body => body,
        };
        self.left -= usize::from(body.is_some());
        body
    }

    #[expect(clippy::disallowed_methods, reason = "a share of the machine, not a fact about the world")]
    fn has_time(&mut self) -> bool {
        let now = Instant::now();
        now <= *self.bulk_until.get_or_insert(now + BULK_SLICE)
    }
}

fn write_until_closed(shared: &Shared, connection: Connection) {
    let connection = Mutex::new(connection);
    loop {
        let mut slice = Slice { shared, left: BATCH, bulk_until: None };
        let Some(first) = wait(shared, &mut slice) else { return };
        transaction::sqlite::commit_together(&connection, first, &mut slice, &shared.activity);
    }
}

/// Sleeps until there is something to do; `None` when the store was closed and nothing is left.
fn wait(shared: &Shared, slice: &mut Slice<'_>) -> Option<Box<dyn Waiting>> {
    let mut queue = lock(&shared.queue);
    loop {
        if let Some(body) = slice.pop(&mut queue) {
            return Some(body);
        }
        if queue.closed {
            return None;
        }
        queue.idle = true;
        queue = shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
}
