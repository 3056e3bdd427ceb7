//! Transactions of SQLite: many bodies in one commit, of which each is all or nothing.
//!
//! A savepoint for each body would do, but SQLite copies every page that is written inside one. So bodies run without, and
//! if one fails that has written something, all are undone and run again, each in a savepoint: like a conflict on
//! PostgreSQL it costs time, seldom, and nobody has been answered yet. The queue in front is `sqlite/writer.rs`.

use super::{Body, Engine, Tx};
use crate::error::Error;
use crate::sqlite::{Pace, Slice, Sqlite, Waiting, control, execute, lock};
use crate::store::{Activity, Urgency};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;
use vestibule_model::id::AccountId;

/// Runs a body when it is its turn, and waits until it is on the disk.
pub(crate) async fn write<F, T, E>(
    sqlite: &Sqlite,
    account: AccountId,
    urgency: Urgency,
    body: F,
) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    sqlite.writer.push(Box::new(Job { account, body, outcome: None, answer }), urgency)?;
    answered.await.unwrap_or_else(|_| Err(E::from(Error::Closed)))
}

/// Runs a body that only reads, here and now: it takes microseconds, less than handing it to another thread.
pub(crate) fn read<F, T, E>(sqlite: &Sqlite, account: AccountId, body: F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E>,
    E: From<Error>,
{
    let connection = sqlite.readers.lend()?;
    let outcome = look(&connection, account, &body);
    sqlite.readers.give_back(connection);
    outcome
}

/// Runs a body that reads a few rows: where nobody writes, on the connection that does. What that one has in memory is never stale,
/// while a reader finds after each write that it knows nothing.
pub(crate) fn glance<F, T, E>(sqlite: &Sqlite, account: AccountId, body: F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E>,
    E: From<Error>,
{
    match sqlite.writer.while_nobody_writes(|connection| look(connection, account, &body)) {
        Some(outcome) => outcome,
        None => read(sqlite, account, body),
    }
}

fn look<F, T, E>(connection: &Mutex<Connection>, account: AccountId, body: &F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E>,
    E: From<Error>,
{
    control(&lock(connection), "BEGIN")?;
    let before = lock(connection).total_changes();
    let outcome = complete(&Tx::new(Engine::Sqlite(connection), account), body);
    let wrote = lock(connection).total_changes() != before;
    control(&lock(connection), "ROLLBACK")?;
    match wrote {
        true => Err(E::from(Error::database("a look", "it wrote something, which is undone"))),
        false => outcome,
    }
}

/// Runs what changes the schema: one transaction that holds the write lock from its first moment.
pub(crate) fn exclusive<T>(
    connection: &Connection,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    control(connection, "BEGIN EXCLUSIVE")?;
    let outcome = work().and_then(|value| control(connection, "COMMIT").map(|()| value));
    if !connection.is_autocommit() {
        control(connection, "ROLLBACK")?;
    }
    outcome
}

/// A body in the queue of the writer.
struct Job<F, T, E> {
    account: AccountId,
    body: F,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Waiting for Job<F, T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn run(&mut self, connection: &Mutex<Connection>) -> bool {
        let tx = Tx::new(Engine::Sqlite(connection), self.account);
        let outcome = complete(&tx, &self.body)
            .and_then(|value| finish(&tx, connection).map(|()| value).map_err(E::from));
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let answer = match (self.outcome, committed) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(E::from(error)),
            (None, Ok(())) => Err(E::from(Error::Closed)),
        };
        // Whoever asked may have gone; what was committed stays.
        self.answer.send(answer).ok();
    }
}

/// Begins what [`commit_together`] ends.
pub(crate) fn begin(connection: &Mutex<Connection>) -> Result<(), Error> {
    control(&lock(connection), "BEGIN IMMEDIATE")
}

/// Runs the first body and all that join it in the transaction that was begun, commits once, answers everyone.
pub(crate) fn commit_together(
    connection: &Mutex<Connection>,
    first: Box<dyn Waiting>,
    slice: &mut Slice<'_>,
    (activity, pace): (&Activity, &Pace),
) {
    let before = lock(connection).total_changes();
    let mut batch = Batch { connection, bodies: Vec::new(), apart: false };
    let mut next = Some(first);
    let mut ran = Ok(());
    while let Some(body) = next {
        ran = batch.take(body);
        if ran.is_err() {
            break;
        }
        next = slice.next();
    }
    let commit = || control(&lock(connection), "COMMIT");
    // Where nothing was written the disk is not asked.
    let wrote = lock(connection).total_changes() != before;
    let committed = ran.and_then(|()| if wrote { pace.measure(commit) } else { commit() });
    if committed.is_err() && !lock(connection).is_autocommit() {
        // If even this fails the next BEGIN says so, and everyone in that batch is told.
        control(&lock(connection), "ROLLBACK").ok();
    }
    if committed.is_ok() {
        activity.committed(batch.bodies.len());
    }
    for body in batch.bodies {
        body.answer(committed.clone());
    }
}

/// The bodies of one commit.
struct Batch<'c> {
    connection: &'c Mutex<Connection>,
    bodies: Vec<Box<dyn Waiting>>,
    /// Whether each has a savepoint of its own.
    apart: bool,
}

impl Batch<'_> {
    /// Runs one more body. An error is one of the whole batch.
    fn take(&mut self, mut body: Box<dyn Waiting>) -> Result<(), Error> {
        if body.is_abandoned() {
            return Ok(());
        }
        if self.apart {
            let ran = in_savepoint(self.connection, body.as_mut());
            self.bodies.push(body);
            return ran;
        }
        let before = lock(self.connection).total_changes();
        let failed = !body.run(self.connection);
        let wrote = lock(self.connection).total_changes() != before;
        self.bodies.push(body);
        goes_on(self.connection)?;
        if failed && wrote { self.again() } else { Ok(()) }
    }

    /// Undoes everything and runs it again, each body apart.
    fn again(&mut self) -> Result<(), Error> {
        self.apart = true;
        control(&lock(self.connection), "ROLLBACK")?;
        control(&lock(self.connection), "BEGIN IMMEDIATE")?;
        self.bodies.iter_mut().try_for_each(|body| in_savepoint(self.connection, body.as_mut()))
    }
}

