//! Statements: one text each, and the one list of them all.
//!
//! A noun writes its texts with [`statements!`]; [`all`] lists them, so that [`crate::Store::prepare_all`] can prepare
//! every one on the engine in use, and a test can compare both.

use crate::dialect::{Dialect, resolve};
use std::sync::OnceLock;

/// A text with its name and, once used, its form for each engine.
#[derive(Debug)]
pub(crate) struct Statement {
    name: &'static str,
    sql: &'static str,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
    columns: OnceLock<Vec<String>>,
}

impl Statement {
    /// A statement; use [`statements!`], which also lists it.
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, sqlite: OnceLock::new(), postgres: OnceLock::new(), columns: OnceLock::new() }
    }

    /// `noun.VERB`.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The text for one engine.
    pub(crate) fn text(&self, dialect: Dialect) -> &str {
        let resolved = match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        };
        resolved.get_or_init(|| resolve(self.sql, dialect))
    }

    /// The names of its columns, as the first engine that ran it told them (they are the same on both).
    pub(crate) fn columns(&self, read: impl FnOnce() -> Vec<String>) -> &[String] {
        self.columns.get_or_init(read)
    }

    /// The names of its columns, after [`Statement::columns`] was told them.
    pub(crate) fn known_columns(&self) -> &[String] {
        self.columns.get().map_or(&[], Vec::as_slice)
    }
}

/// What an engine made of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its name.
    pub name: &'static str,
    /// How many parameters it takes.
    pub parameters: usize,
    /// The names of its columns.
    pub columns: Vec<String>,
}

/// Declares the statements of a noun: a static each, and `STATEMENTS`, which [`all`] takes up.
macro_rules! statements {
    ($noun:ident: $($name:ident = $sql:expr;)+) => {
        $(static $name: $crate::statement::Statement =
            $crate::statement::Statement::new(concat!(stringify!($noun), ".", stringify!($name)), $sql);)+

        pub(crate) static STATEMENTS: &[&$crate::statement::Statement] = &[$(&$name),+];
    };
}
pub(crate) use statements;

/// Every statement of the store.
pub(crate) fn all() -> impl Iterator<Item = &'static Statement> {
    [
        crate::accounts::STATEMENTS,
        crate::alarms::STATEMENTS,
        crate::allowances::STATEMENTS,
        crate::api_calls::STATEMENTS,
        crate::audit::STATEMENTS,
        crate::connections::STATEMENTS,
        crate::consolidations::STATEMENTS,
        crate::domain_claims::STATEMENTS,
        crate::domains::STATEMENTS,
        crate::groups::STATEMENTS,
        crate::groups::MEMBER_STATEMENTS,
        crate::hand_overs::STATEMENTS,
        crate::idp_metadata::STATEMENTS,
        crate::imports::STATEMENTS,
        crate::imports::ROW_STATEMENTS,
        crate::jobs::STATEMENTS,
        crate::licenses::STATEMENTS,
        crate::links::STATEMENTS,
        crate::logouts::STATEMENTS,
        crate::metadata_readers::STATEMENTS,
        crate::oauth_clients::STATEMENTS,
        crate::oauth_codes::STATEMENTS,
        crate::oauth_grants::STATEMENTS,
        crate::outbox::STATEMENTS,
        crate::outsiders::STATEMENTS,
        crate::passwords::STATEMENTS,
        crate::personal_links::STATEMENTS,
        crate::pictures::STATEMENTS,
        crate::replays::STATEMENTS,
        crate::resources::STATEMENTS,
        crate::response_log::STATEMENTS,
        crate::roles::STATEMENTS,
        crate::scim_groups::STATEMENTS,
        crate::scim_users::STATEMENTS,
        crate::second_factors::STATEMENTS,
        crate::sessions::STATEMENTS,
        crate::sign_ins::STATEMENTS,
        crate::sp_keys::STATEMENTS,
        crate::store::STATEMENTS,
        crate::sub_accounts::STATEMENTS,
        crate::tallies::STATEMENTS,
        crate::tokens::STATEMENTS,
        crate::user_runs::STATEMENTS,
        crate::user_search::STATEMENTS,
        crate::users::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_statement_has_a_name_of_its_own_and_no_token_is_left() {
        let mut names = BTreeSet::new();
        for statement in all() {
            assert!(names.insert(statement.name()), "{} stands twice", statement.name());
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                assert!(
                    !statement.text(dialect).contains(['{', '}']),
                    "{}: an unknown token",
                    statement.name()
                );
            }
            assert!(!statement.text(Dialect::Sqlite).contains('$'), "{}", statement.name());
        }
    }

    #[test]
    fn no_statement_leaves_time_folding_or_the_order_of_nulls_to_the_engine() {
        for statement in all() {
            let text = statement.text(Dialect::Postgres).to_uppercase();
            for word in ["NOW(", "CURRENT_TIMESTAMP", "LOWER(", "UPPER(", " LIKE ", "RANDOM("] {
                assert!(!text.contains(word), "{} says {word}", statement.name());
            }
        }
    }
}
