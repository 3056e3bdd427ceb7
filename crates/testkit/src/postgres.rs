//! A fresh database for one test in the PostgreSQL server that `VESTIBULE_TEST_POSTGRES` names
//! (`postgres://user:password@host:port/database`; `cargo xtask test` starts one and sets it).

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Error, NoTls, SimpleQueryMessage};

use crate::{environment, offline, skip};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Bytewise order, so that a test that forgets an ORDER BY or a COLLATE is not helped by the machine's locale.
const EMPTY: &str = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'";

/// One database, dropped with this value.
pub struct Postgres {
    server: String,
    name: String,
    url: String,
}

impl Postgres {
    /// Creates a database; without a server the test is recorded as skipped and there is none.
    pub fn fresh() -> Option<Self> {
        Some(Self::create(&server()?, EMPTY))
    }

    /// Creates a database like the one that this makes of an empty one, which is done once in a process and copied from then on: to lay
    /// out the tables anew for each test is most of what a small test costs. Whatever it connects with has to be closed when it
    /// returns. Without a server as [`Self::fresh`].
    pub fn prepared(prepare: impl FnOnce(&str)) -> Option<Self> {
        static PREPARED: OnceLock<String> = OnceLock::new();
        let server = server()?;
        let name = PREPARED.get_or_init(|| {
            let template = Self::create(&server, EMPTY);
            prepare(&template.url);
            // It lives as long as the server, which is thrown away after the tests.
            let name = template.name.clone();
            std::mem::forget(template);
            name
        });
        Some(Self::create(&server, &format!("TEMPLATE {name}")))
    }

    fn create(server: &str, like: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("vestibule_{}_{number}", std::process::id());
        let (authority, _) = server.rsplit_once('/').expect("postgres://user:password@host:port/database");
        let url = format!("{authority}/{name}");
        // A folder of an earlier process with our number may have been left by a kill.
        execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .expect("the test PostgreSQL server");
        execute(server, &format!("CREATE DATABASE {name} {like}")).expect("a database for this test");
        Self { server: server.to_owned(), name, url }
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

impl Drop for Postgres {
    fn drop(&mut self) {
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
