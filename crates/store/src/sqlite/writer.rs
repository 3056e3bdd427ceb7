//! Who writes: one at a time, and the bounded queue of those who wait.
//!
//! Whoever comes while nobody writes does it here and now ([`Shared::write_here`]); waking a thread and being woken by it costs as much
//! as the write itself. While one commit is on its way to the disk the next bodies gather, and a thread commits them together, so there
//! is no artificial delay. Interactive bodies come first; bulk ones fill what is left, a few milliseconds at a time, and are the thread's
//! alone. So is everything where the disk is slow ([`Pace`]), where another process holds the database, and copying the
//! write-ahead log back into the file: nobody who has other things to do may wait for that. While nobody writes, a short look may be
//! taken on the connection that does.
//! What happens to one batch is in `transaction/sqlite.rs`.

use super::{Pace, lock};
use crate::error::Error;
use crate::store::{Activity, Options, Urgency};
use crate::transaction::sqlite::{begin, commit_together};
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
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
/// The pages in the write-ahead log from which on they are copied back into the file.
const MANY_PAGES: i32 = 4_000;

struct Queue {
    interactive: VecDeque<Box<dyn Waiting>>,
    bulk: VecDeque<Box<dyn Waiting>>,
    turn: Turn,
    closed: bool,
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.interactive.is_empty() && self.bulk.is_empty()
    }
}

