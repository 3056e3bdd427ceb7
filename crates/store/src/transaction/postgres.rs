//! Transactions of PostgreSQL: BEGIN rides with the first statement, what was deferred rides with COMMIT, and a body
//! that lost against another transaction runs again.
//!
//! Writes are READ COMMITTED, which loses updates silently unless rows carry a version or are locked: statements do
//! one of both. Reads see one snapshot.

use super::{Body, Deferred, Engine, Tx};
use crate::error::Error;
use crate::postgres::{self as engine, Postgres};
use crate::statement::Statement;
use crate::store::Urgency;
use crate::value::{Row, Value};
use deadpool_postgres::Object;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use vestibule_model::id::AccountId;

const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// How often a body may lose against others.
const ATTEMPTS: u32 = 10;

/// Whether the same work, asked for again, may succeed.
pub(super) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

/// Runs a body until it is committed or fails by itself.
pub(crate) async fn write<F, T, E>(
    postgres: &Postgres,
    account: AccountId,
    urgency: Urgency,
    body: F,
) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send + 'static,
    E: From<Error>,
{
    let _turn = postgres.turn(urgency).await?;
    for attempt in 0..ATTEMPTS {
        let session = Session::new(postgres.connection().await?, WRITE);
        let tx = Tx::new(Engine::Postgres(&session), account);
        let outcome = match guarded(body(&tx)).await {
            Ok(value) => commit(&tx, &session).await.map(|()| value).map_err(E::from),
            Err(error) => Err(error),
        };
        if !tx.is_conflicted() {
            postgres.activity.committed(1);
            return outcome;
        }
        drop(tx);
        drop(session);
        tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
    }
    Err(E::from(Error::Busy))
}

/// Runs a body that only reads.
pub(crate) async fn read<F, T, E>(postgres: &Postgres, account: AccountId, body: F) -> Result<T, E>
where
    F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
    E: From<Error>,
{
    let session = Session::new(postgres.connection().await?, READ);
    let tx = Tx::new(Engine::Postgres(&session), account);
    // The session ends the transaction when it is dropped, and nobody has to wait for that.
    guarded(body(&tx)).await
}

/// Runs what changes the schema: one transaction that begins by taking the lock of this number.
pub(crate) async fn exclusive<F, T>(postgres: &Postgres, lock: i64, work: F) -> Result<T, Error>
where
    F: AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
{
    let session = Session::new(postgres.connection().await?, WRITE);
    session.begin().await.map_err(|error| Error::database("BEGIN", error))?;
    let locked = session.client.batch_execute(&format!("SELECT pg_advisory_xact_lock({lock})")).await;
    locked.map_err(|error| Error::database("waiting for other migrations", error))?;
    let value = work(&session.client).await?;
    session.commit().await?;
    Ok(value)
}

/// Turns a panic of the body into an error, as SQLite's writer does.
async fn guarded<T, E: From<Error>>(mut body: Body<'_, T, E>) -> Result<T, E> {
    poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context)));
        poll.unwrap_or_else(|_| Poll::Ready(Err(E::from(Error::Panicked))))
    })
    .await
}

/// One transaction on one connection, not begun before its first statement.
pub(crate) struct Session {
    client: Object,
    opening: &'static str,
    begun: AtomicBool,
    ended: AtomicBool,
}

impl Session {
    fn new(client: Object, opening: &'static str) -> Self {
        Self { client, opening, begun: AtomicBool::new(false), ended: AtomicBool::new(false) }
    }

    /// Sends BEGIN if nobody did yet. Polled first, it is on the wire before the statement that is polled with it.
    async fn begin(&self) -> Result<(), tokio_postgres::Error> {
        if self.begun.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        self.client.batch_execute(self.opening).await
    }

    pub(super) async fn rows(
        &self,
        statement: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let (begun, rows) = tokio::join!(biased; self.begin(), engine::rows(&self.client, statement, params));
        begun.and(rows)
    }

    pub(super) async fn execute(
        &self,
        statement: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<u64, tokio_postgres::Error> {
        let (begun, touched) =
            tokio::join!(biased; self.begin(), engine::execute(&self.client, statement, params));
        begun.and(touched)
    }

    async fn commit(&self) -> Result<(), Error> {
        self.ended.store(true, Ordering::Relaxed);
        self.client.batch_execute("COMMIT").await.map_err(|error| Error::database("COMMIT", error))
    }
}

/// Whatever was not committed is undone, also when the caller stopped waiting in the middle.
impl Drop for Session {
    fn drop(&mut self) {
        if *self.begun.get_mut() && !*self.ended.get_mut() {
            // One poll puts it on the wire; the connection serves nobody else before it is done.
            let rollback = pin!(self.client.batch_execute("ROLLBACK"));
            let _: Poll<_> = rollback.poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}

async fn commit(tx: &Tx<'_>, session: &Session) -> Result<(), Error> {
    let deferred = tx.take_deferred()?;
    if deferred.is_empty() && !session.begun.load(Ordering::Relaxed) {
        return Ok(());
    }
    // What has to be prepared is prepared before, else COMMIT would overtake it.
    for Deferred { statement, .. } in &deferred {
        engine::prepare(&session.client, statement).await?;
    }
    let mut steps: Vec<Step<'_>> = Vec::with_capacity(deferred.len() + 1);
    for Deferred { statement, params } in &deferred {
        steps.push(Box::pin(async move {
            let touched = session.execute(statement, params).await;
            touched.map(drop).map_err(|error| tx.sort(statement, error))
        }));
    }
    steps.push(Box::pin(async move {
        let committed = session.client.batch_execute("COMMIT").await;
        committed.map_err(|error| {
            tx.conflicted.fetch_or(is_conflict(&error), Ordering::Relaxed);
            Error::database("COMMIT", error)
        })
    }));
    session.ended.store(true, Ordering::Relaxed);
    in_order(steps).await
}

type Step<'s> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 's>>;

/// Sends all steps in their order without waiting in between, then waits for all of them; the first failure counts.
async fn in_order(steps: Vec<Step<'_>>) -> Result<(), Error> {
    let mut steps: Vec<Option<Step<'_>>> = steps.into_iter().map(Some).collect();
    let mut outcome = Ok(());
    poll_fn(move |context| {
        let mut waiting = false;
        for slot in &mut steps {
            let Some(step) = slot else { continue };
            match step.as_mut().poll(context) {
                Poll::Pending => waiting = true,
                Poll::Ready(result) => {
                    *slot = None;
                    outcome = std::mem::replace(&mut outcome, Ok(())).and(result);
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(std::mem::replace(&mut outcome, Ok(()))) }
    })
    .await
}
