//! Migrations: one numbered set for both engines, embedded, checksummed, applied under a lock.
//!
//! Nodes roll, so a migration expands, later ones contract; a database that has seen newer migrations than this program
//! knows is therefore fine. An applied one never changes: if its text does, the store refuses to open.

use crate::dialect::{Dialect, resolve};
use crate::error::{Error, Migration as Problem};
use crate::postgres::Postgres;
use crate::{sqlite, transaction};
use rusqlite::Connection;

#[cfg(test)]
mod tests;

/// One step of the schema.
struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),+]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    1 "0001_accounts",
    2 "0002_users",
    3 "0003_sso",
    4 "0004_log",
    5 "0005_connections",
    6 "0006_jobs",
    7 "0007_key_rotation",
    8 "0008_logout",
    9 "0009_tests",
    10 "0010_idp_metadata",
    11 "0011_people",
    12 "0012_order",
    13 "0013_outbox_delivery",
    14 "0014_pictures",
    15 "0015_sign_in_cost",
    16 "0016_sub_accounts",
    17 "0017_groups",
    18 "0018_tokens",
    19 "0019_directory",
    20 "0020_api_calls",
    21 "0021_oauth",
    22 "0022_imports",
    23 "0023_provisioning",
    24 "0024_resources",
    25 "0025_user_runs",
    26 "0026_domain_claims",
    27 "0027_roles",
    28 "0028_allowances",
    29 "0029_second_factors",
    30 "0030_overview",
    31 "0031_user_search",
    32 "0032_audit",
    33 "0033_one_owner",
    34 "0034_outsiders",
    35 "0035_consolidation",
    36 "0036_in_order",
    37 "0037_fewer_indexes",
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (number {INTEGER} NOT NULL PRIMARY KEY, \
     name {TEXT} NOT NULL, checksum {INTEGER} NOT NULL) {STRICT}";
const APPLIED: &str = "SELECT number, checksum FROM schema_migrations ORDER BY number";
const RECORD: &str = "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)";

/// The number under which PostgreSQL holds the lock of migrations ("vestibul").
const LOCK: i64 = i64::from_be_bytes(*b"vestibul");

/// Brings a SQLite database up to date.
pub(crate) fn sqlite(connection: &Connection) -> Result<(), Error> {
    let failed = |error| sqlite::failed("applying migrations", error);
    transaction::sqlite::exclusive(connection, || {
        connection.execute_batch(&resolve(TABLE, Dialect::Sqlite)).map_err(failed)?;
        let mut statement = connection.prepare(APPLIED).map_err(failed)?;
        let applied = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        let applied = applied.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        for migration in missing(MIGRATIONS, &applied)? {
            connection.execute_batch(&resolve(migration.sql, Dialect::Sqlite)).map_err(failed)?;
            let record = (migration.number, migration.name, checksum(migration.sql));
            connection.execute(&resolve(RECORD, Dialect::Sqlite), record).map_err(failed)?;
            tracing::info!(migration = migration.name, "applied a migration");
        }
        Ok(())
    })
}

/// Brings a PostgreSQL database up to date.
pub(crate) async fn postgres(postgres: &Postgres) -> Result<(), Error> {
    let failed = |error| Error::database("applying migrations", error);
    let work = async |client: &tokio_postgres::Client| {
        client.batch_execute(&resolve(TABLE, Dialect::Postgres)).await.map_err(failed)?;
        let applied = client.query(APPLIED, &[]).await.map_err(failed)?;
        let applied = applied.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let applied = applied.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        for migration in missing(MIGRATIONS, &applied)? {
            client.batch_execute(&resolve(migration.sql, Dialect::Postgres)).await.map_err(failed)?;
            let checksum = checksum(migration.sql);
            client.execute(RECORD, &[&migration.number, &migration.name, &checksum]).await.map_err(failed)?;
            tracing::info!(migration = migration.name, "applied a migration");
        }
        Ok(())
    };
    transaction::postgres::exclusive(postgres, LOCK, work).await
}

/// The migrations to apply, given the numbers and checksums of those that were; an error when the two do not fit.
fn missing<'m>(known: &'m [Migration], applied: &[(i64, i64)]) -> Result<Vec<&'m Migration>, Error> {
    let last = applied.last().map_or(0, |(number, _)| *number);
    let mut missing = Vec::new();
    for migration in known {
        match applied.iter().find(|(number, _)| *number == migration.number) {
            Some((_, sum)) if *sum != checksum(migration.sql) => {
                let (number, name) = (migration.number, migration.name.to_owned());
                return Err(Error::Migration(Problem::Changed { number, name }));
            }
            Some(_) => {}
            None if migration.number < last => {
                return Err(Error::Migration(Problem::Missing { number: migration.number }));
            }
            None => missing.push(migration),
        }
    }
    Ok(missing)
}

/// FNV-1a. It finds a changed text, not an attacker: who can write to the database needs no forged migration.
fn checksum(sql: &str) -> i64 {
    let hash = sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::from_be_bytes(hash.to_be_bytes())
}
