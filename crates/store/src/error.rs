//! What can go wrong while remembering, sorted by cause.
//!
//! Absence is no error: functions return `Option`. What these mean for a caller (503, 409, a public sentence) is said
//! in `app` and `server`.

use std::fmt;
use std::sync::Arc;

/// Why the store did not do what it was asked. Cheap to clone: one failed commit answers everyone who was in it.
#[derive(Debug, Clone)]
pub enum Error {
    /// Too many are waiting, or a lock was held for too long. Nothing was changed; asking again later may work.
    Busy,
    /// The record changed since it was read. Nothing was changed.
    Stale,
    /// The e-mail address belongs to another user of this deployment.
    EmailTaken,
    /// The Employee Unique ID belongs to another user of the account.
    EmployeeIdTaken,
    /// The `userName` belongs to another user of the account.
    UserNameTaken,
    /// The account has another group of this kind and name.
    GroupNameTaken,
    /// The label belongs to another account.
    LabelTaken,
    /// The domain belongs to another account.
    DomainTaken,
    /// A text holds U+0000, which PostgreSQL cannot keep.
    Nul,
    /// `store.url` cannot be used: what is wrong with it.
    Location(&'static str),
    /// The migrations that the database has seen are not the ones this program has.
    Migration(Migration),
    /// A stored value is not what it should be: another program wrote here, or a migration is missing.
    Unreadable {
        /// The statement that read it.
        statement: &'static str,
        /// The column.
        column: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A body went on, or wanted to commit, after one of its statements had failed.
    Aborted,
    /// A body waited for something other than its transaction.
    ForeignWait,
    /// A body panicked.
    Panicked,
    /// The store is being closed.
    Closed,
    /// The database refused, or could not be reached.
    Database {
        /// What was being done: the name of a statement, or a few words.
        doing: &'static str,
        /// What the database or its driver said.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// What is wrong with the migrations that a database has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Migration {
    /// An applied migration is not the text that this program has under its number.
    Changed {
        /// Its number.
        number: i64,
        /// Its name.
        name: String,
    },
    /// A migration was applied while an earlier one was not.
    Missing {
        /// The number of the earlier one.
        number: i64,
    },
}

impl Error {
    /// A failure of the database or its driver.
    pub(crate) fn database(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Database { doing, source: Arc::from(source.into()) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the database is busy; try again in a moment"),
            Self::Stale => f.write_str("the record has changed since it was read"),
            Self::EmailTaken => f.write_str("the e-mail address belongs to another user"),
            Self::EmployeeIdTaken => f.write_str("the Employee Unique ID belongs to another user"),
            Self::UserNameTaken => f.write_str("the userName belongs to another user"),
            Self::GroupNameTaken => f.write_str("the account has another group of this kind and name"),
            Self::LabelTaken => f.write_str("the label belongs to another account"),
            Self::DomainTaken => f.write_str("the domain belongs to another account"),
            Self::Nul => f.write_str("a text holds the character U+0000"),
            Self::Location(what) => write!(f, "store.url: {what}"),
            Self::Migration(migration) => migration.fmt(f),
            Self::Unreadable { statement, column, expected } => {
                write!(f, "{statement}: the stored value of {column} is not {expected}")
            }
            Self::Aborted => f.write_str("a statement failed, and its transaction went on"),
            Self::ForeignWait => f.write_str("a transaction waited for something outside it"),
            Self::Panicked => f.write_str("the work inside a transaction panicked"),
            Self::Closed => f.write_str("the store is closed"),
            Self::Database { doing, source } => write!(f, "{doing}: {source}"),
        }
    }
}

impl fmt::Display for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { number, name } => {
                write!(f, "migration {number} ({name}) was applied with another text than this program has")
            }
            Self::Missing { number } => {
                write!(f, "migration {number} is missing although a later one was applied")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
