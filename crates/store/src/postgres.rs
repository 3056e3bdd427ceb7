//! The server engine: the pool of connections, and how a statement runs on one.
//!
//! Where transactions begin and end is in `transaction/postgres.rs`.

use crate::dialect::Dialect;
use crate::error::Error;
use crate::statement::{Prepared, Statement};
use crate::store::{Activity, Options, Urgency};
use crate::value::{Row, Value};
use bytes::BytesMut;
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use std::borrow::Cow;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};
use tokio_postgres::{Config, NoTls};

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// A pool of connections to one database.
pub(crate) struct Postgres {
    pool: Pool,
    /// Turns for bulk work, so that it never takes all connections.
    bulk: Semaphore,
    waiting: usize,
    pub(crate) activity: Arc<Activity>,
}

impl Postgres {
    /// Makes the pool; connections are opened when they are needed.
    pub(crate) fn new(config: Config, options: &Options, activity: Arc<Activity>) -> Result<Self, Error> {
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, recycling);
        let patience = Some(options.lock_wait);
        let timeouts = Timeouts { wait: patience, create: patience, recycle: patience };
        let pool = Pool::builder(manager)
            .max_size(options.postgres_connections)
            .runtime(Runtime::Tokio1)
            .timeouts(timeouts)
            .build()
            .map_err(|error| Error::database("making the connection pool", error))?;
        let bulk = Semaphore::new((options.postgres_connections / 4).max(1));
        Ok(Self { pool, bulk, waiting: options.waiting_writes, activity })
    }

    /// A connection, or [`Error::Busy`] when too many wait for one or none came free.
    pub(crate) async fn connection(&self) -> Result<Object, Error> {
        if self.pool.status().waiting >= self.waiting {
            return Err(Error::Busy);
        }
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => Error::Busy,
            error => Error::database("connecting to PostgreSQL", error),
        })
    }

    /// Leave to begin a write.
    pub(crate) async fn turn(&self, urgency: Urgency) -> Result<Option<SemaphorePermit<'_>>, Error> {
        match urgency {
            Urgency::Interactive => Ok(None),
            Urgency::Bulk => self.bulk.acquire().await.map(Some).map_err(|_| Error::Closed),
        }
    }
}

/// Runs a statement and returns its rows.
pub(crate) async fn rows(
    client: &Object,
    statement: &'static Statement,
    params: &[Value<'_>],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let prepared = client.prepare_cached(statement.text(Dialect::Postgres)).await?;
    let names = || prepared.columns().iter().map(|column| column.name().to_owned()).collect();
    let count = statement.columns(names).len();
    let found = client.query(&prepared, &references(params)).await?;
    found
        .into_iter()
        .map(|row| {
            let cells = (0..count).map(|index| row.try_get(index).map(|Cell(value)| value));
            cells.collect::<Result<_, _>>().map(|cells| Row::new(statement, cells))
        })
        .collect()
}

/// Runs a statement that returns no rows, and tells how many it touched.
pub(crate) async fn execute(
    client: &Object,
    statement: &'static Statement,
    params: &[Value<'_>],
) -> Result<u64, tokio_postgres::Error> {
    let prepared = client.prepare_cached(statement.text(Dialect::Postgres)).await?;
    client.execute(&prepared, &references(params)).await
}

/// What PostgreSQL makes of a statement.
pub(crate) async fn prepare(client: &Object, statement: &'static Statement) -> Result<Prepared, Error> {
    let prepared = client.prepare_cached(statement.text(Dialect::Postgres)).await;
    let prepared = prepared.map_err(|error| Error::database(statement.name(), error))?;
    let columns = prepared.columns().iter().map(|column| column.name().to_owned()).collect();
    Ok(Prepared { name: statement.name(), parameters: prepared.params().len(), columns })
}

fn references<'p>(params: &'p [Value<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            (Self::Integer(integer), &Type::INT8) => out.extend_from_slice(&integer.to_be_bytes()),
            (Self::Bool(on), &Type::BOOL) => out.extend_from_slice(&[u8::from(*on)]),
            (Self::Text(text), &Type::TEXT) => out.extend_from_slice(text.as_bytes()),
            (Self::Bytes(bytes), &Type::BYTEA) => out.extend_from_slice(bytes),
            (Self::Id(id), &Type::UUID) => out.extend_from_slice(id),
            _ => return Err(format!("{} where PostgreSQL takes {ty}", self.kind()).into()),
        }
        Ok(IsNull::No)
    }

    /// What fits is decided by the value, in `to_sql`.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        self.to_sql(ty, out)
    }
}

/// A cell as PostgreSQL sends it.
struct Cell(Value<'static>);

impl<'r> FromSql<'r> for Cell {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Failure> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Integer(i64::from_be_bytes(raw.try_into()?)),
            Type::BOOL => Value::Bool(raw == [1]),
            Type::TEXT => Value::Text(Cow::Owned(str::from_utf8(raw)?.to_owned())),
            Type::BYTEA => Value::Bytes(Cow::Owned(raw.to_vec())),
            Type::UUID => Value::Id(raw.try_into()?),
            _ => return Err(format!("a column of type {ty}").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::BOOL, Type::TEXT, Type::BYTEA, Type::UUID].contains(ty)
    }
}
