//! Transactions of SQLite: many bodies in one commit, each in a savepoint of its own.
//!
//! The queue in front is `sqlite/writer.rs`.

use super::{Body, Engine, Tx};
use crate::error::Error;
use crate::sqlite::{Slice, Sqlite, Waiting, control, execute, lock};
use crate::store::{Activity, Urgency};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;
use vestibule_model::id::AccountId;

/// Runs a body on the writing thread and waits until it is on the disk.
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
    control(&lock(&connection), "BEGIN")?;
    let outcome = complete(&Tx::new(Engine::Sqlite(&connection), account), &body);
    // Nothing was written, so however it ends nothing is lost.
    let ended = control(&lock(&connection), "COMMIT");
    sqlite.readers.give_back(connection);
    ended?;
    outcome
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

    fn run(&mut self, connection: &Mutex<Connection>) {
        self.outcome = Some(in_savepoint(connection, self.account, &self.body));
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

/// Runs the first body and all that join it, commits once, answers everyone.
pub(crate) fn commit_together(
    connection: &Mutex<Connection>,
    first: Box<dyn Waiting>,
    slice: &mut Slice<'_>,
    activity: &Activity,
) {
    let mut committed = control(&lock(connection), "BEGIN IMMEDIATE");
    if let Err(error) = committed {
        return first.answer(Err(error));
    }
    let mut bodies = Vec::new();
    let mut next = Some(first);
    while let Some(mut body) = next {
        if !body.is_abandoned() {
            body.run(connection);
            bodies.push(body);
        }
        // A full disk or a failing one makes SQLite undo the whole transaction by itself.
        if lock(connection).is_autocommit() {
            committed = Err(Error::database("a batch of writes", "SQLite undid it"));
            break;
        }
        next = slice.next();
    }
    let committed = committed.and_then(|()| control(&lock(connection), "COMMIT"));
    if committed.is_err() && !lock(connection).is_autocommit() {
        // If even this fails the next BEGIN says so, and everyone in that batch is told.
        control(&lock(connection), "ROLLBACK").ok();
    }
    if committed.is_ok() {
        activity.committed(bodies.len());
    }
    for body in bodies {
        body.answer(committed.clone());
    }
}

fn in_savepoint<F, T, E>(connection: &Mutex<Connection>, account: AccountId, body: &F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E>,
    E: From<Error>,
{
    control(&lock(connection), "SAVEPOINT body")?;
    let tx = Tx::new(Engine::Sqlite(connection), account);
    let outcome =
        complete(&tx, body).and_then(|value| finish(&tx, connection).map(|()| value).map_err(E::from));
    let connection = lock(connection);
    if outcome.is_err() && !connection.is_autocommit() {
        control(&connection, "ROLLBACK TO body")?;
    }
    if !connection.is_autocommit() {
        control(&connection, "RELEASE body")?;
    }
    outcome
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
