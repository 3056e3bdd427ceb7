//! Transactions: what a body works with, and the only place where one begins and ends.
//!
//! A body is `|tx| Box::pin(async move { … })`. It is all or nothing: an `Err` undoes it. It may run more than once (on
//! PostgreSQL after a conflict with another transaction, on SQLite after another body of the same commit failed), so it has no effect but through `tx`; and it waits for
//! nothing but `tx`, so that SQLite can run it in one go. [`Tx`] is bound to one account and is the only way to account
//! data (from an account only its sub-accounts are entered, and the account to which somebody moves, in the same transaction: see `sub_accounts`
//! and `consolidations`); [`GlobalTx`] reaches the global tables alone. How each engine runs a body is in `sqlite` and `postgres` below.

pub(crate) mod postgres;
pub(crate) mod sqlite;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::statement::Statement;
use crate::value::{Row, Value};
use rusqlite::Connection;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use vestibule_model::id::AccountId;

/// What the body of a transaction returns.
pub type Body<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// A transaction that sees the global tables: accounts, labels, owners of domains and addresses.
///
/// Independent functions may be awaited together (`tokio::join!`): PostgreSQL answers them in one round trip, in an
/// order that is not known. What depends on a write before it is awaited after it.
pub struct GlobalTx<'t> {
    engine: Engine<'t>,
    /// A statement failed. PostgreSQL refuses everything after that; SQLite is held to the same.
    failed: AtomicBool,
    /// It failed because of another transaction: the body may be run again.
    conflicted: AtomicBool,
    deferred: Mutex<Vec<Deferred>>,
}

/// A transaction inside one account.
pub struct Tx<'t> {
    global: Shared<'t>,
    account: AccountId,
}

/// The transaction of the database: of the account that it was begun for, and of those that were entered from there.
enum Shared<'t> {
    Begun(GlobalTx<'t>),
    Entered(&'t GlobalTx<'t>),
}

enum Engine<'t> {
    Sqlite(&'t Mutex<Connection>),
    Postgres(&'t postgres::Session),
}

/// A statement whose result nobody reads, kept for the end of the body.
struct Deferred {
    statement: &'static Statement,
    params: Vec<Value<'static>>,
}

impl<'t> Tx<'t> {
    fn new(engine: Engine<'t>, account: AccountId) -> Self {
        let (failed, conflicted) = (AtomicBool::new(false), AtomicBool::new(false));
        let global = GlobalTx { engine, failed, conflicted, deferred: Mutex::default() };
        Self { global: Shared::Begun(global), account }
    }

    /// The same transaction inside another account. It asks nobody: `sub_accounts` alone calls it, for an account that it
    /// just read to be a sub-account of this one, and `consolidations`, for the one that asks people of a domain to move to it.
    pub(crate) fn enter(&self, account: AccountId) -> Tx<'_> {
        Tx { global: Shared::Entered(self), account }
    }

    /// The account that this transaction is bound to.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }
}

/// What is global can also be seen from inside an account.
impl<'t> Deref for Tx<'t> {
    type Target = GlobalTx<'t>;

    fn deref(&self) -> &GlobalTx<'t> {
        match &self.global {
            Shared::Begun(global) => global,
            Shared::Entered(global) => global,
        }
    }
}

impl GlobalTx<'_> {
    /// Runs a statement and returns its rows.
    pub(crate) async fn rows(
        &self,
        statement: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        self.may_run(params)?;
        let rows = match self.engine {
            Engine::Sqlite(connection) => {
                crate::sqlite::rows(&crate::sqlite::lock(connection), statement, params)
            }
            Engine::Postgres(session) => {
                session.rows(statement, params).await.map_err(|error| self.sort(statement, error))
            }
        };
        self.note(rows)
    }

    /// Runs a statement and returns its first row.
    pub(crate) async fn row(
        &self,
        statement: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<Option<Row>, Error> {
        Ok(self.rows(statement, params).await?.into_iter().next())
    }

    /// Runs a statement that returns no rows, and tells how many it touched.
    pub(crate) async fn execute(
        &self,
        statement: &'static Statement,
        params: &[Value<'_>],
    ) -> Result<u64, Error> {
        self.may_run(params)?;
        let touched = match self.engine {
            Engine::Sqlite(connection) => {
                crate::sqlite::execute(&crate::sqlite::lock(connection), statement, params)
            }
            Engine::Postgres(session) => {
                session.execute(statement, params).await.map_err(|error| self.sort(statement, error))
            }
        };
        self.note(touched)
    }

    /// Keeps a statement for the end of the body: PostgreSQL takes it in one round trip with COMMIT. The body itself
    /// does not see what it writes.
    pub(crate) fn defer(&self, statement: &'static Statement, params: &[Value<'_>]) -> Result<(), Error> {
        self.may_run(params)?;
        let params = params.iter().map(|value| value.clone().into_owned()).collect();
        crate::sqlite::lock(&self.deferred).push(Deferred { statement, params });
        Ok(())
    }

    fn may_run(&self, params: &[Value<'_>]) -> Result<(), Error> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(Error::Aborted);
        }
        params.iter().try_for_each(Value::check)
    }

    fn note<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Notes whether PostgreSQL would do the same work if it were asked again.
    fn sort(&self, statement: &'static Statement, error: tokio_postgres::Error) -> Error {
        if postgres::is_conflict(&error) {
            self.conflicted.store(true, Ordering::Relaxed);
        }
        Error::database(statement.name(), error)
    }

    fn is_conflicted(&self) -> bool {
        self.conflicted.load(Ordering::Relaxed)
    }

    /// What is left to do when the body is done; an error when a statement had failed and the body went on.
    fn take_deferred(&self) -> Result<Vec<Deferred>, Error> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(Error::Aborted);
        }
        Ok(std::mem::take(&mut *crate::sqlite::lock(&self.deferred)))
    }
}
