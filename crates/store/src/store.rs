//! The store: opening it, and the two doors to its data.
//!
//! [`Store::account`] is the only door to the data of an account; [`Store::read`] and [`Store::write`] reach the global
//! tables alone. What runs behind the doors is in `transaction`; what may be asked is in the nouns.

use crate::error::Error;
use crate::location::{Location, Place};
use crate::migrations;
use crate::postgres::{self, Postgres};
use crate::sqlite::{self, Readers, Sqlite, Writer};
use crate::statement::{self, Prepared, statements};
use crate::transaction::{self, Body, GlobalTx, Tx};
use crate::value::params;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use vestibule_model::id::AccountId;

statements! { store:
    PING = "SELECT CAST(1 AS {INTEGER}) AS one";
}

/// Limits of a store. The defaults fit a service of any size.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most connections to PostgreSQL.
    pub postgres_connections: usize,
    /// The most interactive writes that may wait; the next one is [`Error::Busy`].
    pub waiting_writes: usize,
    /// The most bulk writes that may wait.
    pub waiting_bulk_writes: usize,
    /// How long to wait for another process that holds the database, or for a connection to it.
    pub lock_wait: Duration,
    /// How long commits of SQLite may take, in the run of things, for whoever writes to wait for one; where they take longer a
    /// thread does all of them.
    pub quick_commit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            postgres_connections: 16,
            waiting_writes: 1024,
            waiting_bulk_writes: 64,
            lock_wait: Duration::from_secs(10),
            quick_commit: Duration::from_millis(1),
        }
    }
}

/// Whether somebody waits at a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Interactive,
    Bulk,
}

/// The memory of a deployment. Cheap to clone; the last clone that is dropped closes it.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
    activity: Arc<Activity>,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Bodies of the global doors belong to no account; they never see this one, because they get a [`GlobalTx`].
const NO_ACCOUNT: [u8; 16] = [0; 16];

impl Store {
    /// Opens the database, makes it if it is a file and missing, and applies the migrations that it has not seen.
    ///
    /// # Errors
    /// When it cannot be reached, or has seen other migrations than this program has.
    pub async fn open(location: &Location, options: &Options) -> Result<Self, Error> {
        let activity = Arc::new(Activity::default());
        let engine = match &location.0 {
            Place::Sqlite(path) => {
                let connection = sqlite::open_writer(path, options.lock_wait)?;
                migrations::sqlite(&connection)?;
                let writer = Writer::start(connection, options, Arc::clone(&activity))?;
                let readers = Readers::new(path.clone(), options.lock_wait);
                Engine::Sqlite(Sqlite { writer, readers })
            }
            Place::Postgres(config) => {
                let postgres = Postgres::new((**config).clone(), options, Arc::clone(&activity))?;
                migrations::postgres(&postgres).await?;
                Engine::Postgres(postgres)
            }
        };
        Ok(Self { engine: Arc::new(engine), activity })
    }

    /// The door to the data of one account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> AccountStore<'_> {
        AccountStore { store: self, account: id, urgency: Urgency::Interactive }
    }

    /// Reads the global tables. The body may not write.
    ///
    /// # Errors
    /// The body's own, and those of the database.
    pub async fn read<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t GlobalTx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        self.run_read(AccountId::from_bytes(NO_ACCOUNT), move |tx| body(tx)).await
    }

    /// As [`Store::read`], for what every request asks and a few rows answer.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn glance<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t GlobalTx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        self.run_glance(AccountId::from_bytes(NO_ACCOUNT), move |tx| body(tx)).await
    }

    /// Writes the global tables: all of the body, or nothing when it returns an error.
    ///
    /// # Errors
    /// The body's own, and those of the database.
    pub async fn write<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t GlobalTx<'t>) -> Body<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let account = AccountId::from_bytes(NO_ACCOUNT);
        self.run_write(account, Urgency::Interactive, move |tx| body(tx)).await
    }

    /// As [`Store::write`], for work that nobody waits for: it lets interactive writes go first.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_bulk<F, T, E>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t GlobalTx<'t>) -> Body<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.run_write(AccountId::from_bytes(NO_ACCOUNT), Urgency::Bulk, move |tx| body(tx)).await
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read(|tx| Box::pin(async move { tx.row(&PING, params![]).await.map(drop) })).await
    }

    /// Prepares every statement of the store on the database in use: a check of program and schema against each other.
    ///
    /// # Errors
    /// The first statement that the database refuses.
    pub async fn prepare_all(&self) -> Result<Vec<Prepared>, Error> {
        let mut prepared = Vec::new();
        match &*self.engine {
            Engine::Sqlite(sqlite) => {
                let reader = sqlite.readers.lend()?;
                for statement in statement::all() {
                    prepared.push(sqlite::prepare(&sqlite::lock(&reader), statement)?);
                }
                sqlite.readers.give_back(reader);
            }
            Engine::Postgres(postgres) => {
                let client = postgres.connection().await?;
                for statement in statement::all() {
                    prepared.push(postgres::prepare(&client, statement).await?);
                }
            }
        }
        Ok(prepared)
    }

    /// What was written since the store was opened.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    async fn run_read<F, T, E>(&self, account: AccountId, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => transaction::sqlite::read(sqlite, account, body),
            Engine::Postgres(postgres) => transaction::postgres::read(postgres, account, body).await,
        }
    }

    async fn run_glance<F, T, E>(&self, account: AccountId, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => transaction::sqlite::glance(sqlite, account, body),
            Engine::Postgres(postgres) => transaction::postgres::read(postgres, account, body).await,
        }
    }

    async fn run_write<F, T, E>(&self, account: AccountId, urgency: Urgency, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &*self.engine {
            Engine::Sqlite(sqlite) => transaction::sqlite::write(sqlite, account, urgency, body).await,
            Engine::Postgres(postgres) => {
                transaction::postgres::write(postgres, account, urgency, body).await
            }
        }
    }
}

/// The data of one account.
#[derive(Clone, Copy)]
pub struct AccountStore<'s> {
    store: &'s Store,
    account: AccountId,
    urgency: Urgency,
}

impl AccountStore<'_> {
    /// The same door for work that nobody waits for: it lets interactive writes go first.
    #[must_use]
    pub fn bulk(self) -> Self {
        Self { urgency: Urgency::Bulk, ..self }
    }

    /// Reads. The body may not write.
    ///
    /// # Errors
    /// The body's own, and those of the database.
    pub async fn read<F, T, E>(self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        self.store.run_read(self.account, body).await
    }

    /// As [`AccountStore::read`], for what is asked all the time and a few rows answer.
    ///
    /// # Errors
    /// As [`AccountStore::read`].
    pub async fn glance<F, T, E>(self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send,
        E: From<Error>,
    {
        self.store.run_glance(self.account, body).await
    }

    /// Writes: all of the body, or nothing when it returns an error. Answered when it is durable.
    ///
    /// # Errors
    /// The body's own, and those of the database.
    pub async fn write<F, T, E>(self, body: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx<'t>) -> Body<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.store.run_write(self.account, self.urgency, body).await
    }
}

/// Counts of what was written.
#[derive(Debug, Default)]
pub struct Activity {
    commits: AtomicU64,
    bodies: AtomicU64,
}

impl Activity {
    pub(crate) fn committed(&self, bodies: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.bodies.fetch_add(bodies as u64, Ordering::Relaxed);
    }

    /// How many transactions of the database ended.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// How many bodies ran in them.
    #[must_use]
    pub fn bodies(&self) -> u64 {
        self.bodies.load(Ordering::Relaxed)
    }
}
