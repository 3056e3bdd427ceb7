//! The embedded engine: how a connection is opened, and how a statement runs on it.
//!
//! One connection writes (`writer`), whoever asks reads on one of a few others kept here. Where transactions begin and
//! end is in `transaction`.

mod pace;
mod writer;

use crate::dialect::Dialect;
use crate::error::Error;
use crate::statement::{Prepared, Statement};
use crate::value::{Row, Value};
pub(crate) use pace::Pace;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
pub(crate) use writer::{Slice, Waiting, Writer};

/// The database file with its writer and its readers.
pub(crate) struct Sqlite {
    pub(crate) writer: Writer,
    pub(crate) readers: Readers,
}

/// Takes a lock. A panic while it was held cannot have left a connection half changed: the transaction around it ends.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More than all statements of the store, so that none is ever prepared twice.
const CACHED_STATEMENTS: usize = 256;

/// Opens the file for writing and makes it if there is none.
pub(crate) fn open_writer(path: &Path, lock_wait: Duration) -> Result<Connection, Error> {
    create_file(path)?;
    let connection = open(path, lock_wait)?;
    // The page size is fixed once there is a page, so it comes first.
    configure(&connection, "page_size", "8192")?;
    write_ahead(&connection, lock_wait)?;
    configure(&connection, "synchronous", "FULL")?;
    configure(&connection, "foreign_keys", "ON")?;
    // 4 MB: a larger cache costs time at every commit.
    configure(&connection, "cache_size", "-4096")?;
    // What SAVEPOINT needs to undo a body stays in memory.
    configure(&connection, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn open_reader(path: &Path, lock_wait: Duration) -> Result<Connection, Error> {
    let connection = open(path, lock_wait)?;
    configure(&connection, "cache_size", "-1024")?;
    configure(&connection, "query_only", "ON")?;
    Ok(connection)
}

fn open(path: &Path, lock_wait: Duration) -> Result<Connection, Error> {
    let failed = |error| Error::database("opening the database file", error);
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(lock_wait).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // Without this, SQLite plans a statement anew whenever a parameter that its plan may depend on has another value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    Ok(connection)
}

/// The file holds hashes of passwords and sealed keys: only its owner may read it. SQLite gives its companions (`-wal`,
/// `-shm`) the same mode.
fn create_file(path: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| Error::database("creating the database file", error))
}

fn configure(connection: &Connection, name: &str, value: &str) -> Result<(), Error> {
    connection.execute_batch(&format!("PRAGMA {name} = {value}")).map_err(|error| failed("a pragma", error))
}

/// Turns on the write-ahead log. While another process does the same SQLite answers *busy* at once instead of waiting,
/// so waiting is done here.
fn write_ahead(connection: &Connection, lock_wait: Duration) -> Result<(), Error> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        match configure(connection, "journal_mode", "WAL") {
            Err(Error::Busy) if waited < lock_wait => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            done => return done,
        }
    }
}

/// The error of a statement.
pub(crate) fn failed(doing: &'static str, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy,
        _ => Error::database(doing, error),
    }
}

/// Runs a text that takes and returns nothing: BEGIN, SAVEPOINT and their kin.
pub(crate) fn control(connection: &Connection, sql: &'static str) -> Result<(), Error> {
    let run = connection.prepare_cached(sql).and_then(|mut prepared| prepared.raw_execute());
    run.map(drop).map_err(|error| failed(sql, error))
}

/// Runs a statement and returns its rows.
pub(crate) fn rows(
    connection: &Connection,
    statement: &'static Statement,
    params: &[Value<'_>],
) -> Result<Vec<Row>, Error> {
    let failed = |error| failed(statement.name(), error);
    let mut prepared = bound(connection, statement, params)?;
    let names = || prepared.column_names().map(str::to_owned).collect();
    let count = statement.columns(names).len();
    let mut found = prepared.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        let mut cells = Vec::with_capacity(count);
        for index in 0..count {
            cells.push(cell(row.get_ref(index).map_err(failed)?));
        }
        rows.push(Row::new(statement, cells));
    }
    Ok(rows)
}

/// Runs a statement that returns no rows, and tells how many it touched.
pub(crate) fn execute(
    connection: &Connection,
    statement: &'static Statement,
    params: &[Value<'_>],
) -> Result<u64, Error> {
    let touched = bound(connection, statement, params)?.raw_execute();
    touched.map(|count| count as u64).map_err(|error| failed(statement.name(), error))
}

/// What SQLite makes of a statement.
pub(crate) fn prepare(connection: &Connection, statement: &'static Statement) -> Result<Prepared, Error> {
    let prepared = connection.prepare_cached(statement.text(Dialect::Sqlite));
    let prepared = prepared.map_err(|error| failed(statement.name(), error))?;
    let columns = prepared.column_names().map(str::to_owned).collect();
    Ok(Prepared { name: statement.name(), parameters: prepared.parameter_count(), columns })
}

fn bound<'c>(
    connection: &'c Connection,
    statement: &'static Statement,
    params: &[Value<'_>],
) -> Result<CachedStatement<'c>, Error> {
    let failed = |error| failed(statement.name(), error);
    let mut prepared = connection.prepare_cached(statement.text(Dialect::Sqlite)).map_err(failed)?;
    if prepared.parameter_count() != params.len() {
        return Err(Error::database(statement.name(), "called with the wrong number of parameters"));
    }
    for (index, value) in params.iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, value).map_err(failed)?;
    }
    Ok(prepared)
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Bool(on) => ValueRef::Integer(i64::from(*on)),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id),
        }))
    }
}

fn cell(value: ValueRef<'_>) -> Value<'static> {
    match value {
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Text(text) => Value::Text(Cow::Owned(match std::str::from_utf8(text) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(text).into_owned(),
        })),
        ValueRef::Blob(bytes) => match <[u8; 16]>::try_from(bytes) {
            Ok(id) => Value::Id(id),
            Err(_) => Value::Bytes(Cow::Owned(bytes.to_vec())),
        },
        // No column of ours holds a real number; one that did would be refused by the reader of the cell.
        ValueRef::Null | ValueRef::Real(_) => Value::Null,
    }
}

/// Connections for reading. A read never waits inside, so there are never more of them in use than threads that read.
pub(crate) struct Readers {
    path: PathBuf,
    lock_wait: Duration,
    free: Mutex<Vec<Mutex<Connection>>>,
}

/// How many idle connections are kept: each holds a cache and its prepared statements.
const KEPT_READERS: usize = 4;

impl Readers {
    pub(crate) fn new(path: PathBuf, lock_wait: Duration) -> Self {
        Self { path, lock_wait, free: Mutex::new(Vec::new()) }
    }

    /// Gives a connection for one read.
    pub(crate) fn lend(&self) -> Result<Mutex<Connection>, Error> {
        let free = lock(&self.free).pop();
        match free {
            Some(connection) => Ok(connection),
            None => open_reader(&self.path, self.lock_wait).map(Mutex::new),
        }
    }

    /// Takes a connection back.
    pub(crate) fn give_back(&self, connection: Mutex<Connection>) {
        let mut free = lock(&self.free);
        if free.len() < KEPT_READERS && lock(&connection).is_autocommit() {
            free.push(connection);
        }
    }
}
