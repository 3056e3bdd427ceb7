//! A fresh database for one test in the PostgreSQL server that `VESTIBULE_TEST_POSTGRES` names
//! (`postgres://user:password@host:port/database`; `cargo xtask test` starts one and sets it).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio_postgres::{Error, NoTls, SimpleQueryMessage};

use crate::{environment, offline, skip};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Bytewise order, so that a test that forgets an ORDER BY or a COLLATE is not helped by the machine's locale.
const EMPTY: &str = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'";

/// Keeps what is in the tables that were laid out: which migrations they come from.
const KEEP: &str =
    "CREATE SCHEMA kept; CREATE TABLE kept.schema_migrations AS TABLE public.schema_migrations";

/// Ends whoever is still connected, and takes every row out of the tables but what was kept.
const WIPE: &str = "
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET session_replication_role = replica;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM public.%I', name);
        END LOOP;
    END $$;
    INSERT INTO public.schema_migrations SELECT * FROM kept.schema_migrations";

/// Prepared databases that no test uses now.
static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// One database. A fresh one is dropped with this value, a prepared one waits for the next test.
pub struct Postgres {
    server: String,
    name: String,
    url: String,
    prepared: bool,
}

impl Postgres {
    /// Creates a database; without a server the test is recorded as skipped and there is none.
    pub fn fresh() -> Option<Self> {
        Some(Self::create(&server()?))
    }

    /// A database with the tables that this lays out in an empty one, and no rows. To lay them out is most of what a small test
    /// costs, so a database serves one test after the other, and what the one before has left is wiped out.
    /// Whatever `prepare` connects with has to be closed when it returns. Without a server as [`Self::fresh`].
    pub fn prepared(prepare: impl FnOnce(&str)) -> Option<Self> {
        let server = server()?;
        if let Some(name) = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            let mut database =
                Self { url: url(&server, &name), server: server.clone(), name, prepared: true };
            if execute(&database.url, WIPE).is_ok() {
                return Some(database);
            }
            // A test has taken the tables apart: it goes, and there is a new one.
            database.prepared = false;
        }
        let mut database = Self::create(&server);
        database.prepared = true;
        prepare(&database.url);
        execute(&database.url, KEEP).expect("a copy of what was laid out");
        Some(database)
    }

    fn create(server: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("vestibule_{}_{number}", std::process::id());
        // A folder of an earlier process with our number may have been left by a kill.
        execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .expect("the test PostgreSQL server");
        execute(server, &format!("CREATE DATABASE {name} {EMPTY}")).expect("a database for this test");
        Self { url: url(server, &name), server: server.to_owned(), name, prepared: false }
    }

    /// Where the database is, as `store.url` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements past Vestibule, and returns the first column of the last row, if any.
    ///
    /// # Errors
    /// What the server says.
    pub fn run(&self, sql: &str) -> Result<Option<String>, Error> {
        execute(&self.url, sql)
    }
}

/// The server; without one the test is recorded as skipped.
fn server() -> Option<String> {
    let server = match environment("VESTIBULE_TEST_POSTGRES") {
        _ if offline() => None,
        server => server,
    };
    if server.is_none() {
        skip("needs PostgreSQL, and VESTIBULE_TEST_POSTGRES names no server (cargo xtask test starts one)");
    }
    server
}

/// Where this database of a server is.
fn url(server: &str, name: &str) -> String {
    let (authority, _) = server.rsplit_once('/').expect("postgres://user:password@host:port/database");
    format!("{authority}/{name}")
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.prepared {
            return FREE.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.name));
        }
        let dropped = execute(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            println!("the database {} stays behind: {error}", self.name);
        }
    }
}

/// Runs statements on a connection of its own, in a thread of its own: callers may be in a runtime already, or in none.
fn execute(url: &str, sql: &str) -> Result<Option<String>, Error> {
    std::thread::scope(|scope| {
        scope.spawn(|| execute_here(url, sql)).join().expect("the thread that asks PostgreSQL")
    })
}

fn execute_here(url: &str, sql: &str) -> Result<Option<String>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let rows = tokio::select! {
            rows = client.simple_query(sql) => rows?,
            end = connection => return end.map(|()| None),
        };
        let last = rows.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
            _ => None,
        });
        Ok(last)
    })
}
