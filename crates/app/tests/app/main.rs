//! The deeds, called as the doors call them: real databases, a clock that the tests move, seeded randomness, and an
//! identity provider whose answers are written and signed here. Nothing sleeps, nothing is a mock.
//!
//! `world`, `account`, `browser`, `provider` and `behind` build the scenery; every other module is a story. Each case
//! runs on SQLite, and on PostgreSQL where `VESTIBULE_TEST_POSTGRES` names a server.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the cases are functions of their own, which the exemption for tests does not reach"
)]

mod account;
mod account_file;
mod account_overview;
mod accounts;
mod admission;
mod apart;
mod assistant;
mod attacks;
mod attempts;
mod audit;
mod behind;
mod browser;
mod burning;
mod connections;
mod consolidation;
mod contexts;
mod domains;
mod employee_ids;
mod encryption;
mod file_errors;
mod five_sign_ins;
mod foretold;
mod forgotten;
mod granting;
mod group_deeds;
mod group_settings;
mod groups;
mod hostile;
mod idp_metadata;
mod idp_rollover;
mod imported_keys;
mod imports;
mod invitations;
mod key_pairs;
mod key_rollover;
mod log_secrecy;
mod logout;
mod mails;
mod many;
mod mapping;
mod mapping_file;
mod mapping_undo;
mod metadata_url;
mod moved;
mod not_in_force;
mod oauth;
mod overview;
mod ownership;
mod passwords;
mod pending;
mod people;
mod picture_files;
mod pictures;
mod provider;
mod provisioning;
mod races;
mod requests;
mod response_log;
mod roles;
mod rotation;
mod rules;
mod seats;
mod second_factors;
mod sessions;
mod sign_in;
mod simulate;
mod site;
mod snapshot;
mod sub_accounts;
mod tests_of_drafts;
mod times;
mod tokens;
mod unsolicited;
mod user_search;
mod versions;
mod wanted;
mod world;

/// Declares cases: an `async fn(&World)` each, run once per engine.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { crate::world::on_sqlite(async |world| super::$name(world).await); })+
        }
        mod postgres {
            $(#[test] fn $name() { crate::world::on_postgres(async |world| super::$name(world).await); })+
        }
    };
}
pub(crate) use cases;
