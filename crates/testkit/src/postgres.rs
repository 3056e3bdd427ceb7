//! A fresh database for one test in the PostgreSQL server that `VESTIBULE_TEST_POSTGRES` names
//! (`postgres://user:password@host:port/database`; `cargo xtask test` starts one and sets it).

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Error, NoTls, SimpleQueryMessage};

use crate::{environment, offline, skip};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// One empty database, dropped with this value.
pub struct Postgres {
    server: String,
    name: String,
    url: String,
}

impl Postgres {
    /// Creates a database; without a server the test is recorded as skipped and there is none.
    pub fn fresh() -> Option<Self> {
        let server = match environment("VESTIBULE_TEST_POSTGRES") {
            _ if offline() => None,
            server => server,
        };
        let Some(server) = server else {
            skip(
                "needs PostgreSQL, and VESTIBULE_TEST_POSTGRES names no server (cargo xtask test starts one)",
            );
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("vestibule_{}_{number}", std::process::id());
        let (authority, _) = server.rsplit_once('/').expect("postgres://user:password@host:port/database");
        let url = format!("{authority}/{name}");
        // A folder of an earlier process with our number may have been left by a kill.
        execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .expect("the test PostgreSQL server");
        // Bytewise order, so that a test that forgets an ORDER BY or a COLLATE is not helped by the machine's locale.
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
        execute(&server, &create).expect("a database for this test");
        Some(Self { server, name, url })
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