/// A full disk or a failing one makes SQLite undo the whole transaction by itself.
fn goes_on(connection: &Mutex<Connection>) -> Result<(), Error> {
    match lock(connection).is_autocommit() {
        true => Err(Error::database("a batch of writes", "SQLite undid it")),
        false => Ok(()),
    }
}

fn in_savepoint(connection: &Mutex<Connection>, body: &mut dyn Waiting) -> Result<(), Error> {
    control(&lock(connection), "SAVEPOINT body")?;
    let succeeded = body.run(connection);
    goes_on(connection)?;
    if !succeeded {
        control(&lock(connection), "ROLLBACK TO body")?;
    }
    control(&lock(connection), "RELEASE body")
}

fn finish(tx: &Tx<'_>, connection: &Mutex<Connection>) -> Result<(), Error> {
    for deferred in tx.take_deferred()? {
        execute(&lock(connection), deferred.statement, &deferred.params)?;
    }
    Ok(())
}

/// Polls a body once: its statements are ready at once, so it is ready too, unless it waits for something foreign.
fn complete<F, T, E>(tx: &Tx<'_>, body: &F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E>,
    E: From<Error>,
{
    let poll = || body(tx).as_mut().poll(&mut Context::from_waker(Waker::noop()));
    match catch_unwind(AssertUnwindSafe(poll)) {
        Ok(Poll::Ready(outcome)) => outcome,
        Ok(Poll::Pending) => Err(E::from(Error::ForeignWait)),
        Err(_) => Err(E::from(Error::Panicked)),
    }
}
