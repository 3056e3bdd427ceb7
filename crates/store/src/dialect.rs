//! The one table of what differs between the two engines; nothing else asks which one it is talking to in SQL.
//!
//! Every statement and migration is one text: `$1` placeholders and the tokens below in braces. [`resolve`] makes the
//! text of one engine of it, once. What is not here is common to both: upsert, RETURNING, CTE, row values, FILTER.
//! Times and folded strings come from Rust, so there is no `now()`, `lower()` or `LIKE`, and prefix search is a range.

use crate::error::Error;
use tokio_postgres::error::SqlState;

/// The engine that a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Token, SQLite, PostgreSQL.
const TOKENS: &[(&str, &str, &str)] = &[
    // Column types. SQLite's STRICT tables know these four alone; in PostgreSQL texts are ordered bytewise, as SQLite
    // orders them, whatever the locale of the database is.
    ("{ID}", "BLOB", "UUID"),
    ("{INTEGER}", "INTEGER", "BIGINT"),
    ("{BOOL}", "INTEGER", "BOOLEAN"),
    ("{TEXT}", "TEXT", "TEXT COLLATE \"C\""),
    ("{JSON}", "TEXT", "TEXT"),
    ("{BYTES}", "BLOB", "BYTEA"),
    // The id that comes before every other.
    ("{ZERO_ID}", "ZEROBLOB(16)", "CAST('00000000-0000-0000-0000-000000000000' AS UUID)"),
    // After a table's closing parenthesis: documents, and narrow rows that live in their primary key.
    ("{STRICT}", "STRICT", ""),
    ("{NARROW}", "STRICT, WITHOUT ROWID", ""),
    // Row locks; SQLite has one writer and needs none.
    ("{FOR_UPDATE}", "", "FOR UPDATE"),
    ("{SKIP_LOCKED}", "", "FOR UPDATE SKIP LOCKED"),
    // Whether nodes of an older version may be at work beside this one: what they know ends with it must still end so.
    ("{OLDER_NODES}", "FALSE", "TRUE"),
];

/// The text of one engine.
pub(crate) fn resolve(sql: &str, dialect: Dialect) -> String {
    let mut text = sql.to_owned();
    for (token, sqlite, postgres) in TOKENS {
        if text.contains(token) {
            text = text.replace(token, if dialect == Dialect::Sqlite { sqlite } else { postgres });
        }
    }
    match dialect {
        Dialect::Sqlite => number_placeholders(&text),
        Dialect::Postgres => text,
    }
}

/// Whether a statement failed because a unique index has a row with these values already; it is named by itself and by its
/// columns, since each engine tells one of both.
pub(crate) fn is_duplicate(error: &Error, index: &str, columns: &str) -> bool {
    let Error::Database { source, .. } = error else { return false };
    if let Some(rusqlite::Error::SqliteFailure(failure, Some(message))) = source.downcast_ref() {
        let unique = failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
        return unique && message.ends_with(columns);
    }
    let told = source.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::as_db_error);
    told.is_some_and(|told| *told.code() == SqlState::UNIQUE_VIOLATION && told.constraint() == Some(index))
}

/// Whether a statement failed because the row that it refers to is not there, or not any more.
pub(crate) fn is_orphan(error: &Error) -> bool {
    let Error::Database { source, .. } = error else { return false };
    if let Some(rusqlite::Error::SqliteFailure(failure, _)) = source.downcast_ref() {
        return failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;
    }
    let told = source.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::as_db_error);
    told.is_some_and(|told| *told.code() == SqlState::FOREIGN_KEY_VIOLATION)
}

/// Rewrites `$1` to `?1` outside of quotes. SQLite takes `$1` for a *named* parameter and numbers names by first
/// appearance: bound by position, they would be silently swapped.
fn number_placeholders(sql: &str) -> String {
    let mut quote = None;
    let mut text = String::with_capacity(sql.len());
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        let placeholder =
            character == '$' && quote.is_none() && characters.peek().is_some_and(char::is_ascii_digit);
        text.push(if placeholder { '?' } else { character });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_for_sqlite_and_left_alone_in_quotes() {
        let sql = "SELECT '$1', \"$2\", $10 FROM t WHERE a = $2 AND b = 'it''s $3' {FOR_UPDATE}";
        assert_eq!(
            resolve(sql, Dialect::Sqlite),
            "SELECT '$1', \"$2\", ?10 FROM t WHERE a = ?2 AND b = 'it''s $3' "
        );
        assert_eq!(
            resolve(sql, Dialect::Postgres),
            "SELECT '$1', \"$2\", $10 FROM t WHERE a = $2 AND b = 'it''s $3' FOR UPDATE"
        );
    }

    #[test]
    fn a_table_has_the_types_of_its_engine() {
        let sql = "CREATE TABLE t (id {ID}, n {INTEGER}, x {BYTES}) {NARROW}";
        assert_eq!(
            resolve(sql, Dialect::Sqlite),
            "CREATE TABLE t (id BLOB, n INTEGER, x BLOB) STRICT, WITHOUT ROWID"
        );
        assert_eq!(resolve(sql, Dialect::Postgres), "CREATE TABLE t (id UUID, n BIGINT, x BYTEA) ");
    }
}
