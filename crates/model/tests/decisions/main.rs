//! Decisions about people, from the outside: tables of rules and of what they come to.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails the test")]

mod employee_id;
mod groups;
mod hostile;
mod licenses;
mod people;
mod properties;
mod rules;
mod sub_accounts;
