//! Remembering what the model knows, in SQLite or PostgreSQL.
//!
//! What lives here: one concrete [`Store`] over two engines, and one module per noun with the functions that read and
//! write it (`async fn …(tx: &Tx<'_>, …)`). All SQL is here and nowhere else. What does not: what the rows mean
//! (`model`), and which deed reads and writes what (`app`).
//!
//! The one thing to know: [`Store::account`] is the only door to the data of an account. A function that takes [`Tx`]
//! sees that account alone, and through [`sub_accounts`] the accounts below it; one that takes [`GlobalTx`] sees only the small tables by which an account is found.
//! Times are kept in microseconds.

pub mod accounts;
pub mod alarms;
pub mod allowances;
pub mod api_calls;
pub mod audit;
pub mod connections;
pub mod consolidations;
mod dialect;
pub mod domain_claims;
pub mod domains;
mod error;
pub mod groups;
pub mod hand_overs;
pub mod idp_metadata;
pub mod imports;
pub mod jobs;
pub mod licenses;
pub mod links;
mod location;
pub mod logouts;
pub mod metadata_readers;
mod migrations;
pub mod oauth_clients;
pub mod oauth_codes;
pub mod oauth_grants;
pub mod outbox;
pub mod outsiders;
pub mod passwords;
pub mod personal_links;
pub mod pictures;
mod postgres;
mod purge;
pub mod replays;
pub mod resources;
pub mod response_log;
pub mod roles;
pub mod scim_groups;
pub mod scim_users;
pub mod second_factors;
pub mod sessions;
pub mod sign_ins;
pub mod sp_keys;
mod sqlite;
mod statement;
mod store;
pub mod sub_accounts;
pub mod tallies;
pub mod tokens;
mod transaction;
mod user_runs;
pub mod user_search;
pub mod users;
mod value;

pub use error::{Error, Migration};
pub use location::Location;
pub use purge::PURGED_AT_ONCE;
pub use statement::Prepared;
pub use store::{AccountStore, Activity, Options, Store};
pub use transaction::{Body, GlobalTx, Tx};