/// Whose turn it is to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nobody's: the thread sleeps, and nothing waits.
    Nobody,
    /// The thread's: it is awake, or has been called.
    Thread,
    /// Of whoever came while it was nobody's; the thread sleeps.
    Caller,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    connection: Mutex<Connection>,
    pace: Pace,
    /// The write-ahead log has grown long.
    is_long: Arc<AtomicBool>,
    lock_wait: Duration,
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
        mut connection: Connection,
        options: &Options,
        activity: Arc<Activity>,
    ) -> Result<Self, Error> {
        let failed = |error| Error::database("starting the writer", error);
        let is_long = Arc::new(AtomicBool::new(false));
        let grown = Arc::clone(&is_long);
        let hook = move |_: &mut Wal, pages| {
            grown.fetch_or(pages >= MANY_PAGES, Ordering::Relaxed);
            Ok(())
        };
        connection.wal_hook(Some(hook)).map_err(failed)?;
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue {
                interactive: VecDeque::new(),
                bulk: VecDeque::new(),
                turn: Turn::Thread,
                closed: false,
            }),
            wake: Condvar::new(),
            connection: Mutex::new(connection),
            pace: Pace::new(options.quick_commit),
            is_long,
            lock_wait: options.lock_wait,
            activity,
        });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || theirs.write_until_closed());
        let thread = thread.map_err(|error| Error::database("starting the writer", error))?;
        let (waiting, waiting_bulk) = (options.waiting_writes, options.waiting_bulk_writes);
        Ok(Self { shared, thread: Some(thread), waiting, waiting_bulk })
    }

    /// Writes a body here and now, or puts it in line; or says that too many wait.
    pub(crate) fn push(&self, body: Box<dyn Waiting>, urgency: Urgency) -> Result<(), Error> {
        let mut queue = lock(&self.shared.queue);
        if queue.closed {
            return Err(Error::Closed);
        }
        let may_write = urgency == Urgency::Interactive && self.shared.pace.is_quick();
        if may_write && queue.turn == Turn::Nobody {
            queue.turn = Turn::Caller;
            drop(queue);
            self.shared.write_here(body);
            return Ok(());
        }
        let (line, limit) = match urgency {
            Urgency::Interactive => (&mut queue.interactive, self.waiting),
            Urgency::Bulk => (&mut queue.bulk, self.waiting_bulk),
        };
        if line.len() >= limit {
            return Err(Error::Busy);
        }
        line.push_back(body);
        let sleeps = queue.turn == Turn::Nobody;
        if sleeps {
            queue.turn = Turn::Thread;
        }
        drop(queue);
        // Waking costs a system call, so only a thread that sleeps is woken; and when it wakes it finds the queue free.
        if sleeps {
            self.shared.wake.notify_one();
        }
        Ok(())
    }

    /// Looks at something on the connection that writes, if nobody does, which should take microseconds: whoever comes meanwhile waits
    /// in line.
    pub(crate) fn while_nobody_writes<T>(&self, look: impl FnOnce(&Mutex<Connection>) -> T) -> Option<T> {
        let mut queue = lock(&self.shared.queue);
        if queue.closed || queue.turn != Turn::Nobody {
            return None;
        }
        queue.turn = Turn::Caller;
        drop(queue);
        let _returned = Returned(&self.shared);
        Some(look(&self.shared.connection))
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

impl Shared {
    /// Writes a body, and with it whatever comes while it runs, on the thread of whoever brought it.
    fn write_here(&self, body: Box<dyn Waiting>) {
        let returned = Returned(self);
        // Where another process writes it is waited for, which is no thing to do here.
        self.patience(Duration::ZERO);
        let begun = begin(&self.connection);
        self.patience(self.lock_wait);
        match begun {
            Ok(()) => self.commit(body, &mut Slice { takes_bulk: false, ..Slice::of(self) }),
            Err(_) => lock(&self.queue).interactive.push_front(body),
        }
        drop(returned);
    }

    fn patience(&self, wait: Duration) {
        // It cannot fail on an open connection, and if it did the old patience would go on.
        lock(&self.connection).busy_timeout(wait).ok();
    }

    fn commit(&self, first: Box<dyn Waiting>, slice: &mut Slice<'_>) {
        commit_together(&self.connection, first, slice, (&self.activity, &self.pace));
    }

    fn write_until_closed(&self) {
        loop {
            let mut slice = Slice::of(self);
            match self.wait(&mut slice) {
                Step::CopyBack => self.copy_back(),
                Step::Commit(first) => match begin(&self.connection) {
                    Ok(()) => self.commit(first, &mut slice),
                    Err(error) => first.answer(Err(error)),
                },
                Step::End => return,
            }
        }
    }

    /// Copies the write-ahead log back into the file. Whoever reads an old state keeps it from being begun anew: then it grows
    /// until the next time.
    fn copy_back(&self) {
        let connection = lock(&self.connection);
        if let Err(error) = connection.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE) {
            tracing::warn!(%error, "the write-ahead log could not be copied back");
        }
    }

    /// Sleeps until there is something to do.
    fn wait(&self, slice: &mut Slice<'_>) -> Step {
        let mut queue = lock(&self.queue);
        loop {
            if queue.turn != Turn::Caller {
                queue.turn = Turn::Thread;
                if self.is_long.swap(false, Ordering::Relaxed) {
                    return Step::CopyBack;
                }
                if let Some(body) = slice.pop(&mut queue) {
                    return Step::Commit(body);
                }
                if queue.closed {
                    return Step::End;
                }
                queue.turn = Turn::Nobody;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What the thread does next.
enum Step {
    /// It copies the write-ahead log back.
    CopyBack,
    /// It commits a body, and what else waits.
    Commit(Box<dyn Waiting>),
    /// The store was closed, and nothing is left.
    End,
}

/// Gives the turn back, whatever happened in it: to the thread if there is something left for it.
struct Returned<'s>(&'s Shared);

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        let Self(shared) = *self;
        let mut queue = lock(&shared.queue);
        let is_left = !queue.is_empty() || queue.closed || shared.is_long.load(Ordering::Relaxed);
        queue.turn = if is_left { Turn::Thread } else { Turn::Nobody };
        drop(queue);
        if is_left {
            shared.wake.notify_one();
        }
    }
}

/// What one commit may still take.
pub(crate) struct Slice<'q> {
    shared: &'q Shared,
    left: usize,
    takes_bulk: bool,
    bulk_until: Option<Instant>,
}

impl<'q> Slice<'q> {
    fn of(shared: &'q Shared) -> Self {
        Self { shared, left: BATCH, takes_bulk: true, bulk_until: None }
    }

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
            None if self.takes_bulk && !queue.bulk.is_empty() && self.has_time() => queue.bulk.pop_front(),
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
