//! One suite for both databases: every case runs on SQLite, and on PostgreSQL where `VESTIBULE_TEST_POSTGRES` names a
//! server. Transactions themselves are tested beside their code, in `src/transaction/tests.rs`.
#![expect(
    clippy::unwrap_used,
    reason = "the cases are functions of their own, which the exemption for tests does not reach"
)]

mod accounts;
mod api_calls;
mod audit;
mod groups;
mod idp_metadata;
mod key_pairs;
mod logout;
mod opening;
mod place;
mod races;
mod resources;
mod response_log;
mod scim_users;
mod scope;
mod sign_in;
mod sub_accounts;
mod user_runs;
mod users;

/// Declares cases: an `async fn(&Place)` each, run once per engine.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { crate::place::on_sqlite(async |place| super::$name(place).await); })+
        }
        mod postgres {
            $(#[test] fn $name() { crate::place::on_postgres(async |place| super::$name(place).await); })+
        }
    };
}
pub(crate) use cases;
